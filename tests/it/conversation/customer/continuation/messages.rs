//! Messages of a continued draft: they arrive, change and fail as if they had been written to the open ticket.
use super::{check_continued, complete, completed, current, draft};
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{Desk, StoreFault};
use antri::domain::ids::TelegramId;
use antri::domain::ticket::{Status, Ticket};
use antri::sandbox::{ChatMessage, Fault, MediaKind, NewMedia, UserMessage};
use chrono::TimeDelta;
use serde_json::{Value, json};

const EDITED: &str = "✏️ Pesan ini sudah diubah.\n";

fn neighbour() -> Value {
    json!({"type": "hidden_user", "date": 1, "sender_user_name": "Pak RT"})
}

/// Returns a reply to a photo of another chat.
fn reply_elsewhere(text: &str, file_id: &str) -> Value {
    let photo = json!([{"file_id": file_id, "file_unique_id": "p7", "width": 1, "height": 1}]);
    json!({"text": text, "external_reply": {"origin": neighbour(), "photo": photo}, "quote": {"text": "kabel putus",
        "position": 0}})
}

/// Returns the id of a file that the bot can send.
async fn known_photo(desk: &Desk) -> String {
    let photo = desk.sandbox.send_media(BUDI, NewMedia::new(MediaKind::Photo, *b"bytes"));
    desk.settle().await;
    desk.sandbox.message(BUDI, photo).unwrap().media.unwrap().file_id
}

/// Sends messages with an origin or a quote, whose words begin with `n`. Returns their ids and their words.
async fn send_all(desk: &Desk, quoted: i64, file_id: &str, n: u8) -> Vec<(i64, String)> {
    let words = |what: &str| format!("{n} {what}");
    let photo = NewMedia { caption: Some(words("foto")), ..NewMedia::new(MediaKind::Photo, *b"bytes") };
    let sent = vec![
        (
            desk.sandbox.send(SARI, UserMessage::text(words("teks")).forwarded_from(neighbour())),
            words("teks"),
        ),
        (desk.sandbox.send(SARI, UserMessage::media(photo).forwarded_from(neighbour())), words("foto")),
        (
            desk.sandbox
                .send(SARI, UserMessage::text(words("kutipan")).replying_to(quoted).quoting("printer")),
            words("kutipan"),
        ),
        (desk.sandbox.send_raw(SARI, reply_elsewhere(&words("balasan"), file_id)), words("balasan")),
    ];
    desk.settle().await;
    sent
}

#[tokio::test]
async fn an_edit_keeps_the_origin_and_the_quote() {
    let (desk, ticket) = completed().await;
    let quoted = desk.sandbox.chat(SARI).into_iter().find(|m| m.text.contains("/new printer")).unwrap();
    let file_id = known_photo(&desk).await;
    let mut sent = send_all(&desk, quoted.message_id, &file_id, 1).await;
    desk.press(SARI, "Lanjutkan").await;
    let words: Vec<_> = sent.iter().map(|(_, words)| words.as_str()).collect();
    check_continued(&desk, &ticket, BUDI, &words).await;
    let direct = send_all(&desk, quoted.message_id, &file_id, 2).await;
    for ((_, continued), (_, direct)) in sent.iter().zip(&direct) {
        let (continued, direct) = (desk.find(BUDI, continued).text, desk.find(BUDI, direct).text);
        assert_eq!(continued.replace("1 ", ""), direct.replace("2 ", ""));
    }
    sent.extend(direct);
    for (id, words) in sent {
        let before = desk.find(BUDI, &words);
        let heads = ["Diteruskan dari Pak RT", "\nprinter\n", "Membalas pesan dari Pak RT"];
        assert!(heads.iter().any(|head| before.text.contains(head)), "{}", before.text);
        let changed = format!("{words} lagi");
        desk.sandbox.edit(SARI, id, &changed);
        desk.settle().await;
        let after = desk.sandbox.message(BUDI, before.message_id).unwrap().text;
        assert!(after.contains(EDITED), "{after}");
        assert_eq!(after.replace(EDITED, "").replace(&changed, &words), before.text);
    }
}

