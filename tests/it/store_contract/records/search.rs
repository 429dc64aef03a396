//! Full-text search: both stores find the same tickets in the same order.
use crate::store_contract::fixture::*;
use antri::domain::Time;
use antri::domain::content::MessageSource;
use antri::domain::ids::{ChatId, MessageId, Version};
use antri::domain::person::Person;
use antri::domain::text::search::query_words;
use antri::domain::ticket::Ticket;
use antri::domain::ticket::conversation::{
    ConversationMessage, Direction, MessageContent, Reactions, Relay, RelayedTo,
};
use antri::domain::ticket::description::Description;
use antri::engine::ports::search::MAX_MATCHES;
use antri::engine::ports::{Change, Outcome, Store, Write};
use std::sync::Arc;

pub(super) fn described(n: u64, text: &str) -> Ticket {
    Ticket { description: Description::of_text(text).unwrap(), ..ticket(n) }
}

pub(crate) fn message(n: u64, of: &Ticket, text: &str) -> ConversationMessage {
    ConversationMessage {
        id: MessageId(uuid(9, n)),
        seq: 0,
        version: Version::default(),
        ticket: Some(of.id),
        author: of.customer,
        direction: Direction::ToAgent,
        source: Some(MessageSource { chat: ChatId(5), message_id: i32::try_from(n).unwrap() }),
        source_key: None,
        thread: None,
        content: MessageContent::of_text(text.into()),
        written_at: at(1),
        edited_at: None,
        reactions: Reactions::default(),
        relay: Relay::Waiting,
    }
}

pub(crate) fn written(message: &ConversationMessage, expected: Option<u64>) -> Change {
    let (message, expected) = (Box::new(message.clone()), expected.map(Version));
    Change::quiet(Write::Message { message, expected, is_first_answer: false })
}

/// Returns a new message to the customer that is written as the first answer of its ticket.
pub(crate) fn answer(n: u64, of: &Ticket, written_at: Time) -> Change {
    let relay = Relay::to_customer(of.customer_chat);
    let message =
        ConversationMessage { direction: Direction::ToCustomer, written_at, relay, ..message(n, of, "baik") };
    Change::quiet(Write::Message { message: Box::new(message), expected: None, is_first_answer: true })
}

/// Returns the tickets that are found, with their messages.
pub(super) async fn found(
    store: &dyn Store,
    query: &str,
) -> Vec<(antri::domain::ids::TicketId, Option<MessageId>)> {
    let hits = store.search(&query_words(query), None, 0, 10).await.unwrap();
    hits.into_iter().map(|hit| (hit.ticket, hit.message)).collect()
}

pub(crate) async fn tickets_are_found_by_each_of_their_texts(store: Arc<dyn Store>) {
    let customer = Person { name: "Siti Nurhaliza".into(), username: Some("siti_n".into()), ..person(7) };
    commit_all(&*store, vec![person_write(customer.clone(), None)]).await;
    let one = Ticket { customer: customer.id, ..described(1, "Internet mati total") };
    let one = open(&*store, one).await;
    let two = open(&*store, described(2, "Café: tagihan internet")).await;
    let (first, second) = (message(1, &one, "lampu LOS merah"), message(2, &one, "masih merah"));
    let other = message(3, &two, "merahnya hilang");
    let all = [&first, &second, &other].map(|message| written(message, None));
    commit_all(&*store, all.to_vec()).await;

    let number = one.number.as_str();
    assert_eq!(found(&*store, "").await, []);
    assert_eq!(found(&*store, "internet").await, [(two.id, None), (one.id, None)], "newest first");
    assert_eq!(found(&*store, "INTER mati").await, [(one.id, None)], "each word, by its beginning");
    assert_eq!(found(&*store, "cafe").await, [(two.id, None)], "without accents");
    assert_eq!(found(&*store, "merah").await, [(two.id, Some(other.id)), (one.id, Some(second.id))]);
    assert_eq!(found(&*store, "los merah").await, [(one.id, Some(first.id))]);
    assert_eq!(found(&*store, "los masih").await, [], "the words of one record");
    assert_eq!(found(&*store, number).await, [(one.id, None)]);
    assert_eq!(found(&*store, "nurhaliza").await, [(one.id, None)]);
    assert_eq!(found(&*store, "siti n").await, [(one.id, None)], "the username too");
    assert_eq!(found(&*store, "OR AND NOT").await, [], "no operators");

    let page = store.search(&query_words("internet"), None, 1, 1).await.unwrap();
    assert_eq!(page.iter().map(|hit| hit.ticket).collect::<Vec<_>>(), [one.id]);
    let elsewhere = store.search(&query_words("internet"), Some(&[department_id(99)]), 0, 9).await.unwrap();
    assert_eq!(elsewhere, []);
    let here = store.search(&query_words("internet"), Some(&[one.department]), 0, 9).await.unwrap();
    assert_eq!(here.len(), 2);
}

