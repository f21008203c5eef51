//! What is answered: refusals with PostgREST's codes, and rows with their headers.

mod database;
mod nearest;
mod refusal;
mod rows;

pub use database::{postgrest_refusal, refusal_of};
pub use nearest::{NAME, PART, nearest};
pub use refusal::Refusal;
pub use rows::{Answered, RowsAnswer, guc_headers, guc_status};
