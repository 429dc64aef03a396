//! Live cards: one per card slot, kept as long as something can refresh them.
use super::fixture::*;
use super::outbox::{claim, settle};
use antri::domain::card::console::{ConsoleList, ConsoleView, TicketPane};
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::draft::Draft;
use antri::domain::ids::{ChatId, DraftId};
use antri::domain::notice::{Message, Outgoing};
use antri::domain::ticket::Ticket;
use antri::engine::ports::{Cutoffs, Guard, Outcome, Store};
use std::sync::Arc;

/// Sends a card to a chat, so that the message becomes its live one.
pub(super) async fn show(store: &dyn Store, chat: i64, key: CardKey) {
    let out = Outgoing { chat: ChatId(chat), message: Message::Card(key) };
    store.enqueue(vec![out], at(1)).await.unwrap();
    let claimed = claim(store, 2).await.remove(0);
    let card = LiveCard { key, chat: ChatId(chat), message_id: 1, digest: 0 };
    settle(store, &claimed, Outcome::Sent(Some(card))).await;
}

/// Returns for each card whether it has a live message.
async fn live(store: &dyn Store, keys: &[CardKey]) -> Vec<bool> {
    let mut live = Vec::new();
    for key in keys {
        live.push(store.live_card(*key).await.unwrap().is_some());
    }
    live
}

async fn cancel(store: &dyn Store, ticket: Ticket, seconds: i64) {
    let ended = ticket.cancel(person_id(900), at(seconds)).unwrap();
    commit_one(store, ticket_update(ended, Guard::None)).await.unwrap();
}

pub(crate) async fn cards_of_ended_tickets_are_pruned(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 5).await;
    let [first, second, third]: [Ticket; 3] = open_tickets(&*store, 1..=3).await.try_into().unwrap();
    let of = |n, agent| {
        let (ticket, agent) = (ticket_id(n), person_id(agent));
        [CardKey::Status(ticket), CardKey::Task(ticket, agent), CardKey::PickUp(ticket, agent)]
    };
    let keys = [of(1, 1), of(1, 2), of(2, 1), of(3, 1)].concat();
    let others = [CardKey::MyQueue(person_id(1), 0), CardKey::MyTickets(person_id(900), 0)];
    for key in keys.iter().chain(&others) {
        show(&*store, 10, *key).await;
    }
    cancel(&*store, first, 100).await;
    cancel(&*store, second, 200).await;
    store.prune(&Cutoffs { updates: at(100), ..Cutoffs::all(at(-1_000)) }).await.unwrap();
    assert_eq!(live(&*store, &keys).await, [true; 12], "the tickets did not end before that");
    store.prune(&Cutoffs { updates: at(150), ..Cutoffs::all(at(-1_000)) }).await.unwrap();
    let open = [[false; 6], [true; 6]].concat();
    assert_eq!(live(&*store, &keys).await, open, "the cards of the customer and of every agent");
    store.prune(&Cutoffs { updates: at(1_000), ..Cutoffs::all(at(-1_000)) }).await.unwrap();
    let open = [&[false; 9][..], &[true; 3]].concat();
    assert_eq!(live(&*store, &keys).await, open, "cards of open tickets are kept");
    assert_eq!(live(&*store, &others).await, [true; 2]);
    assert_eq!(read(&*store, third.id).await, third);
    assert!(store.ticket(ticket_id(1)).await.unwrap().is_some(), "tickets are never pruned");
}

pub(crate) async fn dropping_a_draft_removes_its_card(store: Arc<dyn Store>) {
    let draft = |n: u64| Draft {
        id: DraftId(uuid(9, n)),
        person: person_id(1),
        target: None,
        parts: Vec::new(),
        created_at: at(1),
        replied_to: None,
        cancelled_at: None,
    };
    let key = CardKey::Draft(person_id(1));
    store.put_draft(draft(1)).await.unwrap();
    show(&*store, 10, key).await;
    store.drop_draft(&draft(2)).await.unwrap();
    assert_eq!(live(&*store, &[key]).await, [true], "another draft was dropped");
    store.drop_draft(&draft(1)).await.unwrap();
    assert_eq!(live(&*store, &[key]).await, [false]);
}

pub(crate) async fn live_cards_are_one_per_slot(store: Arc<dyn Store>) {
    let (key, third_page) = (CardKey::MyQueue(person_id(1), 0), CardKey::MyQueue(person_id(1), 3));
    assert_eq!(store.live_card(key).await.unwrap(), None);
    let mut card = LiveCard { key, chat: ChatId(10), message_id: 5, digest: u64::MAX - 1 };
    for (message_id, page) in [(5, key), (9, third_page)] {
        store
            .enqueue(vec![Outgoing { chat: ChatId(10), message: Message::Card(page) }], at(1))
            .await
            .unwrap();
        let claimed = claim(&*store, 2).await.remove(0);
        card = LiveCard { key: page, message_id, ..card };
        settle(&*store, &claimed, Outcome::Sent(Some(card.clone()))).await;
    }
    assert_eq!(store.live_card(key).await.unwrap(), Some(card.clone()), "the newest card, with its page");
    assert_eq!(store.live_card(third_page).await.unwrap(), Some(card));
    assert_eq!(store.live_card(CardKey::MyQueue(person_id(2), 0)).await.unwrap(), None);
    assert_eq!(store.live_card(CardKey::MyTickets(person_id(1), 0)).await.unwrap(), None);
}

