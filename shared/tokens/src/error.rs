//! Why a token is refused, with PostgREST's codes.

use http::StatusCode;

use errors::Error;

/// A refused token. No variant contains the token or the value of a claim, because errors are
/// logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No key or token was sent, and anonymous access is disabled (PGRST302).
    #[error("Anonymous access is disabled")]
    Missing,
    /// The API key is unknown.
    #[error("Invalid API key")]
    ApiKey,
    /// Not a token, or in a form that we do not accept (PGRST301).
    #[error("{0}")]
    Malformed(&'static str),
    /// There is no key with that id and algorithm (PGRST301).
    #[error("No suitable key or wrong key type")]
    Key,
    /// Signed by somebody else, or changed afterwards (PGRST301). PostgREST uses the same sentence
    /// as for an unknown key.
    #[error("No suitable key or wrong key type")]
    Signature,
    /// Not signed (PGRST301).
    #[error("Wrong or unsupported encoding algorithm")]
    Unsigned,
    /// The signature is valid, but the claims are refused (PGRST303).
    #[error("{0}")]
    Claims(&'static str),
    /// There is no key to check tokens with (PGRST300).
    #[error("Server lacks JWT secret")]
    NoKeys,
    /// The keys could not be fetched. This error must not sign anybody out.
    #[error("The signing keys cannot be fetched; try again.")]
    Unavailable,
}

impl TokenError {
    /// The error of an expired token; clients refresh the token when they see it.
    pub const EXPIRED: Self = Self::Claims("JWT expired");

    /// PostgREST's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoKeys => "PGRST300",
            Self::Malformed(_) | Self::Key | Self::Signature | Self::Unsigned | Self::ApiKey => {
                "PGRST301"
            }
            Self::Missing => "PGRST302",
            Self::Claims(_) => "PGRST303",
            Self::Unavailable => "PGRST001",
        }
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::NoKeys => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// PostgREST's sentence for it, if there is one.
    pub fn details(self) -> Option<&'static str> {
        match self {
            Self::Key | Self::Signature => Some("None of the keys was able to decode the JWT"),
            Self::Unsigned => Some("JWT is unsecured but expected 'alg' was not 'none'"),
            _ => None,
        }
    }

    /// The value of `WWW-Authenticate`, if there is one.
    pub fn challenge(self) -> Option<String> {
        match self.code() {
            "PGRST302" => Some("Bearer".into()),
            "PGRST301" | "PGRST303" => {
                Some(format!(r#"Bearer error="invalid_token", error_description="{self}""#))
            }
            _ => None,
        }
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unavailable => Self::unavailable(error.code(), error.to_string()),
            _ => Self::new(error.status(), error.code(), error.to_string()),
        }
    }
}
