//! Who calls. It follows the rules of Supabase's gateway for keys and tokens, or those of
//! PostgREST.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use environment::{BadSetting, optional, parsed};
use http::{HeaderMap, header};
use quick_cache::sync::Cache;
use serde_json::{Map, Value};
use tokens::{Claims, Gateway, KeySet, TokenError};
use uuid::Uuid;

/// The rules by which callers are identified.
#[derive(Clone)]
pub enum Identity {
    /// Supabase's rules: API keys, and tokens of the roles that a policy lists.
    Gateway(Gateway),
    /// The rule of PostgREST's `jwt-secret`: any role that a validly signed token names.
    Jwt(Arc<JwtRules>),
}

/// A caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The role the transaction runs as.
    pub role: Box<str>,
    /// The claims as JSON.
    pub claims: Box<str>,
    /// The `sub`, if it is a uuid.
    pub user_id: Option<Uuid>,
}

impl Identity {
    /// Who sent these headers; `anonymous` is the role of anonymous callers.
    pub async fn identify(
        &self,
        headers: &HeaderMap,
        anonymous: Option<&str>,
    ) -> Result<Arc<Caller>, TokenError> {
        match self {
            Self::Gateway(gateway) => {
                gateway.identify(headers).await.map(|claims| claimed(&claims))
            }
            Self::Jwt(rules) => rules.identify(headers, anonymous, now()),
        }
    }
}

fn claimed(claims: &Claims) -> Arc<Caller> {
    let caller = claims.caller();
    Arc::new(Caller {
        role: caller.role.into(),
        claims: caller.claims.into(),
        user_id: caller.user_id,
    })
}

/// PostgREST's rules.
pub struct JwtRules {
    keys: Option<KeySet>,
    audience: Option<String>,
    /// The path to the role, as a JSON pointer.
    role: String,
    /// Tokens whose signatures were valid.
    opened: Cache<String, Arc<VerifiedToken>>,
    /// The callers without a token, by their role.
    anonymous: Cache<String, Arc<Caller>>,
}

/// The claims of a token.
struct VerifiedToken {
    claims: Map<String, Value>,
    /// The caller, if the token names a role or anonymous access is enabled.
    caller: Option<Arc<Caller>>,
}

/// How many tokens are remembered, of a few kilobytes each. Verifying a token costs as much as all
/// other work of this process for a request.
const REMEMBERED: usize = 10_000;

/// How far clocks may differ.
const LEEWAY_S: f64 = 30.0;

impl JwtRules {
    /// Read `PGRST_JWT_SECRET`, `PGRST_JWT_SECRET_IS_BASE64`, `PGRST_JWT_AUD` and
    /// `PGRST_JWT_ROLE_CLAIM_KEY`.
    pub fn from_env() -> Result<Self, BadSetting> {
        let secret = match optional("PGRST_JWT_SECRET") {
            Some(secret) if parsed("PGRST_JWT_SECRET_IS_BASE64", false)? => {
                let bad = |_| BadSetting::new("PGRST_JWT_SECRET", "is not base64 of text.");
                let standard = secret.replace('-', "+").replace('_', "/");
                let bytes = STANDARD.decode(standard).map_err(|_| bad(()))?;
                Some(String::from_utf8(bytes).map_err(|_| bad(()))?)
            }
            secret => secret,
        };
        let role = optional("PGRST_JWT_ROLE_CLAIM_KEY").unwrap_or_else(|| ".role".into());
        Self::new(secret.as_deref(), optional("PGRST_JWT_AUD"), &role)
    }

    /// The rules for a secret or JWK set, an audience, and the path of the claim that names the
    /// role.
    pub fn new(
        secret: Option<&str>,
        audience: Option<String>,
        role: &str,
    ) -> Result<Self, BadSetting> {
        let problem = "must be a path such as .role, $.app.roles[0] or $['https://app/role'].";
        let bad = || BadSetting::new("PGRST_JWT_ROLE_CLAIM_KEY", problem);
        Ok(Self {
            keys: secret.map(KeySet::from_secret).transpose()?,
            audience,
            role: pointer(role).ok_or_else(bad)?,
            opened: Cache::new(REMEMBERED),
            anonymous: Cache::new(8),
        })
    }

