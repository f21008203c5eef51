//! A world with money: a stand-in for Stripe, and each step towards it by itself.

use std::time::Duration;

use payouts::Payouts;
use postgres::{Db, Limits};
use reqwest::Client as Http;
use serde_json::{Value, json};
use stripe::stripe_core::refund::CreateRefund;
use stripe_double::StripeDouble;
use stripe_sync::commands::{Answer, Claimed, Commands};
use tests::World;
use tokio::time::Instant;
use uuid::Uuid;

/// Longer than every lease, so that whatever a dead process held is free.
const LEASE_IS_OVER: &str =
    "update core.stripe_command set lease_until = now() - interval '1 second', next_at = now()
     where finished_at is null";

pub struct Till {
    pub world: World,
    pub service: Db,
    pub stripe: StripeDouble,
    pub commands: Commands,
    pub payouts: Payouts,
    pub http: Http,
}

impl Till {
    pub async fn new() -> Self {
        let (world, stripe) = World::paying().await;
        world.speak_sql().await;
        let limits = Limits { connections: 8, ..Limits::default() };
        let service = Db::connect(&world.logins.service, limits).expect("the login is one");
        let client = stripe.client().expect("the stand-in has a client");
        let commands = Commands::new(service.clone(), client.clone());
        let payouts = Payouts::new(service.clone(), client);
        Self { world, service, stripe, commands, payouts, http: Http::new() }
    }

