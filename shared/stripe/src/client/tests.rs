//! The client on the wire, against a listener that each test scripts.

use serde_json::{Value, json};
use stripe_client_core::{IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_core::customer::CreateCustomer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;
use crate::{BalanceFilter, LookUp, Params};

const DONE: &str = r#"{"id":"tr_1","object":"transfer"}"#;

/// What the listener does with one request.
enum Act {
    Answer(u16, &'static str),
    Hang,
    Close,
    HalfAnswer,
}

/// Requests as they arrived, each with the number of its connection.
type Arrivals = mpsc::UnboundedReceiver<(usize, String)>;

async fn listener(script: Vec<Act>) -> (StripeClient, Arrivals) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (arrivals, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut script = script.into_iter();
        let mut connection = 0;
        while let Ok((stream, _)) = listener.accept().await {
            connection += 1;
            serve(stream, connection, &arrivals, &mut script).await;
        }
    });
    let client = StripeClient::new("sk_test_51Abcdefgh", Some(&base), Environment::Development);
    (client.unwrap().with_deadline(Duration::from_millis(500)), received)
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    arrivals: &mpsc::UnboundedSender<(usize, String)>,
    script: &mut impl Iterator<Item = Act>,
) {
    while let Some(request) = read(&mut stream).await {
        arrivals.send((connection, request)).unwrap();
        match script.next() {
            Some(Act::Answer(status, body)) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nrequest-id: req_7\r\nidempotent-replayed: true\r\n\
                     content-length: {length}\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            Some(Act::HalfAnswer) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{").await.unwrap();
                return;
            }
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Close) | None => return,
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).await.ok().filter(|length| *length > 0)?;
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let expected = head
            .to_lowercase()
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.lines().next().unwrap().trim().parse::<usize>().unwrap());
        if body.len() >= expected {
            return Some(text);
        }
    }
}

fn command() -> Command {
    let params = json!({"amount": 1500, "currency": "dkk", "metadata": {"op_id": "7f"}});
    Command {
        path: "/v1/transfers".into(),
        params: Params::try_from(params).unwrap(),
        idempotency_key: "test:tr:7f:g1".into(),
    }
}

fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Unknown(doubt) => Some(doubt.reason),
        _ => None,
    }
}

#[tokio::test]
async fn a_command_is_sent_as_it_was_frozen() {
    let (client, mut arrivals) = listener(vec![Act::Answer(200, DONE)]).await;
    let Outcome::Done(reply) = client.send(&command()).await else { panic!("not done") };
    assert_eq!((reply.request_id.as_deref(), reply.replayed), (Some("req_7"), true));
    let (_, request) = arrivals.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/transfers HTTP/1.1\r\n"), "{head}");
    for header in [
        "authorization: Bearer sk_test_51Abcdefgh",
        "stripe-version: 2026-09-30.endive",
        "idempotency-key: test:tr:7f:g1",
        "content-type: application/x-www-form-urlencoded",
    ] {
        assert!(head.contains(header), "{head}");
    }
    assert_eq!(body, "amount=1500&currency=dkk&metadata%5Bop_id%5D=7f");
}