    fn identify(
        &self,
        headers: &HeaderMap,
        anonymous: Option<&str>,
        now: f64,
    ) -> Result<Arc<Caller>, TokenError> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.map(|header| header.split_once(' ').unwrap_or((header, "")));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match token {
            None => {
                let role = anonymous.ok_or(TokenError::Missing)?;
                self.anonymous.get_or_insert_with(role, || {
                    self.caller(Map::new(), anonymous).ok_or(TokenError::Missing)
                })
            }
            Some((_, token)) => {
                let opened = self.opened(token.trim(), anonymous)?;
                self.judge(&opened.claims, now)?;
                opened.caller.clone().ok_or(TokenError::Missing)
            }
        }
    }

    /// The claims of a token whose signature is valid. Each token is checked once.
    fn opened(
        &self,
        token: &str,
        anonymous: Option<&str>,
    ) -> Result<Arc<VerifiedToken>, TokenError> {
        self.opened.get_or_insert_with(token, || {
            let keys = self.keys.as_ref().ok_or(TokenError::NoKeys)?;
            match serde_json::from_slice(&keys.open(token)?) {
                Ok(Value::Object(claims)) => {
                    let caller = self.caller(claims.clone(), anonymous);
                    Ok(Arc::new(VerifiedToken { claims, caller }))
                }
                _ => Err(TokenError::Malformed("JWT payload is not a JSON object")),
            }
        })
    }

    /// The caller that these claims identify.
    fn caller(&self, claims: Map<String, Value>, anonymous: Option<&str>) -> Option<Arc<Caller>> {
        let mut claims = Value::Object(claims);
        let named = claims.pointer(&self.role).and_then(Value::as_str);
        let role: Box<str> = named.or(anonymous)?.into();
        claims["role"] = Value::from(&*role);
        let user_id = claims["sub"].as_str().and_then(|sub| Uuid::try_parse(sub).ok());
        let claims = claims.to_string().into();
        Some(Arc::new(Caller { role, claims, user_id }))
    }

    /// Whether the times and the audience of these claims are valid now.
    fn judge(&self, claims: &Map<String, Value>, now: f64) -> Result<(), TokenError> {
        let time = |name: &str, problem: &'static str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or(TokenError::Claims(problem)),
        };
        let expires = time("exp", "The JWT 'exp' claim must be a number")?;
        let starts = time("nbf", "The JWT 'nbf' claim must be a number")?;
        let issued = time("iat", "The JWT 'iat' claim must be a number")?;
        if expires.is_some_and(|expires| expires < now - LEEWAY_S) {
            return Err(TokenError::EXPIRED);
        }
        if starts.is_some_and(|starts| starts > now + LEEWAY_S) {
            return Err(TokenError::Claims("JWT not yet valid"));
        }
        if issued.is_some_and(|issued| issued > now + LEEWAY_S) {
            return Err(TokenError::Claims("JWT issued at future"));
        }
        self.addressed(claims)
    }

    fn addressed(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        const FORM: &str = "The JWT 'aud' claim must be a string or an array of strings";
        let fits = |aud: &str| self.audience.as_deref().is_none_or(|wanted| wanted == aud);
        let good = match claims.get("aud") {
            None | Some(Value::Null) => true,
            Some(Value::String(aud)) => fits(aud),
            Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
                all.is_empty() || all.iter().filter_map(Value::as_str).any(fits)
            }
            Some(_) => return Err(TokenError::Claims(FORM)),
        };
        if good { Ok(()) } else { Err(TokenError::Claims("JWT not in audience")) }
    }
}

/// A path of names and positions as a JSON pointer.
fn pointer(path: &str) -> Option<String> {
    let mut rest = path.trim();
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut pointer = String::new();
    while !rest.is_empty() {
        let step;
        if let Some(bracket) = rest.strip_prefix('[') {
            (step, rest) = match bracket.chars().next()? {
                quote @ ('\'' | '"') => {
                    let (step, after) = bracket[1..].split_once(quote)?;
                    (step, after.strip_prefix(']')?)
                }
                _ => bracket.split_once(']').filter(|(at, _)| at.parse::<usize>().is_ok())?,
            };
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            (step, rest) = match name.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => name.split_at(name.find(['.', '[']).unwrap_or(name.len())),
            };
        }
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    (!pointer.is_empty()).then_some(pointer)
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
