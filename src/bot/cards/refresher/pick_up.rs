//! Pick-up cards: waiting tickets that the engine does not assign are offered to agents who may take them.
//!
//! The number of cards is bounded, since each is a message: a ticket goes to [`MAX_AGENTS_PER_TICKET`] agents at
//! most, and an agent has no more cards than free slots. All others see the ticket in `/queue`. The first pick-up
//! wins; then the cards of the others are edited, as they are when the ticket ends. The active cards are counted in
//! memory, and read from the store after a start.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::notice::{Message, Outgoing};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::Engine;
use crate::engine::assignment::roster::Seat;
use crate::engine::events::Event;
use crate::engine::ports::StoreError;
use std::collections::{BTreeMap, BTreeSet};

/// The most online agents who have an active card of one ticket.
const MAX_AGENTS_PER_TICKET: usize = 5;
/// The first waiting tickets of an agent's departments among which those for them are looked for.
const MAX_READ_TICKETS: usize = 50;

/// The active pick-up cards, and what has changed since they were sent.
#[derive(Default)]
pub(super) struct PickUpCards {
    /// The chats with an active card, by ticket and agent.
    active: BTreeMap<TicketId, BTreeMap<PersonId, ChatId>>,
    /// Tickets that have joined a queue.
    queued: BTreeSet<TicketId>,
    /// Tickets that have left it.
    taken: BTreeSet<TicketId>,
    /// Agents who may have room for another card.
    agents: BTreeSet<PersonId>,
    /// Whether the active cards are to be read from the store.
    is_unread: bool,
}

impl PickUpCards {
    /// Has the cards read from the store, and all agents looked at.
    pub(super) fn catch_up(&mut self) {
        *self = Self { is_unread: true, ..Self::default() };
    }

    /// Records an event.
    pub(super) fn add(&mut self, event: Event) {
        match event {
            Event::Queued { ticket, .. } => {
                self.taken.remove(&ticket);
                self.queued.insert(ticket);
            }
            Event::Assigned { ticket, .. }
            | Event::Ended { ticket, .. }
            | Event::Released { ticket, .. }
            | Event::Relocated { ticket, .. } => {
                self.queued.remove(&ticket);
                self.taken.insert(ticket);
            }
            Event::Agent(_)
            | Event::Updated { .. }
            | Event::Message { .. }
            | Event::Department(_)
            | Event::Naming
            | Event::Alert { .. } => {}
        }
        self.agents.extend(event.agents());
    }

    /// Returns the deliveries that make the cards current.
    pub(super) async fn take(&mut self, engine: &Engine, now: Time) -> Result<Vec<Outgoing>, StoreError> {
        let mut out = Vec::new();
        if self.is_unread {
            out.extend(self.read(engine).await?);
            self.is_unread = false;
            self.agents.extend(engine.loads().into_keys());
        }
        for ticket in std::mem::take(&mut self.taken) {
            out.extend(self.retire(ticket));
        }
        let needs_pick_up = self.queued.is_empty() || engine.needs_pick_up().await?;
        for id in std::mem::take(&mut self.queued) {
            // Nearly all tickets of a desk in automatic mode are spared the read.
            if !needs_pick_up && !self.active.contains_key(&id) {
                continue;
            }
            if let Some(ticket) = engine.store().ticket(id).await? {
                out.extend(self.offer(engine, &ticket, now).await?);
            }
        }
        let agents = std::mem::take(&mut self.agents);
        let mut seats = engine.online_seats_of(&agents);
        seats.retain(|seat| self.has_room(seat));
        if !seats.is_empty() && engine.store().depths().await?.values().any(|depth| *depth > 0) {
            for seat in seats {
                out.extend(self.offer_to(engine, &seat, now).await?);
            }
        }
        Ok(out)
    }

