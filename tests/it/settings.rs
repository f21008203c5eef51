//! .env.example lists the settings that the code reads, and no others.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

use crate::template::reading::root;

/// Variables that the code reads and operators do not set: AWS sets them, or they are older names.
const UNLISTED: [&str; 2] = ["AWS_LAMBDA_FUNCTION_NAME", "PGRST_DB_SCHEMA"];

/// The data API as a stand-in for PostgREST, which has settings of its own.
const STAND_IN: [&str; 2] = ["data_api/src/bin", "data_api/src/identity.rs"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        let is_left_out = STAND_IN.iter().any(|part| path.ends_with(part));
        if path.is_dir() && !is_left_out {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_left_out {
            found.push(path);
        }
    }
}

/// The code of cli, shared and all functions, without comments and tests.
fn code() -> String {
    let mut files = Vec::new();
    sources(&root().join("cli/src"), &mut files);
    for folder in ["shared", "functions"] {
        for package in fs::read_dir(root().join(folder)).expect("a folder of packages") {
            sources(&package.expect("a folder").path().join("src"), &mut files);
        }
    }
    let mut code = String::new();
    for file in files.iter().filter(|file| !file.ends_with("tests.rs")) {
        let text = fs::read_to_string(file).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.for_each(|line| code.extend([line, "\n"]));
    }
    code
}

fn names(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn the_example_lists_every_setting_that_is_read_and_no_other() {
    let code = code();
    let example = fs::read_to_string(root().join(".env.example")).expect(".env.example");
    let listed = names(r"(?m)^#?([A-Z][A-Z0-9_]+)=", &example);

    let read = r#"(?:\b(?:optional|required|parsed|flag|number|size|words|opaque|url|setting|milliseconds)\(\s*|env = |const [A-Z]+: &str = )"([A-Z][A-Z0-9_]+)""#;
    let read = names(read, &code);
    assert!(read.len() > 40, "settings are found: {read:?}");
    let unlisted: Vec<&String> =
        read.difference(&listed).filter(|name| !UNLISTED.contains(&name.as_str())).collect();
    assert!(unlisted.is_empty(), "not in .env.example: {unlisted:?}");

    let quoted = names(r#""([A-Z][A-Z0-9_]+)""#, &code);
    let unread: Vec<&String> = listed.difference(&quoted).collect();
    assert!(unread.is_empty(), "in .env.example, and read by nothing: {unread:?}");
}

/// A setting of PostgREST that has no meaning here is reported at the start; so the list of
/// meaningful settings must be complete.
#[test]
fn the_data_api_knows_its_own_settings() {
    let mut files = Vec::new();
    for part in ["src/settings.rs", "src/identity.rs", "src/bin/rest-server.rs"] {
        files.push(root().join("shared/data_api").join(part));
    }
    let code: String =
        files.iter().map(|file| fs::read_to_string(file).expect("a source")).collect();
    let read = r#"(?:\b(?:optional|required|parsed|flag|number|size|words|verbosity)\(\s*|const NAME: &str = )"(PGRST_[A-Z0-9_]+)""#;
    let known: BTreeSet<String> = data_api::settings::NAMES.map(str::to_owned).into();
    assert_eq!(names(read, &code), known);

    let table =
        fs::read_to_string(root().join("docs/data-api/use.md")).expect("docs/data-api/use.md");
    let told = names(r"`(PGRST_[A-Z0-9_]+)`", &table);
    let untold: Vec<&String> =
        known.difference(&told).filter(|name| !UNLISTED.contains(&name.as_str())).collect();
    assert!(untold.is_empty(), "not in docs/data-api/use.md: {untold:?}");
}
