//! The description of the API.

use std::collections::HashSet;

use http::{StatusCode, header};
use serde_json::json;

use super::{context::Context, execute::Execution};
use crate::{
    answer::Answer, openapi::Document, refusal::Refusal, request::Media, settings::OpenApiMode,
    sql::may_use,
};

/// `GET` of the root; the client asked for it at `path`.
pub(super) async fn document(context: &Context<'_>, path: &str) -> Result<Answer, Refusal> {
    if context.settings().openapi_mode == OpenApiMode::Disabled {
        return Err(Refusal::new(404, "PGRST126", "Root endpoint metadata is disabled"));
    }
    let known = [Media::OpenApi, Media::Json, Media::Any];
    if !context.request.accepted.iter().any(|media| known.contains(media)) {
        return Err(context.not_acceptable());
    }
    let (model, schema) = (context.model, context.schema);
    let mut relations: Vec<_> =
        model.relations.get(schema).into_iter().flat_map(|r| r.values()).collect();
    relations.retain(|relation| relation.is_resource());
    relations.sort_by(|a, b| a.id.name.cmp(&b.id.name));
    let mut functions: Vec<_> =
        model.functions.get(schema).into_iter().flat_map(|f| f.values().flatten()).collect();
    functions.sort_by(|a, b| a.id.name.cmp(&b.id.name));
    if context.settings().openapi_mode == OpenApiMode::FollowPrivileges {
        let usable = usable(context).await?;
        relations.retain(|relation| usable.contains(&("r".into(), relation.id.name.clone())));
        functions.retain(|function| usable.contains(&("f".into(), function.id.name.clone())));
    }
    let uri = context
        .settings()
        .openapi_uri
        .as_deref()
        .map(with_port)
        .or_else(|| own_address(context, path));
    let uri = uri.as_deref();
    let document = Document { model, schema, relations, functions, uri };
    let mut answer = Answer::new(StatusCode::OK);
    answer.header(header::CONTENT_TYPE, Media::OpenApi.content_type());
    let mut json = document.json();
    if context.settings().openapi_security {
        json["security"] = json!([{ "JWT": [] }]);
        json["securityDefinitions"] = json!({ "JWT": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Add the token prepending \"Bearer \" (without quotes) to it",
        }});
    }
    answer.body = json.to_string().into();
    Ok(answer)
}

/// An address with its port, as PostgREST prints it.
fn with_port(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("http", uri));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = if scheme == "https" { 443 } else { 80 };
    match host.contains(':') {
        true => uri.to_owned(),
        false => format!("{scheme}://{host}:{port}{path}"),
    }
}

/// The address at which the caller found this API.
fn own_address(context: &Context<'_>, path: &str) -> Option<String> {
    let text = |name| context.request.headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str())?;
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    Some(format!("{scheme}://{host}{}", path.trim_end_matches('/')))
}

/// Kind and name of everything in the schema that the caller may use.
async fn usable(context: &Context<'_>) -> Result<HashSet<(String, String)>, Refusal> {
    let sql = may_use(context.schema);
    let outcome = context.run(Execution::new(&sql)).await?;
    Ok(outcome.rows.iter().filter_map(|row| Some((row.text(0)?, row.text(1)?))).collect())
}
