//! A crowd of customers and agents. Like the people of the story each acts on what their chat shows and on nothing else; but
//! there are so many that they are asked in turn whether something is there for them to do.
use super::actors::{Agent, Customer, DEPARTMENTS};
use super::environment::Environment;
use super::story::{Outcome, is_queue, is_status};
use antri::sandbox::{ChatMessage, Sandbox};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// How long nothing at all may happen.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
/// After how many completed tickets an agent takes a break.
const BREAK_AFTER: usize = 7;

pub(super) struct Load {
    sandbox: Sandbox,
    customers: Vec<Writer>,
    agents: Vec<Worker>,
}

impl Load {
    pub(super) fn of(environment: &Environment) -> Self {
        let cast = &environment.cast;
        Self {
            sandbox: environment.sandbox.clone(),
            customers: cast
                .customers
                .iter()
                .enumerate()
                .map(|(n, c)| Writer::new(n, c, cast.tickets))
                .collect(),
            agents: cast.agents.iter().map(Worker::new).collect(),
        }
    }

    /// Everybody lives their life until each customer was told of the end of each of their tickets.
    pub(super) async fn live(mut self) -> Outcome {
        let mut changes = self.sandbox.changes();
        loop {
            changes.mark_unchanged();
            self.customers.iter_mut().for_each(|c| while c.step(&self.sandbox) {});
            self.agents.iter_mut().for_each(|a| while a.step(&self.sandbox) {});
            if self.customers.iter().all(Writer::is_done) {
                break;
            }
            let change = tokio::time::timeout(WAIT_TIMEOUT, changes.changed()).await;
            assert!(change.is_ok(), "nothing happens any more; {}", self.open());
        }
        Outcome {
            tickets: self.customers.iter().flat_map(|c| c.sent.clone()).collect(),
            commands: self.agents.iter().map(|a| (a.id, a.commands)).collect(),
        }
    }

    fn open(&self) -> String {
        let open: Vec<_> = self.customers.iter().filter(|c| !c.is_done()).take(3).collect();
        let customers = open
            .iter()
            .map(|c| format!("{c:?}: {:?}", self.sandbox.chat(c.id).last().map(|m| m.text.clone())));
        let agents = self.agents.iter().map(|a| {
            let cards = a.tasks.iter().filter_map(|task| self.sandbox.message(a.id, *task));
            let cards: Vec<_> = cards.map(|card| (card.text.clone(), buttons(&card))).collect();
            format!("{a:?}: {cards:?}")
        });
        customers.chain(agents).collect::<Vec<_>>().join("\n")
    }
}

/// What a customer does next.
#[derive(Debug)]
enum Writing {
    Write,
    Choose(i64),
    Send(i64),
    /// Waits for this message to change.
    Sent(i64, Vec<String>),
    Wait,
}

#[derive(Debug)]
struct Writer {
    id: i64,
    name: String,
    department: &'static str,
    tickets: usize,
    sent: Vec<String>,
    /// The numbers of those that have ended: one whose answer was lost may be told twice.
    ended: BTreeSet<String>,
    /// The last message that was looked at for an end.
    seen: i64,
    now: Writing,
}

impl Writer {
    fn new(n: usize, customer: &Customer, tickets: usize) -> Self {
        Self {
            id: customer.id,
            name: customer.name.clone(),
            department: DEPARTMENTS[n % DEPARTMENTS.len()],
            tickets,
            sent: Vec::new(),
            ended: BTreeSet::new(),
            seen: 0,
            now: Writing::Write,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.now, Writing::Wait) && self.ended.len() >= self.tickets
    }

    /// Does what there is to do; says whether there was something.
    fn step(&mut self, sandbox: &Sandbox) -> bool {
        for message in sandbox.chat_after(self.id, self.seen) {
            self.seen = message.message_id;
            let number = message.text.strip_prefix("✅ Tiket ").and_then(|text| text.split(' ').next());
            self.ended.extend(number.filter(|number| number.starts_with("INC")).map(str::to_owned));
        }
        let next = match &self.now {
            Writing::Write if self.sent.len() == self.tickets => Some(Writing::Wait),
            Writing::Write => {
                let words = format!("Keluhan {} dari {}", self.sent.len() + 1, self.name);
                let after = sandbox.send_text(self.id, &words);
                self.sent.push(words);
                Some(Writing::Choose(after))
            }
            Writing::Choose(after) => {
                find(sandbox, self.id, *after, self.department).map(|(message, data)| {
                    sandbox.press(self.id, message.message_id, &data);
                    Writing::Send(*after)
                })
            }
            Writing::Send(after) => find(sandbox, self.id, *after, "✅ Kirim").map(|(message, data)| {
                sandbox.press(self.id, message.message_id, &data);
                Writing::Sent(message.message_id, buttons(&message))
            }),
            Writing::Sent(id, before) => {
                let now = sandbox.message(self.id, *id);
                now.is_none_or(|message| buttons(&message) != *before).then_some(Writing::Write)
            }
            Writing::Wait => None,
        };
        let acted = next.is_some();
        self.now = next.unwrap_or_else(|| std::mem::replace(&mut self.now, Writing::Wait));
        acted
    }
}

