//! Continuation of a completed ticket: what its customer writes next reopens it, if they choose so.
mod comments;
mod messages;
mod refusals;

use crate::conversation::{BUDI, CITRA, SARI, TOM, number, numbers, second_department, with_agent};
use crate::support::Desk;
use antri::domain::draft::Draft;
use antri::domain::ids::TelegramId;
use antri::domain::number::TicketNumber;
use antri::domain::ticket::{Status, Ticket};
use antri::sandbox::{MediaKind, NewMedia, UserMessage};
use chrono::TimeDelta;

/// The words of a language: its code, the button, the hint, the answer, the agent's card.
struct Words {
    code: &'static str,
    button: &'static str,
    hint: &'static str,
    done: &'static str,
    thanks: &'static str,
}

const LANGUAGES: [Words; 2] = [
    Words {
        code: "id",
        button: "↩️ Lanjutkan INC",
        hint: "↩️ Lanjutkan membuka kembali “printer rusak” dan menambahkan pesan ini.",
        done: "dibuka kembali. Yang Anda tulis sudah masuk ke tiket itu",
        thanks: "Hanya ucapan terima kasih? Tekan ✖️ Batal.",
    },
    Words {
        code: "en",
        button: "↩️ Continue INC",
        hint: "↩️ Continue takes up “printer rusak” again and adds this message to it.",
        done: "is open again. What you wrote is in it",
        thanks: "Just a thank-you? Tap ✖️ Cancel.",
    },
];

/// Returns a desk where Budi completed a ticket of Sari's, and the ticket.
async fn completed() -> (Desk, Ticket) {
    let desk = with_agent().await;
    let ticket = complete(&desk, "printer rusak").await;
    (desk, ticket)
}

/// Opens a ticket of Sari's, which Budi completes.
async fn complete(desk: &Desk, text: &str) -> Ticket {
    desk.ticket(SARI, text).await;
    let number = number(desk, SARI);
    desk.press(BUDI, "Selesai").await;
    let number = TicketNumber::parse(&number).unwrap();
    desk.app().engine.store().ticket_by_number(&number).await.unwrap().unwrap()
}

async fn current(desk: &Desk, ticket: &Ticket) -> Ticket {
    desk.app().engine.store().ticket(ticket.id).await.unwrap().unwrap()
}

/// Returns the draft of a person.
async fn draft(desk: &Desk, id: i64) -> Option<Draft> {
    let store = desk.app();
    let store = store.engine.store();
    let person = store.person_by_telegram(TelegramId(id)).await.unwrap().unwrap();
    store.draft(person.id).await.unwrap()
}

/// Checks that the ticket was reopened once, that its agent has each of these messages once and in this order, and
/// that the draft is gone.
async fn check_continued(desk: &Desk, ticket: &Ticket, agent: i64, words: &[&str]) {
    assert_eq!(current(desk, ticket).await.service.reopened, 1);
    assert_eq!(draft(desk, SARI).await, None);
    assert_eq!(numbers(desk).await, [ticket.number.to_string()]);
    let texts: Vec<_> = desk.sandbox.chat(agent).into_iter().map(|m| m.text).collect();
    let at = |words: &&str| {
        let found: Vec<_> = texts.iter().enumerate().filter(|(_, text)| text.contains(*words)).collect();
        let [(at, _)] = found[..] else { panic!("{words:?}: {}", desk.chat_story(agent)) };
        at
    };
    let places: Vec<_> = words.iter().map(at).collect();
    let card =
        texts.iter().rposition(|text| text.contains("Menurut pelanggan, tiket ini belum selesai.")).unwrap();
    assert!(places.is_sorted() && places.iter().all(|at| *at > card), "{}", desk.chat_story(agent));
}

