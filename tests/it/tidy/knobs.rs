//! Settings that make a test longer, or make it do something else.

use std::collections::BTreeSet;

use regex::Regex;
use tests::sources::{files, root, text};

/// Every environment variable that a test reads, except those of the shell.
fn read_by_tests() -> BTreeSet<String> {
    let read = Regex::new(r#"env::var(?:_os)?\(\s*"([A-Z_]+)""#).expect("a pattern");
    let paths = files(root(), "rs");
    let tests = paths
        .iter()
        .filter(|path| path.iter().any(|part| part == "tests") || path.ends_with("tests.rs"));
    let mut found: BTreeSet<String> = BTreeSet::new();
    for path in tests {
        found.extend(read.captures_iter(&text(path)).map(|name| name[1].to_owned()));
    }
    found.retain(|name| name != "PATH" && !name.starts_with("CARGO"));
    found
}

/// The variables that a page does not name.
fn unnamed(settings: &BTreeSet<String>, page: &str) -> Vec<String> {
    let is_named = |name: &&String| {
        let named = Regex::new(&format!(r"`{name}[`=]")).expect("a pattern");
        !named.is_match(page)
    };
    settings.iter().filter(is_named).cloned().collect()
}

#[test]
fn contributing_names_every_setting_of_the_tests() {
    let settings = read_by_tests();
    for known in ["OPERATIONS", "UPDATE_DOCS", "GRAMMAR_INPUTS"] {
        assert!(settings.contains(known), "{known} is not found in {settings:?}");
    }
    let page = text(&root().join("CONTRIBUTING.md"));
    assert_eq!(unnamed(&settings, &page), Vec::<String>::new(), "name them in CONTRIBUTING.md");
}

#[test]
fn a_setting_that_is_not_named_is_noticed() {
    let settings = BTreeSet::from(["ORDERS".to_owned(), "EVERY".to_owned()]);
    assert_eq!(unnamed(&settings, "`EVERY=1`, `EVERY_ORDERS`, ORDERS"), ["ORDERS"]);
}
