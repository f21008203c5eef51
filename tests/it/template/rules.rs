//! Rules that cfn-lint does not have: each lists what breaks it.

use std::collections::HashSet;

use serde_json::Value;

use super::reading::{Stack, members};

/// A rule: it returns sentences about what breaks it.
pub type Rule = fn(&Stack) -> Vec<String>;

/// An HTTP API waits 30 seconds at most: a function that works longer costs money for nothing.
pub fn callers_get_an_answer_of_the_function(stack: &Stack) -> Vec<String> {
    let fronts = stack.functions().filter(|(_, f)| !stack.events(f, "HttpApi").is_empty());
    let slow = fronts.filter(|(_, f)| f["Timeout"].as_i64().is_none_or(|seconds| seconds >= 29));
    slow.map(|(name, _)| format!("{name} may outlive the gateway's patience")).collect()
}

/// A message that becomes visible while it is handled is handled twice.
pub fn messages_stay_hidden_long_enough(stack: &Stack) -> Vec<String> {
    consumers(stack)
        .filter(|(_, function, event)| {
            let visibility = stack.behind(&event["Queue"])["VisibilityTimeout"].as_i64();
            visibility < function["Timeout"].as_i64().map(|seconds| seconds * 6)
        })
        .map(|(name, ..)| format!("{name}'s queue shows messages too early"))
        .collect()
}

/// Five attempts, and then a queue in which a message survives a weekend.
pub fn poisoned_messages_are_set_aside(stack: &Stack) -> Vec<String> {
    consumers(stack)
        .filter(|(_, _, event)| {
            let queue = stack.behind(&event["Queue"]);
            let redrive = &queue["RedrivePolicy"];
            let aside = match &redrive["deadLetterTargetArn"] {
                Value::Null => return true,
                arn => stack.behind(arn),
            };
            redrive["maxReceiveCount"].as_i64() < Some(5)
                || aside["MessageRetentionPeriod"].as_i64()
                    <= queue["MessageRetentionPeriod"].as_i64()
        })
        .map(|(name, ..)| format!("{name}'s queue loses poisoned messages"))
        .collect()
}

/// One bad message of ten does not bring back the other nine.
pub fn messages_fail_one_by_one(stack: &Stack) -> Vec<String> {
    consumers(stack)
        .filter(|(_, _, event)| event["FunctionResponseTypes"][0] != "ReportBatchItemFailures")
        .map(|(name, ..)| format!("{name} fails whole batches"))
        .collect()
}

/// Every action and every resource is named; `*` is allowed only for the streams of one log.
pub fn permissions_name_what_they_permit(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for (role, properties) in stack.of_type("AWS::IAM::Role") {
        let policies = properties["Policies"].as_array().into_iter().flatten();
        for statement in policies.flat_map(|p| list(&p["PolicyDocument"]["Statement"])) {
            for action in list(&statement["Action"]) {
                if action.as_str().is_none_or(|action| action.contains('*')) {
                    broken.push(format!("{role} may do {action}"));
                }
            }
            for resource in list(&statement["Resource"]) {
                let arn = resource["Fn::Sub"].as_str().unwrap_or_default();
                let log = arn.contains(":log-group:/convene/") && arn.ends_with(":*");
                let named = arn.strip_suffix(":*").filter(|_| log).unwrap_or(arn);
                if named.is_empty() || named.contains('*') {
                    broken.push(format!("{role} may do it to {resource}"));
                }
            }
        }
    }
    let granted = stack.functions().filter(|(_, function)| !function["Policies"].is_null());
    broken.extend(granted.map(|(name, _)| format!("{name} is granted more than its role")));
    broken
}

