//! Unclean updates: bytes that are not UTF-8, lone surrogates, deep nesting, numbers out of range, updates that
//! are cut off, and kinds that were not requested. None of them decides about the others.
use crate::support::{ADMIN, Desk, METRICS_TOKEN, Options};
use serde_json::{Value, json};

const SECRET: &str = "the-secret-of-the-webhook";
const SARI: i64 = 1;
const TONO: i64 = 2;
const FAILURE_TEXT: &str = "gagal kami proses";
const ALERT: &str = "disisihkan";

/// Returns a desk that polls and one with a webhook, each with two people.
async fn desks() -> Vec<Desk> {
    let mut desks = Vec::new();
    for webhook in [None, Some(SECRET)] {
        let desk = Desk::with(Options { webhook, ..Options::default() }).await;
        desk.person(SARI, "Sari", "id").await;
        desk.person(TONO, "Tono", "id").await;
        desks.push(desk);
    }
    desks
}

/// Returns the bytes of an update with a message of Sari; `fields` stand after those that every message has.
fn message(id: i64, fields: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"update_id":{id},"message":{{"message_id":{id},"date":1764831173,
            "from":{{"id":{SARI},"is_bot":false,"first_name":"Sari","language_code":"id"}},
            "chat":{{"id":{SARI},"type":"private","first_name":"Sari"}},"#
    );
    [head.as_bytes(), fields, b"}}"].concat()
}

/// Lets Tono write, then sends what `make` returns, then lets Tono write again; all of it while the desk is away,
/// so that a poll gets it as one batch.
async fn deliver_between(desk: &Desk, make: impl FnOnce(i64) -> Vec<u8>) {
    desk.stop().await;
    desk.sandbox.send_text(TONO, "Sebelum");
    desk.sandbox.deliver_bytes(make);
    desk.sandbox.send_text(TONO, "Sesudah");
    desk.start().await;
    desk.settle().await;
    let preview = desk.last(TONO);
    let has_both = preview.text.contains("Sebelum") && preview.text.contains("Sesudah");
    assert!(has_both && preview.button("✅ Kirim").is_some(), "{}", desk.transcript(TONO));
}

/// Asserts that one update became a dead letter with an alert, and that a restart does not change that.
async fn assert_dead_lettered(desk: &Desk, sender_knows: bool) {
    for start in ["the first", "the next"] {
        assert_eq!(desk.counters().await.dead_letters, 1, "after {start} start");
        assert_eq!(desk.count(ADMIN, ALERT), 1, "{}", desk.transcript(ADMIN));
        assert_eq!(desk.count(SARI, FAILURE_TEXT), usize::from(sender_knows), "{}", desk.transcript(SARI));
        desk.stop().await;
        desk.start().await;
        desk.say(TONO, "Lagi").await;
    }
}

async fn metrics(desk: &Desk) -> String {
    desk.request("GET", "/metrics").bearer_auth(METRICS_TOKEN).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn unclean_text_is_read_with_replacement_characters() {
    for desk in desks().await {
        for (raw, text) in [
            (&b"Internet \xff\xfe mati"[..], "Internet \u{fffd}\u{fffd} mati"),
            (br"Telepon \ud83d mati", "Telepon \u{fffd} mati"),
            (b"Listrik \x01 mati", "Listrik   mati"),
        ] {
            deliver_between(&desk, |id| message(id, &[br#""text":""#, raw, br#"""#].concat())).await;
            assert!(desk.last(SARI).text.contains(text), "{text}: {}", desk.transcript(SARI));
        }
        assert_eq!(desk.counters().await.dead_letters, 0);
    }
}

#[tokio::test]
async fn a_press_with_bytes_that_are_not_utf_8_is_answered() {
    for desk in desks().await {
        deliver_between(&desk, |id| {
            let head = format!(
                r#"{{"update_id":{id},"callback_query":{{"id":"7007","chat_instance":"1",
                    "from":{{"id":{SARI},"is_bot":false,"first_name":"Sari","language_code":"id"}},
                    "message":{{"message_id":1,"date":1764831173,"text":"x",
                        "chat":{{"id":{SARI},"type":"private","first_name":"Sari"}}}},"data":""#
            );
            [head.as_bytes(), b"\xf0\x28\x8c\xbc\xff\"}}"].concat()
        })
        .await;
        let is_answer = |params: &Value| params["callback_query_id"] == "7007";
        let requests = desk.sandbox.requests();
        assert!(requests.iter().any(|r| r.method == "answerCallbackQuery" && is_answer(&r.params)));
        assert_eq!(desk.counters().await.dead_letters, 0);
    }
}

#[tokio::test]
async fn an_update_that_no_parser_accepts_is_dead_lettered_alone() {
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for odd in [nested(150), nested(5_000), "1e999".to_owned(), "nul".to_owned(), r#""\q""#.to_owned()] {
        for desk in desks().await {
            let fields = format!(r#""text":"Internet mati","odd":{odd}"#);
            deliver_between(&desk, |id| message(id, fields.as_bytes())).await;
            assert_dead_lettered(&desk, true).await;
            assert!(metrics(&desk).await.contains("antri_updates_unreadable_total 0"), "since the restart");
        }
    }
}

#[tokio::test]
async fn an_update_that_cannot_be_told_from_the_next_is_skipped() {
    for cut in [&br#""text":"Internet mati"#[..], br#""text":["Internet mati""#, br#""text":"Internet"}}}"#] {
        for desk in desks().await {
            let requests_before = desk.sandbox.requests().len();
            deliver_between(&desk, |id| {
                let bytes = message(id, cut);
                bytes[..bytes.len() - 2].to_vec()
            })
            .await;
            let requests = desk.sandbox.requests();
            let polls = requests[requests_before..].iter().filter(|r| r.method == "getUpdates");
            let limits: Vec<_> = polls.map(|r| r.params["limit"].as_i64().unwrap()).collect();
            let is_polling = !limits.is_empty();
            if is_polling {
                // The batch twice, each neighbour once, the update itself three times, and the end of the batch.
                assert_eq!(limits, [100, 100, 1, 1, 1, 1, 1, 1, 100]);
            }
            let skipped = format!("antri_updates_skipped_total {}\n", u8::from(is_polling));
            let text = metrics(&desk).await;
            assert!(text.contains(&skipped) && text.contains("antri_updates_unreadable_total 1\n"), "{text}");
            assert_dead_lettered(&desk, false).await;
        }
    }
}

#[tokio::test]
async fn kinds_that_were_not_requested_are_dropped_quietly_and_counted() {
    for desk in desks().await {
        let admin_messages = desk.sandbox.chat(ADMIN).len();
        for update in [
            json!({"poll": {"id": "1", "odd": {"deep": []}}}),
            json!({"a_kind_of_next_year": {"message": {"chat": {"id": SARI}}}}),
            json!({"aa_kind_of_next_year": 1, "poll_answer": {}}),
            json!({"another": null}),
        ] {
            desk.sandbox.deliver_raw(update);
        }
        desk.say(TONO, "/help").await;
        assert_eq!(desk.counters().await.dead_letters, 0);
        assert_eq!(desk.sandbox.chat(ADMIN).len(), admin_messages, "{}", desk.transcript(ADMIN));
        let text = metrics(&desk).await;
        for (kind, count) in [("other", 2), ("poll", 1), ("poll_answer", 1)] {
            let line = format!("antri_updates_dropped_total{{kind=\"{kind}\"}} {count}\n");
            assert!(text.contains(&line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("next_year"), "a label from outside");
    }
}

#[tokio::test]
async fn every_field_of_an_update_is_looked_at_for_its_kind() {
    for desk in desks().await {
        let bytes = |id| {
            let update = message(id, br#""text":"Internet mati""#);
            [br#"{"a_kind_of_next_year":{},"#, &update[1..]].concat()
        };
        deliver_between(&desk, bytes).await;
        assert!(desk.last(SARI).text.contains("Internet mati"), "{}", desk.transcript(SARI));
    }
}
