//! Events that Stripe never sent are asked for: lost events, and refunds made in its dashboard.

use serde_json::json;
use stripe_double::Nuisance;

use stripe_sync::event_list::EventList;

use crate::{office::soon, till::Till};

/// Old enough to be asked about, and old enough to be compared.
const HOURS_PASS: &str = "update core.payment set created_at = created_at - interval '3 minutes';
    update core.refund set created_at = created_at - interval '2 hours', asked_at = null;
    update core.dispute set created_at = created_at - interval '7 hours', asked_at = null";

impl Till {
    /// From now on Stripe sends no event, and its list of events cannot be reached.
    async fn deafen(&self) {
        let beyond = "update core.event_cursor set heard_at = now() + interval '9 days'";
        self.world.sql(beyond).await;
        self.stripe.nuisance(Nuisance { held: true, ..Nuisance::default() });
    }

    /// From now on Stripe sends no event; only its list of events has them.
    fn drop_events(&self) {
        self.stripe.nuisance(Nuisance { dropped_percent: 100, ..Nuisance::default() });
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
        till.deafen().await;
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
    till.deafen().await;
    till.stripe.close_dispute(dispute["id"].as_str().expect("an id"), true).expect("it ends");
    till.ask().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");
}

#[tokio::test]
async fn a_refund_made_in_the_dashboard_is_found_in_the_books() {
    let till = Till::new().await;
    till.offer("lesson", 10_000, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    till.deafen().await;
    till.refund_in_dashboard(&booked, 4000).await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");
    till.audit().await;
    assert_eq!(till.standing(&booked).await, "partially_refunded confirmed");
    assert_eq!(till.text("select tests.balance('tara', 'clearing')").await, "5100");
}

/// Nothing is old enough to be asked about, so everything repaired here was read from the list.
#[tokio::test]
async fn what_no_webhook_brought_is_read_from_the_list_of_events() {
    let till = Till::new().await;
    for slot in ["paid", "refunded", "disputed"] {
        till.offer(slot, 10_000, "instant").await;
    }
    till.offer("asked", 10_000, "request").await;
    till.drop_events();
    let mut booked = Vec::new();
    for slot in ["paid", "refunded", "disputed", "asked"] {
        let one = till.book(slot, slot).await;
        till.pay(&one, "pm_card_visa").expect("the card is good");
        booked.push(one);
    }
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked[0]).await, "requires_payment pending_payment");
    till.sweep().await;
    for (n, standing) in
        ["captured confirmed", "captured confirmed", "captured confirmed", "authorized requested"]
            .into_iter()
            .enumerate()
    {
        assert_eq!(till.standing(&booked[n]).await, standing);
    }

    till.refund_in_dashboard(&booked[1], 4000).await;
    let charge = till.charge_of(&booked[2]).await;
    till.stripe.open_dispute(&charge, "fraudulent").expect("it can be disputed");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked[1]).await, "captured confirmed");
    till.sweep().await;
    assert_eq!(till.standing(&booked[1]).await, "partially_refunded confirmed");
    assert_eq!(till.standing(&booked[2]).await, "disputed confirmed");
    till.audit().await;
}

/// There are more pages than a run may read, and the process dies after each of them.
#[tokio::test]
async fn a_walk_through_the_list_of_events_goes_on_where_it_died() {
    let till = Till::new().await;
    till.offer("lesson", 5000, "instant").await;
    till.drop_events();
    let booked = till.book("lesson", "lesson").await;
    till.pay(&booked, "pm_card_visa").expect("the card is good");
    for _ in 0..250 {
        till.stripe.forge_event(json!({"type": "balance.available", "data": {"object": {}}}));
    }
    till.stripe.settled().await;
    let service = till.world.logins.service.clone();
    let db = postgres::Db::connect(&service, postgres::Limits::default()).expect("a login");
    let list = EventList::new(db, till.stripe.client().expect("a client"));
    // The time is too short for a second page, as if the process died after the first.
    for place in ["evt", "evt", ""] {
        let run = list.read_pages(1, soon()).await.expect("a page is read");
        assert_eq!(run.pages, 1);
        assert_eq!(till.text("select left(after_id, 3) from core.event_cursor").await, place);
    }
    till.sweep().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");

    // The next walk reads one page: known events are not read again from the beginning.
    till.world.sql("update core.event_cursor set after_id = 'evt_gone', newest_at = now()").await;
    let run = list.read(soon()).await.expect("the walk begins anew");
    assert_eq!(till.text("select after_id from core.event_cursor").await, "", "{run:?}");
}

impl Till {
    /// Staff refunds the one payment, and Stripe answers.
    async fn staff_refunds_all(&self) {
        let whole = "select tests.attempt('sam',
            format('select status from api.refund_payment(%L)', payment_id)) from core.payment";
        assert_eq!(self.text(whole).await, "planned");
        self.sweep().await;
    }

    /// Staff does something with the refund that failed; returns its status, or the refusal.
    async fn staff_says(&self, call: &str) -> String {
        let sql = format!(
            "select tests.attempt('sam', format('select status from api.{call}', refund_id))
             from core.refund where {FAILED}"
        );
        self.text(&sql).await
    }

    async fn waiting(&self) -> String {
        let sql =
            format!("select coalesce(sum(amount_minor), 0)::text from core.refund where {FAILED}");
        self.text(&sql).await
    }
}

const FAILED: &str = "status = 'rejected' and resent_as is null";

/// Whoever pays the rest of such a refund by hand must know what the dashboard returned.
#[tokio::test]
async fn what_was_returned_unheard_is_asked_for_before_a_failed_refund_is_paid_once_more() {
    let till = Till::new().await;
    till.world.sql("select tests.make_staff('sam')").await;
    till.offer("lesson", 28_268, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    till.deafen().await;
    till.refund_in_dashboard(&booked, 14_240).await;
    till.staff_refunds_all().await;
    let unchecked = "refused: refund_unchecked";
    assert_eq!(till.staff_says("settle_refund(%L, true, ''bank'')").await, unchecked);
    assert_eq!(till.staff_says("resend_refund(%L)").await, unchecked);

    till.sweep().await;
    assert_eq!(till.waiting().await, "14028");
    assert_eq!(till.staff_says("resend_refund(%L)").await, "planned");
    till.sweep().await;
    assert_eq!(till.standing(&booked).await, "refunded confirmed");
    till.audit().await;
}

#[tokio::test]
async fn an_unheard_dispute_is_asked_for_before_a_failed_refund_is_paid_once_more() {
    let till = Till::new().await;
    till.world.sql("select tests.make_staff('sam')").await;
    till.offer("lesson", 10_000, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    till.deafen().await;
    let charge = till.charge_of(&booked).await;
    let dispute = till.stripe.open_dispute(&charge, "fraudulent").expect("it can be disputed");
    till.staff_refunds_all().await;
    till.sweep().await;
    let disputed = "refused: payment_disputed";
    assert_eq!(till.staff_says("settle_refund(%L, true, ''bank'')").await, disputed);

    till.stripe.close_dispute(dispute["id"].as_str().expect("an id"), false).expect("it ends");
    till.ask().await;
    assert_eq!(till.waiting().await, "0");
    assert_eq!(till.standing(&booked).await, "dispute_lost confirmed");
    till.audit().await;
}
