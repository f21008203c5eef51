//! What is linked into a package, and what is not.

use std::{collections::BTreeSet, fs};

use crate::template::reading::root;

/// Names of the crates that are linked into `package` on this platform, with or without default
/// features.
fn linked(package: &str) -> BTreeSet<String> {
    let mut words = package.split(' ');
    let tree = tests::cargo()
        .args(["tree", "--package", words.next().unwrap_or_default(), "--edges", "normal"])
        .args(words)
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("names");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn unwelcome(package: &str, prefixes: &[&str]) -> Vec<String> {
    let is_unwelcome = |name: &&String| prefixes.iter().any(|prefix| name.starts_with(prefix));
    linked(package).iter().filter(is_unwelcome).cloned().collect()
}

#[test]
fn a_function_links_what_it_calls_and_nothing_else() {
    const STRIPE: &[&str] = &["async-stripe", "stripe", "stripe_sync"];
    const QUEUE: &[&str] = &["aws-sdk", "queue"];
    const MAIL: &[&str] = &["lettre"];
    const TOKENS: &[&str] = &["tokens", "jsonwebtoken"];
    for (package, unused) in [
        ("rest", [STRIPE, QUEUE, MAIL].as_slice()),
        ("auth", &[STRIPE, QUEUE, MAIL]),
        ("checkout", &[QUEUE, MAIL]),
        ("onboarding", &[QUEUE, MAIL]),
        ("stripe_webhook", &[QUEUE, MAIL, TOKENS]),
        ("payouts", &[QUEUE, MAIL, TOKENS]),
        ("clock", &[STRIPE, QUEUE, MAIL, TOKENS]),
        ("relay", &[STRIPE, MAIL, TOKENS]),
        ("mailer", &[STRIPE, QUEUE, TOKENS]),
    ] {
        // A function may have the same name as the library it is about.
        let mut found = unwelcome(package, &unused.concat());
        found.retain(|name| name != package);
        assert_eq!(found, Vec::<String>::new(), "{package}");
    }
    // The same check finds crates that are linked.
    assert_eq!(unwelcome("relay", QUEUE), ["aws-sdk-sqs", "queue"]);
}

/// A library is below those that use it; each may use only libraries before it in this list.
#[test]
fn the_libraries_stand_on_one_another_in_this_order() {
    const ORDER: [&str; 11] = [
        "environment",
        "telemetry",
        "errors",
        "web",
        "lambda",
        "queue",
        "postgres",
        "tokens",
        "stripe",
        "stripe_sync",
        "data_api",
    ];
    const STANDS_ON: [&[&str]; 11] = [
        &[],
        &["environment"],
        &[],
        &["errors"],
        &["environment", "errors", "telemetry", "web"],
        &["environment", "errors"],
        &["environment", "errors"],
        &["environment", "errors", "postgres"],
        &["environment", "errors"],
        &["environment", "errors", "postgres", "stripe"],
        &["environment", "errors", "postgres", "telemetry", "tokens", "web"],
    ];
    for (library, stands_on) in ORDER.iter().zip(STANDS_ON) {
        let found: Vec<String> = linked(library)
            .into_iter()
            .filter(|name| ORDER.contains(&name.as_str()) && name != library)
            .collect();
        assert_eq!(found, stands_on, "{library}");
    }
}

#[test]
fn there_is_one_way_to_encrypt() {
    let others = ["openssl-sys", "native-tls", "aws-lc", "boring", "rsa"];
    for package in ["convene", "rest", "auth", "checkout", "relay", "mailer"] {
        assert_eq!(unwelcome(package, &others), Vec::<String>::new(), "{package}");
        assert!(linked(package).contains("ring"), "{package}");
    }
}

#[test]
fn a_server_links_no_lambda_runtime() {
    assert_eq!(unwelcome("convene", &["lambda_"]), Vec::<String>::new());
}

/// Words of the marketplace in a text.
fn house_words(text: &str) -> Vec<&str> {
    const WORDS: [&str; 10] = [
        "marketplace",
        "booking",
        "lens",
        "lenses",
        "tutoring",
        "expert",
        "learner",
        "provider",
        "offering",
        "stripe",
    ];
    let lower = |word: &&str| WORDS.contains(&word.to_lowercase().as_str());
    text.split(|c: char| !c.is_alphanumeric()).filter(lower).collect()
}

#[test]
fn the_data_api_says_no_word_of_the_marketplace() {
    assert_eq!(house_words("fn of_booking() // a Lens"), ["booking", "Lens"]);
    let mut folders = vec![root().join("shared/data_api/src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source");
            assert_eq!(house_words(&text), Vec::<&str>::new(), "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 60, "sources are found: {files}");
}

#[test]
fn a_production_server_links_no_stand_in() {
    let stand_ins = ["local_", "mailin", "stripe_double"];
    assert_eq!(unwelcome("convene --no-default-features", &stand_ins), Vec::<String>::new());
    // The same check finds crates that are linked.
    let linked = ["local_mailbox", "local_postgres", "local_queue", "mailin", "stripe_double"];
    assert_eq!(unwelcome("convene", &stand_ins), linked);
}

/// Packages with the features that cargo would use for a command with these arguments.
fn built(arguments: &[&str]) -> BTreeSet<String> {
    let tree = tests::cargo()
        .args(["tree", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(arguments)
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("names");
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn cargo_run_and_all_tests_share_what_they_build() {
    let all = built(&["--workspace"]);
    for arguments in [["--edges", "no-dev"], ["--package", "tests"]] {
        let apart: Vec<_> = built(&arguments).difference(&all).cloned().collect();
        assert_eq!(apart, Vec::<String>::new(), "cargo with {arguments:?} builds these again");
    }
    // Production has fewer features, so the comparison can fail.
    let production = ["--package", "convene", "--no-default-features", "--edges", "no-dev"];
    assert!(built(&production).difference(&all).next().is_some());
}
