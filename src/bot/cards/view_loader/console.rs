//! Loading of the console's views, and the order in which agents are offered for a ticket.
use super::{ViewLoader, department_names};
use crate::bot::cards::views::console::{
    AgentConsoleView, AgentDepartmentsView, ENTRIES_PER_PAGE, TicketConsoleView, TicketPaneView,
};
use crate::bot::cards::views::{AgentLine, AuditView, CustomerName, EVENTS_PER_PAGE};
use crate::bot::identity::name_among_agents;
use crate::bot::paging::page_of;
use crate::bot::render::people_of;
use crate::domain::card::console::ConsoleList;
use crate::domain::department::DepartmentList;
use crate::domain::ids::PersonId;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::StoreError;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

impl ViewLoader {
    /// Returns the details of one agent.
    pub async fn agent(&self, id: PersonId) -> Result<Option<AgentLine>, StoreError> {
        let departments = self.store().department_list().await?;
        Ok(self.engine.seat(id).map(|seat| agent_line(&seat, &self.engine, &departments)))
    }

    /// Returns an agent with a page of the tickets that they hold; `None` for a person who is no agent.
    pub async fn agent_console(
        &self,
        agent: PersonId,
        page: u16,
        list: ConsoleList,
    ) -> Result<Option<AgentConsoleView>, StoreError> {
        let Some(line) = self.agent(agent).await? else { return Ok(None) };
        let held = self.store().held_by(agent).await?;
        let (page, pages, shown) = page_of(&held, page, ENTRIES_PER_PAGE);
        // Nobody is the viewer, so that the customer's name is not loaded for each line.
        let tickets = self.ticket_views(shown, PersonId(uuid::Uuid::nil())).await?;
        let first = u64::from(page) * u64::from(ENTRIES_PER_PAGE) + 1;
        Ok(Some(AgentConsoleView { list, agent: line, tickets, first, page: (page, pages) }))
    }

    /// Returns an agent with a page of the open departments; `None` for a person who is no agent.
    pub async fn agent_departments(
        &self,
        agent: PersonId,
        page: u16,
        list: ConsoleList,
    ) -> Result<Option<AgentDepartmentsView>, StoreError> {
        let Some(line) = self.agent(agent).await? else { return Ok(None) };
        let Some(seat) = self.engine.seat(agent) else { return Ok(None) };
        let serves = |id| seat.profile().is_some_and(|profile| profile.departments.contains(&id));
        let mut open = self.store().departments().await?;
        open.retain(|department| !department.retired || serves(department.id));
        let (page, pages, shown) = page_of(&open, page, ENTRIES_PER_PAGE);
        let departments = shown.iter().map(|d| (d.id, d.name.clone(), serves(d.id))).collect();
        Ok(Some(AgentDepartmentsView { list, agent: line, departments, page: (page, pages) }))
    }

    /// Returns a ticket with the facts that admins see, and this pane.
    pub async fn ticket_console(
        &self,
        ticket: &Ticket,
        viewer: PersonId,
        (list, pane): (ConsoleList, TicketPaneView),
    ) -> Result<TicketConsoleView, StoreError> {
        let mut view = self.ticket(ticket, viewer).await?;
        view.customer = self.store().person(ticket.customer).await?.map(CustomerName::from);
        let holder = match ticket.holder() {
            Some(holder) => self.agent(holder).await?,
            None => None,
        };
        Ok(TicketConsoleView { list, ticket: view, holder, rating: ticket.service.rating.clone(), pane })
    }

    /// Returns a page of the agents who could get a ticket, best suited first, and the number of pages.
    pub async fn candidates_page(
        &self,
        ticket: &Ticket,
        page: u16,
    ) -> Result<(Vec<AgentLine>, (u16, u16)), StoreError> {
        let (departments, seats) = (self.store().department_list().await?, self.candidates(ticket));
        let (page, pages, shown) = page_of(&seats, page, ENTRIES_PER_PAGE);
        let lines = shown.iter().map(|seat| agent_line(seat, &self.engine, &departments)).collect();
        Ok((lines, (page, pages)))
    }

    /// Returns all agents but the holder, best suited for the ticket first.
    #[must_use]
    pub fn candidates(&self, ticket: &Ticket) -> Vec<Seat> {
        let mut seats = self.engine.seats();
        seats.retain(|seat| Some(seat.person.id) != ticket.holder());
        seats.sort_by_key(|seat| suitability(seat, ticket));
        seats
    }

    /// Returns a page of a ticket's audit log, with the names in it.
    pub async fn audit(&self, ticket: &Ticket, number: u16) -> Result<AuditView, StoreError> {
        let history = self.store().history(ticket.id).await?;
        let (number, pages, events) = page_of(&history, number, EVENTS_PER_PAGE);
        let mut people = HashMap::new();
        for person in events.iter().flat_map(people_of).collect::<HashSet<PersonId>>() {
            people.extend(self.engine.name_of(person).await?.map(|name| (person, name)));
        }
        let departments = self.store().departments().await?;
        Ok(AuditView {
            ticket: ticket.id,
            number: ticket.number.clone(),
            events: events.to_vec(),
            page: (number, pages),
            people,
            departments: departments.into_iter().map(|department| (department.id, department.name)).collect(),
        })
    }
}

/// Returns the sort key of an agent for a ticket. Agents of its department come first, then agents who could
/// get it now, then those with a free slot, then those nearest to online, then those with the most free
/// slots.
fn suitability(seat: &Seat, ticket: &Ticket) -> impl Ord + use<> {
    let profile = seat.profile();
    let is_other_department = !profile.is_some_and(|p| p.departments.contains(&ticket.department));
    let room = profile.map_or(0, |p| p.max_tickets.get().saturating_sub(seat.held()));
    let is_former = ticket.former_holder(seat.person.id).is_some();
    let can_get = seat.skip().is_none() && !is_former;
    (is_other_department, !can_get, room == 0, seat.skip().map(Reverse), Reverse(room))
}

/// Returns an agent as an admin sees them, told apart from all other agents.
pub(super) fn agent_line(seat: &Seat, engine: &Engine, departments: &DepartmentList) -> AgentLine {
    let profile = seat.profile();
    AgentLine {
        id: seat.person.id,
        name: seat.person.name.clone(),
        distinct_name: name_among_agents(&seat.person, engine),
        alias: profile.and_then(|profile| profile.alias.clone()),
        availability: seat.person.availability(),
        away_until: profile.and_then(|profile| profile.away_until),
        lost: seat.out_of_reach(),
        reachable: seat.person.reachable,
        auto: profile.is_some_and(|p| p.auto_assignment_enabled),
        held: seat.held(),
        max: profile.map_or(0, |p| p.max_tickets.get()),
        departments: profile.map_or_else(Vec::new, |p| department_names(p, departments)),
    }
}
