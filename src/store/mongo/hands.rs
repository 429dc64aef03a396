//! What this process has in its hands of the outbox, and what it need not look for because it would know of it.
use super::lane::Reply;
use super::outbox::{Catch, Claim};
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::{ClaimedDelivery, Outcome, StoreError};
use chrono::TimeDelta;
use std::collections::HashMap;

/// How long it is believed which chats may go and when the next one does that waits for its time, if nothing here says
/// otherwise. Only one process at a time delivers; another one that has just lost that right may have left something behind.
const BELIEVED: TimeDelta = TimeDelta::seconds(1);

/// The deliveries that this process has claimed and not settled, as far as it knows.
pub(super) struct Hands {
    held: HashMap<u64, ChatId>,
    /// A claim has ended without an answer: there may be more.
    doubt: bool,
    /// When it was looked at last which chats may go, and which wait for their time.
    looked: Time,
    /// Chats may go at once that the last claim has not seen or not taken.
    left: bool,
}

impl Hands {
    /// Empty ones of a process that knows of nothing yet.
    pub(super) fn empty() -> Self {
        Self { held: HashMap::new(), doubt: false, looked: Time::UNIX_EPOCH, left: true }
    }

    /// Empty ones of a process that may have claimed something all the same.
    pub(super) fn in_doubt() -> Self {
        Self { doubt: true, ..Self::empty() }
    }

    /// It is not known what a transaction has claimed and left.
    pub(super) fn doubt(&mut self) {
        self.doubt = true;
        self.left = true;
    }

    /// Whose deliveries these are, and what became of them; of what is not in these hands (any more) nobody here has anything
    /// to say.
    pub(super) fn of_these(&self, outcomes: &[(u64, Outcome)]) -> Vec<(ChatId, u64, Outcome)> {
        outcomes
            .iter()
            .filter_map(|(id, outcome)| Some((*self.held.get(id)?, *id, outcome.clone())))
            .collect()
    }

    /// A claim of so many. `due` says that the time of a chat may have come that waits for it.
    pub(super) fn claim(&self, limit: usize, now: Time, due: bool) -> Claim<'_> {
        let look = due || (now - self.looked).abs() >= BELIEVED;
        Claim { limit, now, held: &self.held, doubt: self.doubt, look, left: self.left }
    }

    /// These are settled.
    pub(super) fn let_go(&mut self, outcomes: &[(u64, Outcome)]) {
        for (id, _) in outcomes {
            self.held.remove(id);
        }
    }

    /// Whether chats may go at once that a transaction has not claimed. If it was no claim, those that were left before still are.
    pub(super) fn leave(&mut self, left: bool, was_claim: bool) {
        self.left = left || (self.left && !was_claim);
    }

    /// Hands over what was claimed, and whether it was looked which chats wait for their time; what can't be handed over is
    /// looked for next time.
    pub(super) fn hand_over(
        &mut self,
        now: Time,
        reply: Reply<Vec<ClaimedDelivery>>,
        caught: Result<(Catch, bool), StoreError>,
    ) {
        match caught {
            Ok((catch, looked)) => {
                self.doubt = catch.strays;
                self.looked = if looked { now } else { self.looked };
                let ids: Vec<_> = catch.claimed.iter().map(|claimed| (claimed.id, claimed.chat)).collect();
                match reply.send(Ok(catch.claimed)) {
                    Ok(()) => self.held.extend(ids),
                    Err(_) => self.doubt = true,
                }
            }
            Err(error) => {
                self.doubt = true;
                drop(reply.send(Err(error)));
            }
        }
    }
}
