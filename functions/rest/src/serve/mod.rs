//! The way of a request.

mod call;
mod memory;
mod negotiate;
mod read;
mod root;
mod run;
mod write;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

pub(crate) use memory::{Memory, listen};

use crate::{
    Inner, PREFIX,
    cache::{Loaded, model::Model},
    identity::Identified,
    query::{Query, Range},
    request::{self, Media, Preferences, Resource},
    respond::{Refusal, RowsAnswer},
    settings::Settings,
};

/// What is known of a request when its resource is looked up.
pub(crate) struct Asked<'r> {
    pub(crate) inner: &'r Inner,
    pub(crate) settings: &'r Settings,
    pub(crate) model: &'r Model,
    pub(crate) caller: &'r Identified,
    pub(crate) schema: &'r str,
    pub(crate) method: &'r Method,
    pub(crate) headers: &'r HeaderMap,
    /// The path without the API's prefix, as it was sent.
    pub(crate) path: &'r str,
    pub(crate) query: Query,
    pub(crate) page: Range,
    pub(crate) prefer: Preferences,
    pub(crate) accepted: Vec<Media>,
    pub(crate) body: Bytes,
}

impl Asked<'_> {
    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// The canonical form of the query, for `Content-Location`.
    pub(crate) fn location(&self, raw: &str) -> String {
        let mut pairs: Vec<_> = form_urlencoded::parse(raw.as_bytes()).collect();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) }
    }
}

/// Answer a request, whatever it is.
pub(crate) async fn answer(inner: &Inner, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.headers.contains_key(header::ORIGIN);
    let asks = parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if parts.method == Method::OPTIONS && origin && asks {
        return preflight(&parts.headers);
    }
    let is_head = parts.method == Method::HEAD;
    let mut response = match respond(inner, &parts, body).await {
        Ok(answer) => answer.into_response(),
        Err(refusal) => refusal.into_response(),
    };
    if is_head {
        *response.body_mut() = Body::empty();
    }
    let headers = response.headers_mut();
    if origin || parts.method == Method::OPTIONS {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

/// What a front end may read of an answer; supabase-js needs `Content-Range` to count.
const EXPOSED: &str = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, \
    Location, Preference-Applied, Proxy-Status, Retry-After, Server, Transfer-Encoding, Range-Unit, X-Max-Rows";

const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";

fn preflight(headers: &HeaderMap) -> Response {
    let mut answer = RowsAnswer::new(StatusCode::OK);
    let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = wanted.split(',').map(str::trim).filter(|name| !name.is_empty());
    let always = ["Accept", "Accept-Language", "Content-Language"];
    let allowed: Vec<_> = ["Authorization"].into_iter().chain(wanted).chain(always).collect();
    answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    answer.header(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.join(", "));
    answer.header(header::ACCESS_CONTROL_MAX_AGE, "86400");
    answer.into_response()
}

async fn respond(inner: &Inner, parts: &Parts, body: Body) -> Result<RowsAnswer, Refusal> {
    let settings = &inner.settings;
    if parts.uri.path_and_query().map_or(0, |url| url.as_str().len()) > settings.max_url {
        return Err(Refusal::new(414, "PGRST100", "The URL is too long")
            .hint(format!("At most {} bytes; call a function instead.", settings.max_url)));
    }
    let path = path_of(&parts.uri);
    let resource = Resource::read(path)?;
    let anonymous = settings.anonymous_role.as_deref();
    let caller = inner.identity.of(&parts.headers, anonymous).await?;
    let body = read_body(body, settings.max_body).await?;

    let arrived = std::time::Instant::now();
    let loaded = inner.memory.get(&inner.db).await?;
    match dispatch(inner, parts, path, &resource, &caller, &loaded, body.clone()).await {
        // What is not found may be newer than the cache. A refusal wrote nothing, so the
        // request can be tried again.
        Err(refusal) if refusal.may_be_stale() => {
            match inner.memory.refresh(&inner.db, &loaded, arrived).await {
                Some(newer) => dispatch(inner, parts, path, &resource, &caller, &newer, body).await,
                None => Err(refusal),
            }
        }
        outcome => outcome,
    }
}

/// The path without the API's prefix.
fn path_of(uri: &Uri) -> &str {
    let path = uri.path();
    match path.strip_prefix(PREFIX) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

async fn read_body(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Refusal::new(413, "PGRST102", "The request body is too large")
                .hint(format!("At most {limit} bytes; send fewer rows at a time.")))
        }
        Err(_) => Err(Refusal::new(400, "PGRST102", "The request body could not be read")),
    }
}

async fn dispatch(
    inner: &Inner,
    parts: &Parts,
    path: &str,
    resource: &Resource,
    caller: &Identified,
    loaded: &Loaded,
    body: Bytes,
) -> Result<RowsAnswer, Refusal> {
    let (method, headers, settings) = (&parts.method, &parts.headers, &inner.settings);
    let (profile, schema) = request::profile(settings, method, headers)?;
    let raw_query = parts.uri.query().unwrap_or_default();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let as_call = matches!(resource, Resource::Function(_)) && reads;
    let mut query = Query::parse(raw_query, as_call)?;
    if query.conditions() > settings.max_conditions {
        return Err(Refusal::new(400, "PGRST100", "The request has too many conditions")
            .hint(format!("At most {}.", settings.max_conditions)));
    }
    let page = request::page(&mut query, method, headers)?;
    let prefer = Preferences::read(headers, &loaded.model.zones);
    let asked = Asked {
        inner,
        settings,
        model: &loaded.model,
        caller,
        schema,
        method,
        headers,
        path,
        query,
        page,
        prefer,
        accepted: Media::accepted(headers),
        body,
    };
    asked.refuse_unknown_preferences()?;
    let mut answer = match (resource, method) {
        (Resource::Root, &Method::GET | &Method::HEAD) => {
            root::document(&asked, parts.uri.path()).await
        }
        (Resource::Root, &Method::OPTIONS) => Ok(allow("OPTIONS,GET,HEAD")),
        (Resource::Relation(name), &Method::GET | &Method::HEAD) => {
            read::rows(&asked, name, raw_query).await
        }
        (Resource::Relation(name), &Method::OPTIONS) => read::options(&asked, name),
        (
            Resource::Relation(name),
            &Method::POST | &Method::PUT | &Method::PATCH | &Method::DELETE,
        ) => write::rows(&asked, name).await,
        (Resource::Function(name), &Method::GET | &Method::HEAD | &Method::POST) => {
            call::function(&asked, name).await
        }
        (Resource::Function(name), &Method::OPTIONS) => call::options(&asked, name),
        (Resource::Function(_), _) => {
            Err(Refusal::new(405, "PGRST101", format!("Cannot use the {method} method on RPC")))
        }
        (Resource::Root | Resource::Relation(_), _) => Err(Refusal::method(method)),
    }?;
    if settings.profiles.len() > 1 {
        answer.header(http::HeaderName::from_static("content-profile"), profile);
    }
    Ok(answer)
}

impl Asked<'_> {
    fn refuse_unknown_preferences(&self) -> Result<(), Refusal> {
        if self.prefer.strict != Some(true) || self.prefer.unknown.is_empty() {
            return Ok(());
        }
        let list = self.prefer.unknown.join(", ");
        Err(Refusal::new(400, "PGRST122", "Invalid preferences given with handling=strict")
            .details(format!("Invalid preferences: {list}")))
    }
}

fn allow(methods: &str) -> RowsAnswer {
    let mut answer = RowsAnswer::new(StatusCode::OK);
    answer.header(header::ALLOW, methods);
    answer
}
