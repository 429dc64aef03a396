//! Methods that send files: uploads, or files that the bot names by id.
use super::messages::send;
use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::Attachment;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::MediaKind;
use crate::sandbox::state::State;

/// The largest photo that a bot may upload.
const MAX_PHOTO_BYTES: usize = 10 << 20;
/// The largest other file that a bot may upload.
const MAX_FILE_BYTES: usize = 50 << 20;

pub(in crate::sandbox) fn send_media(state: &mut State, call: &Call<'_>) -> MethodResult {
    let kind = match call.method {
        "sendPhoto" => MediaKind::Photo,
        "sendVoice" => MediaKind::Voice,
        "sendVideo" => MediaKind::Video,
        "sendAudio" => MediaKind::Audio,
        "sendSticker" => MediaKind::Sticker,
        "sendAnimation" => MediaKind::Animation,
        "sendVideoNote" => MediaKind::VideoNote,
        _ => MediaKind::Document,
    };
    let caption = if kind.can_have_caption() {
        call.formatted("caption", "caption_entities")?.checked_caption()?
    } else {
        Formatted::default()
    };
    let mut new = state.outgoing(call)?;
    new.body = caption;
    let name = kind.field_name();
    let reference = call.text(name).filter(|given| !given.is_empty());
    let reference =
        reference.ok_or_else(|| bad_request(format!("there is no {} in the request", word(kind))))?;
    new.attachment = Some(attachment(state, call, kind, reference)?);
    send(state, new)
}

/// Returns the name of a kind in Telegram's errors.
fn word(kind: MediaKind) -> String {
    kind.field_name().replace('_', " ")
}

/// Returns the file that a parameter names: an upload, or a file that the bot has seen before.
pub(in crate::sandbox) fn attachment(
    state: &mut State,
    call: &Call<'_>,
    kind: MediaKind,
    reference: &str,
) -> Result<Attachment, BotApiError> {
    if let Some(part) = reference.strip_prefix("attach://") {
        let upload = call
            .files
            .get(part)
            .ok_or_else(|| bad_request(format!("there is no {} in the request", word(kind))))?;
        if upload.bytes.is_empty() {
            return Err(bad_request("file must be non-empty"));
        }
        let max_bytes = if kind == MediaKind::Photo { MAX_PHOTO_BYTES } else { MAX_FILE_BYTES };
        if upload.bytes.len() > max_bytes {
            return Err(BotApiError::TooLarge);
        }
        let (file_name, mime) = (upload.name.clone(), upload.mime.clone());
        // Telegram detects the type from the content; this type of the client carries no information.
        let mime = mime.filter(|m| m != "application/octet-stream");
        return Ok(state.files.store(kind, &upload.bytes, file_name, mime));
    }
    let attachment = state.files.attach(reference);
    let attachment = attachment.ok_or_else(|| bad_request("wrong file identifier/HTTP URL specified"))?;
    // A GIF is a document, too.
    let is_gif_as_document = (attachment.kind, kind) == (MediaKind::Animation, MediaKind::Document);
    if attachment.kind != kind && !is_gif_as_document {
        return Err(bad_request(format!("can't use file of type {:?} as {kind:?}", attachment.kind)));
    }
    Ok(attachment)
}
