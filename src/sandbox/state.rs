//! State of the simulated Telegram, behind one lock: users, chats, files, callback queries, pending updates.
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::sandbox::chats::entities::Kind;
use crate::sandbox::chats::files::Files;
use crate::sandbox::chats::menus::Menus;
use crate::sandbox::chats::message::{Message, NewMessage};
use crate::sandbox::chats::views::{PressMode, Toast, User};
use crate::sandbox::control::journal::Journal;
use crate::sandbox::control::rate_limit::RateLimiter;
use crate::sandbox::updates::queue::UpdateQueue;
use crate::sandbox::updates::webhook::Webhook;
use crate::sandbox::{Clock, SandboxOptions};

/// The events that a slow page may lag behind before it gets a new snapshot.
const EVENT_FEED_CAPACITY: usize = 1024;
/// The time in which a press must be answered.
const PRESS_TTL: TimeDelta = TimeDelta::seconds(15);

pub(in crate::sandbox) struct Bot {
    pub(in crate::sandbox) id: i64,
    pub(in crate::sandbox) username: String,
    pub(in crate::sandbox) name: String,
    /// Whether private chats with the bot can have topics.
    pub(in crate::sandbox) has_topics: bool,
    /// Whether the bot gets inline queries.
    pub(in crate::sandbox) is_inline: bool,
    /// Whether the server knows `setMySettings`.
    pub(in crate::sandbox) knows_settings: bool,
}

/// The topics of a chat by `message_thread_id`: their names, `None` for deleted ones.
pub(in crate::sandbox) type Topics = BTreeMap<i64, Option<String>>;

#[derive(Default)]
pub(in crate::sandbox) struct Chat {
    /// Whether the bot has access to the chat: the user has written first, or it is a group.
    pub(in crate::sandbox) started: bool,
    pub(in crate::sandbox) messages: BTreeMap<i64, Message>,
    pub(in crate::sandbox) topics: Topics,
    /// The pinned messages, the newest last; deleted ones do not count.
    pub(in crate::sandbox) pinned: Vec<i64>,
    /// The keyboard in the place of the phone's, as the bot sent it.
    pub(in crate::sandbox) keyboard: Option<Value>,
}

/// A press of a button, and whether the bot has answered it.
pub(in crate::sandbox) struct Press {
    pub(in crate::sandbox) user: i64,
    pub(in crate::sandbox) chat: i64,
    pub(in crate::sandbox) pressed_at: DateTime<Utc>,
    pub(in crate::sandbox) answered: bool,
}

/// An inline query, and the bot's answer to it.
pub(in crate::sandbox) struct InlineQuery {
    pub(in crate::sandbox) user: i64,
    pub(in crate::sandbox) results: Option<Vec<Value>>,
}

impl Press {
    pub(in crate::sandbox) fn is_answerable(&self, now: DateTime<Utc>) -> bool {
        !self.answered && now - self.pressed_at <= PRESS_TTL
    }
}

pub(in crate::sandbox) struct State {
    clock: Clock,
    pub(in crate::sandbox) bot: Bot,
    pub(in crate::sandbox) users: BTreeMap<i64, User>,
    pub(in crate::sandbox) chats: BTreeMap<i64, Chat>,
    pub(in crate::sandbox) files: Files,
    pub(in crate::sandbox) updates: UpdateQueue,
    /// By callback query id.
    pub(in crate::sandbox) presses: BTreeMap<String, Press>,
    pub(in crate::sandbox) press_mode: PressMode,
    /// By query id.
    pub(in crate::sandbox) inline_queries: BTreeMap<String, InlineQuery>,
    /// The answers to each user's presses.
    pub(in crate::sandbox) toasts: BTreeMap<i64, Vec<Toast>>,
    pub(in crate::sandbox) menus: Menus,
    pub(in crate::sandbox) rate_limiter: RateLimiter,
    pub(in crate::sandbox) journal: Journal,
    pub(in crate::sandbox) webhook: Option<Webhook>,
    /// The feed for open pages.
    pub(in crate::sandbox) events: broadcast::Sender<Value>,
    last_message_id: i64,
    last_album_id: i64,
}

