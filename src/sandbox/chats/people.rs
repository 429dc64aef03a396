//! What people do: come, write, attach things, block the bot.
use axum::body::Bytes;
use serde_json::json;

use super::message::Sender;
use super::state::{Draft, State};
use crate::sandbox::Sandbox;
use crate::sandbox::bot_api::text::Formatted;
use crate::sandbox::bot_api::wire::media_name;
use crate::sandbox::control::views::{MediaKind, NewMedia, NewUser, User};

/// The first id that is given to people who do not bring their own.
const FIRST_ID: i64 = 100_001;

/// Somebody acts who was never added.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody in the sandbox has the id {0}")]
pub(in crate::sandbox) struct Nobody(pub(in crate::sandbox) i64);

#[expect(clippy::must_use_candidate, reason = "called for what they do; the ids are often of no interest")]
impl Sandbox {
    /// Adds a person, or changes the one who has the id already. The bot cannot write to them until they
    /// have written first.
    pub fn add_user(&self, user: NewUser) -> User {
        self.write(|state| {
            let next = state.people.keys().next_back().map_or(FIRST_ID, |last| (last + 1).max(FIRST_ID));
            let id = user.id.unwrap_or(next);
            let blocked = state.people.get(&id).is_some_and(|known| known.blocked);
            let user = User {
                id,
                first_name: user.first_name,
                last_name: user.last_name,
                username: user.username,
                language_code: user.language_code,
                label: user.label,
                blocked,
            };
            state.people.insert(id, user.clone());
            state.emit(json!({"type": "user", "user": user}));
            user
        })
    }

    /// The person writes to the bot (and unblocks it, as Telegram makes them do first). Returns the
    /// message's id.
    ///
    /// # Panics
    /// When nobody has this id.
    pub fn send_text(&self, user: i64, text: &str) -> i64 {
        self.try_send_text(user, text).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The person sends a file, place or contact. What Telegram does not have is left out: captions of
    /// stickers, places and contacts; albums of anything but photos, videos, documents and music. Returns
    /// the message's id.
    ///
    /// # Panics
    /// When nobody has this id.
    pub fn send_media(&self, user: i64, media: NewMedia) -> i64 {
        self.try_send_media(user, media).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The person blocks or unblocks the bot; it is told with `my_chat_member`.
    ///
    /// # Panics
    /// When nobody has this id.
    pub fn set_blocked(&self, user: i64, blocked: bool) {
        self.try_set_blocked(user, blocked).unwrap_or_else(|e| panic!("{e}"));
    }

    pub(in crate::sandbox) fn try_send_text(&self, user: i64, text: &str) -> Result<i64, Nobody> {
        let draft = Draft::new(user, Sender::Person(user), Formatted::typed(text));
        self.write(|state| state.arrive(user, draft))
    }

    pub(in crate::sandbox) fn try_send_media(&self, user: i64, media: NewMedia) -> Result<i64, Nobody> {
        self.write(|state| {
            let captioned =
                !matches!(media.kind, MediaKind::Sticker | MediaKind::Location | MediaKind::Contact);
            let caption = media.caption.filter(|_| captioned).unwrap_or_default();
            let caption = Formatted::typed(&caption);
            let mut draft = Draft::new(user, Sender::Person(user), caption);
            let bytes = Bytes::from(media.bytes);
            draft.attachment = Some(state.files.store(media.kind, &bytes, media.file_name, media.mime));
            draft.media_group_id =
                media.media_group_id.filter(|_| captioned && media.kind != MediaKind::Voice);
            state.arrive(user, draft)
        })
    }

    pub(in crate::sandbox) fn try_set_blocked(&self, user: i64, blocked: bool) -> Result<User, Nobody> {
        self.write(|state| state.set_blocked(user, blocked))
    }
}

impl State {
    /// A person's message arrives in their chat with the bot.
    fn arrive(&mut self, user: i64, draft: Draft) -> Result<i64, Nobody> {
        self.set_blocked(user, false)?;
        self.chats.entry(user).or_default().started = true;
        let message = self.write(draft);
        self.tell_bot("message", &self.message_json(&message));
        Ok(message.id)
    }

    pub(in crate::sandbox) fn set_blocked(&mut self, user: i64, blocked: bool) -> Result<User, Nobody> {
        let person = self.people.get_mut(&user).ok_or(Nobody(user))?;
        if person.blocked == blocked {
            return Ok(person.clone());
        }
        person.blocked = blocked;
        let person = person.clone();
        let bot = self.bot_json();
        let member = |banned: bool| {
            if banned {
                json!({"user": bot, "status": "kicked", "until_date": 0})
            } else {
                json!({"user": bot, "status": "member"})
            }
        };
        let change = json!({
            "chat": self.chat_json(user),
            "from": self.user_json(user),
            "date": self.now().timestamp(),
            "old_chat_member": member(!blocked),
            "new_chat_member": member(blocked),
        });
        self.tell_bot("my_chat_member", &change);
        self.emit(json!({"type": "user", "user": person}));
        Ok(person)
    }
}

impl NewMedia {
    /// A file of this kind with nothing else said about it.
    #[must_use]
    pub fn new(kind: MediaKind, bytes: impl Into<Vec<u8>>) -> Self {
        let name = media_name(kind).to_owned();
        let named = matches!(kind, MediaKind::Document | MediaKind::Audio);
        let bytes = bytes.into();
        Self {
            kind,
            caption: None,
            file_name: named.then_some(name),
            mime: None,
            bytes,
            media_group_id: None,
        }
    }
}
