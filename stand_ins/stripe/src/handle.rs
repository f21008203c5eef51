//! The handle: start it, pay as a browser would, break it, look inside.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use environment::{BadSetting, Environment};
use serde_json::Value;
use stripe::StripeClient;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::confirm::{self, text};
use super::failure::Failure;
use super::params::Params;
use super::state::{Clock, State};
use super::{Double, Endpoint, Fault, Nuisance, open, payment_intent, server};

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
        let mut state = match options.file.as_deref().map(read) {
            Some(saved) => saved?.unwrap_or_else(|| State::new(clock)),
            None => State::new(clock),
        };
        state.base_url.clone_from(&base_url);
        state.forget_keys();
        let double = Arc::new(Double::new(state, options.file));
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

    /// The card's network suspects a charge.
    pub fn warn_of_fraud(&self, charge: &str) -> Result<Value, Value> {
        self.change(|state| state.warn_of_fraud(charge))
    }

    /// The bank decides.
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
        let endpoints = self.double.state().endpoints.clone();
        let connect = event["account"].is_string();
        let mut statuses = Vec::new();
        for endpoint in endpoints.iter().filter(|endpoint| endpoint.connect == connect) {
            let nuisance = self.double.nuisance();
            statuses.push(self.double.post(endpoint, event.clone(), &nuisance).await);
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

impl Double {
    /// Change the state outside a request: what follows is done, told and saved.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let outcome = {
            let mut state = self.state();
            let outcome = change(&mut state);
            state.tick();
            outcome
        };
        self.save();
        self.wake.notify_one();
        outcome
    }

    /// Pay as a browser does: with the secret, and a card by name or by number.
    pub(super) fn pay(&self, id: &str, secret: &str, card: &str) -> Result<Value, Failure> {
        let params = match card.starts_with("pm_") {
            true => format!("payment_method={card}"),
            false => {
                format!("payment_method_data[type]=card&payment_method_data[card][number]={card}")
            }
        };
        self.change(|state| {
            let intent = state.take("payment_intent", id, "id")?;
            match intent["client_secret"] == secret {
                true => payment_intent::pay(state, intent, &Params::read(&params)),
                false => Err(Failure::missing("payment_intent", id, "id")),
            }
        })
    }

    pub(super) fn add_endpoint(&self, endpoint: Endpoint) -> Result<(), Failure> {
        let uri: http::Uri = endpoint.url.parse().unwrap_or_default();
        let here = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if !here || uri.scheme_str() != Some("http") || endpoint.secrets.is_empty() {
            let message = "An endpoint is on this machine, and has a signing secret.";
            return Err(Failure::invalid("url_invalid", "url", message));
        }
        let mut state = self.state();
        state.endpoints.retain(|other| other.url != endpoint.url);
        state.endpoints.push(endpoint);
        Ok(())
    }

    pub(super) fn set_nuisance(&self, nuisance: Nuisance) {
        *open(&self.nuisance) = nuisance;
        self.wake.notify_one();
    }

    pub(super) fn advance(&self, seconds: i64) -> i64 {
        let now = {
            let mut state = self.state();
            state.advance(seconds);
            state.tick();
            state.now()
        };
        self.save();
        self.wake.notify_one();
        now
    }

    pub(super) async fn settled(&self) {
        while let Some(next) = self.deliver_due().await {
            tokio::time::sleep_until(next.into()).await;
        }
    }
}

/// The state in a file, if there is one.
fn read(file: &Path) -> std::io::Result<Option<State>> {
    match std::fs::read(file) {
        Ok(saved) => Ok(Some(serde_json::from_slice(&saved)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