impl State {
    pub(in crate::sandbox) fn new(options: &SandboxOptions) -> Self {
        Self {
            clock: options.now.clone(),
            bot: Bot {
                id: options.bot_id,
                username: options.bot_username.clone(),
                name: options.bot_name.clone(),
                has_topics: false,
                is_inline: false,
                knows_settings: true,
            },
            users: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: Files::default(),
            updates: UpdateQueue::default(),
            presses: BTreeMap::new(),
            press_mode: PressMode::default(),
            inline_queries: BTreeMap::new(),
            toasts: BTreeMap::new(),
            menus: Menus::default(),
            rate_limiter: RateLimiter::default(),
            journal: Journal::default(),
            webhook: None,
            events: broadcast::Sender::new(EVENT_FEED_CAPACITY),
            last_message_id: 0,
            last_album_id: 0,
        }
    }

    pub(in crate::sandbox) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Returns a message, deleted or not.
    pub(in crate::sandbox) fn message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.chats.get(&chat)?.messages.get(&id)
    }

    /// Returns the message of a chat that was pinned last.
    pub(in crate::sandbox) fn pinned(&self, chat: i64) -> Option<i64> {
        let pinned = self.chats.get(&chat)?.pinned.iter().rev();
        pinned.copied().find(|id| self.existing_message(chat, *id).is_some())
    }

    /// Returns a message that the bot can access.
    pub(in crate::sandbox) fn existing_message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.message(chat, id).filter(|m| !m.deleted && !m.hidden)
    }

    /// Adds a message to its chat, publishes the event, and returns the message.
    pub(in crate::sandbox) fn insert_message(&mut self, mut new: NewMessage) -> Message {
        let id = self.next_message_id();
        // Telegram drops mentions of unknown users.
        new.body.entities.retain(|e| match e.kind {
            Kind::TextMention { user } => self.users.contains_key(&user),
            _ => true,
        });
        let message = Message {
            id,
            chat: new.chat,
            date: self.now().timestamp(),
            edit_date: None,
            sender: new.sender,
            body: new.body,
            attachment: new.attachment,
            keyboard: new.keyboard,
            media_group_id: new.media_group_id,
            reply_to: new.reply_to,
            thread: new.thread,
            envelope: new.envelope,
            content: new.content,
            reaction: None,
            user_reactions: json!([]),
            deleted: false,
            hidden: false,
        };
        self.put_message(&message);
        message
    }

    /// Puts a new or changed message into its chat, and publishes the event.
    pub(in crate::sandbox) fn put_message(&mut self, message: &Message) {
        self.last_message_id = self.last_message_id.max(message.id);
        let chat = self.chats.entry(message.chat).or_default();
        let kind =
            if chat.messages.insert(message.id, message.clone()).is_some() { "edited" } else { "message" };
        let view = message.view(self.bot.id);
        self.emit(json!({"type": kind, "chat": message.chat, "message": view}));
    }

    /// Returns an unused message id. Ids of all chats come from one sequence.
    pub(in crate::sandbox) fn next_message_id(&mut self) -> i64 {
        self.last_message_id += 1;
        self.last_message_id
    }

    /// Returns an unused album id (`media_group_id`).
    pub(in crate::sandbox) fn next_album_id(&mut self) -> String {
        self.last_album_id += 1;
        format!("{}", 13_900_000_000_000_000 + self.last_album_id)
    }

    /// Queues an update of this kind for the bot.
    pub(in crate::sandbox) fn enqueue_update(&mut self, kind: &str, content: &Value) {
        let now = self.now();
        self.updates.enqueue(kind, content, now);
    }

    /// Publishes an event to the open pages.
    pub(in crate::sandbox) fn emit(&self, event: Value) {
        // Fails only if no page is open.
        let _ = self.events.send(event);
    }
}
