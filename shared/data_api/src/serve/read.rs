//! Reading a relation.

use http::{Method, header};

use super::{
    context::Context,
    execute::Execution,
    negotiate::Available,
    verb::{allow, methods, not_one, relation_of, warn},
};
use crate::{
    answer::Answer,
    plan::{self, Root, Shape, Source},
    refusal::Refusal,
    request::Media,
    sql::{Before, Output},
};

/// `GET` and `HEAD` of a relation.
pub(super) async fn rows(context: &Context<'_>, name: &str) -> Result<Answer, Refusal> {
    let relation = relation_of(context, name)?;
    let chosen = context.choose_media(Available::rows_of(relation))?;
    let root = Root {
        name: &relation.id,
        shape: Shape::Relation(relation),
        source: Source::Table(&relation.id),
        own_conditions: true,
    };
    let node = plan::read(
        context.model,
        context.settings(),
        context.schema,
        root,
        &context.request.query,
    )?;
    let form = chosen.output();
    let output = if context.request.has_method(&Method::HEAD) { Output::Nothing } else { form };
    let sql = context.statement(Before::Nothing, &node, output, &chosen, true, &[]);
    if let Media::Plan { .. } = chosen.media {
        return context.explained(sql, &chosen.media, false).await;
    }
    let (answered, total) = context.counted_run(Execution::new(&sql), &node).await?;
    if form == Output::Object && answered.page != 1 {
        return Err(not_one(answered.page));
    }
    let mut answer = context.page_answer(&answered, total)?;
    answer.header(header::CONTENT_TYPE, chosen.media.content_type());
    answer.header(header::CONTENT_LOCATION, context.request.location());
    warn(&mut answer, &node);
    context.finish(&mut answer, &answered, false, false)?;
    answer.body = answered.body;
    Ok(answer)
}

/// `OPTIONS` of a relation: its methods.
pub(super) fn options(context: &Context<'_>, name: &str) -> Result<Answer, Refusal> {
    Ok(allow(&methods(relation_of(context, name)?)))
}
