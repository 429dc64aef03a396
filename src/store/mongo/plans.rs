//! The desk's questions to the server, to be explained: none of them may look at documents that it does not return.
use super::schema::{ADDED, CHATS, EVENTS, INBOX, OUTBOX, QUEUE, USERS};
use super::{inbox, outbox, queue, record, tickets};
use crate::domain::Time;
use crate::domain::ids::{Arrival, ChatId, DepartmentId, PersonId, TicketId};
use crate::domain::ticket::Priority;
use crate::engine::ports::StoreError;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use uuid::Uuid;

/// Questions that are asked with every ticket, message and update: the collection, what is looked for, the order.
fn questions() -> Vec<(&'static str, Document)> {
    let (ticket, agent, department) =
        (TicketId(Uuid::nil()), PersonId(Uuid::nil()), DepartmentId(Uuid::nil()));
    let ask = |collection: &'static str, filter: Document, sort: Document| {
        (collection, doc! { "find": collection, "filter": filter, "sort": sort, "limit": 5_i64 })
    };
    let of = |query: tickets::Query| {
        let (collection, mut find) = ask(QUEUE, query.filter, query.sort);
        if let Some(index) = query.index {
            find.insert("hint", index);
        }
        (collection, find)
    };
    let ((ready, order), (added, by_number)) = (outbox::ready(), super::added::page());
    let peers = queue::peers(department, Priority::Normal, "$lte", Arrival(9));
    vec![
        ask(QUEUE, tickets::held_by(&[agent]), doc! {}),
        of(tickets::all_held()),
        of(tickets::by_suffix("CO")),
        of(tickets::of_customer(agent, true, 5)),
        of(tickets::of_customer(agent, false, 5)),
        of(queue::head(department, 5)),
        of(queue::page(&[department], 0, 5)),
        of(queue::longest(department, Priority::Normal)),
        ask(QUEUE, peers, doc! {}),
        ask(QUEUE, doc! { "ticket_id": ticket.to_string() }, doc! {}),
        ask(super::schema::TICKETS, doc! { "key": "k" }, doc! {}),
        ask(super::schema::TICKETS, doc! { "ticket_number": "n" }, doc! {}),
        ask(USERS, doc! { "telegram_id": 1_i64 }, doc! {}),
        ask(USERS, doc! { "username_key": "u" }, doc! { "met": -1 }),
        ask(USERS, doc! { "role": "admin" }, doc! { "met": 1 }),
        ask(USERS, doc! {}, doc! { "met": -1 }),
        ask(EVENTS, record::of_ticket(ticket), doc! { "_id": 1 }),
        ask(EVENTS, record::of_agent(agent, Time::UNIX_EPOCH), doc! { "micros": 1 }),
        ask(INBOX, inbox::waiting(0), doc! { "seq": 1 }),
        ask(CHATS, ready, order),
        ask(CHATS, outbox::due(Time::UNIX_EPOCH), doc! { "not_before": 1 }),
        ask(CHATS, outbox::claimed(), doc! {}),
        ask(CHATS, outbox::claimed_by("p"), doc! {}),
        ask(ADDED, added, by_number),
        ask(OUTBOX, super::chats::behind(ChatId(1)), doc! { "lane": 1, "_id": 1 }),
        ask(QUEUE, super::desk::shown(Time::UNIX_EPOCH), doc! {}),
    ]
}

/// A question to a collection, and the server's plan for it.
pub type Plan = (&'static str, Document, Document);

/// The server's plan for each question.
pub(super) async fn all(db: &Database) -> Result<Vec<Plan>, StoreError> {
    let mut plans = Vec::new();
    for (collection, question) in questions() {
        let explain = doc! { "explain": &question, "verbosity": "queryPlanner" };
        plans.push((collection, question, db.run_command(explain).await?));
    }
    Ok(plans)
}
