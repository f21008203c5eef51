//! What may be charged: currencies, least amounts, and the steps of dinars, krónur and shillings.

use crate::failure::Failure;

/// Currency and least amount in its minor unit. Where Stripe lists none (it converts first), the
/// amount is about half a dollar.
const LEAST: [(&str, i64); 55] = [
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("bhd", 200),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("clp", 450),
    ("cny", 350),
    ("czk", 1500),
    ("dkk", 250),
    ("egp", 2500),
    ("eur", 50),
    ("gbp", 30),
    ("ghs", 600),
    ("hkd", 400),
    ("huf", 17_500),
    ("idr", 800_000),
    ("ils", 180),
    ("inr", 50),
    ("isk", 7000),
    ("jod", 360),
    ("jpy", 50),
    ("kes", 7000),
    ("krw", 700),
    ("kwd", 160),
    ("mad", 500),
    ("mxn", 1000),
    ("myr", 200),
    ("ngn", 80_000),
    ("nok", 300),
    ("npr", 6700),
    ("nzd", 50),
    ("omr", 200),
    ("php", 2800),
    ("pln", 200),
    ("qar", 200),
    ("ron", 200),
    ("rwf", 700),
    ("sar", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
    ("tnd", 1600),
    ("try", 2100),
    ("twd", 1600),
    ("tzs", 130_000),
    ("uah", 2100),
    ("ugx", 190_000),
    ("usd", 50),
    ("uyu", 2000),
    ("vnd", 12_500),
    ("xaf", 300),
    ("xof", 300),
    ("zar", 900),
];

const MOST: i64 = 99_999_999;

/// Currencies for which Stripe lets a European platform have a bank account, and in which it then
/// settles. What is charged in another is converted.
pub(crate) const SETTLED: [&str; 18] = [
    "aud", "cad", "chf", "czk", "dkk", "eur", "gbp", "hkd", "huf", "jpy", "nok", "nzd", "pln",
    "ron", "sek", "sgd", "usd", "zar",
];

/// An amount in another currency, and the exchange rate between their major units. The rate is
/// made of what Stripe takes at least, about half a dollar: to be seen in the books, not to be
/// traded at.
pub(crate) fn convert(amount: i64, from: &str, to: &str) -> (i64, f64) {
    let (from_least, to_least) = (least(from), least(to));
    let scaled = i128::from(amount) * i128::from(to_least);
    let half = i128::from(from_least) / 2 * scaled.signum();
    let converted = (scaled + half) / i128::from(from_least);
    let major = |currency, least: i64| least as f64 / 10_f64.powi(decimals(currency));
    let rate = major(to, to_least) / major(from, from_least);
    (i64::try_from(converted).unwrap_or(i64::MAX), rate)
}

fn least(currency: &str) -> i64 {
    LEAST.iter().find(|(code, _)| *code == currency).map_or(50, |(_, least)| *least)
}

fn decimals(currency: &str) -> i32 {
    match currency {
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 3,
        "clp" | "jpy" | "krw" | "pyg" | "rwf" | "vnd" | "xaf" | "xof" => 0,
        _ => 2,
    }
}

/// The currency in lower case, if it is one we know.
pub(crate) fn known(currency: &str) -> Result<String, Failure> {
    let lower = currency.to_ascii_lowercase();
    match LEAST.iter().any(|(code, _)| *code == lower) {
        true => Ok(lower),
        false => Err(Failure::invalid(
            "parameter_invalid_string",
            "currency",
            format!("Invalid currency: {currency}. The stand-in knows those of core.currency."),
        )),
    }
}

/// Refuse an amount that cannot be charged.
pub(crate) fn check_amount(amount: i64, currency: &str) -> Result<(), Failure> {
    let least = least(currency);
    let refused = |code: &str, message: String| Err(Failure::invalid(code, "amount", message));
    match amount {
        ..1 => refused(
            "parameter_invalid_integer",
            "This value must be greater than or equal to 1.".into(),
        ),
        _ if amount < least => refused(
            "amount_too_small",
            format!("Amount must be at least {least} in the minor unit of {currency}"),
        ),
        _ if amount > MOST => {
            refused("amount_too_large", format!("Amount must be no more than {MOST}"))
        }
        _ => check_step(amount, currency),
    }
}

/// Refuse an amount between the steps of a currency.
pub(crate) fn check_step(amount: i64, currency: &str) -> Result<(), Failure> {
    let step = match currency {
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 10,
        "isk" | "ugx" => 100,
        _ => return Ok(()),
    };
    match amount % step {
        0 => Ok(()),
        _ => Err(Failure::invalid(
            "parameter_invalid_integer",
            "amount",
            format!("An amount in {currency} must be a multiple of {step}."),
        )),
    }
}
