//! Bearer tokens of the side API: JWTs that authenticate a person.
//!
//! A token does not authorize: permissions are read from the store, because a token outlives a demotion.
mod hs256;

use crate::domain::Time;
use crate::domain::ids::{PersonId, SessionId};
use crate::domain::person::{Person, Role};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// How long a token is valid: longer than a working day.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(12);

/// How long the token of a web page's log-in is valid. Pages renew it while they are open.
pub const WEB_TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// How long the access token of a page with a renewal token is valid. Only the page's memory holds it.
pub const PAGE_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// How long a log-in link is valid.
pub const LOGIN_LINK_LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// The purpose of a token, which is its audience. A token of one purpose is rejected for another, and so are tokens
/// of other programs that are signed with the same secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A bearer token of the side API.
    Access,
    /// The cookie of a page, which gets access tokens with it.
    Renewal,
    /// A link that logs in once.
    LoginLink,
}

impl Purpose {
    fn audience(self) -> &'static str {
        match self {
            Self::Access => "antri",
            Self::Renewal => "antri-renewal",
            Self::LoginLink => "antri-login",
        }
    }
}

/// A person's session, which begins when they log in or get a token from the bot. A renewed token belongs to
/// the session of the token that it renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The person.
    pub person: PersonId,
    /// Their role, for front ends.
    pub role: Role,
    /// Their epoch (see [`crate::domain::person::sessions`]).
    pub epoch: u32,
    /// When the session began.
    pub began: Time,
    /// The session of a log-in, which a log-out ends. Tokens of the bot and the command line have none.
    pub id: Option<SessionId>,
}

impl Session {
    /// Returns a session of this person that begins at `now`.
    #[must_use]
    pub fn new(person: &Person, now: Time) -> Self {
        Self { person: person.id, role: person.role, epoch: person.sessions.epoch, began: now, id: None }
    }
}

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The person to whom the token was issued.
    pub sub: PersonId,
    /// Their role at that time. Front ends display it; it grants nothing.
    pub role: Role,
    /// The expiry, in seconds of Unix time.
    pub exp: i64,
    /// The time of issue, in seconds of Unix time.
    pub iat: i64,
    /// When the session began, in seconds of Unix time. Absent in tokens of older builds.
    #[serde(default)]
    auth_time: Option<i64>,
    /// The person's epoch at the time of issue.
    #[serde(default)]
    pub epoch: u32,
    /// The session of a log-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// The audience of the purpose.
    aud: String,
}

impl Claims {
    /// Returns the session of the token, for another token of it. The person is as stored now.
    #[must_use]
    pub fn session(&self, person: &Person) -> Session {
        Session { began: self.began(), id: self.sid, ..Session::new(person, self.began()) }
    }

    /// Returns when the session began.
    #[must_use]
    pub fn began(&self) -> Time {
        Time::from_timestamp(self.auth_time.unwrap_or(self.iat), 0).unwrap_or_default()
    }
}

/// Why a token is rejected. The message holds nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token is malformed, unsigned, signed with another algorithm or secret, or has another audience.
    #[error("the token is not valid")]
    Invalid,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
}

/// Returns an access token of a session, valid for `lifetime` from `now` (see [`TOKEN_LIFETIME`]). Errors only
/// if signing fails.
pub fn issue(
    secret: &SecretString,
    session: &Session,
    now: Time,
    lifetime: TimeDelta,
) -> Result<String, TokenError> {
    issue_for(Purpose::Access, secret, session, now, lifetime)
}

/// Returns a token of a session for this purpose, valid for `lifetime` from `now`. Errors only if signing fails.
pub fn issue_for(
    purpose: Purpose,
    secret: &SecretString,
    session: &Session,
    now: Time,
    lifetime: TimeDelta,
) -> Result<String, TokenError> {
    let claims = Claims {
        sub: session.person,
        role: session.role,
        exp: (now + lifetime).timestamp(),
        iat: now.timestamp(),
        auth_time: Some(session.began.timestamp()),
        epoch: session.epoch,
        sid: session.id,
        aud: purpose.audience().to_owned(),
    };
    hs256::install();
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| TokenError::Invalid)
}

/// A token verifier. It is built once, since all tokens share the key and the validation.
#[derive(Clone)]
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// Returns a verifier of tokens that are signed with `secret`.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        // `verify_for` compares the audience with its purpose.
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "aud"]);
        // The library would read the system clock; `verify` checks the expiry with its argument `now`.
        validation.validate_exp = false;
        Self { key: DecodingKey::from_secret(secret.expose_secret().as_bytes()), validation }
    }

    /// Returns the claims of an access token. Errors if the token is not valid or has expired at `now`.
    pub fn verify(&self, token: &str, now: Time) -> Result<Claims, TokenError> {
        self.verify_for(Purpose::Access, token, now)
    }

    /// Returns the claims of a token. Errors if the token is not valid for this purpose or has expired at `now`.
    pub fn verify_for(&self, purpose: Purpose, token: &str, now: Time) -> Result<Claims, TokenError> {
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation);
        let claims = decoded.map_err(|_| TokenError::Invalid)?.claims;
        if claims.aud != purpose.audience() {
            return Err(TokenError::Invalid);
        }
        if claims.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

#[cfg(test)]
mod tests;
