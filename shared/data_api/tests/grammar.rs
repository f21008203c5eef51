//! The grammar accepts any input: it answers or refuses, and never panics.
//!
//! `GRAMMAR_INPUTS=10000000 cargo test -p data_api --release --test grammar` is the long run.

use data_api::query::{Aggregate, Item, Join, Operator, Query};
use proptest::prelude::*;

/// Words of the dialect.
const PIECES: [&str; 44] = [
    "select",
    "order",
    "or",
    "and",
    "not.",
    "limit",
    "offset",
    "columns",
    "on_conflict",
    "=",
    "&",
    "(",
    ")",
    ",",
    ".",
    ":",
    "::",
    "->",
    "->>",
    "!",
    "!inner",
    "...",
    "*",
    "eq.",
    "in.(",
    "is.null",
    "like(any).{",
    "fts(english).",
    "count()",
    ".sum()",
    "\"",
    "\\",
    "{",
    "}",
    "%22",
    "%00",
    "%2C",
    "+",
    "-",
    "1",
    "a",
    "rel",
    "desc",
    "nullslast",
];

/// Pieces of the dialect, so that random texts get past the first character.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(&PIECES[..]).prop_map(ToOwned::to_owned),
        1 => "\\PC{0,3}",
        1 => any::<char>().prop_map(|c| c.to_string()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_makes_the_parser_panic(text in text(), call: bool) {
        let _ = Query::parse(&text, call);
    }

    #[test]
    fn a_quoted_value_is_read_as_it_was_meant(value in "\\PC{0,12}") {
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("a", &format!("in.(\"{quoted}\",b)"))
            .finish();
        let query = Query::parse(&query, false).unwrap();
        prop_assert_eq!(
            &query.filters[0].1.operation.operator,
            &Operator::In(vec![value, "b".into()])
        );
    }

    #[test]
    fn nesting_is_refused_before_the_stack_ends(depth in 30_usize..3000) {
        let select = format!("select={}{}", "a(".repeat(depth), ")".repeat(depth));
        prop_assert!(Query::parse(&select, false).is_err());
        let logic = format!("or={}a.eq.1{}", "(and".repeat(depth), ")".repeat(depth));
        prop_assert!(Query::parse(&logic, false).is_err());
    }
}

/// Much the same test without proptest, which is too slow for such numbers.
#[test]
fn every_text_of_very_many_is_answered_or_refused() {
    let inputs = std::env::var("GRAMMAR_INPUTS").ok().and_then(|number| number.parse().ok());
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    };
    let (mut text, mut understood) = (String::new(), 0_u64);
    for _ in 0..inputs.unwrap_or(20_000) {
        text.clear();
        for _ in 0..random(30) {
            match random(12) {
                0 => text.extend(char::from_u32(random(0x11_0000) as u32)),
                1 => text.push(random(128) as u8 as char),
                _ => text.push_str(PIECES[random(PIECES.len() as u64) as usize]),
            }
        }
        understood += u64::from(Query::parse(&text, random(2) == 0).is_ok());
    }
    assert!(understood > 0, "some of them must get through");
}

fn select(text: &str) -> Vec<Item> {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("select", text).finish();
    Query::parse(&query, false).unwrap_or_else(|error| panic!("{text}: {error:?}")).select
}

#[test]
fn a_selection_has_columns_embeddings_and_aggregates() {
    let items =
        select("id, full:first_name::text,data->a->>0,...to!fk!inner(x.sum()::text,count())");
    let [Item::Field(id), Item::Field(full), Item::Field(json), Item::Relation(to)] =
        items.as_slice()
    else {
        panic!("{items:?}");
    };
    assert_eq!(id.field.name, "id");
    assert_eq!((full.alias.as_deref(), full.cast.as_deref()), (Some("full"), Some("text")));
    assert_eq!(json.field.path.len(), 2);
    assert!(to.spread && to.join == Some(Join::Inner) && to.hint.as_deref() == Some("fk"));
    let [Item::Field(sum), Item::Field(count)] = to.items.as_slice() else { panic!("{to:?}") };
    assert_eq!(sum.aggregate, Some(Aggregate::Sum));
    assert_eq!(sum.aggregate_cast.as_deref(), Some("text"));
    assert_eq!(count.aggregate, Some(Aggregate::Count));
}

#[test]
fn a_dash_belongs_to_a_name_unless_it_begins_an_arrow() {
    let items = select("with-dash,json->with-dash");
    let [Item::Field(dash), Item::Field(json)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(dash.field.name, "with-dash");
    assert_eq!(json.field.name, "json");
}

#[test]
fn what_is_no_operator_is_an_argument_of_a_call_and_refused_elsewhere() {
    let call = Query::parse("a=1&b=eq.2&c.d=3", true);
    assert!(call.is_err(), "an embedded path is always a filter");
    let call = Query::parse("a=1&b=eq.2", true).unwrap();
    assert_eq!(call.arguments, [("a".to_owned(), "1".to_owned())]);
    assert_eq!(call.filters.len(), 1);
    let error = Query::parse("a=1", false).unwrap_err();
    assert_eq!((error.context.as_str(), error.column), ("failed to parse filter (1)", 1));
}
