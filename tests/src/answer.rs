//! The answer to a request.

use reqwest::{Response, header::HeaderMap};
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; a string if it is not JSON; null if it is empty.
    pub body: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.expect("the answer's body arrives");
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
        Self { status, headers, body }
    }

    /// The body; the test fails if the answer is not a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "expected success, got {self:?}");
        self.body
    }

    /// The test fails unless the answer is a refusal with this status and message.
    #[track_caller]
    pub fn refused(&self, status: u16, message: &str) {
        let said = (self.status, self.body["message"].as_str());
        assert_eq!(said, (status, Some(message)), "{self:?}");
    }
}
