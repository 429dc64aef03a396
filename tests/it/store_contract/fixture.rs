//! Fixtures of the contract: people, tickets and changes that are named by small numbers.
use antri::domain::Time;
use antri::domain::content::{Attachment, ContentKind, MessageSource};
use antri::domain::event::{Action, Actor, AuditEvent};
use antri::domain::ids::{
    Arrival, CategoryId, ChatId, DepartmentId, PersonId, Slot, TelegramId, TicketId, Version,
};
use antri::domain::notice::rendered::Rendered;
use antri::domain::notice::{Message, Outgoing};
use antri::domain::number::TicketNumber;
use antri::domain::person::{AgentProfile, Availability, Locale, Person, Role, Via};
use antri::domain::policy::Capacity;
use antri::domain::schedule::WorkingHours;
use antri::domain::schedule::weekly_plan::WeeklyPlan;
use antri::domain::text::formatted::{Entity, EntityKind, FormattedText};
use antri::domain::ticket::description::Description;
use antri::domain::ticket::{Priority, Ticket, TicketState};
use antri::engine::ports::{Change, CommitError, Committed, Guard, Store, Write};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Returns the time this many seconds after the start.
pub(crate) fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_764_831_173 + seconds, 250_000).unwrap()
}

pub(crate) fn person_id(n: u64) -> PersonId {
    PersonId(uuid(1, n))
}

pub(crate) fn department_id(n: u64) -> DepartmentId {
    DepartmentId(uuid(2, n))
}

pub(crate) fn ticket_id(n: u64) -> TicketId {
    TicketId(uuid(3, n))
}

pub(crate) fn uuid(kind: u64, n: u64) -> Uuid {
    // The bytes are spread like random ones: consecutive numbers are not neighbours in an index.
    Uuid::from_u64_pair(n.wrapping_mul(0x9E37_79B9_7F4A_7C15), kind << 32 | n)
}

/// Returns a customer.
pub(crate) fn person(n: u64) -> Person {
    Person {
        id: person_id(n),
        telegram: TelegramId(1_000 + i64::try_from(n).unwrap()),
        name: format!("Person {n}"),
        username: None,
        email: None,
        locale: Locale::Id,
        locale_chosen: false,
        other_locale_since: None,
        role: Role::Customer,
        admin_by_setting: false,
        reachable: true,
        agent: None,
        prompt: None,
        prompt_until: None,
        answered_by: None,
        username_taken_over: false,
        former_usernames: Vec::new(),
        links: Vec::new(),
        sessions: antri::domain::person::sessions::Sessions::default(),
        banned: None,
        created_at: at(0),
        version: Version(0),
    }
}

/// Returns an agent of department 1 who is eligible for tickets.
pub(crate) fn agent(n: u64, max: u16) -> Person {
    let profile = AgentProfile {
        departments: BTreeSet::from([department_id(1)]),
        max_tickets: Capacity::new(max).unwrap(),
        auto_assignment_enabled: true,
        assignment_order: u32::try_from(n).unwrap(),
        alias: None,
        availability: Availability::Online,
        chosen: None,
        via: Via::Telegram,
        last_online: Some(at(0)),
        earlier_online: Some(at(-5)),
        away_until: Some(at(90)),
        working_hours: Some(working_hours()),
        asked_at: None,
        question_delivered_at: None,
        asks_last_word: true,
        release_due: None,
        last_assigned: None,
        last_activity: at(0),
    };
    Person { role: Role::Agent, agent: Some(profile), ..person(n) }
}

/// Returns a ticket for department 1 by person 900, as it is before it is opened.
pub(crate) fn ticket(n: u64) -> Ticket {
    let tenth = chrono::TimeDelta::milliseconds(100 * i64::try_from(n).unwrap());
    Ticket {
        id: ticket_id(n),
        number: TicketNumber::new((at(0) + tenth).naive_utc(), u32::try_from(n % 676).unwrap()),
        version: Version(0),
        arrival: Arrival(0),
        customer: person_id(900),
        customer_chat: ChatId(1_900),
        department: department_id(1),
        category: CategoryId(uuid(4, 1)),
        description: Description { text: format!("Internet mati #{n}"), ..Description::default() },
        priority: Priority::Normal,
        auto: true,
        state: TicketState::Queued,
        former_holders: Vec::new(),
        service: antri::domain::ticket::service::ServiceRecord::default(),
        first_answered_at: None,
        created_at: at(i64::try_from(n).unwrap()),
    }
}

pub(crate) fn opening(ticket: Ticket) -> Change {
    let key = format!("key of {}", ticket.id);
    Change::quiet(Write::OpenTicket { ticket: Box::new(ticket), key, limit: None })
}

