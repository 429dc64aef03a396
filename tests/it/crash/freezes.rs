//! A desk that is frozen: nobody is lost because of what it could not receive meanwhile.
use super::environment::Environment;
use super::process::DeskProcess;
use crate::support::WAIT_TIMEOUT;
use antri::app::Storage;
use antri::config::storage::StorageConfig;
use antri::domain::ids::TelegramId;
use antri::domain::person::{Availability, Via};
use antri::engine::ports::{Change, Write};
use std::time::{Duration, Instant};

/// The TTL of a presence record: longer than the desk needs to check its agents after the freeze.
const TTL: Duration = Duration::from_secs(8);
/// Longer than the TTL.
const FREEZE_TIME: Duration = Duration::from_secs(9);

/// Makes an agent one who is online through a client.
async fn make_client(environment: &Environment, telegram: i64) {
    let config = StorageConfig { data_dir: environment.data(), ..StorageConfig::default() };
    let storage = Storage::open(&config).await.unwrap();
    let mut person = storage.store().person_by_telegram(TelegramId(telegram)).await.unwrap().unwrap();
    let expected = Some(person.version);
    person.version = person.version.next();
    let profile = person.agent.as_mut().unwrap();
    (profile.via, profile.availability) = (Via::Client, Availability::Online);
    let write = Write::Person { person: Box::new(person), expected };
    storage.store().commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
    storage.close().await;
}

async fn wait_for_log(process: &DeskProcess, words: &str) {
    let waiting = async {
        while !process.log().contains(words) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(WAIT_TIMEOUT, waiting).await;
    assert!(waited.is_ok(), "no \"{words}\" in the log:\n{}", process.log_tail());
}

#[tokio::test]
async fn a_frozen_desk_counts_silence_from_the_end_of_the_freeze() {
    let environment = Environment::new().await;
    make_client(&environment, environment.actors.agents[0].id).await;
    let ttl = TTL.as_secs().to_string();
    let env = [("AGENT_STATUS_TTL", ttl.as_str()), ("HEARTBEAT_INTERVAL", "3")];
    let process = DeskProcess::with(&environment, None, &env);
    process.http_address().await;
    process.freeze();
    tokio::time::sleep(FREEZE_TIME).await;
    process.thaw();
    let end = Instant::now();
    wait_for_log(&process, "presence lost").await;
    assert!(end.elapsed() + Duration::from_secs(1) >= TTL, "{:?}", end.elapsed());
    process.stop().await;
}
