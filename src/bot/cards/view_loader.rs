//! A loader of the views that cards show. Positions, loads and counts are computed from the tickets when a
//! view is loaded.
mod alert;
mod console;
mod shown_agent;
mod ticket_status;

use super::views::{
    AGENTS_PER_PAGE, AgentStatusView, CHOICES_PER_PAGE, CustomerName, DraftView, MyQueueView, MyTicketsView,
    QueueView, TICKETS_PER_PAGE, TaskView, TicketView, WorkloadView,
};
use crate::bot::paging::{clamp_page, page_of};
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::ids::{CategoryId, DepartmentId, PersonId};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::domain::policy::Mode;
use crate::domain::ticket::{Status, Ticket, TicketState};
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::{Store, StoreError};
use console::agent_line;
use std::sync::Arc;

/// The most tickets that `/mytickets` lists.
const MAX_LISTED_TICKETS: usize = 40;

/// Loads views from the engine and its store.
#[derive(Clone)]
pub struct ViewLoader {
    engine: Arc<Engine>,
}

impl ViewLoader {
    /// Returns a loader for this engine.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    fn store(&self) -> &dyn Store {
        self.engine.store().as_ref()
    }

    /// Returns a ticket as `viewer` sees it.
    pub async fn ticket(&self, ticket: &Ticket, viewer: PersonId) -> Result<TicketView, StoreError> {
        self.ticket_at_position(ticket, viewer, None).await
    }

    /// Returns a ticket with this position, if it still waits. Without a position the current one is read.
    async fn ticket_at_position(
        &self,
        ticket: &Ticket,
        viewer: PersonId,
        position: Option<u64>,
    ) -> Result<TicketView, StoreError> {
        let departments = self.store().departments().await?;
        self.ticket_view(ticket, viewer, position, &departments).await
    }

    async fn ticket_view(
        &self,
        ticket: &Ticket,
        viewer: PersonId,
        position: Option<u64>,
        all: &[Department],
    ) -> Result<TicketView, StoreError> {
        let holder = match &ticket.state {
            TicketState::Held(hold) => Some(hold.agent),
            TicketState::Completed { agent, .. } => Some(*agent),
            TicketState::Queued | TicketState::Cancelled { .. } => None,
        };
        let holder_name = match holder {
            Some(id) => self.engine.name_of(id).await?,
            None => None,
        };
        let position = match (&ticket.state, position) {
            (TicketState::Queued, None) => {
                let place = (ticket.department, ticket.priority, ticket.arrival);
                // Zero: the ticket was assigned since it was read.
                Some(self.store().position(place.0, place.1, place.2).await?).filter(|position| *position > 0)
            }
            (TicketState::Queued, given) => given,
            _ => None,
        };
        // Only the holder is shown who the customer is, and whether they can be reached.
        let customer = match ticket.holder() {
            Some(holder) if holder == viewer => self.store().recipient(ticket.customer_chat).await?,
            _ => None,
        };
        // Nobody else reads a ticket as a customer does.
        let shown_agent = match holder {
            Some(agent) if viewer == ticket.customer => self.shown_agent(agent).await?,
            _ => None,
        };
        let label = all.iter().find(|d| d.id == ticket.department).map(|d| d.label(ticket.category));
        Ok(TicketView {
            id: ticket.id,
            number: ticket.number.clone(),
            version: ticket.version,
            label: label.unwrap_or_default(),
            status: ticket.status(),
            priority: ticket.priority,
            created_at: ticket.created_at,
            position,
            holder: holder_name,
            shown_agent,
            held_by_viewer: holder == Some(viewer),
            customer_reachable: customer.as_ref().is_none_or(|customer| customer.reachable),
            customer: customer.map(CustomerName::from),
            assigned_at: ticket.hold().map(|hold| hold.assigned_at),
            resume_at: ticket.resume_at(),
            description: ticket.description.clone(),
        })
    }

    /// Returns a ticket for the agent who holds it or held it, with its place in the agent's queue.
    pub async fn task(&self, ticket: &Ticket, agent: PersonId) -> Result<TaskView, StoreError> {
        let view = self.ticket(ticket, agent).await?;
        // Only a ticket that was not opened yet shows its place.
        let held = match view.status {
            Status::Assigned if view.held_by_viewer => self.store().held_by(agent).await?,
            _ => Vec::new(),
        };
        let position = held.iter().position(|held| held.id == ticket.id).map_or(0, |at| at + 1);
        let max = self.engine.seat(agent).map_or(0, |seat| seat.capacity());
        Ok(TaskView {
            ticket: view,
            position: saturating_u16(position),
            held: saturating_u16(held.len()),
            max,
        })
    }

    async fn ticket_views(
        &self,
        tickets: &[Ticket],
        viewer: PersonId,
    ) -> Result<Vec<TicketView>, StoreError> {
        let departments = self.store().departments().await?;
        let mut views = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            views.push(self.ticket_view(ticket, viewer, None, &departments).await?);
        }
        Ok(views)
    }

    /// Returns an agent's queue; `None` for a person who is no agent.
    pub async fn my_queue(&self, agent: PersonId, page: u16) -> Result<Option<MyQueueView>, StoreError> {
        let Some(profile) = self.profile(agent).await? else { return Ok(None) };
        let held = self.store().held_by(agent).await?;
        let (page, pages, shown) = page_of(&held, page, TICKETS_PER_PAGE);
        Ok(Some(MyQueueView {
            availability: profile.availability,
            away_until: profile.away_until,
            lost: self.engine.is_lost(agent),
            auto: self.store().settings().await?.mode.auto_assigns(profile.auto_assignment_enabled),
            held: saturating_u16(held.len()),
            max: profile.max_tickets.get(),
            page,
            pages,
            first: page * TICKETS_PER_PAGE + 1,
            tickets: self.ticket_views(shown, agent).await?,
        }))
    }

    /// Returns a page of a person's own tickets.
    pub async fn my_tickets(&self, person: PersonId, page: u16) -> Result<MyTicketsView, StoreError> {
        let all = self.store().tickets_of(person, MAX_LISTED_TICKETS).await?;
        let (page, pages, shown) = page_of(&all, page, TICKETS_PER_PAGE);
        Ok(MyTicketsView { page, pages, tickets: self.ticket_views(shown, person).await? })
    }

    /// Returns a page of the waiting tickets: in an agent's departments, or in all departments for an admin.
    pub async fn waiting(&self, viewer: &Person, page: u16) -> Result<QueueView, StoreError> {
        let departments = self.departments_of(viewer).await?;
        let depths = self.store().depths().await?;
        let total: u64 = departments.iter().filter_map(|d| depths.get(d)).sum();
        let (page, pages) = clamp_page(total, page, TICKETS_PER_PAGE);
        let offset = usize::from(page) * usize::from(TICKETS_PER_PAGE);
        let tickets = self.store().queue_page(&departments, offset, usize::from(TICKETS_PER_PAGE)).await?;
        let mode = self.store().settings().await?.mode;
        let can_pick_up = |ticket: &&Ticket| {
            viewer.agent.as_ref().is_some_and(|profile| {
                profile.departments.contains(&ticket.department)
                    && mode.allows_pick_up(ticket.auto, profile.auto_assignment_enabled)
            })
        };
        let pick_up = tickets.iter().filter(can_pick_up).map(|t| t.id).collect();
        Ok(QueueView {
            page,
            pages,
            total,
            first: offset as u64 + 1,
            is_admin: viewer.is_admin(),
            pick_up,
            tickets: self.ticket_views(&tickets, viewer.id).await?,
        })
    }

    async fn departments_of(&self, viewer: &Person) -> Result<Vec<DepartmentId>, StoreError> {
        if viewer.is_admin() {
            return Ok(self.store().departments().await?.into_iter().map(|d| d.id).collect());
        }
        Ok(viewer.agent.iter().flat_map(|profile| profile.departments.iter().copied()).collect())
    }

    /// Returns a page of the workload of all agents.
    pub async fn workload(&self, page: u16) -> Result<WorkloadView, StoreError> {
        let seats = self.engine.seats();
        let departments = self.store().departments().await?;
        let online = seats.iter().filter(|seat| is_online(seat));
        // Only slots that can get a ticket count as free: those of agents who are not skipped by the
        // assignment, or of all agents in manual mode.
        let is_manual = self.store().settings().await?.mode == Mode::Manual;
        let receiving = online.clone().filter(|seat| is_manual || seat.skip().is_none());
        let free = receiving.map(|s| capacity(s).saturating_sub(u32::from(s.held()))).sum();
        let (page, pages, shown) = page_of(&seats, page, AGENTS_PER_PAGE);
        Ok(WorkloadView {
            page,
            pages,
            agents: shown.iter().map(|seat| agent_line(seat, &seats, &departments)).collect(),
            waiting: self.store().depths().await?.values().sum(),
            online: u32::try_from(online.count()).unwrap_or(u32::MAX),
            total: u32::try_from(seats.len()).unwrap_or(u32::MAX),
            free,
        })
    }

    /// Returns a draft with a page of categories. `choose` asks for the category even if the draft has one.
    pub async fn draft(
        &self,
        draft: &Draft,
        name: &str,
        choose: Option<u16>,
    ) -> Result<DraftView, StoreError> {
        let departments = self.store().departments().await?;
        let choices = category_choices(&departments);
        let (page, pages, shown) = page_of(&choices, choose.unwrap_or(0), CHOICES_PER_PAGE);
        let label = |(department, category): (DepartmentId, CategoryId)| {
            departments.iter().find(|d| d.id == department).map(|d| d.label(category))
        };
        Ok(DraftView {
            id: draft.id,
            person_name: name.to_owned(),
            label: draft.target.filter(|_| choose.is_none()).and_then(label),
            description: draft.description(),
            rechoosing: draft.target.is_some() && choose.is_some(),
            choices: shown.iter().map(|(_, category, label)| (*category, label.clone())).collect(),
            page,
            pages,
            can_change: choices.len() > 1,
        })
    }

    /// Returns every category that takes new tickets, with its label.
    pub async fn offers(&self) -> Result<Vec<(DepartmentId, CategoryId, String)>, StoreError> {
        Ok(category_choices(&self.store().departments().await?))
    }

    /// Returns an agent's status; `None` for a person who is no agent. `today` is when the day began.
    pub async fn status(&self, person: &Person, today: Time) -> Result<Option<AgentStatusView>, StoreError> {
        let Some(profile) = &person.agent else { return Ok(None) };
        let (all, depths) = (self.store().departments().await?, self.store().depths().await?);
        Ok(Some(AgentStatusView {
            availability: profile.availability,
            away_until: profile.away_until,
            lost: self.engine.is_lost(person.id),
            auto: profile.auto_assignment_enabled,
            asks_last_word: profile.asks_last_word,
            is_manual: self.store().settings().await?.mode == Mode::Manual,
            held: saturating_u16(self.store().held_by(person.id).await?.len()),
            max: profile.max_tickets.get(),
            today: self.store().assignment_counts(person.id, today).await?,
            waiting: profile.departments.iter().filter_map(|d| depths.get(d)).sum(),
            departments: department_names(profile, &all),
        }))
    }

    async fn profile(&self, agent: PersonId) -> Result<Option<AgentProfile>, StoreError> {
        Ok(self.store().person(agent).await?.and_then(|p| p.agent))
    }
}

fn category_choices(departments: &[Department]) -> Vec<(DepartmentId, CategoryId, String)> {
    departments.iter().flat_map(|d| d.offered().map(|c| (d.id, c.id, d.label(c.id)))).collect()
}

fn department_names(profile: &AgentProfile, all: &[Department]) -> Vec<String> {
    all.iter().filter(|d| profile.departments.contains(&d.id)).map(|d| d.name.clone()).collect()
}

fn is_online(seat: &Seat) -> bool {
    seat.person.availability() == Availability::Online && !seat.out_of_reach()
}

fn capacity(seat: &Seat) -> u32 {
    seat.profile().map_or(0, |p| u32::from(p.max_tickets.get()))
}

fn saturating_u16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
