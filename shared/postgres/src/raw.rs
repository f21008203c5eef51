//! Text as Postgres built it.

use tokio_postgres::types::{FromSql, Type};

/// The text of a text, json or jsonb column: JSON is passed on as it came. Of void it is empty.
pub(super) struct RawText(pub(super) String);

impl<'a> FromSql<'a> for RawText {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        // The binary form of jsonb is its text behind a version byte.
        let raw = match *kind {
            Type::JSONB => raw.get(1..).unwrap_or_default(),
            _ => raw,
        };
        Ok(Self(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
