//! Every file, function and setting that a comment or page names exists.

use std::{collections::BTreeSet, path::Path};

use regex::Regex;
use tests::sources::{comments_on, files, named, root, sql_names, text, walk, without_comments};

/// Everything that can be named.
#[derive(Default)]
struct Known {
    /// Every suffix of every path: `sql/clear.sql` and `clear.sql`.
    paths: BTreeSet<String>,
    /// The names of database objects.
    sql: BTreeSet<String>,
    /// Every word outside of prose.
    words: BTreeSet<String>,
}

/// Files and settings of other projects.
const OF_OTHERS: &[&str] = &["TCP_NODELAY", "schema.sql", "data.sql", "privileges.sql"];

/// Shorter words are examples: `a::b`.
const SHORTEST: usize = 3;

impl Known {
    fn gather() -> Self {
        let mut all = Vec::new();
        walk(root(), &mut all);
        let mut known = Self::default();
        for path in &all {
            let below = named(path);
            let parts: Vec<&str> = below.split('/').collect();
            known.paths.extend((0..parts.len()).map(|from| parts[from..].join("/")));
            let code = code_of(path);
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            known.words.extend(words.filter(|word| word.len() >= SHORTEST).map(str::to_owned));
            known.sql.extend(sql_names(&code));
        }
        known
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.contains(path.trim_start_matches("../").trim_start_matches("./"))
    }

    /// A name that ends in `_` means all names that begin with it.
    fn has_sql(&self, name: &str) -> bool {
        let begins = |made: &String| name.ends_with('_') && made.starts_with(name);
        self.sql.contains(name) || self.sql.iter().any(begins)
    }
}

/// The names in prose, recognised by their form.
struct Forms {
    path: Regex,
    sql: Regex,
    setting: Regex,
    rust: Regex,
}

impl Forms {
    fn new() -> Self {
        let form = |pattern: &str| Regex::new(pattern).expect("a pattern");
        Self {
            path: form(r"(?:^|[^\w>*}$./<-])((?:\.{1,2}/)*\w[\w./-]*\.(?:sql|rs|md))\b"),
            sql: form(r"(?:^|[^\w./-])((?:core|api|internal|identity)\.\w+|convene\.[a-z]+_\w+)\b"),
            setting: form(r"(?:^|[^\w$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b"),
            rust: form(r"`(?:\w+::)+(\w+)`"),
        }
    }

    /// The names in a text that do not exist.
    fn missing(&self, known: &Known, text: &str) -> Vec<String> {
        let named = |form: &Regex| -> Vec<String> {
            form.captures_iter(text).map(|found| found[1].to_owned()).collect()
        };
        let has_word = |name: &String| name.len() < SHORTEST || known.words.contains(name);
        let is_missing = |names: Vec<String>, exists: &dyn Fn(&String) -> bool| -> Vec<String> {
            let missing = |name: &String| !exists(name) && !OF_OTHERS.contains(&name.as_str());
            names.into_iter().filter(missing).collect()
        };
        [
            is_missing(named(&self.path), &|name| known.has_path(name)),
            is_missing(named(&self.sql), &|name| known.has_sql(name)),
            is_missing(named(&self.setting), &has_word),
            is_missing(named(&self.rust), &has_word),
        ]
        .concat()
    }
}

/// A file without its comments; a page gives nothing.
fn code_of(path: &Path) -> String {
    let all = text(path);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("md" | "lock") => String::new(),
        Some("sql") => without_comments(&all),
        Some("rs") => {
            let code = all.lines().filter(|line| !line.trim_start().starts_with("//"));
            code.collect::<Vec<_>>().join("\n")
        }
        _ => all,
    }
}

/// The comments of a source, or the text of a page, line by line.
fn prose_of(path: &Path) -> Vec<String> {
    let all = text(path);
    let lines = |start: &str| -> Vec<String> {
        let begin = |line: &&str| line.trim_start().starts_with(start);
        all.lines().filter(begin).map(str::to_owned).collect()
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => lines("//"),
        Some("sql") => [lines("--"), comments_on(&all)].concat(),
        _ => all.lines().map(str::to_owned).collect(),
    }
}

#[test]
fn what_a_comment_or_a_page_names_exists() {
    let (known, forms) = (Known::gather(), Forms::new());
    let mut missing = Vec::new();
    for extension in ["sql", "rs", "md"] {
        for path in files(root(), extension) {
            // History may name things of the past; docs/database is printed from what exists.
            let is_history = path.ends_with("CHANGELOG.md");
            // tests/migrations belongs to a release that does not exist.
            let unreal = ["docs/database", "tests/migrations"].map(|below| root().join(below));
            if is_history || unreal.iter().any(|below| path.starts_with(below)) {
                continue;
            }
            let names = forms.missing(&known, &prose_of(&path).join("\n")).into_iter();
            // A number that is still to be chosen.
            let names = names.filter(|name| !name.contains("NNNN"));
            missing.extend(names.map(|name| format!("{}: {name}", named(&path))));
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "named, and not there");
}

#[test]
fn what_does_not_exist_is_noticed() {
    let (known, forms) = (Known::gather(), Forms::new());
    let setting = ["NO", "SETTING"].join("_");
    let test = ["nothing", "at", "all"].join("_");
    let text = format!(
        "See sql/schema/nothing.sql, ../tests/it/main.rs, internal.nothing(), core.slot.taken,
         `OPERATIONS`, `OPEN_{setting}`, `sql::booking::{test}`, <domain>.sql and api.auth_*."
    );
    assert_eq!(
        forms.missing(&known, &text),
        [
            "sql/schema/nothing.sql".to_owned(),
            "internal.nothing".to_owned(),
            format!("OPEN_{setting}"),
            test
        ]
    );
}
