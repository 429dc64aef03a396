//! `/r word` as the caption of an agent's file: the customer gets the file with the reply as its caption.
use crate::conversation::{BUDI, SARI, TOM, number, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::policy::AgentNaming;
use antri::domain::ticket::conversation::ConversationMessage;
use antri::sandbox::{ChatMessage, MediaKind, NewMedia};
use chrono::TimeDelta;
use serde_json::json;

/// Sends a file without an answer of the bot in the same chat; returns its id.
async fn send(desk: &Desk, id: i64, kind: MediaKind, caption: &str) -> i64 {
    let message = desk.sandbox.send_media(id, file(kind, Some(caption)));
    desk.settle().await;
    message
}

fn file(kind: MediaKind, caption: Option<&str>) -> NewMedia {
    NewMedia { caption: caption.map(str::to_owned), ..NewMedia::new(kind, *b"bytes") }
}

/// Returns the files in a chat.
fn files(desk: &Desk, id: i64) -> Vec<ChatMessage> {
    desk.sandbox.chat(id).into_iter().filter(|message| message.media.is_some()).collect()
}

/// Returns the messages of the ticket that is held.
async fn messages(desk: &Desk) -> Vec<ConversationMessage> {
    let store = desk.app().engine.store().clone();
    let ticket = store.all_held().await.unwrap().remove(0);
    store.conversation(ticket.id, None, 9).await.unwrap()
}

async fn with_replies() -> Desk {
    let desk = with_agent().await;
    desk.say(ADMIN, "/replies halo Halo {name}, saya <b>{agent}</b>. Tiket Anda {number}.").await;
    desk.say(ADMIN, "/replies restart Mohon modem dimatikan sebentar.").await;
    desk.say(ADMIN, "/replies resmi Terima kasih, {name}.").await;
    desk
}

#[tokio::test]
async fn a_file_of_each_kind_gets_the_reply_as_its_caption() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let number = number(&desk, BUDI);
    let kinds = [MediaKind::Photo, MediaKind::Document, MediaKind::Voice, MediaKind::Video, MediaKind::Audio];
    for kind in kinds {
        let sent = send(&desk, BUDI, kind, "/r HAL ini   berkasnya\nya").await;
        let last = desk.last(SARI);
        let text =
            format!("💬 Agen 1\nHalo Sari, saya <b>Agen 1</b>. Tiket Anda {number}.\nini   berkasnya\nya");
        assert_eq!((last.text, last.media.map(|media| media.kind)), (text, Some(kind)));
        assert_eq!(desk.sandbox.message(BUDI, sent).unwrap().reaction.as_deref(), Some("👍"));
    }
    let kept = messages(&desk).await;
    assert!(kept[0].content.text.text.starts_with("Halo Sari"), "{kept:?}");
    // The caption of the agent is nowhere, even where no name stands above it.
    desk.change_settings(|settings| settings.agent_naming = AgentNaming::Hidden).await;
    send(&desk, BUDI, MediaKind::Photo, "/r restart").await;
    assert_eq!(desk.last(SARI).text, "Mohon modem dimatikan sebentar.");
    assert!(!desk.has(SARI, "/r"), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_content_of_an_unknown_kind_gets_the_reply_too() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let content = json!({"hologram": {"file_id": "h"}, "caption": "/r restart"});
    let sent = desk.sandbox.send_raw(BUDI, content);
    desk.settle().await;
    assert!(desk.has(SARI, "Mohon modem dimatikan sebentar."), "{}", desk.chat_story(SARI));
    desk.sandbox.edit(BUDI, sent, "/r resmi");
    desk.settle().await;
    assert!(desk.has(SARI, "Terima kasih, Sari."), "{}", desk.chat_story(SARI));
    assert!(!desk.has(SARI, "/r"), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn the_caption_names_the_customer_whom_the_agent_chooses() {
    let desk = with_replies().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.ticket(TOM, "Printer").await;
    send(&desk, BUDI, MediaKind::Photo, "/r halo").await;
    assert!(desk.has(BUDI, "Untuk siapa?"), "{}", desk.chat_story(BUDI));
    desk.press(BUDI, "Tom · ").await;
    let arrived = files(&desk, TOM);
    assert_eq!(arrived.len(), 1);
    assert!(arrived[0].text.starts_with("💬 Agent 1\nHalo Tom, saya <b>Agent 1</b>."), "{}", arrived[0].text);
    assert_eq!(files(&desk, SARI).len(), 0);
}

#[tokio::test]
async fn an_edited_caption_changes_the_reply() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let sent = send(&desk, BUDI, MediaKind::Photo, "/r restart").await;
    desk.sandbox.edit(BUDI, sent, "/r resmi ya");
    desk.settle().await;
    let arrived = files(&desk, SARI);
    assert_eq!(arrived.len(), 1, "it is the same file");
    assert!(arrived[0].text.ends_with("\nTerima kasih, Sari.\nya"), "{}", arrived[0].text);
    desk.sandbox.edit(BUDI, sent, &format!("/r resmi {}", "x".repeat(800)));
    desk.settle().await;
    assert!(desk.last(BUDI).text.contains("terlalu panjang untuk sebuah berkas"), "{}", desk.last(BUDI).text);
    assert!(files(&desk, SARI)[0].text.ends_with("\nTerima kasih, Sari.\nya"));
}

#[tokio::test]
async fn a_file_without_a_clear_reply_is_not_sent_and_the_agent_is_told() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    for (language, unclear, too_long) in [
        ("id", "Berkas belum terkirim: balasan yang mana?", "terlalu panjang untuk sebuah berkas"),
        ("en", "The file was not sent: which reply do you mean?", "too long for a file"),
    ] {
        desk.say(BUDI, &format!("/language {language}")).await;
        for (caption, words) in [
            ("/r res", ": resmi, restart"),
            ("/r retsart", ": restart"),
            ("/r", ": halo, resmi, restart"),
            ("/r kabelputus", ": halo, resmi, restart"),
        ] {
            desk.attach(BUDI, MediaKind::Document, Some(caption)).await;
            let answer = desk.last(BUDI);
            assert!(
                answer.text.contains(unclear) && answer.text.ends_with(words),
                "{caption}: {}",
                answer.text
            );
            assert!(answer.keyboard.is_empty());
        }
        let long = format!("/r restart {}", "x".repeat(790));
        desk.attach(BUDI, MediaKind::Photo, Some(&long)).await;
        assert!(desk.last(BUDI).text.contains(too_long), "{}", desk.last(BUDI).text);
    }
    assert_eq!(files(&desk, SARI).len(), 0);
    assert!(!desk.has(SARI, "/r"));
}

#[tokio::test]
async fn long_names_do_not_bring_the_command_to_the_customer() {
    let desk = with_agent().await;
    desk.say(ADMIN, &format!("/replies panjang {}", "{name} ".repeat(90))).await;
    let name = "Sarinah Kusumawardhani Putri Ayu Lestari";
    desk.person(TOM, name, "en").await;
    desk.ticket(TOM, "Printer").await;
    send(&desk, BUDI, MediaKind::Photo, "/r panjang").await;
    let arrived = files(&desk, TOM).remove(0).text;
    assert!(arrived.starts_with("💬 Agent 1\nSarinah Kusumawardhani"), "{arrived}");
    assert!((900..=1_024).contains(&arrived.chars().count()), "{arrived}");
}

#[tokio::test]
async fn a_part_of_an_album_goes_by_itself_and_the_others_follow() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let parts = [Some("/r restart"), None, None].map(|caption| file(MediaKind::Photo, caption));
    desk.sandbox.send_album(BUDI, parts.into());
    desk.until("the parts", async || messages(&desk).await.len() == 3).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    let arrived = files(&desk, SARI);
    assert_eq!(arrived.len(), 3, "{}", desk.chat_story(SARI));
    assert_eq!(desk.count(SARI, "Mohon modem dimatikan sebentar."), 1);
    assert!(!desk.has(SARI, "/r"), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_part_that_is_edited_to_a_reply_leaves_its_album() {
    for is_kept in [true, false] {
        let desk = with_replies().await;
        desk.ticket(SARI, "Internet mati").await;
        if is_kept {
            // With a second ticket, the album waits for the choice of one.
            desk.person(TOM, "Tom", "en").await;
            desk.ticket(TOM, "Printer").await;
        }
        let parts = [Some("rumah"), None, None].map(|caption| file(MediaKind::Photo, caption));
        let sent = desk.sandbox.send_album(BUDI, parts.into());
        if is_kept {
            desk.settle().await;
            desk.sandbox.edit(BUDI, sent[0], "/r restart");
            desk.settle().await;
            desk.clock.advance(TimeDelta::seconds(1));
            desk.press(BUDI, "Sari · ").await;
        } else {
            desk.until("the parts", async || messages(&desk).await.len() == 3).await;
            assert_eq!(files(&desk, SARI).len(), 0, "it is gathered");
            desk.sandbox.edit(BUDI, sent[0], "/r restart");
            let is_reply = async || messages(&desk).await.iter().any(|m| m.content.replaces_caption);
            desk.until("the edit", is_reply).await;
            desk.clock.advance(TimeDelta::seconds(1));
        }
        desk.settle().await;
        let arrived = files(&desk, SARI);
        assert_eq!(arrived.len(), 3, "{}", desk.chat_story(SARI));
        assert_eq!(desk.count(SARI, "Mohon modem dimatikan sebentar."), 1);
        assert!(!desk.has(SARI, "/r"), "{}", desk.chat_story(SARI));
        assert!(!desk.has(SARI, "rumah"), "{}", desk.chat_story(SARI));
    }
}

#[tokio::test]
async fn a_text_that_replies_to_a_file_of_another_chat_is_no_file() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    let origin =
        json!({"type": "chat", "sender_chat": {"id": -5, "type": "group", "title": "Gudang"}, "date": 1});
    let size = json!({"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1});
    let say = |text: &str| {
        desk.sandbox
            .send_raw(BUDI, json!({"text": text, "external_reply": {"origin": origin, "photo": [size]}}))
    };
    say("/r res");
    desk.settle().await;
    let answer = desk.last(BUDI);
    assert!(!answer.keyboard.is_empty(), "the replies are offered: {}", answer.text);
    say(&format!("/r restart {}", "x".repeat(900)));
    desk.settle().await;
    assert!(desk.has(SARI, "Mohon modem dimatikan sebentar."), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_last_word_with_a_file_completes_the_ticket() {
    let desk = with_replies().await;
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "Ingatkan saya tulis pesan penutup").await;
    desk.ticket(SARI, "Internet mati").await;
    desk.press(BUDI, "✅ Selesai").await;
    desk.attach(BUDI, MediaKind::Photo, Some("/r resmi")).await;
    assert!(desk.has(BUDI, "Pesan penutup dikirim"), "{}", desk.chat_story(BUDI));
    assert!(files(&desk, SARI)[0].text.ends_with("Terima kasih, Sari."));
}

#[tokio::test]
async fn the_caption_of_a_customer_is_no_command() {
    let desk = with_replies().await;
    desk.ticket(SARI, "Internet mati").await;
    send(&desk, SARI, MediaKind::Photo, "/r halo").await;
    let arrived = files(&desk, BUDI);
    assert_eq!(arrived.len(), 1);
    assert!(arrived[0].text.ends_with("/r halo"), "{}", arrived[0].text);
}
