//! Which module uses which: no crate has circles.
//!
//! No two files use each other. In addition, a module and its submodules count as one, and the
//! modules of one parent use each other in one direction only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;

use crate::template::reading::root;

/// The path of a module in its crate: `["plan", "read"]`.
type Place = Vec<String>;

/// For each module, which of its children use which others.
type Uses = BTreeMap<Place, BTreeMap<String, BTreeSet<String>>>;

/// The crates of this workspace, with their folders.
fn crates() -> Vec<String> {
    let mut found = vec!["cli".to_owned(), "tests".to_owned()];
    for folder in ["shared", "functions", "stand_ins"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder of crates") {
            let name = entry.expect("an entry").file_name();
            found.push(format!("{folder}/{}", name.to_string_lossy()));
        }
    }
    found.sort();
    found
}

/// The modules of a crate, with their text before their tests.
fn modules(source: &Path) -> BTreeMap<Place, String> {
    fn walk(folder: &Path, at: &Place, found: &mut BTreeMap<Place, String>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let mut place = at.clone();
            if path.is_dir() && name != "bin" {
                place.push(name);
                walk(&path, &place, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && name != "main"
            {
                assert_ne!(name, "mod", "{}: modules are called name.rs here", path.display());
                if !(at.is_empty() && name == "lib") {
                    place.push(name);
                }
                let text = fs::read_to_string(&path).expect("a source");
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.insert(place, text.to_owned());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(source, &Vec::new(), &mut found);
    found
}

/// The paths in a text that begin with `crate`, `super` or `self`.
fn paths(text: &str) -> Vec<String> {
    fn flatten(before: &str, tree: &str, found: &mut Vec<String>) {
        let tree = tree.trim();
        let Some((head, rest)) = tree.split_once('{') else {
            return found.push(format!("{before}{tree}"));
        };
        let (mut depth, mut part) = (0, String::new());
        for c in rest.trim_end().trim_end_matches('}').chars().chain([',']) {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if c == ',' && depth == 0 {
                flatten(&format!("{before}{head}"), &part, found);
                part.clear();
            } else {
                part.push(c);
            }
        }
    }
    let pattern = |text: &str| Regex::new(text).expect("a pattern");
    let code = pattern("//.*").replace_all(text, "");
    let used = pattern(r"\buse\s+((?:crate|super|self)::[^;]+);");
    let mut found = Vec::new();
    for tree in used.captures_iter(&code) {
        flatten("", &tree[1], &mut found);
    }
    let rest = used.replace_all(&code, "");
    let inline = pattern(r"(?:^|[^\w:])((?:crate|super)(?:::\w+)+)");
    found.extend(inline.captures_iter(&rest).map(|path| path[1].to_owned()));
    found
}

/// The module that a path names, seen from `place`.
fn target(path: &str, place: &Place, modules: &BTreeMap<Place, String>) -> Place {
    let mut words = path.split("::").map(str::trim).peekable();
    let mut at = match words.next() {
        Some("crate") => Vec::new(),
        Some("self") => place.clone(),
        _ => place[..place.len().saturating_sub(1)].to_vec(),
    };
    while words.next_if_eq(&"super").is_some() {
        at.pop();
    }
    for word in words {
        at.push(word.to_owned());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
    }
    at
}

/// Every use of one module by another: the user and the used.
fn all_uses(modules: &BTreeMap<Place, String>) -> Vec<(&Place, Place)> {
    let mut all = Vec::new();
    for (place, text) in modules {
        all.extend(paths(text).iter().map(|path| (place, target(path, place, modules))));
    }
    all
}

fn uses(modules: &BTreeMap<Place, String>) -> Uses {
    let mut uses = Uses::new();
    for (place, target) in all_uses(modules) {
        let shared = place.iter().zip(&target).take_while(|(a, b)| a == b).count();
        if let (Some(from), Some(to)) = (place.get(shared), target.get(shared)) {
            let siblings = uses.entry(place[..shared].to_vec()).or_default();
            siblings.entry(from.clone()).or_default().insert(to.clone());
        }
    }
    uses
}

/// Which files use which, except files above or below each other.
fn uses_of_files(modules: &BTreeMap<Place, String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for (place, target) in all_uses(modules) {
        if !place.starts_with(&target) && !target.starts_with(place) {
            uses.entry(place.join("::")).or_default().insert(target.join("::"));
        }
    }
    uses
}

/// The modules that remain after we repeatedly remove those that use no other or are used by none.
fn circle(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut left = uses.clone();
    loop {
        let uses_one = |used: &BTreeSet<String>| used.iter().any(|name| left.contains_key(name));
        let is_used = |name: &String| left.values().any(|used| used.contains(name));
        let stays = |name: &&String| uses_one(&left[*name]) && is_used(name);
        let stay: BTreeSet<String> = left.keys().filter(stays).cloned().collect();
        if stay.len() == left.len() {
            return stay.into_iter().collect();
        }
        left.retain(|name, _| stay.contains(name));
    }
}

#[test]
fn no_modules_use_one_another_in_a_circle() {
    let mut seen = 0;
    for name in crates() {
        let modules = modules(&root().join(&name).join("src"));
        seen += modules.len();
        assert_eq!(circle(&uses_of_files(&modules)), Vec::<String>::new(), "in {name}");
        for (parent, children) in uses(&modules) {
            let (circle, parent) = (circle(&children), parent.join("::"));
            assert!(circle.is_empty(), "in {name}, within `{parent}`: {circle:?}");
        }
    }
    assert!(seen > 200, "modules are found: {seen}");
}

#[test]
fn the_modules_of_the_data_api_use_only_those_before_them() {
    const ORDER: [&str; 13] = [
        "cache", "refusal", "identity", "settings", "profile", "query", "request", "plan", "sql",
        "answer", "openapi", "types", "serve",
    ];
    let place = |name: &String| ORDER.iter().position(|known| known == name);
    let modules = modules(&root().join("shared/data_api/src"));
    for name in modules.keys().filter_map(|place| place.first()) {
        assert!(place(name).is_some(), "`{name}` has no place in the order");
    }
    for (from, used) in &uses(&modules)[&Vec::new()] {
        for to in used {
            assert!(place(to) < place(from), "`{from}` uses `{to}`");
        }
    }
}

#[test]
fn a_circle_is_noticed() {
    let module = |name: &str, text: &str| (vec![name.to_owned()], text.to_owned());
    let modules = BTreeMap::from([
        module("a", "use crate::{b::{self, X}, d};"),
        module("b", "// use crate::d;\nfn f() { crate::c::g() }"),
        module("c", "use super::a::Y;"),
        module("d", ""),
        module("e", "use crate::a::Z;"),
    ]);
    assert_eq!(circle(&uses(&modules)[&Vec::new()]), ["a", "b", "c"]);
    assert_eq!(circle(&uses_of_files(&modules)), ["a", "b", "c"]);
}
