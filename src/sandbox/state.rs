//! Everything the sandbox remembers, behind one lock: people, chats, files, undelivered updates.
use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::entities::Kind;
use super::files::Files;
use super::inbox::Inbox;
use super::journal::Journal;
use super::limits::Limits;
use super::menus::Menus;
use super::message::{Attachment, Message, Sender};
use super::presses::Press;
use super::refusal::{Refusal, bad};
use super::shapes::{Toast, User};
use super::text::Formatted;
use super::webhook::Webhook;
use super::{Clock, SandboxOptions};

/// Events a slow page may lag behind before it gets a fresh snapshot.
const EVENTS_KEPT: usize = 1024;

pub(super) struct Bot {
    pub(super) id: i64,
    pub(super) username: String,
    pub(super) name: String,
}

#[derive(Default)]
pub(super) struct Chat {
    /// Whether the bot may write here: the person has written first, or it is a group.
    pub(super) started: bool,
    pub(super) messages: BTreeMap<i64, Message>,
}

pub(super) struct State {
    clock: Clock,
    pub(super) bot: Bot,
    pub(super) people: BTreeMap<i64, User>,
    pub(super) chats: BTreeMap<i64, Chat>,
    pub(super) files: Files,
    pub(super) inbox: Inbox,
    pub(super) presses: BTreeMap<String, Press>,
    pub(super) toasts: BTreeMap<i64, Vec<Toast>>,
    pub(super) menus: Menus,
    pub(super) limits: Limits,
    pub(super) journal: Journal,
    pub(super) webhook: Option<Webhook>,
    pub(super) events: broadcast::Sender<Value>,
    last_message: i64,
}

/// A message about to be written into a chat.
pub(super) struct Draft {
    pub(super) chat: i64,
    pub(super) sender: Sender,
    pub(super) body: Formatted,
    pub(super) attachment: Option<Attachment>,
    pub(super) keyboard: Option<Value>,
    pub(super) media_group_id: Option<String>,
    pub(super) reply_to: Option<i64>,
}

impl Draft {
    pub(super) fn new(chat: i64, sender: Sender, body: Formatted) -> Self {
        Self { chat, sender, body, attachment: None, keyboard: None, media_group_id: None, reply_to: None }
    }
}

impl State {
    pub(super) fn new(options: &SandboxOptions) -> Self {
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
            events: broadcast::Sender::new(EVENTS_KEPT),
            last_message: 0,
        }
    }

    pub(super) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        (self.clock)()
    }

    pub(super) fn message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.chats.get(&chat)?.messages.get(&id)
    }

    /// A message that is still there.
    pub(super) fn living(&self, chat: i64, id: i64) -> Option<&Message> {
        self.message(chat, id).filter(|m| !m.deleted)
    }

    /// Writes a message into its chat, tells the pages, and returns it.
    pub(super) fn write(&mut self, mut draft: Draft) -> Message {
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
    pub(super) fn tell_bot(&mut self, kind: &str, content: &Value) {
        let now = self.now();
        self.inbox.queue(kind, content, now);
    }

    /// Tells the open pages; nobody listening is fine.
    pub(super) fn emit(&self, event: Value) {
        let _ = self.events.send(event);
    }

    /// The chat that a request names, if the bot can see it.
    pub(super) fn reachable(&self, chat: Option<i64>) -> Result<i64, Refusal> {
        let known = |id: &i64| self.chats.get(id).is_some_and(|chat| chat.started);
        chat.filter(known).ok_or_else(|| bad("chat not found"))
    }

    /// The chat that a request names, if the bot may write there.
    pub(super) fn writable(&self, chat: Option<i64>) -> Result<i64, Refusal> {
        let chat = self.reachable(chat)?;
        if self.people.get(&chat).is_some_and(|user| user.blocked) {
            return Err(Refusal::Blocked);
        }
        Ok(chat)
    }
}
