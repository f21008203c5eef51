//! The columns of the one row that a statement returns: written and read here, and nowhere else.

use bytes::Bytes;
use postgres::Row;

use super::{Sql, statement::Statement};

/// A column of the row. Its place in [`Column::ALL`] is its place in the row.
#[derive(Clone, Copy)]
enum Column {
    Total,
    Page,
    Body,
    Headers,
    Status,
    Merged,
    Key,
}

impl Column {
    const ALL: [Self; 7] =
        [Self::Total, Self::Page, Self::Body, Self::Headers, Self::Status, Self::Merged, Self::Key];

    fn of(self, row: &Row) -> Option<Bytes> {
        row.bytes(self as usize)
    }

    fn number_of(self, row: &Row) -> Option<i64> {
        row.int(self as usize)
    }

    fn text_of(self, row: &Row) -> Option<String> {
        row.text(self as usize)
    }
}

/// What the one row of a statement says.
#[derive(Debug, Default)]
pub struct ResultRow {
    /// Rows beyond the page included, if they were counted.
    pub total: Option<i64>,
    /// Rows of the page.
    pub page: i64,
    /// The body.
    pub body: Bytes,
    /// `response.headers`.
    pub headers: Option<String>,
    /// `response.status`.
    pub status: Option<String>,
    /// Rows that were there already and were changed.
    pub merged: i64,
    /// The key of the row that was created, as a JSON list.
    pub key: Option<String>,
}

impl ResultRow {
    /// Read the first of `rows`, if there is one.
    pub fn read(rows: &[Row]) -> Option<Self> {
        let row = rows.first()?;
        Some(Self {
            total: Column::Total.number_of(row),
            page: Column::Page.number_of(row).unwrap_or_default(),
            body: Column::Body.of(row).unwrap_or_default(),
            headers: Column::Headers.text_of(row),
            status: Column::Status.text_of(row),
            merged: Column::Merged.text_of(row).and_then(|n| n.parse().ok()).unwrap_or_default(),
            key: Column::Key.text_of(row),
        })
    }

    /// How many rows the page has, read before the transaction ends.
    pub fn page_of(rows: &[Row]) -> i64 {
        rows.first().and_then(|row| Column::Page.number_of(row)).unwrap_or_default()
    }
}

impl Sql {
    /// Write the select list of the row.
    pub(super) fn result(&mut self, parts: &Statement<'_, '_>) {
        self.list(", ", Column::ALL, |sql, column| match column {
            Column::Total => sql.total(parts),
            Column::Page => drop(sql.push("count(*)")),
            Column::Body => sql.body(parts),
            Column::Headers => sql.setting("response.headers"),
            Column::Status => sql.setting("response.status"),
            Column::Merged => sql.setting("pgrst.merged"),
            Column::Key => sql.key(parts.location),
        });
    }

    /// Write the value of a setting that the statement may have made, or null.
    fn setting(&mut self, name: &str) {
        self.push("nullif(current_setting('").push(name).push("', true), '')");
    }
}
