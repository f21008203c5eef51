//! The test of a function is in the test file of its domain.

use regex::Regex;
use tests::sources::{SqlFunction, files, root, sql_functions, text, without_comments};

/// Whether a test file belongs to a domain: `payout.sql`, or a story of it, `payout_due.sql`.
fn is_of(file: &str, domain: &str) -> bool {
    file == domain || file.strip_prefix(domain).is_some_and(|rest| rest.starts_with('_'))
}

/// The text of the SQL tests of a domain.
fn tests_of(area: &str, domain: &str) -> String {
    let folder = root().join("tests/sql").join(area);
    let paths = if folder.is_dir() { files(&folder, "sql") } else { Vec::new() };
    let of_domain = paths
        .iter()
        .filter(|path| path.file_stem().is_some_and(|stem| is_of(&stem.to_string_lossy(), domain)));
    of_domain.map(|path| without_comments(&text(path))).collect()
}

/// Functions of many domains that one file tests, because they follow one pattern: lists, and what
/// staff may do.
const TOGETHER: &[(&str, &[&str])] = &[
    (
        "ground/reading",
        &[
            "api.list_cancellation_policies",
            "api.list_coupons",
            "api.list_exceptions",
            "api.list_notifications",
            "api.list_reviews",
            "api.list_waitlist",
        ],
    ),
    (
        "people/staff",
        &[
            "api.hide_review",
            "api.list_audit_log",
            "api.marketplace_settings",
            "api.set_marketplace",
        ],
    ),
];

/// The functions that the tests of their own domain do not name.
fn untested(functions: &[SqlFunction]) -> Vec<String> {
    let mut missing = Vec::new();
    for function in functions.iter().filter(|function| function.name.starts_with("api.")) {
        let name = Regex::new(&format!(r"\b{}\b", regex::escape(&function.name)));
        let (mut area, mut domain) = (function.area.as_str(), function.domain.as_str());
        let together = TOGETHER.iter().find(|(_, names)| names.contains(&function.name.as_str()));
        if let Some((file, _)) = together {
            (area, domain) = file.split_once('/').expect("an area and a domain");
        }
        if !name.expect("a pattern").is_match(&tests_of(area, domain)) {
            missing.push(format!(
                "{} in tests/sql/{}/{}.sql",
                function.name, function.area, function.domain
            ));
        }
    }
    missing
}

#[test]
fn every_api_function_is_named_in_the_sql_test_of_its_domain() {
    let functions = sql_functions();
    assert!(functions.len() > 200, "only {} functions were found", functions.len());
    assert_eq!(untested(&functions), Vec::<String>::new(), "name and test");
}

#[test]
fn a_function_without_a_test_is_noticed() {
    let function = |name: &str, domain: &str| SqlFunction {
        name: name.into(),
        area: "payout".into(),
        domain: domain.into(),
        body: String::new(),
    };
    let known = function("api.request_payout", "payout");
    let elsewhere = function("api.request_payout", "account_of");
    let unknown = function("api.request_pay", "payout");
    assert_eq!(
        untested(&[known, elsewhere, unknown]),
        [
            "api.request_payout in tests/sql/payout/account_of.sql",
            "api.request_pay in tests/sql/payout/payout.sql"
        ]
    );
}
