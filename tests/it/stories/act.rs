//! The things that can happen in a story.

use payouts::Task;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use stripe::stripe_core::refund::CreateRefund;

use super::{Booked, Story};
use crate::till::Till;

const CARDS: [&str; 8] = [
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_visa_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
];

impl Till {
    /// Most stories begin with a booking, and most of these bookings are paid.
    pub(super) async fn first_acts(&self, story: &mut Story, dice: &mut StdRng) {
        if dice.random_bool(0.85) {
            let booked = self.somebody_books(story, dice).await;
            story.log.push(booked);
        }
        if dice.random_bool(0.85) {
            let paid = self.somebody_pays(story, dice).await;
            story.log.push(paid);
        }
    }

    /// The next thing that happens in a story.
    pub(super) async fn next_act(&self, story: &mut Story, dice: &mut StdRng) {
        let done = match dice.random_range(0..100) {
            0..10 => self.somebody_books(story, dice).await,
            10..24 => self.somebody_pays(story, dice).await,
            24..27 => self.hold_ends(story, dice).await,
            27..34 => self.provider_answers(story, dice).await,
            34..40 => self.somebody_cancels(story, dice).await,
            40..45 => self.attendance_is_recorded(story, dice).await,
            45..56 => self.dispute_moves(story, dice).await,
            56..62 => self.staff_refunds(story, dice).await,
            62..65 => self.dashboard_refunds(story, dice).await,
            65..68 => self.clock_jumps(dice).await,
            68..77 => self.earnings_clear(story).await,
            77..86 => self.payout(story, dice).await,
            86..91 => self.sweep_runs(dice).await,
            91..93 => self.a_process_dies(dice).await,
            93..97 => self.events_get_worse(dice),
            _ => self.a_call_will_fail(dice),
        };
        story.log.push(done);
    }

    pub(super) async fn attempt(&self, who: Option<&str>, statement: &str) -> String {
        let who = who.map_or_else(|| "null".to_owned(), |who| format!("'{who}'"));
        self.text(&format!("select tests.attempt({who}, $do${statement}$do$)")).await
    }

    /// A new booking, or a repeated request.
    async fn somebody_books(&self, story: &mut Story, dice: &mut StdRng) -> String {
        let customer = format!("{} {}", story.name, if dice.random_bool(0.6) { "a" } else { "b" });
        let key = ["key", "other key"].choose(dice).expect("there is one");
        let coupon = if dice.random_bool(0.2) { "'TENTH'" } else { "null" };
        let answer = self
            .attempt(
                None,
                &format!(
                    "select b.booking_id || ' ' || b.payment_id
                     from api.book_slot(tests.id('{customer}'), tests.id('{}'), null, '{key}', 1,
                                        {coupon}) as b",
                    story.name
                ),
            )
            .await;
        if let Some((booking, payment)) = answer.split_once(' ').filter(|(id, _)| id.len() == 36) {
            if story.booked.iter().all(|booked| booked.booking != booking) {
                story.booked.push(Booked {
                    booking: booking.into(),
                    payment: payment.into(),
                    customer: customer.clone(),
                });
            }
            // Sometimes the process dies before it has asked Stripe for the intent.
            if dice.random_bool(0.85) {
                let payment = payment.parse().expect("a payment's id");
                let asked = self.commands.of_payment(payment).await;
                asked.expect("what Stripe says is recorded");
            }
        }
        format!("{customer} books with {key}, coupon {coupon}: {answer}")
    }

