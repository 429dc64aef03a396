//! The choice from contacts in `/addagent` and `/addadmin`.
use crate::conversation::{BUDI, SARI, second_department, with_customer};
use crate::support::{ADMIN, Desk};
use serde_json::json;

/// Somebody who has never written to the bot.
const STRANGER: i64 = 555;

async fn share(desk: &Desk, admin: i64, chosen: i64) {
    assert!(desk.sandbox.share_user(admin, chosen).is_some(), "{:?}", desk.sandbox.keyboard(admin));
    desk.settle().await;
}

#[tokio::test]
async fn an_admin_chooses_a_new_agent_from_the_contacts() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "👤 Dari kontak").await;
    let keyboard = desk.sandbox.keyboard(ADMIN).unwrap();
    let button = &keyboard["keyboard"][0][0];
    assert_eq!(button["text"], "👤 Pilih kontak");
    let request = json!({"request_id": 1, "user_is_bot": false, "max_quantity": 1, "request_name": true});
    assert_eq!(button["request_users"], request);
    share(&desk, ADMIN, BUDI).await;
    assert_eq!(desk.sandbox.keyboard(ADMIN), None, "the phone's keyboard is back");
    desk.press(ADMIN, "Teknik").await;
    insta::assert_snapshot!("agent_from_contacts", desk.chat_story(ADMIN));
    assert!(desk.last(BUDI).text.contains("agen"), "{:?}", desk.last(BUDI));
}

#[tokio::test]
async fn an_admin_makes_a_contact_an_admin_in_english() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/language en").await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(ADMIN, "/addadmin").await;
    desk.press(ADMIN, "👤 From contacts").await;
    share(&desk, ADMIN, BUDI).await;
    desk.press(ADMIN, "Make admin").await;
    insta::assert_snapshot!("admin_from_contacts", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn a_contact_whom_the_bot_does_not_know_is_invited() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "👤 Dari kontak").await;
    share(&desk, ADMIN, STRANGER).await;
    let answer = desk.last(ADMIN).text;
    assert!(answer.contains("belum mengenal “555”") && answer.contains("/invite"), "{answer}");
    assert_eq!(desk.sandbox.keyboard(ADMIN), None);
}

#[tokio::test]
async fn a_shared_contact_of_somebody_else_changes_nothing() {
    let desk = with_customer().await;
    desk.person(BUDI, "Budi", "id").await;
    for request in [1, 2, 7] {
        let shared = json!({"request_id": request, "users": [{"user_id": BUDI}]});
        desk.sandbox.send_raw(SARI, json!({"users_shared": shared}));
        desk.settle().await;
    }
    for shared in
        [json!({"request_id": 7, "users": [{"user_id": BUDI}]}), json!({"request_id": 1, "users": []})]
    {
        desk.sandbox.send_raw(ADMIN, json!({"users_shared": shared}));
        desk.settle().await;
    }
    let store = desk.app().engine.store().clone();
    let budi = store.person_by_telegram(antri::domain::ids::TelegramId(BUDI)).await.unwrap().unwrap();
    assert!(budi.agent.is_none() && !budi.is_admin());
    assert!(!desk.has(SARI, "Budi"), "{}", desk.transcript(SARI));
}

/// Says whether this person is an agent.
async fn is_agent(desk: &Desk, id: i64) -> bool {
    let store = desk.app().engine.store().clone();
    let person = store.person_by_telegram(antri::domain::ids::TelegramId(id)).await.unwrap();
    person.is_some_and(|person| person.agent.is_some())
}

