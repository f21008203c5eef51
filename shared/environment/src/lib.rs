//! Settings. The environment is read here and nowhere else.

use std::fmt;

/// A setting that is missing or unusable. Its text names the setting and says what to do.
#[derive(Debug)]
pub struct BadSetting {
    name: &'static str,
    problem: String,
}

impl BadSetting {
    /// `problem` completes the sentence "NAME …", and must not repeat a secret value.
    pub fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }

    /// Which setting it is.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.problem)
    }
}

impl std::error::Error for BadSetting {}

/// The variable's value; an empty value counts as absent.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The variable's value, or a sentence that says it is missing.
pub fn required(name: &'static str) -> Result<String, BadSetting> {
    optional(name).ok_or_else(|| BadSetting::new(name, "is not set."))
}

/// The variable parsed, or `default` when it is absent.
pub fn parsed<T: std::str::FromStr>(name: &'static str, default: T) -> Result<T, BadSetting> {
    match optional(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| {
            BadSetting::new(name, format!("is `{text}`, which is not {}.", kind::<T>()))
        }),
    }
}

/// The name of the type `T`, for people.
fn kind<T>() -> &'static str {
    match std::any::type_name::<T>().rsplit("::").next() {
        Some("bool") => "true or false",
        Some("IpAddr") => "an IP address",
        Some("SocketAddr") => "an IP address, a colon and a port",
        _ => "a whole number, or not one it may be",
    }
}

/// Where the program runs. Nothing that moves real money starts outside production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine, a test, or a demonstration.
    Development,
    /// Real people and real money.
    Production,
}

impl Environment {
    /// `CONVENE_ENV`; development when it is absent.
    pub fn from_env() -> Result<Self, BadSetting> {
        match optional("CONVENE_ENV").as_deref() {
            None | Some("development") => Ok(Self::Development),
            Some("production") => Ok(Self::Production),
            Some(other) => Err(BadSetting::new(
                "CONVENE_ENV",
                format!("is `{other}`; it must be `development` or `production`."),
            )),
        }
    }
}

/// All variables that are text: for settings whose names are not known beforehand.
pub fn all() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
