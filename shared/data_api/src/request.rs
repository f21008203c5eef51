//! A request: its resource, its query, its wishes.

pub mod body;
mod media;
mod prefer;

use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

pub use media::{Media, content_type};
pub use prefer::{Count, Preferences, Return};

use crate::{
    query::{Query, Range},
    respond::Refusal,
    settings::Settings,
};

/// What a path names.
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
    /// Read a path, without the API's prefix.
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

/// The schema a request means, and whether it said so.
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

/// The page of the root: `limit` and `offset`, within the `Range` header of a read.
pub fn page(query: &mut Query, method: &Method, headers: &HeaderMap) -> Result<Range, Refusal> {
    let at = query.ranges.iter().position(|(path, _)| path.is_empty());
    let mut page = at.map(|at| query.ranges[at].1).unwrap_or_default();
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
        // No rows may be asked for, but not a page that has none in common with the range.
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
    match at {
        Some(at) => query.ranges[at].1 = page,
        None if page != Range::default() => query.ranges.push((Vec::new(), page)),
        None => {}
    }
    Ok(page)
}

const NEGATIVE: &str = "Limit should be greater than or equal to zero.";

fn unsatisfiable(details: &str) -> Refusal {
    Refusal::new(416, "PGRST103", "Requested range not satisfiable").details(details)
}
