//! Rows, with the headers that say which they are.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use postgres::Row;
use serde_json::Value;

use super::Refusal;

/// What the one row of a statement says.
#[derive(Debug, Default)]
pub struct Answered {
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

impl Answered {
    /// Read the row.
    pub fn read(rows: &[Row]) -> Result<Self, Refusal> {
        let Some(row) = rows.first() else { return Err(Refusal::internal("no row")) };
        Ok(Self {
            total: row.int(0),
            page: row.int(1).unwrap_or_default(),
            body: row.bytes(2).unwrap_or_default(),
            headers: row.text(3),
            status: row.text(4),
            merged: row.text(5).and_then(|merged| merged.parse().ok()).unwrap_or_default(),
            key: row.text(6),
        })
    }
}

/// An answer that is not a refusal.
#[derive(Debug)]
pub struct RowsAnswer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Bytes,
}

impl RowsAnswer {
    /// An answer with a status and no body yet.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// Add a header, unless its value cannot be one.
    pub fn header(&mut self, name: HeaderName, value: impl AsRef<str>) {
        self.headers.extend(HeaderValue::from_str(value.as_ref()).ok().map(|value| (name, value)));
    }

    /// `Content-Range`: which rows of how many.
    pub fn content_range(&mut self, range: Option<(i64, i64)>, total: Option<i64>) {
        let rows = match range {
            Some((first, last)) if first <= last && total != Some(0) => format!("{first}-{last}"),
            _ => "*".to_owned(),
        };
        let total = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        self.header(header::CONTENT_RANGE, format!("{rows}/{total}"));
    }
}

impl IntoResponse for RowsAnswer {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// The headers a function asked for with `response.headers`.
pub fn guc_headers(text: Option<&str>) -> Result<Vec<(HeaderName, HeaderValue)>, Refusal> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let bad = || {
        Refusal::new(
            500,
            "PGRST111",
            "response.headers guc must be a JSON array composed of objects with a single key and \
             a string value",
        )
    };
    let list: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(text).map_err(|_| bad())?;
    let mut headers = Vec::new();
    for member in list {
        let mut pairs = member.into_iter();
        let (Some((name, Value::String(value))), None) = (pairs.next(), pairs.next()) else {
            return Err(bad());
        };
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        headers.push((name, HeaderValue::try_from(value).map_err(|_| bad())?));
    }
    Ok(headers)
}

/// The status a function asked for with `response.status`.
pub fn guc_status(text: Option<&str>) -> Result<Option<StatusCode>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let status = text.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok());
    match status {
        Some(status) => Ok(Some(status)),
        None => {
            Err(Refusal::new(500, "PGRST112", "response.status guc must be a valid status code"))
        }
    }
}
