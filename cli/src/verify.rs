//! Checks a deployed database: its version, its files, its roles, its rules.

mod rules;

use anyhow::{Result, bail};
use tokio_postgres::Client;

use crate::{
    deploy::{self, Sources},
    server_version::ServerVersion,
};

pub use rules::Rule;

/// The findings.
#[derive(Debug, Default)]
pub struct Findings {
    /// Faults: a rule is broken, and somebody must act.
    pub broken: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// Limits of a database whose roles or settings belong to somebody else.
    pub limits: Vec<String>,
    /// How many rules were checked.
    pub asked: usize,
}

/// Check the database of `url` against every rule.
pub async fn verify(url: &str) -> Result<Findings> {
    let client = deploy::connect(url).await?;
    let mut findings = Findings::default();
    version(&client, &mut findings).await?;
    let deployed = client.query_one("select to_regnamespace('core') is not null", &[]).await?;
    if !deployed.get::<_, bool>(0) {
        bail!("Nothing is deployed here: run `convene deploy` first.");
    }
    if deploy::is_current(&client, &Sources::embedded()).await? {
        findings.asked += 1;
    } else {
        let what = "What is deployed is not what this program carries: run `convene deploy`.";
        findings.warnings.push(what.into());
    }
    for rule in Rule::all() {
        findings.asked += 1;
        for offender in rule.offenders(&client).await? {
            findings.broken.push(format!("{}: {offender}", rule.says));
        }
    }
    for limit in Rule::limits() {
        findings.asked += 1;
        for place in limit.offenders(&client).await? {
            findings.limits.push(format!("{}: {place}", limit.says));
        }
    }
    audit_log(&client, &mut findings).await?;
    Ok(findings)
}

/// Check that every row of the audit log follows from the row before it.
async fn audit_log(client: &Client, findings: &mut Findings) -> Result<()> {
    findings.asked += 1;
    for row in client.query("select internal.broken_audit_rows()", &[]).await? {
        let seq: i64 = row.get(0);
        findings.broken.push(format!("the audit log is broken at row {seq}"));
    }
    Ok(())
}

async fn version(client: &Client, findings: &mut Findings) -> Result<()> {
    findings.asked += 1;
    let version = ServerVersion::of(client).await?;
    if version.major < ServerVersion::OLDEST_MAJOR {
        findings.broken.push(format!("PostgreSQL {version} is older than version 15."));
    }
    findings.warnings.extend(version.warning());
    Ok(())
}
