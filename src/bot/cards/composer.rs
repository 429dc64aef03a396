//! A composer of deliveries. A message is rendered when it is sent, in the recipient's language and with the
//! current state.
mod attachments;
mod choice;
mod console;
mod edits;
mod exceptions;
mod export;
mod focus;
mod live;
mod mini_app;
mod pick_up;
mod prompts;
mod reactions;
mod readers;
mod record;
mod relay;
mod service;
mod statistics;
mod status;
mod topics;

use super::view_loader::ViewLoader;
use super::views::{NoticeView, TaskView};
use crate::bot::menu;
use crate::bot::mini_app::MiniApp;
use crate::bot::render;
use crate::bot::render::{Localizer, Rendered};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::notice::{Message, Notice};
use crate::domain::number::TicketNumber;
use crate::domain::person::{AgentProfile, Locale, Person};
use crate::engine::Engine;
use crate::engine::ports::StoreError;
use crate::i18n::Texts;
use crate::outbox::{Compose, TelegramAction, TopicMode};
use async_trait::async_trait;
use std::sync::Arc;

/// Renders deliveries.
pub struct Composer {
    /// The engine, and the store behind it.
    pub engine: Arc<Engine>,
    /// Loads the views of cards.
    pub views: ViewLoader,
    /// The locale files.
    pub texts: Arc<Texts>,
    /// Whether the bot has topics in private chats.
    pub topics: Arc<TopicMode>,
    /// The web front end as a Mini App.
    pub mini_app: MiniApp,
}

#[async_trait]
impl Compose for Composer {
    async fn compose(
        &self,
        chat: ChatId,
        message: &Message,
        now: Time,
    ) -> Result<TelegramAction, StoreError> {
        let action = self.in_chat(chat, message, now).await?;
        self.in_topic(chat, message, action, now).await
    }

    async fn place(
        &self,
        chat: ChatId,
        message: &Message,
        action: TelegramAction,
        now: Time,
    ) -> Result<TelegramAction, StoreError> {
        self.in_topic(chat, message, action, now).await
    }
}

impl Composer {
    /// Returns the action that delivers `message` to the chat itself.
    async fn in_chat(
        &self,
        chat: ChatId,
        message: &Message,
        now: Time,
    ) -> Result<TelegramAction, StoreError> {
        let recipient = self.engine.store().recipient(chat).await?;
        let localizer = self.localizer(recipient.as_ref(), now);
        match message {
            Message::Text(text) => Ok(TelegramAction::Send(text.clone(), None)),
            Message::CardText { key, text } => Ok(TelegramAction::Send(text.as_ref().clone(), Some(*key))),
            Message::Edit { message_id, text, .. } | Message::Close { message_id, text } => {
                Ok(TelegramAction::Edit {
                    message_id: *message_id,
                    text: text.clone(),
                    card: None,
                    shown: None,
                })
            }
            Message::Menu => Ok(recipient.map_or(TelegramAction::Nothing, |person| {
                TelegramAction::Menu(menu::menu(&localizer, person.role, person.agent.is_some()))
            })),
            Message::MenuButton => Ok(self.menu_button(recipient.as_ref(), &localizer)),
            Message::ResetMenuButton => Ok(self.reset_menu_button(recipient.as_ref(), &localizer)),
            Message::Notice(Notice::File { ticket, file }) => {
                self.attachments(*ticket, std::slice::from_ref(file), (recipient.as_ref(), &localizer)).await
            }
            Message::Notice(Notice::Album { ticket, files }) => {
                self.attachments(*ticket, files, (recipient.as_ref(), &localizer)).await
            }
            Message::Relay { part, .. } => {
                self.relay(chat, part, (recipient.as_ref(), &localizer), now).await
            }
            Message::Notice(Notice::Record { part }) => {
                self.record(chat, part, (recipient.as_ref(), &localizer)).await
            }
            Message::Reaction(message) => self.reaction(chat, *message, recipient.as_ref()).await,
            Message::Notice(Notice::MessageFailed { message }) => {
                self.message_failed(*message, &localizer).await
            }
            Message::Notice(Notice::ReactedLikeMark { message }) => {
                self.reacted_like_mark(*message, (recipient.as_ref(), &localizer)).await
            }
            Message::Notice(Notice::MessagePartlySent { message }) => {
                self.message_partly_sent(*message, &localizer).await
            }
            Message::Inline { inline_message_id, message } => {
                let action = Box::pin(self.in_chat(chat, message, now)).await?;
                Ok(TelegramAction::Inline(inline_message_id.clone(), Box::new(action)))
            }
            Message::InThread { thread, message } => {
                let action = Box::pin(self.in_chat(chat, message, now)).await?;
                Ok(TelegramAction::InThread(*thread, Box::new(action)))
            }
            Message::Notice(notice) => {
                let Some(view) = self.view(notice, now).await? else { return Ok(TelegramAction::Nothing) };
                let (text, card) = (render::notice(&localizer, &view), notice.card());
                Ok(match self.message_to_edit(chat, notice).await? {
                    Some(message_id) => TelegramAction::Edit { message_id, text, card, shown: None },
                    None if self.is_status_announced(notice, &text).await? => TelegramAction::Nothing,
                    None => TelegramAction::Send(text, card),
                })
            }
            Message::Card(key) | Message::Redraw { card: key, .. }
                if !self.may_read(recipient.as_ref(), *key).await? =>
            {
                Ok(TelegramAction::Nothing)
            }
            Message::Card(CardKey::PickUp(id, agent)) if !self.can_pick_up(*id, *agent).await? => {
                Ok(TelegramAction::Nothing)
            }
            Message::Card(key) => {
                let card = self.card(*key, &localizer).await?;
                Ok(card.map_or(TelegramAction::Nothing, |card| TelegramAction::Send(card.text, Some(*key))))
            }
            Message::Topic { ticket, agent } => self.topic_upkeep((*ticket, *agent), &localizer).await,
            Message::DeleteTopic { ticket, agent } => self.topic_deletion((*ticket, *agent)).await,
            Message::Show(key) => self.show(*key, &localizer).await,
            Message::Pin(key) => self.pin(*key).await,
            Message::Refresh(key) => self.refresh(*key, &localizer).await,
            Message::Retire(key) => self.retire(*key, &localizer).await,
            Message::Redraw { message_id, card } => self.redraw(*message_id, *card, &localizer).await,
        }
    }
}

