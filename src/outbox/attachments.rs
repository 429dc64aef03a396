//! Calls that send or copy files and other contents, and their buttons.
use crate::domain::content::{Attachment, ContentKind, MessageSource};
use crate::domain::ids::ChatId;
use crate::domain::notice::rendered::{Button, Keyboard};
use serde_json::{Value, json};

/// Returns the call that sends a file; `None` for a kind that has no method.
pub(super) fn send_file(
    chat: ChatId,
    file: &Attachment,
    caption: &str,
    reply_to: Option<i32>,
) -> Option<(&'static str, Value)> {
    let (method, field) = file_call(&file.kind)?;
    let mut body = json!({"chat_id": chat.0, field: file.file_id});
    if file.kind.has_caption() {
        insert(&mut body, "caption", json!(caption));
        insert(&mut body, "parse_mode", json!("HTML"));
    }
    Some((method, with_reply(body, reply_to)))
}

/// Returns the call that sends files as an album, with the caption on the first.
pub(super) fn send_album(chat: ChatId, files: &[Attachment], caption: &str) -> (&'static str, Value) {
    let media = files.iter().enumerate().filter_map(|(at, file)| {
        let mut media = json!({"type": file_call(&file.kind)?.1, "media": file.file_id});
        if at == 0 {
            insert(&mut media, "caption", json!(caption));
            insert(&mut media, "parse_mode", json!("HTML"));
        }
        Some(media)
    });
    let media: Vec<_> = media.collect();
    ("sendMediaGroup", json!({"chat_id": chat.0, "media": media}))
}

/// Returns the call that copies one or more messages of a chat; `None` if there is no message.
pub(super) fn copy(
    chat: ChatId,
    sources: &[MessageSource],
    reply_to: Option<i32>,
) -> Option<(&'static str, Value)> {
    let mut body = json!({"chat_id": chat.0, "from_chat_id": sources.first()?.chat.0});
    if let [source] = sources {
        insert(&mut body, "message_id", json!(source.message_id));
        return Some(("copyMessage", with_reply(body, reply_to)));
    }
    let ids: Vec<_> = sources.iter().map(|source| source.message_id).collect();
    insert(&mut body, "message_ids", json!(ids));
    Some(("copyMessages", body))
}

/// Returns a keyboard as `reply_markup`.
pub(super) fn keyboard(keyboard: &Keyboard) -> Value {
    match keyboard {
        Keyboard::ChoosePerson { label, request } => {
            let request =
                json!({"request_id": request, "user_is_bot": false, "max_quantity": 1, "request_name": true});
            let button = json!({"text": label, "request_users": request});
            json!({"keyboard": [[button]], "resize_keyboard": true, "one_time_keyboard": true})
        }
        Keyboard::Remove => json!({"remove_keyboard": true}),
    }
}

/// Returns these rows of buttons as `reply_markup`; `None` if there are none.
pub(super) fn reply_markup(buttons: &[Vec<Button>]) -> Option<Value> {
    let button = |button: &Button| {
        let mut body = match &button.web_app {
            Some(url) => json!({"text": button.label, "web_app": {"url": url}}),
            None => json!({"text": button.label, "callback_data": button.data}),
        };
        if let Some(style) = button.style {
            insert(&mut body, "style", json!(style));
        }
        body
    };
    let row = |row: &Vec<Button>| row.iter().map(button).collect();
    let rows: Vec<Vec<Value>> = buttons.iter().map(row).collect();
    (!rows.is_empty()).then(|| json!({"inline_keyboard": rows}))
}

/// Returns the method that sends a file of this kind, and the parameter that holds the file.
fn file_call(kind: &ContentKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ContentKind::Photo => ("sendPhoto", "photo"),
        ContentKind::Document => ("sendDocument", "document"),
        ContentKind::Voice => ("sendVoice", "voice"),
        ContentKind::Video => ("sendVideo", "video"),
        ContentKind::Audio => ("sendAudio", "audio"),
        ContentKind::Animation => ("sendAnimation", "animation"),
        ContentKind::VideoNote => ("sendVideoNote", "video_note"),
        ContentKind::Sticker => ("sendSticker", "sticker"),
        _ => return None,
    })
}

pub(super) fn insert(body: &mut Value, field: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Returns `body` as a reply, if there is a message that it replies to.
fn with_reply(mut body: Value, reply_to: Option<i32>) -> Value {
    if let Some(message_id) = reply_to {
        let reply = json!({"message_id": message_id, "allow_sending_without_reply": true});
        insert(&mut body, "reply_parameters", reply);
    }
    body
}
