//! One turn of the facts' lane, which is one transaction: what they are about is read or known, each is decided, what follows
//! is written.
use super::Faces;
use super::at_hand::{is_of_desk, written};
use super::error::Halt;
use super::facts::{Fact, Fate, Group, numbered};
use super::known::{Known, Left};
use super::lane::{Reply, Worker};
use super::queue::Sums;
use super::recent::Recent;
use super::session::Session;
use super::tickets;
use super::tx::{self, Tx, Work};
use crate::domain::ids::{ChatId, PersonId, Version};
use crate::domain::person::Person;
use crate::engine::ports::{StoreError, Write};
use crate::store::kept::{Desk, Kept};
use async_trait::async_trait;
use mongodb::Database;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Something to write, and who waits for it.
pub(super) struct Told {
    pub(super) fact: Fact,
    pub(super) reply: Reply<Fate>,
}

/// Writes facts.
pub(super) struct Scribe {
    pub(super) session: Session,
    /// What is at hand, and may be other than it was when a fact was written.
    pub(super) desk: Arc<Kept<Desk>>,
    pub(super) sums: Arc<Kept<Sums>>,
    pub(super) faces: Arc<Faces>,
    /// Who was written lately, for as long as another replica may have them at hand as they were.
    pub(super) written: Recent<ChatId, Version>,
    pub(super) known: Known,
    /// Whether it is at work: who can wait lets it.
    pub(super) at_work: Arc<AtomicBool>,
}

impl Worker for Scribe {
    type Job = Told;

    fn size(job: &Told) -> usize {
        job.fact.size()
    }

    /// Writes facts in one transaction; each by itself where one of them rests on something that can't be understood. Each
    /// caller waits for their own answer, so none of them can rest on another of the same group.
    async fn work(&mut self, jobs: Vec<Told>) {
        self.at_work.store(true, Ordering::Relaxed);
        let mut groups = VecDeque::from([jobs.into_iter().map(|job| (job.fact, job.reply)).unzip()]);
        while let Some((facts, replies)) = groups.pop_front() {
            let (facts, replies): (Vec<Fact>, Vec<Reply<Fate>>) = (facts, replies);
            let (db, process) = (self.session.db().clone(), self.session.process.clone());
            let edition = self.faces.edition();
            let mistaken = AtomicBool::default();
            let turn = Turn {
                db: &db,
                facts: &facts,
                written: &self.written,
                known: &self.known,
                mistaken: &mistaken,
                process: &process,
            };
            let (mut moves_queues, mut learned) = (true, None);
            let fates: Vec<_> = match tx::run(&mut self.session, &turn).await {
                Ok(done) => {
                    moves_queues = done.moves_queues;
                    learned = Some(done.left);
                    done.fates.into_iter().map(Ok).collect()
                }
                Err(StoreError::Corrupt(_)) if facts.len() > 1 => {
                    self.known.forget();
                    groups.extend(
                        facts.into_iter().zip(replies).map(|(fact, reply)| (vec![fact], vec![reply])),
                    );
                    continue;
                }
                Err(error) => {
                    // What became of it is not known.
                    self.known.forget();
                    vec![Err(error); facts.len()]
                }
            };
            if mistaken.load(Ordering::Relaxed) {
                self.known.doubt();
            }
            self.known.learn(learned.unwrap_or_default());
            // Before anybody is told, and whatever became of it: to read once too often costs little.
            if facts.iter().flat_map(Fact::changes).any(is_of_desk) {
                self.desk.change();
            }
            if moves_queues {
                self.sums.change();
            }
            self.meet(&facts, &fates, edition);
            // A caller who no longer waits has given up on the answer, not on the work.
            for (reply, fate) in replies.into_iter().zip(fates) {
                drop(reply.send(fate));
            }
        }
        self.at_work.store(false, Ordering::Relaxed);
    }

    async fn end(self) {
        self.session.close().await;
    }
}

impl Scribe {
    /// Keeps in mind who was written, and where that is sure, as whom. `edition` is from before.
    fn meet(&self, facts: &[Fact], fates: &[Result<Fate, StoreError>], mut edition: u64) {
        let mut met: HashMap<ChatId, &Person> = HashMap::new();
        for (fact, fate) in facts.iter().zip(fates) {
            let committed = |n: usize| match fate {
                Ok(Fate::Changes(fates)) => fates.get(n).is_some_and(Result::is_ok),
                _ => false,
            };
            for (n, change) in fact.changes().iter().enumerate() {
                let Some(person) = written(change) else { continue };
                let chat = person.chat();
                let known = self.written.get(&chat).unwrap_or_default();
                self.written.put(chat, known.max(person.version));
                self.faces.forget(&chat);
                edition += 1;
                if committed(n) {
                    met.insert(chat, person);
                }
            }
        }
        // Unless somebody else was forgotten meanwhile: another replica may have written them since.
        for (chat, person) in met {
            self.faces.keep(edition, chat, Arc::new(person.clone()));
        }
    }
}

