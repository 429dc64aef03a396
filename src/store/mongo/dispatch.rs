//! The outbox's lane: what became of deliveries, and what is claimed next, in one transaction. What was added to the outbox
//! meanwhile is taken into the documents of its chats first, so that who adds to a chat need neither read nor write it.
use super::added::Intake;
use super::chats::Chats;
use super::codec::Fields;
use super::error::Halt;
use super::lane::{Reply, Worker};
use super::outbox::{Catch, Claim, Reclaim, Settled};
use super::schema::CHATS;
use super::session::Session;
use super::soonest::Soonest;
use super::tx::{self, Tx, Work};
use super::{Cards, Faces};
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::{ChatId, Version};
use crate::engine::ports::{Claimed, Outcome, StoreError};
use async_trait::async_trait;
use chrono::TimeDelta;
use mongodb::bson::doc;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Something to do in the outbox.
pub(super) enum Job {
    Settle(Vec<(u64, Outcome)>, Time, Reply<()>),
    Claim(usize, Time, Reply<Vec<Claimed>>),
    Reclaim(Reply<u64>),
}

/// What shares a transaction.
#[derive(Default)]
struct Batch {
    outcomes: Vec<(u64, Outcome)>,
    settled_at: Time,
    settlers: Vec<Reply<()>>,
    claim: Option<(usize, Time, Reply<Vec<Claimed>>)>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.settlers.is_empty() && self.claim.is_none()
    }
}

/// The deliveries that this process has claimed and not settled, as far as it knows.
struct Hands {
    held: HashMap<u64, ChatId>,
    /// A claim has ended without an answer: there may be more.
    doubt: bool,
    /// When it was looked at last which chats wait for their time.
    looked: Time,
    /// Chats may go at once that the last claim has not seen or not taken.
    left: bool,
}

impl Default for Hands {
    fn default() -> Self {
        Self { held: HashMap::new(), doubt: false, looked: Time::UNIX_EPOCH, left: true }
    }
}

/// How long it is believed when the next chat goes that waits for its time, if nothing here says otherwise.
const BELIEVED: TimeDelta = TimeDelta::seconds(1);

/// Keeps the outbox.
pub(super) struct Dispatcher {
    session: Session,
    hands: Hands,
    faces: Arc<Faces>,
    cards: Arc<Cards>,
    soonest: Arc<Soonest>,
}

impl Worker for Dispatcher {
    type Job = Job;

    fn size(job: &Job) -> usize {
        match job {
            Job::Settle(outcomes, ..) => outcomes.len(),
            Job::Claim(limit, ..) => *limit,
            Job::Reclaim(_) => 1,
        }
    }

    async fn work(&mut self, jobs: Vec<Job>) {
        let (mut batch, mut claims, mut reclaims) = (Batch::default(), VecDeque::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Settle(some, now, reply) => {
                    batch.outcomes.extend(some);
                    batch.settled_at = batch.settled_at.max(now);
                    batch.settlers.push(reply);
                }
                Job::Claim(limit, now, reply) => claims.push_back((limit, now, reply)),
                Job::Reclaim(reply) => reclaims.push(reply),
            }
        }
        if reclaims.is_empty() {
            batch.claim = claims.pop_front();
        }
        self.share(batch).await;
        for reply in reclaims {
            self.reclaim(reply).await;
        }
        for claim in claims {
            self.share(Batch { claim: Some(claim), ..Batch::default() }).await;
        }
    }

    async fn end(self) {
        self.session.close().await;
    }
}

impl Dispatcher {
    /// One with nothing in its hands.
    pub(super) fn new(session: Session, faces: Arc<Faces>, cards: Arc<Cards>, soonest: Arc<Soonest>) -> Self {
        Self { session, hands: Hands::default(), faces, cards, soonest }
    }

    async fn reclaim(&mut self, reply: Reply<u64>) {
        // Whoever worked before may have been killed in the middle of something.
        if let Err(error) = self.session.end_others().await {
            tracing::warn!(%error, "what another process may have left open ends by itself within a minute");
        }
        // From here on nothing is anybody's.
        self.hands = Hands { doubt: true, ..Hands::default() };
        self.forget();
        drop(reply.send(tx::run(&mut self.session, &Reclaim).await));
    }

