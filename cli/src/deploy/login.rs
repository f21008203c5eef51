//! Makes the two logins of a deployed database usable.
//!
//! Their passwords are derived from the deploying user's password. So `DATABASE_URL` alone is
//! enough on a developer's machine, and every process that knows it derives the same passwords.

use anyhow::{Context, Result, bail};
use ring::hmac;
use tokio_postgres::{Client, Config};

/// Connection strings of the logins.
#[derive(Clone, Debug)]
pub struct Logins {
    /// `API_DATABASE_URL`: becomes `anon` or `authenticated`.
    pub api: String,
    /// `SERVICE_DATABASE_URL`: becomes `service_role`.
    pub service: String,
}

/// The comment that `sql/schema/ground/role.sql` leaves on roles that Convene made.
const MARK: &str = "Made by Convene.";

/// Derive both logins from the deploying user's `url`, and make sure that they work.
pub async fn derive(url: &str) -> Result<Logins> {
    Ok(Logins {
        api: login(url, "authenticator", "API_DATABASE_URL").await?,
        service: login(url, "service_authenticator", "SERVICE_DATABASE_URL").await?,
    })
}

/// A connection string of `role` for the database of `owner_url`. If the role cannot log in and
/// Convene made it, its password is set first; otherwise the error asks for `setting`.
pub async fn login(owner_url: &str, role: &str, setting: &str) -> Result<String> {
    let password = password(owner_url, role)?;
    let url = with_login(owner_url, role, password.as_deref())?;
    let Err(refusal) = super::connect(&url).await else { return Ok(url) };
    let ask = format!("set {setting} to a connection string of the role `{role}`");
    let Some(password) = password else {
        return Err(refusal).with_context(|| format!("{role} cannot log in: {ask}"));
    };
    let owner = super::connect(owner_url).await?;
    let mark: Option<String> = owner
        .query_one("select shobj_description(to_regrole($1), 'pg_authid')", &[&role])
        .await?
        .get(0);
    if mark.as_deref() != Some(MARK) {
        bail!("The role `{role}` was not made by Convene, so its password is not ours: {ask}.");
    }
    set_password(&owner, role, &password).await.with_context(|| {
        format!("The deploying user may not set the password of `{role}`: {ask}")
    })?;
    super::connect(&url).await.with_context(|| format!("{role} cannot log in: {ask}"))?;
    Ok(url)
}

/// The password is hex, so it needs no quotes; Postgres allows no parameter here.
async fn set_password(owner: &Client, role: &str, password: &str) -> Result<()> {
    owner.batch_execute(&format!("alter role {role} password '{password}'")).await?;
    Ok(())
}

fn password(owner_url: &str, role: &str) -> Result<Option<String>> {
    let config: Config = owner_url.parse().context("DATABASE_URL is not a connection string")?;
    Ok(config.get_password().map(|password| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, password);
        hex::encode(hmac::sign(&key, role.as_bytes()))
    }))
}

/// The same login, for another database of the same server.
pub fn with_database(url: &str, database: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    if start == 0 {
        return format!("{url} dbname={database}");
    }
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    let options = url.find('?').map_or("", |at| &url[at..]);
    format!("{}/{database}{options}", &url[..end])
}

/// The same connection string with another login.
fn with_login(url: &str, role: &str, password: Option<&str>) -> Result<String> {
    let login = match password {
        Some(password) => format!("{role}:{password}"),
        None => role.to_owned(),
    };
    for scheme in ["postgres://", "postgresql://"] {
        let Some(rest) = url.strip_prefix(scheme) else { continue };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let place = rest[..end].rfind('@').map_or(0, |at| at + 1);
        return Ok(format!("{scheme}{login}@{}", &rest[place..]));
    }
    // The keyword form: a later word overrides an earlier one.
    let password = password.map(|password| format!(" password={password}")).unwrap_or_default();
    Ok(format!("{url} user={role}{password}"))
}

#[cfg(test)]
mod tests {
    use super::{password, with_database, with_login};

    #[test]
    fn the_place_stays_and_the_login_changes() {
        let cases = [
            ("postgres://o:p%40@h:5/d?sslmode=require", "postgres://r:x@h:5/d?sslmode=require"),
            ("postgresql://h/d", "postgresql://r:x@h/d"),
            ("postgres://o@%2Ftmp%2Fs/d", "postgres://r:x@%2Ftmp%2Fs/d"),
            ("host=h user=o", "host=h user=o user=r password=x"),
        ];
        for (owner, expected) in cases {
            assert_eq!(with_login(owner, "r", Some("x")).unwrap(), expected);
        }
    }

    #[test]
    fn another_database_keeps_the_rest() {
        assert_eq!(with_database("postgres://o:p@h/d?a=b", "x"), "postgres://o:p@h/x?a=b");
        assert_eq!(with_database("postgres://h", "x"), "postgres://h/x");
        assert_eq!(with_database("host=h dbname=d", "x"), "host=h dbname=d dbname=x");
    }

    #[test]
    fn each_login_has_a_password_of_its_own() {
        let of = |role| password("postgres://o:secret@h/d", role).unwrap();
        assert_ne!(of("authenticator"), of("service_authenticator"));
        assert_eq!(of("authenticator").unwrap().len(), 64);
        assert_eq!(password("postgres://o@h/d", "authenticator").unwrap(), None);
    }
}
