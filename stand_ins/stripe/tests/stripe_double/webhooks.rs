//! Deliveries: signed, repeated, shuffled, lost and sent again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use stripe::event::Event;
use stripe::signature::Secrets;
use stripe_double::{Endpoint, Nuisance, Options};
use tokio::net::TcpListener;

use crate::kit::Kit;

const CURRENT: &str = "whsec_current_0001";
const PREVIOUS: &str = "whsec_previous_0002";

/// An endpoint that verifies with our own code and notes what it took.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Vec<Event>>>);

impl Inbox {
    async fn open(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.kind).collect()
    }
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let secrets = Secrets::new("STRIPE_WEBHOOK_SECRET", CURRENT).unwrap();
    match secrets.verify(&headers, &body, i64::try_from(now).unwrap()) {
        Err(_) => StatusCode::BAD_REQUEST,
        Ok(()) => {
            inbox.0.lock().unwrap().push(Event::read(&body));
            StatusCode::OK
        }
    }
}

async fn kit_with(inbox: &Inbox, secrets: &[&str]) -> Kit {
    let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    let endpoint = Endpoint { url: inbox.open().await, secrets, connect: false };
    let kit = Kit::start().await;
    kit.double.deliver_to(endpoint).unwrap();
    kit
}

#[tokio::test]
async fn what_happens_is_told_and_signed_with_every_active_secret() {
    for secrets in [vec![CURRENT], vec![PREVIOUS, CURRENT]] {
        let inbox = Inbox::default();
        let kit = kit_with(&inbox, &secrets).await;
        kit.paid(30_000, "pm_card_visa").await;
        kit.double.settled().await;
        assert_eq!(inbox.kinds(), kit.told());
        assert!(kit.double.events().iter().all(|event| event["pending_webhooks"] == 0));
    }
}

#[tokio::test]
async fn a_delivery_nobody_takes_stays_undelivered() {
    let inbox = Inbox::default();
    let kit = kit_with(&inbox, &[PREVIOUS]).await;
    kit.double.nuisance(Nuisance { retry_millis: 1, attempts: 3, ..Nuisance::default() });
    kit.open_intent(30_000, "automatic").await;
    kit.double.settled().await;
    assert!(inbox.kinds().is_empty());
    assert_eq!(kit.double.events()[0]["pending_webhooks"], 1);
}

#[tokio::test]
async fn deliveries_come_twice_late_and_in_another_order() {
    let inbox = Inbox::default();
    let kit = kit_with(&inbox, &[CURRENT]).await;
    kit.double.nuisance(Nuisance { held: true, ..Nuisance::default() });
    // A dozen events: that chance shuffles them into their own order will not be seen.
    for _ in 0..3 {
        kit.paid(30_000, "pm_card_visa").await;
    }
    kit.double.settled().await;
    assert!(inbox.kinds().is_empty(), "held");
    let nuisance =
        Nuisance { copies: 2, shuffled: true, lost: 2, retry_millis: 1, ..Nuisance::default() };
    kit.double.nuisance(nuisance);
    kit.double.settled().await;
    let (mut taken, mut told) = (inbox.kinds(), [kit.told(), kit.told()].concat());
    assert_ne!(taken.iter().step_by(2).collect::<Vec<_>>(), kit.told().iter().collect::<Vec<_>>());
    taken.sort();
    told.sort();
    assert_eq!(taken, told);
}

#[tokio::test]
async fn a_webhook_can_overtake_the_answer() {
    let inbox = Inbox::default();
    let kit = kit_with(&inbox, &[CURRENT]).await;
    kit.double.nuisance(Nuisance { before_response: true, ..Nuisance::default() });
    kit.open_intent(30_000, "automatic").await;
    assert_eq!(inbox.kinds(), ["payment_intent.created"]);
}

#[tokio::test]
async fn events_of_connected_accounts_go_to_their_own_endpoint() {
    let (platform, connect) = (Inbox::default(), Inbox::default());
    let kit = kit_with(&platform, &[CURRENT]).await;
    let secrets = vec![CURRENT.to_owned()];
    let endpoint = Endpoint { url: connect.open().await, secrets, connect: true };
    kit.double.deliver_to(endpoint).unwrap();
    let account = kit.provider().await;
    kit.double.settled().await;
    assert!(platform.kinds().is_empty());
    assert!(connect.events().iter().all(|event| event.account.as_deref() == Some(&account)));
    assert!(connect.kinds().contains(&"account.updated".to_owned()));
}

#[tokio::test]
async fn events_that_never_happened_can_be_sent() {
    let inbox = Inbox::default();
    let kit = kit_with(&inbox, &[CURRENT]).await;
    kit.double.nuisance(Nuisance { api_version: Some("2019-01-01".into()), ..Nuisance::default() });
    kit.double.forge_event(json!({"type": "moon.risen", "livemode": true}));
    kit.double.settled().await;
    let event = inbox.events().remove(0);
    assert_eq!((event.kind.as_str(), event.livemode), ("moon.risen", Some(true)));
    assert_eq!(event.api_version.as_deref(), Some("2019-01-01"));
}

#[tokio::test]
async fn what_nobody_takes_is_sent_again_for_three_days() {
    const HOUR: u64 = 3_600;
    for (hours, taken) in [(48, true), (73, false)] {
        let inbox = Inbox::default();
        let kit = kit_with(&inbox, &[CURRENT]).await;
        kit.double.nuisance(Nuisance { lost: u32::MAX, ..Nuisance::default() });
        kit.open_intent(30_000, "automatic").await;
        kit.double.settled().await;
        // A sending for every hour in which one is due.
        for _ in 0..hours {
            kit.double.advance(Duration::from_secs(HOUR));
            kit.double.settled().await;
        }
        assert!(inbox.kinds().is_empty());
        kit.double.nuisance(Nuisance::default());
        kit.double.advance(Duration::from_secs(12 * HOUR));
        kit.double.settled().await;
        assert_eq!(!inbox.kinds().is_empty(), taken, "after {hours} hours");
    }
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        || Options { file: Some(folder.path().join("stripe.json")), ..Options::default() };
    let inbox = Inbox::default();
    let (intent, told) = {
        let kit = Kit::with(options()).await;
        kit.double.nuisance(Nuisance { held: true, ..Nuisance::default() });
        let secrets = vec![CURRENT.to_owned()];
        let url = inbox.open().await;
        kit.double.deliver_to(Endpoint { url, secrets, connect: false }).unwrap();
        (kit.paid(30_000, "pm_card_visa").await, kit.told())
    };
    let kit = Kit::with(options()).await;
    let id = intent["id"].as_str().unwrap();
    assert_eq!(kit.client.payment_intent(id).await.unwrap().status, "succeeded");
    kit.double.settled().await;
    assert_eq!(inbox.kinds(), told, "what was held is delivered after the restart");
    assert_ne!(kit.open_intent(30_000, "automatic").await["id"], intent["id"]);
}
