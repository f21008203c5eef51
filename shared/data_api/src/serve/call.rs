//! Calling a function.

use http::{Method, StatusCode, header};
use postgres::{Check, Row};

use super::{
    context::Context,
    execute::Execution,
    negotiate::{AnswerFormat, Available, BodySource},
    verb::{allow, not_one, warn, within_limit},
};
use crate::{
    answer::Answer,
    cache::model::{Function, Qualified},
    plan::{self, Arguments, Call, CallInput, Root, Source},
    refusal::Refusal,
    request::{self, Media, Return},
    sql::{Before, Output, ResultRow},
};

/// `GET`, `HEAD` and `POST` of a function.
pub(super) async fn function(context: &Context<'_>, name: &str) -> Result<Answer, Refusal> {
    let post = context.request.has_method(&Method::POST);
    let content_type = request::content_type(context.request.headers);
    let input = Input::read(context, post, &content_type)?;
    let function = choose(context, name, input.call(post, &content_type))?;
    let arguments = input.arguments(function);
    let writes = post && function.volatile;
    let call = Call { function, arguments };

    let relation = function.returns.relation.as_ref();
    let relation = relation.and_then(|id| context.model.relation(&id.schema, &id.name));
    let shape = plan::shape_of(function, relation);
    // Embeddings are related to the relation whose rows the function returns.
    let root_name: &Qualified = relation.map_or(&function.id, |relation| &relation.id);
    let root = Root { name: root_name, shape, source: Source::Result, own_conditions: true };
    let node = plan::read(
        context.model,
        context.settings(),
        context.schema,
        root,
        &context.request.query,
    )?;

    let offer = Available {
        relation: relation.map(|relation| &relation.id),
        value: function.returns.media.as_deref(),
        describes: context.request.path == "/",
    };
    let chosen = context.choose_media(offer)?;
    let media = &chosen.media;
    let form = form_of(function, &chosen);
    let silent = function.returns.void
        || context.request.has_method(&Method::HEAD)
        || (post && context.request.prefer.returned == Some(Return::Minimal));
    let output = if silent { Output::Nothing } else { form };
    let sql = context.statement(Before::Call(&call), &node, output, &chosen, true, &[]);
    if let Media::Plan { .. } = media {
        return context.explained(sql, media, writes).await;
    }

    let single = matches!(media, Media::Object(_)) && function.returns.set;
    let limit = affected_limit(context, function)?;
    let may_commit = |rows: &[Row]| {
        let rows = ResultRow::page_of(rows);
        (!single || rows == 1) && limit.is_none_or(|limit| rows <= limit)
    };
    let check = ((single && writes) || limit.is_some()).then_some(&may_commit as Check<'_>);
    let run = Execution { writes, check, settings: &function.settings, ..Execution::new(&sql) };
    let (answered, total) = context.counted_run(run, &node).await?;
    within_limit(limit, answered.page)?;
    if single && answered.page != 1 {
        return Err(not_one(answered.page));
    }
    let mut answer = context.page_answer(&answered, total)?;
    if function.returns.void || (silent && !context.request.has_method(&Method::HEAD)) {
        answer.status = StatusCode::NO_CONTENT;
    } else {
        answer.header(header::CONTENT_TYPE, media.content_type());
    }
    warn(&mut answer, &node);
    context.finish(&mut answer, &answered, false, false)?;
    answer.body = answered.body;
    Ok(answer)
}

/// `OPTIONS` of a function.
pub(super) fn options(context: &Context<'_>, name: &str) -> Result<Answer, Refusal> {
    let functions = context.model.functions(context.schema, name);
    let Some(first) = functions.first() else {
        let input = CallInput { names: &[], post: false, content_type: "" };
        return Err(match choose(context, name, input) {
            Err(refusal) => refusal,
            Ok(_) => return Ok(allow("OPTIONS,GET,HEAD,POST")),
        });
    };
    Ok(allow(if first.volatile { "OPTIONS,POST" } else { "OPTIONS,GET,HEAD,POST" }))
}

/// The function in the request's schema, or in the fallback schema.
fn choose<'r>(
    context: &Context<'r>,
    name: &str,
    input: CallInput<'_>,
) -> Result<&'r Function, Refusal> {
    let here = plan::choose(context.model, context.schema, name, input);
    match (&here, &context.settings().fallback_schema) {
        (Err(refusal), Some(fallback)) if refusal.code == "PGRST202" => {
            match plan::choose(context.model, fallback, name, input) {
                // If neither fits, the error about the one that exists says more.
                Err(there) if there.code == "PGRST202" => {
                    let exists = !context.model.functions(fallback, name).is_empty();
                    if exists { Err(there) } else { here }
                }
                there => there,
            }
        }
        _ => here,
    }
}

