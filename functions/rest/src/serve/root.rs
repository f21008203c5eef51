//! The API's own description.

use http::{StatusCode, header};

use super::Asked;
use crate::{
    request::Media,
    respond::{Refusal, RowsAnswer},
    settings::OpenApiMode,
};

/// `GET` of the root.
pub(super) async fn document(asked: &Asked<'_>) -> Result<RowsAnswer, Refusal> {
    if asked.settings.openapi_mode == OpenApiMode::Disabled {
        return Err(Refusal::new(404, "PGRST126", "Root endpoint metadata is disabled"));
    }
    let known = [Media::OpenApi, Media::Json, Media::Any];
    if !asked.accepted.iter().any(|media| known.contains(media)) {
        asked.media(None)?;
    }
    let mut answer = RowsAnswer::new(StatusCode::OK);
    answer.header(header::CONTENT_TYPE, Media::OpenApi.content_type());
    Ok(answer)
}
