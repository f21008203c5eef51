//! TLS to the database, with its certificate checked.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use environment::{BadSetting, optional};

/// Read a connection string, and make what its `sslmode` asks for.
///
/// `sslmode=require` checks the certificate here, as `verify-full` does in libpq: a
/// connection that is encrypted to anybody is worth nothing. `DATABASE_CA_FILE` names a PEM
/// bundle for issuers outside the public roots (RDS has its own).
pub fn parse(url: &str) -> Result<(Config, MakeRustlsConnect), BadSetting> {
    let config = read(url)?;
    // The public roots cost a millisecond of a cold start: not for a plain connection.
    let roots = match config.get_ssl_mode() {
        SslMode::Disable => RootCertStore::empty(),
        _ => trusted()?,
    };
    Ok((config, trusting(roots)?))
}

fn read(url: &str) -> Result<Config, BadSetting> {
    // verify-ca and verify-full are libpq's words; this driver knows three.
    let url = url
        .replace("sslmode=verify-full", "sslmode=require")
        .replace("sslmode=verify-ca", "sslmode=require");
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        use std::error::Error as _;
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        BadSetting::new("DATABASE_URL", format!("is not a connection string: {cause}."))
    })?;
    if config.get_application_name().is_none() {
        config.application_name("convene");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(std::time::Duration::from_secs(5));
    }
    Ok(config)
}

/// The issuers of `DATABASE_CA_FILE`, or else the public ones.
fn trusted() -> Result<RootCertStore, BadSetting> {
    let Some(path) = optional("DATABASE_CA_FILE") else {
        return Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect());
    };
    let bad = |problem: String| BadSetting::new("DATABASE_CA_FILE", problem);
    let unreadable = |error| bad(format!("names {path}, which cannot be read: {error}."));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&path).map_err(unreadable)? {
        let certificate = certificate.map_err(|error| bad(format!("is not PEM: {error}.")))?;
        roots.add(certificate).map_err(|error| bad(format!("has a bad one: {error}.")))?;
    }
    Ok(roots)
}

/// Connections whose server must prove to be who it is by one of these issuers.
pub fn trusting(roots: RootCertStore) -> Result<MakeRustlsConnect, BadSetting> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| BadSetting::new("DATABASE_URL", error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(tls))
}
