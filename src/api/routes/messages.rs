//! Routes of a ticket's conversation: its messages, a message to the customer, an internal note.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, QueryParams, TicketRef};
use crate::api::json::message::MessageBody;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::text::formatted::{FormattedText, units};
use crate::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent};
use crate::engine::conversation::NewMessage;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The largest text, in UTF-16 units: with the agent's name above it, it fits into one message of Telegram.
const MAX_TEXT_UNITS: usize = 3_900;
/// The largest page of messages.
const MAX_PAGE: usize = 100;
/// The largest number of a message: what a store can compare it with.
const MAX_SEQ: u64 = i64::MAX.unsigned_abs();

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/api/tickets/{ticket}/messages", get(list).post(write))
        .route("/api/tickets/{ticket}/notes", post(note))
}

/// The query of a page of messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct MessagesQuery {
    /// Only messages with a smaller number: `next_before` of the page before.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_u64)]
    before: Option<u64>,
    /// The largest number of messages to return.
    #[serde(default = "default_page")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: usize,
}

fn default_page() -> usize {
    50
}

/// A page of a conversation. The first page has the newest messages.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct MessagesPage {
    /// The messages, oldest first.
    messages: Vec<MessageBody>,
    /// `before` of the page with older messages; null if there are none.
    next_before: Option<u64>,
}

/// A new message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewMessageBody {
    /// Its text, plain; it must contain a visible character. At most 3,900 UTF-16 units.
    #[schema(
        min_length = 1,
        max_length = 3_900,
        pattern = "[!-~¡-¬®-ʯΑ-ΡΣ-ώА-ҁא-תء-غक-हก-ฮぁ-ゖァ-ヺ一-龥가-힣]",
        example = "Baik, kami periksa"
    )]
    text: String,
    /// The message of the conversation that it replies to.
    reply_to: Option<Uuid>,
}

/// Lists the messages between customer and agent, and the notes. The ticket's description is not among them.
#[utoipa::path(get, operation_id = "listMessages", path = "/api/tickets/{ticket}/messages", tag = "conversation",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path), MessagesQuery),
    responses((status = 200, body = Envelope<MessagesPage>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
    QueryParams(query): QueryParams<MessagesQuery>,
) -> Result<MessagesPage> {
    let MessagesQuery { before, limit } = query;
    if !(1..=MAX_PAGE).contains(&limit) || before.is_some_and(|seq| !(1..=MAX_SEQ).contains(&seq)) {
        return Err(ApiError::bad("bad_query", "limit is 1 to 100, before is a message's number"));
    }
    let ticket = api.visible(&caller, &ticket).await?;
    // One message more shows whether there is another page.
    let mut found = api.engine.store().conversation(ticket.id, before, limit + 1).await?;
    let has_more = found.len() > limit;
    if has_more {
        found.remove(0);
    }
    let next_before = found.first().map(|message| message.seq).filter(|_| has_more);
    let messages = api.message_bodies(&found, ticket.status()).await?;
    Ok(Answer::ok("Messages", MessagesPage { messages, next_before }))
}

/// Writes to the ticket's customer, as the agent who holds it. Others get 403, admins too. A second request
/// with the same `Idempotency-Key` returns 200 with the first message.
#[utoipa::path(post, operation_id = "writeToCustomer", path = "/api/tickets/{ticket}/messages", tag = "conversation",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$")),
    request_body = NewMessageBody,
    responses((status = 201, body = Envelope<MessageBody>), (status = 200, body = Envelope<MessageBody>)))]
pub(in crate::api) async fn write(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewMessageBody>,
) -> Result<MessageBody> {
    store_message(state, caller, ticket, &headers, body, Direction::ToCustomer).await
}

/// Adds an internal note, as the agent who holds the ticket. Its customer does not see it. A second request
/// with the same `Idempotency-Key` returns 200 with the first note.
#[utoipa::path(post, operation_id = "addNote", path = "/api/tickets/{ticket}/notes", tag = "conversation",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$")),
    request_body = NewMessageBody,
    responses((status = 201, body = Envelope<MessageBody>), (status = 200, body = Envelope<MessageBody>)))]
pub(in crate::api) async fn note(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewMessageBody>,
) -> Result<MessageBody> {
    store_message(state, caller, ticket, &headers, body, Direction::Note).await
}

async fn store_message(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
    headers: &HeaderMap,
    body: NewMessageBody,
    direction: Direction,
) -> Result<MessageBody> {
    let key = if headers.contains_key("idempotency-key") {
        Some(format!("api {} {}", caller.id, api.idempotency_key(headers)?))
    } else {
        None
    };
    let ticket = api.visible(&caller, &ticket).await?;
    let (id, status) = (ticket.id, ticket.status());
    let content = api.message_content(id, body).await?;
    let same = |message: &ConversationMessage| {
        let is_same = message.ticket == Some(id)
            && message.direction == direction
            && message.content.text == content.text
            && message.content.reply_to_message == content.reply_to_message;
        let conflict = || ApiError::conflict("idempotency_conflict", "this key wrote another message");
        is_same.then_some(()).ok_or_else(conflict)
    };
    if let Some(key) = &key
        && let Some(before) = api.engine.store().message_by_key(key).await?
    {
        same(&before)?;
        return Ok(Answer::ok("The message was written before", api.message_body(&before, status).await?));
    }
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let new = NewMessage { source: None, key, thread: None, content: content.clone() };
    let written = Api::run(async move {
        match direction {
            Direction::Note => engine.add_note(&caller, id, new, now).await,
            _ => engine.write_to_customer(&caller, id, new, now).await,
        }
    })
    .await?;
    // A request with the same key may have been faster, with another text.
    same(&written)?;
    // As it is stored: with its number.
    let written = api.engine.store().message(written.id).await?.unwrap_or(written);
    Ok(Answer::ok("Message written", api.message_body(&written, status).await?)
        .with_status(StatusCode::CREATED))
}

impl Api {
    /// Returns what a new message says. Errors if it says nothing, if it is too long, or if it replies to a
    /// message of another ticket.
    async fn message_content(
        &self,
        ticket: TicketId,
        body: NewMessageBody,
    ) -> std::result::Result<MessageContent, ApiError> {
        let text = FormattedText { text: body.text, entities: Vec::new() }.cleaned();
        if text.is_empty() {
            return Err(ApiError::unprocessable("bad_text", "the text says nothing"));
        }
        if units(&text.text) > MAX_TEXT_UNITS {
            return Err(ApiError::unprocessable("bad_text", "the text is longer than 3900 UTF-16 units"));
        }
        let reply_to_message = body.reply_to.map(MessageId);
        if let Some(replied) = reply_to_message {
            let found = self.engine.store().message(replied).await?;
            if found.is_none_or(|found| found.ticket != Some(ticket)) {
                let message = "the ticket has no such message to reply to";
                return Err(ApiError::not_found("message_not_found", message));
            }
        }
        Ok(MessageContent { reply_to_message, ..MessageContent::of_text(text) })
    }
}
