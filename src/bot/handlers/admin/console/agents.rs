//! Presses on an agent of the console: capacity, automatic assignment, availability, departments.
use super::ConsolePress;
use crate::bot::cards::views::console::ENTRIES_PER_PAGE;
use crate::bot::context::HandlerResult;
use crate::bot::handlers::admin::departments::lookup::staffed_departments;
use crate::bot::handlers::admin::pickers::seat_of;
use crate::domain::card::console::{AgentPane, ConsoleView};
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::notice::Outgoing;
use crate::domain::person::Availability;
use crate::domain::policy::Capacity;
use crate::engine::assignment::roster::Seat;

impl ConsolePress<'_> {
    /// Returns the redraw of the message as this agent.
    pub(super) fn agent(&self, agent: PersonId) -> Outgoing {
        self.redraw(ConsoleView::Agent(agent, AgentPane::Overview(0)))
    }

    /// Returns the agent's seat; `None` after answering the press, if the person is no agent any more.
    pub(super) fn require_agent(&self, agent: PersonId) -> Option<Seat> {
        let seat = seat_of(self.bot, agent);
        if seat.is_none() {
            self.say("agent-gone", &[]);
        }
        seat
    }

    /// Sets the capacity, unless somebody has changed it since the card was drawn.
    pub(super) async fn capacity(&self, agent: PersonId, to: u16, shown: u16) -> HandlerResult {
        let Some(seat) = self.require_agent(agent) else { return Ok(vec![self.agent(agent)]) };
        let (current, name) = (seat.capacity(), &seat.person.name);
        match Capacity::new(to) {
            Some(capacity) if current == shown => {
                let (admin, now) = (&self.ctx.person, self.ctx.now);
                self.bot.engine.set_capacity(admin, agent, capacity, now).await?;
                self.say("console-capacity-set", &[("name", name.into()), ("max", to.into())]);
            }
            _ => self.say("console-capacity-stands", &[("name", name.into()), ("max", current.into())]),
        }
        Ok(vec![self.agent(agent)])
    }

    /// Switches automatic assignment.
    pub(super) async fn auto(&self, agent: PersonId, on: bool) -> HandlerResult {
        let Some(seat) = self.require_agent(agent) else { return Ok(vec![self.agent(agent)]) };
        self.bot.engine.set_auto_as_admin(&self.ctx.person, agent, on, self.ctx.now).await?;
        let key = if on { "console-auto-is-on" } else { "console-auto-is-off" };
        self.say(key, &[("name", (&seat.person.name).into())]);
        Ok(vec![self.agent(agent)])
    }

    /// Sets the agent offline, if they are still as the card showed.
    pub(super) async fn offline(&self, agent: PersonId, shown: Availability) -> HandlerResult {
        let Some(seat) = self.require_agent(agent) else { return Ok(vec![self.agent(agent)]) };
        let was = seat.person.availability();
        let forced = self.bot.engine.force_offline(&self.ctx.person, agent, shown, self.ctx.now).await?;
        let availability = self.ctx.localizer(self.bot).availability(forced.availability(), false);
        let args = [("name", (&forced.name).into()), ("availability", availability.into())];
        let is_done = was == shown && forced.availability() == Availability::Offline;
        self.say(if is_done { "console-is-offline" } else { "console-availability-stands" }, &args);
        Ok(vec![self.agent(agent)])
    }

    /// Adds the agent to a department or removes them from it.
    pub(super) async fn department(
        &self,
        agent: PersonId,
        department: DepartmentId,
        serves: bool,
    ) -> HandlerResult {
        let Some(seat) = self.require_agent(agent) else { return Ok(vec![self.agent(agent)]) };
        let open = staffed_departments(self.bot).await?;
        let at = open.iter().position(|open| open.id == department);
        match at.and_then(|at| open.get(at)) {
            None => self.say("department-gone", &[]),
            Some(open) => {
                let change = (department, serves);
                self.bot.engine.set_department(&self.ctx.person, agent, change, self.ctx.now).await?;
                let key = if serves { "agent-department-joined" } else { "agent-department-left" };
                self.say(key, &[("name", (&seat.person.name).into()), ("department", (&open.name).into())]);
            }
        }
        let number = u16::try_from(at.unwrap_or(0) / usize::from(ENTRIES_PER_PAGE)).unwrap_or(0);
        Ok(vec![self.redraw(ConsoleView::Agent(agent, AgentPane::Departments(number)))])
    }
}
