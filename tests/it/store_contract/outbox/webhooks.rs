//! Outgoing webhooks and idempotency keys of messages: written with their change, in the order of each ticket.
use super::super::fixture::*;
use antri::domain::Time;
use antri::domain::event::Action;
use antri::domain::ids::{MessageId, Version};
use antri::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent, Reactions, Relay};
use antri::engine::ports::{
    Change, CommitError, Cutoffs, Guard, Store, StoredWebhook, UniqueKey, WebhookAttempt, WebhookCounts,
    WebhookState, Write,
};
use std::sync::Arc;

fn kinds(webhooks: &[StoredWebhook]) -> Vec<(u64, &str)> {
    let number = |one: &StoredWebhook| one.event.ticket.0.as_u64_pair().1 & 0xFFFF_FFFF;
    webhooks.iter().map(|one| (number(one), one.event.kind.as_str())).collect()
}

async fn due(store: &dyn Store, seconds: i64) -> Vec<StoredWebhook> {
    store.due_webhooks(10, at(seconds)).await.unwrap()
}

async fn settle(store: &dyn Store, webhook: &StoredWebhook, error: Option<&str>, retry_at: Option<Time>) {
    let (id, ticket, error) = (webhook.event.id.clone(), webhook.event.ticket, error.map(str::to_owned));
    let attempt = WebhookAttempt { id, ticket, status: Some(200), error, retry_at };
    store.settle_webhooks(vec![attempt], at(300)).await.unwrap();
}

fn message(n: u64, ticket: Option<u64>) -> ConversationMessage {
    ConversationMessage {
        id: MessageId(uuid(7, n)),
        seq: 0,
        version: Version(0),
        ticket: ticket.map(ticket_id),
        author: person_id(900),
        direction: Direction::ToAgent,
        source: None,
        source_key: Some(format!("key {n}")),
        thread: None,
        content: MessageContent::of_text("halo".into()),
        written_at: at(200),
        edited_at: None,
        reactions: Reactions::default(),
        relay: Relay::Waiting,
    }
}

fn message_write(message: ConversationMessage, expected: Option<u64>) -> Change {
    let (message, expected) = (Box::new(message), expected.map(Version));
    Change::quiet(Write::Message { message, expected, is_first_answer: false })
}

pub(crate) async fn a_change_writes_its_webhook_if_there_is_a_receiver(store: Arc<dyn Store>) {
    open(&*store, ticket(1)).await;
    assert_eq!(due(&*store, 1_000).await, [], "no receiver");
    store.record_webhooks();
    join(&*store, [1], 5).await;
    let second = open(&*store, ticket(2)).await;
    let assigned = Change {
        event: Some(event(at(100), None, 2, Action::PickedUp { agent: person_id(1) })),
        ..assignment(&second, 1, 0, Guard::Capacity)
    };
    // The second change is refused, and writes none.
    let results = store.commit(vec![assigned.clone(), assigned]).await;
    assert!(results[0].is_ok() && results[1] == Err(CommitError::Conflict), "{results:?}");
    let all = store.webhooks(None, None, 10).await.unwrap();
    assert_eq!(kinds(&all), [(2, "ticket.assigned"), (2, "ticket.created")], "newest first");
    assert!(all[0].seq > all[1].seq && all[0].event.id != all[1].event.id);
    let expected = format!("evt_{}_1", ticket_id(2).0.simple());
    assert_eq!((all[0].event.id.clone(), all[0].event.at), (expected, at(100)));
    assert_eq!(kinds(&due(&*store, 1_000).await), [(2, "ticket.created")], "one per ticket, the oldest");
    assert_eq!(store.webhook_counts().await.unwrap(), WebhookCounts { pending: 2, dead: 0 });
}

