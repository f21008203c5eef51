//! A function is granted in the policy file of its own domain.

use regex::Regex;
use tests::sources::{SqlFunction, files, named, root, sql_functions, text, without_comments};

const SUSPENSION: &str = "the policies on suspension stand in one file and ask it";

/// Exceptions: the file, the function, and the reason.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("people/suspension", "internal.may_act", SUSPENSION),
    ("people/suspension", "internal.is_active", SUSPENSION),
    ("people/suspension", "internal.is_guest", SUSPENSION),
    ("people/suspension", "internal.stopped_provider_ids", SUSPENSION),
    ("login/supabase", "internal.app_metadata", "only where the schema auth is made, for its view"),
    (
        "login/supabase",
        "internal.user_metadata",
        "only where the schema auth is made, for its view",
    ),
];

/// The grants in a file of sql/policies whose functions belong to another domain.
fn strangers(file: &str, sql: &str, functions: &[SqlFunction]) -> Vec<String> {
    let grant = Regex::new(r"(?s)grant execute on function\s+(.*?)\s+to\s").expect("a pattern");
    let name = Regex::new(r"(?:api|internal)\.\w+").expect("a pattern");
    let mut strange = Vec::new();
    for granted in grant.captures_iter(&without_comments(sql)) {
        for name in name.find_iter(&granted[1]) {
            let home = functions.iter().find(|function| function.name == name.as_str());
            let home = home.map(|f| format!("{}/{}", f.area, f.domain)).unwrap_or_default();
            let is_written = ELSEWHERE.iter().any(|(f, n, _)| (*f, *n) == (file, name.as_str()));
            if home != file && !is_written {
                strange.push(format!("{} belongs to {home}, not to {file}", name.as_str()));
            }
        }
    }
    strange
}

#[test]
fn a_function_is_granted_in_the_policies_of_its_own_domain() {
    let functions = sql_functions();
    let folder = root().join("sql/policies");
    let mut strange = Vec::new();
    for path in files(&folder, "sql") {
        let file = named(path.strip_prefix(&folder).expect("it is below"));
        strange.extend(strangers(file.trim_end_matches(".sql"), &text(&path), &functions));
    }
    assert_eq!(strange, Vec::<String>::new());
}

#[test]
fn a_grant_in_another_domain_is_noticed() {
    let sql = "grant execute on function\n  api.request_payout(bigint), api.my_wallet() to x;";
    let strange = strangers("payout/payout", sql, &sql_functions());
    assert_eq!(strange, ["api.my_wallet belongs to money/wallet, not to payout/payout"]);
}
