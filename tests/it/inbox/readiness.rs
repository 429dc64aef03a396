//! Readiness of the intake: an answer of `getMe` that teloxide cannot read, and polls that cannot be read.
use crate::support::{Desk, Reply};
use antri::sandbox::Fault;
use serde_json::json;

const SARI: i64 = 1;

fn raw_answer(content_type: &str, body: &str) -> Fault {
    Fault::RawAnswer { status: 200, content_type: content_type.to_owned(), body: body.as_bytes().to_vec() }
}

/// Returns the status of `/readyz`, and whether polls and the dispatcher work.
async fn readiness(desk: &Desk) -> (u16, bool, bool) {
    let ready = Reply::of(desk.request("GET", "/readyz")).await;
    let part = |name: &str| ready.body["data"][name].as_bool().unwrap();
    (ready.status, part("polls"), part("dispatcher"))
}

/// The fields that older and newer servers leave out are needed by teloxide's type only.
#[tokio::test]
async fn a_bot_without_optional_fields_is_served() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.stop().await;
    let me = json!({"ok": true, "result": {
        "id": 4_242_424_242_i64, "is_bot": true, "first_name": "Meja", "username": "meja_bot",
        "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
    }});
    desk.fault("getMe", None, u32::MAX, raw_answer("application/json", &me.to_string()));
    desk.start().await;
    desk.say(SARI, "Internet mati").await;
    assert!(desk.last(SARI).text.contains("Internet mati"), "{}", desk.transcript(SARI));
    assert_eq!(readiness(&desk).await, (200, true, true));
    desk.sandbox.faults().clear();
}

#[tokio::test]
async fn polls_that_cannot_be_read_make_the_desk_unready_until_one_can() {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.fault("getUpdates", None, u32::MAX, raw_answer("text/html", "<html>captive portal</html>"));
    // The open poll ends with this update; the next ones get the page, so the update stays unconfirmed.
    desk.sandbox.send_text(SARI, "/help");
    desk.until("readiness to follow the polls", async || readiness(&desk).await == (503, false, true)).await;
    desk.sandbox.faults().clear();
    desk.until("readiness to follow the polls", async || readiness(&desk).await == (200, true, true)).await;
    desk.say(SARI, "/help").await;
    assert_eq!(desk.count(SARI, "Yang bisa Anda lakukan"), 2, "{}", desk.transcript(SARI));
}
