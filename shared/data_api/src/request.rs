//! A request: its resource, its query, its preferences.

pub mod body;
mod media;
mod prefer;

use bytes::Bytes;
use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;

pub use body::Body;
pub use media::{Media, OPEN_API, content_type};
pub use prefer::{Conflict, Count, Preferences, Return};

use crate::{
    query::{Query, Range},
    refusal::Refusal,
    settings::Settings,
};

/// The resource that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The API itself.
    Root,
    /// A relation.
    Relation(String),
    /// A function.
    Function(String),
}

impl Resource {
    /// Parse a path, without the prefix of the API.
    pub fn read(path: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::new(404, "PGRST125", "Invalid path specified in request URL");
        let mut parts = Vec::new();
        for part in path.trim_start_matches('/').split('/') {
            parts.push(percent_decode_str(part).decode_utf8().map_err(|_| invalid())?.into_owned());
        }
        if parts.last().is_some_and(String::is_empty) && parts.len() > 1 {
            parts.pop();
        }
        match parts.as_slice() {
            [only] if only.is_empty() => Ok(Self::Root),
            [name] => Ok(Self::Relation(name.clone())),
            [rpc, name] if rpc == "rpc" => Ok(Self::Function(name.clone())),
            _ => Err(invalid()),
        }
    }
}

/// A parsed request.
#[derive(Debug)]
pub struct Request<'r> {
    /// The method.
    pub method: &'r Method,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The path without the prefix of the API, as it was sent.
    pub path: &'r str,
    /// The query string, as it was sent.
    pub raw_query: &'r str,
    /// The parsed query string. Its page is limited to the `Range` header.
    pub query: Query,
    /// The `Prefer` headers.
    pub prefer: Preferences,
    /// The `Accept` header, the most wanted form first.
    pub accepted: Vec<Media>,
    /// The body.
    pub body: Bytes,
}

impl<'r> Request<'r> {
    /// Read a request to `path`. `calls` says whether it calls a function; `zones` are the names of
    /// the known time zones.
    pub fn read(
        settings: &Settings,
        parts: &'r Parts,
        path: &'r str,
        calls: bool,
        zones: &[String],
        body: Bytes,
    ) -> Result<Self, Refusal> {
        let (method, headers) = (&parts.method, &parts.headers);
        let raw_query = parts.uri.query().unwrap_or_default();
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let mut query = Query::parse(raw_query, calls && reads)?;
        if query.conditions() > settings.max_conditions {
            return Err(Refusal::new(400, "PGRST100", "The request has too many conditions")
                .hint(format!("At most {}.", settings.max_conditions)));
        }
        query.set_page(page(query.page(), method, headers)?);
        let prefer = Preferences::read(headers, zones);
        prefer.refuse_unknown()?;
        let accepted = Media::accepted(headers);
        Ok(Self { method, headers, path, raw_query, query, prefer, accepted, body })
    }

    /// Whether the request has this method.
    pub fn has_method(&self, method: &Method) -> bool {
        self.method == method
    }

    /// The canonical form of path and query, for `Content-Location`.
    pub fn location(&self) -> String {
        let mut pairs: Vec<_> = form_urlencoded::parse(self.raw_query.as_bytes()).collect();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) }
    }
}

/// The schema that a request means, and whether a header named it.
pub fn profile<'s>(
    settings: &'s Settings,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(&'s str, &'s str), Refusal> {
    let header = headers.get(profile_header(method));
    let wanted = match header {
        None => settings.profiles.first(),
        Some(name) => {
            let name = name.to_str().unwrap_or_default();
            settings.profiles.iter().find(|(profile, _)| profile == name)
        }
    };
    match wanted {
        Some((profile, schema)) => Ok((profile, schema)),
        None => {
            let name = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
            let known: Vec<_> = settings.profiles.iter().map(|(name, _)| name.as_str()).collect();
            let hint = format!("Only the following schemas are exposed: {}", known.join(", "));
            Err(Refusal::new(406, "PGRST106", format!("Invalid schema: {name}")).hint(hint))
        }
    }
}

/// The header that names the profile.
pub fn profile_header(method: &Method) -> &'static str {
    match *method {
        Method::POST | Method::PATCH | Method::PUT | Method::DELETE => "content-profile",
        _ => "accept-profile",
    }
}

/// The page of the root: `limit` and `offset`, limited to the `Range` header of a read.
fn page(asked: Range, method: &Method, headers: &HeaderMap) -> Result<Range, Refusal> {
    let mut page = asked;
    let header = headers.get("range").and_then(|value| value.to_str().ok());
    if let (&Method::GET, Some((from, to))) =
        (method, header.and_then(|header| header.rsplit('=').next()?.split_once('-')))
        && let Ok(from) = from.parse::<i64>()
        && let Ok(to) = Some(to).filter(|to| !to.is_empty()).map(str::parse::<i64>).transpose()
    {
        if to.is_some_and(|to| to < from) {
            return Err(unsatisfiable(
                "The lower boundary must be lower than or equal to the upper boundary in the \
                 Range header.",
            ));
        }
        // An empty page may be requested, but not a page outside the range.
        if page.limit != Some(0) {
            let last = page.limit.map(|limit| page.offset + limit - 1);
            let last = [last, to].into_iter().flatten().min();
            page.offset = page.offset.max(from);
            page.limit = last.map(|last| last - page.offset + 1);
            if page.limit == Some(0) {
                return Err(unsatisfiable(NEGATIVE));
            }
        }
    }
    if page.limit.is_some_and(|limit| limit < 0) {
        return Err(unsatisfiable(NEGATIVE));
    }
    page.offset = page.offset.max(0);
    Ok(page)
}

const NEGATIVE: &str = "Limit should be greater than or equal to zero.";

fn unsatisfiable(details: &str) -> Refusal {
    Refusal::new(416, "PGRST103", "Requested range not satisfiable").details(details)
}
