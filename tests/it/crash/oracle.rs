//! The judge: reads what the desk has written down and what people were sent, and says whether anything was lost, done
//! twice, or done in the wrong order.
use super::durable_state;
use super::durable_state::{DurableState, Row};
use super::environment::Environment;
use super::story::{Outcome, is_queue, is_status};
use antri::domain::event::{Action, AuditEvent};
use antri::domain::ids::{PersonId, TicketId};
use antri::sandbox::RecordedRequest;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Judges a environment whose desk was stopped in good order, after it had died so many times at `place`.
pub(super) async fn check(environment: &Environment, told: &Outcome, deaths: usize, place: &str) {
    let DurableState {
        waiting,
        unhandled,
        updates,
        drafts,
        dropped,
        repeats,
        unknown,
        tickets,
        events,
        people,
        cards: live,
    } = durable_state::read(environment).await;
    assert_eq!(waiting, 0, "{place}: the outbox is not empty");
    assert_eq!(unhandled, 0, "{place}: the inbox is not empty");
    assert_eq!(drafts, 0, "{place}: a draft is left over");
    assert_eq!(dropped, 0, "{place}: a delivery was given up");
    assert_eq!(environment.sandbox.violations(), [""; 0], "{place}: requests that the Bot API does not know");
    assert_eq!(updates, environment.sandbox.updates().len() as u64, "{place}: not every update came in");

    conservation(&tickets, told, place);
    let history = replay(&tickets, &events, usize::from(environment.cast.capacity), place);
    let sends = Sends::of(environment, &tickets, place);
    // A delivery that was repeated after each of several deaths counts as one repeat, and as so many unknown outcomes.
    let counted = if deaths == 1 { repeats } else { unknown };
    sends.compare(&history, &people, environment, told, (deaths, counted), place);
    cards(environment, &live, &tickets, place);
    let log = std::fs::read_to_string(environment.dir.path().join("log")).unwrap();
    assert!(!log.contains("the sweep found"), "{place}: a wake-up was lost:\n{log}");
}

/// Every ticket that was sent is there once, with its words as they were written, and has ended.
fn conservation(tickets: &[Row], told: &Outcome, place: &str) {
    let texts: Vec<_> = tickets.iter().map(|t| t.text.clone()).collect();
    let unique: BTreeSet<_> = texts.iter().cloned().collect();
    assert_eq!(unique, told.tickets, "{place}: tickets lost, invented, or with other words");
    assert_eq!(texts.len(), told.tickets.len(), "{place}: a ticket was opened twice");
    for ticket in tickets {
        assert_eq!(ticket.status, "completed", "{place}: {}", ticket.number);
    }
}

/// How often a ticket went to each agent, and back.
#[derive(Default)]
struct History {
    assigned: BTreeMap<(PersonId, TicketId), usize>,
    released: BTreeMap<TicketId, usize>,
}

