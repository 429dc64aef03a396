//! Composition of the desk's lists, and of the views of the console to which they lead.
use super::Composer;
use crate::bot::cards::views::NoticeView;
use crate::bot::cards::views::console::{ConsoleNoticeView, TicketPaneView};
use crate::bot::render::{self, Localizer, Rendered};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::card::console::{AgentPane, ConsoleList, ConsoleView, TicketPane};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::notice::console::ConsoleNotice;
use crate::engine::ports::StoreError;

impl Composer {
    /// Returns a list or a view of the desk, if its viewer may still see it; otherwise a text without buttons. A list
    /// that only its handlers draw is `None` as long as its viewer may see it.
    pub(super) async fn desk_card(
        &self,
        key: CardKey,
        localizer: &Localizer<'_>,
    ) -> Result<Option<Rendered>, StoreError> {
        let (CardKey::Queue(viewer, _)
        | CardKey::Workload(viewer, _)
        | CardKey::AdminList(viewer, _)
        | CardKey::Console { viewer, .. }) = key
        else {
            return Ok(None);
        };
        let Some(person) = self.engine.store().person(viewer).await? else { return Ok(None) };
        let is_queue = matches!(key, CardKey::Queue(..));
        let may_see = person.is_admin() || is_queue && person.agent.is_some();
        if !may_see {
            let text = if is_queue { "waiting-closed" } else { "console-closed" };
            return Ok(Some(localizer.message(text, &[])));
        }
        Ok(Some(match key {
            CardKey::Workload(_, page) => {
                let card = render::workload(localizer, &self.views.workload(page).await?);
                self.with_dashboard(card, "workload", localizer)
            }
            CardKey::Console { view: ConsoleView::Agent(agent, pane), list, .. } => {
                self.agent_view(agent, pane, list, localizer).await?
            }
            CardKey::Console { view: ConsoleView::Ticket(ticket, pane), list, .. } => {
                self.ticket_view((ticket, viewer), pane, list, localizer).await?
            }
            CardKey::Queue(_, page) => render::waiting(localizer, &self.views.waiting(&person, page).await?),
            _ => return Ok(None),
        }))
    }

    async fn agent_view(
        &self,
        agent: PersonId,
        pane: AgentPane,
        list: ConsoleList,
        localizer: &Localizer<'_>,
    ) -> Result<Rendered, StoreError> {
        let text = match pane {
            AgentPane::Overview(number) => {
                let view = self.views.agent_console(agent, number, list).await?;
                view.map(|view| render::agent_console(localizer, &view))
            }
            AgentPane::Departments(number) => {
                let view = self.views.agent_departments(agent, number, list).await?;
                view.map(|view| render::agent_departments(localizer, &view))
            }
        };
        Ok(text.unwrap_or_else(|| render::console_gone(localizer, "agent-gone", list)))
    }

    async fn ticket_view(
        &self,
        (id, viewer): (TicketId, PersonId),
        pane: TicketPane,
        list: ConsoleList,
        localizer: &Localizer<'_>,
    ) -> Result<Rendered, StoreError> {
        let Some(ticket) = self.engine.store().ticket(id).await? else {
            return Ok(render::console_gone(localizer, "not-found", list));
        };
        let has_ended = ticket.status().is_end();
        let pane = match pane {
            TicketPane::Messages => {
                let messages = self.engine.earlier_messages(ticket.id, None).await?;
                TicketPaneView::Messages(self.record_lines(&messages).await?)
            }
            TicketPane::Audit(number) => {
                TicketPaneView::Audit(Box::new(self.views.audit(&ticket, number).await?))
            }
            // What an open ticket is asked about has no sense for one that has ended.
            _ if has_ended => TicketPaneView::Overview,
            TicketPane::Overview => TicketPaneView::Overview,
            TicketPane::Agents(number) => {
                let (agents, counted) = self.views.candidates_page(&ticket, number).await?;
                TicketPaneView::Agents(agents, counted)
            }
            TicketPane::OverCapacity(agent) => match self.views.agent(agent).await? {
                Some(agent) if ticket.holder() != Some(agent.id) => {
                    TicketPaneView::OverCapacity(Box::new(agent))
                }
                _ => TicketPaneView::Overview,
            },
            TicketPane::Priority => TicketPaneView::Priority,
            TicketPane::Cancel => TicketPaneView::Cancel,
        };
        let view = self.views.ticket_console(&ticket, viewer, (list, pane)).await?;
        Ok(render::ticket_console(localizer, &view))
    }

    /// Loads a notice; `None` if its ticket is gone.
    pub(super) async fn console_notice(
        &self,
        notice: ConsoleNotice,
        now: Time,
    ) -> Result<Option<NoticeView>, StoreError> {
        let view = match notice {
            ConsoleNotice::Cancelled { ticket } => {
                self.number(ticket).await?.map(|number| ConsoleNoticeView::Cancelled { number })
            }
            ConsoleNotice::TaskCancelled { ticket } => {
                self.number(ticket).await?.map(|number| ConsoleNoticeView::TaskCancelled { number })
            }
            ConsoleNotice::SetOffline => Some(ConsoleNoticeView::SetOffline),
            ConsoleNotice::AutoAssign { on } => Some(ConsoleNoticeView::AutoAssign { on }),
            ConsoleNotice::AlertMuted { alert, by, until } => {
                let alert = self.views.current_alert(alert, now).await?;
                Some(ConsoleNoticeView::AlertMuted { alert, by: self.name(by).await?, until })
            }
        };
        Ok(view.map(NoticeView::Console))
    }
}
