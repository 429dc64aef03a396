//! Topics: written with the outcome of a delivery, found by ticket and by thread.
use super::super::fixture::*;
use super::{claim, settle};
use antri::domain::ids::ChatId;
use antri::domain::ticket::topic::{Topic, TopicChange};
use antri::engine::ports::{Outcome, Store};
use std::sync::Arc;

fn topic(n: u64, thread: i32, closed_at: Option<i64>) -> Topic {
    let (ticket, agent) = (ticket_id(n), person_id(1));
    Topic { ticket, agent, chat: ChatId(7), thread, name: format!("topik {n}"), closed_at: closed_at.map(at) }
}

/// Settles a delivery of the chat with this change.
async fn apply(store: &dyn Store, change: TopicChange) {
    store.enqueue(vec![text(7, "a")], at(1)).await.unwrap();
    let claimed = claim(store, 2).await.remove(0);
    settle(store, &claimed, Outcome::Topic(change, Box::new(Outcome::Sent(None)))).await;
}

pub(crate) async fn a_topic_is_recorded_replaced_and_forgotten(store: Arc<dyn Store>) {
    let (first, agent) = (topic(1, 10, None), person_id(1));
    apply(&*store, TopicChange::Put(first.clone())).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
    assert_eq!(store.topic(ticket_id(1), agent).await.unwrap(), Some(first.clone()));
    assert_eq!(store.topic(ticket_id(1), person_id(2)).await.unwrap(), None);
    assert_eq!(store.topic_at(ChatId(7), 10).await.unwrap(), Some(first));
    assert_eq!(store.topic_at(ChatId(8), 10).await.unwrap(), None);
    let second = topic(1, 11, None);
    apply(&*store, TopicChange::Put(second.clone())).await;
    assert_eq!(store.topic_at(ChatId(7), 10).await.unwrap(), None);
    apply(&*store, TopicChange::Forget(ChatId(7), 10)).await;
    assert_eq!(store.topic(ticket_id(1), agent).await.unwrap(), Some(second), "another thread");
    apply(&*store, TopicChange::Forget(ChatId(7), 11)).await;
    assert_eq!(store.topic(ticket_id(1), agent).await.unwrap(), None);
}

pub(crate) async fn closed_topics_are_listed_oldest_first(store: Arc<dyn Store>) {
    for (n, closed_at) in [(1, Some(30)), (2, None), (3, Some(20)), (4, Some(50))] {
        apply(&*store, TopicChange::Put(topic(n, i32::try_from(n).unwrap(), closed_at))).await;
    }
    let threads = |topics: Vec<Topic>| topics.iter().map(|topic| topic.thread).collect::<Vec<_>>();
    assert_eq!(threads(store.active_topics().await.unwrap()), [2]);
    assert_eq!(threads(store.closed_topics(at(40), 10).await.unwrap()), [3, 1]);
    assert_eq!(threads(store.closed_topics(at(40), 1).await.unwrap()), [3]);
    apply(&*store, TopicChange::Put(topic(3, 3, None))).await;
    assert_eq!(threads(store.closed_topics(at(40), 10).await.unwrap()), [1], "opened again");
}

pub(crate) async fn a_delivery_goes_on_after_its_topic_was_created(store: Arc<dyn Store>) {
    store.enqueue(vec![text(7, "a")], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    let again = Outcome::Retry { until: at(2), unknown: false };
    settle(&*store, &claimed, Outcome::Topic(TopicChange::Put(topic(1, 10, None)), Box::new(again))).await;
    let next = claim(&*store, 2).await.remove(0);
    assert_eq!((next.id, next.unknown), (claimed.id, 0));
}
