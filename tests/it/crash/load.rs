//! A load of customers and agents. Like the actors of the story, each acts only on what their chat shows;
//! there are so many that one loop polls them in order.
use super::actors::{Agent, Customer, DEPARTMENTS};
use super::durable_state;
use super::environment::Environment;
use super::story::{Outcome, is_queue, is_status};
use antri::sandbox::{ChatMessage, RecordedRequest, Sandbox};
use mongodb::Database;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

/// The longest time in which no chat changes.
const WAIT_TIMEOUT: Duration = Duration::from_secs(100);
/// The number of completed tickets after which an agent takes a break.
const BREAK_AFTER: usize = 7;

/// The customers and agents of an environment.
pub(super) struct Load {
    sandbox: Sandbox,
    database: Option<Database>,
    log: PathBuf,
    customers: Vec<CustomerState>,
    agents: Vec<AgentState>,
}

impl Load {
    pub(super) fn for_environment(environment: &Environment) -> Self {
        let actors = &environment.actors;
        Self {
            sandbox: environment.sandbox.clone(),
            database: environment.database.clone(),
            log: environment.dir.path().join("log"),
            customers: actors
                .customers
                .iter()
                .enumerate()
                .map(|(n, c)| CustomerState::new(n, c, actors.tickets))
                .collect(),
            agents: actors.agents.iter().map(AgentState::new).collect(),
        }
    }

    /// Runs every actor until each customer has seen the end of each of their tickets.
    pub(super) async fn run(mut self) -> Outcome {
        let mut changes = self.sandbox.changes();
        loop {
            changes.mark_unchanged();
            self.customers.iter_mut().for_each(|c| while c.step(&self.sandbox) {});
            self.agents.iter_mut().for_each(|a| while a.step(&self.sandbox) {});
            if self.customers.iter().all(CustomerState::is_done) {
                break;
            }
            let change = tokio::time::timeout(WAIT_TIMEOUT, changes.changed()).await;
            let pending = if change.is_err() { self.pending_work().await } else { String::new() };
            assert!(change.is_ok(), "no chat changes any more; {}\n{pending}", self.pending_actors());
        }
        Outcome {
            tickets: self.customers.iter().flat_map(|c| c.sent.clone()).collect(),
            commands: self.agents.iter().map(|a| (a.id, a.commands)).collect(),
        }
    }

    /// Returns what the desks did not finish, and the last warnings in their log.
    async fn pending_work(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let warnings: Vec<_> =
            log.lines().filter(|line| line.contains(" WARN ") || line.contains(" ERROR ")).collect();
        let last = warnings[warnings.len().saturating_sub(40)..].join("\n");
        let pending = match &self.database {
            Some(database) => durable_state::pending_documents(database).await,
            None => String::new(),
        };
        format!("{pending}\n{last}")
    }

    /// Returns the calls of the desks that named this message, with their outcomes.
    fn calls_about(&self, chat: i64, message: i64) -> Vec<String> {
        let requests = self.sandbox.requests();
        let about = requests
            .iter()
            .filter(|request| request.params["chat_id"] == chat && request.params["message_id"] == message);
        let line = |request: &RecordedRequest| {
            let RecordedRequest { at, method, params, outcome, error, .. } = request;
            format!("  {at} {method} {outcome} {error:?} {params}")
        };
        about.map(line).collect()
    }

    fn pending_actors(&self) -> String {
        let pending: Vec<_> = self.customers.iter().filter(|c| !c.is_done()).take(3).collect();
        let customers = pending
            .iter()
            .map(|c| format!("{c:?}: {:?}", self.sandbox.chat(c.id).last().map(|m| m.text.clone())));
        let agents = self.agents.iter().map(|a| {
            let cards = a.tasks.iter().filter_map(|task| self.sandbox.message(a.id, *task));
            let cards: Vec<_> = cards.map(|card| (card.text.clone(), buttons(&card))).collect();
            let calls = match a.now {
                AgentStep::Pressed(message, ..) => self.calls_about(a.id, message),
                _ => Vec::new(),
            };
            format!("{a:?}: {cards:?}\n{}", calls.join("\n"))
        });
        customers.chain(agents).collect::<Vec<_>>().join("\n")
    }
}

/// The next action of a customer.
#[derive(Debug)]
enum CustomerStep {
    Write,
    Choose(i64),
    Send(i64),
    /// The customer waits for this message to change.
    Sent(i64, Vec<String>),
    Wait,
}

#[derive(Debug)]
struct CustomerState {
    id: i64,
    name: String,
    department: &'static str,
    tickets: usize,
    sent: Vec<String>,
    /// The numbers of the ended tickets. A message whose answer was lost may be sent twice.
    ended: BTreeSet<String>,
    /// The last message that was searched for an end.
    seen: i64,
    now: CustomerStep,
}

impl CustomerState {
    fn new(n: usize, customer: &Customer, tickets: usize) -> Self {
        Self {
            id: customer.id,
            name: customer.name.clone(),
            department: DEPARTMENTS[n % DEPARTMENTS.len()],
            tickets,
            sent: Vec::new(),
            ended: BTreeSet::new(),
            seen: 0,
            now: CustomerStep::Write,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.now, CustomerStep::Wait) && self.ended.len() >= self.tickets
    }

