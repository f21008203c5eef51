//! Writing to a relation.

use http::{Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postgres::{Check, Row};

use super::{
    context::Context,
    execute::Execution,
    negotiate::Available,
    verb::{methods, not_one, relation_of, result_of, warn, within_limit},
};
use crate::{
    answer::Answer,
    cache::model::Relation,
    plan::{self, Mutation, Root, Shape, Source, Write, columns_of_write},
    query::{Operator, Query},
    refusal::Refusal,
    request::{self, Body, Conflict, Media, Return},
    sql::{Before, Output, ResultRow},
};

/// `POST`, `PATCH`, `PUT` and `DELETE` of a relation.
pub(super) async fn rows(context: &Context<'_>, name: &str) -> Result<Answer, Refusal> {
    let relation = relation_of(context, name)?;
    may_change(context, relation)?;
    let chosen = context.choose_media(Available::rows_of(relation))?;
    let body = body_of(context)?;
    let mutation = mutation_of(context, relation, &body)?;
    let inserts = matches!(mutation, Mutation::Insert { .. });
    let write =
        Write::new(context.settings(), context.schema, relation, mutation, &context.request.query)?;
    let root = Root {
        name: &relation.id,
        shape: Shape::Relation(relation),
        source: Source::Result,
        own_conditions: false,
    };
    let node = plan::read(
        context.model,
        context.settings(),
        context.schema,
        root,
        &context.request.query,
    )?;

    let returned = context.request.prefer.returned == Some(Return::Representation);
    let located = context.request.has_method(&Method::POST)
        && context.request.prefer.returned == Some(Return::HeadersOnly);
    let form = chosen.output();
    let output = if returned { form } else { Output::Nothing };
    let location = if located { relation.primary_key.as_slice() } else { &[] };
    let before = Before::Write(&write, &body);
    let sql = context.statement(before, &node, output, &chosen, returned, location);
    if let Media::Plan { .. } = chosen.media {
        return context.explained(sql, &chosen.media, true).await;
    }

    let single = form == Output::Object;
    let replaces = context.request.has_method(&Method::PUT);
    let limit = context.request.prefer.affected_limit().filter(|_| !inserts);
    let may_commit = |rows: &[Row]| {
        let affected = ResultRow::page_of(rows);
        (!(single || replaces) || affected == 1) && limit.is_none_or(|limit| affected <= limit)
    };
    let checked = single || replaces || limit.is_some();
    let check = checked.then_some(&may_commit as Check<'_>);
    let columns = context.request.prefer.resolution.and_then(|_| inserted_columns(&write.mutation));
    let run = Execution { writes: true, check, columns, ..Execution::new(&sql) };
    let outcome = context.run(run).await?;
    let answered = result_of(&outcome.rows)?;
    within_limit(limit, answered.page)?;
    if replaces && answered.page != 1 {
        return Err(Refusal::new(
            400,
            "PGRST115",
            "Payload values do not match URL in primary key column(s)",
        ));
    }
    if single && answered.page != 1 {
        return Err(not_one(answered.page));
    }
    let mut answer = answer(context, relation, &chosen.media, answered, inserts)?;
    warn(&mut answer, &node);
    Ok(answer)
}

/// The names of the columns that an insert gives, as a JSON array.
fn inserted_columns(mutation: &Mutation<'_>) -> Option<String> {
    let Mutation::Insert { columns, .. } = mutation else { return None };
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    Some(serde_json::Value::from(names).to_string())
}

/// 405 for a view that this method cannot change, if the profile wants that.
fn may_change(context: &Context<'_>, relation: &Relation) -> Result<(), Refusal> {
    let can = match *context.request.method {
        Method::POST => relation.insertable,
        Method::PUT => relation.insertable && relation.updatable,
        Method::PATCH => relation.updatable,
        Method::DELETE => relation.deletable,
        _ => true,
    };
    if can || !context.api.profile.refuses_writes_early {
        return Ok(());
    }
    let message = format!("{} is not for {}", relation.id.name, context.request.method);
    Err(Refusal::new(405, "55000", message)
        .hint("A function may do it: the page of this schema says which.")
        .header(header::ALLOW, &methods(relation)))
}

/// The body, for methods that have one. `columns=` says which of its members are used.
fn body_of(context: &Context<'_>) -> Result<Body, Refusal> {
    if context.request.has_method(&Method::DELETE) {
        return Ok(Body::default());
    }
    let text = request::body::text(&context.request.body)?;
    let mut body = request::body::rows(&request::content_type(context.request.headers), text)?;
    match &context.request.query.columns {
        Some(columns) => body.keys = columns.clone(),
        None if body.uneven => {
            return Err(Refusal::new(400, "PGRST102", "All object keys must match"));
        }
        None => {}
    }
    Ok(body)
}

fn mutation_of<'m>(
    context: &Context<'m>,
    relation: &'m Relation,
    body: &Body,
) -> Result<Mutation<'m>, Refusal> {
    let columns = columns_of_write(relation, &body.keys)?;
    let defaults = context.request.prefer.defaults == Some(true);
    match *context.request.method {
        Method::POST => {
            let conflict = match context.request.prefer.resolution {
                // A setting tells a trigger about duplicates: see `conflict_word`.
                Some(resolution) if !relation.instead_of_insert => {
                    Some((resolution, conflict_columns(relation, &context.request.query)?))
                }
                _ => None,
            };
            Ok(Mutation::Insert { columns, conflict, defaults, checked: false })
        }
        Method::PUT => {
            replaces_one(context, relation)?;
            let key = relation.primary_key.iter().map(String::as_str).collect();
            let conflict = Some((Conflict::Merge, key));
            Ok(Mutation::Insert { columns, conflict, defaults: false, checked: true })
        }
        Method::PATCH => Ok(Mutation::Update { columns, defaults }),
        Method::DELETE => Ok(Mutation::Delete),
        _ => Err(Refusal::method(context.request.method)),
    }
}

