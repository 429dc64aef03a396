//! The oracle of the crash tests. It reads the durable state and the sent messages, and checks that nothing
//! was lost, done twice, or done in the wrong order.
mod focus;
mod news;

use super::durable_state;
use super::durable_state::{DurableState, Row};
use super::environment::Environment;
use super::story::{Outcome, is_queue, is_status};
use antri::cli::failpoints::RETURN_DELAY;
use antri::domain::Time;
use antri::domain::event::{Action, AuditEvent};
use antri::domain::ids::{PersonId, TicketId};
use antri::domain::statistics::Figure;
use antri::sandbox::RecordedRequest;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Checks an environment whose desk was stopped gracefully after `kills` kills; `label` names the case in
/// failures.
pub(super) async fn check(environment: &Environment, outcome: &Outcome, kills: usize, label: &str) {
    let DurableState {
        pending_deliveries,
        pending_updates,
        updates,
        drafts,
        dropped,
        repeats,
        unknown,
        tickets,
        events,
        people,
        cards: live,
        figures,
    } = durable_state::read(environment).await;
    let pending = match &environment.database {
        Some(database) if pending_deliveries > 0 => durable_state::pending_documents(database).await,
        _ => String::new(),
    };
    assert_eq!(pending_deliveries, 0, "{label}: deliveries are left in the outbox: {pending}");
    assert_eq!(pending_updates, 0, "{label}: the inbox is not empty");
    assert_eq!(drafts, 0, "{label}: a draft is left over");
    let log = std::fs::read_to_string(environment.dir.path().join("log")).unwrap();
    let given_up: Vec<_> = log.lines().filter(|line| line.contains("gave up delivery")).collect();
    assert_eq!(dropped, 0, "{label}: deliveries were dropped: {}", given_up.join("\n"));
    assert_eq!(environment.sandbox.violations(), [""; 0], "{label}: unknown Bot API requests");
    assert_eq!(updates, environment.sandbox.updates().len() as u64, "{label}: an update was not received");

    conservation(&tickets, outcome, label);
    roll_ups(&figures, &tickets, &events, label);
    let history = replay(&tickets, &events, usize::from(environment.actors.capacity), label);
    let sends = Sends::of(environment, &tickets, label);
    // After several kills, a delivery repeated after each of them counts as one repeat but as several unknown
    // outcomes.
    let counted = if kills == 1 { repeats } else { unknown };
    let doubled = focus::check(environment, (&events, &people), &live, &sends, (kills, label));
    assert!(doubled <= counted, "{label}: {doubled} focus cards were sent twice, of {counted} repeats");
    sends.compare(&history, &people, environment, outcome, (kills, counted - doubled), label);
    news::check(environment, &tickets, &history, label);
    cards(environment, &live, &tickets, label);
    assert!(!log.contains("the sweep found"), "{label}: a wake-up was lost:\n{log}");
}

/// Checks that every sent ticket exists once, with its text as written, and is completed.
fn conservation(tickets: &[Row], outcome: &Outcome, label: &str) {
    let texts: Vec<_> = tickets.iter().map(|t| t.text.clone()).collect();
    let unique: BTreeSet<_> = texts.iter().cloned().collect();
    assert_eq!(unique, outcome.tickets, "{label}: tickets were lost, invented or changed");
    assert_eq!(texts.len(), outcome.tickets.len(), "{label}: a ticket was opened twice");
    for ticket in tickets {
        assert_eq!(ticket.status, "completed", "{label}: {}", ticket.number);
    }
}

/// Checks that the daily roll-ups counted each ticket and assignment once: they are of the same transactions.
fn roll_ups(figures: &BTreeMap<u16, i64>, tickets: &[Row], events: &[AuditEvent], label: &str) {
    let counted = |figure: Figure| figures.get(&figure.code()).copied().unwrap_or_default();
    let number = |count: usize| i64::try_from(count).unwrap();
    let assigned = events.iter().filter(|event| matches!(event.counts_for(), Some((_, true)))).count();
    let completed = events.iter().filter(|event| event.what == Action::Completed).count();
    let sums = [Figure::Created, Figure::Completed, Figure::Assigned].map(counted);
    assert_eq!(sums, [number(tickets.len()), number(completed), number(assigned)], "{label}: roll-ups");
}