/// Goes through the record in its order: one holder, within capacity, first come first served in each department.
fn replay(tickets: &[Row], events: &[AuditEvent], capacity: usize, place: &str) -> History {
    let rows: HashMap<TicketId, &Row> = tickets.iter().map(|t| (t.id, t)).collect();
    let mut waiting: BTreeSet<TicketId> = BTreeSet::new();
    let mut holder: HashMap<TicketId, PersonId> = HashMap::new();
    let mut opened: BTreeSet<TicketId> = BTreeSet::new();
    let mut history = History::default();
    for event in events {
        let lost = matches!(event.what, Action::Availability { lost: true, .. });
        assert!(!lost, "{place}: somebody was taken offline: {:?}", event.what);
        let Some(id) = event.ticket else { continue };
        let row = rows[&id];
        match &event.what {
            Action::Opened => assert!(opened.insert(id) && waiting.insert(id), "{place}: opened twice"),
            Action::Assigned { agent, .. } => {
                assert!(waiting.remove(&id), "{place}: {} was not waiting when it was assigned", row.number);
                let older = waiting.iter().map(|other| rows[other]);
                let mut older = older.filter(|o| o.department == row.department && o.arrival < row.arrival);
                let overtaken = older.next().map(|o| &o.number);
                let story = || story(events, &rows, row);
                assert_eq!(overtaken, None, "{place}: overtaken by {}:\n{}", row.number, story());
                assert_eq!(holder.insert(id, *agent), None, "{place}: {} has two holders", row.number);
                let held = holder.values().filter(|a| *a == agent).count();
                assert!(held <= capacity, "{place}: {held} tickets at once");
                *history.assigned.entry((*agent, id)).or_default() += 1;
            }
            Action::Released { from, .. } => {
                assert_eq!(holder.remove(&id).as_ref(), Some(from), "{place}: released by who had it not");
                assert!(waiting.insert(id), "{place}: it was waiting already");
                *history.released.entry(id).or_default() += 1;
            }
            Action::Completed => {
                let by = holder.remove(&id);
                let actor = antri::domain::event::Actor::Person;
                assert_eq!(by.map(actor), Some(event.actor), "{place}: completed by who had it not");
            }
            Action::Started => {
                let by = holder.get(&id).copied();
                let actor = antri::domain::event::Actor::Person;
                assert_eq!(by.map(actor), Some(event.actor), "{place}: opened by who had it not");
            }
            other => panic!("{place}: not in this story: {other:?}"),
        }
    }
    assert_eq!(opened.len(), tickets.len(), "{place}: a ticket without a beginning in the record");
    assert!(waiting.is_empty() && holder.is_empty(), "{place}: not all came to their end");
    history
}

/// What happened in a ticket's department until it was assigned, for failures.
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

/// What was sent: (chat, what) → the messages themselves.
struct Sends(BTreeMap<(i64, String), Vec<String>>);

impl Sends {
    fn of(environment: &Environment, tickets: &[Row], place: &str) -> Self {
        let tickets: HashMap<&str, &Row> = tickets.iter().map(|t| (t.number.as_str(), t)).collect();
        let mut sends = BTreeMap::<_, Vec<String>>::new();
        for request in environment.sandbox.requests() {
            if request.method == "sendMessage" && request.outcome == 200 {
                let what = what(&request, &tickets);
                let chat = request.params["chat_id"].as_i64().unwrap();
                let words = format!("{} {}", request.at.format("%T%.3f"), request.params["text"]);
                sends.entry((chat, what)).or_default().push(words);
            }
            // A press is answered again when its update is handled again, which Telegram refuses and nobody sees.
            let harmless = request.method == "answerCallbackQuery" || request.method == "getUpdates";
            let error = request.error.as_deref().filter(|e| !harmless && !e.contains("not modified"));
            assert_eq!(error, None, "{place}: {} {} was refused", request.method, request.params);
        }
        Self(sends)
    }

    /// Nothing that was committed was not told; what was told twice is within what was counted.
    fn compare(
        self,
        history: &History,
        people: &HashMap<PersonId, i64>,
        environment: &Environment,
        told: &Outcome,
        (deaths, counted): (usize, u64),
        place: &str,
    ) {
        let mut due: BTreeMap<(i64, String), usize> = BTreeMap::new();
        let mut add = |chat, what: String, times| *due.entry((chat, what)).or_default() += times;
        for ((agent, ticket), times) in &history.assigned {
            add(people[agent], format!("task {ticket}"), *times);
        }
        for (agent, commands) in &told.commands {
            add(*agent, "status".into(), *commands);
            add(*agent, "queue".into(), 1);
        }
        let agents = environment.cast.agents.iter().map(|agent| agent.id);
        let everybody = agents.chain(environment.cast.customers.iter().map(|customer| customer.id));
        everybody.for_each(|chat| add(chat, "greeting".into(), 1));
        let mut extra = 0;
        for (key, times) in &due {
            let messages = self.0.get(key).map(Vec::as_slice).unwrap_or_default();
            let sent = messages.len();
            assert!(sent >= *times, "{place}: {key:?} was told {sent} times, not {times}: {messages:#?}");
            let most = (1 + deaths) * times;
            assert!(sent <= most, "{place}: {key:?} was told {sent} times for {times}: {messages:#?}");
            extra += sent - times;
        }
        // The same words for every ticket of a customer, once for each, and once more each time it changes hands.
        for ((chat, what), sent) in self.0.iter().filter(|(key, _)| !due.contains_key(key)) {
            let Some(times) = expected(what, history) else { continue };
            let many = sent.len();
            assert!(
                many >= times,
                "{place}: {what} for {chat} was told {many} times, not {times}: {sent:#?}"
            );
            assert!(
                many <= (1 + deaths) * times,
                "{place}: {what} for {chat} was told {many} times: {sent:#?}"
            );
            extra += many - times;
        }
        assert!(extra as u64 <= counted, "{place}: {extra} repeats, but {counted} were counted");
    }
}