pub(crate) async fn what_the_reader_may_not_see_takes_no_place_among_the_matches(store: Arc<dyn Store>) {
    let elsewhere = department_id(2);
    let named = |n| Person { name: "Wati".into(), ..person(n) };
    commit_all(&*store, vec![person_write(named(10), None)]).await;
    let older = [
        described(1, "kabel putus"),
        described(2, "lampu"),
        Ticket { customer: person_id(10), ..described(3, "tagihan") },
        Ticket { department: elsewhere, customer: person_id(10), ..described(4, "tagihan") },
    ];
    let [text, talked, of_customer, _] = older.clone().map(|ticket| ticket.id);
    for ticket in older {
        open(&*store, ticket).await;
    }
    let of = |n: u64, ticket: &Ticket| written(&message(n, ticket, "merah"), None);
    commit_all(&*store, vec![of(1, &read(&*store, talked).await)]).await;
    // As many newer matches of each kind as a search looks at, none of which the reader may see. The last message waits
    // for the choice of its ticket.
    let newer = 1_000..1_000 + u64::try_from(MAX_MATCHES).unwrap();
    let ended = |n| Ticket { department: elsewhere, ..described(n, "kabel") };
    let mut changes: Vec<_> = newer.clone().map(|n| opening(ended(n))).collect();
    changes.extend(newer.clone().map(|n| person_write(named(n), None)));
    changes.extend(newer.clone().map(|n| of(n, &ended(1_000))));
    let unrouted = ConversationMessage { ticket: None, ..message(9_000, &ended(1_000), "merah") };
    changes.push(written(&unrouted, None));
    for batch in changes.chunks(500) {
        commit_all(&*store, batch.to_vec()).await;
    }
    let here = async |query: &str| {
        let hits = store.search(&query_words(query), Some(&[department_id(1)]), 0, 9).await.unwrap();
        hits.into_iter().map(|hit| (hit.ticket, hit.message)).collect::<Vec<_>>()
    };
    assert_eq!(here("kabel").await, [(text, None)]);
    assert_eq!(here("merah").await, [(talked, Some(MessageId(uuid(9, 1))))]);
    assert_eq!(here("wati").await, [(of_customer, None)]);
    assert_eq!(found(&*store, "merah").await, [(ticket_id(1_000), Some(MessageId(uuid(9, newer.end - 1))))]);
}

pub(crate) async fn the_index_follows_edits(store: Arc<dyn Store>) {
    let one = open(&*store, described(1, "Internet mati")).await;
    let first = message(1, &one, "lampu merah");
    commit_all(&*store, vec![written(&first, None)]).await;
    let edited = ConversationMessage {
        content: MessageContent::of_text("lampu hijau".into()),
        version: Version(1),
        ..store.message(first.id).await.unwrap().unwrap()
    };
    commit_all(&*store, vec![written(&edited, Some(0))]).await;
    assert_eq!(found(&*store, "merah").await, []);
    assert_eq!(found(&*store, "hijau").await, [(one.id, Some(first.id))]);
    let second = message(2, &one, "kabel biru");
    let content = MessageContent::of_text("kabel kuning".into());
    let edited = ConversationMessage { content, version: Version(1), ..second.clone() };
    commit_all(&*store, vec![written(&second, None), written(&edited, Some(0))]).await;
    assert_eq!(found(&*store, "biru").await, [], "stored and edited in one commit");
    assert_eq!(found(&*store, "kuning").await, [(one.id, Some(second.id))]);
    let content = Ticket { description: Description::default(), version: one.version.next(), ..one.clone() };
    let write = Write::TicketContent { ticket: Box::new(content), expected: one.version };
    commit_all(&*store, vec![Change::quiet(write)]).await;
    assert_eq!(found(&*store, "internet").await, []);
    assert_eq!(found(&*store, one.number.as_str()).await, [(one.id, None)]);
}

pub(crate) async fn a_message_that_was_taken_back_stays_so_after_it_was_sent(store: Arc<dyn Store>) {
    let one = open(&*store, described(1, "Internet mati")).await;
    let withdrawn = Relay::Withdrawn { chat: ChatId(8), message_id: None };
    let first = ConversationMessage { relay: withdrawn, ..message(1, &one, "halo") };
    commit_all(&*store, vec![written(&first, None)]).await;
    store.enqueue(vec![text(8, "halo")], at(1)).await.unwrap();
    let claimed = store.claim(1, at(2)).await.unwrap().remove(0);
    let sent = RelayedTo { message: first.id, chat: ChatId(8), message_id: Some(44) };
    store.settle(vec![(claimed.id, Outcome::Relayed(vec![sent]))], at(3)).await.unwrap();
    let kept = store.message(first.id).await.unwrap().unwrap();
    assert_eq!(kept.relay, Relay::Withdrawn { chat: ChatId(8), message_id: Some(44) });
}