#[tokio::test]
async fn a_connection_serves_more_than_one_call() {
    let script = vec![Act::Answer(200, DONE), Act::Answer(402, "{}"), Act::Answer(200, DONE)];
    let (client, mut arrivals) = listener(script).await;
    for _ in 0..3 {
        client.send(&command()).await;
        assert_eq!(arrivals.recv().await.unwrap().0, 1);
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_once_more_with_the_same_bytes() {
    let (client, mut arrivals) = listener(vec![Act::Close, Act::Answer(200, DONE)]).await;
    assert!(matches!(client.send(&command()).await, Outcome::Done(_)));
    let (first, second) = (arrivals.recv().await.unwrap(), arrivals.recv().await.unwrap());
    assert_eq!((first.0, second.0), (1, 2));
    assert_eq!(first.1, second.1);
}

#[tokio::test]
async fn what_has_no_key_is_not_tried_again() {
    let (client, mut arrivals) = listener(vec![Act::Close, Act::Answer(200, DONE)]).await;
    let outcome = client.call::<Value>(&CreateCustomer::new(), None).await;
    assert!(outcome.is_err());
    arrivals.recv().await.unwrap();
    assert!(arrivals.try_recv().is_err());
}

#[tokio::test]
async fn silence_and_broken_answers_are_unknown() {
    let (client, _arrivals) = listener(vec![Act::Hang]).await;
    assert_eq!(reason(&client.send(&command()).await), Some(Reason::Timeout));
    let (client, _arrivals) = listener(vec![Act::HalfAnswer, Act::HalfAnswer]).await;
    assert_eq!(reason(&client.send(&command()).await), Some(Reason::Connection));
    let (client, _arrivals) = listener(vec![Act::Close, Act::Close]).await;
    assert_eq!(reason(&client.send(&command()).await), Some(Reason::Connection));
    let (client, _arrivals) = listener(vec![Act::Answer(200, "<html>")]).await;
    assert_eq!(reason(&client.send(&command()).await), Some(Reason::Unreadable));
}

#[tokio::test]
async fn a_command_that_cannot_be_meant_is_not_sent() {
    let (client, mut arrivals) = listener(vec![]).await;
    let command = Command { path: "/v1/../v2/accounts".into(), ..command() };
    assert_eq!(reason(&client.send(&command).await), Some(Reason::BadCommand));
    assert!(arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_list_is_read_page_after_page() {
    let (client, mut arrivals) = listener(vec![
        Act::Answer(200, r#"{"object":"list","has_more":true,"data":[{"id":"tr_1","metadata":{"op_id":"7e"}}]}"#),
        Act::Answer(200, r#"{"object":"list","has_more":false,"data":[{"id":"tr_2","metadata":{"op_id":"7f"}}]}"#),
    ])
    .await;
    let place = LookUp::Transfer { transfer_group: "order 1" };
    let found = client.find(place, "op_id", "7f").await.unwrap();
    assert_eq!(found.unwrap()["id"], "tr_2");
    let (first, second) = (arrivals.recv().await.unwrap().1, arrivals.recv().await.unwrap().1);
    assert!(first.starts_with("GET /v1/transfers?transfer_group=order+1&limit=100 "), "{first}");
    assert!(second.contains("&limit=100&starting_after=tr_1 "), "{second}");
}

#[tokio::test]
async fn nothing_found_is_not_a_failure_and_a_failure_is_not_nothing_found() {
    let empty = Act::Answer(200, r#"{"object":"list","has_more":false,"data":[]}"#);
    let (client, _arrivals) = listener(vec![empty, Act::Answer(500, "")]).await;
    let place = LookUp::Refund { payment_intent: "pi_1" };
    assert!(client.find(place, "op_id", "7f").await.unwrap().is_none());
    assert!(client.find(place, "op_id", "7f").await.is_err());
    let filter = BalanceFilter::default();
    assert!(client.balance_transactions(&filter).await.is_err());
}

#[tokio::test]
async fn typed_requests_may_be_sent_as_the_crates_send_them() {
    let answer = r#"{"id":"cus_1","object":"customer","deleted":true}"#;
    let (client, mut arrivals) = listener(vec![Act::Answer(200, answer)]).await;
    let key = IdempotencyKey::new("test:cus:1:g1").unwrap();
    let request = CreateCustomer::new()
        .build()
        .customize::<stripe_shared::DeletedCustomer>()
        .account_id("acct_1".parse().unwrap())
        .request_strategy(RequestStrategy::Idempotent(key));
    assert_eq!(request.send(&client).await.unwrap().id.as_str(), "cus_1");
    let (_, request) = arrivals.recv().await.unwrap();
    assert!(request.contains("stripe-account: acct_1"), "{request}");
    assert!(request.contains("idempotency-key: test:cus:1:g1"), "{request}");
}
