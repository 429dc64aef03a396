//! A loader of the views that cards show. Positions, loads and counts are computed from the tickets when a
//! view is loaded.
mod alert;
mod choices;
mod console;
mod shown_agent;
mod ticket_status;

use super::views::{
    AGENTS_PER_PAGE, AgentStatusView, CHOICES_PER_PAGE, CustomerName, DraftView, MyQueueView, MyTicketsView,
    QueueView, TICKETS_PER_PAGE, TaskView, TicketView, WorkloadView,
};
use crate::bot::paging::{clamp_page, page_of};
use crate::domain::Time;
use crate::domain::department::{Department, DepartmentList};
use crate::domain::draft::Draft;
use crate::domain::ids::{CategoryId, DepartmentId, PersonId};
use crate::domain::person::{AgentProfile, Person};
use crate::domain::policy::Mode;
use crate::domain::ticket::{Status, Ticket, TicketState};
use crate::engine::Engine;
use crate::engine::ports::{Store, StoreError};
pub(in crate::bot::cards) use choices::MAX_CHOICE_CHARS;
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
        let departments = self.store().department_list().await?;
        self.ticket_view(ticket, viewer, position, &departments).await
    }

    async fn ticket_view(
        &self,
        ticket: &Ticket,
        viewer: PersonId,
        position: Option<u64>,
        all: &DepartmentList,
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
        let label = all.get(ticket.department).map(|d| d.label(ticket.category));
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
            reopened_from: self.reopened_from(ticket, agent).await?,
        })
    }

    async fn ticket_views(
        &self,
        tickets: &[Ticket],
        viewer: PersonId,
    ) -> Result<Vec<TicketView>, StoreError> {
        let departments = self.store().department_list().await?;
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
        let (store, size) = (self.store(), usize::from(TICKETS_PER_PAGE));
        let departments = (!viewer.is_admin()).then(|| departments_of(viewer));
        let total = match &departments {
            Some(departments) => {
                let depths = store.depths().await?;
                departments.iter().filter_map(|d| depths.get(d)).sum()
            }
            None => store.waiting_count().await?,
        };
        let (page, pages) = clamp_page(total, page, TICKETS_PER_PAGE);
        let offset = usize::from(page) * size;
        let tickets = match &departments {
            Some(departments) => store.queue_page(departments, offset, size).await?,
            None => store.desk_queue_page(offset, size).await?,
        };
        let mode = store.settings().await?.mode;
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

    /// Returns a page of the workload of all agents.
    pub async fn workload(&self, page: u16) -> Result<WorkloadView, StoreError> {
        let departments = self.store().department_list().await?;
        let staffing = self.engine.staffing();
        // Only slots that can get a ticket count as free: those of agents who are not skipped by the
        // assignment, or of all agents in manual mode.
        let is_manual = self.store().settings().await?.mode == Mode::Manual;
        let (page, pages) = clamp_page(staffing.agents.into(), page, AGENTS_PER_PAGE);
        let size = usize::from(AGENTS_PER_PAGE);
        let shown = self.engine.seats_page(usize::from(page) * size, size);
        Ok(WorkloadView {
            page,
            pages,
            agents: shown.iter().map(|seat| agent_line(seat, &self.engine, &departments)).collect(),
            waiting: self.store().waiting_count().await?,
            online: staffing.online,
            total: staffing.agents,
            free: if is_manual { staffing.free_slots } else { staffing.ready_slots },
        })
    }

    /// Returns a draft with a page of categories. `choose` asks for the category even if the draft has one.
    pub async fn draft(
        &self,
        draft: &Draft,
        name: &str,
        choose: Option<u16>,
        now: Time,
    ) -> Result<DraftView, StoreError> {
        let departments = self.store().department_list().await?;
        let choices = category_choices(&departments);
        let (page, pages, shown) = page_of(&choices, choose.unwrap_or(0), CHOICES_PER_PAGE);
        let label = |(department, category): (DepartmentId, CategoryId)| {
            departments.get(department).map(|d| d.label(category))
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
            continuable: self.continuable(draft, now).await?,
        })
    }

    /// Returns every category that takes new tickets, with its label.
    pub async fn offers(&self) -> Result<Vec<(DepartmentId, CategoryId, String)>, StoreError> {
        Ok(category_choices(&self.store().department_list().await?))
    }

    /// Returns an agent's status; `None` for a person who is no agent. `today` is when the day began.
    pub async fn status(&self, person: &Person, today: Time) -> Result<Option<AgentStatusView>, StoreError> {
        let Some(profile) = &person.agent else { return Ok(None) };
        let (all, depths) = (self.store().department_list().await?, self.store().depths().await?);
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

/// Returns the names of the departments that an agent serves, in the order of the list.
fn department_names(profile: &AgentProfile, all: &DepartmentList) -> Vec<String> {
    all.select(&profile.departments).into_iter().map(|department| department.name.clone()).collect()
}

/// Returns the departments that an agent serves.
fn departments_of(viewer: &Person) -> Vec<DepartmentId> {
    viewer.agent.iter().flat_map(|profile| profile.departments.iter().copied()).collect()
}

fn saturating_u16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
