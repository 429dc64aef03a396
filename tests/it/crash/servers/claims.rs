//! A claim is committed and its answer lost for longer than anybody asks: what was claimed is still sent, once.
use crate::crash::wire::{Cuts, Lost, Wire};
use crate::support::mongod;
use crate::support::own_mongod::MongoServer;
use antri::domain::Time;
use antri::domain::ids::ChatId;
use antri::domain::notice::{Notice, Outgoing};
use antri::engine::ports::Store;
use antri::store::Mongo;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_whose_answer_never_comes_is_found_again() {
    let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
    let (server, database) = (MongoServer::start(), mongod::database());
    let every = Cuts { of: 1, first: 1 };
    let wire = Wire::to(server.port(), Lost::Reply, every, Cuts { of: 1, first: 0 }).await;
    let (direct, behind) = (server.uri(), wire.uri());
    let desk = Mongo::open(&direct, &database).await.unwrap();
    let cut_off = Mongo::open(&behind, &database).await.unwrap();
    desk.deliver(vec![Outgoing::notice(ChatId(7), Notice::SomethingBroke)], now).await.unwrap();

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
