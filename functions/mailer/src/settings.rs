//! The mail server, the sender, and the addresses that links lead to.

use std::time::Duration;

use environment::{BadSetting, required};
use lettre::{Address, AsyncSmtpTransport, Tokio1Executor};
use url::{Host, Url};

/// The settings of mail.
#[derive(Clone, Debug)]
pub struct Settings {
    /// SMTP_URL: `smtps://user:password@host`, or `smtp://…?tls=required` for STARTTLS.
    pub smtp_url: Url,
    /// MAIL_FROM: the sender, and the organizer of calendar entries.
    pub mail_from: Address,
    /// SITE_URL: the front end, where most links lead.
    pub site_url: Url,
    /// API_EXTERNAL_URL: the address of this back end, where links that prove an address lead.
    pub api_url: Url,
}

impl Settings {
    /// What the environment says.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = |name: &'static str| -> Result<Url, BadSetting> {
            // The value may contain a password, so the message does not repeat it.
            Url::parse(&required(name)?).map_err(|_| BadSetting::new(name, "is not a URL."))
        };
        let mail_from = required("MAIL_FROM")?;
        Ok(Self {
            smtp_url: url("SMTP_URL")?,
            mail_from: mail_from
                .parse()
                .map_err(|_| BadSetting::new("MAIL_FROM", "is not an e-mail address."))?,
            site_url: url("SITE_URL")?,
            api_url: url("API_EXTERNAL_URL")?,
        })
    }

    /// The connection to the mail server. Mail and passwords leave this machine encrypted, or not
    /// at all.
    pub(crate) fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, BadSetting> {
        let bad = |problem: String| BadSetting::new("SMTP_URL", problem);
        let is_encrypted = self.smtp_url.scheme() == "smtps"
            || self.smtp_url.query_pairs().any(|pair| pair == ("tls".into(), "required".into()));
        if !is_encrypted && !is_loopback(&self.smtp_url) {
            return Err(bad("must begin with smtps://, or end with ?tls=required.".to_owned()));
        }
        AsyncSmtpTransport::<Tokio1Executor>::from_url(self.smtp_url.as_str())
            .map(|builder| builder.timeout(Some(Duration::from_secs(15))).build())
            .map_err(|error| bad(format!("cannot be used: {error}.")))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // `smtp` is not a scheme of the web, so the URL parser leaves IP addresses as names.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(smtp_url: &str) -> Settings {
        let url = |text: &str| Url::parse(text).expect("a URL");
        Settings {
            smtp_url: url(smtp_url),
            mail_from: "house@convene.example".parse().expect("an address"),
            site_url: url("https://convene.example"),
            api_url: url("https://api.convene.example"),
        }
    }

    #[tokio::test]
    async fn mail_leaves_the_machine_encrypted_or_not_at_all() {
        for url in [
            "smtp://127.0.0.1:2525",
            "smtps://u:p@mail.example",
            "smtp://mail.example?tls=required",
        ] {
            assert!(settings(url).transport().is_ok(), "{url}");
        }
        for url in [
            "smtp://mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtp://127.0.0.1.example:25",
            "http://127.0.0.1",
        ] {
            assert!(settings(url).transport().is_err(), "{url}");
        }
    }
}
