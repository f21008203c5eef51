//! The representation of a domain, which its casts define.

use serde_json::json;
use tests::dialect::Api;

/// Money in minor units, represented as a decimal text; and a timestamp that has only an output.
const DOMAINS: &str = "
    create domain public.amount as bigint;
    create function public.amount(text) returns public.amount language sql immutable
      as 'select ($1::numeric * 100)::bigint::public.amount';
    create function public.amount(json) returns public.amount language sql immutable
      as $$ select public.amount($1 #>> '{}') $$;
    create function public.as_json(public.amount) returns json language sql immutable
      as 'select to_json(($1 / 100.0)::numeric(12, 2)::text)';
    create cast (public.amount as json) with function public.as_json(public.amount) as implicit;
    create cast (json as public.amount) with function public.amount(json) as implicit;
    create cast (text as public.amount) with function public.amount(text) as implicit;

    create domain public.year as int;
    create function public.as_json(public.year) returns json language sql immutable
      as $$ select to_json('in ' || $1) $$;
    create cast (public.year as json) with function public.as_json(public.year) as implicit;

    create table public.fee (
      fee_id int primary key, name text, price public.amount default 100, since public.year
    );
    create view public.fee_list as select fee_id, price, (price * 2)::public.amount as double
      from public.fee;
    create table public.bill (bill_id int primary key, fee_id int references public.fee);
    insert into public.fee values (1, 'small', 250, 1999), (2, 'great', 99950, null);
    insert into public.bill values (1, 2);
    create function public.fees() returns setof public.fee language sql stable
      as 'select * from public.fee';
    grant all on public.fee, public.fee_list, public.bill to anon";

#[tokio::test]
async fn a_domain_is_answered_as_its_cast_says() {
    let api = Api::new().await;
    api.admin.batch_execute(DOMAINS).await.unwrap();
    let whole = json!({"fee_id": 1, "name": "small", "price": "2.50", "since": "in 1999"});
    for (path, rows) in [
        ("/fee?fee_id=eq.1", json!([whole])),
        ("/rpc/fees?fee_id=eq.1", json!([whole])),
        ("/fee?select=p:price,since&fee_id=eq.2", json!([{"p": "999.50", "since": null}])),
        ("/fee?select=price::text&fee_id=eq.1", json!([{"price": "\"2.50\""}])),
        ("/fee_list?fee_id=eq.1", json!([{"fee_id": 1, "price": "2.50", "double": "5.00"}])),
        ("/bill?select=fee(price)", json!([{"fee": {"price": "999.50"}}])),
        ("/bill?select=...fee(price)", json!([{"price": "999.50"}])),
        ("/fee?select=fee_id&order=price.desc", json!([{"fee_id": 2}, {"fee_id": 1}])),
        ("/fee?select=price,count()&fee_id=eq.1", json!([{"price": "2.50", "count": 1}])),
        ("/bill?select=count(),...fee(price)", json!([{"count": 1, "price": "999.50"}])),
        (
            "/bill?select=...fee(count(),price)&order=fee(price)",
            json!([{"count": 1, "price": "999.50"}]),
        ),
        ("/fee?select=price.sum()", json!([{"sum": 100_200}])),
    ] {
        let reply = api.ask("GET", path, &[], None).await;
        assert_eq!(reply.json, rows, "{path}");
    }
}

#[tokio::test]
async fn a_value_to_compare_with_goes_through_the_cast_from_text() {
    let api = Api::new().await;
    api.admin.batch_execute(DOMAINS).await.unwrap();
    for (condition, ids) in [
        ("price=eq.2.50", json!([1])),
        ("price=gt.2.5", json!([2])),
        ("price=not.eq.2.5", json!([2])),
        ("price=in.(2.5,999.5)", json!([1, 2])),
        ("price=in.()", json!([])),
        ("price=eq(any).{2.5,7}", json!([1])),
        ("price=isdistinct.2.5", json!([2])),
        ("or=(price.eq.999.5,fee_id.eq.7)", json!([2])),
        // Without such a cast, the value is read as the base type.
        ("since=eq.1999", json!([1])),
    ] {
        let path = format!("/fee?select=fee_id&order=fee_id&{condition}");
        let rows = api.ask("GET", &path, &[], None).await.json;
        let found = rows.as_array().unwrap().iter().map(|row| row["fee_id"].clone());
        assert_eq!(json!(found.collect::<Vec<_>>()), ids, "{condition}");
    }
    let reply = api.ask("GET", "/fee?price=like.2*", &[], None).await;
    assert_eq!((reply.status, reply.code()), (404, "42883"), "a pattern is no amount");
    let reply = api.ask("GET", "/fee?price=eq.dear", &[], None).await;
    assert_eq!((reply.status, reply.code()), (400, "22P02"));
}

#[tokio::test]
async fn a_body_goes_through_the_cast_from_json() {
    let api = Api::new().await;
    api.admin.batch_execute(DOMAINS).await.unwrap();
    let whole = ("prefer", "return=representation");
    let defaults = ("prefer", "return=representation,missing=default");

    let body = json!([{"fee_id": 3, "price": "7.25"}, {"fee_id": 4, "price": 8}]);
    let reply = api.ask("POST", "/fee?select=fee_id,price", &[whole], Some(body)).await;
    let rows = json!([{"fee_id": 3, "price": "7.25"}, {"fee_id": 4, "price": "8.00"}]);
    assert_eq!((reply.status, reply.json), (201, rows));

    let body = json!([{"fee_id": 5, "price": null}, {"fee_id": 6}]);
    let path = "/fee?select=price&columns=fee_id,price";
    let reply = api.ask("POST", path, &[defaults], Some(body)).await;
    assert_eq!(reply.json, json!([{"price": null}, {"price": "1.00"}]));

    let path = "/fee?select=price&price=eq.8";
    let reply = api.ask("PATCH", path, &[whole], Some(json!({"price": "8.5"}))).await;
    assert_eq!(reply.json, json!([{"price": "8.50"}]));
    let stored = "select price::bigint from public.fee where fee_id = 4";
    assert_eq!(api.admin.query_one(stored, &[]).await.unwrap().get::<_, i64>(0), 850);

    let body = json!({"fee_id": 4, "name": "put", "price": "9", "since": null});
    let reply = api.ask("PUT", "/fee?select=price&fee_id=eq.4", &[whole], Some(body)).await;
    assert_eq!(reply.json, json!([{"price": "9.00"}]));
    let reply = api.ask("POST", "/fee", &[], Some(json!({"fee_id": 9, "price": "dear"}))).await;
    assert_eq!((reply.status, reply.code()), (400, "22P02"));
}
