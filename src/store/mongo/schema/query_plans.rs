//! The queries that run with every ticket, message and update, for `explain`: none of them may scan documents
//! that it does not return.
use super::{
    EVENTS, INBOX, MESSAGES, OUTBOX, OUTBOX_CHATS, OUTBOX_STAGED, QUEUE_DEPTHS, TICKET_QUEUE, TICKETS, USERS,
    WEBHOOKS,
};
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::domain::ids::{Arrival, ChatId, DepartmentId, PersonId, TicketId};
use crate::domain::ticket::Priority;
use crate::domain::traffic::TrafficClass;
use crate::engine::ports::StoreError;
use crate::store::mongo::outbox::{chat_queues, staging};
use crate::store::mongo::read::{conversation, queue, tickets, webhooks};
use crate::store::mongo::{inbox, store, upkeep};
use mongodb::Database;
use mongodb::bson::{Document, doc};
use uuid::Uuid;

/// Returns the queries with their collections.
fn queries() -> Vec<(&'static str, Document)> {
    let (ticket, agent, department) =
        (TicketId(Uuid::nil()), PersonId(Uuid::nil()), DepartmentId(Uuid::nil()));
    let find = |collection: &'static str, filter: Document, sort: Document| {
        (collection, doc! { "find": collection, "filter": filter, "sort": sort, "limit": 5_i64 })
    };
    let of = |query: tickets::Query| find(TICKET_QUEUE, query.filter, query.sort);
    let ((ready, order), (staged, by_id)) = (chat_queues::ready(), staging::oldest_staged());
    let newest_cards = chat_queues::ready_in(TrafficClass::Cards, true);
    let place = MessageSource { chat: ChatId(1), message_id: 1 };
    let peers = queue::peers(department, Priority::Normal, "$lte", Arrival(9));
    vec![
        find(TICKET_QUEUE, tickets::held_by(&[agent]), doc! {}),
        of(tickets::all_held()),
        of(tickets::snoozed(5)),
        of(tickets::unanswered(false, (0, 5))),
        of(tickets::unanswered(true, (0, 5))),
        of(tickets::by_suffix("CO")),
        of(tickets::ended_among(&["t"])),
        find(TICKETS, tickets::with_number_suffix("36co"), doc! {}),
        of(tickets::of_customer(agent, true, None)),
        of(tickets::of_customer(agent, false, Some(5))),
        of(queue::auto_head(department, 5)),
        of(queue::page(&[department], 0, 5)),
        of(queue::desk_page(0, 5)),
        of(queue::oldest(Some(department), Priority::Normal)),
        of(queue::oldest(None, Priority::Normal)),
        find(TICKET_QUEUE, peers, doc! {}),
        find(QUEUE_DEPTHS, queue::depths_of(&[department]), doc! {}),
        find(TICKET_QUEUE, doc! { "ticket_id": ticket.to_string() }, doc! {}),
        find(TICKETS, doc! { "key": "k" }, doc! {}),
        find(TICKETS, doc! { "ticket_number": "n" }, doc! {}),
        find(USERS, doc! { "telegram_id": 1_i64 }, doc! {}),
        find(USERS, doc! { "username_key": "u" }, doc! { "created_seq": -1 }),
        find(USERS, doc! { "former_username_keys": "u" }, doc! {}),
        find(USERS, doc! { "alias_key": "a" }, doc! {}),
        find(USERS, doc! { "role": "admin" }, doc! { "created_seq": 1 }),
        find(USERS, doc! {}, doc! { "created_seq": -1 }),
        find(EVENTS, store::events_of_ticket(ticket), doc! { "_id": 1 }),
        find(EVENTS, store::events_of_agent(agent, Time::UNIX_EPOCH), doc! { "micros": 1 }),
        find(MESSAGES, conversation::by_source(place), doc! {}),
        find(MESSAGES, conversation::by_key("k"), doc! {}),
        find(MESSAGES, conversation::by_target(place), doc! {}),
        find(MESSAGES, conversation::due(&[ticket]), doc! {}),
        find(MESSAGES, conversation::unrouted(agent), doc! {}),
        find(MESSAGES, doc! { "ticket": ticket.to_string() }, doc! { "seq": -1 }),
        find(WEBHOOKS, webhooks::due(Time::UNIX_EPOCH), doc! { "next_at": 1, "seq": 1 }),
        find(WEBHOOKS, webhooks::pending_of(ticket), doc! { "seq": 1 }),
        find(WEBHOOKS, webhooks::ended_before(Time::UNIX_EPOCH), doc! {}),
        find(WEBHOOKS, doc! {}, doc! { "seq": -1 }),
        find(INBOX, inbox::pending(0), doc! { "seq": 1 }),
        find(OUTBOX_CHATS, ready, order),
        find(OUTBOX_CHATS, newest_cards.0, newest_cards.1),
        find(OUTBOX_CHATS, chat_queues::due(Time::UNIX_EPOCH), doc! { "not_before": 1 }),
        find(OUTBOX_CHATS, chat_queues::claimed(), doc! {}),
        find(OUTBOX_CHATS, chat_queues::claimed_by("p"), doc! {}),
        find(OUTBOX_STAGED, staged, by_id),
        find(OUTBOX, chat_queues::overflow(ChatId(1)), chat_queues::overflow_order()),
        find(TICKET_QUEUE, upkeep::ended_with_live_cards(Time::UNIX_EPOCH), doc! {}),
    ]
}

/// A collection, a query of it, and the server's plan for the query.
pub type QueryPlan = (&'static str, Document, Document);

/// Returns the server's plan for each query.
pub(crate) async fn all(db: &Database) -> Result<Vec<QueryPlan>, StoreError> {
    let mut plans = Vec::new();
    for (collection, query) in queries() {
        let explain = doc! { "explain": &query, "verbosity": "queryPlanner" };
        plans.push((collection, query, db.run_command(explain).await?));
    }
    Ok(plans)
}
