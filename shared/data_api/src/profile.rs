//! What one installation does in its own way.

use postgres::Db;

use crate::refusal::{Mapping, postgrest_refusal};

/// What an installation decides that is no setting of PostgREST's. The default is its way.
pub struct Profile {
    /// What an error of the database becomes.
    pub refusal: Mapping,
    /// Whether a transaction that lost to another one is tried again.
    pub retries: bool,
    /// Whether a write to a view that cannot be written is refused with 405 before the database is
    /// asked. Postgres answers 55000 to it, as to much else that is nobody's mistake: a 500.
    pub refuses_writes_early: bool,
    /// Roles that the usual login may not become, and the login that may.
    pub logins: Vec<(String, Db)>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            refusal: |refused, _| postgrest_refusal(refused),
            retries: false,
            refuses_writes_early: false,
            logins: Vec::new(),
        }
    }
}

impl Profile {
    /// The login that may become `role`, where it is not the usual one.
    pub(crate) fn login(&self, role: &str) -> Option<&Db> {
        self.logins.iter().find(|(name, _)| name == role).map(|(_, db)| db)
    }
}
