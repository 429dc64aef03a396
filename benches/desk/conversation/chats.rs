//! Simulated Telegram with two people for each conversation, a record of what they wrote, and the check of what
//! arrived.
use antri::clock::Clock;
use antri::domain::Time;
use antri::sandbox::{NewUser, RecordedRequest, Sandbox, SandboxOptions};
use antri::telegram::{CALL_TIMEOUT, Telegram};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The token of the bots.
pub(super) const TOKEN: &str = "1:bench";

/// The two people of a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) customer: i64,
    pub(super) agent: i64,
}

/// A message that a person wrote.
struct Written {
    at: Time,
    from: i64,
    to: i64,
    message_id: i64,
    /// A part of the text that no other message has.
    word: String,
    to_agent: bool,
}

/// A simulated Telegram with one bot.
pub(super) struct Chats {
    pub(super) sandbox: Sandbox,
    pub(super) url: String,
    clock: Clock,
    words: usize,
    written: Vec<Written>,
    /// The sequence number of the last request before this measurement.
    measured_after: u64,
}

/// The times from messages until Telegram held their copies, sorted.
#[derive(Debug, Default, Clone)]
pub(super) struct Times {
    pub(super) to_agent: Vec<Duration>,
    pub(super) to_customer: Vec<Duration>,
    /// Requests that Telegram refused because of its rate limits.
    pub(super) refused: usize,
}

impl Chats {
    /// Starts a Telegram with rate limits. All people have written to the bot, which need not answer that.
    pub(super) async fn start(people: impl Iterator<Item = i64>) -> Self {
        let clock = Clock::system();
        let now = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.to_owned(),
            bot_id: 1,
            bot_username: "antri_bot".to_owned(),
            bot_name: "Antri".to_owned(),
            now: Arc::new(move || now.now()),
        });
        for id in people {
            let (first_name, language_code) = (format!("Orang {id}"), Some("id".to_owned()));
            sandbox.add_user(NewUser { id: Some(id), first_name, language_code, ..NewUser::default() });
            sandbox.send_text(id, "Halo");
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let server = sandbox.clone();
        tokio::spawn(async move { server.serve(listener, std::future::pending()).await });
        let chats = Self { sandbox, url, clock, words: 0, written: Vec::new(), measured_after: 0 };
        let forget = json!({"drop_pending_updates": true});
        chats.client().call("deleteWebhook", &forget).await.expect("the first messages are dropped");
        chats.sandbox.enforce_limits(true);
        chats
    }

    /// Returns a client of the bot.
    pub(super) fn client(&self) -> Telegram {
        let url = self.url.parse().expect("a URL");
        Telegram::new(url, SecretString::from(TOKEN), CALL_TIMEOUT).expect("a client")
    }

    /// Writes a new message of the customer or the agent.
    pub(super) fn write(&mut self, pair: Pair, to_agent: bool) {
        let Pair { customer, agent } = pair;
        let (from, to) = if to_agent { (customer, agent) } else { (agent, customer) };
        self.words += 1;
        let word = format!("kata{}x", self.words);
        let at = self.clock.now();
        let message_id = self.sandbox.send_text(from, &format!("Lampu LOS masih merah, {word}, mohon dicek"));
        self.written.push(Written { at, from, to, message_id, word, to_agent });
    }

    /// Begins a measurement: what was written and requested so far does not belong to it.
    pub(super) fn begin(&mut self) {
        self.written.clear();
        self.measured_after = self.sandbox.requests().last().map_or(0, |request| request.seq);
    }

    /// Returns the requests of this measurement.
    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        let mut requests = self.sandbox.requests();
        requests.retain(|request| request.seq > self.measured_after);
        requests
    }

    /// Ends a measurement, when the bot has nothing left to do. Panics if a message was lost, doubled, sent to
    /// another person or out of order.
    pub(super) fn end(&self) -> Times {
        let (mut times, mut copies) = (Times::default(), BTreeMap::<i64, Vec<usize>>::new());
        let by_place: BTreeMap<_, _> = self
            .written
            .iter()
            .enumerate()
            .map(|(n, written)| ((written.from, written.message_id), n))
            .collect();
        for request in self.requests() {
            times.refused += usize::from(request.outcome == 429);
            if request.outcome != 200 {
                continue;
            }
            let Some(nth) = self.copied(&request, &by_place) else { continue };
            let written = &self.written[nth];
            let chat = number(&request.params, "chat_id");
            copies.entry(chat).or_default().push(nth);
            let took = (request.at - written.at).to_std().unwrap_or_default();
            if written.to_agent { times.to_agent.push(took) } else { times.to_customer.push(took) }
        }
        let mut expected = BTreeMap::<i64, Vec<usize>>::new();
        for (nth, written) in self.written.iter().enumerate() {
            expected.entry(written.to).or_default().push(nth);
        }
        assert_eq!(copies, expected, "every message arrives once, in order, at its recipient");
        times.to_agent.sort_unstable();
        times.to_customer.sort_unstable();
        times
    }

    /// Returns which written message this request brings to somebody.
    fn copied(&self, request: &RecordedRequest, by_place: &BTreeMap<(i64, i64), usize>) -> Option<usize> {
        match request.method.as_str() {
            "copyMessage" => {
                let place = (number(&request.params, "from_chat_id"), number(&request.params, "message_id"));
                by_place.get(&place).copied()
            }
            "sendMessage" => {
                let text = request.params.get("text").and_then(Value::as_str)?;
                self.written.iter().position(|written| text.contains(&written.word))
            }
            _ => None,
        }
    }
}

/// Returns a number among the parameters of a request.
pub(super) fn number(params: &Value, name: &str) -> i64 {
    params.get(name).and_then(Value::as_i64).unwrap_or_default()
}
