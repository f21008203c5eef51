//! The secret key, and the address that it may be sent to.

use http::{HeaderValue, Uri};

use environment::{BadSetting, Environment};

const SECRET: &str = "STRIPE_SECRET_KEY";
const PUBLISHABLE: &str = "STRIPE_PUBLISHABLE_KEY";
const BASE: &str = "STRIPE_API_BASE";

/// The address of Stripe, and our credentials.
#[derive(Clone)]
pub(super) struct Access {
    /// `Bearer sk_…`, marked as sensitive so that it is never printed.
    pub(super) authorization: HeaderValue,
    /// Scheme and authority, without a trailing slash.
    pub(super) base: String,
    /// Whether the key moves real money.
    pub(super) live: bool,
}

impl Access {
    /// Refuses an invalid key, a live key outside production, and any address except Stripe's own
    /// and, for test keys, a stand-in on this machine.
    pub(super) fn new(
        secret: &str,
        base: Option<&str>,
        environment: Environment,
    ) -> Result<Self, BadSetting> {
        let live = is_live(secret)?;
        if live && environment != Environment::Production {
            return Err(BadSetting::new(
                SECRET,
                "is a live key, and CONVENE_ENV is not production.",
            ));
        }
        let base = match base {
            None => "https://api.stripe.com".to_owned(),
            Some(base) if secret.starts_with("sk_test_") => loopback(base)?,
            Some(_) => {
                return Err(BadSetting::new(BASE, "needs a secret key that starts with sk_test_."));
            }
        };
        let mut authorization = HeaderValue::try_from(format!("Bearer {secret}"))
            .map_err(|_| BadSetting::new(SECRET, "holds characters no key has."))?;
        authorization.set_sensitive(true);
        Ok(Self { authorization, base, live })
    }
}

/// The key that browsers pay with: `STRIPE_PUBLISHABLE_KEY`.
pub fn publishable_key() -> Result<String, BadSetting> {
    published(environment::required(PUBLISHABLE)?)
}

/// A secret key is refused here, because every browser would receive it.
fn published(key: String) -> Result<String, BadSetting> {
    match key.starts_with("pk_test_") || key.starts_with("pk_live_") {
        true => Ok(key),
        false => Err(BadSetting::new(PUBLISHABLE, "must start with pk_test_ or pk_live_.")),
    }
}

/// Whether the key is a live key; an error if it is no valid key.
fn is_live(secret: &str) -> Result<bool, BadSetting> {
    if secret.is_empty() {
        return Err(BadSetting::new(SECRET, "is not set."));
    }
    let kinds = [("sk_test_", false), ("rk_test_", false), ("sk_live_", true), ("rk_live_", true)];
    kinds
        .iter()
        .find_map(|(prefix, live)| secret.strip_prefix(prefix).map(|rest| (rest, *live)))
        .filter(|(rest, _)| {
            rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
        .map(|(_, live)| live)
        .ok_or_else(|| {
            BadSetting::new(
                SECRET,
                "is not a secret key: sk_test_…, rk_test_…, sk_live_… or rk_live_….",
            )
        })
}

/// `base` without its trailing slash, if it is an address on this machine without a path.
fn loopback(base: &str) -> Result<String, BadSetting> {
    let refused = || BadSetting::new(BASE, "must be http://127.0.0.1:<port> or the like.");
    let uri: Uri = base.parse().map_err(|_| refused())?;
    let authority = uri.authority().ok_or_else(refused)?;
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = bare == "localhost"
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
    match scheme {
        Some(scheme) if here && plain && !authority.as_str().contains('@') => {
            Ok(format!("{scheme}://{authority}"))
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(
        secret: &str,
        base: Option<&str>,
        environment: Environment,
    ) -> Result<Access, String> {
        Access::new(secret, base, environment).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_test_key_is_taken_everywhere() {
        for environment in [Environment::Development, Environment::Production] {
            let access = access("sk_test_51Abcdefgh", None, environment).unwrap();
            assert_eq!((access.base.as_str(), access.live), ("https://api.stripe.com", false));
        }
    }

    #[test]
    fn a_live_key_is_taken_in_production_alone() {
        for secret in ["sk_live_51Abcdefgh", "rk_live_51Abcdefgh"] {
            assert!(access(secret, None, Environment::Production).unwrap().live);
            let refusal = access(secret, None, Environment::Development).err().unwrap();
            assert!(refusal.contains("live key") && !refusal.contains("51Abc"), "{refusal}");
        }
    }

    #[test]
    fn a_secret_key_is_never_published() {
        for key in ["sk_live_51Abcdefgh", "rk_test_51Abcdefgh", "whsec_51Abcdefgh", "pk"] {
            let refusal = published(key.into()).err().unwrap().to_string();
            assert!(refusal.starts_with(PUBLISHABLE) && !refusal.contains("51Abc"), "{refusal}");
        }
        assert!(published("pk_live_51Abcdefgh".into()).is_ok());
    }

    #[test]
    fn what_is_no_secret_key_is_refused() {
        for secret in [
            "",
            " ",
            "sk_",
            "sk_test_",
            "sk_test_short",
            "pk_test_51Abcdefgh",
            "whsec_51Abcdefgh",
            "sk_test_51Abcdefgh\n",
            " sk_test_51Abcdefgh",
            "sk_prod_51Abcdefgh",
            "SK_TEST_51Abcdefgh",
        ] {
            assert!(access(secret, None, Environment::Production).is_err(), "{secret:?}");
        }
    }

    #[test]
    fn a_stand_in_lives_on_this_machine() {
        for base in [
            "http://127.0.0.1:8420",
            "http://127.0.0.1:8420/",
            "http://localhost:1",
            "http://[::1]:8420",
        ] {
            let access =
                access("sk_test_51Abcdefgh", Some(base), Environment::Development).unwrap();
            assert_eq!(access.base, base.trim_end_matches('/'));
        }
        for base in [
            "http://10.0.0.1:8420",
            "https://api.stripe.com.evil.example",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example",
            "http://user@127.0.0.1",
            "ftp://127.0.0.1",
            "127.0.0.1:8420",
            "http://127.0.0.1/v1",
            "http://127.0.0.1?x",
            "",
            "http://0.0.0.0:80",
        ] {
            let access = access("sk_test_51Abcdefgh", Some(base), Environment::Development);
            assert!(access.is_err(), "{base:?}");
        }
    }

    #[test]
    fn a_key_that_is_not_a_plain_test_key_never_leaves_for_a_stand_in() {
        for secret in ["sk_live_51Abcdefgh", "rk_live_51Abcdefgh", "rk_test_51Abcdefgh"] {
            let base = Some("http://127.0.0.1:8420");
            assert!(access(secret, base, Environment::Production).is_err(), "{secret}");
        }
    }
}
