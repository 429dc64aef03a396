//! The route of an agent's file for the customer. Telegram keeps the files of this desk, so the file goes to the agent's
//! own chat first, and from there it takes the way of a file that the agent sends in Telegram.
mod form;

use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::TicketRef;
use crate::api::http::person_permits::PersonPermits;
use crate::api::json::message::MessageBody;
use crate::domain::content::MessageSource;
use crate::domain::ids::TicketId;
use crate::domain::person::Person;
use crate::domain::text::formatted::FormattedText;
use crate::domain::ticket::conversation::{ConversationMessage, MessageContent};
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::conversation::NewMessage;
use crate::engine::error::EngineError;
use crate::telegram::incoming::IncomingMessage;
use crate::telegram::{CallError, Upload};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use form::{MAX_FILE_BYTES, SentFile, too_large};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use utoipa::ToSchema;

/// The path of the route. Its body is read after the caller is known, because it can be large.
pub(in crate::api) const PATH: &str = "/api/tickets/{ticket}/files";
/// The largest photo that a bot may upload. A larger one is sent as a document.
const MAX_PHOTO_BYTES: usize = 10_000_000;
/// How long a client may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(120);
/// How many files may be uploaded at once: each is in memory as a whole.
const MAX_UPLOADS: usize = 4;
/// How many of them may be of one person, so that nobody keeps the others waiting.
const MAX_UPLOADS_PER_PERSON: usize = 1;
/// The largest body: the file, the text and the lines between them.
const MAX_BODY_BYTES: usize = MAX_FILE_BYTES + 64 * 1024;
/// The types of pictures that Telegram takes as a photo.
const PHOTO_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route(PATH, post(send).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)))
}

/// A file, and what is said to it.
#[derive(Debug, ToSchema)]
pub(in crate::api) struct FileForm {
    /// The file: at most 50 MB. `image/jpeg`, `image/png` and `image/webp` of at most 10 MB are sent as a photo, anything
    /// else as a document.
    #[schema(value_type = String, format = Binary, example = "%PDF-1.7", content_media_type = "application/octet-stream")]
    #[expect(dead_code, reason = "only for the contract")]
    file: Vec<u8>,
    /// A text below it: at most 900 UTF-16 units.
    #[schema(max_length = 900, example = "Ini panduannya")]
    #[expect(dead_code, reason = "only for the contract")]
    text: Option<String>,
}

/// The uploads that may still begin.
pub(in crate::api) struct UploadPermits {
    all: Semaphore,
    of_each: PersonPermits,
}

impl Default for UploadPermits {
    fn default() -> Self {
        Self { all: Semaphore::new(MAX_UPLOADS), of_each: PersonPermits::new(MAX_UPLOADS_PER_PERSON) }
    }
}

/// Sends a file to the ticket's customer, as the agent who holds it. Others get 403, admins too. The file also appears in
/// the agent's own chat. A second request with the same `Idempotency-Key` returns 200 with the first message.
#[utoipa::path(post, operation_id = "sendFile", path = "/api/tickets/{ticket}/files", tag = "conversation",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$")),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Envelope<MessageBody>), (status = 200, body = Envelope<MessageBody>)))]
pub(in crate::api) async fn send(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
    request: Request,
) -> Result<MessageBody> {
    let ticket = api.visible(&caller, &ticket).await?;
    let key = format!("api {} {}", caller.id, api.idempotency_key(request.headers())?);
    let before = api.engine.store().message_by_key(&key).await?;
    if before.is_none() {
        check_holder(&caller, ticket.clone())?;
    }
    let Some(_own) = api.uploads.of_each.take(caller.id) else { return Err(ApiError::too_many(1)) };
    let Ok(_permit) = api.uploads.all.try_acquire() else { return Err(ApiError::too_many(1)) };
    let too_slow = |_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body took too long");
    let file = timeout(BODY_TIMEOUT, Box::pin(SentFile::read(request))).await.map_err(too_slow)??;
    let text = file.text.clone();
    if let Some(before) = before {
        return api.sent_before(&before, &ticket, &text).await;
    }
    // To the end, also if the client leaves: a file in the agent's chat that the customer never gets would look sent.
    let (this, id, status) = (Arc::clone(&api), ticket.id, ticket.status());
    let sent = Api::run(async move { this.upload_and_write(&caller, id, key, file).await }).await?;
    match sent {
        Sent::Now(written) => {
            let written = api.engine.store().message(written.id).await?.unwrap_or(written);
            Ok(Answer::ok("File sent", api.message_body(&written, status).await?)
                .with_status(StatusCode::CREATED))
        }
        Sent::Before(before) => api.sent_before(&before, &ticket, &text).await,
    }
}

/// The message of an upload.
enum Sent {
    /// This request wrote it.
    Now(ConversationMessage),
    /// Another request with the same key wrote it meanwhile.
    Before(ConversationMessage),
}

