//! What every way from replica to replica must do.
use super::local::Wire;
use crate::support::mongod;
use crate::support::redis::RedisServer;
use antri::domain::ids::{DepartmentId, PersonId, ReplicaId};
use antri::engine::events::Event;
use antri::engine::ports::{Signal, Signals};
use antri::signals::RedisSignals;
use antri::store::Mongo;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

fn signal(n: u64) -> Signal {
    let happened = vec![Event::Agent(PersonId(Uuid::from_u64_pair(n, 1)))];
    let departments = [DepartmentId(Uuid::from_u64_pair(n, 2))].into();
    let from = ReplicaId(Uuid::from_u64_pair(n, 9));
    Signal {
        events: happened,
        departments,
        updates: true,
        deliveries: n.is_multiple_of(2),
        ..Signal::new(from)
    }
}

/// Listens; returns what is heard, once it does listen.
async fn ear(signals: Arc<dyn Signals>) -> mpsc::Receiver<Signal> {
    let (heard, incoming) = mpsc::channel(1_000);
    let (ready, is_ready) = oneshot::channel();
    tokio::spawn(async move { signals.receive(heard, Box::new(|| ready.send(()).unwrap())).await });
    is_ready.await.unwrap();
    incoming
}

async fn everybody_hears_everything_in_order(signals: Arc<dyn Signals>) {
    let mut ears = [ear(Arc::clone(&signals)).await, ear(Arc::clone(&signals)).await];
    for n in 0..100 {
        signals.send(&signal(n)).await.unwrap();
    }
    for ear in &mut ears {
        for n in 0..100 {
            assert_eq!(ear.recv().await.unwrap(), signal(n));
        }
    }
}

#[tokio::test]
async fn on_a_wire() {
    everybody_hears_everything_in_order(Arc::new(Wire::default())).await;
}

#[tokio::test]
async fn on_redis() {
    let server = RedisServer::start();
    let desk = Arc::new(RedisSignals::open(&server.url(), "one").unwrap());
    let mut elsewhere = ear(Arc::new(RedisSignals::open(&server.url(), "two").unwrap())).await;
    everybody_hears_everything_in_order(desk).await;
    assert!(elsewhere.try_recv().is_err(), "each desk has its own channel");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_mongodb() {
    let (one, two) = (mongod::database(), mongod::database());
    let (one, two) = (Mongo::open(&mongod::uri(), &one).await, Mongo::open(&mongod::uri(), &two).await);
    let mut elsewhere = ear(Arc::new(two.unwrap().signals())).await;
    everybody_hears_everything_in_order(Arc::new(one.unwrap().signals())).await;
    assert!(elsewhere.try_recv().is_err(), "each database is a desk of its own");
}

#[tokio::test]
async fn a_server_that_goes_away_is_noticed() {
    let mut server = RedisServer::start();
    let signals = RedisSignals::open(&server.url(), "one").unwrap();
    let (heard, _hears) = mpsc::channel(1);
    let (ready, is_ready) = oneshot::channel();
    let listening = signals.receive(heard.clone(), Box::new(|| ready.send(()).unwrap()));
    let (error, ()) = tokio::join!(listening, async {
        is_ready.await.unwrap();
        server.kill();
    });
    assert!(error.to_string().contains("out of reach"), "{error}");
    assert!(signals.send(&signal(1)).await.is_err());
    signals.receive(heard, Box::new(|| panic!("nobody is there to listen to"))).await;
}
