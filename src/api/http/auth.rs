//! Authentication and authorization of requests: the token identifies the caller, and the store holds their
//! role. A role is never taken from the token, nor an identity from the body.
use super::error::ApiError;
use crate::api::Api;
use crate::auth_token::{Claims, Purpose, TokenError};
use crate::domain::Time;
use crate::domain::person::{AgentProfile, Person, Role};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// An extractor for callers who are agents or admins.
#[derive(Debug, Clone)]
pub(in crate::api) struct Staff(pub(in crate::api) Person);

/// An extractor for callers who are agents or admins, with the claims of their token.
#[derive(Debug, Clone)]
pub(in crate::api) struct StaffSession(pub(in crate::api) Person, pub(in crate::api) Claims);

/// An extractor for callers who are admins.
#[derive(Debug, Clone)]
pub(in crate::api) struct Admin(pub(in crate::api) Person);

/// An extractor for callers who may read the metrics: the holder of `METRICS_TOKEN`, agents and admins. An
/// address grants nothing, because every request through a proxy on this machine comes from this machine.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct MetricsReader;

/// An extractor for callers who are agents, including admins who are agents, too. Rejects other admins with
/// 409.
#[derive(Debug, Clone)]
pub(in crate::api) struct Agent {
    pub(in crate::api) person: Person,
    pub(in crate::api) profile: AgentProfile,
}

impl Api {
    /// Returns the person of a token, as the store has them now. Errors unless they are staff and within
    /// their rate limit.
    pub(in crate::api) async fn authenticate(&self, token: &str) -> Result<(Person, Claims), ApiError> {
        self.authenticate_for(Purpose::Access, token).await
    }

    /// Does the same for a token of this purpose.
    pub(in crate::api) async fn authenticate_for(
        &self,
        purpose: Purpose,
        token: &str,
    ) -> Result<(Person, Claims), ApiError> {
        let claims = self.verify(purpose, token)?;
        self.limit_person(claims.sub)?;
        let person = self.engine.person(claims.sub).await?.ok_or_else(invalid_token)?;
        if person.role == Role::Customer {
            return Err(ApiError::forbidden());
        }
        let over = |why| ApiError::unauthorized("session_over", why);
        if !person.sessions.accept(claims.epoch, claims.sid) {
            return Err(over("the session was ended; log in again"));
        }
        if self.session_end(&claims) <= self.now() {
            return Err(over("the session has ended; log in again"));
        }
        Ok((person, claims))
    }

    /// Returns the claims of a token of this purpose.
    pub(in crate::api) fn verify(&self, purpose: Purpose, token: &str) -> Result<Claims, ApiError> {
        let tokens = self.tokens.as_ref().ok_or_else(invalid_token)?;
        tokens.verify_for(purpose, token, self.now()).map_err(|error| match error {
            TokenError::Invalid => invalid_token(),
            TokenError::Expired => ApiError::unauthorized("expired_token", "the token has expired"),
        })
    }

    /// Returns when the session of a token ends, however often its tokens are renewed.
    pub(in crate::api) fn session_end(&self, claims: &Claims) -> Time {
        let lifetime = TimeDelta::from_std(self.config.session_lifetime).unwrap_or(TimeDelta::MAX);
        claims.began().checked_add_signed(lifetime).unwrap_or(Time::MAX_UTC)
    }
}

fn invalid_token() -> ApiError {
    ApiError::unauthorized("invalid_token", "the token is not valid")
}

/// Returns the token of an `Authorization: Bearer …` header.
pub(in crate::api) fn bearer_token(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        header.and_then(|text| text.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let missing_header =
        || ApiError::unauthorized("missing_token", "send a header Authorization: Bearer <token>");
    token.map(|(_, token)| token.trim()).ok_or_else(missing_header)
}

/// The paths of requests that record activity themselves. An agent who goes offline must not get one more
/// ticket.
const OWN_ACTIVITY: [&str; 4] = [
    "/api/agent-status/heartbeat",
    "/api/agent-status/go-online",
    "/api/agent-status/go-offline",
    "/api/agent-status/offline",
];

/// Extracts the caller. A request of an agent that changes something is a sign of activity, like their message
/// in Telegram. A read is none, because pages and programs repeat reads by themselves.
impl FromRequestParts<Arc<Api>> for StaffSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let (person, claims) = api.authenticate(bearer_token(&parts.headers)?).await?;
        if person.agent.is_some() && !parts.method.is_safe() && !OWN_ACTIVITY.contains(&parts.uri.path()) {
            let (engine, caller, now) = (Arc::clone(&api.engine), person.clone(), api.now());
            // The request itself reports an outage of the store.
            if let Err(error) = Api::run(async move { engine.on_activity(&caller, now).await }).await {
                tracing::warn!(agent = %person.id, ?error, "failed to record activity");
            }
        }
        Ok(Self(person, claims))
    }
}

impl FromRequestParts<Arc<Api>> for Staff {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        Ok(Self(StaffSession::from_request_parts(parts, api).await?.0))
    }
}

impl FromRequestParts<Arc<Api>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Staff(person) = Staff::from_request_parts(parts, api).await?;
        if person.is_admin() { Ok(Self(person)) } else { Err(ApiError::forbidden()) }
    }
}

impl FromRequestParts<Arc<Api>> for MetricsReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let given = bearer_token(&parts.headers)?.as_bytes();
        let expected = api.config.metrics_token.as_ref();
        if expected.is_some_and(|token| bool::from(given.ct_eq(token.expose_secret().as_bytes()))) {
            return Ok(Self);
        }
        Staff::from_request_parts(parts, api).await.map(|_| Self)
    }
}

impl FromRequestParts<Arc<Api>> for Agent {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Staff(person) = Staff::from_request_parts(parts, api).await?;
        let profile = person.agent.clone().ok_or_else(ApiError::not_an_agent)?;
        Ok(Self { person, profile })
    }
}
