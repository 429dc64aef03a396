//! `/api/ws`: everything at once, then what happens, one event a frame. A reader that falls behind gets everything afresh,
//! so that what it shows is never wrong for long and never has a gap.
use super::events::{LiveEvent, Scope, frame};
use crate::api::Api;
use crate::api::http::error::ApiError;
use crate::auth_token::Claims;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::person::Person;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval, sleep, timeout};

/// The protocol that is spoken.
const PROTOCOL: &str = "antri";
/// Behind this a token stands among the protocols that a client offers.
const BEARER: &str = "bearer.";
/// The largest frame a client may send: it has nothing to say but its token.
const MAX_FRAME_BYTES: usize = 16 * 1_024;
/// How long a client may take to say who it is.
const AUTH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a frame may take to go out.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a silent client is asked whether it is there, and its rights are looked at again.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// After this much silence a client is gone.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a socket is closed, beyond what the protocol itself knows.
mod code {
    /// The desk closes.
    pub(super) const GOING_AWAY: u16 = 1_001;
    /// Nobody could be asked; try again.
    pub(super) const TRY_AGAIN: u16 = 1_013;
    /// No token, a bad one, or one that has expired.
    pub(super) const UNAUTHORIZED: u16 = 4_401;
    /// Not staff any more.
    pub(super) const FORBIDDEN: u16 = 4_403;
}

/// The first frame of a client that sent no token among the protocols.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hello {
    token: String,
}

/// Follow the desk live: a WebSocket. The token comes among the sub-protocols (`antri`, `bearer.<token>`) or in the first
/// frame (`{"token": "…"}`), never in the URL. Frames are `{"event": …, "data": …}`: first `snapshot`, then `ticket_queued`,
/// `ticket_assigned`, `ticket_updated`, `ticket_completed`, `agent_status`, `queue_stats`, `alert`; after a reader fell
/// behind, `snapshot` again, which replaces everything. A ticket's event says what happened; its data is the ticket as it is
/// now. Closed with 4401 when the token expires.
#[utoipa::path(get, path = "/api/ws", tag = "live",
    responses((status = 101, description = "The socket is open")))]
pub(in crate::api) async fn open(
    State(api): State<Arc<Api>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::bad("no_websocket", "this path is for WebSockets"))?;
    if query.is_some_and(|query| !query.is_empty()) {
        return Err(ApiError::bad("token_in_url", "the token does not belong into the URL"));
    }
    if !api.is_own_origin(&headers) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "foreign_origin", "this origin may not connect"));
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    let token = offered.find_map(|name| name.trim().strip_prefix(BEARER)).map(str::to_owned);
    let claims = match token {
        Some(token) => Some(api.bearer(&token).await?),
        None => None,
    };
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(MAX_FRAME_BYTES).max_frame_size(MAX_FRAME_BYTES);
    Ok(upgrade.on_upgrade(move |socket| async move { Connection::start(api, socket, claims).await }))
}

impl Api {
    /// Whether a request comes from a page that may: one of `CORS_ORIGINS`, the API's own, or no page at all.
    fn is_own_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = !host.is_empty() && ["http", "https"].iter().any(|s| origin == format!("{s}://{host}"));
        own || self.config.cors_origins.iter().any(|allowed| allowed == origin)
    }
}

/// Why a talk ends: a code and a word, or the client is gone.
enum CloseReason {
    Close(u16, &'static str),
    Gone,
}

/// One socket.
struct Connection {
    api: Arc<Api>,
    socket: WebSocket,
    me: PersonId,
    scope: Scope,
    /// The version at which each ticket was in the last snapshot: what is older was seen already.
    seen: HashMap<TicketId, u64>,
    events: Receiver<LiveEvent>,
    heard: Instant,
}

impl Connection {
    async fn start(api: Arc<Api>, mut socket: WebSocket, known: Option<(Person, Claims)>) {
        let (person, claims) = match known {
            Some(known) => known,
            None => match hello(&api, &mut socket).await {
                Some(known) => known,
                None => return close(socket, code::UNAUTHORIZED, "say who you are").await,
            },
        };
        let left = (claims.exp - api.now().timestamp()).max(0);
        let expiry = Duration::from_secs(u64::try_from(left).unwrap_or_default());
        let (events, scope) = (api.live.listen(), scope(&person));
        let mut talk =
            Self { me: person.id, scope, seen: HashMap::new(), events, heard: Instant::now(), api, socket };
        if let CloseReason::Close(code, why) = talk.run(expiry).await {
            close(talk.socket, code, why).await;
        }
    }

