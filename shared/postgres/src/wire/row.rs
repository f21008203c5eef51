//! What comes back.

use std::{io, sync::Arc};

use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, ErrorResponseBody, RowDescriptionBody};
use tokio_postgres::types::{FromSql, Type};

use crate::{Failure, Rule};

/// A row: its values as Postgres sent them.
pub struct Row {
    body: DataRowBody,
    types: Arc<[Type]>,
}

impl Row {
    pub(super) fn new(body: DataRowBody, types: Arc<[Type]>) -> Self {
        Self { body, types }
    }

    /// The value in a column, if it is not null: text and JSON as they are, bytea too.
    pub fn bytes(&self, column: usize) -> Option<Bytes> {
        let range = self.body.ranges().nth(column).ok()???;
        let value = self.body.buffer_bytes().slice(range);
        match self.types.get(column) {
            // The binary form of jsonb is its text behind a version byte.
            Some(&Type::JSONB) if !value.is_empty() => Some(value.slice(1..)),
            _ => Some(value),
        }
    }

    /// The text in a column, if there is one.
    pub fn text(&self, column: usize) -> Option<String> {
        String::from_utf8(self.bytes(column)?.into()).ok()
    }

    /// The value in a column as a `T`, or what is wrong with it.
    pub fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T, Failure> {
        let unexpected = |problem: String| {
            Failure::Unexpected(format!("column {column} of the answer: {problem}"))
        };
        let kind = self.types.get(column).ok_or_else(|| unexpected("it is missing".into()))?;
        if !T::accepts(kind) {
            return Err(unexpected(format!("its type is {kind}")));
        }
        let range = self.body.ranges().nth(column)?.flatten();
        let value = range.map(|range| &self.body.buffer()[range]);
        T::from_sql_nullable(kind, value).map_err(|error| unexpected(error.to_string()))
    }

    /// The bigint in a column, if there is one.
    pub fn int(&self, column: usize) -> Option<i64> {
        Some(i64::from_be_bytes(self.bytes(column)?.as_ref().try_into().ok()?))
    }
}

/// The types of columns; domains are told by what they are made of. A type that this client does
/// not know is passed on as it is: of an enumeration that is its text.
pub(super) fn types(body: &RowDescriptionBody) -> io::Result<Arc<[Type]>> {
    let known = |oid| Type::from_oid(oid).unwrap_or(Type::TEXT);
    let types: Vec<Type> = body.fields().map(|field| Ok(known(field.type_oid()))).collect()?;
    Ok(types.into())
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
    /// The routine of Postgres's that reports it.
    pub routine: Option<String>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
    /// What that constraint demands, where the catalog says it.
    pub rule: Option<Rule>,
    /// The schema of the table it is about.
    pub schema: Option<String>,
    /// The table it is about.
    pub table: Option<String>,
    /// The column it is about.
    pub column: Option<String>,
    /// A function to call afterwards, for what must outlive the refused transaction:
    /// `internal.count_and_refuse` names one where other errors name a type.
    pub afterwards: Option<String>,
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
                b'R' => refused.routine = Some(value),
                b'n' => refused.constraint = Some(value),
                b's' => refused.schema = Some(value),
                b't' => refused.table = Some(value),
                b'c' => refused.column = Some(value),
                b'd' => refused.afterwards = Some(value).filter(|name| is_of_api(name)),
                b'V' => refused.fatal = matches!(value.as_str(), "FATAL" | "PANIC"),
                _ => {}
            }
        }
        Ok(refused)
    }
}

fn is_of_api(name: &str) -> bool {
    let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    name.strip_prefix("api.").is_some_and(word)
}
