//! The WebSocket `/api/ws`: a snapshot, then one frame per event. A client that falls behind gets a new
//! snapshot, so that its view has no gaps.
use super::events::{Frame, LiveEvent, Scope, frame};
use super::snapshot::Snapshot;
use crate::api::Api;
use crate::api::http::error::ApiError;
use crate::auth_token::Claims;
use crate::domain::ids::{PersonId, SessionId, TicketId};
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
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};

/// The sub-protocol of the API.
const PROTOCOL: &str = "antri";
/// The prefix of a token among the sub-protocols that a client offers.
const BEARER_PREFIX: &str = "bearer.";
/// The largest frame of a client, which only sends its token.
const MAX_FRAME_BYTES: usize = 16 * 1_024;
/// How long a client may take to send its token.
const AUTH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sending a frame may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the client may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection stays open after the close frame that tells of an unreadable frame.
const UNREADABLE_LINGER: Duration = Duration::from_secs(1);
/// How often the client is pinged and its access is checked again.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// How long a client may be silent before the connection is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Close codes of the API.
mod code {
    /// The desk shuts down.
    pub(super) const GOING_AWAY: u16 = 1_001;
    /// The client broke the protocol.
    pub(super) const PROTOCOL_ERROR: u16 = 1_002;
    /// A text frame is not UTF-8.
    pub(super) const NOT_UTF8: u16 = 1_007;
    /// A frame is larger than the maximum.
    pub(super) const TOO_LARGE: u16 = 1_009;
    /// The store failed; the client may try again.
    pub(super) const TRY_AGAIN: u16 = 1_013;
    /// No token, a bad one, one that has expired, or one of a session that was ended.
    pub(super) const UNAUTHORIZED: u16 = 4_401;
    /// The person is no agent or admin any more.
    pub(super) const FORBIDDEN: u16 = 4_403;
    /// The person has too many sockets.
    pub(super) const TOO_MANY: u16 = 4_429;
}

/// The first frame of a client that sent no token among the protocols.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthFrame {
    token: String,
}

/// Follow the desk live: a WebSocket. The token comes among the sub-protocols (`antri`, `bearer.<token>`) or
/// in the first frame (`{"token": "…"}`), never in the URL. Frames are `{"event": …, "data": …}`: first
/// `snapshot`, then `ticket_queued`, `ticket_assigned`, `ticket_updated`, `ticket_completed`, `agent_status`,
/// `department_changed`, `message_created`, `message_updated`, `queue_stats`, `alert`; after a reader fell behind, `snapshot` again, which replaces everything. A
/// ticket's event says what happened; its data is the ticket as it is now. Closed with 4401 when the token
/// expires.
#[utoipa::path(get, operation_id = "openSocket", path = "/api/ws", tag = "live",
    responses((status = 101, description = "The socket is open; this is its first frame", body = Frame<Snapshot>)))]
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
    if !api.is_allowed_origin(&headers) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "foreign_origin", "this origin may not connect"));
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    let token = offered.find_map(|name| name.trim().strip_prefix(BEARER_PREFIX)).map(str::to_owned);
    let claims = match token {
        Some(token) => Some(api.authenticate(&token).await?),
        None => None,
    };
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(MAX_FRAME_BYTES).max_frame_size(MAX_FRAME_BYTES);
    Ok(upgrade.on_upgrade(move |socket| async move { Connection::start(api, socket, claims).await }))
}

impl Api {
    /// Returns whether the origin may connect: one of `CORS_ORIGINS`, the API's own, or none, as of a client
    /// that is no page.
    pub(in crate::api) fn is_allowed_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = !host.is_empty() && ["http", "https"].iter().any(|s| origin == format!("{s}://{host}"));
        own || self.config.cors_origins.iter().any(|allowed| allowed == origin)
    }
}

