//! The files of this project, for tests of what is written in them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// Files that tools generate.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", ".x"];

/// The root folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package has a workspace")
}

/// All files below a folder that end in `extension`, in order.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, &mut found);
    found.retain(|path| path.extension().is_some_and(|given| given == extension));
    found
}

/// All files below a folder, in order.
pub fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() {
            found.push(path);
        } else if !NOT_OURS.contains(&name.as_ref()) {
            walk(&path, found);
        }
    }
}

/// A path as text: relative to the root, with `/`.
pub fn named(path: &Path) -> String {
    let below = path.strip_prefix(root()).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

/// The text of a file; empty if it is not text.
pub fn text(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8(bytes).unwrap_or_default()).unwrap_or_default()
}

/// A function of api or internal: `api.request_payout` of payout/payout.
#[derive(Clone, Debug)]
pub struct SqlFunction {
    /// With its schema.
    pub name: String,
    /// The folder of its file.
    pub area: String,
    /// The name of its file.
    pub domain: String,
    /// Its text, without comments.
    pub body: String,
}

/// Every function that sql/functions makes.
pub fn sql_functions() -> Vec<SqlFunction> {
    let made = Regex::new(r"create (?:or replace )?function ((?:api|internal)\.\w+)");
    let made = made.expect("a pattern");
    let folder = root().join("sql/functions");
    let mut functions = Vec::new();
    for path in files(&folder, "sql") {
        let below = named(path.strip_prefix(&folder).expect("it is below"));
        let Some((area, file)) = below.rsplit_once('/') else { continue };
        let text = without_comments(&text(&path));
        let starts: Vec<_> = made.captures_iter(&text).collect();
        for (n, start) in starts.iter().enumerate() {
            let (from, to) = (start.get(0).map_or(0, |whole| whole.start()), starts.get(n + 1));
            let to = to.and_then(|next| next.get(0)).map_or(text.len(), |whole| whole.start());
            functions.push(SqlFunction {
                name: start[1].to_owned(),
                area: area.to_owned(),
                domain: file.trim_end_matches(".sql").to_owned(),
                body: text[from..to].to_owned(),
            });
        }
    }
    functions
}

/// SQL without lines that begin with `--`, and without `comment on`.
pub fn without_comments(sql: &str) -> String {
    let comments = Regex::new(COMMENT_ON).expect("a pattern");
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    comments.replace_all(&lines.collect::<Vec<_>>().join("\n"), "").into_owned()
}

/// The texts of `comment on`, with their quotes.
pub fn comments_on(sql: &str) -> Vec<String> {
    let comments = Regex::new(COMMENT_ON).expect("a pattern");
    comments.captures_iter(sql).map(|found| found[1].to_owned()).collect()
}

const COMMENT_ON: &str = r"(?s)comment on [^;']*? is\s+(\$\$.*?\$\$|'(?:[^']|'')*');";

/// The names of database objects that a text creates: `core.slot`, `api.request_payout`.
pub fn sql_names(code: &str) -> BTreeSet<String> {
    let made = Regex::new(concat!(
        r"(?:function|table|view|type|domain|trigger|sequence|index) (?:if not exists )?",
        r#"((?:core|api|internal|identity|convene)\.)"?(\w+)"#,
    ));
    let made = made.expect("a pattern");
    made.captures_iter(code).map(|found| format!("{}{}", &found[1], &found[2])).collect()
}