    async fn somebody_pays(&self, story: &Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice) else { return "nothing to pay".into() };
        let Some(intent) = self.intent_of(booked).await else { return "no intent yet".into() };
        let card = CARDS.choose(dice).expect("there is one");
        let secret = intent["client_secret"].as_str().unwrap_or_default();
        let paid = self.stripe.pay(secret, card).map(|intent| intent["status"].clone());
        if dice.random_bool(0.5) && card.contains("authentication") {
            let id = intent["id"].as_str().unwrap_or_default();
            // This is refused if the booking has nothing to prove.
            let _ = self.stripe.authenticate(id, dice.random_bool(0.8));
        }
        self.arrive(dice).await;
        format!("{} pays with {card}: {}", booked.customer, short(&paid))
    }

    /// Holds end. Then either the clock closes them, or other customers are faster and the late
    /// ones pay as well.
    async fn hold_ends(&self, story: &mut Story, dice: &mut StdRng) -> String {
        let sql = format!("select tests.end_holds('{}')::text", story.name);
        self.attempt(TIME, &sql).await;
        if dice.random_bool(0.4) {
            return format!("holds end, closed: {}", self.attempt(None, EXPIRE).await);
        }
        let mut done = vec!["holds end".to_owned()];
        for _ in 0..2 {
            done.push(self.somebody_books(story, dice).await);
        }
        for _ in 0..4 {
            done.push(self.somebody_pays(story, dice).await);
        }
        done.join("; ")
    }

    async fn provider_answers(&self, story: &Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice) else { return "nothing to answer".into() };
        let verb = if dice.random_bool(0.75) { "accept" } else { "decline" };
        let sql = format!("select api.{verb}_booking('{}')::text", booked.booking);
        let answer = self.attempt(Some(&story.provider), &sql).await;
        format!("provider would {verb}: {answer}")
    }

    async fn somebody_cancels(&self, story: &mut Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice).cloned() else {
            return "nothing to call off".into();
        };
        let who = match dice.random_range(0..10) {
            0..5 => Some(booked.customer.as_str()),
            5..8 => Some(story.provider.as_str()),
            _ => None,
        };
        let sql =
            format!("select c.refund_minor from api.cancel_booking('{}') as c", booked.booking);
        let answer = self.attempt(who, &sql).await;
        if let Ok(promised) = answer.parse() {
            story.promised.push((booked.booking, promised));
        }
        format!("{} calls off: {answer}", who.unwrap_or("the house"))
    }

    async fn attendance_is_recorded(&self, story: &Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice) else { return "nothing to record".into() };
        if dice.random_bool(0.7) {
            let sql = format!("select tests.end_bookings('{}')::text", story.name);
            self.attempt(TIME, &sql).await;
        }
        let sql = match dice.random_range(0..3) {
            0 => format!("select api.complete_booking('{}')::text", booked.booking),
            1 => format!("select api.mark_no_show('{}', 'customer')::text", booked.booking),
            _ => format!("select api.mark_no_show('{}', 'provider')::text", booked.booking),
        };
        format!("{sql}: {}", self.attempt(Some("sam"), &sql).await)
    }

    async fn dispute_moves(&self, story: &mut Story, dice: &mut StdRng) -> String {
        let moved = match story.disputes.choose(dice) {
            Some(dispute) if dice.random_bool(0.7) => match dice.random_range(0..4) {
                0 => self.stripe.escalate_dispute(dispute),
                1 => self.stripe.close_dispute(dispute, false),
                _ => self.stripe.close_dispute(dispute, true),
            },
            _ => {
                let Some(booked) = story.booked.choose(dice) else { return "no charge".into() };
                let Some((charge, amount)) = self.charge_behind(booked).await else {
                    return "nothing to dispute".into();
                };
                let opened = match dice.random_range(0..4) {
                    0 => self.stripe.open_dispute(&charge, "inquiry"),
                    1 => {
                        let part = dice.random_range(1..=amount);
                        self.stripe.open_dispute_of(&charge, "fraudulent", part)
                    }
                    _ => self.stripe.open_dispute(&charge, "fraudulent"),
                };
                if let Some(id) = opened.as_ref().ok().and_then(|dispute| dispute["id"].as_str()) {
                    story.disputes.push(id.to_owned());
                }
                opened
            }
        };
        self.arrive(dice).await;
        let moved = moved.map(|dispute| format!("{} {}", dispute["status"], dispute["amount"]));
        format!("a dispute: {moved:?}")
    }

    async fn staff_refunds(&self, story: &Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice) else { return "nothing to refund".into() };
        let amount = match dice.random_bool(0.3) {
            true => "null".to_owned(),
            false => dice.random_range(1..20_000).to_string(),
        };
        let key = dice.random_range(0..1_000_000);
        let sql = format!(
            "select r.amount_minor from api.refund_payment('{}', {amount}, 'x', 'k{key}') as r",
            booked.payment
        );
        format!("staff refunds {amount}: {}", self.attempt(Some("sam"), &sql).await)
    }

    async fn dashboard_refunds(&self, story: &Story, dice: &mut StdRng) -> String {
        let Some(booked) = story.booked.choose(dice) else { return "nothing to refund".into() };
        let Some(intent) = self.intent_of(booked).await else { return "no intent".into() };
        let id = intent["id"].as_str().unwrap_or_default();
        let amount = dice.random_range(1..20_000);
        let refund = CreateRefund::new().payment_intent(id).amount(amount);
        let client = self.stripe.client().expect("the stand-in has a client");
        let made: Result<Value, _> = client.call(&refund, None).await;
        self.arrive(dice).await;
        format!("dashboard refunds {amount}: {}", made.is_ok())
    }

    /// Pretend that the booking took place long ago.
    async fn earnings_clear(&self, story: &Story) -> String {
        let sql = format!("select tests.end_bookings('{}')::text", story.name);
        self.attempt(TIME, &sql).await;
        let ended = self.attempt(None, "select api.complete_due_bookings()").await;
        let cleared = self.attempt(None, "select api.release_due_earnings()").await;
        format!("{ended} ended, {cleared} cleared")
    }

    async fn payout(&self, story: &Story, dice: &mut StdRng) -> String {
        if dice.random_bool(0.7) {
            self.schedule(Task::Pay).await;
            return "a payout run".into();
        }
        let amount = dice.random_range(1..30_000);
        let key = dice.random_range(0..1_000_000);
        let sql =
            format!("select p.status from api.request_payout({amount}, 'DKK', 'k{key}') as p");
        format!("payout of {amount} asked for: {}", self.attempt(Some(&story.provider), &sql).await)
    }

    /// Staff does what waits for it: it sends failed refunds once more, then pays them by hand.
    pub(super) async fn mend_refunds(&self) {
        let sql = "select refund_id::text, cause like 'again:%' from core.refund
                   where status in ('failed', 'rejected') and resent_as is null";
        for row in self.world.rows(sql, &[]).await {
            let (id, again): (String, bool) = (row.get(0), row.get(1));
            let sql = match again {
                false => format!("select r.status from api.resend_refund('{id}') as r"),
                true => {
                    format!("select r.status from api.settle_refund('{id}', true, 'bank') as r")
                }
            };
            self.attempt(Some("sam"), &sql).await;
        }
    }

    async fn intent_of(&self, booked: &Booked) -> Option<Value> {
        let sql = "select external_id from core.payment where payment_id = ";
        let id = self.text(&format!("{sql}'{}'", booked.payment)).await;
        self.stripe.object(&id)
    }

    async fn charge_behind(&self, booked: &Booked) -> Option<(String, i64)> {
        let intent = self.intent_of(booked).await?;
        let amount = intent["amount_received"].as_i64().filter(|amount| *amount > 0)?;
        Some((intent["latest_charge"].as_str()?.to_owned(), amount))
    }
}

/// The actor of a thing that neither a person nor the platform does.
pub(super) const TIME: Option<&str> = Some("time");

const EXPIRE: &str = "select api.expire_bookings()";

fn short(outcome: &Result<Value, Value>) -> String {
    match outcome {
        Ok(status) => status.to_string(),
        Err(error) => error["code"].to_string(),
    }
}