pub(crate) async fn live_queues_and_live_lists_are_told_apart(store: Arc<dyn Store>) {
    let view = ConsoleView::Ticket(ticket_id(1), TicketPane::Overview);
    let console = |viewer, list| CardKey::Console { viewer: person_id(viewer), view, list };
    let keys = [
        CardKey::MyQueue(person_id(1), 0),
        CardKey::Queue(person_id(1), 0),
        CardKey::MyTickets(person_id(1), 0),
        CardKey::MyQueue(person_id(2), 2),
        CardKey::Status(ticket_id(1)),
        CardKey::Focus(person_id(1)),
        CardKey::Workload(person_id(3), 1),
        console(4, ConsoleList::Workload(2)),
        console(5, ConsoleList::Queue(0)),
        CardKey::PickUp(ticket_id(1), person_id(1)),
    ];
    for (chat, key) in (10..).zip(keys) {
        store
            .enqueue(vec![Outgoing { chat: ChatId(chat), message: Message::Card(key) }], at(1))
            .await
            .unwrap();
    }
    for claimed in claim(&*store, 2).await {
        let Message::Card(key) = claimed.message else { panic!("{:?}", claimed.message) };
        let card = LiveCard { key, chat: claimed.chat, message_id: 1, digest: 0 };
        settle(&*store, &claimed, Outcome::Sent(Some(card))).await;
    }
    let mut listed: Vec<_> =
        store.live_queues().await.unwrap().iter().map(|card| (card.chat.0, card.key)).collect();
    listed.sort_unstable();
    assert_eq!(listed, [(10, keys[0]), (13, keys[3]), (15, keys[5])]);
    let mut lists: Vec<_> =
        store.live_lists().await.unwrap().iter().map(|card| (card.chat.0, card.key)).collect();
    lists.sort_unstable();
    assert_eq!(lists, [(11, keys[1]), (16, keys[6]), (17, keys[7]), (18, keys[8])]);
    let pick_ups = store.live_pick_ups().await.unwrap();
    assert_eq!(pick_ups.iter().map(|card| (card.chat.0, card.key)).collect::<Vec<_>>(), [(19, keys[9])]);
    // A view takes the place of its list.
    let list = store.live_card(CardKey::Workload(person_id(4), 0)).await.unwrap();
    assert_eq!(list.map(|card| card.key), Some(keys[7]));
}

pub(crate) async fn drafts_are_pruned_with_their_cards(store: Arc<dyn Store>) {
    let draft = |n| Draft {
        id: DraftId(uuid(5, n)),
        person: person_id(n),
        target: None,
        parts: Vec::new(),
        created_at: at(1),
        replied_to: None,
        cancelled_at: None,
    };
    // The store takes the time from its other calls.
    for (n, seconds) in [(1, 100), (2, 200)] {
        store.enqueue(Vec::new(), at(seconds)).await.unwrap();
        store.put_draft(draft(n)).await.unwrap();
        show(&*store, 10, CardKey::Draft(person_id(n))).await;
    }
    let long_ago = at(-1_000);
    store.prune(&Cutoffs { drafts: long_ago, ..Cutoffs::all(at(999)) }).await.unwrap();
    store.prune(&Cutoffs { drafts: at(150), ..Cutoffs::all(long_ago) }).await.unwrap();
    assert_eq!(store.draft(person_id(1)).await.unwrap(), None);
    assert_eq!(store.draft(person_id(2)).await.unwrap(), Some(draft(2)), "it changed later");
    let cards = [CardKey::Draft(person_id(1)), CardKey::Draft(person_id(2))];
    assert_eq!(live(&*store, &cards).await, [false, true]);
}

pub(crate) async fn cards_of_lists_are_pruned_after_their_last_change(store: Arc<dyn Store>) {
    let lists = [
        CardKey::MyQueue(person_id(1), 0),
        CardKey::MyTickets(person_id(1), 0),
        CardKey::Queue(person_id(1), 0),
        CardKey::Workload(person_id(1), 0),
    ];
    let others = [
        CardKey::Status(ticket_id(1)),
        CardKey::Task(ticket_id(1), person_id(1)),
        CardKey::Draft(person_id(1)),
    ];
    // Cards are settled in second 3.
    for key in lists.iter().chain(&others) {
        show(&*store, 10, *key).await;
    }
    let long_ago = at(-1_000);
    store.prune(&Cutoffs { list_cards: at(1), ..Cutoffs::all(long_ago) }).await.unwrap();
    assert_eq!(live(&*store, &lists).await, [true; 4], "shown after that");
    store.prune(&Cutoffs { list_cards: at(500), ..Cutoffs::all(long_ago) }).await.unwrap();
    assert_eq!(live(&*store, &lists).await, [false; 4]);
    assert_eq!(live(&*store, &others).await, [true; 3]);
}