/// What is done together.
struct Turn<'a> {
    db: &'a Database,
    facts: &'a [Fact],
    written: &'a Recent<ChatId, Version>,
    known: &'a Known,
    /// Set when something was not as it is known.
    mistaken: &'a AtomicBool,
    /// The name of this process: under it depths are counted.
    process: &'a str,
}

/// What came of it.
struct Done {
    fates: Vec<Fate>,
    /// Whether a queue is other than it was.
    moves_queues: bool,
    /// What is known now.
    left: Left,
}

#[async_trait]
impl Work for Turn<'_> {
    type Found = Done;

    async fn run(&self, tx: &mut Tx<'_>, tries: u32) -> Result<Done, Halt> {
        let trusts = tries == 0 && !self.known.is_doubted();
        // What customers have open is counted outside of the transaction: a bound against abuse, which others at the same
        // moment may exceed by a few. They hardly ever have too many, so that is taken for granted until it is known.
        let open = async { if trusts { self.count_open().await } else { Ok(HashMap::new()) } };
        // The numbers are drawn outside of it, too, so that replicas don't wait for each other at the counter; there may be
        // gaps. They are drawn after the caller has seen what the facts rest on, so of two of which one rests on the other the
        // later has the higher number.
        let first = async {
            let (group, fates) = self.decide(tx, tries, trusts).await?;
            Ok::<_, Halt>((group.begin(tx).await?, fates))
        };
        let (begun, numbers, open) = tokio::join!(first, self.draw(), open);
        let (begun, fates) = begun?;
        if begun.rest.exceeds(&open?) {
            return Err(Halt::Overtaken("somebody has too many open tickets".to_owned()));
        }
        let moves_queues = begun.rest.moves_queues();
        let (arrival, left) = begun.end(tx, self.process, numbers?).await?;
        let fates = fates.into_iter().map(|fate| numbered(fate, arrival)).collect();
        Ok(Done { fates, moves_queues, left })
    }

    fn mistaken(&self) {
        self.mistaken.store(true, Ordering::Relaxed);
    }
}

impl Turn<'_> {
    /// Decides each of the facts by what is known, where that refuses nobody, or else by what is read.
    async fn decide(
        &self,
        tx: &mut Tx<'_>,
        tries: u32,
        trusts: bool,
    ) -> Result<(Group<'_>, Vec<Fate>), Halt> {
        if trusts {
            let decided = self.decided(Group::load(tx, self.facts, Some(self.known), false).await?)?;
            if !decided.1.iter().any(Fate::refuses) {
                return Ok(decided);
            }
        }
        // What turned out to be taken, a slot or a number, is looked for only then: it was chosen among free ones.
        let open = async { if trusts { Ok(HashMap::new()) } else { self.count_open().await } };
        let (group, open) = tokio::join!(Group::load(tx, self.facts, None, tries > 0), open);
        let mut group = group?;
        group.know_open(open?);
        Ok(self.decided(group)?)
    }

    fn decided<'f>(&'f self, mut group: Group<'f>) -> Result<(Group<'f>, Vec<Fate>), StoreError> {
        let told = self.facts.iter().flat_map(Fact::told).map(|out| out.chat);
        let mut written: HashMap<_, _> =
            told.filter_map(|chat| Some((chat, self.written.get(&chat)?))).collect();
        for person in self.facts.iter().flat_map(Fact::written) {
            // What is refused may be older than what was written.
            let version = written.entry(person.chat()).or_insert(person.version);
            *version = person.version.max(*version);
        }
        group.know_written(written);
        let fates = self.facts.iter().map(|fact| group.decide(fact)).collect::<Result<_, _>>()?;
        Ok((group, fates))
    }

    async fn count_open(&self) -> Result<HashMap<PersonId, usize>, Halt> {
        let limited = self.facts.iter().flat_map(Fact::changes).filter_map(|change| match &change.write {
            Write::OpenTicket { ticket, limit: Some(_), .. } => Some(ticket.customer),
            _ => None,
        });
        let customers: HashSet<_> = limited.collect();
        let customers: Vec<_> = customers.into_iter().collect();
        Ok(tickets::count_open(self.db, &customers).await?)
    }

    async fn draw(&self) -> Result<u64, Halt> {
        let told: usize = self.facts.iter().map(|fact| fact.told().count()).sum();
        let changes: usize = self.facts.iter().map(|fact| fact.changes().len()).sum();
        let most = (told + 2 * changes) as u64; // a change can be an event and a person met
        if most == 0 {
            return Ok(0);
        }
        tx::first(&self.db.run_command(tx::numbers("sequence", most)).await?, most)
    }
}
