//! What handlers take and give: the desk, who asks, which message was pressed; answers go to the outbox.
use super::cards::view_loader::ViewLoader;
use super::invite_cache::InviteCache;
use super::render::Words;
use crate::clock::Clock;
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::ChatId;
use crate::domain::notice::{Message, Outgoing, Rendered};
use crate::domain::person::Person;
use crate::domain::quota::Quotas;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::i18n::{Arg, Texts};
use crate::telegram::Telegram;
use secrecy::SecretString;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// What a handler gives: what is to be delivered, or why the verb was refused.
pub type HandlerResult = Result<Vec<Outgoing>, EngineError>;

/// The desk as handlers know it.
pub struct BotContext {
    /// The verbs.
    pub engine: Arc<Engine>,
    /// What cards show.
    pub facts: ViewLoader,
    /// The words.
    pub texts: Arc<Texts>,
    /// The bot's username, for links.
    pub bot_username: String,
    /// The key of the side API's tokens (`JWT_SECRET`), when there is one.
    pub jwt_secret: Option<SecretString>,
    /// For what can't wait for the outbox: answers to presses.
    pub telegram: Telegram,
    /// Those answers, while they are under way.
    pub tasks: TaskTracker,
    /// The moment, for what is told past the outbox.
    pub clock: Clock,
    /// The invitations that were made lately.
    pub links: InviteCache,
    /// How much each chat has sent lately.
    pub quotas: Mutex<Quotas>,
    /// Who was told lately that the store is away.
    pub apologised: Mutex<HashMap<i64, Time>>,
}

impl BotContext {
    /// A link that sends `/start <payload>` when it is opened.
    #[must_use]
    pub fn link(&self, payload: &str) -> String {
        format!("https://t.me/{}?start={payload}", self.bot_username)
    }
}

/// Who asks, where and when.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The person, as the store has them.
    pub person: Person,
    /// The chat that the question came from and the answer goes to.
    pub chat: ChatId,
    /// When the update is handled.
    pub now: Time,
}

impl RequestContext {
    /// The person's language.
    #[must_use]
    pub fn localizer<'a>(&self, bot: &'a BotContext) -> Words<'a> {
        Words { texts: &bot.texts, locale: self.person.locale, now: self.now, zone: bot.engine.rules().zone }
    }

    /// An answer in words.
    #[must_use]
    pub fn text(&self, text: Rendered) -> Outgoing {
        Outgoing { chat: self.chat, message: Message::Text(text) }
    }

    /// An answer without buttons: the text of `key`.
    #[must_use]
    pub fn message(&self, bot: &BotContext, key: &str, args: &[(&str, Arg<'_>)]) -> Outgoing {
        self.text(self.localizer(bot).message(key, args))
    }

    /// A card as the answer.
    #[must_use]
    pub fn card(&self, key: CardKey) -> Outgoing {
        Outgoing { chat: self.chat, message: Message::Card(key) }
    }

    /// Other words in the message that was pressed.
    #[must_use]
    pub fn edit(&self, pressed: PressedMessage, text: Rendered) -> Outgoing {
        Outgoing { chat: self.chat, message: Message::Edit { message_id: pressed.0, text } }
    }

    /// The pressed message, drawn anew as this card.
    #[must_use]
    pub fn redraw(&self, pressed: PressedMessage, card: CardKey) -> Outgoing {
        Outgoing { chat: self.chat, message: Message::Redraw { message_id: pressed.0, card } }
    }
}

/// The message whose button was pressed.
#[derive(Debug, Clone, Copy)]
pub struct PressedMessage(pub i32);

/// How long somebody waits without a word for what the store has to do first.
const OUTAGE_NOTICE_AFTER: Duration = Duration::from_secs(3);

impl BotContext {
    /// Waits for work that the store has a part in. When that takes long, those who wait for it are told that the desk has a
    /// problem: a server that stands still refuses nothing.
    pub async fn with_outage_notice<T>(
        self: &Arc<Self>,
        chats: impl IntoIterator<Item = i64>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        if let Ok(done) = tokio::time::timeout(OUTAGE_NOTICE_AFTER, &mut work).await {
            return done;
        }
        tracing::warn!("the store keeps people waiting");
        self.send_outage_notice(chats);
        work.await
    }

    /// Tells people at once, past the outbox, that the desk can't keep anything right now: what they sent is not lost,
    /// Telegram or the inbox has it. Once a minute and chat at most; nothing depends on it, and nobody waits for it.
    pub fn send_outage_notice(self: &Arc<Self>, chats: impl IntoIterator<Item = i64>) {
        let (bot, chats) = (Arc::clone(self), chats.into_iter().collect::<Vec<_>>());
        self.tasks.spawn(async move { bot.send_outage_notice_to(chats).await });
    }

    async fn send_outage_notice_to(&self, chats: Vec<i64>) {
        let now = self.clock.now();
        for chat in chats {
            let told = {
                let mut told = self.apologised.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                told.retain(|_, at| now - *at < chrono::TimeDelta::minutes(1));
                let before = told.contains_key(&chat);
                told.entry(chat).or_insert(now);
                before
            };
            if !told {
                let rules = self.engine.rules();
                let localizer =
                    Words { texts: &self.texts, locale: rules.default_locale, now, zone: rules.zone };
                let body = serde_json::json!({"chat_id": chat, "text": localizer.plain("store-away", &[])});
                if let Err(error) = self.telegram.call("sendMessage", &body).await {
                    tracing::debug!(%error, "apology not delivered");
                }
            }
        }
    }
}