/// The number of assignments of each ticket to each agent, of those for which it waited, and of its releases.
#[derive(Default)]
struct History {
    assigned: BTreeMap<(PersonId, TicketId), usize>,
    waited: BTreeMap<TicketId, usize>,
    released: BTreeMap<TicketId, usize>,
}

/// Replays the audit events in order: each ticket has one holder, within the capacity, first come first
/// served in each department.
fn replay(tickets: &[Row], events: &[AuditEvent], capacity: usize, label: &str) -> History {
    let rows: HashMap<TicketId, &Row> = tickets.iter().map(|t| (t.id, t)).collect();
    let mut waiting: BTreeSet<TicketId> = BTreeSet::new();
    let mut holder: HashMap<TicketId, PersonId> = HashMap::new();
    let mut opened: BTreeMap<TicketId, Time> = BTreeMap::new();
    let mut history = History::default();
    // When an agent last lost a ticket: it does not return to them for a while.
    let mut former: HashMap<(TicketId, PersonId), Time> = HashMap::new();
    for event in events {
        let lost = matches!(event.what, Action::Availability { lost: true, .. });
        assert!(!lost, "{label}: an agent was taken offline: {:?}", event.what);
        let Some(id) = event.ticket else { continue };
        let row = rows[&id];
        match &event.what {
            Action::Opened => {
                let is_new = opened.insert(id, event.at).is_none() && waiting.insert(id);
                assert!(is_new, "{label}: opened twice");
            }
            Action::Assigned { agent, .. } => {
                assert!(waiting.remove(&id), "{label}: {} was not waiting when it was assigned", row.number);
                let older = waiting.iter().map(|other| rows[other]);
                let is_older = |o: &&Row| o.department == row.department && o.arrival < row.arrival;
                let may_return =
                    |o: &&Row| former.get(&(o.id, *agent)).is_none_or(|at| event.at - *at >= RETURN_DELAY);
                let mut older = older.filter(is_older).filter(may_return);
                let overtaken = older.next().map(|o| &o.number);
                let story = || story(events, &rows, row);
                assert_eq!(overtaken, None, "{label}: overtaken by {}:\n{}", row.number, story());
                assert_eq!(holder.insert(id, *agent), None, "{label}: {} has two holders", row.number);
                let held = holder.values().filter(|a| *a == agent).count();
                assert!(held <= capacity, "{label}: {held} tickets at once");
                *history.assigned.entry((*agent, id)).or_default() += 1;
                // An immediate assignment is part of the opening.
                *history.waited.entry(id).or_default() += usize::from(opened.get(&id) != Some(&event.at));
            }
            Action::Released { from, .. } => {
                assert_eq!(holder.remove(&id).as_ref(), Some(from), "{label}: not released by its holder");
                assert!(waiting.insert(id), "{label}: it was waiting already");
                former.insert((id, *from), event.at);
                *history.released.entry(id).or_default() += 1;
            }
            Action::Completed => {
                let by = holder.remove(&id);
                let actor = antri::domain::event::Actor::Person;
                assert_eq!(by.map(actor), Some(event.actor), "{label}: not completed by its holder");
            }
            Action::Started => {
                let by = holder.get(&id).copied();
                let actor = antri::domain::event::Actor::Person;
                assert_eq!(by.map(actor), Some(event.actor), "{label}: not opened by its holder");
            }
            other => panic!("{label}: not in this story: {other:?}"),
        }
    }
    assert_eq!(opened.len(), tickets.len(), "{label}: a ticket has no Opened event");
    assert!(waiting.is_empty() && holder.is_empty(), "{label}: not every ticket ended");
    history
}