#[tokio::test]
async fn a_forwarded_album_names_its_origin() {
    let (desk, ticket) = completed().await;
    let send = async |album: &str| {
        for caption in [Some("dua foto".to_owned()), None] {
            let media_group_id = Some(album.to_owned());
            let photo = NewMedia { caption, media_group_id, ..NewMedia::new(MediaKind::Photo, *b"bytes") };
            desk.sandbox.send(SARI, UserMessage::media(photo).forwarded_from(neighbour()));
        }
    };
    send("a").await;
    desk.settle().await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.sandbox.press(SARI, message, &press);
    desk.until("the end of the draft", async || draft(&desk, SARI).await.is_none()).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    check_continued(&desk, &ticket, BUDI, &["dua foto"]).await;
    let heads = || -> Vec<ChatMessage> {
        desk.sandbox.chat(BUDI).into_iter().filter(|m| m.text.contains("Album:")).collect()
    };
    assert!(heads()[0].text.contains("Diteruskan dari Pak RT"), "{}", desk.chat_story(BUDI));
    // As from an open ticket.
    send("b").await;
    let messages = async || desk.app().engine.store().conversation(ticket.id, None, 10).await.unwrap().len();
    // A photo that arrives after the time of its album goes alone.
    desk.until("both photos", async || messages().await == 4).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    assert_eq!(heads().len(), 2, "{}", desk.chat_story(BUDI));
    assert_eq!(heads()[0].text, heads()[1].text);
}

#[tokio::test]
async fn what_has_no_message_of_its_own_fails_with_a_notice() {
    let photo = json!({"photo": [{"file_id": "P8", "file_unique_id": "p8", "width": 1, "height": 1}], "caption": "ini",
        "external_reply": reply_elsewhere("", "P7")["external_reply"]});
    let contact =
        json!({"contact": {"phone_number": "+62811", "first_name": "Wati"}, "forward_origin": neighbour()});
    let sticker = json!({"photo": photo["photo"], "caption": "ini", "external_reply": {"origin": neighbour(),
        "sticker": {"file_id": "S1", "file_unique_id": "s1", "type": "regular", "width": 1, "height": 1}}});
    let (refused, partly) = ("ditolak Telegram", "Hanya teks pesan ini yang sampai");
    for (message, methods, notice) in [
        (&photo, &["sendPhoto", "sendMessage"][..], refused),
        (&photo, &["sendPhoto"], partly),
        (&contact, &["sendMessage"], refused),
        (&sticker, &[], partly),
    ] {
        let (desk, _) = completed().await;
        let sent = desk.sandbox.send_raw(SARI, message.clone());
        desk.settle().await;
        // The agent has the card of the reopened ticket when the messages follow.
        desk.press(SARI, "Belum selesai").await;
        for method in methods {
            desk.fault(method, Some(BUDI), 1, Fault::BadRequest("wrong file identifier".into()));
        }
        desk.press(SARI, "Lanjutkan").await;
        assert_eq!(desk.count(SARI, notice), 1, "{methods:?}: {}", desk.chat_story(SARI));
        assert_eq!(desk.find(SARI, notice).reply_to, Some(sent), "{methods:?}");
    }
}

#[tokio::test]
async fn a_kept_reply_to_a_file_of_another_chat_brings_the_file() {
    let (desk, ticket) = completed().await;
    let file_id = known_photo(&desk).await;
    desk.ticket(SARI, "satu").await;
    desk.ticket(SARI, "dua").await;
    desk.sandbox.send_raw(SARI, reply_elsewhere("seperti ini", &file_id));
    desk.settle().await;
    desk.press(SARI, "➕ Tiket baru").await;
    desk.press(SARI, &format!("Lanjutkan {}", ticket.number)).await;
    let arrived = desk.find(BUDI, "seperti ini");
    assert!(arrived.text.contains("Membalas pesan dari Pak RT"), "{}", arrived.text);
    assert_eq!(arrived.media.map(|media| media.kind), Some(MediaKind::Photo), "{}", desk.chat_story(BUDI));
}

/// Makes the continuation of Sari's draft stop before the draft is dropped.
async fn interrupt(desk: &Desk, ticket: &Ticket) {
    let app = desk.app();
    let sari = app.engine.store().person_by_telegram(TelegramId(SARI)).await.unwrap().unwrap();
    let draft = draft(desk, SARI).await.unwrap();
    desk.faults.inject_next("drop_draft", 1, StoreFault::Unreachable);
    let to = (ticket.id, ticket.service.reopened);
    app.engine.continue_ticket(&sari, &draft, to, None, desk.now()).await.unwrap_err();
    desk.faults.clear();
    desk.settle().await;
}

