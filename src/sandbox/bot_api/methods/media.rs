//! Sending files: uploaded, or by the id of a file that the bot has seen.
use super::messages::{replied_to, send};
use super::{Answer, Call};
use crate::sandbox::bot_api::markup;
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::bot_api::text::Formatted;
use crate::sandbox::bot_api::wire::media_name;
use crate::sandbox::chats::message::{Attachment, Sender};
use crate::sandbox::chats::state::{Draft, State};
use crate::sandbox::control::views::MediaKind;

/// What the bot may upload: photos 10 MB, everything else 50 MB.
const PHOTO_MAX: usize = 10 << 20;
const FILE_MAX: usize = 50 << 20;

pub(in crate::sandbox) fn send_media(state: &mut State, call: &Call<'_>) -> Answer {
    let kind = match call.method {
        "sendPhoto" => MediaKind::Photo,
        "sendVoice" => MediaKind::Voice,
        "sendVideo" => MediaKind::Video,
        "sendAudio" => MediaKind::Audio,
        "sendSticker" => MediaKind::Sticker,
        _ => MediaKind::Document,
    };
    let caption = match kind {
        MediaKind::Sticker => Formatted::default(),
        _ => call.formatted("caption", "caption_entities")?.checked_caption()?,
    };
    let keyboard = markup::keyboard(call.params)?;
    let chat = state.writable(call.chat("chat_id"))?;
    let reply_to = replied_to(state, chat, call)?;
    let mut draft = Draft::new(chat, Sender::Bot, caption);
    draft.attachment = Some(attachment(state, call, kind)?);
    draft.keyboard = keyboard;
    draft.reply_to = reply_to;
    send(state, draft)
}

fn attachment(state: &mut State, call: &Call<'_>, kind: MediaKind) -> Result<Attachment, Refusal> {
    let name = media_name(kind);
    let given = call.text(name).filter(|g| !g.is_empty());
    let given = given.ok_or_else(|| bad(format!("there is no {name} in the request")))?;
    if let Some(part) = given.strip_prefix("attach://") {
        let upload = call.files.get(part).ok_or_else(|| bad(format!("there is no {name} in the request")))?;
        if upload.bytes.is_empty() {
            return Err(bad("file must be non-empty"));
        }
        let most = if kind == MediaKind::Photo { PHOTO_MAX } else { FILE_MAX };
        if upload.bytes.len() > most {
            return Err(Refusal::TooLarge);
        }
        let (file_name, mime) = (upload.name.clone(), upload.mime.clone());
        // Telegram looks into the file; an unknown type from the client says nothing.
        let mime = mime.filter(|m| m != "application/octet-stream");
        return Ok(state.files.store(kind, &upload.bytes, file_name, mime));
    }
    let known = state.files.attach(given);
    let known = known.ok_or_else(|| bad("wrong file identifier/HTTP URL specified"))?;
    if known.kind != kind {
        return Err(bad(format!("can't use file of type {:?} as {kind:?}", known.kind)));
    }
    Ok(known)
}
