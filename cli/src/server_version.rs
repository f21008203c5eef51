//! The version of PostgreSQL, and whether this design can rely on it.

use std::fmt;

use anyhow::Result;
use tokio_postgres::Client;

/// Major and minor number of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion {
    /// 15 in 15.20.
    pub major: u32,
    /// 20 in 15.20.
    pub minor: u32,
}

impl ServerVersion {
    /// The oldest major release that has what `sql/` uses (`security_invoker` views).
    pub const OLDEST_MAJOR: u32 = 15;

    /// The minor releases that fixed CVE-2026-14666. Before them, a cached plan survives a change
    /// of role, so one caller's row-level security is applied to the next caller.
    const FLOORS: [Self; 4] = [
        Self { major: 15, minor: 20 },
        Self { major: 16, minor: 16 },
        Self { major: 17, minor: 12 },
        Self { major: 18, minor: 6 },
    ];

    /// Ask the server.
    pub async fn of(client: &Client) -> Result<Self> {
        let sql = "select current_setting('server_version_num')::integer";
        let number: i32 = client.query_one(sql, &[]).await?.get(0);
        Ok(Self::from_number(number.unsigned_abs()))
    }

    /// The version that `server_version_num` writes as 150020.
    fn from_number(number: u32) -> Self {
        Self { major: number / 10_000, minor: number % 10_000 }
    }

    /// A warning for servers without a security fix that this design depends on.
    pub fn warning(self) -> Option<String> {
        let floor = Self::FLOORS.iter().find(|floor| floor.major == self.major)?;
        (self < *floor).then(|| {
            format!(
                "PostgreSQL {self} lacks a fix for row-level security under changing roles \
                 (CVE-2026-14666): update to {floor} or newer."
            )
        })
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::ServerVersion;

    #[test]
    fn a_version_is_read_from_the_number_that_the_server_gives() {
        assert_eq!(ServerVersion::from_number(150_020).to_string(), "15.20");
        // A beta of 19 has no minor yet.
        assert_eq!(ServerVersion::from_number(190_000).to_string(), "19.0");
    }

    #[test]
    fn a_server_without_the_fix_is_warned_of_and_a_fixed_one_is_not() {
        let warned = |major, minor| ServerVersion { major, minor }.warning().is_some();
        assert!(warned(15, 19));
        assert!(!warned(15, 20));
        assert!(warned(17, 11));
        assert!(!warned(19, 0));
    }
}
