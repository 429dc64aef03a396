//! The session cookie of the web front end: the renewal token, which scripts never read.
use super::envelope::Answer;
use super::error::ApiError;
use crate::api::Api;
use crate::auth_token::{Purpose, Session, issue_for};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use chrono::TimeDelta;

/// The name of the cookie.
const COOKIE: &str = "antri_session";

/// The header that sets the cookie.
type CookieHeader = [(HeaderName, HeaderValue); 1];

/// An answer that sets the cookie.
pub(in crate::api) type WithCookie<T> = (CookieHeader, Answer<T>);

impl Api {
    /// Returns the header that sets the renewal token of a session that begins now.
    pub(in crate::api) fn renewal_cookie(
        &self,
        headers: &HeaderMap,
        session: &Session,
    ) -> Result<CookieHeader, ApiError> {
        let no_secret = || ApiError::unauthorized("no_tokens", "this desk gives no tokens");
        let secret = self.config.jwt_secret.as_ref().ok_or_else(no_secret)?;
        let lifetime = TimeDelta::from_std(self.config.session_lifetime).unwrap_or(TimeDelta::days(30));
        let token = issue_for(Purpose::Renewal, secret, session, session.began, lifetime);
        set_cookie(headers, &token.map_err(|_| ApiError::internal())?, lifetime)
    }

    /// Refuses a request from a page of another origin.
    pub(in crate::api) fn check_origin(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.is_allowed_origin(headers) {
            return Ok(());
        }
        Err(ApiError::new(StatusCode::FORBIDDEN, "foreign_origin", "this origin may not log in"))
    }
}

/// Returns the renewal token of a request.
pub(in crate::api) fn renewal_token(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// Returns the header that deletes the cookie.
pub(in crate::api) fn deleted_cookie(headers: &HeaderMap) -> Result<CookieHeader, ApiError> {
    set_cookie(headers, "", TimeDelta::zero())
}

/// Returns the header that sets the cookie. Only the log-in routes get it, and scripts never read it. A page that
/// came over HTTPS gets it back over HTTPS only.
fn set_cookie(headers: &HeaderMap, token: &str, lifetime: TimeDelta) -> Result<CookieHeader, ApiError> {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let secure = if origin.starts_with("https://") { "; Secure" } else { "" };
    let seconds = lifetime.num_seconds();
    let cookie =
        format!("{COOKIE}={token}; Max-Age={seconds}; Path=/api/auth; HttpOnly; SameSite=Strict{secure}");
    let value = HeaderValue::from_str(&cookie).map_err(|_| ApiError::internal())?;
    Ok([(header::SET_COOKIE, value)])
}