    /// Does a batch in one transaction; its parts by themselves where one of them rests on something that can't be
    /// understood.
    async fn share(&mut self, batch: Batch) {
        let mut batches = VecDeque::from([batch]);
        while let Some(mut batch) = batches.pop_front().filter(|batch| !batch.is_empty()) {
            let result = self.turn(&batch).await;
            if matches!(result, Err(StoreError::Corrupt(_))) && !batch.settlers.is_empty() {
                let claim = batch.claim.take();
                if claim.is_some() {
                    batches.extend([batch, Batch { claim, ..Batch::default() }]);
                    continue;
                }
            }
            let more = result.as_ref().is_ok_and(|done| done.more);
            if more && let Some(claim) = batch.claim.take() {
                batches.push_front(Batch { claim: Some(claim), ..Batch::default() });
            }
            self.answer(batch, result);
        }
    }

    async fn turn(&mut self, batch: &Batch) -> Result<Done, StoreError> {
        let hands = &self.hands;
        // Of what is not in these hands (any more) nobody here has anything to say.
        let held = |(id, outcome): &(u64, Outcome)| Some((*hands.held.get(id)?, *id, outcome.clone()));
        let outcomes: Vec<_> = batch.outcomes.iter().filter_map(held).collect();
        let claim = batch.claim.as_ref().map(|(limit, now, _)| Claim {
            limit: *limit,
            now: *now,
            held: &hands.held,
            doubt: hands.doubt,
            look: self.soonest.has_come(*now) || (*now - hands.looked).abs() >= BELIEVED,
            left: hands.left,
        });
        let process = self.session.process.clone();
        let turn = Turn { outcomes: &outcomes, settled_at: batch.settled_at, claim, process: &process };
        tx::run(&mut self.session, &turn).await
    }

    /// Tells everybody what came of it, and keeps in mind what is in hand now.
    fn answer(&mut self, batch: Batch, result: Result<Done, StoreError>) {
        let Batch { outcomes, settlers, claim, .. } = batch;
        let (settled, caught) = match result {
            Ok(Done { catch, soonest, looked, left, news, .. }) => {
                // Without a claim nobody looked for others.
                let looked_for = matches!(claim, Some((1.., ..)));
                self.hands.left = left || (self.hands.left && !looked_for);
                match news {
                    Some(news) => self.learn(news),
                    None => self.forget(),
                }
                self.soonest.saw(soonest, looked);
                for (id, _) in &outcomes {
                    self.hands.held.remove(id);
                }
                (Ok(()), Ok((catch, looked)))
            }
            Err(error) => {
                self.forget();
                self.hands.left = true;
                (Err(error.clone()), Err(error))
            }
        };
        // A caller who no longer waits has given up on the answer, not on the work.
        for settler in settlers {
            drop(settler.send(settled.clone()));
        }
        match claim {
            // Nothing was asked for but to take in what was added.
            Some((0, _, reply)) => drop(reply.send(caught.map(|_| Vec::new()))),
            Some((_, now, reply)) => self.hand_over(now, reply, caught),
            None => {}
        }
    }

    /// Keeps what is at hand in step with what was written.
    fn learn(&self, News { shown, anew }: News) {
        for card in shown {
            self.cards.put(card.key.slot(), Some(card));
        }
        for (chat, version) in &anew {
            if self.faces.get(chat).is_none_or(|face| face.version < *version) {
                self.faces.forget(chat);
            }
        }
    }

    /// Something may have been written of which nobody here knows what it was.
    fn forget(&self) {
        self.soonest.forget();
        self.cards.forget_all();
        self.faces.forget_all();
    }

    /// Hands over what was claimed; what can't be handed over is looked for next time.
    fn hand_over(
        &mut self,
        now: Time,
        reply: Reply<Vec<Claimed>>,
        caught: Result<(Catch, bool), StoreError>,
    ) {
        let hands = &mut self.hands;
        match caught {
            Ok((catch, looked)) => {
                hands.doubt = catch.strays;
                hands.looked = if looked { now } else { hands.looked };
                let ids: Vec<_> = catch.claimed.iter().map(|claimed| (claimed.id, claimed.chat)).collect();
                match reply.send(Ok(catch.claimed)) {
                    Ok(()) => hands.held.extend(ids),
                    Err(_) => hands.doubt = true,
                }
            }
            Err(error) => {
                hands.doubt = true;
                drop(reply.send(Err(error)));
            }
        }
    }
}

