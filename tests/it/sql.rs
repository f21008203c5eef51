//! The SQL tests: one test here for each file of tests/sql, in a database of its own.
//!
//! `cargo test -p tests sql::booking` runs those of an area, `sql::booking::review` runs one.

use tests::World;

/// `area { file, … }` becomes a module of tests, and all of them the list `LISTED`.
macro_rules! sql_tests {
    ($($area:ident { $($file:ident),* $(,)? })*) => {
        const LISTED: &[&str] =
            &[$($(concat!(stringify!($area), "/", stringify!($file))),*),*];

        $(mod $area {
            $(#[tokio::test]
            async fn $file() {
                super::passes(concat!(stringify!($area), "/", stringify!($file))).await;
            })*
        })*
    };
}

sql_tests! {
    booking {
        appointment, attendance, booking, call_off, cancellation, cancellation_order, checkout,
        correction, event, feed, free, import, party, proposal, reschedule, reschedule_length, review,
        seats, ticket,
    }
    catalogue { category, product, search, wish }
    community { block, conversation, post, report, support }
    ground { audit, clock, lens, marketplace, permissions, reading, vocabulary }
    learning { certificate, content, course, enrolment, progress }
    lenses {
        as_read, avenrae, avenrae_basket, avenrae_reports, avenrae_write, dogs, dogs_access,
        dogs_rules, fitness, one_rule, one_store, own_ids, trainers, trainers_access,
        trainers_rules, tutoring,
    }
    login {
        account, admin, external, external_address, factor, factor_decisions, one_time_token,
        rate_limit, session, sign_up, signing_key, supabase, verification,
    }
    messages { delivery, notification, outbox, reminder, wording }
    money {
        basket, basket_course, commission, coupon, cover, dispute_list, earning, fulfilment, ledger,
        line, order_lines, payment, payment_list, payment_method, promotion, quote, quote_edges,
        random_operations, receipt, referral, refund, refund_list, refund_recovery, subsidy, wallet,
        wallet_order, wallet_statement, wallet_totals,
    }
    payout { account, payout_asked, payout_by_hand, payout_due, payout_list, reversal }
    people {
        credential, customer, erasure, favorite, location, person, privacy, profile, provider,
        rate, staff, subject, suspension, words,
    }
    stripe { balance_transaction, command, event, event_cursor, event_order, inquiry, reconciliation, result, stuck }
    time {
        availability, busy, horizon, horizon_closed, horizon_seats, occupancy, offering, rules, slot, venue, waitlist,
    }
}

#[test]
fn every_sql_file_is_a_test() {
    assert_eq!(LISTED, tests::sql_tests(), "tests/it/sql.rs lists the files of tests/sql");
}

async fn passes(name: &str) {
    let world = World::new().await;
    if !world.has_pgtap().await {
        eprintln!("SKIPPED: the SQL tests need pgTAP (apt-get install postgresql-15-pgtap).");
        return;
    }
    let report = world.tap(name).await.unwrap_or_else(|error| panic!("{name}: {error:#}"));
    report.lines.iter().for_each(|line| println!("{line}"));
    assert!(report.passed(), "tests/sql/{name}.sql: see its lines above");
    let fragments = report.fragments();
    assert!(
        fragments.is_empty(),
        "tests/sql/{name}.sql: each description is a sentence that stands alone, of four words or \
         more: {fragments:#?}"
    );
}
