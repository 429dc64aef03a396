//! The minimal update: what teloxide's dispatcher and filters need of an update, and nothing that could fail
//! to parse.
use super::Incoming;
use super::message::{IncomingChat, IncomingMessage, IncomingUser};
use super::press::Press;
use super::reaction::IncomingReaction;
use serde_json::{Value, json};
use teloxide::types::{Update, UpdateKind};

/// Returns the update for the dispatcher: its kind, chat, sender and date. Handlers read the content from
/// [`Incoming`]. Returns `None` if teloxide cannot parse even that.
#[must_use]
pub fn minimal_update(update_id: i64, incoming: &Incoming) -> Option<Update> {
    let (kind, content) = match incoming {
        Incoming::Message(message) => ("message", message_json(message)),
        Incoming::Edited(message) => ("edited_message", message_json(message)),
        Incoming::Press(press) => ("callback_query", press_json(press)),
        Incoming::Inline(query) => {
            let from = user_json(&query.from);
            ("inline_query", json!({"id": query.id, "from": from, "query": "", "offset": ""}))
        }
        Incoming::Reaction(reaction) => ("message_reaction", reaction_json(reaction)),
        Incoming::Membership { chat, from, is_member } => {
            ("my_chat_member", membership_json(*chat, from, *is_member))
        }
    };
    // teloxide's deserializer of updates needs text; it does not work on a JSON value.
    let update = json!({"update_id": update_id, kind: content}).to_string();
    let update: Update = serde_json::from_str(&update).ok()?;
    (!matches!(update.kind, UpdateKind::Error(_))).then_some(update)
}

fn message_json(message: &IncomingMessage) -> Value {
    let mut json = json!({
        "message_id": message.message_id,
        "date": message.date.map_or(0, |date| date.timestamp()),
        "chat": chat_json(message.chat),
        "text": "",
    });
    if let Some(fields) = json.as_object_mut() {
        if let Some(user) = &message.from {
            fields.insert("from".into(), user_json(user));
        }
        if let Some(at) = message.edited_at {
            fields.insert("edit_date".into(), json!(at.timestamp()));
        }
    }
    json
}

/// A press without a message counts as one in the private chat of its sender, so that it keeps its order
/// with their messages.
fn press_json(press: &Press) -> Value {
    let private = IncomingChat { id: press.from.id.into(), is_private: true };
    let (chat, message_id) =
        press.message.as_ref().map_or((private, 1), |message| (message.chat, message.message_id));
    json!({
        "id": press.query_id,
        "from": user_json(&press.from),
        "chat_instance": "",
        "data": press.data,
        "message": {"message_id": message_id, "date": 1, "chat": chat_json(chat), "text": ""},
    })
}

fn reaction_json(reaction: &IncomingReaction) -> Value {
    let chat = chat_json(reaction.chat);
    let (actor, value) = match &reaction.from {
        Some(user) => ("user", user_json(user)),
        None => ("actor_chat", chat.clone()),
    };
    json!({
        "chat": chat,
        "message_id": reaction.message_id,
        actor: value,
        "date": 0,
        "old_reaction": [],
        "new_reaction": [],
    })
}

fn membership_json(chat: IncomingChat, from: &IncomingUser, is_member: bool) -> Value {
    let status = |is_member: bool| if is_member { "member" } else { "left" };
    let member = |is_member: bool| json!({"user": user_json(from), "status": status(is_member)});
    json!({
        "chat": chat_json(chat),
        "from": user_json(from),
        "date": 0,
        "old_chat_member": member(!is_member),
        "new_chat_member": member(is_member),
    })
}

fn chat_json(chat: IncomingChat) -> Value {
    if chat.is_private {
        json!({"id": chat.id.0, "type": "private"})
    } else {
        json!({"id": chat.id.0, "type": "supergroup", "title": ""})
    }
}

fn user_json(user: &IncomingUser) -> Value {
    json!({"id": user.id.0, "is_bot": user.is_bot, "first_name": user.name})
}
