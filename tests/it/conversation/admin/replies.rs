//! Canned replies: listed, added, changed and deleted, by buttons and by arguments.
use crate::conversation::{BUDI, SARI, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::ButtonAction;
use antri::domain::department::canned_reply::CannedReply;
use antri::engine::canned_replies::matching;

async fn all(desk: &Desk) -> Vec<CannedReply> {
    desk.app().engine.store().canned_replies().await.unwrap()
}

async fn words(desk: &Desk) -> Vec<String> {
    all(desk).await.into_iter().map(|reply| reply.word).collect()
}

#[tokio::test]
async fn a_reply_is_written_changed_and_deleted_with_buttons() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/replies").await;
    assert!(desk.last(ADMIN).text.contains("Belum ada balasan"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "Balasan baru").await;
    let prompt = desk.last(ADMIN).text;
    assert!(prompt.contains("{name} menjadi nama pelanggan"), "{prompt}");
    desk.say(ADMIN, "halo").await;
    let refused = desk.last(ADMIN).text;
    assert!(refused.contains("“halo” belum ada teksnya") && refused.contains("pesan yang sama"), "{refused}");
    desk.say(ADMIN, &"x".repeat(31)).await;
    assert!(desk.last(ADMIN).text.contains("perlu satu kata"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "halo Halo {name},\nsaya <b>{agent}</b>.").await;
    let card = desk.last(ADMIN);
    assert!(card.text.contains("💬 halo") && card.text.contains("saya <b>{agent}</b>."), "{}", card.text);
    assert_eq!(all(&desk).await[0].text.text, "Halo {name},\nsaya <b>{agent}</b>.");
    desk.press(ADMIN, "Ubah teks").await;
    desk.say(ADMIN, "Selamat datang").await;
    assert_eq!(all(&desk).await[0].text.text, "Selamat datang");
    desk.press(ADMIN, "Kembali").await;
    desk.press(ADMIN, "halo").await;
    desk.press(ADMIN, "Hapus").await;
    let (message, delete) = desk.button(ADMIN, "Hapus");
    assert_eq!(words(&desk).await, ["halo"], "it asks first");
    desk.press_data(ADMIN, message, &delete).await;
    assert_eq!(desk.toast(ADMIN), "🗑 Balasan dihapus");
    assert!(words(&desk).await.is_empty());
    desk.press_data(ADMIN, message, &delete).await;
    assert!(desk.last(ADMIN).text.contains("Belum ada balasan"));
}

#[tokio::test]
async fn a_reply_is_written_and_deleted_with_arguments() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/replies halo Halo {name}!").await;
    desk.say(ADMIN, "/replies Teknik - halo Halo dari Teknik").await;
    assert!(desk.last(ADMIN).text.contains("Departemen: Teknik"), "{}", desk.last(ADMIN).text);
    assert_eq!(words(&desk).await, ["halo", "halo"]);
    desk.say(ADMIN, "/replies HALO Halo lagi {name}!").await;
    assert_eq!(words(&desk).await, ["HALO", "halo"], "the one for all departments is written anew");
    desk.say(ADMIN, "/replies halo").await;
    assert!(desk.last(ADMIN).text.contains("Halo lagi {name}!"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/replies nihil").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada balasan “nihil”"));
    desk.say(ADMIN, "/replies hapus halo").await;
    desk.press(ADMIN, "Hapus").await;
    assert_eq!(all(&desk).await.len(), 1);
    desk.say(ADMIN, &format!("/replies {} teks", "x".repeat(31))).await;
    assert!(desk.last(ADMIN).text.contains("perlu satu kata"));
}

#[tokio::test]
async fn a_reply_of_the_department_comes_first() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/replies halo umum").await;
    desk.say(ADMIN, "/replies lain lain").await;
    desk.say(ADMIN, "/replies lain").await;
    desk.press(ADMIN, "Departemen").await;
    desk.press(ADMIN, "Teknik").await;
    desk.say(ADMIN, "/replies Teknik - Halo teknik").await;
    let app = desk.app();
    let departments = app.engine.store().departments().await.unwrap();
    let text = async |name: &str, word: &str| {
        let id = departments.iter().find(|d| d.name == name).unwrap().id;
        let replies = app.engine.canned_replies_of(&[id].into()).await.unwrap();
        matching(&replies, word).first().map(|reply| reply.text.text.clone())
    };
    assert_eq!(text("Teknik", " HALO ").await.as_deref(), Some("teknik"));
    assert_eq!(text("Umum", "halo").await.as_deref(), Some("umum"));
    assert_eq!(text("Teknik", "lain").await.as_deref(), Some("lain"));
    assert_eq!((text("Umum", "lain").await, text("Umum", "nihil").await), (None, None));
    // A word that the other department already has.
    desk.say(ADMIN, "/replies Teknik - Halo").await;
    desk.press(ADMIN, "Departemen").await;
    desk.press(ADMIN, "Semua departemen").await;
    assert!(desk.toast(ADMIN).contains("Sudah ada balasan"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn an_answer_without_text_is_refused_and_a_command_ends_the_prompt() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/replies").await;
    desk.press(ADMIN, "Balasan baru").await;
    desk.attach(ADMIN, antri::sandbox::MediaKind::Photo, Some("halo teks")).await;
    assert!(desk.last(ADMIN).text.contains("perlu satu kata"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/cancel").await;
    desk.say(ADMIN, "halo teks").await;
    assert!(words(&desk).await.is_empty());
}

#[tokio::test]
async fn canned_replies_are_for_admins_and_read_well_in_english() {
    let desk = with_agent().await;
    desk.say(BUDI, "/replies halo teks").await;
    assert!(desk.last(BUDI).text.contains("khusus admin"));
    desk.press_data(BUDI, desk.last(BUDI).message_id, &data(ButtonAction::NewReply)).await;
    assert!(desk.toast(BUDI).contains("tidak berwenang"), "{}", desk.toast(BUDI));
    desk.say(SARI, "/replies halo teks").await;
    assert!(words(&desk).await.is_empty());
    desk.say(ADMIN, "/language en").await;
    desk.say(ADMIN, "/replies").await;
    desk.press(ADMIN, "New reply").await;
    assert!(
        desk.last(ADMIN).text.contains("{name} becomes the customer's name"),
        "{}",
        desk.last(ADMIN).text
    );
    desk.say(ADMIN, "hello Hello {name}").await;
    desk.press(ADMIN, "Delete").await;
    assert!(desk.last(ADMIN).text.contains("Delete the reply hello?"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn a_word_in_braces_that_has_no_value_is_refused() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/replies halo Halo {nama}!").await;
    let refused = desk.last(ADMIN).text;
    assert!(refused.contains("{nama} tidak ada isinya"), "{refused}");
    assert!(["{name}", "{number}", "{agent}"].iter().all(|known| refused.contains(known)), "{refused}");
    assert!(words(&desk).await.is_empty());
    desk.say(ADMIN, "/language en").await;
    desk.say(ADMIN, "/replies").await;
    desk.press(ADMIN, "New reply").await;
    desk.say(ADMIN, "halo Ticket {tiket}").await;
    assert!(desk.last(ADMIN).text.contains("{tiket} has no value"), "{}", desk.last(ADMIN).text);
    // The prompt stays open.
    desk.say(ADMIN, "halo Ticket {number}").await;
    assert_eq!(words(&desk).await, ["halo"]);
}