#[tokio::test]
async fn an_edit_between_the_commits_arrives() {
    for is_moved in [false, true] {
        let (desk, ticket) = completed().await;
        let first = desk.sandbox.send_text(SARI, "rusak lagi");
        desk.settle().await;
        desk.say(SARI, "tolong").await;
        if is_moved {
            interrupt(&desk, &ticket).await;
        } else {
            let app = desk.app();
            app.engine.reopen(ticket.customer, (ticket.id, 0), desk.now()).await.unwrap();
            desk.settle().await;
        }
        desk.sandbox.edit(SARI, first, "rusak parah");
        desk.settle().await;
        desk.press(SARI, "Lanjutkan").await;
        check_continued(&desk, &ticket, BUDI, &["rusak parah", "tolong"]).await;
        assert!(!desk.has(BUDI, "rusak lagi"), "{}", desk.chat_story(BUDI));
    }
}

#[tokio::test]
async fn a_draft_whose_first_message_is_edited_away_between_the_commits_can_be_continued() {
    let (desk, ticket) = completed().await;
    let first = desk.sandbox.send_text(SARI, "/new rusak lagi");
    desk.settle().await;
    interrupt(&desk, &ticket).await;
    desk.sandbox.edit(SARI, first, "/new");
    desk.settle().await;
    desk.say(SARI, "lampunya merah").await;
    desk.press(SARI, "Lanjutkan").await;
    check_continued(&desk, &ticket, BUDI, &["lampunya merah"]).await;
}

#[tokio::test]
async fn the_ticket_that_has_messages_of_the_draft_gets_the_rest() {
    for is_stale_press in [false, true] {
        let desk = with_agent().await;
        let older = complete(&desk, "printer rusak").await;
        desk.clock.advance(TimeDelta::seconds(1));
        let newer = complete(&desk, "modem mati").await;
        desk.say(SARI, "rusak lagi").await;
        let (message, press) = desk.button(SARI, &format!("Lanjutkan {}", newer.number));
        interrupt(&desk, &older).await;
        let (reopened, count) = if is_stale_press {
            desk.press_data(SARI, message, &press).await;
            (1, 1)
        } else {
            // It is neither open nor the one that was completed last.
            desk.press(BUDI, "Selesai").await;
            desk.clock.advance(TimeDelta::seconds(1));
            desk.app().engine.reopen(newer.customer, (newer.id, 0), desk.now()).await.unwrap();
            desk.settle().await;
            desk.press(BUDI, "Selesai").await;
            desk.say(SARI, "dan ini").await;
            desk.press(SARI, &format!("Lanjutkan {}", older.number)).await;
            (2, 2)
        };
        assert_eq!(draft(&desk, SARI).await, None);
        assert_eq!(current(&desk, &older).await.service.reopened, reopened, "{}", desk.chat_story(SARI));
        let conversation = desk.app().engine.store().conversation(older.id, None, 9).await.unwrap();
        assert_eq!(conversation.len(), count);
        assert_eq!(current(&desk, &newer).await.status(), Status::Completed);
    }
}

#[tokio::test]
async fn a_continued_ticket_may_be_the_eleventh_and_is_offered_with_the_others() {
    let (desk, ticket) = completed().await;
    desk.say(BUDI, "/offline").await;
    for n in 1..=10 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.sandbox.send_text(SARI, "rusak lagi");
    desk.settle().await;
    desk.press(SARI, "➕ Tiket baru").await;
    desk.press(SARI, &format!("Lanjutkan {}", ticket.number)).await;
    assert!(!current(&desk, &ticket).await.status().is_end(), "{}", desk.chat_story(SARI));
    desk.sandbox.send_text(SARI, "sudah normal");
    desk.settle().await;
    let labels: Vec<_> = desk.last(SARI).keyboard.concat().into_iter().map(|button| button.text).collect();
    assert_eq!(labels.iter().filter(|label| label.contains("INC")).count(), 11, "{labels:?}");
    desk.press(SARI, "kendala 10").await;
    let opened = desk.app().engine.open_tickets_of(ticket.customer).await.unwrap();
    let conversation = desk.app().engine.store().conversation(opened[10].id, None, 9).await.unwrap();
    assert_eq!((opened[0].id, conversation.len()), (ticket.id, 1));
}
