//! The contract of the signals between replicas, for each transport.
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
    let events = vec![Event::Agent(PersonId(Uuid::from_u64_pair(n, 1)))];
    let departments = [DepartmentId(Uuid::from_u64_pair(n, 2))].into();
    let from = ReplicaId(Uuid::from_u64_pair(n, 9));
    Signal { events, departments, updates: true, deliveries: n.is_multiple_of(2), ..Signal::new(from) }
}

/// Starts a receiver; returns its channel once it receives.
async fn start_receiver(signals: Arc<dyn Signals>) -> mpsc::Receiver<Signal> {
    let (sender, incoming) = mpsc::channel(1_000);
    let (ready, is_ready) = oneshot::channel();
    tokio::spawn(async move { signals.receive(sender, Box::new(|| ready.send(()).unwrap())).await });
    is_ready.await.unwrap();
    incoming
}

async fn every_receiver_gets_every_signal_in_order(signals: Arc<dyn Signals>) {
    let mut receivers =
        [start_receiver(Arc::clone(&signals)).await, start_receiver(Arc::clone(&signals)).await];
    for n in 0..100 {
        signals.send(&signal(n)).await.unwrap();
    }
    for receiver in &mut receivers {
        for n in 0..100 {
            assert_eq!(receiver.recv().await.unwrap(), signal(n));
        }
    }
}

#[tokio::test]
async fn local_signals_reach_every_receiver_in_order() {
    every_receiver_gets_every_signal_in_order(Arc::new(Wire::default())).await;
}

#[tokio::test]
async fn redis_signals_reach_every_receiver_of_the_desk_in_order() {
    let server = RedisServer::start();
    let desk = Arc::new(RedisSignals::open(&server.url(), "one").unwrap());
    let mut other_desk = start_receiver(Arc::new(RedisSignals::open(&server.url(), "two").unwrap())).await;
    every_receiver_gets_every_signal_in_order(desk).await;
    assert!(other_desk.try_recv().is_err(), "each desk has its own channel");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mongodb_signals_reach_every_receiver_of_the_database_in_order() {
    let (one, two) = (mongod::database(), mongod::database());
    let (one, two) = (Mongo::open(&mongod::uri(), &one).await, Mongo::open(&mongod::uri(), &two).await);
    let mut other_desk = start_receiver(Arc::new(two.unwrap().signals())).await;
    every_receiver_gets_every_signal_in_order(Arc::new(one.unwrap().signals())).await;
    assert!(other_desk.try_recv().is_err(), "each database is a desk of its own");
}

#[tokio::test]
async fn an_unreachable_redis_is_an_error() {
    let mut server = RedisServer::start();
    let signals = RedisSignals::open(&server.url(), "one").unwrap();
    let (sender, _receiver) = mpsc::channel(1);
    let (ready, is_ready) = oneshot::channel();
    let listening = signals.receive(sender.clone(), Box::new(|| ready.send(()).unwrap()));
    let (error, ()) = tokio::join!(listening, async {
        is_ready.await.unwrap();
        server.kill();
    });
    assert!(error.to_string().contains("unavailable"), "{error}");
    assert!(signals.send(&signal(1)).await.is_err());
    signals.receive(sender, Box::new(|| panic!("the server is unreachable"))).await;
}
