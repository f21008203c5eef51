//! What Stripe was never heard of is asked for: lost events, and refunds made in its dashboard.

use serde_json::json;
use stripe_double::Nuisance;

use crate::till::Till;

/// Old enough to be asked for, and long ago enough to be compared.
const HOURS_PASS: &str = "update core.payment set created_at = created_at - interval '3 minutes';
    update core.refund set created_at = created_at - interval '2 hours', asked_at = null;
    update core.dispute set created_at = created_at - interval '7 hours', asked_at = null";

impl Till {
    /// Stripe tells nothing of what follows, ever.
    fn deafen(&self) {
        self.stripe.nuisance(Nuisance { held: true, ..Nuisance::default() });
    }

    async fn ask(&self) {
        self.world.sql(HOURS_PASS).await;
        self.sweep().await;
    }
}

#[tokio::test]
async fn a_payment_whose_events_never_come_is_a_booking_all_the_same() {
    let till = Till::new().await;
    for (slot, mode, standing) in
        [("paid", "instant", "captured confirmed"), ("asked", "request", "authorized requested")]
    {
        till.offer(slot, 5000, mode).await;
        till.deafen();
        let booked = till.book(slot, slot).await;
        till.pay(&booked, "pm_card_visa").expect("the card is good");
        assert_eq!(till.standing(&booked).await, "requires_payment pending_payment");
        till.ask().await;
        assert_eq!(till.standing(&booked).await, standing);
    }
}

#[tokio::test]
async fn a_dispute_whose_end_never_comes_ends_all_the_same() {
    let till = Till::new().await;
    till.offer("lesson", 5000, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    let charge = till.text("select charge_id from core.payment").await;
    let dispute = till.stripe.open_dispute(&charge, "fraudulent").expect("it can be disputed");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "disputed confirmed");
    till.deafen();
    till.stripe.close_dispute(dispute["id"].as_str().expect("an id"), true).expect("it ends");
    till.ask().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");
}

#[tokio::test]
async fn a_refund_made_in_the_dashboard_is_found_in_the_books() {
    let till = Till::new().await;
    till.offer("lesson", 10_000, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    till.deafen();
    let intent = till.text("select external_id from core.payment").await;
    let client = till.stripe.client().expect("the stand-in has a client");
    let refund: serde_json::Value = client
        .call(
            &stripe::stripe_core::refund::CreateRefund::new().payment_intent(intent).amount(4000),
            Some("dashboard"),
        )
        .await
        .expect("it refunds");
    assert_eq!(refund["amount"], json!(4000));
    assert_eq!(till.standing(&booked).await, "captured confirmed");
    till.audit().await;
    assert_eq!(till.standing(&booked).await, "partially_refunded confirmed");
    assert_eq!(till.text("select tests.balance('tara', 'clearing')").await, "5100");
}
