//! Records of people that are damaged in the database: the desk works without these people, and the admins hear
//! of it.
use crate::conversation::{BUDI, CITRA, SARI};
use crate::support::backends::Backends;
use crate::support::{ADMIN, Desk, Options, mongod};
use antri::store::sqlite::DATABASE_FILE;
use mongodb::bson::{Document, doc};
use secrecy::ExposeSecret;

const DAMAGED: &str = "di basis data rusak";
const REPAIRED: &str = "Data Budi sudah bisa dibaca kembali";

/// Sets a field of a person's record past the desk, as a person with a shell would. `null` is no valid value of
/// any of them.
async fn set(desk: &Desk, telegram: i64, field: &str, value: Option<&str>) {
    match &desk.backends {
        Backends::Embedded(dir) => {
            let conn = rusqlite::Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
            let sql = "UPDATE people SET doc = json_set(doc, '$.' || ?2, ?3) WHERE telegram = ?1";
            assert_eq!(conn.execute(sql, rusqlite::params![telegram, field, value]).unwrap(), 1);
        }
        Backends::Servers { database, .. } => {
            let client = mongodb::Client::with_uri_str(mongod::uri().expose_secret()).await.unwrap();
            let users = client.database(database).collection::<Document>("users");
            let change = doc! { "$set": { format!("person.{field}"): value } };
            let changed = users.update_one(doc! { "telegram_id": telegram }, change).await.unwrap();
            assert_eq!(changed.matched_count, 1);
        }
    }
}

async fn desk(backends: fn() -> Backends) -> Desk {
    let desk = Desk::with(Options { backends: Some(backends), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.agent(CITRA, "Citra").await;
    desk
}

async fn check_damaged_agent(backends: fn() -> Backends) {
    let desk = desk(backends).await;
    desk.say(BUDI, "/online").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.find(BUDI, "Internet mati");
    desk.stop().await;
    set(&desk, BUDI, "role", Some("supervisor")).await;

    desk.start().await;
    desk.until("the admins to hear of it", async || desk.count(ADMIN, DAMAGED) == 1).await;
    desk.settle().await;
    assert!(desk.find(ADMIN, DAMAGED).text.contains("Data Budi"), "{}", desk.transcript(ADMIN));
    // A restart does not repeat the notice.
    desk.stop().await;
    desk.start().await;
    desk.say(CITRA, "/online").await;
    desk.find(CITRA, "Internet mati");
    desk.ticket(SARI, "Telepon mati").await;
    desk.find(CITRA, "Telepon mati");
    desk.say(ADMIN, "/agents").await;
    desk.say(SARI, "/mytickets").await;
    // What the person writes is put aside, and nobody else waits for it.
    desk.sandbox.send_text(BUDI, "/status");
    desk.until("the update to be put aside", async || desk.count(ADMIN, "disisihkan") == 1).await;
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, DAMAGED), 1, "{}", desk.transcript(ADMIN));

    set(&desk, BUDI, "role", Some("agent")).await;
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, REPAIRED), 1, "{}", desk.transcript(ADMIN));
    desk.say(BUDI, "/online").await;
    desk.say(CITRA, "/offline").await;
    desk.ticket(SARI, "Listrik mati").await;
    assert!(desk.has(BUDI, "Listrik mati"), "{}\n{}", desk.chat_story(CITRA), desk.chat_story(SARI));
}

#[tokio::test]
async fn the_desk_goes_on_without_an_agent_whose_record_is_damaged() {
    check_damaged_agent(Backends::embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_goes_on_without_an_agent_whose_record_is_damaged_on_mongodb() {
    check_damaged_agent(Backends::servers).await;
}

async fn check_damaged_fields(backends: fn() -> Backends) {
    let desk = desk(backends).await;
    desk.stop().await;
    // Of an agent, of an admin, of a customer.
    for (person, field, value) in
        [(BUDI, "agent.availability", Some("asleep")), (BUDI, "locale", None), (SARI, "created_at", None)]
    {
        set(&desk, person, field, value).await;
    }
    desk.start().await;
    desk.settle().await;
    desk.until("the admins to hear of it", async || desk.count(ADMIN, DAMAGED) == 1).await;
    desk.say(CITRA, "/online").await;
    desk.person(7, "Tono", "id").await;
    desk.ticket(7, "Internet mati").await;
    desk.find(CITRA, "Internet mati");
    desk.say(ADMIN, "/addagent").await;
    desk.stop().await;
    // The other admins hear of a damaged admin.
    set(&desk, BUDI, "locale", Some("id")).await;
    set(&desk, BUDI, "agent.availability", Some("offline")).await;
    set(&desk, ADMIN, "locale", Some("jv")).await;
    desk.start().await;
    desk.say(BUDI, "/online").await;
    desk.ticket(7, "Telepon mati").await;
}

#[tokio::test]
async fn any_damaged_field_of_a_person_leaves_out_only_them() {
    check_damaged_fields(Backends::embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_damaged_field_of_a_person_leaves_out_only_them_on_mongodb() {
    check_damaged_fields(Backends::servers).await;
}
