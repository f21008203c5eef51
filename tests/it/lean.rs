//! What is linked into a package, and what is not.

use std::{collections::BTreeSet, process::Command};

use crate::template::reading::root;

/// Names of the crates that `package` links on this platform.
fn linked(package: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--package", package, "--edges", "normal"])
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
    const STRIPE: &str = "async-stripe";
    const AWS: &str = "aws-sdk";
    const MAIL: &str = "lettre";
    for (package, prefixes) in [
        ("rest", [STRIPE, AWS, MAIL].as_slice()),
        ("auth", &[STRIPE, AWS, MAIL]),
        ("checkout", &[AWS, MAIL]),
        ("onboarding", &[AWS, MAIL]),
        ("stripe_webhook", &[AWS, MAIL]),
        ("payouts", &[AWS, MAIL]),
        ("clock", &[STRIPE, AWS, MAIL]),
        ("relay", &[STRIPE, MAIL]),
        ("mailer", &[STRIPE, AWS]),
    ] {
        assert_eq!(unwelcome(package, prefixes), Vec::<String>::new(), "{package}");
    }
    // The same question notices, where the answer is yes.
    assert_eq!(unwelcome("relay", &[AWS]), ["aws-sdk-sqs"]);
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