/// Refuses whoever does not hold the ticket, before a file is uploaded.
fn check_holder(caller: &Person, ticket: Ticket) -> std::result::Result<(), ApiError> {
    if ticket.holder() == Some(caller.id) {
        return Ok(());
    }
    let refusal = match ticket.agent() {
        Some(agent) if agent == caller.id => Refusal::State(ticket.status()),
        _ => Refusal::NotYours,
    };
    Err(EngineError::Refused(refusal, Box::new(ticket)).into())
}

impl Api {
    /// Returns the message that an earlier request with this key wrote.
    async fn sent_before(
        &self,
        before: &ConversationMessage,
        ticket: &Ticket,
        text: &FormattedText,
    ) -> Result<MessageBody> {
        if before.ticket != Some(ticket.id) || before.content.kind.is_none() || before.content.text != *text {
            return Err(ApiError::conflict("idempotency_conflict", "this key wrote another message"));
        }
        Ok(Answer::ok("The file was sent before", self.message_body(before, ticket.status()).await?))
    }

    /// Uploads a file and writes the message. A file whose message is not written, or was written by another request
    /// with the key, goes from the agent's chat again.
    async fn upload_and_write(
        &self,
        agent: &Person,
        ticket: TicketId,
        key: String,
        file: SentFile,
    ) -> std::result::Result<Sent, ApiError> {
        let text = file.text.clone();
        let (source, content) = Box::pin(self.upload(agent, file)).await?;
        let content = MessageContent { text, ..content };
        let new = NewMessage { source: Some(source), key: Some(key), thread: None, content };
        match self.engine.write_to_customer(agent, ticket, new, self.now()).await {
            Ok(written) if written.source == Some(source) => Ok(Sent::Now(written)),
            Ok(before) => {
                self.delete_upload(source).await;
                Ok(Sent::Before(before))
            }
            // Whether a store that is away has written it is not known.
            Err(error @ EngineError::Store(_)) => Err(error.into()),
            Err(error) => {
                self.delete_upload(source).await;
                Err(error.into())
            }
        }
    }

    async fn delete_upload(&self, source: MessageSource) {
        let message = json!({"chat_id": source.chat.0, "message_id": source.message_id});
        if let Err(error) = self.telegram.call("deleteMessage", &message).await {
            tracing::warn!(%error, "failed to delete a file that was not sent to the customer");
        }
    }

    /// Uploads a file to the agent's own chat. Returns the message there, and what it holds.
    async fn upload(
        &self,
        agent: &Person,
        file: SentFile,
    ) -> std::result::Result<(MessageSource, MessageContent), ApiError> {
        let is_photo = PHOTO_TYPES.contains(&file.mime.as_str()) && file.bytes.len() <= MAX_PHOTO_BYTES;
        let params =
            json!({"chat_id": agent.chat().0, "caption": file.text.text, "disable_notification": true});
        let mut upload = Upload { field: "photo", name: file.name, mime: file.mime, bytes: file.bytes };
        let mut photo = None;
        if is_photo {
            photo = Some(self.telegram.call_with_file("sendPhoto", &params, &upload).await);
        }
        upload.field = "document";
        let sent = match photo {
            // Telegram takes a picture with odd dimensions as a document only.
            None | Some(Err(CallError::Refused { code: 400, .. })) => {
                self.telegram.call_with_file("sendDocument", &params, &upload).await
            }
            Some(sent) => sent,
        };
        let message = sent.map_err(refused)?;
        let message = IncomingMessage::read(&message).ok_or_else(unreadable)?;
        let content = message.content().ok_or_else(unreadable)?;
        let source = MessageSource { chat: agent.chat(), message_id: message.message_id };
        let (kind, file_id) = (Some(content.kind.clone()), content.file_id.clone());
        Ok((source, MessageContent { kind, file_id, ..MessageContent::default() }))
    }
}

fn unreadable() -> ApiError {
    tracing::warn!("failed to read Telegram's answer to an upload");
    ApiError::telegram_unavailable("Telegram's answer can't be read")
}

/// Returns the answer for a file that Telegram did not take.
fn refused(error: CallError) -> ApiError {
    let seconds = error.retry_after().map_or(1, |pause| pause.as_secs().max(1));
    match error {
        CallError::Refused { code: 403, .. } => ApiError::conflict(
            "bot_blocked",
            "start the bot in Telegram first: the file goes through your chat",
        ),
        CallError::Refused { code: 413, .. } => too_large(),
        CallError::Refused { code: 429, .. } => ApiError::too_many(seconds),
        CallError::Refused { code: 400..=499, .. } => {
            ApiError::unprocessable("bad_file", "Telegram does not take this file")
        }
        error => {
            tracing::warn!(%error, "failed to upload file");
            ApiError::telegram_unavailable("Telegram can't be reached")
        }
    }
}
