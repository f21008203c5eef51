//! Tests share one server of Postgres, each with a database of its own.

use regex::Regex;
use tests::sources::{files, named, root, text};

/// The statements of a file that read about sessions or locks of the whole server, and do not say
/// whose.
fn of_all_databases(rust: &str) -> Vec<&str> {
    let read =
        Regex::new(r#"(?s)"[^"]*\b(?:pg_stat_activity|pg_locks)\b[^"]*""#).expect("a pattern");
    let says = Regex::new(r"current_database\(\)|\bpid = \$1|usename = '").expect("a pattern");
    let statements = read.find_iter(rust).map(|found| found.as_str());
    statements.filter(|statement| !says.is_match(statement)).collect()
}

#[test]
fn no_test_reads_or_ends_sessions_of_another_database() {
    let mut all = 0;
    for path in files(&root().join("tests"), "rs") {
        let rust = text(&path);
        // The rule itself has bad examples.
        if path.ends_with("neighbours.rs") {
            continue;
        }
        all += rust.matches("pg_stat_activity").count();
        assert_eq!(of_all_databases(&rust), Vec::<&str>::new(), "{}", named(&path));
    }
    assert!(all > 5, "only {all} statements were found");
}

#[test]
fn a_statement_about_all_databases_is_noticed() {
    let kill = r#""select pg_terminate_backend(pid) from pg_stat_activity where query like '%x%'""#;
    assert_eq!(of_all_databases(kill), [kill]);
    let own = r#""select 1 from pg_stat_activity where datname = current_database()""#;
    assert_eq!(of_all_databases(own), Vec::<&str>::new());
}