/// Returns the events of the ticket's department until it was assigned, for failure messages.
fn story(events: &[AuditEvent], rows: &HashMap<TicketId, &Row>, of: &Row) -> String {
    let theirs = events.iter().filter_map(|event| Some((event, rows[&event.ticket?])));
    let mut lines: Vec<_> = theirs
        .filter(|(_, row)| row.department == of.department)
        .map(|(event, row)| {
            let what: String = format!("{:?}", event.what).chars().take(90).collect();
            (row.id, format!("{} {} #{} {what}", event.at.format("%T%.3f"), row.number, row.arrival))
        })
        .collect();
    let last = lines.iter().position(|(id, line)| *id == of.id && line.contains("Assigned"));
    lines.truncate(last.map_or(usize::MAX, |last| last + 1));
    let lines: Vec<_> = lines.split_off(lines.len().saturating_sub(60)).into_iter().map(|(_, l)| l).collect();
    lines.join("\n")
}

/// The sent messages by chat and kind, and the tickets whose customers saw their draft become a card.
struct Sends(BTreeMap<(i64, String), Vec<String>>, BTreeSet<TicketId>);

impl Sends {
    fn of(environment: &Environment, tickets: &[Row], label: &str) -> Self {
        let tickets: HashMap<&str, &Row> = tickets.iter().map(|t| (t.number.as_str(), t)).collect();
        let mut sends = BTreeMap::<_, Vec<String>>::new();
        let (mut deleted, mut cards) = (BTreeSet::new(), BTreeSet::new());
        for request in environment.sandbox.requests() {
            if request.method == "sendMessage" && request.outcome == 200 {
                let kind = kind_of(&request, &tickets);
                let chat = request.params["chat_id"].as_i64().unwrap();
                let words = format!("{} {}", request.at.format("%T%.3f"), request.params["text"]);
                sends.entry((chat, kind)).or_default().push(words);
            }
            if request.method == "editMessageText" && request.outcome == 200 {
                let chat = request.params["chat_id"].as_i64();
                let ticket = ticket_in(&request, &tickets).filter(|ticket| Some(ticket.customer) == chat);
                cards.extend(ticket.map(|ticket| ticket.id));
            }
            // A press is answered again when its update is handled again. Telegram rejects the second answer,
            // and nobody sees it.
            let harmless = request.method == "answerCallbackQuery" || request.method == "getUpdates";
            let error = request.error.as_deref().filter(|e| !harmless && !e.contains("not modified"));
            // The desk deletes a card that it sends anew. After that an answer to a press on it, or a repeated
            // deletion whose answer a kill lost, does not find it.
            let message = (request.params["chat_id"].as_i64(), request.params["message_id"].as_i64());
            let is_gone = deleted.contains(&message);
            let error = error.filter(|e| !(is_gone && e.ends_with("not found")));
            if request.method == "deleteMessage" {
                deleted.insert(message);
            }
            assert_eq!(error, None, "{label}: {} {} was refused", request.method, request.params);
        }
        Self(sends, cards)
    }

    /// Checks that every committed message was sent, and that the repeats are within the counted ones.
    fn compare(
        self,
        history: &History,
        people: &HashMap<PersonId, i64>,
        environment: &Environment,
        outcome: &Outcome,
        (kills, counted): (usize, u64),
        label: &str,
    ) {
        let mut expected_counts: BTreeMap<(i64, String), usize> = BTreeMap::new();
        let mut add = |chat, kind: String, times| *expected_counts.entry((chat, kind)).or_default() += times;
        for ((agent, ticket), times) in &history.assigned {
            add(people[agent], format!("task {ticket}"), *times);
        }
        for (agent, commands) in &outcome.commands {
            add(*agent, "status".into(), *commands);
            add(*agent, "queue".into(), 1);
        }
        let agents = environment.actors.agents.iter().map(|agent| agent.id);
        let everybody = agents.chain(environment.actors.customers.iter().map(|customer| customer.id));
        everybody.for_each(|chat| add(chat, "greeting".into(), 1));
        let mut extra = 0;
        for (key, times) in &expected_counts {
            let messages = self.0.get(key).map(Vec::as_slice).unwrap_or_default();
            let sent = messages.len();
            assert!(sent >= *times, "{label}: {key:?} was sent {sent} times, not {times}: {messages:#?}");
            let limit = (1 + kills) * times;
            assert!(sent <= limit, "{label}: {key:?} was sent {sent} times for {times}: {messages:#?}");
            extra += sent - times;
        }
        let opened: BTreeSet<_> = history.assigned.keys().map(|(_, ticket)| *ticket).collect();
        assert_eq!(self.1, opened, "{label}: the draft did not become the ticket's card");
        for ticket in opened {
            let completed = format!("completed {ticket}");
            assert!(
                self.0.keys().any(|(_, kind)| *kind == completed),
                "{label}: nobody was told: {completed}"
            );
        }
        for ((chat, kind), sent) in self.0.iter().filter(|(key, _)| !expected_counts.contains_key(key)) {
            let Some(most) = most_sends(kind, history) else { continue };
            let many = sent.len();
            assert!(
                many <= (1 + kills) * most,
                "{label}: {kind} for {chat} was sent {many} times: {sent:#?}"
            );
            extra += many.saturating_sub(most);
        }
        assert!(extra as u64 <= counted, "{label}: {extra} repeats, but {counted} were counted");
    }
}