/// How often something has to be told that is about a ticket, to its customer.
fn expected(what: &str, history: &History) -> Option<usize> {
    let (kind, ticket) = what.split_once(' ')?;
    let is = |id: &TicketId| id.to_string() == ticket;
    match kind {
        "created" | "completed" => Some(1),
        "assigned" => Some(history.assigned.iter().filter(|((_, id), _)| is(id)).map(|(_, n)| n).sum()),
        "requeued" => Some(history.released.iter().find(|(id, _)| is(id)).map_or(0, |(_, n)| *n)),
        _ => None,
    }
}

/// What a message is, in a word or two.
fn what(request: &RecordedRequest, tickets: &HashMap<&str, &Row>) -> String {
    let text = request.params["text"].as_str().unwrap();
    let chat = request.params["chat_id"].as_i64().unwrap();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let ticket = words.into_iter().find_map(|word| tickets.get(word)).copied();
    let kind = match ticket {
        _ if is_status(text) => return "status".into(),
        _ if is_queue(text) => return "queue".into(),
        None if text.starts_with("Halo") && text.contains("/help") | text.contains("/new") => {
            return "greeting".into();
        }
        None => return format!("other {text}"),
        // The answer to a press of which nobody knew any more that it was handled, and to one that came too late.
        Some(_) if text.contains(" sekarang: ") => "stands",
        Some(ticket) if ticket.customer != chat => "task",
        // With thanks while it waits; without them when an agent has it by the time of sending.
        Some(_) if text.contains("sudah kami terima") || text.contains("Dibuat: ") => "created",
        Some(_) if text.contains("sekarang ditangani") => "assigned",
        Some(_) if text.contains("sudah selesai. Terima kasih") => "completed",
        Some(_) if text.contains("kembali ke antrian") || text.contains("oleh agen lain") => "requeued",
        Some(_) => panic!("an unknown message: {text}"),
    };
    format!("{kind} {}", ticket.map(|t| t.id.to_string()).unwrap_or_default())
}

/// The live card of every ticket shows its end, to the customer and to the agent who had it last.
fn cards(environment: &Environment, live: &[(String, i64, i64)], tickets: &[Row], place: &str) {
    for ticket in tickets {
        let slot = format!("status {}", ticket.id);
        let (_, chat, message) =
            live.iter().find(|(s, _, _)| *s == slot).unwrap_or_else(|| panic!("{place}: no {slot}"));
        let card = environment.sandbox.message(*chat, *message).unwrap();
        assert!(card.text.contains("Selesai"), "{place}: the customer still sees:\n{}", card.text);
    }
    for (slot, chat, message) in live.iter().filter(|(slot, _, _)| slot.starts_with("task ")) {
        let card = environment.sandbox.message(*chat, *message).unwrap();
        assert!(card.keyboard.is_empty(), "{place}: {slot} still asks for something:\n{}", card.text);
    }
}