pub(crate) async fn a_retried_webhook_delays_those_of_its_ticket(store: Arc<dyn Store>) {
    store.record_webhooks();
    open_tickets(&*store, [1, 2]).await;
    commit_one(&*store, message_write(message(1, Some(1)), None)).await.unwrap();
    let first = due(&*store, 250).await;
    assert_eq!(kinds(&first), [(1, "ticket.created"), (2, "ticket.created")]);
    settle(&*store, &first[0], Some("HTTP 500"), Some(at(400))).await;
    settle(&*store, &first[1], None, None).await;
    commit_one(&*store, message_write(message(2, Some(1)), None)).await.unwrap();
    assert_eq!(due(&*store, 399).await, []);
    let next = store.next_webhook_at().await.unwrap().unwrap();
    assert!(next <= at(400), "{next}");
    let again = due(&*store, 400).await;
    assert_eq!(kinds(&again), [(1, "ticket.created")]);
    assert_eq!(
        (again[0].attempts, again[0].status, again[0].error.as_deref()),
        (1, Some(200), Some("HTTP 500"))
    );
    settle(&*store, &again[0], Some("HTTP 500"), None).await;
    for n in 1..=2 {
        let next = due(&*store, 400).await;
        assert_eq!(kinds(&next), [(1, "message.created")]);
        assert_eq!(next[0].event.id, format!("evt_{}", message(n, None).id.0.simple()));
        settle(&*store, &next[0], None, None).await;
        // A second settlement has no effect.
        settle(&*store, &next[0], Some("late"), None).await;
    }
    assert_eq!(store.next_webhook_at().await.unwrap(), None);
    let dead = store.webhooks(Some(WebhookState::Dead), None, 10).await.unwrap();
    assert_eq!((kinds(&dead), dead[0].ended_at), (vec![(1, "ticket.created")], Some(at(300))));
    let delivered = store.webhooks(Some(WebhookState::Delivered), None, 2).await.unwrap();
    assert_eq!(kinds(&delivered), [(1, "message.created"); 2]);
    let older = store.webhooks(Some(WebhookState::Delivered), Some(delivered[1].seq), 2).await.unwrap();
    assert_eq!(kinds(&older), [(2, "ticket.created")]);
    store.prune(&Cutoffs::all(at(301))).await.unwrap();
    assert_eq!(store.webhooks(None, None, 10).await.unwrap(), []);
}

pub(crate) async fn a_message_has_a_webhook_when_it_joins_a_ticket(store: Arc<dyn Store>) {
    store.record_webhooks();
    let unrouted = message(1, None);
    commit_one(&*store, message_write(unrouted.clone(), None)).await.unwrap();
    assert_eq!(due(&*store, 1_000).await, []);
    let routed = ConversationMessage { ticket: Some(ticket_id(5)), ..unrouted.with_relay(Relay::Waiting) };
    commit_one(&*store, message_write(routed.clone(), Some(0))).await.unwrap();
    commit_one(&*store, message_write(routed.with_relay(Relay::Kept), Some(1))).await.unwrap();
    let all = store.webhooks(None, None, 10).await.unwrap();
    assert_eq!(kinds(&all), [(5, "message.created")], "once");
}

pub(crate) async fn an_idempotency_key_writes_one_message(store: Arc<dyn Store>) {
    commit_one(&*store, message_write(message(1, Some(1)), None)).await.unwrap();
    let same_key = ConversationMessage { source_key: Some("key 1".into()), ..message(2, Some(1)) };
    let second = commit_one(&*store, message_write(same_key, None)).await;
    assert_eq!(second, Err(CommitError::Duplicate(UniqueKey::Message)));
    let stored = store.message_by_key("key 1").await.unwrap().unwrap();
    assert_eq!(stored.id, message(1, None).id);
    assert_eq!(store.message_by_key("key 2").await.unwrap(), None);
    // Without a key there is no limit.
    for n in 3..5 {
        let without = ConversationMessage { source_key: None, ..message(n, Some(1)) };
        commit_one(&*store, message_write(without, None)).await.unwrap();
    }
    assert_eq!(store.conversation(ticket_id(1), None, 10).await.unwrap().len(), 3);
}
