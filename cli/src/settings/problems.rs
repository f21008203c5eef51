//! Finds the settings that are not fit for production.

use std::net::IpAddr;

use environment::BadSetting;
use tokio_postgres::config::{Host, SslMode};

/// Settings that the marketplace cannot run without.
const REQUIRED: [&str; 13] = [
    "API_DATABASE_URL",
    "SERVICE_DATABASE_URL",
    "JWT_SECRET",
    "PUBLISHABLE_KEY",
    "SECRET_KEY",
    "SITE_URL",
    "API_EXTERNAL_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "NOTIFICATION_QUEUE_URL",
    "SMTP_URL",
    "MAIL_FROM",
];

/// Settings that replace a real service by a stand-in.
const STAND_INS: [&str; 2] = ["STRIPE_API_BASE", "AWS_ENDPOINT_URL_SQS"];

/// Settings that must name an address on the internet.
const PUBLIC: [&str; 2] = ["SITE_URL", "API_EXTERNAL_URL"];

/// Names the issuers of the database's certificate.
const CA_FILE: &str = "DATABASE_CA_FILE";

/// Everything that is wrong with the values of `get`, one sentence each.
pub(super) fn problems(get: &impl Fn(&str) -> Option<String>) -> Vec<BadSetting> {
    let mut problems = Vec::new();
    let missing = REQUIRED.into_iter().filter(|name| get(name).is_none());
    problems.extend(missing.map(|name| BadSetting::new(name, "is not set.")));

    let stand_ins = STAND_INS.into_iter().filter(|name| get(name).is_some());
    problems.extend(stand_ins.map(|name| {
        BadSetting::new(name, "puts a stand-in in the place of the real thing: unset it.")
    }));

    for name in PUBLIC {
        if get(name).is_some_and(|url| !url.starts_with("https://")) {
            problems.push(BadSetting::new(name, "must begin with https://."));
        }
    }
    if get("JWT_SECRET").is_some_and(|secret| secret.len() < 32) {
        problems.push(BadSetting::new("JWT_SECRET", "is shorter than 32 characters."));
    }
    problems.extend(database_problems(get));
    problems
}

/// There must be two logins, so that an attacker who breaks out of the callers' login does not
/// become `service_role`; and TLS, unless the database is on this machine.
fn database_problems(get: &impl Fn(&str) -> Option<String>) -> Vec<BadSetting> {
    let mut problems = Vec::new();
    let mut users = Vec::new();
    for name in ["API_DATABASE_URL", "SERVICE_DATABASE_URL"] {
        let Some(url) = get(name) else { continue };
        match postgres::tls::parse(&url) {
            Err(error) if error.name() == CA_FILE => {
                // Report it once for both logins.
                problems.retain(|problem: &BadSetting| problem.name() != CA_FILE);
                problems.push(error);
            }
            // The parser's sentence names DATABASE_URL; this one names the right setting.
            Err(_) => problems.push(BadSetting::new(name, "is not a connection string.")),
            Ok((config, _)) => {
                let is_here = config.get_hosts().iter().all(is_here);
                if !is_here && config.get_ssl_mode() != SslMode::Require {
                    problems.push(BadSetting::new(name, "must say sslmode=verify-full."));
                }
                users.push(config.get_user().map(str::to_owned));
            }
        }
    }
    if users.len() == 2 && users[0] == users[1] {
        let problem = "must log in as somebody else than API_DATABASE_URL.";
        problems.push(BadSetting::new("SERVICE_DATABASE_URL", problem));
    }
    problems
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn fit() -> HashMap<&'static str, &'static str> {
        HashMap::from([
            ("API_DATABASE_URL", "postgres://authenticator:x@db.example/m?sslmode=verify-full"),
            ("SERVICE_DATABASE_URL", "postgres://house:x@db.example/m?sslmode=verify-full"),
            ("JWT_SECRET", "0123456789abcdef0123456789abcdef"),
            ("PUBLISHABLE_KEY", "sb_publishable_0123456789abcdef"),
            ("SECRET_KEY", "sb_secret_0123456789abcdef"),
            ("SITE_URL", "https://convene.example"),
            ("API_EXTERNAL_URL", "https://api.convene.example"),
            ("STRIPE_SECRET_KEY", "rk_live_0123456789"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_live_0123456789"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789"),
            ("NOTIFICATION_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/n"),
            ("SMTP_URL", "smtps://mail.example"),
            ("MAIL_FROM", "hello@convene.example"),
        ])
    }

    fn found(settings: &HashMap<&str, &str>) -> Vec<String> {
        let get = |name: &str| settings.get(name).map(|value| (*value).to_owned());
        problems(&get).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn settings_that_are_fit_have_no_problems() {
        assert_eq!(found(&fit()), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_missing_is_said_at_once() {
        let found = found(&HashMap::new());
        assert_eq!(found.len(), REQUIRED.len(), "{found:?}");
        assert!(found.contains(&"JWT_SECRET is not set.".to_owned()), "{found:?}");
    }

    #[test]
    fn whatever_is_unfit_is_named() {
        for (name, value) in [
            ("STRIPE_API_BASE", "http://127.0.0.1:4242"),
            ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:5000"),
            ("SITE_URL", "http://convene.example"),
            ("API_EXTERNAL_URL", "api.convene.example"),
            ("JWT_SECRET", "secret"),
            ("API_DATABASE_URL", "postgres://authenticator:x@db.example/m"),
            ("API_DATABASE_URL", "postgres://authenticator:x@db.example/m?sslmode=prefer"),
            ("SERVICE_DATABASE_URL", "db.example"),
            ("SERVICE_DATABASE_URL", "postgres://authenticator:y@db.example/m?sslmode=require"),
        ] {
            let mut settings = fit();
            settings.insert(name, value);
            let found = found(&settings);
            assert_eq!(found.len(), 1, "{name}={value}: {found:?}");
            assert!(found[0].starts_with(name), "{found:?}");
        }
    }

    #[test]
    fn a_database_on_this_machine_needs_no_tls() {
        for host in ["127.0.0.1", "localhost", "%2Fvar%2Frun%2Fpostgresql"] {
            let url = format!("postgres://authenticator:x@{host}/m");
            let mut settings = fit();
            settings.insert("API_DATABASE_URL", &url);
            assert_eq!(found(&settings), Vec::<String>::new(), "{host}");
        }
    }
}
