//! What all methods share: the relation, the statement, counting, the headers of the answer.

use http::{StatusCode, header};
use postgres::Row;
use serde_json::Value;

use super::{context::Context, execute::Execution, negotiate::AnswerFormat};
use crate::{
    answer::{Answer, guc_headers, guc_status},
    cache::model::Relation,
    plan::{self, Node, Source},
    refusal::Refusal,
    request::{Count, Media},
    sql::{Before, Output, ResultRow, Sql, Statement, count_plan, statement_for},
};

/// An answer that lists the methods of a resource.
pub(super) fn allow(methods: &str) -> Answer {
    let mut answer = Answer::new(StatusCode::OK);
    answer.header(header::ALLOW, methods);
    answer
}

/// The methods of a relation, for `Allow`.
pub(super) fn methods(relation: &Relation) -> String {
    let mut methods = vec!["OPTIONS,GET,HEAD"];
    methods.extend(relation.insertable.then_some("POST"));
    let has_key = !relation.primary_key.is_empty();
    methods.extend((relation.insertable && relation.updatable && has_key).then_some("PUT"));
    methods.extend(relation.updatable.then_some("PATCH"));
    methods.extend(relation.deletable.then_some("DELETE"));
    methods.join(",")
}

/// The relation of that name.
pub(super) fn relation_of<'r>(context: &Context<'r>, name: &str) -> Result<&'r Relation, Refusal> {
    let found = context.model.resource(context.schema, name);
    found.ok_or_else(|| plan::no_such_table(context.schema, name, Some(context.model)))
}

/// The contents of the one row that the statement returns.
pub(super) fn result_of(rows: &[Row]) -> Result<ResultRow, Refusal> {
    ResultRow::read(rows).ok_or_else(|| Refusal::internal("no row"))
}

/// Refuse a write that affects more rows than `max-affected` allows.
pub(super) fn within_limit(limit: Option<i64>, rows: i64) -> Result<(), Refusal> {
    if limit.is_none_or(|limit| rows <= limit) {
        return Ok(());
    }
    let message = "Query result exceeds max-affected preference constraint";
    Err(Refusal::new(400, "PGRST124", message).details(format!("The query affects {rows} rows")))
}

/// 406: not exactly one row.
pub(super) fn not_one(rows: i64) -> Refusal {
    Refusal::new(406, "PGRST116", "Cannot coerce the result to a single JSON object")
        .details(format!("The result contains {rows} rows"))
}

/// Warn if the request uses the name of an embedding that has an alias.
pub(super) fn warn(answer: &mut Answer, node: &Node<'_>) {
    let better = plan::misnamed(node);
    if better.is_empty() {
        return;
    }
    let better: Vec<_> =
        better.iter().map(|(name, alias)| format!("`{name}` to `{alias}`")).collect();
    let warning = format!(
        "299 convene \"Embedded resource was referenced by relation name even though it has an \
         alias. This is deprecated and will stop working in a future release. Update {} in query \
         string filters, orders or limits.\"",
        better.join(", ")
    );
    answer.header(header::WARNING, warning);
}