#[tokio::test]
async fn a_reply_to_a_completed_ticket_continues_it() {
    for words in LANGUAGES {
        let desk = with_agent().await;
        desk.person(TOM, "Tom", words.code).await;
        desk.ticket(TOM, "printer rusak").await;
        let number = number(&desk, TOM);
        desk.press(BUDI, "Selesai").await;
        desk.say(TOM, "rusak lagi").await;
        desk.say(TOM, "lampunya merah").await;
        let preview = desk.last(TOM);
        assert!(preview.text.contains(words.hint) && preview.text.contains(words.thanks), "{}", preview.text);
        assert!(
            preview.button(&format!("{}{}", words.button, &number[3..])).is_some(),
            "{}",
            desk.chat_story(TOM)
        );
        desk.press(TOM, words.button).await;
        assert!(desk.toast(TOM).contains(&number), "{}", desk.toast(TOM));
        let closed = desk.sandbox.message(TOM, preview.message_id).unwrap();
        assert!(closed.text.contains(words.done) && closed.keyboard.is_empty(), "{}", desk.chat_story(TOM));
        assert_eq!(draft(&desk, TOM).await, None);
        assert_eq!(numbers(&desk).await, [number]);
        let card = desk
            .find(BUDI, "Menurut pelanggan, tiket ini belum selesai. Sebelumnya Anda yang menyelesaikannya.");
        let (first, second) = (desk.find(BUDI, "rusak lagi"), desk.find(BUDI, "lampunya merah"));
        assert!(card.message_id < first.message_id && first.message_id < second.message_id);
        assert!(first.text.contains("👤 Tom"), "{}", first.text);
        assert_eq!((desk.count(BUDI, "rusak lagi"), desk.count(BUDI, "lampunya merah")), (1, 1));
        // What follows is a message of the open ticket, and so is the answer.
        desk.sandbox.send_text(TOM, "halo?");
        desk.settle().await;
        desk.find(BUDI, "halo?");
        desk.sandbox.send_text(BUDI, "kami periksa");
        desk.settle().await;
        desk.find(TOM, "kami periksa");
    }
}

#[tokio::test]
async fn without_that_agent_the_messages_wait_with_the_ticket_for_a_colleague() {
    for (language, head) in [
        ("id", "Menurut pelanggan, tiket ini belum selesai. Sebelumnya rekan Anda yang menyelesaikannya."),
        ("en", "The customer says that this ticket is not solved yet. A colleague completed it before."),
    ] {
        let (desk, ticket) = completed().await;
        desk.say(BUDI, "/offline").await;
        desk.say(SARI, "rusak lagi").await;
        desk.say(SARI, "tolong").await;
        desk.press(SARI, "Lanjutkan").await;
        assert_eq!(current(&desk, &ticket).await.status(), Status::Queued);
        desk.find(BUDI, "kembali ke antrian umum");
        desk.agent(CITRA, "Citra").await;
        desk.say(CITRA, &format!("/language {language}")).await;
        desk.say(CITRA, "/online").await;
        let card = desk.find(CITRA, head);
        assert!(
            !desk.has(CITRA, "Tiket baru") && !desk.has(CITRA, "new ticket"),
            "{}",
            desk.chat_story(CITRA)
        );
        let (first, second) = (desk.find(CITRA, "rusak lagi"), desk.find(CITRA, "tolong"));
        assert!(card.message_id < first.message_id && first.message_id < second.message_id);
        assert_eq!((desk.count(CITRA, "rusak lagi"), desk.count(CITRA, "tolong")), (1, 1));
        assert!(!desk.has(BUDI, "rusak lagi"), "{}", desk.chat_story(BUDI));
    }
}

#[tokio::test]
async fn an_agent_who_gets_the_reopened_ticket_from_the_queue_reads_that_they_completed_it() {
    let (desk, _) = completed().await;
    desk.say(BUDI, "/offline").await;
    desk.press(SARI, "Belum selesai").await;
    desk.say(BUDI, "/language en").await;
    desk.say(BUDI, "/online").await;
    let head = "The customer says that this ticket is not solved yet. You completed it before.";
    let card = desk.find(BUDI, head);
    assert!(card.button("Open").is_some(), "{}", desk.chat_story(BUDI));
    desk.press(BUDI, "Open").await;
    assert!(!desk.has(BUDI, head), "the current state: {}", desk.chat_story(BUDI));
}

