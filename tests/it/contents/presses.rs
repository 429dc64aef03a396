//! Presses that name their message by an inline id (Bot API 10.5, `callback_query_mode`).
use super::{ANI, BUDI, desk};
use crate::support::ADMIN;
use antri::sandbox::PressMode;

#[tokio::test]
async fn presses_with_an_inline_id_do_what_they_say() {
    let desk = desk().await;
    desk.sandbox.set_press_mode(PressMode::Inline);
    desk.say(ANI, "internet mati").await;
    let preview = desk.last(ANI).message_id;
    desk.press(ANI, "✅ Kirim").await;
    assert!(desk.shown(ANI, preview).contains("Lanjut di bawah"), "{}", desk.shown(ANI, preview));
    assert!(desk.find(ANI, "sekarang ditangani").message_id > preview, "{}", desk.transcript(ANI));
    let card = desk.find(BUDI, "Tiket baru").message_id;
    desk.press(BUDI, "▶️ Buka").await;
    assert!(desk.shown(BUDI, card).contains("Sedang dikerjakan"), "{}", desk.shown(BUDI, card));
    desk.press(BUDI, "✅ Selesai").await;
    assert!(desk.shown(BUDI, card).contains("sudah selesai"), "{}", desk.shown(BUDI, card));
    desk.say(BUDI, "/status").await;
    desk.press(BUDI, "🔴 Offline").await;
    desk.say(ADMIN, "/department Gudang").await;
    desk.press(ADMIN, "➕ Buat").await;
    desk.say(ADMIN, "Gudang").await;
    desk.find(ADMIN, "Departemen Gudang dibuat");
}

#[tokio::test]
async fn a_press_on_a_message_that_the_bot_cannot_access_works() {
    let desk = desk().await;
    desk.sandbox.set_press_mode(PressMode::Auto);
    desk.say(ANI, "internet mati").await;
    desk.press(ANI, "✅ Kirim").await;
    let (card, data) = desk.button(BUDI, "✅ Selesai");
    desk.sandbox.hide_from_bot(BUDI, card);
    desk.press_data(BUDI, card, &data).await;
    assert!(desk.toast(BUDI).contains("Tiket selesai"), "{}", desk.chat_story(BUDI));
    desk.find(ANI, "sudah selesai");
}

#[tokio::test]
async fn a_forged_press_with_an_inline_id_is_refused() {
    let desk = desk().await;
    desk.sandbox.set_press_mode(PressMode::Inline);
    desk.say(ANI, "internet mati").await;
    desk.press(ANI, "✅ Kirim").await;
    let (card, data) = desk.button(BUDI, "✅ Selesai");
    let before = desk.shown(BUDI, card);
    desk.press_in(BUDI, ANI, card, &data).await;
    assert_eq!(desk.shown(BUDI, card), before, "the card of another person is not drawn");
    desk.press_data(ANI, 9_999, "not a button").await;
    assert!(desk.toast(ANI).contains("tidak berlaku"), "{}", desk.chat_story(ANI));
}
