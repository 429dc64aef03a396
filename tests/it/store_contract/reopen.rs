//! Durability over a restart: everything is kept that a call acknowledged.
use super::Backend;
use super::fixture::*;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::draft::{Draft, DraftPart};
use antri::domain::event::Action;
use antri::domain::ids::{ChatId, DraftId};
use antri::domain::notice::{Message, Outgoing};
use antri::engine::ports::{Guard, Outcome};
use serde_json::json;

pub(crate) async fn a_restart_keeps_all_acknowledged_data<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    join(&*store, [1, 2], 5).await;
    let opened = open_tickets(&*store, 1..=3).await;
    let mut assigned = assignment(&opened[0], 1, 0, Guard::Eligible);
    assigned.event = Some(event(at(100), Some(1), 1, Action::PickedUp { agent: person_id(1) }));
    assigned.notices = vec![text(10, "satu"), text(10, "dua"), text(11, "lain")];
    commit_one(&*store, assigned).await.unwrap();
    store.record_activity(person_id(2), at(70)).await.unwrap();
    let draft = Draft {
        id: DraftId(uuid(5, 1)),
        person: person_id(3),
        target: None,
        parts: vec![DraftPart { message_id: 7, text: "halo".into(), ..DraftPart::default() }],
        created_at: at(1),
        replied_to: None,
        cancelled_at: None,
    };
    store.put_draft(draft.clone()).await.unwrap();
    store.append_updates(vec![(1, json!({"a": 1})), (2, json!({"b": 2}))], at(1)).await.unwrap();
    store.complete_update(1, Vec::new(), at(2)).await.unwrap();
    let key = CardKey::MyQueue(person_id(1), 1);
    let card = LiveCard { key, chat: ChatId(12), message_id: 1, digest: 9 };
    store.enqueue(vec![Outgoing { chat: ChatId(12), message: Message::Card(key) }], at(3)).await.unwrap();
    for claimed in store.claim(9, at(4)).await.unwrap() {
        let outcome = match claimed.chat.0 {
            12 => Outcome::Sent(Some(card.clone())),
            11 => Outcome::Retry { until: at(500), unknown: false },
            _ => continue, // still claimed when the process ends
        };
        store.settle(vec![(claimed.id, outcome)], at(4)).await.unwrap();
    }
    let before =
        (store.agents().await.unwrap(), store.all_held().await.unwrap(), store.depths().await.unwrap());

    drop(store);
    let backend = backend.reopen().await;
    let store = backend.store();
    let after =
        (store.agents().await.unwrap(), store.all_held().await.unwrap(), store.depths().await.unwrap());
    assert_eq!(after, before);
    assert_eq!(ticket_numbers(&store.queue_page(&[department_id(1)], 0, 9).await.unwrap()), [2, 3]);
    assert_eq!(store.history(ticket_id(1)).await.unwrap().len(), 1);
    assert_eq!(store.assignment_counts(person_id(1), at(0)).await.unwrap(), (1, 0));
    assert_eq!(store.draft(person_id(3)).await.unwrap(), Some(draft));
    assert_eq!(store.pending_updates(0, 9).await.unwrap().len(), 1);
    assert_eq!(store.append_updates(vec![(1, json!({}))], at(5)).await.unwrap(), 0);
    assert_eq!(store.live_queues().await.unwrap(), [card]);
    assert_eq!(store.pending_deliveries().await.unwrap(), 3);
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(500)));
    assert_eq!(store.claim(9, at(5)).await.unwrap(), [], "claimed or not due as before");
    assert_eq!(store.release_orphaned_claims().await.unwrap(), 1);
    assert_eq!(store.claim(9, at(5)).await.unwrap()[0].message, text(10, "satu").message);
    let fourth = commit_one(&*store, opening(ticket(4))).await.unwrap().arrival.unwrap();
    assert!(fourth > opened[2].arrival);
}
