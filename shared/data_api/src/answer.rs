//! An answer that is not a refusal: rows, with the headers that say which they are.

mod requested;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};

pub use requested::{guc_headers, guc_status};

/// A status, headers and a body.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// An answer with a status and no body yet.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// Add a header, unless the text cannot be a header value.
    pub fn header(&mut self, name: HeaderName, value: impl AsRef<str>) {
        self.headers.extend(HeaderValue::from_str(value.as_ref()).ok().map(|value| (name, value)));
    }

    /// `Content-Range`: which rows of how many.
    pub fn content_range(&mut self, range: Option<(i64, i64)>, total: Option<i64>) {
        let range = range.filter(|(first, last)| first <= last && total != Some(0));
        let text = match (range, total) {
            (Some((first, last)), Some(total)) => format!("{first}-{last}/{total}"),
            (Some((first, last)), None) => format!("{first}-{last}/*"),
            (None, Some(total)) => format!("*/{total}"),
            (None, None) => "*/*".to_owned(),
        };
        self.header(header::CONTENT_RANGE, text);
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
