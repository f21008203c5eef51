//! Makes the path and the query of an event parseable.
//!
//! An HTTP API decodes the path before a function sees it, and passes the query on as the client
//! wrote it, spaces included. `lambda_http` panics on both.

use http::HeaderValue;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::Context;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use web::REQUEST_ID;

/// Characters that RFC 3986 allows neither in a path nor in a query. `%` stays, because it already
/// encodes.
const ILLEGAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// In a decoded path, a question mark is part of the path.
const ILLEGAL_IN_PATH: &AsciiSet = &ILLEGAL.add(b'?');

/// `event` with an address that can be parsed, and with Lambda's request id.
pub(super) fn repaired(
    mut event: ApiGatewayV2httpRequest,
    context: &Context,
) -> ApiGatewayV2httpRequest {
    let encoded = |text: &str, set| utf8_percent_encode(text, set).to_string();
    event.raw_path = event.raw_path.map(|path| encoded(&path, ILLEGAL_IN_PATH));
    event.raw_query_string = event.raw_query_string.map(|query| encoded(&query, ILLEGAL));
    if let Ok(id) = HeaderValue::from_str(&context.request_id) {
        event.headers.insert(REQUEST_ID, id);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &str, query: &str) -> (String, String) {
        let mut event = ApiGatewayV2httpRequest::default();
        event.raw_path = Some(path.to_owned());
        event.raw_query_string = Some(query.to_owned());
        let event = repaired(event, &Context::default());
        (event.raw_path.unwrap(), event.raw_query_string.unwrap())
    }

    #[test]
    fn any_path_and_query_can_be_parsed() {
        for text in ["a b", "é", "{\"a\":1}", "a\\b|c^`", "a#b", "\n\u{0}", "%", "100%25"] {
            let (path, query) = address(&format!("/rest/v1/{text}"), text);
            let uri: http::Uri = format!("https://host{path}?{query}").parse().unwrap();
            assert_eq!((uri.path(), uri.query()), (path.as_str(), Some(query.as_str())), "{text}");
        }
    }

    #[test]
    fn what_is_encoded_stays_as_it_is() {
        let query = "select=id%2Cname&name=like.*%20b*&or=(a.eq.1,b.gt.2)";
        assert_eq!(address("/rest/v1/a%20b", query), ("/rest/v1/a%20b".into(), query.into()));
    }

    #[test]
    fn a_question_mark_of_a_decoded_path_begins_no_query() {
        assert_eq!(address("/a?b", "c=?").0, "/a%3Fb");
    }
}
