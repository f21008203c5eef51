//! What comes back.

use std::{io, sync::Arc};

use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, ErrorResponseBody, RowDescriptionBody};
use tokio_postgres::types::Type;

/// A row: its values as Postgres sent them.
pub struct Row {
    body: DataRowBody,
    jsonb: Arc<[bool]>,
}

impl Row {
    pub(super) fn new(body: DataRowBody, jsonb: Arc<[bool]>) -> Self {
        Self { body, jsonb }
    }

    /// The value in a column, if it is not null: text and JSON as they are, bytea too.
    pub fn bytes(&self, column: usize) -> Option<Bytes> {
        let range = self.body.ranges().nth(column).ok()???;
        let value = self.body.buffer_bytes().slice(range);
        match self.jsonb.get(column) {
            // The binary form of jsonb is its text behind a version byte.
            Some(true) if !value.is_empty() => Some(value.slice(1..)),
            _ => Some(value),
        }
    }

    /// The text in a column, if there is one.
    pub fn text(&self, column: usize) -> Option<String> {
        String::from_utf8(self.bytes(column)?.into()).ok()
    }

    /// The bigint in a column, if there is one.
    pub fn int(&self, column: usize) -> Option<i64> {
        Some(i64::from_be_bytes(self.bytes(column)?.as_ref().try_into().ok()?))
    }
}

/// Which columns are jsonb; domains are told by what they are made of.
pub(super) fn jsonb(body: &RowDescriptionBody) -> io::Result<Arc<[bool]>> {
    let kinds: Vec<bool> =
        body.fields().map(|field| Ok(field.type_oid() == Type::JSONB.oid())).collect()?;
    Ok(kinds.into())
}

/// An error, as Postgres sent it.
#[derive(Clone, Debug, Default, thiserror::Error)]
#[error("{code} {message}")]
pub struct Refused {
    /// The SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// The DETAIL.
    pub detail: Option<String>,
    /// The HINT.
    pub hint: Option<String>,
    /// Where it happened.
    pub context: Option<String>,
    /// Whether the connection ends with it, or does not even begin.
    pub fatal: bool,
}

impl Refused {
    pub(super) fn read(body: &ErrorResponseBody) -> io::Result<Self> {
        let mut refused = Self::default();
        let mut fields = body.fields();
        while let Some(field) = fields.next()? {
            let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'C' => refused.code = value,
                b'M' => refused.message = value,
                b'D' => refused.detail = Some(value),
                b'H' => refused.hint = Some(value),
                b'W' => refused.context = Some(value),
                b'V' => refused.fatal = matches!(value.as_str(), "FATAL" | "PANIC"),
                _ => {}
            }
        }
        Ok(refused)
    }
}
