//! Choose the format of the answer: the first accepted format that can be made.

use http::header;

use super::context::Context;
use crate::{
    cache::{
        custom::Handler,
        model::{Qualified, Relation},
    },
    query::Item,
    refusal::Refusal,
    request::{Media, OPEN_API},
    sql::Output,
};

/// The format of an answer, and what makes it.
pub(super) struct AnswerFormat<'m> {
    pub(super) media: Media,
    pub(super) source: BodySource<'m>,
}

/// What makes the body.
#[derive(Clone, Copy)]
pub(super) enum BodySource<'m> {
    /// The statement, from rows.
    Rows,
    /// The called function: its value is the body.
    Value,
    /// An aggregate of the database, from rows.
    Aggregate(&'m Handler),
}

/// The formats that can be made.
#[derive(Clone, Copy)]
pub(super) struct Available<'a> {
    /// The relation whose rows are answered.
    pub(super) relation: Option<&'a Qualified>,
    /// The media type of the function's value, if it has one.
    pub(super) value: Option<&'a str>,
    /// Whether the answer describes the API: then a function is called instead of printing the
    /// document.
    pub(super) describes: bool,
}

impl<'a> Available<'a> {
    /// Rows of a relation.
    pub(super) fn rows_of(relation: &'a Relation) -> Self {
        Self { relation: Some(&relation.id), value: None, describes: false }
    }
}

impl<'m> AnswerFormat<'m> {
    /// The aggregate that makes the body, if there is one.
    pub(super) fn handler(&self) -> Option<&'m Handler> {
        match self.source {
            BodySource::Aggregate(handler) => Some(handler),
            BodySource::Rows | BodySource::Value => None,
        }
    }

    /// How the statement makes the body.
    pub(super) fn output(&self) -> Output {
        match self.source {
            BodySource::Rows => output_of(&self.media),
            BodySource::Value => Output::Raw,
            BodySource::Aggregate(_) => Output::Handled,
        }
    }
}

fn output_of(media: &Media) -> Output {
    match media {
        Media::Object(_) => Output::Object,
        Media::Csv => Output::Csv,
        Media::GeoJson => Output::GeoJson,
        Media::Plan { of, .. } => output_of(of),
        _ => Output::List,
    }
}

impl<'r> Context<'r> {
    /// The form of the answer.
    pub(super) fn choose_media(&self, offer: Available<'_>) -> Result<AnswerFormat<'r>, Refusal> {
        let mut choices =
            self.request.accepted.iter().filter_map(|media| self.possible(media, offer));
        choices.next().ok_or_else(|| self.not_acceptable())
    }

    /// The format with that name, if it can be made.
    fn possible(&self, media: &Media, offer: Available<'_>) -> Option<AnswerFormat<'r>> {
        if let Media::Plan { of, .. } = media {
            let source = self.possible(of, offer).map_or(BodySource::Rows, |format| format.source);
            let chosen = AnswerFormat { media: media.clone(), source };
            return self.settings().plan_enabled.then_some(chosen);
        }
        let Some(name) = media.name() else {
            return Some(AnswerFormat { media: media.clone(), source: BodySource::Rows });
        };
        match offer.value {
            Some(value) if value == name || value == "*/*" || name == "*/*" => {
                let media = match value {
                    OPEN_API => Media::OpenApi,
                    value => Media::Other(value.into()),
                };
                return Some(AnswerFormat { media, source: BodySource::Value });
            }
            _ => {}
        }
        if let Some(handler) = self.handler(name, offer.relation) {
            let media = match (handler.media.as_str(), media) {
                (of_any @ "*/*", _) => Media::Other(of_any.into()),
                (_, media) => media.clone(),
            };
            return Some(AnswerFormat { media, source: BodySource::Aggregate(handler) });
        }
        let media = match media {
            Media::Any => Media::Json,
            Media::Other(_) => return None,
            Media::OpenApi if !offer.describes => return None,
            known => known.clone(),
        };
        Some(AnswerFormat { media, source: BodySource::Rows })
    }

    /// The aggregate that makes this format from the rows of a relation: either one for this
    /// relation, which must take its rows unchanged, or one for any rows.
    fn handler(&self, media: &str, relation: Option<&Qualified>) -> Option<&'r Handler> {
        let handlers = &self.model.handlers;
        let own = |media: &str| {
            let fits = |handler: &&Handler| {
                relation.is_some()
                    && handler.relation.as_ref() == relation
                    && handler.media == media
            };
            handlers.iter().find(fits).filter(|_| self.asks_for_whole_rows())
        };
        let any = |handler: &&Handler| handler.relation.is_none() && handler.media == media;
        own("*/*").or_else(|| own(media)).or_else(|| handlers.iter().find(any))
    }

    fn asks_for_whole_rows(&self) -> bool {
        match self.request.query.select.as_slice() {
            [Item::Field(only)] => {
                only.field.name == "*" && only.alias.is_none() && only.aggregate.is_none()
            }
            _ => false,
        }
    }

    /// 406: no accepted format can be made.
    pub(super) fn not_acceptable(&self) -> Refusal {
        let header = self.request.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let accepted = header.unwrap_or_default().replace(',', ", ").replace(",  ", ", ");
        let message = format!("None of these media types are available: {accepted}");
        Refusal::new(406, "PGRST107", message)
    }
}
