//! Routes of `/api/auth` for the web front end: its log-in with a link from the bot, and the session that a cookie
//! keeps when the page is loaded again.
use super::login::Session;
use crate::api::Api;
use crate::api::http::auth::bearer_token;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::JsonBody;
use crate::api::http::session_cookie::{WithCookie, deleted_cookie, renewal_token};
use crate::auth_token::{PAGE_TOKEN_LIFETIME, Purpose};
use crate::domain::Time;
use crate::engine::error::EngineError;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/options", get(options))
        .route("/link", post(link))
        .route("/session", post(session))
        .route("/logout", post(log_out))
}

/// What a page needs before a log-in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct LoginOptions {
    /// The bot's Telegram id, for a log-in with Telegram.
    #[schema(example = 7_700)]
    bot_id: i64,
    /// The bot's username, without `@`.
    #[schema(example = "antri_bot")]
    bot_username: String,
    /// The desk's language.
    #[schema(example = "id")]
    locale: &'static str,
    /// The desk's time zone.
    #[schema(example = "Asia/Jakarta")]
    time_zone: String,
    /// The seconds between two heartbeats of a page.
    #[schema(example = 180)]
    heartbeat_seconds: u64,
}

/// The token of a log-in link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct LinkLogin {
    /// The part of the link after `#login=`.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIifQ.c2lnbmF0dXJl", max_length = 4_096)]
    code: String,
}

/// The end of a session in this browser.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct LoggedOut {
    /// Always true.
    logged_out: bool,
}

/// Returns what a page needs before a log-in.
#[utoipa::path(get, operation_id = "getLoginOptions", path = "/api/auth/options", tag = "login",
    responses((status = 200, body = Envelope<LoginOptions>)))]
pub(in crate::api) async fn options(State(api): State<Arc<Api>>) -> Result<LoginOptions> {
    let token = api.telegram.token().expose_secret();
    let config = api.engine.config();
    let bot_id = token.split_once(':').and_then(|(id, _)| id.parse().ok()).unwrap_or_default();
    Ok(Answer::ok(
        "Login options",
        LoginOptions {
            bot_id,
            bot_username: api.bot_username.clone(),
            locale: config.default_locale.tag(),
            time_zone: config.zone.name().to_owned(),
            heartbeat_seconds: (config.presence_ttl * 3 / 5).as_secs().max(1),
        },
    ))
}

/// Log in with a link from the bot. A link works once.
#[utoipa::path(post, operation_id = "logInWithLink", path = "/api/auth/link", tag = "login", request_body = LinkLogin,
    responses((status = 200, body = Envelope<Session>)))]
pub(in crate::api) async fn link(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    JsonBody(login): JsonBody<LinkLogin>,
) -> std::result::Result<WithCookie<Session>, ApiError> {
    api.check_origin(&headers)?;
    let (person, claims) = api.authenticate_for(Purpose::LoginLink, &login.code).await?;
    let until = Time::from_timestamp(claims.exp, 0).unwrap_or(Time::MAX_UTC);
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    // The signature of the token names the link.
    let signature = login.code.rsplit('.').next().unwrap_or_default().to_owned();
    let used = async move { engine.use_login(person.id, &signature, until, now).await };
    let person = Api::run(used).await?;
    let session = api.new_session(&person, now);
    let cookie = api.renewal_cookie(&headers, &session)?;
    Ok((cookie, Answer::ok("Logged in", api.session(&person, &session, PAGE_TOKEN_LIFETIME)?)))
}

/// Returns a new token for the cookie of an earlier log-in.
#[utoipa::path(post, operation_id = "resumeSession", path = "/api/auth/session", tag = "login",
    responses((status = 200, body = Envelope<Session>)))]
pub(in crate::api) async fn session(State(api): State<Arc<Api>>, headers: HeaderMap) -> Result<Session> {
    api.check_origin(&headers)?;
    let missing = || ApiError::unauthorized("no_session", "log in first");
    let token = renewal_token(&headers).ok_or_else(missing)?;
    let (person, claims) = api.authenticate_for(Purpose::Renewal, &token).await?;
    let lifetime = PAGE_TOKEN_LIFETIME.min(api.session_end(&claims) - api.now());
    Ok(Answer::ok("Session resumed", api.session(&person, &claims.session(&person), lifetime)?))
}

/// Ends the session of the cookie, and that of the bearer token: their tokens are rejected from now on, and their sockets
/// are closed. The cookie is deleted.
#[utoipa::path(post, operation_id = "endSession", path = "/api/auth/logout", tag = "login", security((), ("bearer" = [])),
    responses((status = 200, body = Envelope<LoggedOut>)))]
pub(in crate::api) async fn log_out(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> std::result::Result<WithCookie<LoggedOut>, ApiError> {
    api.check_origin(&headers)?;
    let bearer = bearer_token(&headers).ok().map(str::to_owned);
    for (purpose, token) in [(Purpose::Renewal, renewal_token(&headers)), (Purpose::Access, bearer)] {
        let Some(token) = token else { continue };
        // A token that is rejected already needs no end.
        let Ok(claims) = api.verify(purpose, &token) else { continue };
        let Some(session) = claims.sid else { continue };
        let (engine, now, end) = (Arc::clone(&api.engine), api.now(), (session, api.session_end(&claims)));
        let ended = async move {
            match engine.end_session(claims.sub, end, now).await {
                Ok(_) | Err(EngineError::NotFound) => Ok(()),
                Err(error) => Err(error),
            }
        };
        Api::run(ended).await?;
    }
    Ok((deleted_cookie(&headers)?, Answer::ok("Logged out", LoggedOut { logged_out: true })))
}
