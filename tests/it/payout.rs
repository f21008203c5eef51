//! Paying out: many at once, each once, and never more money than there is.
//!
//! `PROVIDERS=10000` sets the size of the run, which takes less than a minute; 500 by default.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use payouts::Task;
use tokio::time::Instant as Deadline;

use crate::till::Till;

fn providers() -> usize {
    std::env::var("PROVIDERS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

impl Till {
    /// Creates so many providers, each with 85.00 and an account at Stripe.
    async fn earn(&self, providers: usize) {
        // The platform needs money at Stripe to pay from: a sale of tara's that she has not earned
        // yet.
        self.offer("lesson", 99_999_999, "instant").await;
        self.book_and_pay("lesson").await;
        self.stripe.advance(Duration::from_secs(10 * 86_400));
        let account = self.onboard().await;
        self.world.sql(&format!("select tests.many_earn({providers}, '{account}')")).await;
        // Autovacuum does this a minute after so many writes.
        self.world.sql("analyze").await;
    }
}

/// Two runs of the schedule at once pay every provider once. Both wait for the first of the
/// wallets, so that they collide.
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_pay_everybody_once() {
    let till = Till::new().await;
    let providers = providers();
    till.earn(providers).await;
    let deadline = Deadline::now() + Duration::from_secs(600);

    let gun = till.world.hold("lock table core.ledger_balance in exclusive mode").await;
    let begun = Instant::now();
    let (one, two, ()) =
        tokio::join!(till.payouts.plan(deadline), till.payouts.plan(deadline), gun.fire_at(2));
    let total = one.expect("it plans") + two.expect("it plans");
    println!("{total} payouts planned by two runs in {:?}", begun.elapsed());
    assert_eq!(total, providers);
    let once = "select count(*) filter (where n = 1) || ' ' || count(*) || ' ' || sum(amount)
                from (select provider_id, count(*) as n, sum(amount_minor) as amount
                      from core.payout group by provider_id) as p";
    let wanted = format!("{providers} {providers} {}", 8500 * providers);
    assert_eq!(till.text(once).await, wanted);

    let gun = till.world.hold("lock table core.stripe_command in exclusive mode").await;
    let begun = Instant::now();
    let (one, two, ()) = tokio::join!(
        till.payouts.run(Task::Sweep, deadline),
        till.payouts.run(Task::Sweep, deadline),
        gun.fire_at(2),
    );
    let (one, two) = (one.expect("it runs").commands, two.expect("it runs").commands);
    println!("{} transfers by two runs in {:?}", one.done + two.done, begun.elapsed());
    assert_eq!(one.done + two.done, providers, "{one:?} {two:?}");
    assert_eq!(till.stripe.objects("transfer").len(), providers);
    let attempts = "select max(attempts) || ' ' || count(*) from core.stripe_command
                    where kind = 'transfer'";
    assert_eq!(till.text(attempts).await, format!("1 {providers}"));
    let paid = "select count(*) from core.payout where status = 'paid' and paid_minor = 8500";
    assert_eq!(till.text(paid).await, providers.to_string());
    till.stripe.settled().await;
    till.audit().await;
}

/// Fifty requests for the whole balance: one is granted.
#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_paid_out_once_however_many_ask() {
    let till = Till::new().await;
    till.earn(1).await;
    let wallet = "select from core.ledger_balance as b
                  join core.ledger_account as a using (ledger_account_id)
                  where a.kind = 'available' and a.person_id = tests.id('p1') for update of b";
    let gun = till.world.hold(wallet).await;
    let asked = (0..50).map(|n| {
        let world = &till.world;
        async move {
            let client = world.connection().await;
            let ask = format!(
                "begin; select tests.act_as('p1');
                 select api.request_payout(8500, 'EUR', 'key {n}'); commit"
            );
            client.batch_execute(&ask).await.map_err(|error| {
                error.as_db_error().map(|db| db.message().to_owned()).unwrap_or_default()
            })
        }
    });
    let (asked, ()) = tokio::join!(join_all(asked), gun.fire_at(50));
    assert_eq!(asked.iter().filter(|asked| asked.is_ok()).count(), 1);
    let refused: Vec<String> = asked.into_iter().filter_map(Result::err).collect();
    assert!(refused.iter().all(|word| word == "balance_too_small"), "{refused:?}");
    assert_eq!(till.text("select count(*) from core.payout").await, "1");
    till.audit().await;
}