/// Returns the change that writes `next`, which was read one version before.
pub(crate) fn ticket_update(next: Ticket, guard: Guard) -> Change {
    let expected = Version(next.version.0 - 1);
    Change::quiet(Write::Ticket { ticket: Box::new(next), expected, guard })
}

/// Returns the change that writes `next` over a completed ticket, which was read one version before.
pub(crate) fn reopening(next: Ticket, guard: Guard) -> Change {
    let expected = Version(next.version.0 - 1);
    Change::quiet(Write::EndedTicket { ticket: Box::new(next), expected, guard })
}

/// Returns the change that assigns a ticket to a slot of an agent.
pub(crate) fn assignment(ticket: &Ticket, agent: u64, slot: u16, guard: Guard) -> Change {
    ticket_update(ticket.reassign(person_id(agent), Slot(slot), at(100)).unwrap(), guard)
}

pub(crate) fn person_write(person: Person, expected: Option<u64>) -> Change {
    Change::quiet(Write::Person { person: Box::new(person), expected: expected.map(Version) })
}

pub(crate) fn event(at: Time, by: Option<u64>, ticket: u64, what: Action) -> AuditEvent {
    let actor = by.map_or(Actor::Engine, |n| Actor::Person(person_id(n)));
    AuditEvent { at, actor, ticket: Some(ticket_id(ticket)), what }
}

/// Returns a text message for a chat.
pub(crate) fn text(chat: i64, words: &str) -> Outgoing {
    let rendered = Rendered::new(words.to_owned(), Vec::new());
    Outgoing { chat: ChatId(chat), message: Message::Text(rendered) }
}

/// Commits one change, and returns its result.
pub(crate) async fn commit_one(store: &dyn Store, change: Change) -> Result<Committed, CommitError> {
    let mut results = store.commit(vec![change]).await;
    assert_eq!(results.len(), 1);
    results.remove(0)
}

/// Commits changes that must all succeed.
pub(crate) async fn commit_all(store: &dyn Store, changes: Vec<Change>) {
    for (i, result) in store.commit(changes).await.into_iter().enumerate() {
        result.unwrap_or_else(|error| panic!("change {i}: {error}"));
    }
}

/// Opens a ticket and returns it as stored.
pub(crate) async fn open(store: &dyn Store, ticket: Ticket) -> Ticket {
    let id = ticket.id;
    commit_one(store, opening(ticket)).await.unwrap();
    read(store, id).await
}

pub(crate) async fn open_tickets(store: &dyn Store, numbers: impl IntoIterator<Item = u64>) -> Vec<Ticket> {
    let mut opened = Vec::new();
    for n in numbers {
        opened.push(open(store, ticket(n)).await);
    }
    opened
}

pub(crate) async fn read(store: &dyn Store, id: TicketId) -> Ticket {
    store.ticket(id).await.unwrap().expect("the ticket exists")
}

/// Creates these agents with a capacity of `max`.
pub(crate) async fn join(store: &dyn Store, agents: impl IntoIterator<Item = u64>, max: u16) {
    commit_all(store, agents.into_iter().map(|n| person_write(agent(n, max), None)).collect()).await;
}

/// Returns the numbers of these tickets.
pub(crate) fn ticket_numbers(tickets: &[Ticket]) -> Vec<u64> {
    tickets.iter().map(|t| t.id.0.as_u64_pair().1 & 0xFFFF_FFFF).collect()
}

fn working_hours() -> WorkingHours {
    let plan = WeeklyPlan::daily([chrono::Weekday::Tue, chrono::Weekday::Sun], 0, 1_440).unwrap();
    WorkingHours { plan, zone: Some(chrono_tz::Asia::Jayapura), next_change: Some(at(95)) }
}

/// Returns a text with every kind of entity that has data.
pub(super) fn formatted(text: &str) -> FormattedText {
    let kinds = [
        EntityKind::Bold,
        EntityKind::Pre(Some("rust".into())),
        EntityKind::Pre(None),
        EntityKind::TextLink("https://contoh.example".into()),
        EntityKind::TextMention(77),
        EntityKind::CustomEmoji("5368324170671202286".into()),
        EntityKind::DateTime(1_789_300_800, Some("wDT".into())),
        EntityKind::Other("something_new".into()),
    ];
    let entities = kinds.into_iter().enumerate().map(|(n, kind)| Entity { offset: n, length: 1, kind });
    FormattedText { text: text.to_owned(), entities: entities.collect() }
}

/// Returns an attachment with every field set.
pub(super) fn attachment() -> Attachment {
    let source = Some(MessageSource { chat: ChatId(77), message_id: 7 });
    Attachment { source, album: Some("album".into()), ..Attachment::file(ContentKind::Voice, "AwACAgUAAx") }
}
