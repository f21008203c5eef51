//! Pages of views that ask something for each of their rows.

use serde_json::{Value, json};
use tests::dialect::Api;

/// The same rows twice: asked for by a join of each row, and by a column. `person_id` names no
/// single row, and `ask` counts how often it is asked.
const VIEWS: &str = "
    insert into member values (2, 1), (2, 2), (2, 3), (4, 1), (4, 2);
    create function ask(key int) returns int language plpgsql stable as $$
      begin return built() * 0 + key * 10; end $$;
    create view asked as
      select p.person_id as id, p.email, m.project_id, a.answer, p.person_id as twin
      from person as p
      left join member as m using (person_id)
      left join lateral (select ask(p.person_id) as answer group by ()) as a on true;
    create view plain as
      select p.person_id as id, p.email, m.project_id, p.person_id * 10 as answer,
             p.person_id as twin
      from person as p
      left join member as m using (person_id);
    create view asked_again as select * from asked;
    -- The key that it shows is null in some rows.
    create view asked_aside as
      select p.name, m.person_id as id, a.answer
      from project as p
      left join profile as m on m.person_id = p.project_id
      left join lateral (select ask(p.project_id) as answer group by ()) as a on true;
    create view counted as
      select p.person_id as id, a.answer, current_setting('built.rows', true) as asked
      from person as p
      left join lateral (select ask(p.person_id) as answer group by ()) as a on true;
    grant select on asked, asked_again, asked_aside, counted, plain to anon";

async fn api() -> Api {
    let api = Api::new().await;
    api.admin.batch_execute(VIEWS).await.unwrap();
    api
}

/// Every page, in every order, is the page of a view that has the same rows and asks nothing.
#[tokio::test]
async fn a_page_by_key_has_the_rows_that_any_page_would_have() {
    let api = api().await;
    let orders = [
        "id,project_id",
        "id.desc,project_id.desc",
        "email.nullsfirst,project_id",
        "project_id.desc.nullslast,id",
        "answer.desc,project_id",
    ];
    let conditions =
        ["", "&answer=gt.10", "&or=(email.is.null,project_id.eq.2)", "&project_id=not.is.null"];
    for view in ["asked", "asked_again"] {
        for order in orders {
            for condition in conditions {
                for (limit, offset) in [(1, 0), (3, 0), (2, 1), (3, 5), (100, 2), (0, 0)] {
                    for select in ["*", "id,project_id,answer", "id,e:email", "project_id,answer"] {
                        let rest = format!(
                            "select={select}&order={order}{condition}&limit={limit}&offset={offset}"
                        );
                        let expected = api.get(&format!("/plain?{rest}")).await;
                        let page = api.get(&format!("/{view}?{rest}")).await;
                        assert_eq!(page, expected, "{view}: {rest}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn only_the_rows_of_the_page_are_asked_for() {
    let api = api().await;
    let reply = api.get("/counted?order=id.desc&limit=1").await;
    assert_eq!(reply, json!([{"id": 3, "answer": 30, "asked": "1"}]), "by key");
    // What is sorted by has to be asked for.
    let reply = api.get("/counted?order=answer.desc&limit=1").await;
    assert_ne!(reply[0]["asked"], "1", "by what is asked");
}

#[tokio::test]
async fn a_key_that_may_be_null_chooses_no_page() {
    let api = api().await;
    let rows: Value = api.get("/asked_aside?order=name&limit=3").await;
    let row =
        |name: &str, id: Value, answer: i32| json!({"name": name, "id": id, "answer": answer});
    let expected =
        [row("Alpha", json!(1), 10), row("Beta", Value::Null, 20), row("Delta", Value::Null, 40)];
    assert_eq!(rows, json!(expected));
}
