//! The deliveries that this process has claimed and not yet settled.
use crate::domain::ids::ChatId;
use crate::engine::ports::{ClaimedDelivery, Outcome};
use crate::store::mongo::write::queue::Reply;
use std::collections::HashMap;

/// A delivery that is settled: its chat, its id, its outcome.
pub(super) type Settled = (ChatId, u64, Outcome);

/// The deliveries in flight.
#[derive(Default)]
pub(super) struct InFlight {
    chats: HashMap<u64, ChatId>,
    /// True after a claim whose result is unknown: the database may have more claims of this process. The next
    /// claim then reads what this process has claimed.
    pub(super) uncertain: bool,
}

impl InFlight {
    pub(super) fn contains(&self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.chats.contains_key(&id))
    }

    /// Returns the outcomes of deliveries in flight, with their chats. Others are ignored: they were settled
    /// or released.
    pub(super) fn filter_owned(&self, outcomes: &[(u64, Outcome)]) -> Vec<Settled> {
        let owned = |(id, outcome): &(u64, Outcome)| Some((*self.chats.get(id)?, *id, outcome.clone()));
        outcomes.iter().filter_map(owned).collect()
    }

    /// Removes settled deliveries.
    pub(super) fn remove(&mut self, outcomes: &[(u64, Outcome)]) {
        for (id, _) in outcomes {
            self.chats.remove(id);
        }
    }

    /// Sends claimed deliveries to the caller and adds them. If the caller was dropped, the next claim finds
    /// them. `has_more` says that the database may have further unknown claims.
    pub(super) fn complete_claim(
        &mut self,
        reply: Reply<Vec<ClaimedDelivery>>,
        claimed: Vec<ClaimedDelivery>,
        has_more: bool,
    ) {
        self.uncertain = has_more;
        let chats: Vec<_> = claimed.iter().map(|claimed| (claimed.id, claimed.chat)).collect();
        match reply.send(Ok(claimed)) {
            Ok(()) => self.chats.extend(chats),
            Err(_) => self.uncertain = true,
        }
    }
}