#[tokio::test]
async fn a_cancelled_request_takes_the_keyboard_away_and_a_late_contact_changes_nothing() {
    for (language, ask, cancel, closed, late) in [
        ("id", "👤 Dari kontak", "Batal", "Pilihan kontak ditutup", "Kontak ini tidak dipakai"),
        (
            "en",
            "👤 From contacts",
            "Cancel",
            "choice of a contact is closed",
            "I did nothing with this contact",
        ),
    ] {
        let desk = with_customer().await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.person(BUDI, "Budi", "id").await;
        for way in ["/cancel", "✖️", "/addagent @nobody", "halo"] {
            desk.say(ADMIN, "/addagent").await;
            desk.press(ADMIN, ask).await;
            let keyboard = desk.sandbox.keyboard(ADMIN);
            assert!(keyboard.is_some());
            match way {
                "✖️" => desk.press(ADMIN, cancel).await,
                text => desk.say(ADMIN, text).await,
            }
            assert_eq!(desk.sandbox.keyboard(ADMIN), None, "{way}: {}", desk.chat_story(ADMIN));
            assert!(way == "/cancel" || desk.has(ADMIN, closed), "{way}: {}", desk.chat_story(ADMIN));
            // A phone that was offline still shows the keyboard.
            let shared = json!({"request_id": 1, "users": [{"user_id": BUDI}]});
            desk.sandbox.send_raw(ADMIN, json!({"users_shared": shared}));
            desk.settle().await;
            assert!(desk.last(ADMIN).text.contains(late), "{way}: {}", desk.last(ADMIN).text);
            assert!(!is_agent(&desk, BUDI).await, "{way}");
        }
    }
}

#[tokio::test]
async fn a_request_that_was_forgotten_ends_with_its_keyboard() {
    let desk = with_customer().await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "👤 Dari kontak").await;
    desk.advance(chrono::TimeDelta::minutes(11));
    share(&desk, ADMIN, BUDI).await;
    assert!(desk.last(ADMIN).text.contains("Kontak ini tidak dipakai"), "{}", desk.last(ADMIN).text);
    assert!(!is_agent(&desk, BUDI).await);
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "👤 Dari kontak").await;
    desk.advance(chrono::TimeDelta::minutes(11));
    desk.say(ADMIN, "/cancel").await;
    assert_eq!(desk.last(ADMIN).text, "Baik, tidak jadi.");
    assert_eq!(desk.sandbox.keyboard(ADMIN), None);
}

#[tokio::test]
async fn a_completion_without_a_closing_message_ends_a_request_with_its_keyboard() {
    for (language, ask, complete, none, closed, late) in [
        (
            "id",
            "👤 Dari kontak",
            "✅ Selesai",
            "✅ Tanpa pesan",
            "Pilihan kontak ditutup",
            "Kontak ini tidak dipakai",
        ),
        (
            "en",
            "👤 From contacts",
            "✅ Complete",
            "✅ No message",
            "choice of a contact is closed",
            "I did nothing with this contact",
        ),
    ] {
        let desk = with_customer().await;
        desk.person(BUDI, "Budi", "id").await;
        desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
        desk.say(ADMIN, "/online").await;
        desk.press(ADMIN, "Ingatkan saya tulis pesan penutup").await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.ticket(SARI, "Internet mati").await;
        desk.press(ADMIN, complete).await;
        let (question, data) = desk.button(ADMIN, none);
        desk.say(ADMIN, "/addagent").await;
        desk.press(ADMIN, ask).await;
        assert!(desk.sandbox.keyboard(ADMIN).is_some());
        // Their other phone still shows the question's buttons.
        desk.press_data(ADMIN, question, &data).await;
        assert_eq!(desk.sandbox.keyboard(ADMIN), None, "{}", desk.chat_story(ADMIN));
        assert_eq!(desk.count(ADMIN, closed), 1, "{}", desk.chat_story(ADMIN));
        assert!(desk.app().engine.store().all_held().await.unwrap().is_empty(), "the ticket is completed");
        let shared = json!({"request_id": 1, "users": [{"user_id": BUDI}]});
        desk.sandbox.send_raw(ADMIN, json!({"users_shared": shared}));
        desk.settle().await;
        assert!(desk.last(ADMIN).text.contains(late), "{}", desk.last(ADMIN).text);
        assert!(!is_agent(&desk, BUDI).await);
    }
}