impl Context<'_> {
    pub(super) fn statement(
        &self,
        before: Before<'_, '_>,
        node: &Node<'_>,
        output: Output,
        chosen: &AnswerFormat<'_>,
        returned: bool,
        location: &[String],
    ) -> Sql {
        let strip_nulls = match &chosen.media {
            Media::JsonStripped | Media::Object(true) => true,
            Media::Plan { of, .. } => matches!(**of, Media::JsonStripped | Media::Object(true)),
            _ => false,
        };
        let bounds = self.settings().bounds;
        let counted = match self.request.prefer.count {
            Some(Count::Planned) => bounds.count.is_some(),
            other => other.is_some(),
        };
        let count_limit = match (self.request.prefer.count, node.source) {
            (Some(Count::Planned | Count::Estimated), _) if bounds.count.is_some() => bounds.count,
            (Some(Count::Estimated), Source::Table(_)) => {
                self.settings().max_rows.map(|max| max + 1)
            }
            _ => None,
        };
        let statement = Statement {
            before,
            node,
            output,
            handler: chosen.handler(),
            strip_nulls,
            counted,
            count_limit,
            most_bytes: bounds.answer,
            returned,
            location,
        };
        statement_for(&statement)
    }

    /// Run a read, and count as the request prefers: exactly, by the planner's estimate, or by the
    /// estimate only if there are more rows than fit into a page, or than were counted.
    pub(super) async fn counted_run(
        &self,
        run: Execution<'_>,
        node: &Node<'_>,
    ) -> Result<(ResultRow, Option<i64>), Refusal> {
        let limit = self.settings().max_rows;
        // The planner cannot estimate the rows of a function.
        let counts = self.settings().bounds.count.is_some();
        let planned = match (self.request.prefer.count, node.source) {
            // The planner does not know what the caller may see: it estimates all rows.
            _ if counts => None,
            (Some(Count::Planned | Count::Estimated), Source::Table(_)) => Some(count_plan(node)),
            _ => None,
        };
        let outcome = self.run(Execution { then: planned.as_ref(), ..run }).await?;
        let answered = result_of(&outcome.rows)?;
        let total = match (self.request.prefer.count, answered.total) {
            (_, total) if counts => total,
            (Some(Count::Planned), _) => planned_rows(&outcome.then),
            (Some(Count::Estimated), Some(counted)) if limit.is_none_or(|max| counted > max) => {
                planned_rows(&outcome.then).max(Some(counted))
            }
            (_, total) => total,
        };
        Ok((answered, total))
    }

    /// Status and `Content-Range` of a page.
    pub(super) fn page_answer(
        &self,
        answered: &ResultRow,
        total: Option<i64>,
    ) -> Result<Answer, Refusal> {
        let first = self.request.query.page().offset;
        let last = first + answered.page - 1;
        let status = match total {
            Some(total) if first > total => {
                return Err(Refusal::new(416, "PGRST103", "Requested range not satisfiable")
                    .details(format!(
                        "An offset of {first} was requested, but there are only {total} rows."
                    ))
                    .header(header::CONTENT_RANGE, &format!("*/{total}")));
            }
            Some(total) if answered.page < total => StatusCode::PARTIAL_CONTENT,
            _ => StatusCode::OK,
        };
        let mut answer = Answer::new(status);
        answer.content_range(Some((first, last)), total);
        if let Some(max) = self.settings().max_rows
            && answered.page >= max
            && self.request.query.page().limit.is_none_or(|limit| limit > max)
        {
            // PostgREST does not show that the limit cut the page; here a client can see it.
            answer.header(http::HeaderName::from_static("x-max-rows"), max.to_string());
        }
        Ok(answer)
    }

    /// The headers of every answer: the applied preferences, and the headers that SQL asked for.
    pub(super) fn finish(
        &self,
        answer: &mut Answer,
        answered: &ResultRow,
        write: bool,
        insert: bool,
    ) -> Result<(), Refusal> {
        let applied = self.request.prefer.applied(write, self.tx_allowed(), insert);
        if !applied.is_empty() {
            answer.header(http::HeaderName::from_static("preference-applied"), applied);
        }
        for (name, value) in guc_headers(answered.headers.as_deref())? {
            // A header set by a function replaces ours; several cookies are allowed.
            if name != header::SET_COOKIE {
                answer.headers.retain(|(other, _)| *other != name);
            }
            answer.headers.push((name, value));
        }
        if let Some(status) = guc_status(answered.status.as_deref())? {
            answer.status = status;
        }
        Ok(())
    }

    /// The plan of a statement instead of its rows.
    pub(super) async fn explained(
        &self,
        sql: Sql,
        media: &Media,
        writes: bool,
    ) -> Result<Answer, Refusal> {
        let Media::Plan { json, options, .. } = media else {
            return Err(Refusal::internal("no plan was context for"));
        };
        let format = if *json { "format json" } else { "format text" };
        let words: Vec<&str> = options.iter().copied().chain([format]).collect();
        let sql = sql.explained(&words.join(", "));
        let outcome =
            self.run(Execution { writes, prepared: false, ..Execution::new(&sql) }).await?;
        let lines: Vec<String> = outcome.rows.iter().filter_map(|row| row.text(0)).collect();
        let mut answer = Answer::new(StatusCode::OK);
        answer.header(header::CONTENT_TYPE, media.content_type());
        answer.body = lines.join("\n").into();
        Ok(answer)
    }
}

/// The estimated number of rows in a plan that was printed as JSON.
fn planned_rows(rows: &[Row]) -> Option<i64> {
    let plan: Value = serde_json::from_slice(&rows.first()?.bytes(0)?).ok()?;
    plan.pointer("/0/Plan/Plan Rows")?.as_i64()
}
