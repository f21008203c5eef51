//! The way of a request.

mod call;
mod cors;
mod memory;
mod negotiate;
mod read;
mod root;
mod run;
mod timing;
mod write;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

pub(crate) use memory::{Memory, listen};
use timing::Timing;

use crate::{
    Inner, PREFIX,
    cache::{Loaded, model::Model},
    identity::Caller,
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
    pub(crate) caller: &'r Caller,
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
    /// Where it is asked what takes time.
    pub(crate) timing: &'r Timing,
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
    let origins = inner.settings.cors_origins.as_deref();
    if parts.method == Method::OPTIONS && cors::is_preflight(&parts.headers) {
        return cors::preflight(&parts.headers, origins);
    }
    let timing = Timing::start(inner.settings.server_timing);
    let mut response = match respond(inner, &parts, body, &timing).await {
        Ok(answer) => varying(answer.into_response()),
        Err(refusal) => refusal.told(inner.settings.verbosity),
    };
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    let headers = response.headers_mut();
    let origin = parts.headers.get(header::ORIGIN);
    if origin.is_some() || parts.method == Method::OPTIONS {
        cors::expose(headers, origin, origins);
    }
    if let Some(Ok(value)) = timing.header().map(HeaderValue::try_from) {
        headers.insert("server-timing", value);
    }
    if let Some(name) = &inner.settings.trace_header
        && let Some(value) = parts.headers.get(name)
    {
        headers.insert(name, value.clone());
    }
    response
}

/// The answer, which is another one to other headers. A function's own word about that stays.
fn varying(mut answer: Response) -> Response {
    let names = HeaderValue::from_static("Accept, Prefer, Range");
    answer.headers_mut().entry(header::VARY).or_insert(names);
    answer
}

async fn respond(
    inner: &Inner,
    parts: &Parts,
    body: Body,
    timing: &Timing,
) -> Result<RowsAnswer, Refusal> {
    let settings = &inner.settings;
    if parts.uri.path_and_query().map_or(0, |url| url.as_str().len()) > settings.max_url {
        return Err(Refusal::new(414, "PGRST100", "The URL is too long")
            .hint(format!("At most {} bytes; call a function instead.", settings.max_url)));
    }
    let path = path_of(&parts.uri);
    let resource = Resource::read(path)?;
    let anonymous = settings.anonymous_role.as_deref();
    let caller = inner.identity.identify(&parts.headers, anonymous).await?;
    timing.ended("jwt");
    let body = read_body(body, settings.max_body).await?;

    let arrived = std::time::Instant::now();
    let loaded = inner.memory.get(&inner.db).await?;
    let request = Arrived { inner, parts, path, resource: &resource, caller: &caller, timing };
    match dispatch(&request, &loaded, body.clone()).await {
        // What is not found may be newer than the cache. A refusal wrote nothing, so the
        // request can be tried again.
        Err(refusal) if refusal.may_be_stale() => {
            match inner.memory.refresh(&inner.db, &loaded, arrived).await {
                Some(newer) => dispatch(&request, &newer, body).await,
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

/// A request of somebody who is known.
struct Arrived<'r> {
    inner: &'r Inner,
    parts: &'r Parts,
    path: &'r str,
    resource: &'r Resource,
    caller: &'r Caller,
    timing: &'r Timing,
}

async fn dispatch(
    request: &Arrived<'_>,
    loaded: &Loaded,
    body: Bytes,
) -> Result<RowsAnswer, Refusal> {
    let Arrived { inner, parts, path, resource, caller, timing } = *request;
    let (method, headers, settings) = (&parts.method, &parts.headers, &inner.settings);
    let (profile, schema) = request::profile(settings, method, headers)?;
    let raw_query = parts.uri.query().unwrap_or_default();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let calls = match resource {
        Resource::Function(_) => true,
        Resource::Root => settings.root_function.is_some(),
        Resource::Relation(_) => false,
    };
    let mut query = Query::parse(raw_query, calls && reads)?;
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
        timing,
    };
    asked.refuse_unknown_preferences()?;
    timing.ended("parse");
    let mut answer = match (resource, method) {
        (Resource::Root, &Method::GET | &Method::HEAD) => match &settings.root_function {
            Some(name) => call::function(&asked, name).await,
            None => root::document(&asked, parts.uri.path()).await,
        },
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
    if settings.profiles.len() > 1 || headers.contains_key(request::profile_header(method)) {
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
