//! The handle: start it, pay as a browser would, break it, look inside.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use environment::{BadSetting, Environment};
use serde_json::{Value, json};
use stripe::StripeClient;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::api::server;
use crate::double::Double;
use crate::double::open;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::member::text;
use crate::object::confirm;
use crate::state::State;
use crate::state::clock::Clock;
use crate::state::endpoint::Endpoint;
use crate::state::endpoint::Nuisance;

/// The secret key a client of the stand-in uses; any test key will do.
const SECRET_KEY: &str = "sk_test_double_0001";

/// How to start it.
#[derive(Debug, Default)]
pub struct Options {
    /// 0, or absent: any that is free.
    pub port: Option<u16>,
    /// Where to keep the state from one start to the next.
    pub file: Option<PathBuf>,
    /// A clock that stands still at this second until it is advanced.
    pub stopped_at: Option<i64>,
    /// Who is told what happens.
    pub endpoints: Vec<Endpoint>,
}

/// A running stand-in; it stops when this is dropped.
pub struct StripeDouble {
    double: Arc<Double>,
    base_url: String,
    tasks: [JoinHandle<()>; 2],
}

impl StripeDouble {
    /// Start it on loopback.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, options.port.unwrap_or_default())).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let clock = options.stopped_at.map(Clock::stopped_at).unwrap_or_default();
        let (mut state, journal) = match &options.file {
            Some(file) => {
                let (state, journal) = State::open(file, clock)?;
                (state, Some(journal))
            }
            None => (State::new(clock), None),
        };
        state.base_url.clone_from(&base_url);
        let double = Arc::new(Double::new(state, journal));
        for endpoint in options.endpoints {
            double.add_endpoint(endpoint).map_err(|failure| {
                std::io::Error::other(text(&failure.body()["error"]["message"]))
            })?;
        }
        let tasks = [
            tokio::spawn(server::serve(listener, double.clone())),
            tokio::spawn(double.clone().deliver()),
        ];
        Ok(Self { double, base_url, tasks })
    }

    /// `http://127.0.0.1:…`, for `STRIPE_API_BASE`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A key it takes, for `STRIPE_SECRET_KEY`.
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// A client that talks to it.
    pub fn client(&self) -> Result<StripeClient, BadSetting> {
        StripeClient::new(SECRET_KEY, Some(&self.base_url), Environment::Development)
    }

    /// Tell this endpoint too; one of the same address is replaced.
    pub fn deliver_to(&self, endpoint: Endpoint) -> Result<(), String> {
        self.double.add_endpoint(endpoint).map_err(|failure| failure.body().to_string())
    }

    /// Confirm as Stripe.js does: the secret, and `pm_card_…` or a test card's number. The intent,
    /// or Stripe's error.
    pub fn pay(&self, client_secret: &str, card: &str) -> Result<Value, Value> {
        let id = client_secret.split("_secret_").next().unwrap_or_default();
        let paid = self.double.pay(id, client_secret, card);
        paid.map_err(|failure| failure.body()["error"].take())
    }

    /// Complete 3-D Secure, or fail it.
    pub fn authenticate(&self, payment_intent: &str, proven: bool) -> Result<Value, Value> {
        self.change(|state| {
            let intent = state.take("payment_intent", payment_intent, "id")?;
            confirm::prove(state, intent, proven)
        })
    }

    /// Fill in a connected account's form.
    pub fn onboard(&self, account: &str) -> Result<Value, Value> {
        self.change(|state| state.onboard(account))
    }

    /// Change a connected account as Stripe might: `{"capabilities": {"transfers": "inactive"}}`.
    pub fn change_account(&self, account: &str, members: Value) -> Result<Value, Value> {
        self.change(|state| state.change_account(account, members))
    }

    /// The payer disputes a charge; `inquiry` takes no money yet.
    pub fn open_dispute(&self, charge: &str, reason: &str) -> Result<Value, Value> {
        self.change(|state| state.open_dispute(charge, reason, None))
    }

    /// The payer disputes a part of a charge.
    pub fn open_dispute_of(&self, charge: &str, reason: &str, amount: i64) -> Result<Value, Value> {
        self.change(|state| state.open_dispute(charge, reason, Some(amount)))
    }

    /// An inquiry becomes a dispute: the money is taken.
    pub fn escalate_dispute(&self, dispute: &str) -> Result<Value, Value> {
        self.change(|state| state.escalate_dispute(dispute))
    }

    /// Refund what the balance does not cover as well: Stripe debits the platform's bank. Nothing
    /// changes if somebody has said before whether it does.
    pub fn debit_negative_balances(&self) {
        self.double.state().debit_by_default();
        self.double.save();
    }

    /// Refund what the balance covers, and let other refunds wait.
    pub fn let_refunds_wait(&self) {
        self.double.state().change_platform(json!({"debits": false}));
        self.double.save();
    }

    /// Put money of the platform's own into its balance: refunds of today need it.
    pub fn top_up(&self, amount: i64, currency: &str) {
        self.double.state().top_up(amount, currency);
        self.double.save();
        self.double.wake.notify_one();
    }

    /// Settle in these currencies alone; what is charged in another is converted to DKK.
    pub fn settle_in(&self, currencies: &[&str]) {
        self.double.state().change_platform(json!({"settles": currencies}));
        self.double.save();
    }

    /// Pay the platform out `manual`, `daily`, `weekly` or `monthly`.
    pub fn pay_platform_out(&self, interval: &str) {
        self.double.state().change_platform(json!({"payout_interval": interval}));
        self.double.save();
    }

    /// Pay at a checkout session's page: the session, or Stripe's error.
    pub fn pay_checkout(&self, session: &str, card: &str) -> Result<Value, Value> {
        self.change(|state| state.pay_checkout(session, card))
    }

    /// The card's network suspects a charge.
    pub fn warn_of_fraud(&self, charge: &str) -> Result<Value, Value> {
        self.change(|state| state.warn_of_fraud(charge))
    }

    /// The bank decides; a lost dispute may be won after all.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<Value, Value> {
        self.change(|state| state.close_dispute(dispute, won))
    }

    /// Pay a connected account out to its bank.
    pub fn pay_out(&self, account: &str, amount: i64, currency: &str) -> Result<Value, Value> {
        self.change(|state| state.pay_out(account, amount, currency))
    }

    /// The bank sends a payout of a connected account back.
    pub fn fail_payout(&self, account: &str, payout: &str) -> Result<Value, Value> {
        self.change(|state| state.payout_fails(account, payout))
    }

    /// Let something go wrong.
    pub fn fault(&self, fault: Fault) {
        open(&self.double.faults).push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn forget_faults(&self) {
        open(&self.double.faults).clear();
    }

    /// Make the way of webhooks worse, or good again.
    pub fn nuisance(&self, nuisance: Nuisance) {
        self.double.set_nuisance(nuisance);
    }

    /// Let time pass; what is due happens.
    pub fn advance(&self, time: Duration) {
        self.double.advance(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    }

    /// All events so far, in order.
    pub fn events(&self) -> Vec<Value> {
        let mut events: Vec<_> = self.double.state().all("", "event").cloned().collect();
        events.reverse();
        events
    }

    /// Send an event that never happened; members are laid over an ordinary one.
    pub fn forge_event(&self, members: Value) -> Value {
        let event = self.double.state().forge_event(members);
        self.double.wake.notify_one();
        event
    }

    /// Send one event now, whatever is held: the statuses of the endpoints' answers.
    pub async fn send_event(&self, event: &Value) -> Vec<Option<u16>> {
        let endpoints = self.double.state().receivers(event);
        let mut statuses = Vec::new();
        for endpoint in &endpoints {
            let nuisance = self.double.nuisance();
            statuses.push(self.double.courier.send(endpoint, event.clone(), &nuisance).await);
        }
        statuses
    }

    /// Wait until every event has been delivered or given up.
    pub async fn settled(&self) {
        self.double.settled().await;
    }

    /// An object as it is now.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.double.state().any(id).cloned()
    }

    /// All objects of a kind, the newest first.
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        self.double.state().all("", kind).cloned().collect()
    }

    /// All objects of a kind of a connected account, the newest first.
    pub fn objects_of(&self, account: &str, kind: &str) -> Vec<Value> {
        self.double.state().all(account, kind).cloned().collect()
    }

    /// Requests in order: method, path, params, idempotency_key, status, replayed.
    pub fn requests(&self) -> Vec<Value> {
        open(&self.double.requests).iter().cloned().collect()
    }

    /// What an account can spend now; `""` is the platform.
    pub fn available(&self, account: &str, currency: &str) -> i64 {
        self.double.state().available(account, currency)
    }

    /// Whether every balance is the sum of its movements.
    pub fn audit(&self) -> Result<(), String> {
        self.double.state().audit()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> Result<T, Failure>) -> Result<T, Value> {
        self.double.change(change).map_err(|failure| failure.body()["error"].take())
    }
}

impl Drop for StripeDouble {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
