//! Headers and status that a SQL function requested with `response.headers` and `response.status`.

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::refusal::Refusal;

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
