//! Actions of users: join, send messages and media, block the bot.
use axum::body::Bytes;
use serde_json::{Value, json};

use super::message::{Attachment, NewMessage, Sender};
use crate::sandbox::Sandbox;
use crate::sandbox::chats::text::Formatted;
use crate::sandbox::chats::views::{MediaKind, NewMedia, NewUser, User};
use crate::sandbox::state::State;

/// The first id that is assigned to users without an id of their own.
const FIRST_ID: i64 = 100_001;

/// Latitude and longitude of every shared location: Monas, Jakarta.
const SHARED_LOCATION: (f64, f64) = (-6.175_39, 106.827_15);

/// No user with this id was added.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no user in the sandbox has the id {0}")]
pub(in crate::sandbox) struct UnknownUser(pub(in crate::sandbox) i64);

#[expect(clippy::must_use_candidate, reason = "called for their effect; the ids are often not needed")]
impl Sandbox {
    /// Adds a user, or updates the user with this id. The bot cannot write to users before they have written
    /// to it.
    pub fn add_user(&self, user: NewUser) -> User {
        self.write(|state| {
            let next = state.users.keys().next_back().map_or(FIRST_ID, |last| (last + 1).max(FIRST_ID));
            let id = user.id.unwrap_or(next);
            let blocked = state.users.get(&id).is_some_and(|existing| existing.blocked);
            let user = User {
                id,
                first_name: user.first_name,
                last_name: user.last_name,
                username: user.username,
                language_code: user.language_code,
                label: user.label,
                blocked,
            };
            state.users.insert(id, user.clone());
            state.emit(json!({"type": "user", "user": user}));
            user
        })
    }

    /// Sends a text from a user to the bot and returns the message id. A blocked bot is unblocked first, as
    /// in Telegram.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn send_text(&self, user: i64, text: &str) -> i64 {
        self.try_send_text(user, text).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Sends a file, location or contact from a user to the bot and returns the message id. Fields that
    /// Telegram does not have are dropped: captions of stickers, locations and contacts; album ids of
    /// anything but photos, videos, documents and music.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn send_media(&self, user: i64, media: NewMedia) -> i64 {
        self.try_send_media(user, media).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Blocks or unblocks the bot for a user. The bot gets a `my_chat_member` update.
    ///
    /// # Panics
    /// If no user has this id.
    pub fn set_blocked(&self, user: i64, blocked: bool) {
        self.try_set_blocked(user, blocked).unwrap_or_else(|e| panic!("{e}"));
    }

    pub(in crate::sandbox) fn try_send_text(&self, user: i64, text: &str) -> Result<i64, UnknownUser> {
        let new = NewMessage::new(user, Sender::User(user), Formatted::typed(text));
        self.write(|state| state.receive_message(user, new))
    }

    pub(in crate::sandbox) fn try_send_media(&self, user: i64, media: NewMedia) -> Result<i64, UnknownUser> {
        self.write(|state| {
            let new = state.media_message(user, media);
            state.receive_message(user, new)
        })
    }

    pub(in crate::sandbox) fn try_set_blocked(&self, user: i64, blocked: bool) -> Result<User, UnknownUser> {
        self.write(|state| state.set_blocked(user, blocked))
    }
}

impl State {
    /// Returns the message of a user with this file, location or other content.
    pub(in crate::sandbox) fn media_message(&mut self, user: i64, media: NewMedia) -> NewMessage {
        let kind = media.kind;
        let caption = media.caption.filter(|_| kind.can_have_caption()).unwrap_or_default();
        let mut new = NewMessage::new(user, Sender::User(user), Formatted::typed(&caption));
        let bytes = Bytes::from(media.bytes);
        new.attachment = Some(match self.shared_data(user, kind) {
            Some(data) => Attachment::of_data(kind, data),
            None => self.files.store(kind, &bytes, media.file_name, media.mime),
        });
        let in_albums = kind.can_have_caption() && !matches!(kind, MediaKind::Voice | MediaKind::Animation);
        new.media_group_id = media.media_group_id.filter(|_| in_albums);
        new
    }

    /// Returns the JSON of a content without a file that a user sends; `None` for files.
    fn shared_data(&self, user: i64, kind: MediaKind) -> Option<Value> {
        let location = json!({"latitude": SHARED_LOCATION.0, "longitude": SHARED_LOCATION.1});
        Some(match kind {
            MediaKind::Location => location,
            MediaKind::Venue => json!({"location": location, "title": "Monas", "address": "Jakarta Pusat"}),
            MediaKind::Contact => {
                let name = self.users.get(&user).map_or("Somebody", |u| u.first_name.as_str());
                json!({"phone_number": "+6281200000000", "first_name": name, "user_id": user})
            }
            MediaKind::Dice => json!({"emoji": "🎲", "value": 4}),
            MediaKind::Poll => json!({
                "id": "5000000000000000001",
                "question": "Kapan teknisi datang?",
                "options": [{"persistent_id": "0", "text": "Pagi", "voter_count": 0},
                    {"persistent_id": "1", "text": "Sore", "voter_count": 0}],
                "total_voter_count": 0,
                "is_closed": false,
                "is_anonymous": true,
                "type": "regular",
                "allows_multiple_answers": false,
                "allows_revoting": false,
                "members_only": false,
            }),
            _ => return None,
        })
    }

    /// Adds a user's message to their chat with the bot, and queues the update.
    pub(in crate::sandbox) fn receive_message(
        &mut self,
        user: i64,
        new: NewMessage,
    ) -> Result<i64, UnknownUser> {
        self.set_blocked(user, false)?;
        self.chats.entry(user).or_default().started = true;
        let message = self.insert_message(new);
        self.enqueue_update("message", &self.message_json(&message));
        Ok(message.id)
    }

    pub(in crate::sandbox) fn set_blocked(&mut self, user: i64, blocked: bool) -> Result<User, UnknownUser> {
        let entry = self.users.get_mut(&user).ok_or(UnknownUser(user))?;
        if entry.blocked == blocked {
            return Ok(entry.clone());
        }
        entry.blocked = blocked;
        let updated = entry.clone();
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
        self.enqueue_update("my_chat_member", &change);
        self.emit(json!({"type": "user", "user": updated}));
        Ok(updated)
    }
}

impl NewMedia {
    /// Returns a file of this kind without caption, type and album.
    #[must_use]
    pub fn new(kind: MediaKind, bytes: impl Into<Vec<u8>>) -> Self {
        let name = kind.field_name().to_owned();
        let has_name = matches!(kind, MediaKind::Document | MediaKind::Audio);
        let bytes = bytes.into();
        Self {
            kind,
            caption: None,
            file_name: has_name.then_some(name),
            mime: None,
            bytes,
            media_group_id: None,
        }
    }
}