/// A rendered card.
struct Card {
    text: Rendered,
    /// True if the ticket has ended, so the card cannot change any more.
    is_final: bool,
}

/// A card that is not about one ticket.
impl From<Rendered> for Card {
    fn from(text: Rendered) -> Self {
        Self { text, is_final: false }
    }
}

impl Composer {
    fn localizer(&self, recipient: Option<&Person>, now: Time) -> Localizer<'_> {
        let config = self.engine.config();
        let locale: Locale = recipient.map_or(config.default_locale, |person| person.locale);
        Localizer { texts: &self.texts, locale, now, zone: config.zone }
    }

    async fn card(&self, key: CardKey, localizer: &Localizer<'_>) -> Result<Option<Card>, StoreError> {
        let store = self.engine.store();
        Ok(match key {
            CardKey::Status(id) => match store.ticket(id).await? {
                Some(ticket) => {
                    let text = render::status_card(
                        localizer,
                        &self.views.status_card(&ticket, localizer.now).await?,
                    );
                    Some(Card { text, is_final: ticket.status().is_end() })
                }
                None => None,
            },
            CardKey::Task(id, agent) => match store.ticket(id).await? {
                Some(ticket) => {
                    let text = render::new_task_card(localizer, &self.views.task(&ticket, agent).await?);
                    Some(Card { text, is_final: ticket.status().is_end() })
                }
                None => None,
            },
            CardKey::PickUp(id, agent) => self.pick_up_card(id, agent, localizer).await?,
            CardKey::MyQueue(agent, page) => {
                Some(Card::from(match self.views.my_queue(agent, page).await? {
                    Some(view) => {
                        self.with_dashboard(render::my_queue(localizer, &view), "my-queue", localizer)
                    }
                    // A card from the time when the person was an agent.
                    None => localizer.message("queue-former", &[]),
                }))
            }
            CardKey::Draft(person) => self.draft(person, localizer).await?.map(Card::from),
            CardKey::TicketChoice(person) => Some(self.ticket_choice(person, localizer).await?.into()),
            CardKey::CommentPrompt(ticket) => self.comment_prompt(ticket, localizer).await?.map(Card::from),
            CardKey::LastWordPrompt(ticket, agent) => {
                self.last_word_prompt((ticket, agent), localizer).await?.map(Card::from)
            }
            CardKey::Focus(agent) => self.focus(agent, localizer).await?.map(Card::from),
            CardKey::MyTickets(person, page) => {
                Some(render::my_tickets(localizer, &self.views.my_tickets(person, page).await?).into())
            }
            CardKey::Queue(..) | CardKey::Workload(..) | CardKey::AdminList(..) | CardKey::Console { .. } => {
                self.desk_card(key, localizer).await?.map(Card::from)
            }
        })
    }

    async fn draft(
        &self,
        person: PersonId,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let store = self.engine.store();
        let (Some(draft), Some(person)) = (self.engine.draft_of(person).await?, store.person(person).await?)
        else {
            return Ok(None);
        };
        Ok(Some(render::draft(
            localizer,
            &self.views.draft(&draft, &person.name, None, localizer.now).await?,
        )))
    }

    /// Loads a notice with its names; `None` if its ticket is gone.
    async fn view(&self, notice: &Notice, now: Time) -> Result<Option<NoticeView>, StoreError> {
        let store = self.engine.store();
        Ok(match notice {
            Notice::Created { .. }
            | Notice::Assigned { .. }
            | Notice::Completed { .. }
            | Notice::Cancelled { .. }
            | Notice::Requeued { .. } => self.status_notice(notice, now).await?,
            Notice::NewTask { ticket, agent, position, held, max } => match store.ticket(*ticket).await? {
                Some(ticket) => {
                    let reopened_from = self.views.reopened_from(&ticket, *agent).await?;
                    let ticket = self.views.ticket(&ticket, *agent).await?;
                    let view =
                        TaskView { ticket, position: *position, held: *held, max: *max, reopened_from };
                    Some(NoticeView::NewTask(view))
                }
                None => None,
            },
            Notice::TaskResumed { ticket, agent } => match store.ticket(*ticket).await? {
                Some(ticket) => Some(NoticeView::TaskResumed(self.views.ticket(&ticket, *agent).await?)),
                None => None,
            },
            Notice::TaskWithdrawn { ticket, to } => {
                let to = match to {
                    Some(to) => Some(self.name(*to).await?),
                    None => None,
                };
                self.number(*ticket).await?.map(|number| NoticeView::TaskWithdrawn { number, to })
            }
            Notice::TaskCancelled { ticket } => {
                self.number(*ticket).await?.map(|number| NoticeView::TaskCancelled { number })
            }
            Notice::CustomerUnreachable { ticket } => {
                self.number(*ticket).await?.map(|number| NoticeView::CustomerUnreachable { number })
            }
            Notice::DescriptionPart { ticket, part } => store.ticket(*ticket).await?.and_then(|ticket| {
                let parts = ticket.description.parts();
                let text = parts.get(*part)?.clone();
                Some(NoticeView::DescriptionPart {
                    number: ticket.number,
                    part: (part + 1, parts.len()),
                    text,
                })
            }),
            Notice::File { ticket, .. } | Notice::Album { ticket, .. } => {
                self.number(*ticket).await?.map(|number| NoticeView::File { number })
            }
            Notice::StillOnline { agent, minutes } => {
                let profile = store.person(*agent).await?.and_then(|person| person.agent);
                profile.filter(AgentProfile::has_pending_question).map(|profile| NoticeView::StillOnline {
                    availability: profile.availability,
                    minutes: *minutes,
                })
            }
            Notice::TakenOffline { kept } => Some(NoticeView::TakenOffline { kept: *kept }),
            Notice::RoleChanged { role } => Some(NoticeView::RoleChanged { role: *role }),
            Notice::NoLongerAgent => Some(NoticeView::NoLongerAgent),
            Notice::Joined { person } => Some(NoticeView::Joined { person: self.name(*person).await? }),
            Notice::Membership(_)
            | Notice::TaskNudged { .. }
            | Notice::TaskPassedOn { .. }
            | Notice::AgentUnreachable { .. }
            | Notice::Returned { .. }
            | Notice::CapacityChanged { .. }
            | Notice::DepartmentsChanged { .. }
            | Notice::PartUndelivered { .. }
            | Notice::SendAgain { .. }
            | Notice::MessageFailed { .. }
            | Notice::Record { .. }
            | Notice::MessagePartlySent { .. }
            | Notice::ReactedLikeMark { .. }
            | Notice::Alert { .. }
            | Notice::Undelivered { .. } => self.exception_view(notice, now).await?,
            Notice::UpdateDeadLettered { update } => Some(NoticeView::DeadLetter { update: *update }),
            Notice::Service(notice) => self.service_view(*notice).await?,
            Notice::Console(notice) => self.console_notice(*notice, now).await?,
            Notice::Availability(notice) => Some(NoticeView::Availability(*notice)),
            Notice::UpdateFailed => Some(NoticeView::UpdateFailed),
        })
    }

    async fn number(&self, ticket: TicketId) -> Result<Option<TicketNumber>, StoreError> {
        Ok(self.engine.store().ticket(ticket).await?.map(|ticket| ticket.number))
    }

    async fn name(&self, person: PersonId) -> Result<String, StoreError> {
        Ok(self.engine.name_of(person).await?.unwrap_or_default())
    }
}
