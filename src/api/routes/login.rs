//! Routes of `/api/auth`: log-ins of web pages with Telegram, and renewal of tokens.
use crate::api::Api;
use crate::api::http::auth::StaffSession;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::JsonBody;
use crate::api::http::session_cookie::WithCookie;
use crate::api::json::enums::RoleWord;
use crate::auth_token::{self, WEB_TOKEN_LIFETIME, issue};
use crate::domain::Time;
use crate::domain::ids::TelegramId;
use crate::domain::person::{Person, Role};
use crate::telegram::login::{
    LoginProof, LoginProofError, MAX_AGE, MAX_SKEW, verify_mini_app, verify_widget,
};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/telegram", post(widget))
        .route("/miniapp", post(miniapp))
        .route("/refresh", post(refresh))
}

/// A number of the Login Widget. Its callback gives numbers, and its redirect gives text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum WidgetNumber {
    /// From the callback.
    Number(i64),
    /// From the query of the redirect.
    Text(String),
}

impl WidgetNumber {
    /// Returns the text that Telegram signed.
    fn signed_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The data of Telegram's Login Widget, unchanged: of its callback, or of its redirect's query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WidgetLogin {
    /// Their Telegram id.
    #[schema(example = 1_234_567)]
    id: WidgetNumber,
    /// Their first name.
    #[schema(example = "Sari")]
    first_name: Option<String>,
    /// Their last name.
    #[schema(example = "Wulandari")]
    last_name: Option<String>,
    /// Their username.
    #[schema(example = "sari_w")]
    username: Option<String>,
    /// The URL of their picture.
    #[schema(example = "https://t.me/i/userpic/320/sari_w.jpg")]
    photo_url: Option<String>,
    /// When they logged in, in seconds of Unix time.
    #[schema(example = 1_764_831_173)]
    auth_date: WidgetNumber,
    /// Telegram's signature.
    #[schema(example = "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e")]
    hash: String,
}

/// The data of a Mini App's `Telegram.WebApp.initData`, unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct MiniAppLogin {
    /// The whole string.
    #[schema(
        example = "query_id=AAE&user=%7B%22id%22%3A1234567%7D&auth_date=1764831173&hash=5ca1ab1e",
        max_length = 16_384
    )]
    init_data: String,
}

/// A token with its owner.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Session {
    /// The bearer token.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIifQ.c2lnbmF0dXJl")]
    token: String,
    /// When the token expires.
    expires_at: DateTime<Utc>,
    /// The owner's id.
    agent_id: Uuid,
    /// Their name.
    #[schema(example = "Budi")]
    name: String,
    /// Their current role.
    role: RoleWord,
    /// Whether they are an agent; an admin may be one, too.
    is_agent: bool,
    /// Their language.
    #[schema(example = "id")]
    locale: &'static str,
}

/// Log in with the Login Widget's data.
#[utoipa::path(post, operation_id = "logInWithWidget", path = "/api/auth/telegram", tag = "login", request_body = WidgetLogin,
    responses((status = 200, body = Envelope<Session>)))]
pub(in crate::api) async fn widget(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    JsonBody(login): JsonBody<WidgetLogin>,
) -> std::result::Result<WithCookie<Session>, ApiError> {
    let (date, id) = (login.auth_date.signed_text(), login.id.signed_text());
    let mut fields = vec![("id", id.as_str()), ("auth_date", date.as_str())];
    let optional = [
        ("first_name", &login.first_name),
        ("last_name", &login.last_name),
        ("username", &login.username),
        ("photo_url", &login.photo_url),
    ];
    fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
    let signed_at = verify_widget(api.telegram.token(), fields, &login.hash);
    let user = id.parse().map(TelegramId).map_err(|_| LoginProofError);
    let proof = signed_at.and_then(|signed_at| Ok(LoginProof { signed_at, user: user?, hash: login.hash }));
    let (person, session) = api.log_in(proof).await?;
    let cookie = api.renewal_cookie(&headers, &session)?;
    Ok((cookie, Answer::ok("Logged in", api.session(&person, &session, WEB_TOKEN_LIFETIME)?)))
}