fn find(sandbox: &Sandbox, chat: i64, after: i64, label: &str) -> Option<(ChatMessage, String)> {
    let messages = sandbox.chat_after(chat, after).into_iter().rev();
    messages.into_iter().find_map(|m| Some((m.clone(), m.button(label)?.to_owned())))
}

/// What its buttons say and carry: a press that came too late has it drawn anew, with the same words.
fn buttons(message: &ChatMessage) -> Vec<String> {
    message.keyboard.iter().flatten().map(|button| format!("{button:?}")).collect()
}

/// What an agent does next.
#[derive(Debug)]
enum Working {
    Start,
    /// Has asked to come online or go offline, and waits for the answer to it; then what.
    Switched(i64, Option<&'static str>),
    Work,
    /// Waits for this message to lose these buttons; whether it was the last step.
    Pressed(i64, Vec<String>, bool),
}

#[derive(Debug)]
struct Worker {
    id: i64,
    commands: usize,
    completed: usize,
    seen: i64,
    /// Task cards that may still ask for something, oldest first.
    tasks: VecDeque<i64>,
    now: Working,
}

impl Worker {
    fn new(agent: &Agent) -> Self {
        let now = Working::Start;
        Self { id: agent.id, commands: 0, completed: 0, seen: 0, tasks: VecDeque::new(), now }
    }

    fn step(&mut self, sandbox: &Sandbox) -> bool {
        for message in sandbox.chat_after(self.id, self.seen) {
            self.seen = message.message_id;
            if message.button("▶️ Buka").is_some() && !is_queue(&message.text) {
                self.tasks.push_back(message.message_id);
            }
        }
        let next = match &self.now {
            Working::Start => {
                sandbox.send_text(self.id, "/myqueue");
                Some(self.switch(sandbox, "/online", None))
            }
            Working::Switched(after, then) => {
                let answered = sandbox.chat_after(self.id, *after).iter().any(|m| is_status(&m.text));
                match (answered, *then) {
                    (false, _) => None,
                    (true, None) => Some(Working::Work),
                    (true, Some(command)) => Some(self.switch(sandbox, command, None)),
                }
            }
            Working::Work => self.work(sandbox),
            Working::Pressed(id, before, last) => {
                let now = sandbox.message(self.id, *id);
                let changed = now.is_none_or(|message| buttons(&message) != *before);
                changed.then_some(*last).map(|last| self.after(sandbox, last))
            }
        };
        let acted = next.is_some();
        self.now = next.unwrap_or_else(|| std::mem::replace(&mut self.now, Working::Work));
        acted
    }

    /// Presses what the oldest task card asks for.
    fn work(&mut self, sandbox: &Sandbox) -> Option<Working> {
        while let Some(task) = self.tasks.front().copied() {
            let message = sandbox.message(self.id, task);
            let asks = message.and_then(|message| {
                let open = message.button("▶️ Buka").map(|data| (data.to_owned(), false));
                let (data, last) =
                    open.or_else(|| message.button("✅ Selesai").map(|data| (data.to_owned(), true)))?;
                Some((message, data, last))
            });
            let Some((message, data, last)) = asks else {
                self.tasks.pop_front();
                continue;
            };
            sandbox.press(self.id, task, &data);
            return Some(Working::Pressed(task, buttons(&message), last));
        }
        None
    }

    fn after(&mut self, sandbox: &Sandbox, last: bool) -> Working {
        self.completed += usize::from(last);
        if last && self.completed.is_multiple_of(BREAK_AFTER) {
            return self.switch(sandbox, "/offline", Some("/online"));
        }
        Working::Work
    }

    fn switch(&mut self, sandbox: &Sandbox, command: &str, then: Option<&'static str>) -> Working {
        self.commands += 1;
        Working::Switched(sandbox.send_text(self.id, command), then)
    }
}
