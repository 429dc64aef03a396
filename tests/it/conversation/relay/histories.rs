//! Random histories of a desk in which people write: a message reaches nobody but the ticket's customer and the
//! agent who holds it.
//!
//! `ANTRI_HISTORIES` sets the number of histories, `ANTRI_FIRST_HISTORY` the seed of the first; the defaults suit
//! CI.
use crate::conversation::{BUDI, CITRA, SARI, TOM};
use crate::support::{ADMIN, Desk, Options};
use antri::domain::ids::PersonId;
use antri::sandbox::{ChatMessage, Side, UserMessage};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Histories by default.
const HISTORIES: u64 = 6;
/// Steps of each history.
const STEPS: usize = 40;
const CUSTOMERS: [i64; 2] = [SARI, TOM];
const AGENTS: [i64; 2] = [BUDI, CITRA];

/// Everybody's chat, with the person.
struct History {
    seed: u64,
    desk: Desk,
    rng: ChaCha20Rng,
    people: BTreeMap<PersonId, i64>,
    /// The author of each word that was written.
    words: BTreeMap<String, i64>,
    /// The chats in which a word has been read.
    seen: BTreeSet<(String, i64)>,
    /// Every pair of customer and holder so far.
    ever: BTreeSet<(i64, i64)>,
    /// How often a word of one side was read by the other.
    relayed: usize,
}

impl History {
    async fn new(seed: u64) -> Self {
        // Every step waits until the cards are refreshed.
        let max_refresh_interval = Duration::ZERO;
        let desk = Desk::with(Options { max_refresh_interval, ..Options::default() }).await;
        for (id, name) in [(SARI, "Sari"), (TOM, "Tom")] {
            desk.person(id, name, "id").await;
        }
        for (id, name) in [(BUDI, "Budi"), (CITRA, "Citra")] {
            desk.agent(id, name).await;
            desk.say(id, "/online").await;
        }
        let store = desk.app().engine.store().clone();
        let everyone = store.recent_people(10).await.unwrap();
        let people = everyone.into_iter().map(|person| (person.id, person.telegram.0)).collect();
        let rng = ChaCha20Rng::seed_from_u64(seed);
        Self {
            seed,
            desk,
            rng,
            people,
            words: BTreeMap::new(),
            seen: BTreeSet::new(),
            ever: BTreeSet::new(),
            relayed: 0,
        }
    }

    fn one_of(&mut self, ids: &[i64]) -> i64 {
        ids[self.rng.random_range(0..ids.len())]
    }

    /// Returns the pairs of customer and holder, of all tickets that are held.
    async fn pairs(&self) -> BTreeSet<(i64, i64)> {
        let held = self.desk.app().engine.store().all_held().await.unwrap();
        let pair = |ticket: &antri::domain::ticket::Ticket| {
            Some((*self.people.get(&ticket.customer)?, *self.people.get(&ticket.holder()?)?))
        };
        held.iter().filter_map(pair).collect()
    }

    /// Writes a new word as this person: plainly, or as a reply to any message of their chat.
    fn write(&mut self, id: i64) {
        let word = format!("kata{}x", self.words.len());
        self.words.insert(word.clone(), id);
        let chat = self.desk.sandbox.chat(id);
        let bots: Vec<_> = chat.iter().filter(|m| m.from == Side::Bot).map(|m| m.message_id).collect();
        let is_reply = self.rng.random_bool(0.5) && !bots.is_empty();
        let message = UserMessage::text(word);
        let message = if is_reply {
            let at = self.rng.random_range(0..bots.len());
            message.replying_to(bots[at])
        } else {
            message
        };
        self.desk.sandbox.send(id, message);
    }

    /// Presses any button of any message of this person, old ones included.
    fn press(&mut self, id: i64) {
        let chat = self.desk.sandbox.chat(id);
        let buttons: Vec<_> = chat
            .iter()
            .flat_map(|m| m.keyboard.iter().flatten().map(move |button| (m.message_id, button.clone())))
            .filter_map(|(message, button)| Some((message, button.callback_data?)))
            .collect();
        if !buttons.is_empty() {
            let (message, data) = buttons[self.rng.random_range(0..buttons.len())].clone();
            self.desk.sandbox.press(id, message, &data);
        }
    }