    /// Talks until there is a reason to end.
    async fn run(&mut self, expiry: Duration) -> CloseReason {
        let expired = sleep(expiry);
        tokio::pin!(expired);
        let closing = self.api.live.closing.clone();
        let mut ping = interval(PING_INTERVAL);
        ping.reset();
        let mut step = self.send_snapshot().await;
        while step.is_ok() {
            step = tokio::select! {
                () = &mut expired => Err(CloseReason::Close(code::UNAUTHORIZED, "the token has expired")),
                () = closing.cancelled() => Err(CloseReason::Close(code::GOING_AWAY, "the desk closes")),
                event = self.events.recv() => self.on_frame(event).await,
                frame = self.socket.recv() => self.listen(frame.as_ref()),
                _ = ping.tick() => self.recheck_token(true).await,
            };
        }
        step.err().unwrap_or(CloseReason::Gone)
    }

    /// Sends everything.
    async fn send_snapshot(&mut self) -> Result<(), CloseReason> {
        // What waits in the buffer is in the snapshot.
        self.events = self.events.resubscribe();
        match self.api.snapshot(&self.scope).await {
            Ok(snapshot) => {
                self.seen = snapshot.versions();
                self.send(&frame("snapshot", &snapshot)).await
            }
            Err(error) => {
                tracing::warn!(%error, "no snapshot");
                Err(CloseReason::Close(code::TRY_AGAIN, "try again"))
            }
        }
    }

    async fn on_frame(&mut self, event: Result<LiveEvent, RecvError>) -> Result<(), CloseReason> {
        match event {
            Ok(LiveEvent::Ticket { department, agent, former, ticket, version, text }) => {
                if !self.scope.holds(department, agent) {
                    // What was mine is somebody else's now, and no business of mine.
                    return if former == Some(self.me) { self.send_snapshot().await } else { Ok(()) };
                }
                let old = self.seen.get(&ticket).is_some_and(|seen| version < *seen);
                match text.filter(|_| !old) {
                    Some(text) => self.send(&text).await,
                    None => Ok(()),
                }
            }
            Ok(LiveEvent::Agent { agent, text }) => {
                self.send(&text).await?;
                if agent == self.me { self.recheck_token(false).await } else { Ok(()) }
            }
            Ok(LiveEvent::Shared { text }) => self.send(&text).await,
            Ok(LiveEvent::Lost) | Err(RecvError::Lagged(_)) => self.send_snapshot().await,
            Err(RecvError::Closed) => Err(CloseReason::Close(code::GOING_AWAY, "the desk closes")),
        }
    }

    /// Frames of the client say nothing but that it is there.
    fn listen(&mut self, frame: Option<&Result<Message, axum::Error>>) -> Result<(), CloseReason> {
        match frame {
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(CloseReason::Gone),
            Some(Ok(_)) => {
                self.heard = Instant::now();
                Ok(())
            }
        }
    }

    /// Asks whether the client is there, and whether it may still see what it sees.
    async fn recheck_token(&mut self, ping: bool) -> Result<(), CloseReason> {
        if self.heard.elapsed() > IDLE_TIMEOUT {
            return Err(CloseReason::Gone);
        }
        let Ok(person) = self.api.engine.store().person(self.me).await else {
            return Err(CloseReason::Close(code::TRY_AGAIN, "try again"));
        };
        let staff = person.filter(|person| person.role != crate::domain::person::Role::Customer);
        let Some(person) = staff else {
            return Err(CloseReason::Close(code::FORBIDDEN, "not staff any more"));
        };
        let scope = scope(&person);
        if scope != self.scope {
            self.scope = scope;
            return self.send_snapshot().await;
        }
        if ping { self.put(Message::Ping(axum::body::Bytes::new())).await } else { Ok(()) }
    }

    async fn send(&mut self, text: &str) -> Result<(), CloseReason> {
        self.put(Message::text(text)).await
    }

    async fn put(&mut self, message: Message) -> Result<(), CloseReason> {
        match timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(CloseReason::Gone),
        }
    }
}

/// Waits for the frame that says who the client is.
async fn hello(api: &Api, socket: &mut WebSocket) -> Option<(Person, Claims)> {
    let Ok(Some(Ok(Message::Text(text)))) = timeout(AUTH_TIMEOUT, socket.recv()).await else { return None };
    let hello: Hello = serde_json::from_str(&text).ok()?;
    api.bearer(&hello.token).await.ok()
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    // Who is gone already needs no farewell.
    let _ = timeout(SEND_TIMEOUT, socket.send(Message::Close(Some(frame)))).await;
}

fn scope(person: &Person) -> Scope {
    let departments = person.agent.as_ref().map(|agent| agent.departments.clone());
    if person.is_admin() { Scope::All } else { Scope::Some(departments.unwrap_or_default(), person.id) }
}