#[tokio::test]
async fn messages_go_to_a_ticket_that_was_reopened_by_its_own_button() {
    let (desk, ticket) = completed().await;
    desk.say(SARI, "rusak lagi").await;
    desk.press(SARI, "Belum selesai").await;
    // The draft takes what follows, and is still offered to that ticket.
    desk.say(SARI, "lampunya merah").await;
    desk.press(SARI, &format!("Lanjutkan {}", ticket.number)).await;
    check_continued(&desk, &ticket, BUDI, &["rusak lagi", "lampunya merah"]).await;
}

#[tokio::test]
async fn a_reply_to_an_older_completed_ticket_continues_that_one() {
    let desk = with_agent().await;
    let older = complete(&desk, "printer rusak").await;
    desk.clock.advance(TimeDelta::seconds(1));
    let newer = complete(&desk, "modem mati").await;
    let card = desk.find(SARI, older.number.as_str());
    desk.sandbox.send(SARI, UserMessage::text("rusak lagi").replying_to(card.message_id));
    desk.settle().await;
    // What follows is no reply, and belongs to the same draft.
    desk.say(SARI, "tolong").await;
    assert!(desk.last(SARI).text.contains("“printer rusak”"), "{}", desk.last(SARI).text);
    desk.press(SARI, "Lanjutkan").await;
    assert_eq!(current(&desk, &older).await.service.reopened, 1);
    assert_eq!(current(&desk, &newer).await.status(), Status::Completed);
    assert_eq!((desk.count(BUDI, "rusak lagi"), desk.count(BUDI, "tolong")), (1, 1));
}

#[tokio::test]
async fn an_edit_of_a_continued_message_reaches_the_agent_without_its_command() {
    let (desk, ticket) = completed().await;
    let message = desk.sandbox.send_text(SARI, "/new rusak lagi");
    desk.settle().await;
    desk.press(SARI, "Lanjutkan").await;
    desk.sandbox.edit(SARI, message, "/new rusak sekali");
    desk.settle().await;
    check_continued(&desk, &ticket, BUDI, &["rusak sekali"]).await;
    let edited = desk.find(BUDI, "rusak sekali").text;
    assert!(!edited.contains("/new") && !desk.has(BUDI, "rusak lagi"), "{edited}");
}

