//! Sign-up, tokens and recovery, in GoTrue's dialect: what `supabase.auth` of an unmodified
//! supabase-js talks to, at `/auth/v1`.
//!
//! `api.auth_*` decides what a request may do, in one transaction each; this crate hashes
//! passwords, makes secrets and signs tokens. Every statement runs as `service_role`, because
//! nobody else may read accounts.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderName, Method, header},
    routing::{delete, get, post},
};
use environment::{BadSetting, required};
use postgres::Db;
use tokens::{Gateway, Settings, Source};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

mod admin;
mod answer;
mod code;
mod config;
mod confirm;
mod email;
mod error;
mod external;
mod extract;
mod factor;
mod generate_link;
mod grant;
mod info;
mod keyring;
mod otp;
mod password;
mod phone;
mod redirect;
mod refresh_token;
mod refusals;
mod session;
mod sign_up;
mod signer;
mod totp;
mod user;
mod verify;

pub use config::Config;
pub use error::Refusal;
pub use password::must_be_hash;
pub use signer::Rotation;

use external::Providers;
use keyring::Keyring;
use password::Hasher;
use signer::Signer;

const MAX_BODY_BYTES: usize = 1 << 20;

/// Everything the routes share. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    db: Db,
    gateway: Gateway,
    config: Arc<Config>,
    keyring: Arc<Keyring>,
    hasher: Hasher,
    signer: Signer,
    providers: Providers,
}

impl Auth {
    /// `db` uses the service login (`SERVICE_DATABASE_URL`).
    pub fn new(db: Db, settings: &Settings, config: Config) -> Result<Self, BadSetting> {
        let keyring = Arc::new(Keyring::new(&config.secret)?);
        let gateway = Gateway::new(settings, vec![Source::House(db.clone())])?;
        Ok(Self {
            signer: Signer::new(db.clone(), keyring.clone()),
            gateway: gateway.requiring_a_key(),
            hasher: Hasher::new(),
            providers: Providers::read(config.providers.as_deref())?,
            config: Arc::new(config),
            keyring,
            db,
        })
    }

    /// The function with the settings of the environment.
    pub fn from_env() -> Result<Self, BadSetting> {
        let db = Db::connect(&required("SERVICE_DATABASE_URL")?, Default::default())?;
        let settings = Settings::from_env()?;
        let config = Config::from_env(settings.jwt_secret.as_deref())?;
        Self::new(db, &settings, config)
    }

    /// The signing keys, for `convene rotate-keys`.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }
}

impl FromRef<Auth> for Gateway {
    fn from_ref(auth: &Auth) -> Self {
        auth.gateway.clone()
    }
}

/// The routes of this function.
pub fn router(auth: Auth) -> Router {
    let routes = Router::new()
        .route("/signup", post(sign_up::sign_up))
        .route("/token", post(grant::token))
        .route("/user", get(user::user).put(user::update_user))
        .route("/logout", post(user::sign_out))
        .route("/reauthenticate", get(user::reauthenticate).post(user::reauthenticate))
        .route("/recover", post(otp::recover))
        .route("/otp", post(otp::otp))
        .route("/magiclink", post(otp::otp))
        .route("/resend", post(otp::resend))
        // Mail scanners send HEAD first, and axum would answer it like a GET, which uses the link.
        .route("/verify", get(verify::follow_link).head(no_head).post(verify::verify))
        .route("/confirm", get(confirm::show).post(confirm::act))
        .route("/authorize", get(external::authorize).head(no_head))
        .route("/callback", get(external::callback).head(no_head).post(external::callback_by_form))
        .route("/user/identities/authorize", get(external::link).head(no_head))
        .route("/user/identities/{id}", delete(external::unlink))
        .route("/settings", get(info::settings))
        .route("/health", get(info::health))
        .route("/.well-known/jwks.json", get(info::jwks))
        .route("/sso", post(async || Refusal::of("saml_provider_disabled")))
        .route("/invite", post(admin::invite))
        .route("/admin/generate_link", post(generate_link::generate_link))
        .route("/admin/users", get(admin::list).post(admin::create))
        .route("/factors", post(factor::enroll))
        .route("/factors/{id}", delete(factor::unenroll))
        .route("/factors/{id}/challenge", post(factor::challenge))
        .route("/factors/{id}/verify", post(factor::verify))
        .route("/admin/users/{id}/factors", get(factor::list))
        .route("/admin/users/{id}/factors/{factor_id}", delete(factor::delete))
        .route("/admin/users/{id}", get(admin::get).put(admin::update).delete(admin::delete))
        .method_not_allowed_fallback(async || Refusal::of("method_not_allowed"))
        .fallback(async || Refusal::of("not_found"));
    Router::new()
        .nest("/auth/v1", routes)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(axum::middleware::from_fn(error::speak))
        .layer(cors())
        .with_state(auth)
}

async fn no_head() -> Refusal {
    Refusal::of("method_not_allowed")
}

fn cors() -> CorsLayer {
    let exposed = [
        header::LINK,
        HeaderName::from_static("x-total-count"),
        HeaderName::from_static("x-supabase-api-version"),
        HeaderName::from_static("x-sb-error-code"),
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        // Any header is allowed, as under /rest/v1: front ends add headers of their own, and a
        // header gives no more rights than the token or key in it.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(exposed)
        .max_age(Duration::from_secs(86_400))
}
