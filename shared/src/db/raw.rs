//! A value as Postgres sent it.

use bytes::Bytes;
use tokio_postgres::types::{FromSql, Type};

/// The bytes of a value, whatever its type: text, JSON and bytea are passed on as they came.
pub(super) struct Raw(pub(super) Bytes);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        // The binary form of jsonb is its text behind a version byte.
        let raw = match *kind {
            Type::JSONB => raw.get(1..).unwrap_or_default(),
            _ => raw,
        };
        Ok(Self(Bytes::copy_from_slice(raw)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
