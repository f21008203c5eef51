//! Calls between the areas of sql/functions run one way: a function calls those of its own area
//! and of lower ones. The exceptions are written down here, each with its reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use regex::Regex;

use crate::template::reading::root;

/// The areas, the lowest first. The commands to Stripe are a layer of their own, because money
/// plans them. The rest of stripe is above all others, because it applies Stripe's news to
/// everything.
const AREAS: [&str; 13] = [
    "ground",
    "people",
    "messages",
    "login",
    "time",
    "catalogue",
    "learning",
    "stripe/command",
    "money",
    "payout",
    "booking",
    "community",
    "stripe",
];

/// Permitted calls from a lower area to a higher one: caller, callee, reason.
const UPWARD: [(&str, &str, &str); 22] = [
    ("internal.require_identity", "internal.is_active", "suspension holds for every caller"),
    ("internal.require_identity", "internal.require_active", "suspension holds for every caller"),
    ("api.list_audit_log", "internal.require_staff", WHO_MAY),
    ("api.marketplace_settings", "internal.require_staff", WHO_MAY),
    ("api.set_marketplace", "internal.require_admin", WHO_MAY),
    (
        "internal.check_marketplace",
        "internal.is_timezone",
        "the server's zones are known to people",
    ),
    ("api.join_waitlist", "internal.require_free_customer", WAITING),
    ("internal.offer_freed_seats", "internal.conflicting_booking", WAITING),
    ("internal.hold_items", "internal.hold_seats", LINES),
    ("internal.fulfil_line", "internal.confirm_booking", LINES),
    ("internal.lose_payment", "internal.close_booking", LINES),
    ("internal.lose_payment", "internal.tell_both", LINES),
    ("internal.ask_for_refund", "internal.plan_reversals", PAID_OUT),
    ("internal.close_dispute", "internal.plan_reversals", PAID_OUT),
    ("internal.settle_refunds", "internal.plan_reversals", PAID_OUT),
    ("internal.count_returns", "internal.dispute_state", STATES),
    ("internal.open_refund", "internal.dispute_state", STATES),
    ("internal.settle_owed", "internal.dispute_state", STATES),
    ("internal.settle_disputes", "internal.is_inquiry", STATES),
    ("internal.join_reversal", "internal.must_fit", FITTING),
    ("internal.join_transfer", "internal.must_fit", FITTING),
    ("internal.join_transfer", "internal.refuse_misfit", FITTING),
];

const WHO_MAY: &str = "who is staff or admin is a fact about people, asked wherever only they may";
const WAITING: &str = "who waits must be able to book, and booking knows who can";
const LINES: &str = "a paid or lost line is carried out by what it stands for";
const PAID_OUT: &str = "what goes back to a payer is taken back from those who were paid";
const STATES: &str = "what Stripe's words for a dispute mean is said once, beside its other words";
const FITTING: &str = "whether Stripe's object fits a row is decided in one way for all";

/// Every function with its area and its text, without comments.
fn functions() -> Vec<(String, &'static str, String)> {
    let make = Regex::new(r"(?m)^create (?:or replace )?function (\w+\.\w+)").expect("a pattern");
    let spoken = Regex::new(r"(?s)--[^\n]*|comment on [^;]*?is \$\$.*?\$\$;|comment on [^;]*?;")
        .expect("a pattern");
    let mut found = Vec::new();
    for area in fs::read_dir(root().join("sql/functions")).expect("sql/functions") {
        let area = area.expect("an area").path();
        for file in fs::read_dir(&area).expect("a folder of an area") {
            let file = file.expect("a domain").path();
            let word = |path: &std::path::Path| {
                path.file_stem().expect("a name").to_string_lossy().into_owned()
            };
            let domain = format!("{}/{}", word(&area), word(&file));
            let named = |name: &&&str| **name == domain || **name == word(&area);
            let layer = AREAS.iter().filter(named).max_by_key(|name| name.len());
            let layer = layer.unwrap_or_else(|| panic!("{domain} is in no area that is known"));
            let text = fs::read_to_string(&file).expect("a file of SQL");
            let text = spoken.replace_all(&text, "");
            let starts: Vec<_> =
                make.captures_iter(&text).map(|c| c.get(0).expect("all")).collect();
            for (n, start) in starts.iter().enumerate() {
                let end = starts.get(n + 1).map_or(text.len(), |next| next.start());
                let body = &text[start.start()..end];
                let name = make.captures(body).expect("it begins so")[1].to_owned();
                found.push((name, *layer, body.to_owned()));
            }
        }
    }
    found
}

#[test]
fn no_area_calls_a_higher_one_but_for_a_reason() {
    let functions = functions();
    let rank = |layer: &str| AREAS.iter().position(|area| *area == layer).expect("a layer");
    let place: BTreeMap<_, _> =
        functions.iter().map(|(name, layer, _)| (name.as_str(), rank(layer))).collect();
    let call = Regex::new(r"\b((?:api|internal)\.\w+)\s*\(").expect("a pattern");
    let mut upward = BTreeSet::new();
    for (name, layer, body) in &functions {
        for found in call.captures_iter(body) {
            let callee = found.get(1).expect("a name").as_str();
            if place.get(callee).is_some_and(|called| *called > rank(layer)) {
                upward.insert((name.as_str(), callee.to_owned()));
            }
        }
    }
    let known: BTreeSet<_> =
        UPWARD.iter().map(|(caller, callee, _)| (*caller, (*callee).to_owned())).collect();
    let new: Vec<_> = upward.difference(&known).collect();
    assert!(new.is_empty(), "calls to a higher area, without a reason: {new:#?}");
    let gone: Vec<_> = known.difference(&upward).collect();
    assert!(gone.is_empty(), "no longer called, so take it off the list: {gone:#?}");
}
