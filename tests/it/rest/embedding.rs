//! Rows of other tables within a row.

use serde_json::json;
use tests::dialect::{Api, Case, meets, returns};

#[tokio::test]
async fn embeddings_follow_keys_views_junctions_and_functions() {
    let api = Api::new().await;
    let cases = [
        (
            "/project?select=name,client(name)&project_id=in.(1,4)&order=name",
            json!([{"name": "Alpha", "client": {"name": "Acme"}}, {"name": "Delta", "client": null}]),
        ),
        (
            "/client?select=name,project(name)&project.order=name.desc&project.limit=1&order=name",
            json!([{"name": "Acme", "project": [{"name": "Beta"}]},
                {"name": "Best", "project": [{"name": "Gamma"}]}]),
        ),
        (
            "/client?select=name,project!inner(name)&project.name=eq.Gamma",
            json!([{"name": "Best", "project": [{"name": "Gamma"}]}]),
        ),
        ("/client?select=name,project()&project=is.null", json!([])),
        ("/project?select=name,client()&client=is.null", json!([{"name": "Delta"}])),
        (
            "/project?select=name,person(name)&project_id=eq.3",
            json!([{"name": "Gamma", "person": [{"name": "Ann"}]}]),
        ),
        (
            "/letter?select=body,from:person!sender(name),receiver(name)&letter_id=eq.1",
            json!([{"body": "hi", "from": {"name": "Ann"}, "receiver": {"name": "Ben"}}]),
        ),
        (
            "/unit?select=name,parts:unit(name),parent_id(name)&unit_id=eq.1",
            json!([{"name": "root", "parts": [{"name": "leaf"}, {"name": "twig"}], "parent_id": null}]),
        ),
        (
            "/person?select=name,profile(bio)&person_id=lt.3&order=name",
            json!([{"name": "Ann", "profile": {"bio": "about Ann"}}, {"name": "Ben", "profile": null}]),
        ),
        (
            "/nested_view?select=title,client_name,client(name)&id=eq.1",
            json!([{"title": "Alpha", "client_name": "Acme", "client": {"name": "Acme"}}]),
        ),
        (
            "/client?select=name,nested_view(title)&client_id=eq.2",
            json!([{"name": "Best", "nested_view": [{"title": "Gamma"}]}]),
        ),
        (
            "/project?select=name,owner_of(name)&project_id=eq.1",
            json!([{"name": "Alpha", "owner_of": {"name": "Acme"}}]),
        ),
        (
            "/project?select=name,...client(client:name)&project_id=eq.1",
            json!([{"name": "Alpha", "client": "Acme"}]),
        ),
        (
            "/client?select=name,...project(ids:project_id)&client_id=eq.1",
            json!([{"name": "Acme", "ids": [1, 2]}]),
        ),
        (
            "/client?select=name,project(count)&client_id=eq.1",
            json!([{"name": "Acme", "project": [{"count": 2}]}]),
        ),
        (
            "/project?select=...client(client:name),project_id.sum()&client_id=eq.1",
            json!([{"client": "Acme", "sum": 3}]),
        ),
    ];
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn what_is_embedded_is_sorted_limited_and_filtered_on_its_own() {
    let api = Api::new().await;
    let path = "/client?select=project(n:project_id)&client_id=eq.1&project.";
    let cases = [
        ("order=project_id.desc&project.limit=1", 2),
        ("order=project_id.desc&project.offset=1", 1),
        ("or=(name.eq.Beta,name.eq.Gamma)", 2),
        ("name=eq.Alpha", 1),
    ];
    for (rest, expected) in cases {
        let found = api.get(&format!("{path}{rest}")).await;
        assert_eq!(found, json!([{"project": [{"n": expected}]}]), "{rest}");
    }
    let path = "/project?select=name,client(name)&order=client(client_id).desc.nullslast&limit=1";
    let last = json!([{"name": "Gamma", "client": {"name": "Best"}}]);
    assert_eq!(api.get(path).await, last, "sorted by what is embedded");
}

#[tokio::test]
async fn an_embedding_with_an_alias_goes_by_it() {
    let by_name = "/client?select=name,theirs:project(name)&project.name=eq.Beta&limit=1";
    let by_alias = by_name.replace("&project.", "&theirs.");
    let twice = "/client?select=project(name),theirs:project(name)&project.limit=0\
                 &theirs.name=eq.Beta&limit=1";
    let beta = json!([{"name": "Acme", "theirs": [{"name": "Beta"}]}]);
    let apart = json!([{"project": [], "theirs": [{"name": "Beta"}]}]);

    let api = Api::new().await;
    let warned = "Update `project` to `theirs` in query string filters, orders or limits.";
    for (path, rows, warns) in
        [(by_name, &beta, true), (&by_alias, &beta, false), (twice, &apart, false)]
    {
        let reply = api.ask("GET", path, &[], None).await;
        assert_eq!(reply.json, *rows, "{path}");
        let warning = reply.header("warning");
        assert_eq!(warning.starts_with("299 ") && warning.contains(warned), warns, "{warning}");
    }

    let strict = Api::with(|settings| settings.legacy_names = false).await;
    let refused = json!({"code": "PGRST108",
        "message": "'project' is not an embedded resource in this request",
        "details": "Target names are not allowed in filters if they have an alias",
        "hint": "Change 'project' to 'theirs' in filters, orders or limits."});
    let cases: [Case<'_>; 3] = [
        ("GET", by_name, &[], None, 400, refused),
        ("GET", &by_alias, &[], None, 200, beta),
        ("GET", twice, &[], None, 200, apart),
    ];
    meets(&strict, &cases).await;
}

#[tokio::test]
async fn rows_are_sorted_by_what_the_embedding_shows() {
    let api = Api::new().await;
    // The project named Best is not shown, so its row counts as a row without a client.
    let path = "/project?select=name,client(name)&client.or=(name.eq.Acme,name.eq.None)\
        &order=client(name).desc.nullslast,name.desc";
    let expected = json!([
        {"name": "Beta", "client": {"name": "Acme"}}, {"name": "Alpha", "client": {"name": "Acme"}},
        {"name": "Gamma", "client": null}, {"name": "Delta", "client": null}]);
    returns(&api, &[(path, expected)]).await;
}

/// An index that happens to be unique is no promise to clients: what was a list stays a list.
#[tokio::test]
async fn only_a_constraint_makes_of_a_list_an_object() {
    let api = Api::new().await;
    let fixture = "
        create table person_note (id int primary key, person_id int references person);
        create table person_seat (id int primary key, person_id int unique references person);
        create unique index on person_note (person_id);
        insert into person_note values (1, 1);
        insert into person_seat values (1, 1);
        grant select on person_note, person_seat to anon";
    api.admin.batch_execute(fixture).await.unwrap();
    let path = "/person?select=person_note(id),person_seat(id)&person_id=eq.1";
    let expected = json!([{"person_note": [{"id": 1}], "person_seat": {"id": 1}}]);
    returns(&api, &[(path, expected)]).await;
}

/// A view that shows a part of a composite key is related through the keys that it shows
/// completely.
#[tokio::test]
async fn a_view_is_related_by_the_keys_that_it_shows_whole() {
    let api = Api::new().await;
    let fixture = "
        create schema hidden;
        create table hidden.room (a int primary key, b int, unique (a, b));
        create table hidden.bed (
          id int primary key, a int references hidden.room, b int,
          constraint bed_room_both foreign key (a, b) references hidden.room (a, b));
        create view room as select a from hidden.room;
        create view bed as select id, a from hidden.bed;
        insert into hidden.room values (1, 2);
        insert into hidden.bed values (1, 1, 2);
        grant usage on schema hidden to anon;
        grant select on room, bed to anon;
        grant insert (id, a), select on bed to anon";
    api.admin.batch_execute(fixture).await.unwrap();
    returns(
        &api,
        &[
            ("/room?select=bed(id)", json!([{"bed": [{"id": 1}]}])),
            ("/bed?select=id,room(a)", json!([{"id": 1, "room": {"a": 1}}])),
        ],
    )
    .await;
    assert_eq!(api.refused("/bed?select=id,room!bed_room_both(a)").await.0, 400);
    let headers = [("prefer", "return=representation")];
    let path = "/bed?select=id,room(a)";
    let reply = api.ask("POST", path, &headers, Some(json!({"id": 2, "a": 1}))).await;
    assert_eq!((reply.status, reply.json), (201, json!([{"id": 2, "room": {"a": 1}}])));
}

#[tokio::test]
async fn a_page_is_chosen_before_anything_is_embedded_in_it() {
    let api = Api::new().await;
    let last = "/project?select=name,c:built_client(name,at)&client_id=not.is.null&order=name.desc";
    let gamma = json!([{"name": "Gamma", "c": {"name": "Best", "at": 1}}]);
    assert_eq!(api.get(&format!("{last}&limit=1")).await, gamma, "no other row was built");
    let beta = json!([{"name": "Beta", "c": {"name": "Acme", "at": 1}}]);
    assert_eq!(api.get(&format!("{last}&limit=1&offset=1")).await, beta);

    // If the embedding decides which rows there are, it is read first.
    let inner = "/project?select=name,c:built_client!inner(name)&c.name=eq.Best&order=name&limit=1";
    assert_eq!(api.get(inner).await, json!([{"name": "Gamma", "c": {"name": "Best"}}]));
}
