//! Contexts of the handlers: shared services, the request, the pressed message. Answers go to the outbox.
use super::cards::view_loader::ViewLoader;
use super::inline_mode::InlineMode;
use super::invite_cache::InviteCache;
use super::mini_app::MiniApp;
use super::outage_chats::OutageChats;
use super::render::Localizer;
use crate::clock::Clock;
use crate::domain::Time;
use crate::domain::card::{AdminList, CardKey};
use crate::domain::ids::{ChatId, TelegramId};
use crate::domain::notice::rendered::{Keyboard, Rendered};
use crate::domain::notice::{Message, Outgoing};
use crate::domain::person::{Person, Prompt};
use crate::domain::quota::Quotas;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::i18n::{Arg, Texts};
use crate::outbox::TopicMode;
use crate::telegram::Telegram;
use crate::telegram::incoming::IncomingMessage;
use secrecy::SecretString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// The result of a handler: the messages to deliver, or the error of the engine.
pub type HandlerResult = Result<Vec<Outgoing>, EngineError>;

/// The services that handlers share.
pub struct BotContext {
    /// The engine, which makes all changes.
    pub engine: Arc<Engine>,
    /// Loads the views of cards.
    pub views: ViewLoader,
    /// The locale files.
    pub texts: Arc<Texts>,
    /// The bot's Telegram id, if Telegram named it.
    pub bot_id: Option<TelegramId>,
    /// Whether the bot has topics in private chats.
    pub topics: Arc<TopicMode>,
    /// Whether people can use the bot inline.
    pub inline_mode: InlineMode,
    /// The bot's username, for links.
    pub bot_username: String,
    /// The key that signs the side API's tokens (`JWT_SECRET`), if it is set.
    pub jwt_secret: Option<SecretString>,
    /// The public address of the web front end (`WEB_URL`), if it is set.
    pub web_url: Option<String>,
    /// The web front end as a Mini App.
    pub mini_app: MiniApp,
    /// For calls that bypass the outbox: answers to presses, outage notices.
    pub telegram: Telegram,
    /// These calls, while they are in flight.
    pub tasks: TaskTracker,
    /// The clock, for messages that bypass the outbox.
    pub clock: Clock,
    /// Recent invitations.
    pub invite_cache: InviteCache,
    /// Rate limits of incoming updates, per chat.
    pub quotas: Mutex<Quotas>,
    /// The chats with an outage notice.
    pub outage_chats: OutageChats,
    /// How long people wait without an answer.
    pub answer_limits: AnswerLimits,
}

/// How long work may take before the bot answers without its result.
#[derive(Debug, Clone, Copy)]
pub struct AnswerLimits {
    /// The work behind a press; then an empty answer stops the spinner. A person sees a shorter delay than the
    /// default, 300 ms, as immediate.
    pub press: Duration,
    /// Work with the store; then an outage notice is sent. The default is 3 s.
    pub update: Duration,
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self { press: Duration::from_millis(300), update: Duration::from_secs(3) }
    }
}

impl BotContext {
    /// Returns a link that sends `/start <payload>` when it is opened.
    #[must_use]
    pub fn link(&self, payload: &str) -> String {
        format!("https://t.me/{}?start={payload}", self.bot_username)
    }

    /// Returns the redraw of a pressed message after a change of its ticket or prompt. The engine's commit edits the live
    /// card, so that needs no second edit.
    pub async fn unless_live(&self, redrawn: Outgoing) -> Result<Option<Outgoing>, StoreError> {
        let Message::Redraw {
            message_id,
            card:
                card @ (CardKey::Task(..)
                | CardKey::Status(_)
                | CardKey::CommentPrompt(_)
                | CardKey::LastWordPrompt(..)),
        } = &redrawn.message
        else {
            return Ok(Some(redrawn));
        };
        let live = self.engine.store().live_card(*card).await?;
        let is_live = live.is_some_and(|live| live.chat == redrawn.chat && live.message_id == *message_id);
        Ok((!is_live).then_some(redrawn))
    }

    /// Ends the person's current prompt, if there is one. Its keyboard is removed.
    pub async fn end_current_prompt(&self, ctx: &RequestContext) -> Result<(), EngineError> {
        if let Some(prompt) = ctx.person.current_prompt() {
            let gone = prompt.has_keyboard().then(|| ctx.without_keyboard(self, "contact-closed"));
            self.engine.end_prompt_with(ctx.person.id, gone.into_iter().collect()).await?;
        }
        Ok(())
    }

    /// Returns the redraw of the message of a prompt that has ended. If the prompt was open until this press, its end
    /// refreshes the live message.
    pub async fn closed_prompt(
        &self,
        ctx: &RequestContext,
        pressed: PressedMessage,
        prompt: Prompt,
    ) -> Result<Vec<Outgoing>, StoreError> {
        let Some(card) = prompt.card(ctx.person.id) else { return Ok(Vec::new()) };
        let redrawn = ctx.redraw(pressed, card);
        if ctx.person.current_prompt() != Some(prompt) {
            return Ok(vec![redrawn]);
        }
        Ok(self.unless_live(redrawn).await?.into_iter().collect())
    }
}

/// One request: the person, the chat and the time.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The person, as stored.
    pub person: Person,
    /// The chat that the update came from and the answer goes to.
    pub chat: ChatId,
    /// The topic of the chat that the update came from; answers go there.
    pub thread: Option<i32>,
    /// The inline id of the pressed message, if Telegram names it by that only.
    pub inline_message_id: Option<String>,
    /// When the update is handled.
    pub now: Time,
}

