//! A provider's Stripe Connect account: make it once, link to its form, report its state.
//!
//! Creating the account is a planned command like every other call that creates something: even if
//! it is requested twice, or a process dies, one account is made. A link to the form is valid for
//! minutes and for one visit, so every click gets a new link and none is stored.

use axum::{
    Json, Router,
    extract::{FromRef, State},
    routing::get,
};
use environment::BadSetting;
use errors::{Error, Result};
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe::{
    StripeClient,
    object::AccountLink,
    stripe_connect::account::RetrieveAccount,
    stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType},
};
use stripe_sync::commands::Commands;
use tokens::{Gateway, Settings, SignedIn, Source};
use uuid::Uuid;
use web::cors;

/// The parts that the routes need.
#[derive(Clone)]
pub struct Onboarding {
    api: Db,
    service: Db,
    gateway: Gateway,
    commands: Option<Commands>,
    site_url: String,
}

impl FromRef<Onboarding> for Gateway {
    fn from_ref(onboarding: &Onboarding) -> Self {
        onboarding.gateway.clone()
    }
}

/// The routes of this function.
pub fn router(onboarding: Onboarding) -> Router {
    Router::new()
        .route("/functions/v1/payout-account", get(show).post(open))
        .method_not_allowed_fallback(async || Error::no_such_method())
        .layer(cors::any_site())
        .with_state(onboarding)
}

/// A provider's account, as `internal.payout_account_view` shows it.
#[derive(Serialize, Deserialize)]
struct Account {
    payout_account_id: Uuid,
    account_id: Option<String>,
    /// The link to the form; present only if the caller asked for it.
    #[serde(default)]
    url: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

const MINE: &str = "select api.my_payout_account()";

impl Onboarding {
    /// Use both logins; Stripe sends the provider back to `site_url`.
    pub fn new(
        api: Db,
        service: Db,
        gateway: Gateway,
        stripe: Option<StripeClient>,
        site_url: &str,
    ) -> Self {
        let commands = stripe.map(|stripe| Commands::new(service.clone(), stripe));
        let site_url = site_url.trim_end_matches('/').to_owned();
        Self { api, service, gateway, commands, site_url }
    }

    /// The function with the settings of the environment.
    pub fn from_env() -> Result<Self, BadSetting> {
        let api = Db::connect(&environment::required("API_DATABASE_URL")?, Default::default())?;
        let service =
            Db::connect(&environment::required("SERVICE_DATABASE_URL")?, Default::default())?;
        let gateway = Gateway::new(&Settings::from_env()?, vec![Source::Database(api.clone())])?;
        let stripe = match environment::optional("STRIPE_SECRET_KEY") {
            None => None,
            Some(_) => Some(StripeClient::from_env()?),
        };
        Ok(Self::new(api, service, gateway, stripe, &environment::required("SITE_URL")?))
    }

    fn commands(&self) -> Result<&Commands> {
        self.commands.as_ref().ok_or_else(|| {
            Error::unavailable("57P03", "payments_not_configured")
                .details("This marketplace cannot pay anybody out yet.")
                .hint("The operator sets STRIPE_SECRET_KEY.")
        })
    }

    /// The provider's state, as Stripe reports it now.
    async fn refreshed(&self, caller: &SignedIn, account_id: &str) -> Result<Account> {
        // The time of the question, by the database's clock: of two answers, the one that was asked
        // for later counts.
        let asked_at: String =
            self.service.json(Caller::SERVICE, "select to_jsonb(now())", &[]).await?;
        let request = RetrieveAccount::new(account_id);
        let account: Value = self.commands()?.stripe().call(&request, None).await?;
        let sql = "select api.record_payout_account($1, ($2::text)::timestamptz)";
        self.service.query(Caller::SERVICE, sql, &[&account, &asked_at]).await?;
        self.api.json(caller.caller(), MINE, &[]).await
    }

    async fn link(&self, account_id: &str) -> Result<AccountLink> {
        let (back, again) =
            (format!("{}/payouts", self.site_url), format!("{}/payouts?again", self.site_url));
        let request = CreateAccountLink::new(account_id, CreateAccountLinkType::AccountOnboarding)
            .return_url(back)
            .refresh_url(again);
        // This call needs no idempotency key: a link that nobody opens has no effect.
        Ok(self.commands()?.stripe().call(&request, None).await?)
    }
}

/// The account, created now if there is none, and a link to its form.
async fn open(State(onboarding): State<Onboarding>, caller: SignedIn) -> Result<Json<Account>> {
    let commands = onboarding.commands()?;
    let sql = "select api.open_payout_account()";
    let mut account: Account = onboarding.api.json(caller.caller(), sql, &[]).await?;
    if account.account_id.is_none() {
        commands.of_account(account.payout_account_id).await?;
        account = onboarding.api.json(caller.caller(), MINE, &[]).await?;
    }
    let Some(account_id) = account.account_id.clone() else {
        return Err(Error::unavailable("57P03", "payout_account_not_made")
            .details("The account is being made.")
            .hint("Try again in a minute."));
    };
    let mut account = onboarding.refreshed(&caller, &account_id).await?;
    account.url = Some(onboarding.link(&account_id).await?.url);
    Ok(Json(account))
}

/// The account in its present state; null if there is none.
async fn show(
    State(onboarding): State<Onboarding>,
    caller: SignedIn,
) -> Result<Json<Option<Account>>> {
    let account: Option<Account> = onboarding.api.json(caller.caller(), MINE, &[]).await?;
    match account.as_ref().and_then(|account| account.account_id.clone()) {
        Some(account_id) if onboarding.commands.is_some() => {
            onboarding.refreshed(&caller, &account_id).await.map(|account| Json(Some(account)))
        }
        _ => Ok(Json(account)),
    }
}
