//! Balances: what is there, what is on its way, and every movement that made it so.

use serde_json::{Value, json};

use crate::money::currency;
use crate::shape;
use crate::state::State;

/// One movement to be written down.
pub(crate) struct Movement<'a> {
    /// A connected account, or `""` for the platform.
    pub(crate) owner: &'a str,
    /// `charge`, `refund`, `transfer`, …
    pub(crate) kind: &'a str,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: &'a str,
    /// What it is about.
    pub(crate) source: &'a str,
    pub(crate) available_on: i64,
}

impl State {
    /// Move money of the platform that was charged in some currency: in the currency it settles in,
    /// converted if that is another.
    pub(crate) fn book_settled(&mut self, movement: Movement<'_>) -> String {
        let settled = self.settlement_currency(movement.currency);
        if settled == movement.currency {
            return self.book(movement);
        }
        let (amount, rate) = currency::convert(movement.amount, movement.currency, &settled);
        let (fee, _) = currency::convert(movement.fee, movement.currency, &settled);
        let id = self.book(Movement { amount, fee, currency: &settled, ..movement });
        if let Some(mut written) = self.get("balance_transaction", &id).cloned() {
            written["exchange_rate"] = rate.into();
            self.put(written);
        }
        id
    }

    /// Move money; the id of the balance transaction.
    pub(crate) fn book(&mut self, movement: Movement<'_>) -> String {
        let Movement { owner, kind, amount, fee, currency, source, available_on } = movement;
        let (id, now, net) = (self.id("txn"), self.now(), amount - fee);
        let fees = match fee {
            0 => json!([]),
            fee => json!([{
                "amount": fee, "application": null, "currency": currency,
                "description": "Stripe processing fees", "type": "stripe_fee",
            }]),
        };
        let members = json!({
            "id": id, "amount": amount, "available_on": available_on, "created": now,
            "currency": currency, "description": null, "exchange_rate": null, "fee": fee, "fee_details": fees, "net": net,
            "reporting_category": category(kind), "source": source, "type": kind,
            "status": if available_on <= now { "available" } else { "pending" },
        });
        self.put_for(owner, shape::new("balance_transaction", members));
        self.count(owner, currency, net, available_on);
        id
    }

    fn count(&mut self, owner: &str, currency: &str, net: i64, available_on: i64) {
        let now = self.now();
        let purse = self.purses.entry(name(owner, currency)).or_default();
        purse.total += net;
        purse.pending = purse.pending.split_off(&(now + 1));
        if available_on > now {
            *purse.pending.entry(available_on).or_default() += net;
        }
    }

    /// Count all movements again, after a restart.
    pub(crate) fn recount(&mut self) {
        let movements = self.objects.iter().filter_map(|(shelf, _, movement)| {
            let owner = shelf.strip_suffix("balance_transaction")?.trim_end_matches('/').to_owned();
            let currency = movement["currency"].as_str()?.to_owned();
            Some((owner, currency, movement["net"].as_i64()?, movement["available_on"].as_i64()?))
        });
        self.purses.clear();
        for (owner, currency, net, available_on) in movements.collect::<Vec<_>>() {
            self.count(&owner, &currency, net, available_on);
        }
    }

    /// All of it, available or not.
    pub(crate) fn total(&self, owner: &str, currency: &str) -> i64 {
        self.purses.get(&name(owner, currency)).map_or(0, |purse| purse.total)
    }

    /// What can be spent now.
    pub(crate) fn available(&self, owner: &str, currency: &str) -> i64 {
        let now = self.now();
        self.purses.get(&name(owner, currency)).map_or(0, |purse| {
            purse.total - purse.pending.range(now + 1..).map(|(_, amount)| amount).sum::<i64>()
        })
    }

    /// The currencies in which an account has or had money.
    pub(crate) fn currencies(&self, owner: &str) -> Vec<String> {
        let prefix = name(owner, "");
        let names = self.purses.keys().filter_map(|key| key.strip_prefix(&prefix));
        names.filter(|currency| !currency.contains('/')).map(str::to_owned).collect()
    }

    /// The balance object of an account.
    pub(crate) fn balance(&self, owner: &str) -> Value {
        let currencies = self.currencies(owner);
        let (available, pending): (Vec<_>, Vec<_>) = currencies
            .iter()
            .map(|currency| {
                let available = self.available(owner, currency);
                let pending = self.total(owner, currency) - available;
                let part = |amount: i64| {
                    json!({"amount": amount, "currency": currency, "source_types": {"card": amount}})
                };
                (part(available), part(pending))
            })
            .unzip();
        shape::new(
            "balance",
            json!({"available": available, "pending": pending, "connect_reserved": []}),
        )
    }

    /// Whether each balance is the sum of its movements, and what is wrong if not.
    pub(crate) fn audit(&self) -> Result<(), String> {
        for (key, purse) in &self.purses {
            let (owner, currency) = key.rsplit_once('/').unwrap_or_default();
            let moved: i64 = self
                .all(owner, "balance_transaction")
                .filter(|movement| movement["currency"] == currency)
                .filter_map(|movement| movement["net"].as_i64())
                .sum();
            if moved != purse.total {
                return Err(format!("{key}: balance {} is not {moved}", purse.total));
            }
        }
        Ok(())
    }
}

fn name(owner: &str, currency: &str) -> String {
    format!("{owner}/{currency}")
}

fn category(kind: &str) -> &str {
    match kind {
        "payment" => "charge",
        "adjustment" => "dispute",
        "transfer_refund" => "transfer_reversal",
        other => other,
    }
}
