//! What the tests of the stand-in share.

use serde_json::{Value, json};
use stripe::{Command, Outcome, Refusal, StripeClient};
use stripe_double::{Options, StripeDouble};

/// A stand-in whose clock stands still, and a client of it.
pub struct Kit {
    pub double: StripeDouble,
    pub client: StripeClient,
}

impl Kit {
    pub async fn start() -> Self {
        Self::with(Options { stopped_at: Some(1_800_000_000), ..Options::default() }).await
    }

    pub async fn with(options: Options) -> Self {
        let double = StripeDouble::start(options).await.unwrap();
        let client = double.client().unwrap();
        Self { double, client }
    }

    /// Send a command under a key of its own.
    pub async fn send(&self, path: &str, params: Value) -> Outcome {
        self.send_as(path, params, &uuid::Uuid::new_v4().to_string()).await
    }

    pub async fn send_as(&self, path: &str, params: Value, key: &str) -> Outcome {
        let row = json!({"path": path, "params": params, "idempotency_key": key});
        let command: Command = serde_json::from_value(row).unwrap();
        self.client.send(&command).await
    }

    /// Any request, with a form: the status and the body of the answer.
    pub async fn ask(&self, method: &str, path: &str, form: &str) -> (u16, Value) {
        crate::pages::ask(method, &format!("{}{path}", self.double.base_url()), form).await
    }

    /// The object a command made.
    pub async fn done(&self, path: &str, params: Value) -> Value {
        match self.send(path, params).await {
            Outcome::Done(reply) => reply.body,
            other => panic!("{path}: {other:?}"),
        }
    }

    /// Why a command was refused.
    pub async fn refused(&self, path: &str, params: Value) -> Refusal {
        match self.send(path, params).await {
            Outcome::Refused(refusal) => refusal,
            other => panic!("{path}: {other:?}"),
        }
    }

    /// The code of a refusal.
    pub async fn refusal(&self, path: &str, params: Value) -> String {
        self.refused(path, params).await.code.unwrap_or_default()
    }

    pub async fn open_intent(&self, amount: i64, capture_method: &str) -> Value {
        let params = json!({
            "amount": amount, "currency": "dkk", "capture_method": capture_method,
            "automatic_payment_methods": {"enabled": true}, "transfer_group": "order_1",
            "metadata": {"op_id": "op_1"},
        });
        self.done("/v1/payment_intents", params).await
    }

    /// A payment that has succeeded.
    pub async fn paid(&self, amount: i64, card: &str) -> Value {
        let intent = self.open_intent(amount, "automatic").await;
        self.double.pay(intent["client_secret"].as_str().unwrap(), card).unwrap()
    }

    /// A connected account that takes transfers, and is paid out when somebody says so.
    pub async fn provider(&self) -> String {
        self.provider_paid_out("manual").await
    }

    /// A connected account that takes transfers, and is paid out `daily`, `weekly`, …
    pub async fn provider_paid_out(&self, interval: &str) -> String {
        let params = json!({
            "settings": {"payouts": {"schedule": {"interval": interval}}},
            "country": "DK", "capabilities": {"transfers": {"requested": true}},
            "controller": {
                "losses": {"payments": "application"}, "fees": {"payer": "application"},
                "stripe_dashboard": {"type": "express"}, "requirement_collection": "stripe",
            },
        });
        let account = self.done("/v1/accounts", params).await;
        let id = account["id"].as_str().unwrap().to_owned();
        self.double.onboard(&id).unwrap();
        id
    }

    /// The types of all events so far.
    pub fn told(&self) -> Vec<String> {
        let kind = |event: &Value| event["type"].as_str().unwrap().to_owned();
        self.double.events().iter().map(kind).collect()
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.double.audit().unwrap();
        }
    }
}
