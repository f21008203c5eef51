//! A JSON body, and the refusal of a body that is not JSON.

use axum::{body::Bytes, extract::FromRequest};
use errors::Error;
use http::Request;
use serde::de::DeserializeOwned;

/// A JSON body, whatever its content type says. A body that cannot be parsed is an
/// `invalid_request` (400, `M0000`) that names the field, instead of axum's text.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(
        request: Request<axum::body::Body>,
        state: &S,
    ) -> Result<Self, Self::Rejection> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Error::bad_request("The body is too large, or was not sent whole."))?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::bad_request("The body is missing: it is a JSON object."));
    }
    if !bytes.trim_ascii().starts_with(b"{") {
        return Err(Error::bad_request("The body is not a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        match field.as_str() {
            "." => Error::bad_request(format!("The body: {}.", error.inner())),
            _ => Error::bad_request(format!("{field}: {}.", error.inner())),
        }
    })?;
    json.end().map_err(|error| Error::bad_request(format!("The body: {error}.")))?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        seats: u8,
    }

    #[test]
    fn a_body_that_does_not_parse_names_the_field() {
        for (body, word) in [
            ("", "The body is missing"),
            ("  ", "The body is missing"),
            ("{", "EOF"),
            ("seats=1", "not a JSON object"),
            ("[1]", "not a JSON object"),
            ("{}", "missing field `seats`"),
            (r#"{"seats": "one"}"#, "seats: invalid type"),
            (r#"{"seats": 300}"#, "seats: invalid value"),
            (r#"{"seats": 1, "sets": 2}"#, "sets"),
            (r#"{"seats": 1} x"#, "trailing characters"),
        ] {
            let error = read::<Asked>(body.as_bytes()).expect_err(body);
            let said = (error.status.as_u16(), error.code.as_str(), error.message.as_str());
            assert_eq!(said, (400, "M0000", "invalid_request"), "{body}");
            let details = error.details.expect("a sentence");
            assert!(details.contains(word), "{body}: {details}");
        }
        assert_eq!(read::<Asked>(br#" {"seats": 1} "#).expect("a body").seats, 1);
    }
}
