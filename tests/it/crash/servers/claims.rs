//! What the outbox does is committed and the answer lost for longer than anybody asks: what was claimed is still sent, once, and
//! what was settled is known.
use crate::crash::proxy::{Cuts, Lost, Wire};
use crate::support::mongod;
use crate::support::own_mongod::MongoServer;
use antri::domain::Time;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::ids::{ChatId, TicketId};
use antri::domain::notice::{Notice, Outgoing};
use antri::engine::ports::{OutboxStore, Outcome};
use antri::store::Mongo;
use chrono::TimeDelta;

/// A desk, and another one on the same server that hears of no commit after its first so many.
async fn cut_off(after: usize) -> (MongoServer, Wire, Mongo, Mongo) {
    let (server, database) = (MongoServer::start(), mongod::database());
    let (all, none) = (Cuts { of: after, first: after }, Cuts { of: 1, first: 0 });
    let wire = Wire::to(server.port(), Lost::Reply, all, none).await;
    let desk = Mongo::open(&server.uri(), &database).await.unwrap();
    let cut_off = Mongo::open(&wire.uri(), &database).await.unwrap();
    (server, wire, desk, cut_off)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settlement_whose_answer_never_comes_is_known_all_the_same() {
    let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
    let (_server, wire, desk, cut_off) = cut_off(2).await;
    let key = CardKey::Status(TicketId(uuid::Uuid::nil()));
    let card = LiveCard { key, chat: ChatId(7), message_id: 1, digest: 2 };
    let said = [7, 8].map(|chat| Outgoing::notice(ChatId(chat), Notice::SomethingBroke));
    desk.enqueue(said.to_vec(), now).await.unwrap();
    assert_eq!(cut_off.live_card(key).await.unwrap(), None);
    let claimed = cut_off.claim(10, now).await.unwrap();
    assert_eq!(cut_off.next_delivery_at().await.unwrap(), None);

    let until = now + TimeDelta::seconds(50);
    let outcomes = [Outcome::Sent(Some(card.clone())), Outcome::Retry { until, unknown: false }];
    let settled = claimed.iter().map(|one| one.id).zip(outcomes).collect();
    assert!(cut_off.settle(settled, now).await.is_err(), "nobody answers");
    wire.mend();
    assert_eq!(cut_off.live_card(key).await.unwrap(), Some(card));
    assert_eq!(cut_off.next_delivery_at().await.unwrap(), Some(until));
    for store in [desk, cut_off] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_whose_answer_never_comes_is_found_again() {
    let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
    let (_server, wire, desk, cut_off) = cut_off(1).await;
    desk.enqueue(vec![Outgoing::notice(ChatId(7), Notice::SomethingBroke)], now).await.unwrap();

    assert!(cut_off.claim(10, now).await.is_err(), "nobody answers");
    assert!(wire.cut().0 > 2, "it was asked for again: {:?}", wire.cut());
    assert_eq!(desk.claim(10, now).await.unwrap(), [], "it is somebody's all the same");
    wire.mend();
    let found = cut_off.claim(10, now).await.unwrap();
    assert_eq!(
        found.iter().map(|claimed| (claimed.chat, claimed.unknown)).collect::<Vec<_>>(),
        [(ChatId(7), 0)]
    );
    assert_eq!(cut_off.claim(10, now).await.unwrap(), [], "it is found once");
    for store in [desk, cut_off] {
        store.close().await;
    }
}
