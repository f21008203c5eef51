//! The log: its format and its level.

use environment::{BadSetting, optional};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    filter::Targets, fmt::writer::BoxMakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON objects on standard output, for a log collector.
    Json,
    /// Text on standard error, for people; standard output stays free for results.
    Text,
}

/// Start the log. `RUST_LOG` sets the level (`debug`, `info,tokio_postgres=warn`); the default is
/// `info`.
///
/// A second start changes nothing: several tests in one process start it.
pub fn start(format: Format) -> Result<(), BadSetting> {
    let targets = match optional("RUST_LOG") {
        None => Targets::new().with_default(LevelFilter::INFO),
        Some(text) => text.parse().map_err(|error| {
            BadSetting::new("RUST_LOG", format!("is `{text}`, which is no filter: {error}."))
        })?,
    };
    let subscriber = tracing_subscriber::registry().with(targets);
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    let started = match format {
        Format::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            subscriber.with(lines.with_writer(BoxMakeWriter::new(std::io::stdout))).try_init()
        }
        Format::Text => {
            subscriber.with(lines.with_writer(BoxMakeWriter::new(std::io::stderr))).try_init()
        }
    };
    drop(started);
    Ok(())
}
