//! docs/errors.md and the code agree.

use std::{collections::BTreeMap, fs};

use regex::Regex;

use tests::sources::{files, root};

type Codes = BTreeMap<String, String>;

/// A code and the word that follows it where a refusal is raised; each code has one word.
fn raised(text: &str, pattern: &Regex, codes: &mut Codes) -> Result<(), String> {
    for found in pattern.captures_iter(text) {
        let (code, message) = (found[1].to_owned(), found[2].to_owned());
        let known = codes.entry(code.clone()).or_insert_with(|| message.clone());
        if *known != message {
            return Err(format!("{code} says {known} and {message}"));
        }
    }
    Ok(())
}

/// All codes that SQL or Rust raises.
fn of_the_code() -> Codes {
    let mut codes = Codes::new();
    let sql = concat!(
        r"(?:refuse\(|require_status\(\s*v_booking,|errcode\s*=)\s*'(M\d{4})',",
        r"\s*(?:message\s*=\s*)?'(\w+)'"
    );
    let sql = Regex::new(sql);
    let sql = sql.expect("a pattern");
    let literals = Regex::new(r"'(M\d{4})'").expect("a pattern");
    for path in files(&root().join("sql"), "sql") {
        let text = fs::read_to_string(&path).expect("SQL is UTF-8");
        raised(&text, &sql, &mut codes).unwrap_or_else(|error| panic!("{error}"));
        for literal in literals.captures_iter(&text) {
            assert!(codes.contains_key(&literal[1]), "{}: {}", path.display(), &literal[1]);
        }
    }
    let rust = Regex::new(r#""(M\d{4})",\s*"(\w+)""#).expect("a pattern");
    for folder in ["shared", "functions"] {
        for path in files(&root().join(folder), "rs") {
            let text = fs::read_to_string(&path).expect("Rust is UTF-8");
            raised(&text, &rust, &mut codes).unwrap_or_else(|error| panic!("{error}"));
        }
    }
    codes
}

/// All rows of the table: code, message and status.
fn of_the_page() -> Vec<(String, String, String)> {
    let page = fs::read_to_string(root().join("docs/errors.md")).expect("docs/errors.md is there");
    let row = Regex::new(r"(?m)^\| (M\d{4}) \| (\w+) \| (\d{3}) \| \S.* \|$").expect("a pattern");
    row.captures_iter(&page)
        .map(|row| (row[1].to_owned(), row[2].to_owned(), row[3].to_owned()))
        .collect()
}

#[test]
fn the_page_lists_what_the_code_raises_and_nothing_else() {
    let page: Codes = of_the_page().into_iter().map(|(code, message, _)| (code, message)).collect();
    let code = of_the_code();
    let unlisted: Vec<_> = code.iter().filter(|(code, _)| !page.contains_key(*code)).collect();
    let unraised: Vec<_> = page.keys().filter(|listed| !code.contains_key(*listed)).collect();
    assert!(unlisted.is_empty(), "add to docs/errors.md: {unlisted:?}");
    assert!(unraised.is_empty(), "nothing raises, so remove from docs/errors.md: {unraised:?}");
    assert_eq!(page, code, "docs/errors.md has other words");
}

#[test]
fn a_code_is_listed_once_in_order_with_its_status() {
    let page = of_the_page();
    assert!(page.windows(2).all(|pair| pair[0].0 < pair[1].0), "docs/errors.md is not in order");
    for (code, _, status) in page {
        assert_eq!(status, format!("40{}", &code[1..2]), "{code}");
    }
}

#[test]
fn a_code_with_two_words_is_noticed() {
    let pattern = Regex::new(r"'(M\d{4})',\s*'(\w+)'").expect("a pattern");
    let text = "refuse('M9999', 'one'); refuse('M9999', 'other');";
    let error = raised(text, &pattern, &mut Codes::new()).unwrap_err();
    assert_eq!(error, "M9999 says one and other");
}
