//! Functions of SQL and files of Rust are short enough to be read at once.

use tests::sources::{files, named, root, text};

/// The longest function, in lines.
const FUNCTION: usize = 70;
/// The longest file of Rust, in lines. A file of SQL may be as long as its domain requires.
const FILE: usize = 300;

/// The line on which a function of SQL begins, its name, and its length.
fn functions(sql: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (number, line) in sql.lines().enumerate() {
        if let Some((_, rest)) = line.split_once("create or replace function ") {
            open = Some((rest.split('(').next().unwrap_or(rest).to_owned(), number));
        } else if line == "$$;" || line == "end;" {
            found.extend(open.take().map(|(name, from)| (name, number + 1 - from)));
        }
    }
    found
}

#[test]
fn no_function_of_sql_is_longer_than_a_screen() {
    let mut all = 0;
    for path in files(&root().join("sql"), "sql") {
        for (name, lines) in functions(&text(&path)) {
            all += 1;
            assert!(lines <= FUNCTION, "{}: {name} has {lines} lines", named(&path));
        }
    }
    assert!(all > 400, "only {all} functions were found");
}

#[test]
fn no_file_of_rust_has_two_subjects() {
    for path in files(root(), "rs") {
        let lines = text(&path).lines().count();
        assert!(lines <= FILE, "{} has {lines} lines", named(&path));
    }
}
