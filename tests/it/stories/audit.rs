//! The audit: it looks at Stripe's objects and at everybody's balances, and trusts no totals.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Story;
use crate::till::Till;

/// A payment as both sides see it.
struct Sale {
    intent: String,
    booking: String,
    provider: String,
    currency: String,
    captured: i64,
    status: String,
    commission: i64,
    total: i64,
    by_hand: i64,
    waiting: i64,
    owed: i64,
}

/// Stripe's side of an intent.
#[derive(Debug, Default)]
struct There {
    received: i64,
    refunded: i64,
    lost: i64,
    disputed: i64,
    /// The amount that the bank took beyond what was left.
    excess: i64,
}

impl Till {
    /// Everything that is wrong at the end of the stories.
    pub(super) async fn problems(&self, stories: &[Story]) -> Vec<String> {
        let mut problems = self.differences().await;
        let stuck = self.world.rows("select tests.stuck()", &[]).await;
        problems.extend(stuck.iter().map(|row| row.get::<_, String>(0)));
        let sales = self.sales().await;
        let mut earned: BTreeMap<(String, String), i64> = BTreeMap::new();
        for sale in &sales {
            let there = self.there(&sale.intent);
            problems.extend(sale.problems(&there, stories));
            if sale.captured > 0 {
                *earned.entry((sale.provider.clone(), sale.currency.clone())).or_default() +=
                    sale.earned(&there);
            }
        }
        problems.extend(self.wallets(&earned).await);
        problems
    }

    async fn sales(&self) -> Vec<Sale> {
        let rows = self.world.rows("select * from tests.payments_to_audit()", &[]).await;
        let sale = |row: &tokio_postgres::Row| Sale {
            intent: row.get("external_id"),
            booking: row.get("booking_id"),
            provider: row.get("provider"),
            currency: row.get("currency"),
            captured: row.get("captured"),
            status: row.get("status"),
            commission: row.get("commission"),
            total: row.get("total"),
            by_hand: row.get("by_hand"),
            waiting: row.get("waiting"),
            owed: row.get("owed"),
        };
        rows.iter().map(sale).collect()
    }

    fn there(&self, intent: &str) -> There {
        let of_intent = |kind: &str| {
            let all = self.stripe.objects(kind);
            all.into_iter().filter(|object| object["payment_intent"] == intent).collect::<Vec<_>>()
        };
        let mut there = There::default();
        let object = self.stripe.object(intent).unwrap_or_default();
        there.received = object["amount_received"].as_i64().unwrap_or_default();
        for refund in of_intent("refund") {
            if is_sent(&refund) {
                there.refunded += amount(&refund);
            }
        }
        for dispute in of_intent("dispute") {
            match dispute["status"].as_str() {
                Some("lost") => {
                    let before: i64 = of_intent("refund")
                        .iter()
                        .filter(|refund| {
                            is_sent(refund)
                                && refund["created"].as_i64() <= dispute["created"].as_i64()
                        })
                        .map(amount)
                        .sum();
                    there.excess += (before + amount(&dispute) - there.received).max(0);
                    there.lost += amount(&dispute);
                }
                Some("needs_response" | "under_review") => there.disputed += amount(&dispute),
                _ => {}
            }
        }
        there
    }

    /// Every provider's money, here and sent to them, is what they earned.
    async fn wallets(&self, earned: &BTreeMap<(String, String), i64>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = 0;
        for row in self.world.rows("select * from tests.wallets_to_audit()", &[]).await {
            let key: (String, String) = (row.get("provider"), row.get("currency"));
            let (account, balance): (String, i64) = (row.get("account"), row.get("balance"));
            let transfers = self.stripe.objects("transfer").into_iter().filter(|transfer| {
                transfer["destination"] == account.as_str()
                    && transfer["currency"] == key.1.to_lowercase().as_str()
            });
            let sent: i64 = transfers
                .map(|one| amount(&one) - one["amount_reversed"].as_i64().unwrap_or_default())
                .sum();
            let due = earned.get(&key).copied().unwrap_or_default();
            seen += usize::from(earned.contains_key(&key));
            if balance + sent != due {
                problems.push(format!("{key:?} earned {due}, has {balance} and was sent {sent}"));
            }
        }
        if seen < earned.len() {
            problems.push("somebody earned something and has no wallet".into());
        }
        problems
    }
}

impl Sale {
    fn problems(&self, there: &There, stories: &[Story]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut wrong = |what: String| {
            problems.push(format!(
                "booking {} ({}), {}: {what}",
                self.booking, self.status, self.intent
            ));
        };
        if self.captured != there.received {
            wrong(format!("{} captured here, {} there", self.captured, there.received));
        }
        if there.received > 0 && there.received != self.total {
            wrong(format!("{} taken for a price of {}", there.received, self.total));
        }
        // The money that the customer has back or is sure to get.
        let back = there.refunded + self.by_hand + self.waiting + self.owed;
        let kept = matches!(
            self.status.as_str(),
            "confirmed"
                | "completed"
                | "no_show_customer"
                | "requested"
                | "cancelled"
                | "no_show_provider"
        );
        if there.received > 0 && !kept && back + there.lost < there.received {
            wrong(format!("{} paid for nothing, {back} back, {there:?}", there.received));
        }
        if self.status == "no_show_provider" && back + there.lost < there.received {
            wrong(format!("the provider did not come, {back} back, {there:?}"));
        }
        let promised: i64 = stories
            .iter()
            .flat_map(|story| &story.promised)
            .filter(|(booking, _)| *booking == self.booking)
            .map(|(_, promised)| *promised)
            .max()
            .unwrap_or_default();
        if back + there.lost < promised.min(there.received) {
            wrong(format!("{promised} promised, {back} back, {there:?}"));
        }
        let twice = there.refunded + self.by_hand + self.waiting + there.lost - there.excess;
        if twice > there.received {
            wrong(format!("{back} back of {}, {there:?}", there.received));
        }
        problems
    }

    /// The provider's share, calculated from Stripe's objects.
    fn earned(&self, there: &There) -> i64 {
        let gone = there.refunded + self.by_hand + self.waiting + there.lost;
        let gone = gone.min(there.received);
        let of_house = (2 * gone * self.commission + there.received) / (2 * there.received);
        there.received - self.commission - (gone - of_house)
    }
}

fn is_sent(refund: &Value) -> bool {
    matches!(refund["status"].as_str(), Some("succeeded" | "pending"))
}

fn amount(object: &Value) -> i64 {
    object["amount"].as_i64().unwrap_or_default()
}