    /// A slot of tara's, and alice and bob who can book it.
    pub async fn offer(&self, slot: &str, price: i64, mode: &str) -> Uuid {
        let starts = "now() + interval '5 days'";
        self.world
            .sql(&format!(
                "select tests.offer('{slot}', 'tara', {price}, p_mode => '{mode}',
                   p_starts => {starts} + (select count(*) from core.slot) * interval '3 hours');
                 select tests.introduce('alice', 'bob');
                 insert into core.customer (customer_id)
                 values (tests.id('alice')), (tests.id('bob')) on conflict do nothing;"
            ))
            .await;
        self.world.id(slot)
    }

    /// POST as a person, with an idempotency key or without.
    pub async fn post(
        &self,
        who: &str,
        name: &str,
        key: Option<&str>,
        body: Value,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .post(format!("{}/functions/v1/{name}", self.world.url))
            .bearer_auth(self.world.token(who))
            .json(&body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await.expect("the Lambda answers");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    /// Book as alice, and return the Lambda's answer.
    pub async fn book(&self, slot: &str, key: &str) -> Value {
        self.book_as("alice", slot, key).await
    }

    /// Book as a person, and return the Lambda's answer.
    pub async fn book_as(&self, who: &str, slot: &str, key: &str) -> Value {
        let asked = json!({ "slot_id": self.world.id(slot) });
        let (status, body) = self.post(who, "create-booking", Some(key), asked).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Book and pay as alice; returns the booking.
    pub async fn book_and_pay(&self, slot: &str) -> Value {
        let booked = self.book(slot, slot).await;
        self.pay(&booked, "pm_card_visa").expect("the card is good");
        self.stripe.settled().await;
        booked
    }

    /// Pay for a booking, as the browser does.
    pub fn pay(&self, booked: &Value, card: &str) -> Result<Value, Value> {
        self.stripe.pay(booked["client_secret"].as_str().expect("there is a secret"), card)
    }

    /// The one value of a query, as text.
    pub async fn text(&self, sql: &str) -> String {
        let sql = format!("select ({sql})::text");
        self.world.value::<Option<String>>(&sql, &[]).await.unwrap_or_default()
    }

    /// The status of a booking's payment, and of the booking.
    pub async fn standing(&self, booked: &Value) -> String {
        let id = booked["booking_id"].as_str().expect("there is a booking");
        self.text(&format!(
            "select p.status || ' ' || b.status from core.payment as p
             join core.booking as b using (booking_id) where b.booking_id = '{id}'"
        ))
        .await
    }

    /// Refund a part of a booking in Stripe's dashboard, as staff might.
    pub async fn refund_in_dashboard(&self, booked: &Value, amount: i64) {
        let id = booked["booking_id"].as_str().expect("there is a booking");
        let sql = format!("select external_id from core.payment where booking_id = '{id}'");
        let refund = CreateRefund::new().payment_intent(self.text(&sql).await).amount(amount);
        let client = self.stripe.client().expect("the stand-in has a client");
        let made: Value = client.call(&refund, Some("dashboard")).await.expect("it refunds");
        assert_eq!(made["amount"], json!(amount));
    }

    /// The charge that paid what was booked.
    pub async fn charge_of(&self, booked: &Value) -> String {
        let id = booked["booking_id"].as_str().expect("there is a booking");
        self.text(&format!("select charge_id from core.payment where booking_id = '{id}'")).await
    }

    /// End the leases of a process that died.
    pub async fn outlive_lease(&self) {
        self.world.sql(LEASE_IS_OVER).await;
    }

    /// Do everything due, as the schedule does, and wait for the webhooks too.
    pub async fn sweep(&self) {
        self.outlive_lease().await;
        self.world.sql("update core.stripe_event set next_at = now() where status = 'new'").await;
        let deadline = Instant::now() + Duration::from_secs(60);
        self.payouts.run(payouts::Task::Sweep, deadline).await.expect("the sweep runs");
        self.stripe.settled().await;
    }

    /// Claim the commands of a kind: what a process does first.
    pub async fn claim(&self, kind: &str) -> Vec<Claimed> {
        self.commands.claim(10, Some(&[kind])).await.expect("commands can be claimed")
    }

    /// Claim and call, and die before recording the answer.
    pub async fn claim_and_call(&self, kind: &str) -> Vec<(Claimed, Answer)> {
        let mut answers = Vec::new();
        for command in self.claim(kind).await {
            let answer = self.commands.call(&command).await;
            answers.push((command, answer));
        }
        answers
    }

    /// Check that the ledger adds up, that Stripe's books do, and that the two agree line by line.
    pub async fn audit(&self) {
        let differences = self.differences().await;
        assert!(differences.is_empty(), "{differences:#?}");
    }

    /// Everything that does not add up: here, at Stripe, or between the two.
    pub async fn differences(&self) -> Vec<String> {
        let problems = self.world.rows("select tests.ledger_problems()", &[]).await;
        let mut problems: Vec<String> = problems.iter().map(|row| row.get(0)).collect();
        problems.extend(self.stripe.audit().err());

        let deadline = Instant::now() + Duration::from_secs(60);
        let run = self.payouts.run(payouts::Task::Reconcile, deadline).await;
        match run.expect("the books can be compared").findings {
            Some(0) => {}
            findings => problems.push(format!("findings of the reconciliation: {findings:?}")),
        }
        let apart = "select string_agg(concat_ws(' ', kind, source_id, amount_minor), ', ')
                     from core.balance_transaction where agreed_at is null";
        let apart = self.text(apart).await;
        if !apart.is_empty() {
            problems.push(format!("Stripe has and we have not: {apart}"));
        }
        let lines = self.stripe.objects("balance_transaction");
        let there: i64 = lines.iter().filter_map(|line| line["net"].as_i64()).sum();
        let here = "select coalesce(-sum(e.amount_minor), 0) from core.ledger_entry as e
                    join core.ledger_account as a using (ledger_account_id)
                    where a.kind = 'processor'";
        let here = self.text(here).await;
        if here != there.to_string() {
            problems.push(format!("at Stripe lies {there}, by the ledger {here}"));
        }
        problems
    }

    /// Let the earnings of old bookings clear, so that tara can be paid.
    pub async fn clear_all(&self) {
        self.world
            .sql("select tests.clear(payment_id) from core.payment where captured_minor > 0")
            .await;
    }

    /// Give tara a complete account at Stripe.
    pub async fn onboard(&self) -> String {
        self.onboard_as("tara").await
    }

    /// Give a provider a complete account at Stripe.
    pub async fn onboard_as(&self, provider: &str) -> String {
        let (status, account) = self.post(provider, "payout-account", None, json!({})).await;
        assert_eq!(status, 200, "{account}");
        let id = account["account_id"].as_str().expect("it has an id").to_owned();
        self.stripe.onboard(&id).expect("the form can be filled in");
        self.stripe.settled().await;
        id
    }
}
