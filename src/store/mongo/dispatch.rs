//! The outbox's lane: what became of deliveries, and what is claimed next, in one transaction. What was added to the outbox
//! meanwhile is taken into the documents of its chats first, so that who adds to a chat need neither read nor write it.
use super::added::Intake;
use super::chats::{Chats, Written};
use super::codec::Fields;
use super::error::Halt;
use super::hands::Hands;
use super::lane::{Reply, Worker};
use super::outbox::{Catch, Claim, Reclaim, Settled};
use super::rows::{Row, Rows};
use super::schema::CHATS;
use super::session::Session;
use super::soonest::Soonest;
use super::tx::{self, Tx, Work};
use super::{Cards, Faces};
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::{ChatId, Version};
use crate::engine::ports::{ClaimedDelivery, Outcome, StoreError};
use async_trait::async_trait;
use mongodb::bson::doc;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How far apart turns begin as long as facts are written: about as long as one takes then.
const APART: Duration = Duration::from_millis(10);

/// Something to do in the outbox.
pub(super) enum Job {
    Settle(Vec<(u64, Outcome)>, Time, Reply<()>),
    Claim(usize, Time, Reply<Vec<ClaimedDelivery>>),
    Reclaim(Reply<u64>),
}

/// What shares a transaction.
#[derive(Default)]
struct Batch {
    outcomes: Vec<(u64, Outcome)>,
    settled_at: Time,
    settlers: Vec<Reply<()>>,
    claim: Option<(usize, Time, Reply<Vec<ClaimedDelivery>>)>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.settlers.is_empty() && self.claim.is_none()
    }
}

/// Keeps the outbox.
pub(super) struct Dispatcher {
    session: Session,
    hands: Hands,
    faces: Arc<Faces>,
    cards: Arc<Cards>,
    soonest: Arc<Soonest>,
    rows: Rows,
    /// Whether facts are being written.
    let_pass: Arc<AtomicBool>,
}

impl Worker for Dispatcher {
    type Job = Job;

    /// Turn upon turn it would ask the server twice as often, for half as much each time, and be in the way of the facts.
    fn apart(&self) -> Duration {
        if self.let_pass.load(Ordering::Relaxed) { APART } else { Duration::ZERO }
    }

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
    pub(super) fn new(
        session: Session,
        faces: Arc<Faces>,
        cards: Arc<Cards>,
        soonest: Arc<Soonest>,
        let_pass: Arc<AtomicBool>,
    ) -> Self {
        Self { session, hands: Hands::empty(), faces, cards, soonest, rows: Rows::new(), let_pass }
    }

    async fn reclaim(&mut self, reply: Reply<u64>) {
        // Whoever worked before may have been killed in the middle of something.
        if let Err(error) = self.session.end_others().await {
            tracing::warn!(%error, "what another process may have left open ends by itself within a minute");
        }
        // From here on nothing is anybody's.
        self.hands = Hands::in_doubt();
        self.forget();
        self.rows.doubt();
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
                    // An earlier try may have had its effect.
                    self.forget();
                    self.rows.doubt();
                    self.hands.doubt();
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
        let outcomes = self.hands.of_these(&batch.outcomes);
        let claim = batch.claim.as_ref();
        let claim = claim.map(|(limit, now, _)| self.hands.claim(*limit, *now, self.soonest.has_come(*now)));
        let process = self.session.process.clone();
        let known = (!self.rows.are_doubted()).then_some(&self.rows);
        let turn =
            Turn { outcomes: &outcomes, settled_at: batch.settled_at, claim, process: &process, known };
        tx::run(&mut self.session, &turn).await
    }

