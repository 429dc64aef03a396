//! Rows of the inbox that are damaged in the database: each becomes a dead letter, and the rows after it are
//! handled.
use crate::support::backends::Backends;
use crate::support::{ADMIN, Desk, Options, StoreFault, mongod};
use mongodb::bson::{Bson, Document, doc};
use secrecy::ExposeSecret;

/// Replaces the body of the first pending row.
async fn damage(desk: &Desk, body: &[u8]) {
    match &desk.backends {
        Backends::Embedded(dir) => {
            let file = dir.path().join(antri::store::sqlite::DATABASE_FILE);
            let conn = rusqlite::Connection::open(file).unwrap();
            let sql = "UPDATE inbox SET body = CAST(?1 AS TEXT) WHERE seq = (SELECT min(seq) FROM inbox WHERE state = 'new')";
            assert_eq!(conn.execute(sql, [body]).unwrap(), 1);
        }
        Backends::Servers { database, .. } => {
            let client = mongodb::Client::with_uri_str(mongod::uri().expose_secret()).await.unwrap();
            let inbox = client.database(database).collection::<Document>("inbox");
            let body = match std::str::from_utf8(body) {
                Ok(text) => Bson::String(text.to_owned()),
                Err(_) => Bson::Int32(7),
            };
            let damaged = doc! { "$set": { "body": body } };
            let first = inbox.find_one_and_update(doc! { "state": "new" }, damaged).sort(doc! { "seq": 1 });
            assert!(first.await.unwrap().is_some());
        }
    }
}

async fn assert_others_are_handled(backends: fn() -> Backends, body: &[u8]) {
    let desk = Desk::with(Options { backends: Some(backends), ..Options::default() }).await;
    desk.person(1, "Sari", "id").await;
    desk.person(2, "Tono", "id").await;
    desk.faults.inject(|method| (method == "pending_updates").then_some(StoreFault::Unreachable));
    desk.sandbox.send_text(1, "Internet mati");
    desk.until("the first update to be stored", async || desk.sandbox.is_idle()).await;
    desk.sandbox.send_text(2, "Telepon mati");
    desk.until("both updates to be stored", async || desk.sandbox.is_idle()).await;
    desk.stop().await;
    damage(&desk, body).await;
    desk.faults.clear();
    for _ in 0..2 {
        desk.start().await;
        desk.settle().await;
        assert_eq!(desk.counters().await.dead_letters, 1);
        assert_eq!(desk.count(ADMIN, "disisihkan"), 1, "{}", desk.transcript(ADMIN));
        assert!(desk.last(2).text.contains("Telepon mati"), "{}", desk.transcript(2));
        desk.stop().await;
    }
    desk.start().await;
    desk.say(1, "/help").await;
}

const BODIES: [&[u8]; 4] = [b"", b"{\"update_id\":", b"\xff\xfe", b"[1]"];

#[tokio::test]
async fn a_damaged_row_does_not_stop_the_inbox_on_sqlite() {
    for body in BODIES {
        assert_others_are_handled(Backends::embedded, body).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_does_not_stop_the_inbox_on_mongodb() {
    for body in BODIES {
        assert_others_are_handled(Backends::servers, body).await;
    }
}
