//! TypeScript for schemas of strangers, as `convene types` prints it.

use data_api::{
    cache::{self, Schemas},
    types::typescript,
};
use tests::dialect::Api;

const FIXTURE: &str = r#"
  create schema "We.ird";
  create type "We.ird"."a.b(""c)" as enum ('x', 'y"z');
  create type "We.ird".pair as (n int, "e e" "We.ird"."a.b(""c)");
  create table "We.ird"."T.t" (
    id     int primary key,
    price  money not null,
    source oid not null,
    e      "We.ird"."a.b(""c)" not null,
    es     "We.ird"."a.b(""c)"[] not null,
    p      "We.ird".pair not null,
    during interval day to second not null);
  create table "We.ird".leaf (id int primary key, t int references "We.ird"."T.t");
  create extension file_fdw;
  create server files foreign data wrapper file_fdw;
  create foreign table "We.ird".file (line text) server files options (filename '/dev/null');
  create function "We.ird".label("We.ird"."T.t") returns text language sql stable return 'x';
  create function "We.ird".called(t "We.ird"."T.t") returns text language sql stable return 'x';
  create function "We.ird".leaves("We.ird"."T.t") returns setof "We.ird".leaf
    language sql stable as 'select * from "We.ird".leaf where t = $1.id';
  create function "We.ird".first_leaf("We.ird"."T.t") returns setof "We.ird".leaf rows 1
    language sql stable as 'select * from "We.ird".leaf where t = $1.id';
  create function "We.ird".all_leaves() returns setof "We.ird".leaf
    language sql stable as 'select * from "We.ird".leaf';
"#;

const ROW: &str = r#"Args: { "": Database["We.ird"]["Tables"]["T.t"]["Row"] }"#;

#[tokio::test]
async fn types_tell_what_the_api_answers() {
    let api = Api::new().await;
    api.admin.batch_execute(FIXTURE).await.unwrap();
    let schemas = Schemas { exposed: vec!["We.ird".into()], extra: Vec::new() };
    let loaded = cache::build(&api.admin, &schemas).await.unwrap();
    let printed = typescript(&loaded.model, &[("We.ird".into(), "We.ird".into())]);
    let leaf = "{ id: number; t: number | null }";
    let to_leaf = |from: &str, single: bool| {
        format!(
            "SetofOptions: {{ from: {from:?}; to: \"leaf\"; isOneToOne: {single}; isSetofReturn: true }} }}"
        )
    };
    let expected = [
        // As JSON has them, not as numbers.
        "price: string".to_owned(),
        "source: string".into(),
        "during: string".into(),
        // Names with dots, quotes and parentheses in them.
        r#"e: Database["We.ird"]["Enums"]["a.b(\"c)"]"#.into(),
        r#"es: Database["We.ird"]["Enums"]["a.b(\"c)"][]"#.into(),
        r#"p: Database["We.ird"]["CompositeTypes"]["pair"]"#.into(),
        // Functions of a row: selected like a column, embedded like a relation.
        "label: string | null".into(),
        format!("label: {{ {ROW}; Returns: string }}"),
        format!("leaves: {{ {ROW}; Returns: {leaf}[]; {}", to_leaf("T.t", false)),
        format!("first_leaf: {{ {ROW}; Returns: {leaf}; {}", to_leaf("T.t", true)),
        format!("all_leaves: {{ Args: never; Returns: {leaf}[]; {}", to_leaf("*", false)),
        r#"called: { Args: { t: Database["We.ird"]["Tables"]["T.t"]["Row"] }; Returns: string }"#
            .into(),
    ];
    for line in expected {
        assert!(printed.contains(&line), "{line}\n{printed}");
    }
    // Without an Insert of one table supabase-js would know none.
    let file = printed.split("      file: {").nth(1).unwrap();
    assert!(file.split("Relationships").next().unwrap().contains("Insert: {"), "{printed}");
    assert!(!printed.contains("called: string"), "{printed}");
}