    /// Reads the active cards. Returns the refreshes of those whose ticket has left the queue meanwhile.
    async fn read(&mut self, engine: &Engine) -> Result<Vec<Outgoing>, StoreError> {
        let mut by_ticket: BTreeMap<TicketId, BTreeMap<PersonId, ChatId>> = BTreeMap::new();
        for card in engine.store().live_pick_ups().await? {
            if let CardKey::PickUp(ticket, agent) = card.key {
                by_ticket.entry(ticket).or_default().insert(agent, card.chat);
            }
        }
        let mut out = Vec::new();
        for (id, cards) in by_ticket {
            let ticket = engine.store().ticket(id).await?;
            if ticket.is_some_and(|ticket| ticket.state == TicketState::Queued) {
                self.active.insert(id, cards);
            } else {
                out.extend(refreshes(id, cards));
            }
        }
        Ok(out)
    }

    /// Closes the cards of a ticket.
    fn retire(&mut self, ticket: TicketId) -> Vec<Outgoing> {
        self.active.remove(&ticket).map(|cards| refreshes(ticket, cards)).unwrap_or_default()
    }

    /// Refreshes the active cards of a ticket that joined a queue or moved within it, and offers it to more agents.
    async fn offer(
        &mut self,
        engine: &Engine,
        ticket: &Ticket,
        now: Time,
    ) -> Result<Vec<Outgoing>, StoreError> {
        let candidates = engine.pick_up_candidates(ticket, now).await?;
        let active = self.active.get(&ticket.id).cloned().unwrap_or_default();
        let mut out = refreshes(ticket.id, active.clone());
        let room = MAX_AGENTS_PER_TICKET.saturating_sub(online(engine, &active));
        let fresh = candidates.iter().filter(|seat| !active.contains_key(&seat.person.id));
        let chosen: Vec<_> = fresh.filter(|seat| self.has_room(seat)).take(room).collect();
        for seat in chosen {
            out.extend(self.send(ticket.id, seat));
        }
        Ok(out)
    }

    /// Offers waiting tickets to an agent who has room for cards.
    async fn offer_to(
        &mut self,
        engine: &Engine,
        seat: &Seat,
        now: Time,
    ) -> Result<Vec<Outgoing>, StoreError> {
        let agent = seat.person.id;
        let departments: Vec<_> =
            seat.profile().into_iter().flat_map(|profile| profile.departments.iter().copied()).collect();
        let mut out = Vec::new();
        for ticket in engine.store().queue_page(&departments, 0, MAX_READ_TICKETS).await? {
            if !self.has_room(seat) {
                break;
            }
            let active = self.active.get(&ticket.id).cloned().unwrap_or_default();
            let is_told = active.contains_key(&agent) || online(engine, &active) >= MAX_AGENTS_PER_TICKET;
            if !is_told && engine.is_pick_up_candidate(&ticket, agent, now).await? {
                out.extend(self.send(ticket.id, seat));
            }
        }
        Ok(out)
    }

    /// Returns whether an agent has more free slots than active cards.
    fn has_room(&self, seat: &Seat) -> bool {
        let cards = self.active.values().filter(|agents| agents.contains_key(&seat.person.id)).count();
        cards < usize::from(seat.capacity().saturating_sub(seat.held()))
    }

    /// Returns the deliveries of a card to an agent. An earlier one of the ticket is removed: an edit of it would
    /// not be noticed.
    fn send(&mut self, ticket: TicketId, seat: &Seat) -> [Outgoing; 2] {
        let (agent, chat) = (seat.person.id, seat.person.chat());
        self.active.entry(ticket).or_default().insert(agent, chat);
        let key = CardKey::PickUp(ticket, agent);
        [Message::Retire(key), Message::Card(key)].map(|message| Outgoing { chat, message })
    }
}

/// Returns the number of agents with a card who are online.
fn online(engine: &Engine, cards: &BTreeMap<PersonId, ChatId>) -> usize {
    cards.keys().filter(|agent| engine.seat(**agent).is_some_and(|seat| seat.is_online())).count()
}

fn refreshes(ticket: TicketId, cards: BTreeMap<PersonId, ChatId>) -> Vec<Outgoing> {
    let refresh = |(agent, chat)| Outgoing::refresh(chat, CardKey::PickUp(ticket, agent));
    cards.into_iter().map(refresh).collect()
}
