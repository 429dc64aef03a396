//! Claims and settlements of the outbox whose answer is lost for longer than the store retries. A claimed
//! delivery is still sent once, and a settled one stays settled.
use crate::crash::proxy::{Cuts, LostSide, Proxy};
use crate::support::mongod;
use crate::support::own_mongod::MongoServer;
use antri::domain::Time;
use antri::domain::card::{CardKey, LiveCard};
use antri::domain::ids::{ChatId, TicketId};
use antri::domain::notice::{Notice, Outgoing};
use antri::engine::ports::{OutboxStore, Outcome};
use antri::store::Mongo;
use chrono::TimeDelta;

/// Returns a store, and a second store on the same server that receives no commit reply after its first
/// `after` commits. Opening it makes two.
async fn stores_with_lost_replies(after: usize) -> (MongoServer, Proxy, Mongo, Mongo) {
    let (server, database) = (MongoServer::start(), mongod::database());
    let (all, none) = (Cuts { of: after, first: after }, Cuts { of: 1, first: 0 });
    let proxy = Proxy::to(server.port(), LostSide::Reply, all, none).await;
    let store = Mongo::open(&server.uri(), &database).await.unwrap();
    let isolated = Mongo::open(&proxy.uri(), &database).await.unwrap();
    (server, proxy, store, isolated)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settlement_with_a_lost_answer_is_kept() {
    let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
    let (_server, proxy, store, isolated) = stores_with_lost_replies(3).await;
    let key = CardKey::Status(TicketId(uuid::Uuid::nil()));
    let card = LiveCard { key, chat: ChatId(7), message_id: 1, digest: 2 };
    let messages = [7, 8].map(|chat| Outgoing::notice(ChatId(chat), Notice::UpdateFailed));
    store.enqueue(messages.to_vec(), now).await.unwrap();
    assert_eq!(isolated.live_card(key).await.unwrap(), None);
    let claimed = isolated.claim(10, now).await.unwrap();
    assert_eq!(isolated.next_delivery_at().await.unwrap(), None);

    let until = now + TimeDelta::seconds(50);
    let outcomes = [Outcome::Sent(Some(card.clone())), Outcome::Retry { until, unknown: false }];
    let settled = claimed.iter().map(|one| one.id).zip(outcomes).collect();
    assert!(isolated.settle(settled, now).await.is_err(), "the answer is lost");
    proxy.restore();
    assert_eq!(isolated.live_card(key).await.unwrap(), Some(card));
    assert_eq!(isolated.next_delivery_at().await.unwrap(), Some(until));
    for store in [store, isolated] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_with_a_lost_answer_is_recovered_once() {
    let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
    let (_server, proxy, store, isolated) = stores_with_lost_replies(2).await;
    store.enqueue(vec![Outgoing::notice(ChatId(7), Notice::UpdateFailed)], now).await.unwrap();

    assert!(isolated.claim(10, now).await.is_err(), "the answer is lost");
    assert!(proxy.cut_counts().0 > 2, "the commit was retried: {:?}", proxy.cut_counts());
    assert_eq!(store.claim(10, now).await.unwrap(), [], "the delivery is claimed");
    proxy.restore();
    let found = isolated.claim(10, now).await.unwrap();
    assert_eq!(
        found.iter().map(|claimed| (claimed.chat, claimed.unknown)).collect::<Vec<_>>(),
        [(ChatId(7), 0)]
    );
    assert_eq!(isolated.claim(10, now).await.unwrap(), [], "the claim is recovered once");
    for store in [store, isolated] {
        store.close().await;
    }
}
