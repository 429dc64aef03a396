//! Routes of files: an attachment of a ticket, and the file of a message. The bytes come from Telegram through this
//! server, because Telegram's address of a file holds the bot's token.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::error::ApiError;
use crate::api::http::extract::{TicketPart, TicketRef};
use crate::domain::content::{Attachment, ContentKind};
use crate::domain::ids::MessageId;
use crate::telegram::CallError;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use uuid::Uuid;

type Result<T> = std::result::Result<T, ApiError>;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/api/tickets/{ticket}/attachments/{number}", get(attachment))
        .route("/api/tickets/{ticket}/messages/{message_id}/file", get(message))
}

/// Returns the file of an attachment of the ticket.
#[utoipa::path(get, operation_id = "getAttachment", path = "/api/tickets/{ticket}/attachments/{number}", tag = "conversation",
    security(("bearer" = [])),
    params(("ticket" = TicketRef, Path), ("number" = u16, Path, description = "The number of the attachment, from 1")),
    responses((status = 200, description = "The file", body = String, content_type = "application/octet-stream",
        example = json!("the bytes of the file"))))]
pub(in crate::api) async fn attachment(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketPart(ticket, number): TicketPart,
) -> Result<Response> {
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(ApiError::bad("bad_id", "a number from 1"));
    }
    let ticket = api.visible(&caller, &ticket).await?;
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let file = index.and_then(|index| ticket.description.attachments.get(index));
    api.send_file(file.ok_or_else(no_file)?).await
}

/// Returns the file of a message of the ticket's conversation.
#[utoipa::path(get, operation_id = "getMessageFile", path = "/api/tickets/{ticket}/messages/{message_id}/file",
    tag = "conversation", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path), ("message_id" = Uuid, Path)),
    responses((status = 200, description = "The file", body = String, content_type = "application/octet-stream",
        example = json!("the bytes of the file"))))]
pub(in crate::api) async fn message(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketPart(ticket, message): TicketPart,
) -> Result<Response> {
    let id: Uuid = message.parse().map_err(|_| ApiError::bad("bad_id", "an id is a UUID"))?;
    let ticket = api.visible(&caller, &ticket).await?;
    let message = api.engine.store().message(MessageId(id)).await?;
    let message = message.filter(|message| message.ticket == Some(ticket.id));
    let file = message.ok_or_else(no_file)?.content.file();
    api.send_file(&file.ok_or_else(no_file)?).await
}

impl Api {
    /// Streams a file. Browsers must not run it, whatever a customer sent: it has a type of this server's choice.
    async fn send_file(&self, file: &Attachment) -> Result<Response> {
        if !file.has_file() {
            return Err(no_file());
        }
        let download = self.telegram.download(&file.file_id).await.map_err(|error| match error {
            CallError::Refused { code: 400..=499, .. } => ApiError::not_found(
                "file_unavailable",
                "Telegram does not give out this file: it is too large or gone",
            ),
            error => {
                tracing::warn!(%error, "failed to download file");
                ApiError::telegram_unavailable("Telegram can't be reached")
            }
        })?;
        let headers = [
            (header::CONTENT_TYPE, media_type(&file.kind)),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (header::CACHE_CONTROL, "private, max-age=86400"),
        ];
        let length = download.length.map(|length| [(header::CONTENT_LENGTH, length.to_string())]);
        let body = Body::from_stream(download.parts);
        Ok(match length {
            Some(length) => (headers, length, body).into_response(),
            None => (headers, body).into_response(),
        })
    }
}

/// Returns the type of what Telegram makes of a kind; the type of any other file is not said.
fn media_type(kind: &ContentKind) -> &'static str {
    match kind {
        ContentKind::Photo => "image/jpeg",
        ContentKind::Voice => "audio/ogg",
        ContentKind::Audio => "audio/mpeg",
        ContentKind::Video | ContentKind::VideoNote | ContentKind::Animation => "video/mp4",
        _ => "application/octet-stream",
    }
}

fn no_file() -> ApiError {
    ApiError::not_found("no_file", "there is no file here")
}
