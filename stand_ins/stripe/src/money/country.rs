//! Countries that connected accounts may be in.

/// Countries a European platform can pay out to, and their currencies.
const COUNTRIES: [(&str, &str); 34] = [
    ("AT", "eur"),
    ("BE", "eur"),
    ("BG", "eur"),
    ("CA", "cad"),
    ("CH", "chf"),
    ("CY", "eur"),
    ("CZ", "czk"),
    ("DE", "eur"),
    ("DK", "dkk"),
    ("EE", "eur"),
    ("ES", "eur"),
    ("FI", "eur"),
    ("FR", "eur"),
    ("GB", "gbp"),
    ("GR", "eur"),
    ("HR", "eur"),
    ("HU", "eur"),
    ("IE", "eur"),
    ("IS", "eur"),
    ("IT", "eur"),
    ("LI", "chf"),
    ("LT", "eur"),
    ("LU", "eur"),
    ("LV", "eur"),
    ("MT", "eur"),
    ("NL", "eur"),
    ("NO", "nok"),
    ("PL", "pln"),
    ("PT", "eur"),
    ("RO", "eur"),
    ("SE", "sek"),
    ("SI", "eur"),
    ("SK", "eur"),
    ("US", "usd"),
];

/// The currency of a country that accounts may be in.
pub(crate) fn currency(country: &str) -> Option<&'static str> {
    COUNTRIES.iter().find(|(code, _)| *code == country).map(|(_, currency)| *currency)
}
