//! Everything the sandbox remembers, behind one lock: people, chats, files, undelivered updates.
use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::files::Files;
use super::menus::Menus;
use super::message::{Attachment, Message, Sender};
use super::presses::Press;
use crate::sandbox::bot_api::entities::Kind;
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::bot_api::text::Formatted;
use crate::sandbox::control::journal::Journal;
use crate::sandbox::control::limits::Limits;
use crate::sandbox::control::views::{Toast, User};
use crate::sandbox::updates::queue::Inbox;
use crate::sandbox::updates::webhook::Webhook;
use crate::sandbox::{Clock, SandboxOptions};

/// Events a slow page may lag behind before it gets a fresh snapshot.
const EVENT_FEED_CAPACITY: usize = 1024;

pub(in crate::sandbox) struct Bot {
    pub(in crate::sandbox) id: i64,
    pub(in crate::sandbox) username: String,
    pub(in crate::sandbox) name: String,
}

#[derive(Default)]
pub(in crate::sandbox) struct Chat {
    /// Whether the bot may write here: the person has written first, or it is a group.
    pub(in crate::sandbox) started: bool,
    pub(in crate::sandbox) messages: BTreeMap<i64, Message>,
}

pub(in crate::sandbox) struct State {
    clock: Clock,
    pub(in crate::sandbox) bot: Bot,
    pub(in crate::sandbox) people: BTreeMap<i64, User>,
    pub(in crate::sandbox) chats: BTreeMap<i64, Chat>,
    pub(in crate::sandbox) files: Files,
    pub(in crate::sandbox) inbox: Inbox,
    pub(in crate::sandbox) presses: BTreeMap<String, Press>,
    pub(in crate::sandbox) toasts: BTreeMap<i64, Vec<Toast>>,
    pub(in crate::sandbox) menus: Menus,
    pub(in crate::sandbox) limits: Limits,
    pub(in crate::sandbox) journal: Journal,
    pub(in crate::sandbox) webhook: Option<Webhook>,
    pub(in crate::sandbox) events: broadcast::Sender<Value>,
    last_message: i64,
}

/// A message about to be written into a chat.
pub(in crate::sandbox) struct Draft {
    pub(in crate::sandbox) chat: i64,
    pub(in crate::sandbox) sender: Sender,
    pub(in crate::sandbox) body: Formatted,
    pub(in crate::sandbox) attachment: Option<Attachment>,
    pub(in crate::sandbox) keyboard: Option<Value>,
    pub(in crate::sandbox) media_group_id: Option<String>,
    pub(in crate::sandbox) reply_to: Option<i64>,
}

impl Draft {
    pub(in crate::sandbox) fn new(chat: i64, sender: Sender, body: Formatted) -> Self {
        Self { chat, sender, body, attachment: None, keyboard: None, media_group_id: None, reply_to: None }
    }
}

impl State {
    pub(in crate::sandbox) fn new(options: &SandboxOptions) -> Self {
        Self {
            clock: options.now.clone(),
            bot: Bot {
                id: options.bot_id,
                username: options.bot_username.clone(),
                name: options.bot_name.clone(),
            },
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: Files::default(),
            inbox: Inbox::default(),
            presses: BTreeMap::new(),
            toasts: BTreeMap::new(),
            menus: Menus::default(),
            limits: Limits::default(),
            journal: Journal::default(),
            webhook: None,
            events: broadcast::Sender::new(EVENT_FEED_CAPACITY),
            last_message: 0,
        }
    }

    pub(in crate::sandbox) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        (self.clock)()
    }

    pub(in crate::sandbox) fn message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.chats.get(&chat)?.messages.get(&id)
    }

    /// A message that is still there.
    pub(in crate::sandbox) fn living(&self, chat: i64, id: i64) -> Option<&Message> {
        self.message(chat, id).filter(|m| !m.deleted)
    }

    /// Writes a message into its chat, tells the pages, and returns it.
    pub(in crate::sandbox) fn write(&mut self, mut draft: Draft) -> Message {
        self.last_message += 1;
        // A mention of somebody whom nobody knows is no mention.
        draft.body.entities.retain(|e| match e.kind {
            Kind::TextMention { user } => self.people.contains_key(&user),
            _ => true,
        });
        let message = Message {
            id: self.last_message,
            chat: draft.chat,
            date: self.now().timestamp(),
            edit_date: None,
            sender: draft.sender,
            body: draft.body,
            attachment: draft.attachment,
            keyboard: draft.keyboard,
            media_group_id: draft.media_group_id,
            reply_to: draft.reply_to,
            deleted: false,
        };
        let chat = self.chats.entry(draft.chat).or_default();
        chat.messages.insert(message.id, message.clone());
        let seen = message.seen(self.bot.id);
        self.emit(json!({"type": "message", "chat": message.chat, "message": seen}));
        message
    }

    /// Queues an update of this kind for the bot.
    pub(in crate::sandbox) fn tell_bot(&mut self, kind: &str, content: &Value) {
        let now = self.now();
        self.inbox.queue(kind, content, now);
    }

    /// Tells the open pages; nobody listening is fine.
    pub(in crate::sandbox) fn emit(&self, event: Value) {
        let _ = self.events.send(event);
    }

    /// The chat that a request names, if the bot can see it.
    pub(in crate::sandbox) fn reachable(&self, chat: Option<i64>) -> Result<i64, Refusal> {
        let known = |id: &i64| self.chats.get(id).is_some_and(|chat| chat.started);
        chat.filter(known).ok_or_else(|| bad("chat not found"))
    }

    /// The chat that a request names, if the bot may write there.
    pub(in crate::sandbox) fn writable(&self, chat: Option<i64>) -> Result<i64, Refusal> {
        let chat = self.reachable(chat)?;
        if self.people.get(&chat).is_some_and(|user| user.blocked) {
            return Err(Refusal::Blocked);
        }
        Ok(chat)
    }
}
