//! Long chat queues in which deliveries wait by themselves, compared with a model.
use super::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeMap;

/// The chat of all deliveries here.
const CHAT: i64 = 10;

/// The queue of one chat as the port describes it.
#[derive(Default)]
struct Model {
    /// By class (of messages, of refreshes), own wait, and order of arrival.
    pending: BTreeMap<(u8, i64, usize), String>,
    in_flight: Option<((u8, usize), String)>,
    chat_waits_until: i64,
    arrived: usize,
}

impl Model {
    fn enqueue(&mut self, class: u8, word: &str) {
        if class == 0 || self.pending.values().all(|other| other != word) {
            self.pending.insert((class, 0, self.arrived), word.to_owned());
            self.arrived += 1;
        }
    }

    fn claim(&mut self, now: i64) -> Option<String> {
        let (&(class, wait, arrival), _) = self.pending.first_key_value()?;
        if self.in_flight.is_some() || self.chat_waits_until.max(wait) > now {
            return None;
        }
        let word = self.pending.remove(&(class, wait, arrival)).unwrap();
        self.chat_waits_until = 0;
        self.in_flight = Some(((class, arrival), word.clone()));
        Some(word)
    }

    /// Settles the delivery in flight: it was sent, or it returns with a wait of its own or of the chat.
    fn settle(&mut self, outcome: &Outcome) {
        let ((class, arrival), word) = self.in_flight.take().unwrap();
        let (of_chat, of_delivery) = match outcome {
            Outcome::Retry { until, .. } => (until.timestamp() - at(0).timestamp(), 0),
            Outcome::Postponed(until) => (0, until.timestamp() - at(0).timestamp()),
            _ => return,
        };
        if class > 0 {
            self.pending.retain(|_, other| *other != word);
        }
        self.chat_waits_until = self.chat_waits_until.max(of_chat);
        self.pending.insert((class, of_delivery, arrival), word);
    }
}

/// Enqueues the same into the store and the model.
async fn enqueue(store: &dyn Store, model: &mut Model, rng: &mut ChaCha20Rng, count: usize, now: i64) {
    let mut out = Vec::new();
    for _ in 0..count {
        if rng.random_bool(0.2) {
            let word = format!("{}", model.arrived);
            model.enqueue(0, &word);
            out.push(text(CHAT, &word));
        } else {
            let card = CardKey::Status(ticket_id(rng.random_range(0..250)));
            model.enqueue(1, &format!("refresh {card}"));
            out.push(refresh(CHAT, card));
        }
    }
    store.enqueue(out, at(now)).await.unwrap();
}

pub(crate) async fn what_waits_in_a_long_chat_queue_holds_back_nothing(store: Arc<dyn Store>) {
    for seed in 0..3 {
        let (mut rng, mut model) = (ChaCha20Rng::seed_from_u64(seed), Model::default());
        let mut now = 10_000;
        enqueue(&*store, &mut model, &mut rng, 200, now).await;
        for step in 0..400 {
            now += rng.random_range(0..4);
            if rng.random_bool(0.2) {
                let count = rng.random_range(1..9);
                enqueue(&*store, &mut model, &mut rng, count, now).await;
            }
            let claimed = claim(&*store, now).await;
            let expected = model.claim(now);
            let words: Vec<_> = claimed.iter().map(said).collect();
            assert_eq!(words, expected.into_iter().collect::<Vec<_>>(), "seed {seed}, step {step}");
            let Some(one) = claimed.first() else { continue };
            if rng.random_bool(0.3) {
                // Also an equal refresh, which arrives while the claimed one is in flight.
                let again = Outgoing { chat: ChatId(CHAT), message: one.message.clone() };
                model.enqueue(u8::from(one.message.is_refresh()), &said(one));
                store.enqueue(vec![again], at(now)).await.unwrap();
            }
            let outcome = match rng.random_range(0..10) {
                0..6 if one.message.is_refresh() => Outcome::Postponed(at(now + rng.random_range(1..600))),
                0..2 => Outcome::Retry { until: at(now + rng.random_range(0..9)), unknown: false },
                _ => Outcome::Sent(None),
            };
            model.settle(&outcome);
            let settled = store.settle(vec![(one.id, outcome)], at(now));
            // A settlement and the move of what is staged may share a transaction.
            let (settled, moved) = tokio::join!(settled, store.claim(0, at(now)));
            assert_eq!((settled.unwrap(), moved.unwrap()), ((), Vec::new()));
            assert_eq!(pending(&*store).await, model.pending.len(), "seed {seed}, step {step}");
        }
        let rest: Vec<_> = model.pending.into_values().collect();
        assert!(rest.len() > 64, "the queue is long: {}", rest.len());
        assert_eq!(drain(&*store, now + 1_000).await, rest, "seed {seed}");
        assert_eq!(store.pending_deliveries().await.unwrap(), 0);
    }
}