/// Secrets are references; nothing in the template looks like a secret.
pub fn secrets_are_references(stack: &Stack) -> Vec<String> {
    let is_secret = |name: &str| {
        ["_SECRET", "SECRET_KEY", "DATABASE_URL", "SMTP_URL", "PASSWORD", "TOKEN", "AUTH_PROVIDERS"]
            .iter()
            .any(|word| name.ends_with(word))
    };
    let mut broken = Vec::new();
    for (function, properties) in stack.functions() {
        let variables = members(&properties["Environment"]["Variables"]);
        for (name, value) in variables.filter(|(name, _)| is_secret(name)) {
            // The value under a condition is the second of three.
            let given = value["Fn::If"].get(1).unwrap_or(value);
            let text = given["Fn::Sub"].as_str().unwrap_or_default();
            if !(text.starts_with("{{resolve:secretsmanager:") && text.ends_with("}}")) {
                broken.push(format!("{function} has {name} in plain sight"));
            }
        }
    }
    for literal in ["sk_live_", "sk_test_", "whsec_", "sb_secret_", "postgres://", "smtps://"] {
        if stack.text.contains(literal) {
            broken.push(format!("a file has {literal}"));
        }
    }
    broken
}

/// All instances together leave 20 connections of the database free.
pub fn connections_suffice(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for (maximum, row) in members(&stack.root["Mappings"]["Concurrency"]) {
        let mut connections = 0;
        for (name, function) in stack.functions() {
            let logins = members(&function["Environment"]["Variables"])
                .filter(|(variable, _)| variable.ends_with("DATABASE_URL"))
                .count() as i64;
            let reserved = &function["ReservedConcurrentExecutions"];
            let instances = reserved.as_i64().or_else(|| {
                let column = reserved["Fn::FindInMap"][2].as_str()?;
                row[column].as_i64()
            });
            match instances {
                Some(instances) => connections += instances * logins,
                None => broken.push(format!("{name} may have any number of instances")),
            }
        }
        if maximum.parse::<i64>().expect("a number") - 20 < connections {
            broken.push(format!("{connections} connections of {maximum} are taken"));
        }
    }
    broken
}

/// No two functions share a role, and each has one.
pub fn every_function_has_its_own_role(stack: &Stack) -> Vec<String> {
    let mut taken = HashSet::new();
    stack
        .functions()
        .filter(|(_, function)| {
            let role = function["Role"]["Fn::GetAtt"].as_str().unwrap_or_default();
            let name = role.strip_prefix("Roles.Outputs.").unwrap_or_default();
            !stack.resources.contains_key(&format!("{name}Role")) || !taken.insert(name)
        })
        .map(|(name, _)| format!("{name} has no role of its own"))
        .collect()
}

/// Stripe signs its requests and has no other credentials. No other route needs an authoriser
/// either, because the functions verify tokens themselves.
pub fn nothing_stands_before_the_webhook(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, function) in stack.functions() {
        let fronted = stack.events(function, "HttpApi");
        if fronted.iter().any(|event| !event["Auth"].is_null()) {
            broken.push(format!("{name} has an authoriser"));
        }
    }
    let apis = stack.of_type("AWS::Serverless::HttpApi");
    broken.extend(
        apis.filter(|(_, api)| !api["Auth"].is_null()).map(|(name, _)| format!("{name} has one")),
    );
    broken
}

/// Limits and access logs are at the HTTP API, and nothing bypasses it.
pub fn callers_come_through_the_api(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, function) in stack.functions() {
        if !function["FunctionUrlConfig"].is_null() {
            broken.push(format!("{name} can be called past the API"));
        }
    }
    broken.extend(stack.of_type("AWS::Lambda::Url").map(|(name, _)| format!("{name} is a URL")));
    for (name, api) in stack.of_type("AWS::Serverless::HttpApi") {
        let throttled = api["DefaultRouteSettings"]["ThrottlingRateLimit"].is_i64();
        if !throttled || api["AccessLogSettings"]["DestinationArn"].is_null() {
            broken.push(format!("{name} neither limits nor logs"));
        }
    }
    broken
}

/// The settings of functions contain secrets, and alarms describe faults. Both are encrypted with
/// the stack's key, which is rotated.
pub fn secrets_are_encrypted_with_the_stacks_key(stack: &Stack) -> Vec<String> {
    let own = |value: &Value| value["Fn::GetAtt"] == "Key.Outputs.Arn";
    let mut broken = Vec::new();
    let kept = stack.of_type("AWS::KMS::Key").filter(|(_, key)| key["EnableKeyRotation"] == true);
    if kept.count() != 1 {
        broken.push("there is no key, or it is never rotated".to_owned());
    }
    if !stack.globals.iter().all(|globals| own(&globals["KmsKeyArn"])) {
        broken.push("settings of functions have a key of somebody else's".to_owned());
    }
    let topics =
        stack.of_type("AWS::SNS::Topic").filter(|(_, topic)| !own(&topic["KmsMasterKeyId"]));
    broken.extend(topics.map(|(name, _)| format!("{name} is not encrypted")));
    let functions = stack.functions().filter(|(_, function)| !function["KmsKeyArn"].is_null());
    broken.extend(functions.map(|(name, _)| format!("{name} has a key of its own")));
    broken
}