impl RequestContext {
    /// Returns a new message to where the update came from.
    #[must_use]
    fn answer(&self, message: Message) -> Outgoing {
        Outgoing { chat: self.chat, message: message.in_thread(self.thread) }
    }

    /// Returns the prompt that this message answers: it was open when the person wrote the message.
    #[must_use]
    pub fn prompt_for(&self, message: &IncomingMessage) -> Option<Prompt> {
        self.person.prompt_for(message.message_id, message.date.unwrap_or(self.now))
    }

    /// Returns the localizer for the person.
    #[must_use]
    pub fn localizer<'a>(&self, bot: &'a BotContext) -> Localizer<'a> {
        Localizer {
            texts: &bot.texts,
            locale: self.person.locale,
            now: self.now,
            zone: bot.engine.config().zone,
        }
    }

    /// Returns a message with this text.
    #[must_use]
    pub fn text(&self, text: Rendered) -> Outgoing {
        self.answer(Message::Text(text))
    }

    /// Returns a message without buttons: the text of `key`.
    #[must_use]
    pub fn message(&self, bot: &BotContext, key: &str, args: &[(&str, Arg<'_>)]) -> Outgoing {
        self.text(self.localizer(bot).message(key, args))
    }

    /// Returns a message without buttons that takes the keyboard of a prompt away.
    #[must_use]
    pub fn without_keyboard(&self, bot: &BotContext, key: &str) -> Outgoing {
        self.text(Rendered::with_keyboard(self.localizer(bot).html(key, &[]), Keyboard::Remove))
    }

    /// Returns a message with this card.
    #[must_use]
    pub fn card(&self, key: CardKey) -> Outgoing {
        self.answer(Message::Card(key))
    }

    /// Returns the deliveries of a card that is sent anew: its earlier message is deleted, so that only one has
    /// buttons.
    #[must_use]
    pub fn moved_card(&self, key: CardKey) -> [Outgoing; 2] {
        [Outgoing { chat: self.chat, message: Message::Retire(key) }, self.card(key)]
    }

    /// Returns the deliveries of a list that is sent anew. It is not live before it is sent, so no event refreshes it
    /// in between; the refresh behind it does.
    #[must_use]
    pub fn moved_list(&self, key: CardKey) -> Vec<Outgoing> {
        let [retired, sent] = self.moved_card(key);
        vec![retired, sent, Outgoing::refresh(self.chat, key)]
    }

    /// Returns the deliveries of an admin's list that is sent anew, with this text.
    #[must_use]
    pub fn moved_admin_list(&self, list: AdminList, text: Rendered) -> Vec<Outgoing> {
        let key = CardKey::AdminList(self.person.id, list);
        let [retired, _] = self.moved_card(key);
        vec![retired, self.answer(Message::CardText { key, text: Box::new(text) })]
    }

    /// Returns an edit of an earlier message of this chat to a text without buttons.
    #[must_use]
    pub fn close(&self, message_id: i32, text: Rendered) -> Outgoing {
        Outgoing { chat: self.chat, message: Message::Close { message_id, text } }
    }

    /// Returns an edit of the pressed message to this text.
    #[must_use]
    pub fn edit(&self, pressed: PressedMessage, text: Rendered) -> Outgoing {
        self.pressed(pressed, Message::Edit { message_id: pressed.0, text, card: None })
    }

    /// Returns an edit of the pressed message of an admin's list.
    #[must_use]
    pub fn edit_admin_list(&self, pressed: PressedMessage, list: AdminList, text: Rendered) -> Outgoing {
        let card = Some(Box::new(CardKey::AdminList(self.person.id, list)));
        self.pressed(pressed, Message::Edit { message_id: pressed.0, text, card })
    }

    /// Returns a redraw of the pressed message as this card.
    #[must_use]
    pub fn redraw(&self, pressed: PressedMessage, card: CardKey) -> Outgoing {
        self.pressed(pressed, Message::Redraw { message_id: pressed.0, card })
    }

    /// Returns the edit of a message of this chat, or of the pressed message that has an inline id.
    fn pressed(&self, pressed: PressedMessage, edit: Message) -> Outgoing {
        let message = match &self.inline_message_id {
            Some(id) if PressedMessage::of_inline(id) == pressed => {
                Message::Inline { inline_message_id: id.clone(), message: Box::new(edit) }
            }
            _ => edit,
        };
        Outgoing { chat: self.chat, message }
    }
}

/// The message whose button was pressed: Telegram's id, or a negative number made of its inline id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PressedMessage(pub i32);

impl PressedMessage {
    /// Returns Telegram's id of the message, if Telegram named it by that.
    #[must_use]
    pub fn telegram_id(self) -> Option<i32> {
        (self.0 > 0).then_some(self.0)
    }

    /// Returns the message with this inline id. Different ids have different numbers, as far as their hash
    /// tells them apart; the numbers are the same in every process of this build.
    #[must_use]
    pub fn of_inline(inline_message_id: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        inline_message_id.hash(&mut hasher);
        let [first, second, third, fourth, ..] = hasher.finish().to_le_bytes();
        Self(-1 - i32::from_le_bytes([first, second, third, fourth & 0x7f]))
    }
}
