//! Calling a function.

use http::{Method, StatusCode, header};
use postgres::{Check, Row};

use super::{
    Asked, allow,
    negotiate::{Chosen, Maker, Offer},
    read::{not_one, warn},
    run::Run,
};
use crate::{
    cache::model::{Function, Qualified},
    plan::{self, Arguments, Call, CallInput, Root, Source},
    request::{self, Media, Return},
    respond::{Refusal, RowsAnswer},
    sql::{Before, Output},
};

/// `GET`, `HEAD` and `POST` of a function.
pub(super) async fn function(asked: &Asked<'_>, name: &str) -> Result<RowsAnswer, Refusal> {
    let post = asked.is(&Method::POST);
    let content_type = request::content_type(asked.headers);
    let input = Input::read(asked, post, &content_type)?;
    let function = choose(asked, name, input.call(post, &content_type))?;
    let arguments = input.arguments(function);
    let writes = post && function.volatile;
    let call = Call { function, arguments };

    let relation = function.returns.relation.as_ref();
    let relation = relation.and_then(|id| asked.model.relation(&id.schema, &id.name));
    let shape = plan::shape_of(function, relation);
    // What is embedded hangs on the relation whose rows come back.
    let root_name: &Qualified = relation.map_or(&function.id, |relation| &relation.id);
    let root = Root { name: root_name, shape, source: Source::Result, own_conditions: true };
    let node = plan::read(asked.model, asked.settings, asked.schema, root, &asked.query)?;

    let offer = Offer {
        relation: relation.map(|relation| &relation.id),
        value: function.returns.media.as_deref(),
    };
    let chosen = asked.choose_media(offer)?;
    let media = &chosen.media;
    let form = form_of(function, &chosen);
    let silent = function.returns.void
        || asked.is_head()
        || (post && asked.prefer.returned == Some(Return::Minimal));
    let output = if silent { Output::Nothing } else { form };
    let sql = asked.statement(Before::Call(&call), &node, output, &chosen, true, &[]);
    if let Media::Plan { .. } = media {
        return asked.explained(sql, media, writes).await;
    }

    let single = matches!(media, Media::Object(_)) && function.returns.set;
    let limit = affected_limit(asked, function)?;
    let good = |rows: &[Row]| {
        let rows = rows.first().and_then(|row| row.int(1)).unwrap_or_default();
        (!single || rows == 1) && limit.is_none_or(|limit| rows <= limit)
    };
    let check = ((single && writes) || limit.is_some()).then_some(&good as Check<'_>);
    let run = Run { writes, check, settings: &function.settings, ..Run::new(&sql) };
    let (answered, total) = asked.counted_run(run, &node).await?;
    if limit.is_some_and(|limit| answered.page > limit) {
        return Err(Refusal::new(
            400,
            "PGRST124",
            "Query result exceeds max-affected preference constraint",
        )
        .details(format!("The query affects {} rows", answered.page)));
    }
    if single && answered.page != 1 {
        return Err(not_one(answered.page));
    }
    let mut answer = asked.page_answer(&answered, total)?;
    if function.returns.void || (silent && !asked.is_head()) {
        answer.status = StatusCode::NO_CONTENT;
    } else {
        answer.header(header::CONTENT_TYPE, media.content_type());
    }
    warn(&mut answer, &node);
    asked.finish(&mut answer, &answered, false, false)?;
    answer.body = answered.body;
    Ok(answer)
}

/// `OPTIONS` of a function.
pub(super) fn options(asked: &Asked<'_>, name: &str) -> Result<RowsAnswer, Refusal> {
    let functions = asked.model.functions(asked.schema, name);
    let Some(first) = functions.first() else {
        let input = CallInput { names: &[], post: false, content_type: "" };
        return Err(match choose(asked, name, input) {
            Err(refusal) => refusal,
            Ok(_) => return Ok(allow("OPTIONS,GET,HEAD,POST")),
        });
    };
    Ok(allow(if first.volatile { "OPTIONS,POST" } else { "OPTIONS,GET,HEAD,POST" }))
}

/// The function in the request's schema, or in the one behind it.
fn choose<'r>(
    asked: &Asked<'r>,
    name: &str,
    input: CallInput<'_>,
) -> Result<&'r Function, Refusal> {
    let here = plan::choose(asked.model, asked.schema, name, input);
    match (&here, &asked.settings.fallback_schema) {
        (Err(refusal), Some(fallback)) if refusal.code == "PGRST202" => {
            match plan::choose(asked.model, fallback, name, input) {
                // Of two that do not fit, the one that exists has more to say.
                Err(there) if there.code == "PGRST202" => {
                    let exists = !asked.model.functions(fallback, name).is_empty();
                    if exists { Err(there) } else { here }
                }
                there => there,
            }
        }
        _ => here,
    }
}

/// Arguments as they were sent.
enum Input {
    Json { keys: Vec<String>, body: String },
    Texts { names: Vec<String>, pairs: Vec<(String, String)> },
}

impl Input {
    fn read(asked: &Asked<'_>, post: bool, content_type: &str) -> Result<Self, Refusal> {
        let texts = |pairs: Vec<(String, String)>| {
            let names = pairs.iter().map(|(name, _)| name.clone()).collect();
            Self::Texts { names, pairs }
        };
        if !post {
            return Ok(texts(asked.query.arguments.clone()));
        }
        if content_type == "application/octet-stream" {
            let hex: String = asked.body.iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok(Self::Json { keys: Vec::new(), body: format!("\\x{hex}") });
        }
        let text = String::from_utf8(asked.body.to_vec())
            .map_err(|_| Refusal::new(400, "PGRST102", "Empty or invalid json"))?;
        match content_type {
            "application/x-www-form-urlencoded" => {
                Ok(texts(form_urlencoded::parse(text.as_bytes()).into_owned().collect()))
            }
            "application/json" if text.trim().is_empty() => {
                Ok(Self::Json { keys: Vec::new(), body: "{}".into() })
            }
            "application/json" => match request::body::json(text.clone()) {
                Ok(body) => {
                    let keys = asked.query.columns.clone().unwrap_or(body.keys);
                    Ok(Self::Json { keys, body: body.text })
                }
                // A function may take any JSON as its whole body, a number for example.
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

/// The form of the body: what the function returns, unless the request wants another.
fn form_of(function: &Function, chosen: &Chosen<'_>) -> Output {
    let returns = &function.returns;
    let media = match &chosen.media {
        Media::Plan { of, .. } => of,
        media => media,
    };
    if !matches!(chosen.maker, Maker::Rows) {
        return chosen.output();
    }
    match (media, returns.composite, returns.set) {
        (Media::Json | Media::JsonStripped | Media::Object(_), false, false) => Output::Scalar,
        (Media::Object(_), false, true) => Output::Scalar,
        (Media::Json | Media::JsonStripped, false, true) => Output::Scalars,
        (Media::Json | Media::JsonStripped, true, false) => Output::Object,
        _ => chosen.output(),
    }
}

/// How many rows the call may return, where that is limited.
fn affected_limit(asked: &Asked<'_>, function: &Function) -> Result<Option<i64>, Refusal> {
    let limit = asked.prefer.affected_limit();
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
