//! The context of a request: what it asks for, who asks, and what is known about the database.

use super::timing::Timing;
use crate::{Inner, cache::model::Model, identity::Caller, request::Request, settings::Settings};

/// A request, with everything needed to answer it.
pub(super) struct Context<'r> {
    pub(super) api: &'r Inner,
    pub(super) model: &'r Model,
    pub(super) caller: &'r Caller,
    /// The schema that the request means.
    pub(super) schema: &'r str,
    pub(super) request: Request<'r>,
    /// Measures the phases of the request.
    pub(super) timing: &'r Timing,
}

impl<'r> Context<'r> {
    pub(super) fn settings(&self) -> &'r Settings {
        &self.api.settings
    }
}
