//! The deployment template keeps its rules, and each rule notices a fault.

use std::{collections::BTreeSet, fs};

pub mod alarms;
pub mod reading;
mod rules;

use alarms::*;
use reading::{Stack, root};
use rules::*;

/// Each rule, and a plausible wrong edit that it must notice.
const RULES: [(Rule, &str, &str); 32] = [
    (callers_get_an_answer_of_the_function, "Timeout: 25", "Timeout: 30"),
    (messages_stay_hidden_long_enough, "VisibilityTimeout: 180", "VisibilityTimeout: 179"),
    (poisoned_messages_are_set_aside, "maxReceiveCount: 5", "maxReceiveCount: 4"),
    (poisoned_messages_are_set_aside, "Period: 1209600", "Period: 345600"),
    (poisoned_messages_are_set_aside, "RedrivePolicy:", "DrivePolicy:"),
    (messages_fail_one_by_one, "FunctionResponseTypes:", "ResponseTypes:"),
    (permissions_name_what_they_permit, "Action: sqs:SendMessage", "Action: sqs:*"),
    (permissions_name_what_they_permit, ":convene-${Stage}-notifications", ":*"),
    (secrets_are_references, "STRIPE_SECRET_KEY: !Sub '{{", "STRIPE_SECRET_KEY: !Sub '{"),
    (secrets_are_references, "- !Sub '{{resolve:secretsmanager:convene/${Stage}/p", "- !Sub '{{p"),
    (
        callers_come_through_the_api,
        "      Timeout: 25",
        "      FunctionUrlConfig: { AuthType: NONE }",
    ),
    (callers_come_through_the_api, "ThrottlingRateLimit: 1000, ", ""),
    (callers_come_through_the_api, "        DestinationArn:", "        Destination:"),
    (secrets_are_encrypted_with_the_stacks_key, "EnableKeyRotation: true", "Enabled: true"),
    (secrets_are_encrypted_with_the_stacks_key, "    KmsKeyArn: !GetAtt", "    KeyArn: !GetAtt"),
    (secrets_are_encrypted_with_the_stacks_key, "    KmsKeyArn: !Ref", "    KeyArn: !Ref"),
    (secrets_are_encrypted_with_the_stacks_key, "KmsMasterKeyId:", "KeyId:"),
    (callers_are_told_apart, "AUTH_PROXY_HOPS:", "PROXY_HOPS:"),
    (connections_suffice, "Rest: 110", "Rest: 122"),
    (connections_suffice, "ReservedConcurrentExecutions: 1", "ReservedConcurrency: 1"),
    (every_function_has_its_own_role, "Roles.Outputs.Checkout", "Roles.Outputs.Onboarding"),
    (nothing_stands_before_the_webhook, "Method: POST,", "Method: POST, Auth: AWS_IAM,"),
    (logs_expire, "RetentionInDays:", "Retention:"),
    (schedules_are_not_lost, "Input: '{", "Input: '"),
    (schedules_are_not_lost, "DeadLetterConfig: { Arn:", "DeadLetterConfig: { Queue:"),
    (schedules_are_not_lost, "OnFailure:", "OnSuccess:"),
    (schedules_are_not_lost, "Timeout: 58", "Timeout: 60"),
    (all_run_on_the_same_machine, "Default: arm64", "Default: x86_64"),
    (what_is_measured_is_watched, "          MetricName: EventsU", "          MetricName: U"),
    (what_is_measured_is_watched, "\n      MetricName: WebhooksF", "\n      MetricName: F"),
    (dead_letters_are_noticed, "Value: !Sub \"convene-${Stage}-schedules-dead", "Value: !Sub \"a"),
    (alarms_ring_somewhere, "AlarmActions: [!Ref Topic]", "OKActions: [!Ref Topic]"),
];

#[test]
fn the_template_keeps_its_rules() {
    let stack = Stack::read();
    let broken: BTreeSet<String> = RULES.iter().flat_map(|(rule, ..)| rule(&stack)).collect();
    assert_eq!(broken, BTreeSet::new());
}

#[test]
fn every_rule_notices_what_it_is_for() {
    for (rule, from, to) in RULES {
        let stack = Stack::edited(from, to);
        assert!(!rule(&stack).is_empty(), "{from:?} became {to:?} unnoticed");
    }
}

#[test]
fn every_folder_of_functions_is_deployed() {
    let folders = fs::read_dir(root().join("functions")).expect("functions/");
    let folders: BTreeSet<String> = folders
        .map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned())
        .collect();
    let deployed: BTreeSet<String> = Stack::read()
        .resources
        .values()
        .filter_map(|resource| resource["Metadata"]["BuildProperties"]["Binary"].as_str())
        .map(str::to_owned)
        .collect();
    assert_eq!(deployed, folders);
}

/// A tag can be moved to another image; a digest cannot be moved.
#[test]
fn images_are_named_by_digest() {
    let text = fs::read_to_string(root().join("Dockerfile")).expect("Dockerfile");
    let digest =
        regex::Regex::new(r"^FROM \S+:\S+@sha256:[0-9a-f]{64}( AS \w+)?$").expect("a pattern");
    let images: Vec<&str> = text.lines().filter(|line| line.starts_with("FROM ")).collect();
    assert!(images.len() == 2 && images.iter().all(|line| digest.is_match(line)), "{images:?}");
}
