//! `sendMediaGroup`: 2 to 10 files as one album.
use serde_json::Value;

use super::media::attachment;
use super::messages::{reply, send};
use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::message::{Attachment, NewMessage, Sender};
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::MediaKind;
use crate::sandbox::state::State;

const MAX_PARTS: usize = 10;

pub(in crate::sandbox) fn send_media_group(state: &mut State, call: &Call<'_>) -> MethodResult {
    let list = call.params.get("media").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let chat = state.writable_chat(call.chat("chat_id"))?;
    let thread = state.thread(chat, call.int("message_thread_id"))?;
    let parts: Vec<(Attachment, Formatted)> =
        list.iter().map(|part| part_of(state, call, part)).collect::<Result<_, _>>()?;
    if parts.is_empty() {
        return Err(bad_request("there are no messages to send"));
    }
    if parts.len() > MAX_PARTS {
        return Err(bad_request("too many messages to send as an album"));
    }
    // Documents and music make albums of their own; photos and videos can be mixed.
    for (kind, word) in [(MediaKind::Audio, "audio"), (MediaKind::Document, "document")] {
        let count = parts.iter().filter(|(attachment, _)| attachment.kind == kind).count();
        if count > 0 && count < parts.len() {
            return Err(bad_request(format!("{word} can't be mixed with other media types")));
        }
    }
    // A single file is sent as a message without an album.
    let album = (parts.len() > 1).then(|| state.next_album_id());
    let mut sent = Vec::new();
    for (attachment, caption) in parts {
        let mut new = NewMessage::new(chat, Sender::Bot, caption);
        new.attachment = Some(attachment);
        new.thread = thread;
        new.media_group_id.clone_from(&album);
        reply(state, &mut new, call)?;
        sent.push(send(state, new)?);
    }
    Ok(Value::from(sent))
}

fn part_of(state: &mut State, call: &Call<'_>, part: &Value) -> Result<(Attachment, Formatted), BotApiError> {
    let invalid = |why: &str| bad_request(format!("can't parse InputMedia: {why}"));
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let kind = match text("type").unwrap_or_default() {
        "photo" => MediaKind::Photo,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "document" => MediaKind::Document,
        "animation" => return Err(invalid("type \"animation\" can't be used in sendMediaGroup")),
        other => return Err(invalid(&format!("type \"{other}\" is unsupported"))),
    };
    let reference = text("media").filter(|media| !media.is_empty());
    let attachment = attachment(state, call, kind, reference.ok_or_else(|| invalid("media not found"))?)?;
    let source = text("caption").unwrap_or_default();
    let caption = Formatted::parse(source, text("parse_mode"), part.get("caption_entities"))?;
    Ok((attachment, caption.checked_caption()?))
}
