//! One turn of the lane, which is one transaction: facts, then what became of deliveries, then what is claimed next. A
//! chat with which all three have to do is read once and written once.
use super::error::Halt;
use super::facts::{Concerned, Fact, Fate, Group, numbered};
use super::outbox::{Catch, Claim, Settled};
use super::schema::CHATS;
use super::tx::{self, Tx, Work};
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::Outcome;
use async_trait::async_trait;
use mongodb::Database;
use mongodb::bson::doc;

/// What is done together.
pub(super) struct Turn<'a> {
    pub(super) db: &'a Database,
    pub(super) facts: &'a [Fact],
    /// Of deliveries that this process has claimed.
    pub(super) outcomes: &'a [(ChatId, u64, Outcome)],
    pub(super) settled_at: Time,
    pub(super) claim: Option<Claim<'a>>,
    /// The name of this process: under it depths are counted, and deliveries claimed.
    pub(super) process: &'a str,
}

/// What came of it.
pub(super) struct Done {
    pub(super) fates: Vec<Fate>,
    pub(super) catch: Catch,
    /// Microseconds since 1970 at which the first of the chats goes that were seen to wait for their time.
    pub(super) soonest: Option<i64>,
    /// Whether it was looked which these are, so that no others are known of.
    pub(super) looked: bool,
}

#[async_trait]
impl Work for Turn<'_> {
    type Found = Done;

    async fn run(&self, tx: &mut Tx<'_>, tries: u32) -> Result<Done, Halt> {
        // The numbers are drawn outside of the transaction, so that replicas don't wait for each other at the counter;
        // there may be gaps. They are drawn after the caller has seen what the facts rest on, so of two of which one rests
        // on the other the later has the higher number.
        let (numbers, loaded) = tokio::join!(self.draw(), self.load(tx, tries));
        let (mut group, later) = loaded?;
        group.next = numbers?;
        let fates = self.facts.iter().map(|fact| group.decide(fact)).collect::<Result<Vec<_>, _>>()?;
        let (mut settled, mut catch) = (Settled::default(), Catch::default());
        for outcome in self.outcomes {
            settled.settle(&mut group.chats, outcome, self.settled_at, self.process)?;
        }
        if let Some(claim) = &self.claim {
            catch = claim.run(tx, &mut group.chats, &mut settled, (self.process, tries)).await?;
        }
        settled.write(tx).await?;
        let (first, soonest) = group.write(tx, self.process).await?;
        let looked = self.claim.as_ref().is_some_and(|claim| claim.look);
        let soonest = [later, soonest].into_iter().flatten().min();
        Ok(Done {
            fates: fates.into_iter().map(|fate| numbered(fate, first)).collect(),
            catch,
            soonest,
            looked,
        })
    }
}

impl Turn<'_> {
    /// Reads what this is about; and when the first chat goes that still waits for its time, where that was looked at.
    async fn load(&self, tx: &mut Tx<'_>, tries: u32) -> Result<(Group, Option<i64>), Halt> {
        let mut later = None;
        if let Some(claim) = self.claim.as_ref().filter(|claim| claim.look) {
            claim.wake(tx).await?;
            let waiting = doc! { "claimed": false, "not_before": { "$gt": 0_i64 } };
            let first = tx.find_some(CHATS, waiting, doc! { "not_before": 1 }, 1).await?;
            later = first.first().map(|doc| super::codec::Fields(doc).int("not_before")).transpose()?;
        }
        let mut concerned = Concerned::default();
        for (chat, _, outcome) in self.outcomes {
            concerned.chats.insert(*chat);
            if let Outcome::Moved(to) = outcome {
                concerned.chats.insert(*to);
                concerned.moving.extend([*chat, *to]);
            }
        }
        Ok((Group::load(tx, self.facts, &concerned, tries).await?, later))
    }

    async fn draw(&self) -> Result<u64, Halt> {
        let told: usize = self.facts.iter().map(|fact| fact.told().count()).sum();
        let changes: usize = self.facts.iter().map(|fact| fact.changes().len()).sum();
        let most = (told + 2 * changes) as u64; // a change can be an event and a person met
        if most == 0 {
            return Ok(0);
        }
        tx::take(self.db.run_command(tx::numbers("sequence", most)).await, most)
    }
}