/// What is done together.
struct Turn<'a> {
    /// Of deliveries that this process has claimed.
    outcomes: &'a [(ChatId, u64, Outcome)],
    settled_at: Time,
    claim: Option<Claim<'a>>,
    /// The name of this process: under it deliveries are claimed.
    process: &'a str,
}

/// What came of it.
struct Done {
    catch: Catch,
    /// Whether nothing was claimed yet, as there may be more to take in.
    more: bool,
    /// Microseconds since 1970 at which the first of the chats goes that were seen to wait for their time.
    soonest: Option<i64>,
    /// Whether it was looked which these are, so that no others are known of.
    looked: bool,
    /// Whether chats may go at once that were not seen or not taken.
    left: bool,
    /// Nothing where more may be other than it was: whole chats moved, or an earlier try had its effect.
    news: Option<News>,
}

/// What is other than it was.
struct News {
    /// The live cards that were written.
    shown: Vec<LiveCard>,
    /// The chats of readers who were written, and in which version, as is said with what was taken in.
    anew: Vec<(ChatId, Version)>,
}

/// What it works on.
struct Loaded {
    chats: Chats,
    more: bool,
    anew: Vec<(ChatId, Version)>,
}

#[async_trait]
impl Work for Turn<'_> {
    type Found = Done;

    async fn run(&self, tx: &mut Tx<'_>, tries: u32) -> Result<Done, Halt> {
        let later = self.wake(tx).await?;
        let (mut settled, mut catch) = (Settled::default(), Catch::default());
        let Loaded { mut chats, more, anew } = self.load(tx).await?;
        for outcome in self.outcomes {
            settled.settle(&mut chats, outcome, self.settled_at, self.process)?;
        }
        // Not before all is taken in: a message may be among it that goes before what is there.
        if let Some(claim) = self.claim.as_ref().filter(|claim| !more && claim.limit > 0) {
            catch = claim.run(tx, &mut chats, &mut settled, (self.process, tries)).await?;
        }
        let now = self.claim.as_ref().map_or(self.settled_at, |claim| claim.now);
        let left = catch.left || !chats.ready(now).is_empty();
        let news = settled.shown().filter(|_| tries == 0).map(|shown| News { shown, anew });
        settled.write(tx).await?;
        let soonest = [later, chats.write(tx).await?].into_iter().flatten().min();
        let looked = self.claim.as_ref().is_some_and(|claim| claim.look);
        Ok(Done { catch, more, soonest, looked, left, news })
    }
}

impl Turn<'_> {
    /// Lets those go whose time has come; returns when the first goes that still waits for its time, where that was looked
    /// at.
    async fn wake(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Halt> {
        let Some(claim) = self.claim.as_ref().filter(|claim| claim.look) else { return Ok(None) };
        claim.wake(tx).await?;
        let waiting = doc! { "claimed": false, "not_before": { "$gt": 0_i64 } };
        let first = tx.find_some(CHATS, waiting, doc! { "not_before": 1 }, 1).await?;
        Ok(first.first().map(|doc| Fields(doc).int("not_before")).transpose()?)
    }

    /// The chats of what is settled, and of what was added to the outbox, with that; and whether more of it may be there.
    async fn load(&self, tx: &mut Tx<'_>) -> Result<Loaded, Halt> {
        let (mut concerned, mut moving) = (HashSet::new(), HashSet::new());
        for (chat, _, outcome) in self.outcomes {
            concerned.insert(*chat);
            if let Outcome::Moved(to) = outcome {
                concerned.insert(*to);
                moving.extend([*chat, *to]);
            }
        }
        let Intake { documents, entries, anew, more } =
            if self.claim.is_some() { Intake::read(tx).await? } else { Intake::default() };
        concerned.extend(entries.iter().map(|(chat, _)| *chat));
        let mut chats = Chats::load(tx, concerned, &moving).await?;
        for (chat, entry) in entries {
            chats.add(chat, entry);
        }
        chats.took(documents);
        Ok(Loaded { chats, more, anew })
    }
}
