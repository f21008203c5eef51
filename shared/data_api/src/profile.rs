//! What an installation decides for itself.

use postgres::Db;

use crate::refusal::{Mapping, postgrest_refusal};

/// Decisions of an installation that are not settings of PostgREST. The default behaves like
/// PostgREST.
pub struct Profile {
    /// The refusal for an error of the database.
    pub refusal: Mapping,
    /// Whether a transaction that lost a conflict with another one is repeated.
    pub retries: bool,
    /// Whether a write to a view that is not writable is refused with 405 before the database is
    /// asked. Otherwise Postgres raises 55000, which becomes a 500, because it also means faults
    /// that are not the caller's.
    pub refuses_writes_early: bool,
    /// Roles that the usual login cannot become, and the login that can.
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
    /// The login that can become `role`, if it is not the usual one.
    pub(crate) fn login(&self, role: &str) -> Option<&Db> {
        self.logins.iter().find(|(name, _)| name == role).map(|(_, db)| db)
    }
}