    /// Does the next action; returns true if there was one.
    fn step(&mut self, sandbox: &Sandbox) -> bool {
        for message in sandbox.messages_after(self.id, self.seen) {
            self.seen = message.message_id;
            let number = message.text.strip_prefix("✅ Tiket ").and_then(|text| text.split(' ').next());
            self.ended.extend(number.filter(|number| number.starts_with("INC")).map(str::to_owned));
        }
        let next = match &self.now {
            CustomerStep::Write if self.sent.len() == self.tickets => Some(CustomerStep::Wait),
            CustomerStep::Write => {
                let words = format!("Keluhan {} dari {}", self.sent.len() + 1, self.name);
                let after = sandbox.send_text(self.id, &format!("/new {words}"));
                self.sent.push(words);
                Some(CustomerStep::Choose(after))
            }
            CustomerStep::Choose(after) => {
                find(sandbox, self.id, *after, self.department).map(|(message, data)| {
                    sandbox.press(self.id, message.message_id, &data);
                    CustomerStep::Send(*after)
                })
            }
            CustomerStep::Send(after) => find(sandbox, self.id, *after, "✅ Kirim").map(|(message, data)| {
                sandbox.press(self.id, message.message_id, &data);
                CustomerStep::Sent(message.message_id, buttons(&message))
            }),
            CustomerStep::Sent(id, before) => {
                let now = visible(sandbox, self.id, *id);
                now.is_none_or(|message| buttons(&message) != *before).then_some(CustomerStep::Write)
            }
            CustomerStep::Wait => None,
        };
        let acted = next.is_some();
        self.now = next.unwrap_or_else(|| std::mem::replace(&mut self.now, CustomerStep::Wait));
        acted
    }
}

/// Returns the message, unless the desk deleted it.
fn visible(sandbox: &Sandbox, chat: i64, message: i64) -> Option<ChatMessage> {
    sandbox.message(chat, message).filter(|message| !message.deleted)
}

fn find(sandbox: &Sandbox, chat: i64, after: i64, label: &str) -> Option<(ChatMessage, String)> {
    let messages = sandbox.messages_after(chat, after).into_iter().rev();
    messages.into_iter().find_map(|m| Some((m.clone(), m.button(label)?.to_owned())))
}

/// Returns the labels and data of the buttons. A press that comes too late has the card rendered again, with
/// the same text.
fn buttons(message: &ChatMessage) -> Vec<String> {
    message.keyboard.iter().flatten().map(|button| format!("{button:?}")).collect()
}

/// The next action of an agent.
#[derive(Debug)]
enum AgentStep {
    Start,
    /// The agent has sent a command and waits for the answer; then the command to send next.
    Switched(i64, Option<&'static str>),
    Work,
    /// The agent waits for this message to lose these buttons; true after the last step.
    Pressed(i64, Vec<String>, bool),
}

#[derive(Debug)]
struct AgentState {
    id: i64,
    commands: usize,
    completed: usize,
    seen: i64,
    /// Task cards that may still have a button, oldest first.
    tasks: VecDeque<i64>,
    now: AgentStep,
}

impl AgentState {
    fn new(agent: &Agent) -> Self {
        let now = AgentStep::Start;
        Self { id: agent.id, commands: 0, completed: 0, seen: 0, tasks: VecDeque::new(), now }
    }

    fn step(&mut self, sandbox: &Sandbox) -> bool {
        for message in sandbox.messages_after(self.id, self.seen) {
            self.seen = message.message_id;
            if message.button("▶️ Buka").is_some() && !is_queue(&message.text) {
                self.tasks.push_back(message.message_id);
            }
        }
        let next = match &self.now {
            AgentStep::Start => {
                sandbox.send_text(self.id, "/myqueue");
                Some(self.switch(sandbox, "/online", None))
            }
            AgentStep::Switched(after, then) => {
                let answered = sandbox.messages_after(self.id, *after).iter().any(|m| is_status(&m.text));
                match (answered, *then) {
                    (false, _) => None,
                    (true, None) => Some(AgentStep::Work),
                    (true, Some(command)) => Some(self.switch(sandbox, command, None)),
                }
            }
            AgentStep::Work => self.work(sandbox),
            AgentStep::Pressed(id, before, last) => {
                let now = visible(sandbox, self.id, *id);
                let changed = now.is_none_or(|message| buttons(&message) != *before);
                changed.then_some(*last).map(|last| self.after(sandbox, last))
            }
        };
        let acted = next.is_some();
        self.now = next.unwrap_or_else(|| std::mem::replace(&mut self.now, AgentStep::Work));
        acted
    }

    /// Presses the button of the oldest task card.
    fn work(&mut self, sandbox: &Sandbox) -> Option<AgentStep> {
        while let Some(task) = self.tasks.front().copied() {
            let message = visible(sandbox, self.id, task);
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
            return Some(AgentStep::Pressed(task, buttons(&message), last));
        }
        None
    }

    fn after(&mut self, sandbox: &Sandbox, last: bool) -> AgentStep {
        self.completed += usize::from(last);
        if last && self.completed.is_multiple_of(BREAK_AFTER) {
            return self.switch(sandbox, "/offline", Some("/online"));
        }
        AgentStep::Work
    }

    fn switch(&mut self, sandbox: &Sandbox, command: &str, then: Option<&'static str>) -> AgentStep {
        self.commands += 1;
        AgentStep::Switched(sandbox.send_text(self.id, command), then)
    }
}
