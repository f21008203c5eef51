//! The Lambdas as AWS runs them: their binaries, the events of events/, the template's variables.

use std::{collections::HashMap, fs, io::Write as _, path::PathBuf};

use serde_json::{Value, json};
use tests::World;

use crate::template::{
    alarms::numbers_read_from,
    reading::{Stack, members, root},
};

mod emulator;

use emulator::Function;

#[tokio::test(flavor = "multi_thread")]
async fn functions_answer_events_under_the_emulator() {
    let Some(tool) = emulator::tool() else {
        // Write past the test harness, which would hide the message from whoever runs the tests.
        let warning = "\nNOT TESTED: the Lambdas, for want of the emulator. `pip install \
                       aws-sam-cli`, or name an aws-lambda-rie in LAMBDA_RIE.\n";
        std::io::stderr().write_all(warning.as_bytes()).expect("a warning");
        return;
    };
    let binaries = tokio::task::spawn_blocking(build).await.expect("the functions are built");
    let world = World::new().await;
    let values = values(&world);
    let start =
        |name: &str| Function::start(&tool, &binaries.join(name), &variables(name, &values));

    for (name, status) in [("rest", 200), ("auth", 200), ("checkout", 401), ("onboarding", 401)] {
        let function = start(name);
        let answer = function.invoke(&event(name)).await;
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
        assert!(answer["headers"]["x-request-id"].is_string(), "{name}: {answer}");
        lets_browsers_in(&function, event(name)).await;
    }
    reads_what_a_client_writes(&start("rest"), &world).await;
    believes_stripe_alone(&start("stripe_webhook")).await;

    let answer = start("mailer").invoke(&event("mailer")).await;
    let failed = &answer["batchItemFailures"];
    assert_eq!(failed[0]["itemIdentifier"], "poisoned", "{answer}");

    for name in ["relay", "clock", "payouts"] {
        let answer = start(name).invoke(&event(name)).await;
        assert!(answer.get("errorType").is_none(), "{name}: {answer}");
        // The answer to a schedule is the logged summary, from which alarms read: a number, or null
        // if this task has no such count.
        for number in numbers_read_from(&Stack::read(), name) {
            let value = answer.pointer(&number);
            let told = value.is_some_and(|value| value.is_u64() || value.is_null());
            assert!(told, "{name} says no {number}: {answer}");
        }
    }
}

/// A space in a query made the runtime panic.
async fn reads_what_a_client_writes(rest: &Function, world: &World) {
    let mut spaced = event("rest");
    spaced["rawPath"] = json!("/rest/v1/there is none");
    spaced["rawQueryString"] = json!("name=eq.Ada Lovelace&select=*");
    spaced["headers"]["apikey"] = json!(world.keys.anon_key);
    let answer = rest.invoke(&spaced).await;
    assert_eq!(answer["statusCode"], 404, "{answer}");
}

/// A browser asks before it sends a token to another site.
async fn lets_browsers_in(function: &Function, mut preflight: Value) {
    preflight["requestContext"]["http"]["method"] = json!("OPTIONS");
    preflight["headers"]["origin"] = json!("https://convene.example");
    preflight["headers"]["access-control-request-method"] = json!("POST");
    preflight["headers"]["access-control-request-headers"] = json!("apikey,authorization");
    let answer = function.invoke(&preflight).await;
    assert!(answer["statusCode"].as_u64().is_some_and(|status| status < 300), "{answer}");
    assert_eq!(answer["headers"]["access-control-allow-origin"], "*", "{answer}");
}

/// An unsigned delivery is refused. A signed one is stored, even in base64, which AWS uses for
/// everything that it does not consider text.
async fn believes_stripe_alone(webhook: &Function) {
    let forged = event("stripe_webhook");
    let answer = webhook.invoke(&forged).await;
    assert_eq!(answer["statusCode"], 400, "{answer}");

    let body = json!({
        "id": "evt_emulated", "object": "event", "type": "plan.created", "livemode": false,
        "created": 1_795_262_400, "api_version": "2026-01-01", "data": {"object": {"id": "plan_1"}},
    });
    let body = body.to_string();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time");
    let signed = format!("{}.{body}", now.as_secs());
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let signature = hex::encode(ring::hmac::sign(&key, signed.as_bytes()));
    let mut delivery = forged;
    delivery["body"] = json!(base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &body));
    delivery["isBase64Encoded"] = json!(true);
    delivery["headers"]["stripe-signature"] = json!(format!("t={},v1={signature}", now.as_secs()));
    let answer = webhook.invoke(&delivery).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
}

const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef";

/// The binaries of this checkout, in the profile of the tests.
fn build() -> PathBuf {
    let mut cargo = tests::cargo();
    // Build the whole workspace, as `cargo test --workspace` does, so that its libraries are
    // reused.
    cargo.args(["build", "--workspace", "--bins", "--quiet"]);
    assert!(cargo.status().expect("cargo runs").success(), "the functions do not build");
    // The folder next to this test's own.
    let here = std::env::current_exe().expect("a path");
    here.ancestors().nth(2).expect("target/debug").to_owned()
}

fn event(name: &str) -> Value {
    let path = root().join("events").join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).expect(name)).expect(name)
}

/// Values that the secrets and parameters of a deployment would have.
fn values(world: &World) -> HashMap<&'static str, String> {
    let keys = &world.keys;
    HashMap::from([
        ("API_DATABASE_URL", world.logins.api.clone()),
        ("SERVICE_DATABASE_URL", world.logins.service.clone()),
        ("JWT_SECRET", keys.jwt_secret.clone()),
        ("JWT_ISSUER", "https://api.convene.example/auth/v1".into()),
        ("JWT_ROLES", "anon,authenticated".into()),
        ("AUTH_SECRET", keys.jwt_secret.clone()),
        ("PUBLISHABLE_KEY", keys.publishable_key.clone()),
        ("SECRET_KEY", keys.secret_key.clone()),
        ("STRIPE_SECRET_KEY", "sk_test_0123456789abcdef".into()),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_0123456789abcdef".into()),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET.into()),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", "whsec_fedcba9876543210".into()),
        ("NOTIFICATION_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/none".into()),
        ("SMTP_URL", "smtps://mail.invalid".into()),
        ("MAIL_FROM", "hello@convene.example".into()),
        ("SITE_URL", "https://convene.example".into()),
        ("API_EXTERNAL_URL", "https://api.convene.example".into()),
        ("REDIRECT_URLS", String::new()),
        ("AUTH_PROXY_HOPS", "1".into()),
        ("AUTH_PROVIDERS", String::new()),
        ("DEFAULT_LENS", "tutoring".into()),
        ("CONVENE_ENV", "production".into()),
        ("DATABASE_CA_FILE", String::new()),
        ("SECRETS_REVISION", "1".into()),
    ])
}

/// Exactly the variables that template.yaml gives to a function: if one is missing there, the test
/// fails.
fn variables(name: &str, values: &HashMap<&str, String>) -> Vec<(String, String)> {
    let stack = Stack::read();
    let function = stack
        .resources
        .values()
        .find(|resource| resource["Metadata"]["BuildProperties"]["Binary"] == name)
        .expect(name);
    let own = members(&function["Properties"]["Environment"]["Variables"]);
    let all = members(&stack.globals[0]["Environment"]["Variables"]);
    own.chain(all)
        .map(|(variable, _)| {
            let value = values.get(variable).unwrap_or_else(|| panic!("{variable} has no value"));
            (variable.to_owned(), value.clone())
        })
        .collect()
}
