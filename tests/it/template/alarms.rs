//! Who is told when something goes wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reading::Stack;

/// A metric without an alarm is useless, and an alarm without a metric never rings.
pub fn what_is_measured_is_watched(stack: &Stack) -> Vec<String> {
    let measured: BTreeSet<_> = stack
        .of_type("AWS::Logs::MetricFilter")
        .filter_map(|(_, filter)| metric(&filter["MetricTransformations"][0], "MetricNamespace"))
        .collect();
    let watched: BTreeSet<_> = alarms(stack)
        .filter_map(|(_, alarm)| metric(alarm, "Namespace"))
        .filter(|(namespace, _)| namespace.starts_with("convene/"))
        .collect();
    let lonely = measured.symmetric_difference(&watched);
    lonely.map(|(_, name)| format!("{name} is measured or watched, not both")).collect()
}

/// Every dead-letter queue has an alarm.
pub fn dead_letters_are_noticed(stack: &Stack) -> Vec<String> {
    let watched: BTreeSet<_> = alarms(stack)
        .filter(|(_, alarm)| alarm["MetricName"] == "ApproximateNumberOfMessagesVisible")
        .filter_map(|(_, alarm)| alarm["Dimensions"][0]["Value"]["Fn::Sub"].as_str())
        .collect();
    stack
        .of_type("AWS::SQS::Queue")
        .filter(|(_, queue)| {
            let name = queue["QueueName"]["Fn::Sub"].as_str().unwrap_or_default();
            name.ends_with("-dead") && !watched.contains(name)
        })
        .map(|(name, _)| format!("{name} fills unnoticed"))
        .collect()
}

/// Every alarm notifies somebody.
pub fn alarms_ring_somewhere(stack: &Stack) -> Vec<String> {
    alarms(stack)
        .filter(|(_, alarm)| alarm["AlarmActions"][0].is_null())
        .map(|(name, _)| format!("{name} tells nobody"))
        .collect()
}

/// The members of a summary that filters read from the log of `function`, as JSON pointers.
pub fn numbers_read_from(stack: &Stack, function: &str) -> Vec<String> {
    stack
        .of_type("AWS::Logs::MetricFilter")
        .filter(|(_, filter)| {
            let log = filter["LogGroupName"]["Ref"].as_str().unwrap_or_default();
            log.eq_ignore_ascii_case(function)
        })
        .filter_map(|(_, filter)| {
            let value = filter["MetricTransformations"][0]["MetricValue"].as_str()?;
            Some(value.strip_prefix("$.summary")?.replace('.', "/"))
        })
        .collect()
}

fn alarms(stack: &Stack) -> impl Iterator<Item = (&str, &Value)> {
    stack.of_type("AWS::CloudWatch::Alarm")
}

fn metric<'a>(of: &'a Value, namespace: &str) -> Option<(&'a str, &'a str)> {
    let place = &of[namespace];
    let place = place["Fn::Sub"].as_str().or_else(|| place.as_str())?;
    Some((place, of["MetricName"].as_str()?))
}
