//! Repeated and reordered updates, a second poller, and a leftover webhook.
use crate::support::{Desk, StoreFault};
use antri::sandbox::Fault;
use serde_json::json;

/// Returns the id of the newest update.
fn newest_update(desk: &Desk) -> i64 {
    desk.sandbox.updates().last().unwrap()["update_id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_repeated_update_has_one_effect() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.say(1, "Internet mati").await;
    let message_update = newest_update(&desk);
    desk.press(1, "✅ Kirim").await;
    let press = newest_update(&desk);
    desk.say(1, "/help").await;
    let before = desk.sandbox.chat(1);
    for update in [message_update, press, newest_update(&desk), message_update] {
        desk.sandbox.redeliver(update);
    }
    desk.settle().await;
    assert_eq!(desk.sandbox.chat(1), before);
    desk.stop().await;
    desk.start().await;
    desk.sandbox.redeliver(press);
    desk.settle().await;
    assert_eq!(desk.sandbox.chat(1), before, "no effect after a restart");
}

/// The commit of the press succeeds, but the handler gets an error and retries.
#[tokio::test]
async fn a_press_retried_after_a_lost_answer_has_one_effect() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk.say(1, "Internet mati").await;
    for (person, label, ended) in
        [(1, "✅ Kirim", "Tiket baru"), (2, "✅ Selesai", "Tiket ini sudah selesai")]
    {
        desk.faults.inject_next("commit", 1, StoreFault::AnswerLost);
        let (message, data) = desk.button(person, label);
        desk.sandbox.press(person, message, &data);
        desk.settle().await;
        desk.faults.clear();
        assert_eq!(desk.count(2, ended), 1, "{}", desk.chat_story(2));
    }
    assert_eq!(desk.count(1, "sekarang ditangani"), 1, "{}", desk.chat_story(1));
    assert_eq!(desk.count(1, "sudah selesai. Terima kasih!"), 1);
    assert_eq!(
        desk.app().engine.store().held_by(desk.app().engine.seats()[0].person.id).await,
        Ok(Vec::new())
    );
}

#[tokio::test]
async fn reordered_updates_are_all_handled() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    let message = |id: i64, text: &str| {
        let sender = json!({"id": 1, "is_bot": false, "first_name": "Sari", "language_code": "id"});
        json!({"update_id": id, "message": {"message_id": id, "date": 1_764_831_173, "text": text, "from": sender,
            "chat": {"id": 1, "type": "private", "first_name": "Sari"}}})
    };
    for (id, text) in [(5_003, "tiga"), (5_001, "satu"), (5_002, "dua")] {
        desk.sandbox.deliver_raw(message(id, text));
        desk.settle().await;
    }
    let preview = desk.last(1).text;
    assert!(preview.contains("tiga\nsatu\ndua"), "each in the draft once, as they came: {preview}");
}

#[tokio::test]
async fn polling_continues_after_a_conflict_with_a_second_poller() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.fault("getUpdates", None, 1, Fault::Conflict);
    // The open poll ends with this update; the next poll is rejected.
    desk.say(1, "/help").await;
    desk.say(1, "/help").await;
    let refused = desk.sandbox.requests().into_iter().filter(|r| r.outcome == 409).count();
    assert_eq!(refused, 1);
    assert_eq!(desk.sandbox.chat(1).iter().filter(|m| m.text.contains("/mytickets")).count(), 3);
}

#[tokio::test]
async fn a_leftover_webhook_is_deleted_with_retries() {
    let desk = Desk::new().await;
    desk.stop().await;
    let telegram = desk.telegram();
    telegram.call("setWebhook", &json!({"url": "http://127.0.0.1:9/nobody"})).await.unwrap();
    desk.fault("deleteWebhook", None, 1, Fault::ServerError(502));
    desk.start().await;
    desk.person(1, "Sari", "id").await;
    desk.find(1, "Halo Sari");
}

#[tokio::test]
async fn a_draft_survives_a_restart() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.say(1, "Internet mati").await;
    desk.stop().await;
    desk.start().await;
    desk.say(1, "sejak pagi").await;
    desk.press(1, "✅ Kirim").await;
    let person = desk.app().engine.store().person_by_telegram(antri::domain::ids::TelegramId(1)).await;
    let tickets = desk.app().engine.store().tickets_of(person.unwrap().unwrap().id, 9).await.unwrap();
    let texts: Vec<_> = tickets.iter().map(|t| t.description.text.as_str()).collect();
    assert_eq!(texts, ["Internet mati\nsejak pagi"]);
}