/// Why a connection ends.
enum CloseReason {
    /// The desk closes it, with this code and reason.
    Close(u16, &'static str),
    /// The client sent an unreadable frame. It gets this code; its further frames can't be read.
    Unreadable(u16, &'static str),
    /// The client closes it.
    ClosedByClient,
    /// The client is gone.
    Gone,
}

impl CloseReason {
    /// Returns the reason that a failed read gives.
    fn of(error: axum::Error) -> Self {
        match error.into_inner().downcast_ref::<WsError>() {
            Some(WsError::Capacity(_)) => Self::Unreadable(code::TOO_LARGE, "the frame is too large"),
            Some(WsError::Utf8(_)) => Self::Unreadable(code::NOT_UTF8, "the text is not UTF-8"),
            Some(WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Self::Gone,
            Some(WsError::Protocol(_)) => Self::Unreadable(code::PROTOCOL_ERROR, "the frame can't be read"),
            _ => Self::Gone,
        }
    }
}

/// The connection of one client.
struct Connection {
    api: Arc<Api>,
    socket: WebSocket,
    person: PersonId,
    /// The epoch and the session of the token. The socket closes when they are ended.
    session: (u32, Option<SessionId>),
    scope: Scope,
    /// The ticket versions of the last snapshot; events with older versions are not sent.
    snapshot_versions: HashMap<TicketId, u64>,
    events: Receiver<LiveEvent>,
    last_frame_at: Instant,
}

impl Connection {
    async fn start(api: Arc<Api>, mut socket: WebSocket, authenticated: Option<(Person, Claims)>) {
        let (person, claims) = match authenticated {
            Some(authenticated) => authenticated,
            None => match authenticate(&api, &mut socket).await {
                Ok(authenticated) => authenticated,
                Err(reason) => return finish(socket, reason).await,
            },
        };
        let Some(_permit) = api.live.permits.take(person.id) else {
            return finish(socket, CloseReason::Close(code::TOO_MANY, "too many sockets")).await;
        };
        let seconds = (claims.exp - api.now().timestamp()).max(0);
        let expiry = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        let (events, scope) = (api.live.subscribe(), scope(&person));
        let mut connection = Self {
            api,
            socket,
            person: person.id,
            session: (claims.epoch, claims.sid),
            scope,
            snapshot_versions: HashMap::new(),
            events,
            last_frame_at: Instant::now(),
        };
        let reason = connection.run(expiry).await;
        finish(connection.socket, reason).await;
    }

    /// Sends the snapshot, then events, until there is a reason to close.
    async fn run(&mut self, expiry: Duration) -> CloseReason {
        let expired = sleep(expiry);
        tokio::pin!(expired);
        let closing = self.api.live.closing.clone();
        let mut ping = interval(PING_INTERVAL);
        ping.reset();
        let mut result = self.send_snapshot().await;
        while result.is_ok() {
            result = tokio::select! {
                () = &mut expired => Err(CloseReason::Close(code::UNAUTHORIZED, "the token has expired")),
                () = closing.cancelled() => Err(CloseReason::Close(code::GOING_AWAY, "the desk closes")),
                event = self.events.recv() => self.on_event(event).await,
                frame = self.socket.recv() => self.on_client_frame(frame),
                _ = ping.tick() => self.recheck_access(true).await,
            };
        }
        result.err().unwrap_or(CloseReason::Gone)
    }

    /// Sends a new snapshot.
    async fn send_snapshot(&mut self) -> Result<(), CloseReason> {
        // The snapshot contains the events that are still buffered.
        self.events = self.events.resubscribe();
        match self.api.snapshot(&self.scope).await {
            Ok(snapshot) => {
                self.snapshot_versions = snapshot.versions();
                self.send_text(&frame("snapshot", &snapshot)).await
            }
            Err(error) => {
                tracing::warn!(%error, "failed to read snapshot for socket");
                Err(CloseReason::Close(code::TRY_AGAIN, "try again"))
            }
        }
    }

    async fn on_event(&mut self, event: Result<LiveEvent, RecvError>) -> Result<(), CloseReason> {
        match event {
            Ok(LiveEvent::Ticket { department, agent, former, ticket, version, text }) => {
                if !self.scope.includes(department, agent) {
                    // A former holder who may not see the ticket any more needs a snapshot without it.
                    return if former == Some(self.person) { self.send_snapshot().await } else { Ok(()) };
                }
                let outdated = self.snapshot_versions.get(&ticket).is_some_and(|sent| version < *sent);
                match text.filter(|_| !outdated) {
                    Some(text) => self.send_text(&text).await,
                    None => Ok(()),
                }
            }
            Ok(LiveEvent::Message { department, agent, text }) => {
                if self.scope.includes(department, agent) {
                    self.send_text(&text).await
                } else {
                    Ok(())
                }
            }
            Ok(LiveEvent::Agent { agent, text }) => {
                self.send_text(&text).await?;
                if agent == self.person { self.recheck_access(false).await } else { Ok(()) }
            }
            Ok(LiveEvent::Shared { text }) => self.send_text(&text).await,
            Ok(LiveEvent::Lost) | Err(RecvError::Lagged(_)) => self.send_snapshot().await,
            Err(RecvError::Closed) => Err(CloseReason::Close(code::GOING_AWAY, "the desk closes")),
        }
    }

    /// Records that the client is alive; the content of its frames is ignored.
    fn on_client_frame(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), CloseReason> {
        read_frame(frame)?;
        self.last_frame_at = Instant::now();
        Ok(())
    }

    /// Checks that the client is alive and still staff. Sends a new snapshot if its scope has changed, else a
    /// ping if `ping`.
    async fn recheck_access(&mut self, ping: bool) -> Result<(), CloseReason> {
        if self.last_frame_at.elapsed() > IDLE_TIMEOUT {
            return Err(CloseReason::Gone);
        }
        let Ok(person) = self.api.engine.store().person(self.person).await else {
            return Err(CloseReason::Close(code::TRY_AGAIN, "try again"));
        };
        let staff = person.filter(|person| person.role != crate::domain::person::Role::Customer);
        let Some(person) = staff else {
            return Err(CloseReason::Close(code::FORBIDDEN, "not staff any more"));
        };
        let (epoch, session) = self.session;
        if !person.sessions.accept(epoch, session) {
            return Err(CloseReason::Close(code::UNAUTHORIZED, "the session was ended"));
        }
        let scope = scope(&person);
        if scope != self.scope {
            self.scope = scope;
            return self.send_snapshot().await;
        }
        if ping { self.send_message(Message::Ping(axum::body::Bytes::new())).await } else { Ok(()) }
    }

    async fn send_text(&mut self, text: &str) -> Result<(), CloseReason> {
        self.send_message(Message::text(text)).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), CloseReason> {
        match timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(CloseReason::Gone),
        }
    }
}

/// Returns the frame that was read. Errors if the client closes the connection, or if it can't be read.
fn read_frame(frame: Option<Result<Message, axum::Error>>) -> Result<Message, CloseReason> {
    match frame {
        Some(Ok(Message::Close(_))) => Err(CloseReason::ClosedByClient),
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(CloseReason::of(error)),
        None => Err(CloseReason::Gone),
    }
}

/// Reads the first frame and authenticates its token. Errors if that fails or takes too long.
async fn authenticate(api: &Api, socket: &mut WebSocket) -> Result<(Person, Claims), CloseReason> {
    let unauthorized = || CloseReason::Close(code::UNAUTHORIZED, "say who you are");
    let frame = timeout(AUTH_TIMEOUT, socket.recv()).await.map_err(|_| unauthorized())?;
    let Message::Text(text) = read_frame(frame)? else { return Err(unauthorized()) };
    let frame: AuthFrame = serde_json::from_str(&text).map_err(|_| unauthorized())?;
    api.authenticate(&frame.token).await.map_err(|_| unauthorized())
}

/// Ends the connection with a close handshake: the answer to the client's close frame is sent, or the
/// client's answer to ours is awaited. Without it the client would see an abnormal closure.
async fn finish(mut socket: WebSocket, reason: CloseReason) {
    if let CloseReason::Close(code, reason) | CloseReason::Unreadable(code, reason) = reason {
        let frame = CloseFrame { code, reason: reason.into() };
        let sent = timeout(SEND_TIMEOUT, socket.send(Message::Close(Some(frame)))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
    match reason {
        CloseReason::Close(..) | CloseReason::ClosedByClient => {
            // Reading sends the pending answer, and ends when both sides have closed.
            let closed = async { while let Some(Ok(_)) = socket.recv().await {} };
            let _ = timeout(CLOSE_TIMEOUT, closed).await;
        }
        // A connection that is closed with unread bytes is reset, and the client would lose the close frame.
        CloseReason::Unreadable(..) => sleep(UNREADABLE_LINGER).await,
        CloseReason::Gone => {}
    }
}

fn scope(person: &Person) -> Scope {
    let departments = person.agent.as_ref().map(|agent| agent.departments.clone());
    if person.is_admin() { Scope::All } else { Scope::Some(departments.unwrap_or_default(), person.id) }
}
