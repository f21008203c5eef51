//! The real AWS SDK against an SQS that somebody else wrote.
//!
//! `moto_server` (pip install 'moto[server]') plays SQS. Without it these tests only report that
//! they are skipped; CI installs it.

use std::{
    collections::HashSet,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, routing::post};
use convene::post as office_post;
use queue::{Credentials, Entry, Receiver, Sender, SqsQueue};
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Child, task::JoinSet};
use uuid::Uuid;

use crate::office::Office;

fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "test")
}

/// An SQS in its own process, which ends when this value is dropped.
struct Moto {
    url: String,
    _process: Child,
}

impl Moto {
    async fn start() -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let process = tokio::process::Command::new("moto_server")
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let Ok(process) = process else {
            eprintln!("SKIPPED: moto_server is missing (pip install 'moto[server]').");
            return None;
        };
        let url = format!("http://127.0.0.1:{port}");
        for _ in 0..600 {
            if reqwest::get(format!("{url}/moto-api/")).await.is_ok() {
                return Some(Self { url, _process: process });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("moto_server does not answer");
    }

    async fn call(&self, action: &str, body: Value) -> Value {
        let answer = reqwest::Client::new()
            .post(&self.url)
            .header("X-Amz-Target", format!("AmazonSQS.{action}"))
            .header("Content-Type", "application/x-amz-json-1.0")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request",
            )
            .body(body.to_string())
            .send()
            .await
            .expect("moto answers");
        let text = answer.text().await.expect("an answer");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{action}: {text}"))
    }

    /// A queue, and its dead-letter queue, which takes messages after three receipts.
    async fn queues(&self) -> (SqsQueue, SqsQueue) {
        let dead = self.call("CreateQueue", json!({"QueueName": "dead"})).await;
        let redrive = json!({
            "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead",
            "maxReceiveCount": "3"
        });
        let attributes = json!({"VisibilityTimeout": "1", "RedrivePolicy": redrive.to_string()});
        let live =
            self.call("CreateQueue", json!({"QueueName": "live", "Attributes": attributes})).await;
        (self.queue(&live), self.queue(&dead))
    }

    fn queue(&self, created: &Value) -> SqsQueue {
        let url = created["QueueUrl"].as_str().expect("a queue");
        SqsQueue::new(url, credentials()).expect("a URL").at(&self.url)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_through_sqs_and_a_poisoned_one_ends_among_the_dead() {
    let Some(moto) = Moto::start().await else { return };
    let (live, dead) = moto.queues().await;
    let office = Office::open().await;
    for _ in 0..25 {
        office.notify("alice", "payout_account_changed", json!({})).await;
    }
    let poison = Entry { id: Uuid::from_u128(1), body: "not even JSON".to_owned() };
    assert_eq!(live.send(&[poison]).await, []);
    let summary = relay::run(&office.service, &live, crate::office::soon()).await;
    assert_eq!(summary.expect("the relay runs"), relay::Summary { sent: 25, rejected: 0 });

    // On a slow machine the poisoned message may be among the dead before all mail is sent.
    while office.mails().await.len() < 25 {
        office_post::deliver(&live, &office.mailer).await.expect("a delivery");
    }
    let buried = loop {
        office_post::deliver(&live, &office.mailer).await.expect("a delivery");
        let buried = dead.receive().await.expect("the dead letters");
        if !buried.is_empty() {
            break buried;
        }
    };
    assert_eq!(buried[0].body, "not even JSON");
    let mails = office.mails().await;
    assert_eq!((mails.len(), mails.iter().map(|m| m.copies).max()), (25, Some(1)));
}

/// SQS may reject any subset of a batch; this test rejects each subset in turn.
#[tokio::test(flavor = "multi_thread")]
async fn every_partial_failure_is_read_off_the_wire() {
    let mask = Arc::new(AtomicU32::new(0));
    let seen = mask.clone();
    let routes = Router::new().route(
        "/",
        post(async move |body: String| {
            let request: Value = serde_json::from_str(&body).expect("a batch");
            let rejects = seen.load(Ordering::SeqCst);
            let (mut successful, mut failed) = (Vec::new(), Vec::new());
            for (at, entry) in request["Entries"].as_array().expect("entries").iter().enumerate() {
                match rejects & (1 << at) {
                    0 => successful.push(json!({
                        "Id": entry["Id"], "MessageId": at.to_string(), "MD5OfMessageBody": "" })),
                    _ => failed.push(json!({
                        "Id": entry["Id"], "SenderFault": false, "Code": "InternalError" })),
                }
            }
            Json(json!({"Successful": successful, "Failed": failed}))
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, routes).await });
    let queue = SqsQueue::new(&format!("{url}/1/q"), credentials()).expect("a URL").at(&url);

    let entries: Vec<Entry> = (0..10)
        .map(|n| Entry { id: Uuid::from_u128(n), body: json!({ "outbox_id": n }).to_string() })
        .collect();
    for rejects in 0..1024_u32 {
        mask.store(rejects, Ordering::SeqCst);
        let rejected: HashSet<Uuid> = queue.send(&entries).await.iter().map(|r| r.id).collect();
        let expected: HashSet<Uuid> =
            (0..10).filter(|n| rejects & (1 << n) != 0).map(Uuid::from_u128).collect();
        assert_eq!(rejected, expected, "{rejects:b}");
    }

    server.shutdown().await;
    assert_eq!(queue.send(&entries).await.len(), 10, "nobody there: nothing was accepted");
}