fn conflict_columns<'m>(relation: &'m Relation, query: &Query) -> Result<Vec<&'m str>, Refusal> {
    match &query.on_conflict {
        None => Ok(relation.primary_key.iter().map(String::as_str).collect()),
        Some(names) => {
            let found = |name: &String| match relation.column(name) {
                Some(column) => Ok(column.name.as_str()),
                None => {
                    Err(Refusal::new(400, "42703", format!("column \"{name}\" does not exist")))
                }
            };
            names.iter().map(found).collect()
        }
    }
}

/// PUT replaces the one row that its filters name by the complete key.
fn replaces_one(context: &Context<'_>, relation: &Relation) -> Result<(), Refusal> {
    let query = &context.request.query;
    if query.ranges.iter().any(|(path, _)| path.is_empty()) {
        return Err(Refusal::new(
            400,
            "PGRST114",
            "limit/offset querystring parameters are not allowed for PUT",
        ));
    }
    let mut named: Vec<&str> = Vec::new();
    let mut equal = query.logic.is_empty();
    for filter in query.root_filters() {
        named.push(&filter.field.name);
        equal &= !filter.operation.negated
            && matches!(filter.operation.operator, Operator::Binary("=", None, _));
    }
    named.sort_unstable();
    let mut key: Vec<&str> = relation.primary_key.iter().map(String::as_str).collect();
    key.sort_unstable();
    if equal && !key.is_empty() && named == key {
        return Ok(());
    }
    Err(Refusal::new(
        405,
        "PGRST105",
        "Filters must include all and only primary key columns with 'eq' operators",
    ))
}

fn answer(
    context: &Context<'_>,
    relation: &Relation,
    media: &Media,
    answered: ResultRow,
    inserts: bool,
) -> Result<Answer, Refusal> {
    let returned = context.request.prefer.returned == Some(Return::Representation);
    let merged = context.request.has_method(&Method::PUT)
        || context.request.prefer.resolution == Some(Conflict::Merge);
    let created = !merged || answered.page > answered.merged;
    let status = match *context.request.method {
        Method::POST if created => StatusCode::CREATED,
        Method::PUT if created => StatusCode::CREATED,
        Method::POST => StatusCode::OK,
        _ if returned => StatusCode::OK,
        _ => StatusCode::NO_CONTENT,
    };
    let mut answer = Answer::new(status);
    let total = context.request.prefer.count.and(Some(answered.page));
    match *context.request.method {
        Method::PATCH => answer.content_range(Some((0, answered.page - 1)), total),
        Method::PUT => {}
        _ => answer.content_range(None, total),
    }
    // Several rows have no single address.
    let key = answered.key.as_deref().filter(|_| answered.page == 1);
    if let Some(location) = key.and_then(|key| location(relation, key)) {
        answer.header(header::LOCATION, location);
    }
    if returned {
        answer.header(header::CONTENT_TYPE, media.content_type());
    }
    // If nothing can be a duplicate, the preference was not applied.
    let keyed = !relation.primary_key.is_empty() || context.request.query.on_conflict.is_some();
    context.finish(&mut answer, &answered, true, inserts && keyed)?;
    answer.body = answered.body;
    Ok(answer)
}

/// All characters except the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of the created row: its relation, filtered by its key.
fn location(relation: &Relation, key: &str) -> Option<String> {
    let values: Vec<Option<String>> = serde_json::from_str(key).ok()?;
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let filters: Vec<String> = relation
        .primary_key
        .iter()
        .zip(values)
        .map(|(column, value)| match value {
            Some(value) => format!("{}=eq.{}", encode(column), encode(&value)),
            None => format!("{}=is.null", encode(column)),
        })
        .collect();
    Some(format!("/{}?{}", encode(&relation.id.name), filters.join("&")))
}