/// Log in with a Mini App's data.
#[utoipa::path(post, operation_id = "logInWithMiniApp", path = "/api/auth/miniapp", tag = "login", request_body = MiniAppLogin,
    responses((status = 200, body = Envelope<Session>)))]
pub(in crate::api) async fn miniapp(
    State(api): State<Arc<Api>>,
    JsonBody(login): JsonBody<MiniAppLogin>,
) -> Result<Session> {
    // The browser sends no cookie from a frame of Telegram, so the page keeps its token.
    let (person, session) = api.log_in(verify_mini_app(api.telegram.token(), &login.init_data)).await?;
    Ok(Answer::ok("Logged in", api.session(&person, &session, WEB_TOKEN_LIFETIME)?))
}

/// Returns a new token for one that is still valid, with the current role. The session still ends
/// `SESSION_LIFETIME` after the log-in.
#[utoipa::path(post, operation_id = "renewToken", path = "/api/auth/refresh", tag = "login", security(("bearer" = [])),
    responses((status = 200, body = Envelope<Session>)))]
pub(in crate::api) async fn refresh(
    State(api): State<Arc<Api>>,
    StaffSession(person, claims): StaffSession,
) -> Result<Session> {
    let lifetime = WEB_TOKEN_LIFETIME.min(api.session_end(&claims) - api.now());
    Ok(Answer::ok("Token renewed", api.session(&person, &claims.session(&person), lifetime)?))
}

impl Api {
    /// Uses a log-in that Telegram signed. Returns the person and their new session.
    async fn log_in(
        &self,
        proof: std::result::Result<LoginProof, LoginProofError>,
    ) -> std::result::Result<(Person, auth_token::Session), ApiError> {
        let login = proof.map_err(|_| ApiError::unauthorized("bad_login", "Telegram did not sign this"))?;
        let age = self.now() - login.signed_at;
        if age > MAX_AGE || age < -MAX_SKEW {
            return Err(ApiError::unauthorized("old_login", "log in again: this is too old"));
        }
        let person = self.engine.store().person_by_telegram(login.user).await?;
        // A person unknown to the bot gets the same error as a customer.
        let staff = person.filter(|person| person.role != Role::Customer).ok_or_else(ApiError::forbidden)?;
        self.limit_person(staff.id)?;
        let (engine, now, until) = (Arc::clone(&self.engine), self.now(), login.signed_at + MAX_AGE);
        let used = async move { engine.use_login(staff.id, &login.hash, until, now).await };
        let staff = Api::run(used).await?;
        let session = self.new_session(&staff, now);
        Ok((staff, session))
    }

    /// Returns a session that begins now, and that a log-out can end.
    pub(super) fn new_session(&self, person: &Person, now: Time) -> auth_token::Session {
        auth_token::Session {
            id: Some(self.engine.new_session_id()),
            ..auth_token::Session::new(person, now)
        }
    }

    /// Returns a new token of a session, with its owner.
    pub(super) fn session(
        &self,
        person: &Person,
        session: &auth_token::Session,
        lifetime: TimeDelta,
    ) -> std::result::Result<Session, ApiError> {
        let no_secret = || ApiError::unauthorized("no_tokens", "this desk gives no tokens");
        let secret = self.config.jwt_secret.as_ref().ok_or_else(no_secret)?;
        let now = self.now();
        let token = issue(secret, session, now, lifetime);
        Ok(Session {
            token: token.map_err(|_| ApiError::internal())?,
            expires_at: now + lifetime,
            agent_id: person.id.0,
            name: person.name.clone(),
            role: person.role.into(),
            is_agent: person.agent.is_some(),
            locale: person.locale.tag(),
        })
    }
}
