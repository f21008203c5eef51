//! An e-mail address that mail can be sent to, in the form it is stored in.

use url::Host;

use crate::error::{Refusal, Result};

/// What stands before the `@`, as RFC 5321 calls it: words with single dots between them.
///
/// Letters beyond ASCII need a mail server with SMTPUTF8 at every hop. We create no account that we
/// cannot send mail to.
fn is_local_part(text: &str) -> bool {
    let is_atom = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    text.len() <= 64 && text.split('.').all(is_atom)
}

/// A domain of at least two labels, in the form of DNS: labels that are not ASCII become punycode.
fn domain_of(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-.".contains(c)) {
        return None;
    }
    let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
    let is_label = |label: &str| {
        matches!(label.len(), 1..=63)
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (domain.contains('.') && domain.split('.').all(is_label)).then_some(domain)
}

/// An e-mail address that mail can be sent to, in the form it is stored in.
pub fn checked_email(email: &str) -> Result<String> {
    let email = email.trim();
    let sound = email.rsplit_once('@').and_then(|(local, domain)| {
        let local = local.to_ascii_lowercase();
        is_local_part(&local).then_some(())?;
        Some(format!("{local}@{}", domain_of(domain)?)).filter(|email| email.len() <= 254)
    });
    sound.ok_or_else(|| Refusal::validation("Unable to validate email address: invalid format"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_written_to_is_refused() {
        for email in [
            "dot..dot@x.example",
            ".lead@x.example",
            "trailing.@x.example",
            "jørgen@x.example",
            "a b@x.example",
            "\"quoted\"@x.example",
            "a@b@x.example",
            "@x.example",
            "a@",
            "a@localhost",
            "a@x..example",
            "a@-x.example",
            "a@x-.example",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@x_y.example",
            "a@x.example/",
            "a@x%2e.example",
            "a",
            "",
        ] {
            assert!(checked_email(email).is_err(), "{email}");
        }
        let long = format!("{}@x.example", "a".repeat(65));
        assert!(checked_email(&long).is_err(), "{long}");
    }

    #[test]
    fn an_address_is_kept_as_mail_servers_look_it_up() {
        for (email, kept) in [
            (" Alma@Example.ORG ", "alma@example.org"),
            ("a.b+c_d@x.example", "a.b+c_d@x.example"),
            ("o'neill@x.example", "o'neill@x.example"),
            ("a@smørrebrød.example", "a@xn--smrrebrd-64af.example"),
            ("a@SMØRREBRØD.example", "a@xn--smrrebrd-64af.example"),
            ("a@xn--smrrebrd-64af.example", "a@xn--smrrebrd-64af.example"),
        ] {
            let Ok(found) = checked_email(email) else { panic!("{email} is refused") };
            assert_eq!(found, kept);
        }
    }
}
