//! Settings of the data API, under the names PostgREST gives them.

use environment::{BadSetting, optional, parsed};
use http::HeaderName;

use crate::cache::Schemas;

/// How a transaction that wrote ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TxEnd {
    /// With a commit.
    Commit,
    /// With a commit, unless the request prefers `tx=rollback`.
    CommitAllowOverride,
    /// With a rollback.
    Rollback,
    /// With a rollback, unless the request prefers `tx=commit`.
    RollbackAllowOverride,
}

/// How much an answer says about an error of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Everything, as PostgREST does.
    Verbose,
    /// Only the code and the message of every refusal.
    Minimal,
}

/// Limits on the work of one request; `None` means no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// How deep embeddings may be nested.
    pub depth: Option<usize>,
    /// How many embeddings a request may have.
    pub embeddings: Option<usize>,
    /// How often one level may return the same column.
    pub repeats: Option<usize>,
    /// The size in bytes of rows that contain embeddings, on each level.
    pub answer: Option<i64>,
    /// Where a count stops that need not be exact. Without a limit, the answer is the planner's
    /// estimate, which includes rows that the caller may not see.
    pub count: Option<i64>,
}

impl Bounds {
    /// The limits of the environment, or `default` where it sets none.
    pub fn from_env(default: Self) -> Result<Self, BadSetting> {
        let size = |name, default: Option<usize>| match optional(name) {
            None => Ok(default),
            Some(_) => parsed(name, 0).map(Some),
        };
        Ok(Self {
            depth: size("PGRST_DB_MAX_DEPTH", default.depth)?,
            embeddings: size("PGRST_DB_MAX_EMBEDDINGS", default.embeddings)?,
            repeats: size("PGRST_DB_MAX_REPEATS", default.repeats)?,
            answer: number("PGRST_DB_MAX_ANSWER")?.or(default.answer),
            count: number("PGRST_DB_MAX_COUNT")?.or(default.count),
        })
    }
}

/// What the OpenAPI document lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenApiMode {
    /// What the caller may use.
    FollowPrivileges,
    /// Everything.
    IgnorePrivileges,
    /// The document is not available.
    Disabled,
}

/// The settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The profiles and their schemas, in order; the first is the default.
    pub profiles: Vec<(String, String)>,
    /// The schema in which a function is looked up if the profile's schema lacks it.
    pub fallback_schema: Option<String>,
    /// Schemas that follow the request's own on the search path.
    pub extra_search_path: Vec<String>,
    /// The role of anonymous callers.
    pub anonymous_role: Option<String>,
    /// The largest number of rows on every level.
    pub max_rows: Option<i64>,
    /// Whether callers may ask for query plans.
    pub plan_enabled: bool,
    /// Whether callers may use aggregates.
    pub aggregates_enabled: bool,
    /// How transactions end.
    pub tx_end: TxEnd,
    /// How much answers say about errors of the database.
    pub verbosity: Verbosity,
    /// A function to call before every request: schema and name.
    pub pre_request: Option<(String, String)>,
    /// What the OpenAPI document lists.
    pub openapi_mode: OpenApiMode,
    /// The address of the API in the OpenAPI document.
    pub openapi_uri: Option<String>,
    /// Whether the OpenAPI document describes how tokens are sent.
    pub openapi_security: bool,
    /// Whether filters, orders and limits may use the own name of an embedding that has an alias.
    pub legacy_names: bool,
    /// A function that is called instead of printing the OpenAPI document.
    pub root_function: Option<String>,
    /// The origins whose pages may call; without a list, all origins.
    pub cors_origins: Option<Vec<String>>,
    /// Whether answers contain how long the phases took.
    pub server_timing: bool,
    /// A header that every answer copies from its request.
    pub trace_header: Option<HeaderName>,
    /// Settings for every transaction: `PGRST_APP_SETTINGS_<NAME>`.
    pub app_settings: Vec<(String, String)>,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// The largest number of conditions of a request.
    pub max_conditions: usize,
    /// The longest URL, in bytes.
    pub max_url: usize,
    /// Limits on the work of one request.
    pub bounds: Bounds,
}