#[tokio::test]
async fn a_draft_that_is_longer_than_thanks_is_not_dropped_with_one_tap() {
    let (desk, _) = completed().await;
    desk.say(SARI, &"rusak lagi ".repeat(10)).await;
    assert!(!desk.last(SARI).text.contains("ucapan terima kasih"), "{}", desk.last(SARI).text);
    desk.press(SARI, "✖️").await;
    assert!(draft(&desk, SARI).await.is_some_and(|draft| draft.is_current()));
    assert!(desk.last(SARI).button("Ya, buang").is_some(), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn an_erased_ticket_is_not_offered() {
    let (desk, ticket) = completed().await;
    desk.app().engine.store().erase_customer(ticket.customer).await.unwrap();
    desk.say(SARI, "rusak lagi").await;
    assert!(desk.last(SARI).button("Lanjutkan").is_none(), "{}", desk.chat_story(SARI));
    assert!(desk.last(SARI).button("Kirim").is_some(), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn files_and_albums_arrive_in_order() {
    let (desk, ticket) = completed().await;
    let kinds = [MediaKind::Photo, MediaKind::Voice];
    for kind in kinds {
        desk.attach(SARI, kind, Some(&format!("lihat {kind:?}"))).await;
    }
    let photo = |caption: Option<&str>| NewMedia {
        caption: caption.map(str::to_owned),
        ..NewMedia::new(MediaKind::Photo, *b"bytes")
    };
    desk.sandbox.send_album(SARI, vec![photo(Some("dua foto")), photo(None)]);
    desk.settle().await;
    desk.say(SARI, "itu semua").await;
    let (message, press) = desk.button(SARI, "Lanjutkan");
    desk.sandbox.press(SARI, message, &press);
    // The album is gathered for a moment.
    desk.until("the end of the draft", async || draft(&desk, SARI).await.is_none()).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    check_continued(&desk, &ticket, BUDI, &["lihat Photo", "lihat Voice", "dua foto", "itu semua"]).await;
    let chat = desk.sandbox.chat(BUDI);
    let arrived: Vec<_> = chat.iter().filter_map(|m| m.media.as_ref().map(|media| media.kind)).collect();
    assert_eq!(arrived, [MediaKind::Photo, MediaKind::Voice, MediaKind::Photo, MediaKind::Photo]);
}

#[tokio::test]
async fn content_without_a_caption_arrives_with_its_text() {
    let (desk, ticket) = completed().await;
    let contact = serde_json::json!({"contact": {"phone_number": "+62811", "first_name": "Wati"},
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Umar"}});
    desk.sandbox.send_raw(SARI, contact);
    desk.settle().await;
    desk.press(SARI, "Lanjutkan").await;
    check_continued(&desk, &ticket, BUDI, &["Diteruskan dari Umar"]).await;
    assert!(
        desk.sandbox.requests().iter().any(|call| call.method == "copyMessage"),
        "{}",
        desk.transcript(BUDI)
    );
}

#[tokio::test]
async fn thanks_are_dropped_with_one_tap_that_can_be_undone() {
    for words in LANGUAGES {
        let (desk, ticket) = completed().await;
        desk.say(SARI, &format!("/language {}", words.code)).await;
        desk.say(SARI, "Terima kasih!").await;
        desk.press(SARI, "✖️").await;
        assert!(draft(&desk, SARI).await.is_none_or(|draft| !draft.is_current()));
        desk.press(SARI, if words.code == "id" { "Urungkan" } else { "Undo" }).await;
        assert!(desk.last(SARI).text.contains("Terima kasih!"), "{}", desk.chat_story(SARI));
        desk.press(SARI, "✖️").await;
        assert_eq!(current(&desk, &ticket).await.status(), Status::Completed);
        assert!(!desk.has(BUDI, "Terima kasih!"), "{}", desk.chat_story(BUDI));
    }
}

#[tokio::test]
async fn the_ticket_that_was_completed_last_is_offered_before_a_category_is_chosen() {
    let desk = with_agent().await;
    second_department(&desk).await;
    let open = async |text: &str| {
        desk.say(SARI, &format!("/new {text}")).await;
        desk.press(SARI, "Umum").await;
        desk.press(SARI, "Kirim").await;
        number(&desk, SARI)
    };
    let (first, second) = (open("satu").await, open("dua").await);
    for number in [&second, &first] {
        let card = desk.find(BUDI, number);
        desk.press_data(BUDI, card.message_id, card.button("Selesai").unwrap()).await;
        desk.clock.advance(TimeDelta::seconds(1));
    }
    desk.say(SARI, "rusak lagi").await;
    let asked = desk.last(SARI);
    assert!(
        asked.text.contains("Pilih kategori untuk membuat tiket baru. ↩️ Lanjutkan membuka kembali “satu”"),
        "{}",
        asked.text
    );
    assert!(asked.button(&format!("Lanjutkan {first}")).is_some(), "{}", desk.chat_story(SARI));
    desk.press(SARI, "Lanjutkan").await;
    assert_eq!(numbers(&desk).await, [first]);
    assert_eq!(desk.count(BUDI, "rusak lagi"), 1);
}

#[tokio::test]
async fn messages_that_were_kept_for_a_choice_go_along_too() {
    let desk = with_agent().await;
    let first = complete(&desk, "printer rusak").await;
    desk.ticket(SARI, "satu").await;
    desk.ticket(SARI, "dua").await;
    desk.sandbox.send_text(SARI, "untuk yang mana");
    desk.settle().await;
    desk.press(SARI, "➕ Tiket baru").await;
    desk.say(SARI, "dan ini").await;
    desk.press(SARI, &format!("Lanjutkan {}", first.number)).await;
    let after = current(&desk, &first).await;
    assert_eq!((after.status(), after.service.reopened), (Status::Assigned, 1));
    let conversation = desk.app().engine.store().conversation(first.id, None, 10).await.unwrap();
    assert_eq!(conversation.len(), 2);
    assert!(conversation.iter().all(|message| !message.relay.is_due()), "{conversation:?}");
    assert_eq!((desk.count(BUDI, "untuk yang mana"), desk.count(BUDI, "dan ini")), (1, 1));
}