/// Returns how often a message about a ticket is sent to its customer at most. A notice whose state has passed before
/// it is sent is left out, since the next one tells of a later state.
fn most_sends(kind: &str, history: &History) -> Option<usize> {
    let (kind, ticket) = kind.split_once(' ')?;
    let count = |counts: &BTreeMap<TicketId, usize>| {
        counts.iter().find(|(id, _)| id.to_string() == ticket).map_or(0, |(_, n)| *n)
    };
    match kind {
        // The draft's message becomes the card.
        "created" => Some(0),
        "completed" => Some(1),
        "assigned" => Some(count(&history.waited)),
        "requeued" => Some(count(&history.released)),
        _ => None,
    }
}

/// Returns the kind of a message, in a word or two.
fn kind_of(request: &RecordedRequest, tickets: &HashMap<&str, &Row>) -> String {
    let text = request.params["text"].as_str().unwrap();
    let chat = request.params["chat_id"].as_i64().unwrap();
    let ticket = ticket_in(request, tickets);
    let kind = match ticket {
        _ if is_status(text) => return "status".into(),
        _ if is_queue(text) => return "queue".into(),
        _ if focus::is_focus(text) => return focus::FOCUS.into(),
        None if text.starts_with("Halo") && text.contains("/help") | text.contains("/new") => {
            return "greeting".into();
        }
        None => return format!("other {text}"),
        // The answer to a repeated press whose first handling is unknown, or to a press that came too late.
        Some(_) if text.contains(" sekarang: ") => "stands",
        Some(ticket) if ticket.customer != chat => "task",
        Some(_) if text.contains("sudah kami terima") => "created",
        Some(_) if text.contains("sekarang ditangani") => "assigned",
        // Sent anew below a conversation.
        Some(_) if text.contains("ditunda sementara") => "on hold",
        Some(_) if text.contains("sudah selesai. Terima kasih") => "completed",
        Some(_) if text.contains("kembali ke antrian") => "requeued",
        Some(_) => panic!("an unknown message: {text}"),
    };
    format!("{kind} {}", ticket.map(|t| t.id.to_string()).unwrap_or_default())
}

/// Returns the ticket that a text names.
fn ticket_in<'a>(request: &RecordedRequest, tickets: &HashMap<&str, &'a Row>) -> Option<&'a Row> {
    let text = request.params["text"].as_str()?;
    text.split(|c: char| !c.is_ascii_alphanumeric()).find_map(|word| tickets.get(word)).copied()
}

/// Checks that the live cards of every ticket show its end, to the customer and to the agent who held it
/// last.
fn cards(environment: &Environment, live: &[(String, i64, i64)], tickets: &[Row], label: &str) {
    for ticket in tickets {
        let key = format!("status {}", ticket.id);
        let (_, chat, message) =
            live.iter().find(|(s, _, _)| *s == key).unwrap_or_else(|| panic!("{label}: no {key}"));
        let card = environment.sandbox.message(*chat, *message).unwrap();
        assert!(card.text.contains("sudah selesai"), "{label}: the customer still sees:\n{}", card.text);
    }
    for (key, chat, message) in live.iter().filter(|(key, _, _)| key.starts_with("task ")) {
        let card = environment.sandbox.message(*chat, *message).unwrap();
        assert!(card.keyboard.is_empty(), "{label}: {key} still has buttons:\n{}", card.text);
    }
}