/// Sign-ins are limited by address, so auth must know how many proxies are before it.
pub fn callers_are_told_apart(stack: &Stack) -> Vec<String> {
    let auth = stack.functions().filter(|(name, _)| *name == "Auth");
    auth.filter(|(_, auth)| {
        let hops = &auth["Environment"]["Variables"]["AUTH_PROXY_HOPS"]["Ref"];
        stack.root["Parameters"][hops.as_str().unwrap_or_default()]["MinValue"] != 1
    })
    .map(|(name, _)| format!("{name} takes the gateway for its only caller"))
    .collect()
}

/// Every log belongs to a function and has an end of retention.
pub fn logs_expire(stack: &Stack) -> Vec<String> {
    let groups: HashSet<&str> = stack
        .of_type("AWS::Logs::LogGroup")
        .filter(|(_, group)| !group["RetentionInDays"].is_null())
        .filter_map(|(_, group)| group["LogGroupName"]["Fn::Sub"].as_str())
        .collect();
    stack
        .functions()
        .filter(|(_, function)| {
            let group = &function["LoggingConfig"]["LogGroup"]["Fn::Sub"];
            !group.as_str().is_some_and(|group| groups.contains(group))
        })
        .map(|(name, _)| format!("{name} logs for ever, or nowhere"))
        .collect()
}

/// A schedule sends its task, retries, and has a dead-letter queue for what could not be done.
pub fn schedules_are_not_lost(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, function) in stack.functions() {
        let schedules = stack.events(function, "ScheduleV2");
        for schedule in &schedules {
            let input = schedule["Input"].as_str().unwrap_or_default();
            if !serde_json::from_str::<Value>(input).is_ok_and(|input| input.is_object()) {
                broken.push(format!("{name} gets no JSON"));
            }
            if schedule["RetryPolicy"]["MaximumRetryAttempts"].as_i64() < Some(1) {
                broken.push(format!("{name} is started once or never"));
            }
            if schedule["DeadLetterConfig"]["Arn"].is_null() {
                broken.push(format!("{name}'s lost starts leave no trace"));
            }
        }
        let failed = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
        if !schedules.is_empty() && failed["Destination"].is_null() {
            broken.push(format!("{name}'s failures leave no trace"));
        }
        let instances = function["ReservedConcurrentExecutions"].as_u64();
        let ends_in_time = function["Timeout"].as_i64().is_some_and(|seconds| seconds < 60);
        if !schedules.is_empty() && (instances != Some(schedules.len() as u64) || !ends_in_time) {
            broken.push(format!("{name} may overtake itself, or wait for itself"));
        }
    }
    broken
}

/// The runtime and the processor type are set in one place.
pub fn all_run_on_the_same_machine(stack: &Stack) -> Vec<String> {
    let mut broken = Vec::new();
    for globals in &stack.globals {
        if globals["Runtime"] != "provided.al2023" {
            broken.push("the runtime is not provided.al2023".to_owned());
        }
        if globals["Architectures"][0]["Ref"] != "Architecture" {
            broken.push("the processor is not the parameter's".to_owned());
        }
    }
    if stack.root["Parameters"]["Architecture"]["Default"] != "arm64" {
        broken.push("the dearer processor is the default".to_owned());
    }
    let own = stack.functions().filter(|(_, function)| {
        ["Runtime", "Architectures"].iter().any(|name| !function[name].is_null())
    });
    broken.extend(own.map(|(name, _)| format!("{name} has a machine of its own")));
    broken
}

fn consumers(stack: &Stack) -> impl Iterator<Item = (&str, &Value, &Value)> {
    stack.functions().flat_map(|(name, function)| {
        stack.events(function, "SQS").into_iter().map(move |event| (name, function, event))
    })
}

/// IAM accepts one value or a list.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}