/// The arguments as they were sent.
enum Input {
    Json { keys: Vec<String>, body: String },
    Texts { names: Vec<String>, pairs: Vec<(String, String)> },
}

impl Input {
    fn read(context: &Context<'_>, post: bool, content_type: &str) -> Result<Self, Refusal> {
        let texts = |pairs: Vec<(String, String)>| {
            let names = pairs.iter().map(|(name, _)| name.clone()).collect();
            Self::Texts { names, pairs }
        };
        if !post {
            return Ok(texts(context.request.query.arguments.clone()));
        }
        if content_type == "application/octet-stream" {
            let hex: String =
                context.request.body.iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok(Self::Json { keys: Vec::new(), body: format!("\\x{hex}") });
        }
        let text = request::body::text(&context.request.body)?;
        match content_type {
            "application/x-www-form-urlencoded" => {
                Ok(texts(form_urlencoded::parse(text.as_bytes()).into_owned().collect()))
            }
            "application/json" if text.trim().is_empty() => {
                Ok(Self::Json { keys: Vec::new(), body: "{}".into() })
            }
            "application/json" => match request::body::json(text.clone()) {
                Ok(body) => {
                    let keys = context.request.query.columns.clone().unwrap_or(body.keys);
                    Ok(Self::Json { keys, body: body.text })
                }
                // A function may take any JSON as its whole body, for example a number.
                Err(refusal) => match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
                    Ok(_) => Ok(Self::Json { keys: Vec::new(), body: text }),
                    Err(_) => Err(refusal),
                },
            },
            "text/csv" => {
                let body = request::body::rows(content_type, text)?;
                Ok(Self::Json { keys: body.keys, body: body.text })
            }
            "text/plain" | "text/xml" => Ok(Self::Json { keys: Vec::new(), body: text }),
            other => {
                Err(Refusal::new(415, "PGRST102", format!("Content-Type not acceptable: {other}")))
            }
        }
    }

    fn call<'a>(&'a self, post: bool, content_type: &'a str) -> CallInput<'a> {
        let names = match self {
            Self::Json { keys, .. } => keys,
            Self::Texts { names, .. } => names,
        };
        CallInput { names, post, content_type }
    }

    fn arguments(self, function: &Function) -> Arguments<'_> {
        match self {
            Self::Json { keys, body } => Arguments::json(function, &keys, body),
            Self::Texts { pairs, .. } => Arguments::texts(function, &pairs),
        }
    }
}

/// The format of the body: the one that the function returns, unless the request wants another.
fn form_of(function: &Function, chosen: &AnswerFormat<'_>) -> Output {
    let returns = &function.returns;
    let media = match &chosen.media {
        Media::Plan { of, .. } => of,
        media => media,
    };
    if !matches!(chosen.source, BodySource::Rows) {
        return chosen.output();
    }
    match (media, returns.composite, returns.set) {
        (Media::Json | Media::JsonStripped | Media::Object(_) | Media::OpenApi, false, false) => {
            Output::Scalar
        }
        (Media::Object(_), false, true) => Output::Scalar,
        (Media::Json | Media::JsonStripped, false, true) => Output::Scalars,
        (Media::Json | Media::JsonStripped, true, false) => Output::Object,
        _ => chosen.output(),
    }
}

/// How many rows the call may return, if that is limited.
fn affected_limit(context: &Context<'_>, function: &Function) -> Result<Option<i64>, Refusal> {
    let limit = context.request.prefer.affected_limit();
    if limit.is_some() && !function.returns.set {
        return Err(Refusal::new(
            400,
            "PGRST128",
            "Function must return SETOF or TABLE when max-affected preference is used with \
             handling=strict",
        ));
    }
    Ok(limit)
}
