//! The steps of a request, in order.

mod call;
mod context;
mod cors;
mod execute;
mod keeper;
mod negotiate;
mod read;
mod root;
mod timing;
mod verb;
mod write;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, Method, Uri, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use context::Context;
pub(crate) use keeper::{CacheKeeper, listen};
use timing::Timing;
use verb::allow;

use crate::{
    Inner, PREFIX,
    answer::Answer,
    cache::SchemaCache,
    identity::Caller,
    refusal::{self, Refusal},
    request::{self, Request, Resource},
    settings::Verbosity,
};

/// Answer any request.
pub(crate) async fn answer(api: &Inner, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let origins = api.settings.cors_origins.as_deref();
    if parts.method == Method::OPTIONS && cors::is_preflight(&parts.headers) {
        return cors::preflight(&parts.headers, origins);
    }
    let timing = Timing::start(api.settings.server_timing);
    let mut response = match respond(api, &parts, body, &timing).await {
        Ok(answer) => varying(answer.into_response()),
        Err(refusal) => refusal.answer(api.settings.verbosity != Verbosity::Minimal),
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
    if let Some(name) = &api.settings.trace_header
        && let Some(value) = parts.headers.get(name)
    {
        headers.insert(name, value.clone());
    }
    response
}

/// Mark the answer as one that depends on headers and caller, so that no shared cache stores it. If
/// a function has set these headers itself, they stay.
fn varying(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    let names = HeaderValue::from_static("Accept, Authorization, Prefer, Range");
    headers.entry(header::VARY).or_insert(names);
    let caches = HeaderValue::from_static("private, no-cache");
    headers.entry(header::CACHE_CONTROL).or_insert(caches);
    answer
}

async fn respond(
    api: &Inner,
    parts: &Parts,
    body: Body,
    timing: &Timing,
) -> Result<Answer, Refusal> {
    let settings = &api.settings;
    if parts.uri.path_and_query().map_or(0, |url| url.as_str().len()) > settings.max_url {
        return Err(Refusal::new(414, "PGRST100", "The URL is too long")
            .hint(format!("At most {} bytes; call a function instead.", settings.max_url)));
    }
    let path = path_of(&parts.uri);
    let resource = Resource::read(path)?;
    let anonymous = settings.anonymous_role.as_deref();
    let caller = api.identity.identify(&parts.headers, anonymous).await?;
    timing.ended("jwt");
    if api.db_for(&caller.role).is_crowded() {
        return Err(refusal::crowded());
    }
    let body = read_body(body, settings.max_body).await?;

    let arrived = std::time::Instant::now();
    let cache = api.cache.get(&api.db).await?;
    let incoming = Incoming { api, parts, path, resource: &resource, caller: &caller, timing };
    match dispatch(&incoming, &cache, body.clone()).await {
        // What is not found may be newer than the cache. A refused request wrote nothing, so it can
        // be repeated.
        Err(refusal) if refusal.may_be_stale() => {
            match api.cache.refresh(&api.db, &cache, arrived).await {
                Some(newer) => dispatch(&incoming, &newer, body).await,
                None => Err(refusal),
            }
        }
        outcome => outcome,
    }
}

/// The path without the prefix of the API.
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

/// A request whose caller is known, before the schema cache is needed.
struct Incoming<'r> {
    api: &'r Inner,
    parts: &'r Parts,
    /// The path without the prefix of the API.
    path: &'r str,
    resource: &'r Resource,
    caller: &'r Caller,
    timing: &'r Timing,
}

async fn dispatch(
    incoming: &Incoming<'_>,
    cache: &SchemaCache,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let Incoming { api, parts, path, resource, caller, timing } = *incoming;
    let (method, settings) = (&parts.method, &api.settings);
    let (profile, schema) = request::profile(settings, method, &parts.headers)?;
    let calls = match resource {
        Resource::Function(_) => true,
        Resource::Root => settings.root_function.is_some(),
        Resource::Relation(_) => false,
    };
    let model = &cache.model;
    let request = Request::read(settings, parts, path, calls, &model.zones, body)?;
    timing.ended("parse");
    let context = Context { api, model, caller, schema, request, timing };
    let mut answer = by_verb(&context, resource, parts.uri.path()).await?;
    if settings.profiles.len() > 1 || parts.headers.contains_key(request::profile_header(method)) {
        answer.header(http::HeaderName::from_static("content-profile"), profile);
    }
    Ok(answer)
}

/// Answer by method and resource. The client found the API at `path`.
async fn by_verb(
    context: &Context<'_>,
    resource: &Resource,
    path: &str,
) -> Result<Answer, Refusal> {
    let method = context.request.method;
    match (resource, method) {
        (Resource::Root, &Method::GET | &Method::HEAD) => match &context.settings().root_function {
            Some(name) => call::function(context, name).await,
            None => root::document(context, path).await,
        },
        (Resource::Root, &Method::OPTIONS) => Ok(allow("OPTIONS,GET,HEAD")),
        (Resource::Relation(name), &Method::GET | &Method::HEAD) => read::rows(context, name).await,
        (Resource::Relation(name), &Method::OPTIONS) => read::options(context, name),
        (
            Resource::Relation(name),
            &Method::POST | &Method::PUT | &Method::PATCH | &Method::DELETE,
        ) => write::rows(context, name).await,
        (Resource::Function(name), &Method::GET | &Method::HEAD | &Method::POST) => {
            call::function(context, name).await
        }
        (Resource::Function(name), &Method::OPTIONS) => call::options(context, name),
        (Resource::Function(_), _) => {
            Err(Refusal::new(405, "PGRST101", format!("Cannot use the {method} method on RPC")))
        }
        (Resource::Root | Resource::Relation(_), _) => Err(Refusal::method(method)),
    }
}
