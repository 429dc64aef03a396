//! Presses on a ticket of the console: reassignment, priority, cancellation, release.
use super::ConsolePress;
use crate::bot::context::HandlerResult;
use crate::bot::handlers::admin::identity::agent_name;
use crate::bot::handlers::refusals::refusal_toast;
use crate::domain::card::console::{ConsoleView, TicketPane};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::error::EngineError;

impl ConsolePress<'_> {
    /// Reassigns the ticket. A full agent is asked about first.
    pub(super) async fn reassign(
        &self,
        (ticket, version): (TicketId, Version),
        agent: PersonId,
        over_capacity: bool,
    ) -> HandlerResult {
        let Some(seat) = self.require_agent(agent) else {
            return Ok(vec![self.redraw(ConsoleView::Ticket(ticket, TicketPane::Agents(0)))]);
        };
        let at_version = (ticket, Some(version));
        let moved =
            self.bot.engine.reassign(&self.ctx.person, at_version, agent, over_capacity, self.ctx.now).await;
        if let Err(EngineError::Full(..)) = moved {
            self.toast.ack();
            return Ok(vec![self.redraw(ConsoleView::Ticket(ticket, TicketPane::OverCapacity(agent)))]);
        }
        let name = agent_name(self.bot, &seat.person);
        self.answer(ticket, moved, |after| {
            self.say("console-reassigned", &[("number", (&after.number).into()), ("agent", name.into())]);
        })
    }

    /// Sets the priority.
    pub(super) async fn priority(
        &self,
        (ticket, version): (TicketId, Version),
        priority: Priority,
    ) -> HandlerResult {
        let at_version = (ticket, Some(version));
        let set = self.bot.engine.set_priority_at(&self.ctx.person, at_version, priority, self.ctx.now).await;
        let text = self.ctx.localizer(self.bot).priority_text(priority);
        self.answer(ticket, set, |after| {
            self.say(
                "console-priority-set",
                &[("number", (&after.number).into()), ("priority", text.into())],
            );
        })
    }

    /// Cancels the ticket.
    pub(super) async fn cancel(&self, (ticket, version): (TicketId, Version)) -> HandlerResult {
        let at_version = (ticket, Some(version));
        let cancelled = self.bot.engine.cancel_as_admin(&self.ctx.person, at_version, self.ctx.now).await;
        self.answer(ticket, cancelled, |_| self.say("cancelled", &[]))
    }

    /// Puts the ticket back into the queue.
    pub(super) async fn release(&self, (ticket, version): (TicketId, Version)) -> HandlerResult {
        let at_version = (ticket, Some(version));
        let released = self.bot.engine.requeue(&self.ctx.person, at_version, self.ctx.now).await;
        self.answer(ticket, released, |after| {
            self.say("console-released", &[("number", (&after.number).into())]);
        })
    }

    /// Answers a press with what was done, or with how things stand, and redraws the ticket.
    fn answer(
        &self,
        ticket: TicketId,
        result: Result<Ticket, EngineError>,
        done: impl FnOnce(&Ticket),
    ) -> HandlerResult {
        match result {
            Ok(after) => done(&after),
            Err(error) => match refusal_toast(self.bot, self.ctx, &error) {
                Some(text) => self.toast.say(text),
                None => return Err(error),
            },
        }
        Ok(vec![self.redraw(ConsoleView::Ticket(ticket, TicketPane::Overview))])
    }
}