impl Settings {
    /// The settings for any database, as PostgREST reads them.
    pub fn from_env() -> Result<Self, BadSetting> {
        let schemas = words("PGRST_DB_SCHEMAS").or_else(|| words("PGRST_DB_SCHEMA"));
        let schemas = schemas.unwrap_or_else(|| vec!["public".into()]);
        Ok(Self {
            profiles: schemas.into_iter().map(|schema| (schema.clone(), schema)).collect(),
            fallback_schema: None,
            extra_search_path: extra_search_path(),
            anonymous_role: optional("PGRST_DB_ANON_ROLE"),
            max_rows: number("PGRST_DB_MAX_ROWS")?,
            plan_enabled: flag("PGRST_DB_PLAN_ENABLED", false)?,
            aggregates_enabled: flag("PGRST_DB_AGGREGATES_ENABLED", false)?,
            tx_end: tx_end()?,
            verbosity: verbosity()?,
            pre_request: optional("PGRST_DB_PRE_REQUEST").map(|name| match name.split_once('.') {
                Some((schema, name)) => (schema.to_owned(), name.to_owned()),
                None => (String::new(), name),
            }),
            openapi_mode: openapi_mode()?,
            openapi_uri: optional("PGRST_OPENAPI_SERVER_PROXY_URI"),
            openapi_security: flag("PGRST_OPENAPI_SECURITY_ACTIVE", false)?,
            legacy_names: flag("PGRST_URL_USE_LEGACY_TARGET_NAMES", true)?,
            root_function: optional("PGRST_DB_ROOT_SPEC"),
            cors_origins: words("PGRST_SERVER_CORS_ALLOWED_ORIGINS"),
            server_timing: flag("PGRST_SERVER_TIMING_ENABLED", false)?,
            trace_header: trace_header()?,
            app_settings: app_settings(),
            max_body: parsed("PGRST_SERVER_MAX_BODY", 1 << 20)?,
            max_conditions: parsed("PGRST_DB_MAX_CONDITIONS", 250)?,
            max_url: parsed("PGRST_SERVER_MAX_URL", 32 * 1024)?,
            bounds: Bounds::from_env(Bounds::default())?,
        })
    }

    /// The schemas that the cache is built for.
    pub fn schemas(&self) -> Schemas {
        let mut exposed: Vec<String> = Vec::new();
        for (_, schema) in &self.profiles {
            if !exposed.contains(schema) {
                exposed.push(schema.clone());
            }
        }
        Schemas { exposed, extra: self.extra_search_path.clone() }
    }
}

/// All variables that this API reads.
pub const NAMES: [&str; 35] = [
    "PGRST_CLIENT_ERROR_VERBOSITY",
    "PGRST_DB_AGGREGATES_ENABLED",
    "PGRST_DB_ANON_ROLE",
    "PGRST_DB_EXTRA_SEARCH_PATH",
    "PGRST_DB_MAX_ANSWER",
    "PGRST_DB_MAX_CONDITIONS",
    "PGRST_DB_MAX_COUNT",
    "PGRST_DB_MAX_DEPTH",
    "PGRST_DB_MAX_EMBEDDINGS",
    "PGRST_DB_MAX_REPEATS",
    "PGRST_DB_MAX_ROWS",
    "PGRST_DB_PLAN_ENABLED",
    "PGRST_DB_POOL",
    "PGRST_DB_PREPARED_STATEMENTS",
    "PGRST_DB_PRE_REQUEST",
    "PGRST_DB_ROOT_SPEC",
    "PGRST_DB_SCHEMA",
    "PGRST_DB_SCHEMAS",
    "PGRST_DB_TX_END",
    "PGRST_DB_URI",
    "PGRST_JWT_AUD",
    "PGRST_JWT_ROLE_CLAIM_KEY",
    "PGRST_JWT_SECRET",
    "PGRST_JWT_SECRET_IS_BASE64",
    "PGRST_OPENAPI_MODE",
    "PGRST_OPENAPI_SECURITY_ACTIVE",
    "PGRST_OPENAPI_SERVER_PROXY_URI",
    "PGRST_SERVER_CORS_ALLOWED_ORIGINS",
    "PGRST_SERVER_HOST",
    "PGRST_SERVER_MAX_BODY",
    "PGRST_SERVER_MAX_URL",
    "PGRST_SERVER_PORT",
    "PGRST_SERVER_TIMING_ENABLED",
    "PGRST_SERVER_TRACE_HEADER",
    "PGRST_URL_USE_LEGACY_TARGET_NAMES",
];

