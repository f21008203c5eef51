//! The data API as the marketplace serves it: lenses and api functions, in PostgREST's dialect.
//!
//! The dialect is `shared/data_api`. What is here is what this installation decides: which schemas
//! there are, who calls, which login serves whom, and what of an error of the database is told.

mod lenses;
mod refusal;

use data_api::{
    DataApi, Profile,
    identity::Identity,
    settings::{Bounds, Settings},
};
use environment::{BadSetting, optional, required};
use postgres::{Db, Limits};
use tokens::{Gateway, Source};

pub use data_api::router;

/// What a request may cost: more than a front end asks for, and less than hurts others.
const BOUNDS: Bounds = Bounds {
    depth: Some(5),
    embeddings: Some(20),
    repeats: Some(4),
    answer: Some(4 << 20),
    count: Some(10_000),
};

/// The data API of the marketplace. `service` is the login that may become `service_role`; without
/// it, a caller with the service key is refused.
pub fn marketplace(db: Db, service: Option<Db>, gateway: Gateway) -> Result<DataApi, BadSetting> {
    let identity = Identity::Gateway(gateway);
    Ok(DataApi::new(db, identity, settings()?, profile(service)))
}

/// The same, as the environment describes it.
pub fn from_env() -> Result<DataApi, BadSetting> {
    let db = Db::connect(&required("API_DATABASE_URL")?, Limits::default())?;
    let gateway = Gateway::new(&tokens::Settings::from_env()?, vec![Source::Database(db.clone())])?;
    let service = optional("SERVICE_DATABASE_URL")
        .map(|url| Db::connect(&url, Limits::default()))
        .transpose()?;
    marketplace(db, service, gateway)
}

/// Lenses as profiles, `public` for the default one, and `api` behind all of them.
/// `PGRST_DB_SCHEMAS` replaces that list.
pub fn settings() -> Result<Settings, BadSetting> {
    let settings = Settings::from_env()?;
    if optional("PGRST_DB_SCHEMAS").is_some() {
        return Ok(settings);
    }
    let wanted = optional("LENSES");
    Ok(Settings {
        profiles: lenses::profiles(optional("DEFAULT_LENS").as_deref(), wanted.as_deref()),
        fallback_schema: Some("api".into()),
        anonymous_role: settings.anonymous_role.or_else(|| Some("anon".into())),
        max_rows: settings.max_rows.or(Some(1000)),
        bounds: Bounds::from_env(BOUNDS)?,
        ..settings
    })
}

/// What the marketplace does in its own way. Who asks for PostgREST's errors by
/// `PGRST_CLIENT_ERROR_VERBOSITY` gets them, except for refusals raised on purpose.
pub fn profile(service: Option<Db>) -> Profile {
    let refusal = match optional("PGRST_CLIENT_ERROR_VERBOSITY") {
        None => refusal::fixed,
        Some(_) => refusal::postgrest,
    };
    let logins = service.map(|db| ("service_role".to_owned(), db)).into_iter().collect();
    Profile { refusal, retries: true, refuses_writes_early: true, logins }
}
