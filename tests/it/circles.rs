//! No two files of a crate need each other: each can be read knowing only those below it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;

use crate::template::reading::root;

/// Crates that are free of circles. Whoever opens another writes it here.
const CRATES: [&str; 5] = [
    "cli/src",
    "stand_ins/mailbox/src",
    "stand_ins/postgres/src",
    "stand_ins/queue/src",
    "stand_ins/stripe/src",
];

/// For each module of a crate, the modules of the same crate that it names.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The modules under `folder` by their paths (`object::refund`), and their text without tests.
fn modules(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(folder).expect("it is below").to_string_lossy();
            let Some(module) = inner.strip_suffix(".rs") else { continue };
            let text = fs::read_to_string(&path).expect("a text");
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            found.insert(module.replace('/', "::"), text.to_owned());
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let body = rest.rsplit_once('}').map_or(rest, |(body, _)| body);
    let mut depth = 0;
    let branches = body.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    branches
        .filter(|branch| !branch.trim().is_empty())
        .flat_map(|branch| paths(branch.trim()))
        .map(|path| format!("{}{path}", head.trim()))
        .collect()
}

fn uses(modules: &BTreeMap<String, String>) -> Uses {
    let named = Regex::new(
        r"(?s)\b(crate|super)::((?:[a-z_0-9]+::)*(?:\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z_0-9]+))",
    )
    .expect("a pattern");
    let comment = Regex::new(r"(?m)^\s*//.*$").expect("a pattern");
    let mut uses = Uses::new();
    for (module, text) in modules {
        let text = comment.replace_all(text, "");
        let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
        let of = uses.entry(module.clone()).or_default();
        for found in named.captures_iter(&text) {
            for path in paths(&found[2]) {
                let path = match (&found[1], parent) {
                    ("super", parent) if !parent.is_empty() => format!("{parent}::{path}"),
                    _ => path,
                };
                // The longest beginning of the path that is a module; else what `super` names.
                let mut steps: Vec<&str> = path.split("::").collect();
                while !steps.is_empty() && !modules.contains_key(&steps.join("::")) {
                    steps.pop();
                }
                let target = steps.join("::");
                if !target.is_empty() && target != *module {
                    of.insert(target);
                }
            }
        }
    }
    uses
}

/// Modules that are left when everything that needs nothing else has been taken away, and then
/// everything that nobody needs: those in circles, and those between two circles.
fn circles(mut uses: Uses) -> Vec<String> {
    loop {
        let before = uses.len();
        let there: BTreeSet<String> = uses.keys().cloned().collect();
        uses.values_mut().for_each(|targets| targets.retain(|target| there.contains(target)));
        uses.retain(|_, targets| !targets.is_empty());
        let needed: BTreeSet<String> = uses.values().flatten().cloned().collect();
        uses.retain(|module, _| needed.contains(module));
        if uses.len() == before {
            return uses.into_keys().collect();
        }
    }
}

#[test]
fn no_two_files_of_a_crate_need_each_other() {
    for folder in CRATES {
        let modules = modules(&root().join(folder));
        assert!(!modules.is_empty(), "{folder}");
        assert_eq!(circles(uses(&modules)), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn a_circle_is_seen_however_it_is_written() {
    let texts = [
        ("lib", "mod a; mod b;"),
        ("a", "use crate::b::{self, c::{D, e}};"),
        ("b", "fn f() { super::a::g() }"),
        ("b::c", "// crate::a is only named in a comment\nuse std::fmt;"),
    ];
    let modules =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let uses = uses(&modules);
    assert_eq!(uses["a"], BTreeSet::from(["b".to_owned(), "b::c".to_owned()]));
    assert_eq!(circles(uses), ["a", "b"]);
}