/// Variables with PostgREST's prefix that this API does not know.
pub fn unknown() -> Vec<String> {
    let known = |name: &str| {
        let of_app = name.starts_with("PGRST_APP_SETTINGS_");
        of_app || NAMES.contains(&name) || !name.starts_with("PGRST_")
    };
    environment::all().map(|(name, _)| name).filter(|name| !known(name)).collect()
}

fn words(name: &str) -> Option<Vec<String>> {
    let text = optional(name)?;
    let unquoted = |word: &str| word.trim().trim_matches('"').to_owned();
    Some(text.split(',').map(unquoted).filter(|word| !word.is_empty()).collect())
}

/// Only for this setting an empty text has a meaning: no schema at all.
fn extra_search_path() -> Vec<String> {
    const NAME: &str = "PGRST_DB_EXTRA_SEARCH_PATH";
    let empty = || environment::all().any(|(name, value)| name == NAME && value.is_empty());
    words(NAME).unwrap_or_else(|| if empty() { Vec::new() } else { vec!["public".into()] })
}

fn number(name: &'static str) -> Result<Option<i64>, BadSetting> {
    match optional(name) {
        None => Ok(None),
        Some(_) => parsed(name, 0).map(Some),
    }
}

/// Whether the value of a variable means yes; `default` if it is absent.
pub fn flag(name: &'static str, default: bool) -> Result<bool, BadSetting> {
    match optional(name).as_deref() {
        None => Ok(default),
        Some("true" | "on" | "1" | "yes") => Ok(true),
        Some("false" | "off" | "0" | "no") => Ok(false),
        Some(_) => Err(BadSetting::new(name, "must be true or false.")),
    }
}

fn trace_header() -> Result<Option<HeaderName>, BadSetting> {
    const NAME: &str = "PGRST_SERVER_TRACE_HEADER";
    let bad = |_| BadSetting::new(NAME, "must be the name of a header.");
    optional(NAME).map(|name| HeaderName::try_from(name).map_err(bad)).transpose()
}

fn tx_end() -> Result<TxEnd, BadSetting> {
    match optional("PGRST_DB_TX_END").as_deref() {
        None | Some("commit") => Ok(TxEnd::Commit),
        Some("commit-allow-override") => Ok(TxEnd::CommitAllowOverride),
        Some("rollback") => Ok(TxEnd::Rollback),
        Some("rollback-allow-override") => Ok(TxEnd::RollbackAllowOverride),
        Some(_) => Err(BadSetting::new(
            "PGRST_DB_TX_END",
            "must be commit, commit-allow-override, rollback or rollback-allow-override.",
        )),
    }
}

fn verbosity() -> Result<Verbosity, BadSetting> {
    match optional("PGRST_CLIENT_ERROR_VERBOSITY").as_deref() {
        None | Some("verbose") => Ok(Verbosity::Verbose),
        Some("minimal") => Ok(Verbosity::Minimal),
        Some(_) => {
            Err(BadSetting::new("PGRST_CLIENT_ERROR_VERBOSITY", "must be verbose or minimal."))
        }
    }
}

fn openapi_mode() -> Result<OpenApiMode, BadSetting> {
    match optional("PGRST_OPENAPI_MODE").as_deref() {
        None | Some("follow-privileges") => Ok(OpenApiMode::FollowPrivileges),
        Some("ignore-privileges") => Ok(OpenApiMode::IgnorePrivileges),
        Some("disabled") => Ok(OpenApiMode::Disabled),
        Some(_) => Err(BadSetting::new(
            "PGRST_OPENAPI_MODE",
            "must be follow-privileges, ignore-privileges or disabled.",
        )),
    }
}

fn app_settings() -> Vec<(String, String)> {
    let of = |(name, value): (String, String)| {
        let name = name.strip_prefix("PGRST_APP_SETTINGS_")?.to_lowercase();
        Some((format!("app.settings.{name}"), value))
    };
    environment::all().filter_map(of).collect()
}
