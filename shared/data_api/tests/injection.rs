//! No text of a request reaches the statement, except as a bound value or inside a quoted
//! identifier.

use data_api::{
    cache::model::{Column, Model, Qualified, Relation},
    plan::{self, Root, Shape, Source},
    query::Query,
    settings::Settings,
    sql::{Before, Output, Statement, statement_for},
};
use proptest::prelude::*;

const MARK: &str = "INJECTED";

fn model() -> Model {
    let column = |name: &str, kind: &str| Column {
        name: name.into(),
        kind: kind.into(),
        base: kind.into(),
        ..Column::default()
    };
    let relation = Relation {
        id: Qualified::new("public", "items"),
        kind: 'r',
        columns: vec![column("id", "integer"), column("data", "jsonb"), column("name", "text")],
        ..Relation::default()
    };
    let mut model = Model::default();
    model.relations.entry("public".into()).or_default().insert("items".into(), relation);
    model
}

/// All parts of a statement that are neither a quoted identifier nor a literal of ours.
fn bare(sql: &str) -> String {
    let mut bare = String::new();
    let mut within = None;
    for c in sql.chars() {
        match within {
            Some(quote) if c == quote => within = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => within = Some(c),
            None => bare.push(c),
        }
    }
    assert_eq!(within, None, "a quote is left open in {sql}");
    bare
}

/// A hostile text with the mark inside.
fn hostile() -> impl Strategy<Value = String> {
    let part = "[a-z'\";\\\\$()*/ -]{0,8}";
    (part, part).prop_map(|(before, after)| format!("{before}{MARK}{after}"))
}

fn encoded(pairs: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The statement for a query string, if it gives one.
fn statement(model: &Model, settings: &Settings, query: &str) -> Option<String> {
    let query = Query::parse(query, false).ok()?;
    let relation = model.resource("public", "items")?;
    let root = Root {
        name: &relation.id,
        shape: Shape::Relation(relation),
        source: Source::Table(&relation.id),
        own_conditions: true,
    };
    let node = plan::read(model, settings, "public", root, &query).ok()?;
    let parts = Statement {
        before: Before::Nothing,
        node: &node,
        output: Output::List,
        handler: None,
        strip_nulls: false,
        counted: true,
        count_limit: None,
        most_bytes: Some(1 << 20),
        returned: true,
        location: &[],
    };
    Some(statement_for(&parts).text)
}

proptest! {
    #[test]
    fn no_text_of_the_input_is_bare_in_the_statement(
        hostile in hostile(),
        place in 0_usize..11,
    ) {
        let quoted = format!("\"{}\"", hostile.replace('\\', "\\\\").replace('"', "\\\""));
        let pair = match place {
            0 => ("id", format!("eq.{hostile}")),
            1 => ("name", format!("in.({quoted},b)")),
            2 => ("name", format!("fts({hostile}).x")),
            3 => ("name", format!("like(any).{{{hostile}}}")),
            4 => ("select", format!("{quoted}:id")),
            5 => ("select", format!("data->{quoted}")),
            6 => ("select", format!("id::{quoted}")),
            7 => ("order", format!("data->{quoted}.desc")),
            8 => ("or", format!("(name.eq.{quoted},id.is.null)")),
            9 => ("select", format!("data->>{hostile}")),
            _ => ("limit", hostile.clone()),
        };
        let model = model();
        let settings = Settings::from_env().unwrap();
        if let Some(sql) = statement(&model, &settings, &encoded(&[pair])) {
            prop_assert!(!bare(&sql).contains(MARK), "{sql}");
        } else if place < 2 {
            prop_assert!(false, "a plain filter must be answered");
        }
    }

    #[test]
    fn a_name_that_is_not_in_the_catalog_gets_no_statement(name in "[a-z]{1,8}") {
        prop_assume!(!["id", "data", "name", "count"].contains(&name.as_str()));
        let model = model();
        let settings = Settings::from_env().unwrap();
        for query in [format!("{name}=eq.1"), format!("select={name}"), format!("order={name}")] {
            prop_assert_eq!(statement(&model, &settings, &query), None);
        }
    }
}