    /// Tells everybody what came of it, and keeps in mind what is in hand now.
    fn answer(&mut self, batch: Batch, result: Result<Done, StoreError>) {
        let Batch { outcomes, settlers, claim, .. } = batch;
        let (settled, caught) = match result {
            Ok(Done { catch, soonest, looked, left, news, rows, .. }) => {
                let was_claim = matches!(claim, Some((1.., ..)));
                // Whose time has come is only found by a claim.
                self.hands.leave(left || (looked && !was_claim), was_claim);
                match news {
                    Some(news) => self.learn(news),
                    None => self.forget(),
                }
                match rows {
                    Some(rows) => self.rows.learn(rows),
                    None => self.rows.doubt(),
                }
                self.soonest.saw(soonest, looked);
                self.hands.let_go(&outcomes);
                (Ok(()), Ok((catch, looked)))
            }
            Err(error) => {
                self.forget();
                self.rows.doubt();
                self.hands.leave(true, false);
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
            Some((_, now, reply)) => self.hands.hand_over(now, reply, caught),
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
}

/// What is done together.
struct Turn<'a> {
    /// Of deliveries that this process has claimed.
    outcomes: &'a [(ChatId, u64, Outcome)],
    settled_at: Time,
    claim: Option<Claim<'a>>,
    /// The name of this process: under it deliveries are claimed.
    process: &'a str,
    /// The chats as they were left, unless that is in doubt.
    known: Option<&'a Rows>,
}

/// What came of it.
struct Done {
    catch: Catch,
    /// Whether nothing was claimed yet, as there may be more to take in.
    more: bool,
    /// Microseconds since 1970 at which the first of the chats goes that were seen to wait for their time.
    soonest: Option<i64>,
    /// Whether it was looked which these are, so that no others are known of; those whose time had come may go now.
    looked: bool,
    /// Whether chats may go at once that were not seen or not taken.
    left: bool,
    /// Nothing where more may be other than it was: whole chats moved, or an earlier try had its effect.
    news: Option<News>,
    /// The chats as they are now; nothing when this was overtaken.
    rows: Option<Vec<(ChatId, Option<Row>)>>,
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
        let moving = self.outcomes.iter().any(|(_, _, outcome)| matches!(outcome, Outcome::Moved(_)));
        let known = self.known.filter(|_| tries == 0 && !moving);
        let Loaded { mut chats, more, anew } = self.load(tx, known).await?;
        for outcome in self.outcomes {
            let was_here = settled.settle(&mut chats, outcome, self.settled_at, self.process)?;
            if !was_here && known.is_some() {
                return Err(Halt::Mistaken("what is on its way here is not what is known".to_owned()));
            }
        }
        // Not before all is taken in: a message may be among it that goes before what is there.
        if let Some(claim) = self.claim.as_ref().filter(|claim| !more && claim.limit > 0) {
            catch = claim.run(tx, &mut chats, &mut settled, (self.process, tries)).await?;
        }
        let now = self.claim.as_ref().map_or(self.settled_at, |claim| claim.now);
        let left = catch.beyond || !chats.ready(now).is_empty();
        let news = settled.shown().filter(|_| tries == 0).map(|shown| News { shown, anew });
        settled.write(tx).await?;
        let Written { soonest, rows } = chats.write(tx).await?;
        let soonest = [later, soonest].into_iter().flatten().min();
        let looked = self.claim.as_ref().is_some_and(|claim| claim.look);
        Ok(Done { catch, more, soonest, looked, left, news, rows: (tries == 0).then_some(rows) })
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
    async fn load(&self, tx: &mut Tx<'_>, known: Option<&Rows>) -> Result<Loaded, Halt> {
        let (mut going, mut moving) = (HashSet::new(), HashSet::new());
        for (chat, _, outcome) in self.outcomes {
            going.insert(*chat);
            if let Outcome::Moved(to) = outcome {
                going.insert(*to);
                moving.extend([*chat, *to]);
            }
        }
        let Intake { documents, entries, anew, more } =
            if self.claim.is_some() { Intake::read(tx).await? } else { Intake::default() };
        let coming = entries.iter().map(|(chat, _)| *chat).collect();
        let mut chats = Chats::load(tx, going, coming, &moving, known).await?;
        for (chat, entry) in entries {
            chats.add(chat, entry);
        }
        chats.took(documents);
        Ok(Loaded { chats, more, anew })
    }
}