    async fn step(&mut self) {
        let before = self.pairs().await;
        match self.rng.random_range(0..10) {
            0..=2 => {
                let id = self.one_of(&CUSTOMERS);
                self.write(id);
            }
            3..=5 => {
                let id = self.one_of(&AGENTS);
                self.write(id);
            }
            6 => {
                let id = self.one_of(&[SARI, TOM, BUDI, CITRA]);
                self.press(id);
            }
            7 => {
                let customer = self.one_of(&CUSTOMERS);
                let word = format!("kata{}x", self.words.len());
                self.words.insert(word.clone(), customer);
                self.desk.sandbox.send_text(customer, &format!("/new {word}"));
                self.desk.settle().await;
                let found = self
                    .desk
                    .sandbox
                    .chat(customer)
                    .into_iter()
                    .rev()
                    .find_map(|m| Some((m.message_id, m.button("✅ Kirim")?.to_owned())));
                if let Some((message, data)) = found {
                    self.desk.sandbox.press(customer, message, &data);
                }
            }
            8 => {
                let held = self.desk.app().engine.store().all_held().await.unwrap();
                let to = self.one_of(&[0, 1]);
                if let Some(ticket) = held.first() {
                    let name = if to == 0 { "Budi" } else { "Citra" };
                    self.desk.sandbox.send_text(ADMIN, &format!("/reassign {} {name}", ticket.number));
                }
            }
            _ => {
                let (id, to) = (self.one_of(&AGENTS), self.one_of(&[0, 1]));
                self.desk.sandbox.send_text(id, if to == 0 { "/offline" } else { "/online" });
            }
        }
        self.desk.settle().await;
        let after = self.pairs().await;
        self.check(&before.union(&after).copied().collect());
    }

    /// Checks who has read which words since the last step. Only a pair that had a ticket may have.
    fn check(&mut self, pairs: &BTreeSet<(i64, i64)>) {
        self.ever.extend(pairs);
        for reader in [SARI, TOM, BUDI, CITRA, ADMIN] {
            let chat = self.desk.sandbox.chat(reader);
            // A pick-up card shows the description of a waiting ticket to agents who may take it.
            let is_offer = |m: &ChatMessage| AGENTS.contains(&reader) && m.button("🙋 Ambil").is_some();
            let theirs = chat.into_iter().filter(|m| m.from == Side::Bot && !is_offer(m));
            let texts: Vec<_> = theirs.map(|m| m.text).collect();
            for (word, author) in &self.words {
                let is_new = texts.iter().any(|text| text.contains(word.as_str()))
                    && self.seen.insert((word.clone(), reader));
                if !is_new || reader == *author || reader == ADMIN {
                    continue;
                }
                self.relayed += 1;
                let may_read = match (AGENTS.contains(author), AGENTS.contains(&reader)) {
                    (true, false) => pairs.contains(&(reader, *author)),
                    (false, true) => pairs.contains(&(*author, reader)),
                    // The summary for a new holder has the words of the former one.
                    (true, true) => CUSTOMERS.iter().any(|customer| {
                        pairs.contains(&(*customer, reader)) && self.ever.contains(&(*customer, *author))
                    }),
                    (false, false) => false,
                };
                assert!(
                    may_read,
                    "history {}: {reader} read {word} of {author}, but the tickets are {pairs:?}\n{}",
                    self.seed,
                    self.desk.chat_story(reader)
                );
            }
        }
    }
}

#[tokio::test]
async fn a_message_reaches_nobody_but_the_customer_and_the_holder() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = setting("ANTRI_FIRST_HISTORY").unwrap_or(0);
    let mut relayed = 0;
    for seed in first..first + setting("ANTRI_HISTORIES").unwrap_or(HISTORIES) {
        let mut history = History::new(seed).await;
        for _ in 0..STEPS {
            history.step().await;
        }
        relayed += history.relayed;
    }
    assert!(relayed > 10, "only {relayed} messages were relayed");
}
