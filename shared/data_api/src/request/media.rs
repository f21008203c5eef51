//! `Accept` and `Content-Type`: the formats of answers and bodies.

use http::HeaderMap;

/// The media type of the description of an API.
pub const OPEN_API: &str = "application/openapi+json";

/// A format of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media {
    /// A JSON list.
    Json,
    /// A JSON list without members that are null.
    JsonStripped,
    /// One JSON object, with or without members that are null.
    Object(bool),
    /// Comma-separated values.
    Csv,
    /// GeoJSON.
    GeoJson,
    /// The OpenAPI document.
    OpenApi,
    /// The plan of the query: its format, options, and the format whose plan it is.
    Plan {
        /// Whether it is printed as JSON.
        json: bool,
        /// Words of `explain`.
        options: Vec<&'static str>,
        /// The format whose query is explained.
        of: Box<Media>,
    },
    /// Another type, which a function may return as it is.
    Other(String),
    /// Any format.
    Any,
}

impl Media {
    /// The formats that a request accepts, the most wanted first.
    pub fn accepted(headers: &HeaderMap) -> Vec<Self> {
        let header = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let mut weighted: Vec<(f32, Self)> = split(header, ',')
            .map(|part| {
                let quality = parameter(part, "q").and_then(|q| q.parse().ok()).unwrap_or(1.0);
                (quality, Self::read(part))
            })
            .filter(|(quality, _)| *quality > 0.0)
            .collect();
        weighted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        weighted.into_iter().map(|(_, media)| media).collect()
    }

    fn read(part: &str) -> Self {
        let name = split(part, ';').next().unwrap_or_default().trim().to_lowercase();
        let stripped = parameter(part, "nulls") == Some("stripped");
        match name.as_str() {
            "application/json" | "application/*" => Self::Json,
            "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" if stripped => {
                Self::JsonStripped
            }
            "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" => Self::Json,
            "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => {
                Self::Object(stripped)
            }
            "text/csv" => Self::Csv,
            "application/geo+json" => Self::GeoJson,
            OPEN_API => Self::OpenApi,
            plan @ ("application/vnd.pgrst.plan"
            | "application/vnd.pgrst.plan+text"
            | "application/vnd.pgrst.plan+json") => Self::Plan {
                json: plan.ends_with("+json"),
                options: plan_options(part),
                of: Box::new(parameter(part, "for").map_or(Self::Json, Self::read)),
            },
            "*/*" | "" => Self::Any,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name, for `Content-Type`.
    pub fn content_type(&self) -> String {
        match self {
            Self::Json | Self::Any => "application/json; charset=utf-8".into(),
            Self::JsonStripped => {
                "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8".into()
            }
            Self::Object(true) => {
                "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8".into()
            }
            Self::Object(false) => "application/vnd.pgrst.object+json; charset=utf-8".into(),
            Self::Csv => "text/csv; charset=utf-8".into(),
            Self::GeoJson => "application/geo+json; charset=utf-8".into(),
            Self::OpenApi => "application/openapi+json; charset=utf-8".into(),
            Self::Plan { json, options, of } => {
                let kind = if *json { "json" } else { "text" };
                let of = of.content_type().replace("; charset=utf-8", "");
                let mut text = format!("application/vnd.pgrst.plan+{kind}; for=\"{of}\"");
                if !options.is_empty() {
                    text.push_str("; options=");
                    text.push_str(&options.join("|"));
                }
                text + "; charset=utf-8"
            }
            Self::Other(name) if name == "*/*" => "application/octet-stream".into(),
            Self::Other(name) if name.starts_with("text/") => format!("{name}; charset=utf-8"),
            Self::Other(name) => name.clone(),
        }
    }

    /// Its plain name, if a database could make it itself; `None` for formats that only this API
    /// knows.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Json => Some("application/json"),
            Self::Csv => Some("text/csv"),
            Self::GeoJson => Some("application/geo+json"),
            Self::Any => Some("*/*"),
            Self::Other(name) => Some(name),
            Self::OpenApi => Some(OPEN_API),
            Self::JsonStripped | Self::Object(_) | Self::Plan { .. } => None,
        }
    }
}

fn plan_options(part: &str) -> Vec<&'static str> {
    let known = ["analyze", "verbose", "settings", "buffers", "wal"];
    let wanted = parameter(part, "options").unwrap_or_default();
    known.into_iter().filter(|word| wanted.split('|').any(|option| option == *word)).collect()
}

/// The parameter's value, without its quotes.
fn parameter<'a>(part: &'a str, name: &str) -> Option<&'a str> {
    split(part, ';').skip(1).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches('"'))
    })
}

/// Split at `separator`, but not within quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// The media type of a body, without parameters; JSON if nothing is said.
pub fn content_type(headers: &HeaderMap) -> String {
    let header = headers.get("content-type").and_then(|value| value.to_str().ok());
    let name = header.unwrap_or("application/json").split(';').next().unwrap_or_default();
    name.trim().to_lowercase()
}
