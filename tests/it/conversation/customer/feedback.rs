//! Feedback of a customer on a completed ticket: reopening, the rating, the comment to it.
use crate::conversation::{BUDI, CITRA, SARI, TOM, number, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::ButtonAction;
use antri::domain::event::Action;
use antri::domain::number::TicketNumber;
use antri::domain::person::Prompt;
use antri::domain::ticket::service::Stars;
use antri::domain::ticket::{Status, Ticket};
use antri::engine::ports::Cutoffs;
use chrono::TimeDelta;
use std::sync::atomic::Ordering;

/// Returns a desk where Budi completed a ticket of Sari's, and the ticket.
async fn completed() -> (Desk, Ticket) {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    desk.press(BUDI, "Selesai").await;
    let ticket = ticket(&desk, &number).await;
    (desk, ticket)
}

async fn ticket(desk: &Desk, number: &str) -> Ticket {
    let number = TicketNumber::parse(number).unwrap();
    desk.app().engine.store().ticket_by_number(&number).await.unwrap().unwrap()
}

async fn current(desk: &Desk, ticket: &Ticket) -> Ticket {
    desk.app().engine.store().ticket(ticket.id).await.unwrap().unwrap()
}

/// Returns the text of a message as the person sees it now.
fn text_of(desk: &Desk, id: i64, message: i64) -> String {
    desk.sandbox.message(id, message).unwrap().text
}

#[tokio::test]
async fn a_reopened_ticket_goes_back_to_the_agent_who_completed_it() {
    let (desk, before) = completed().await;
    desk.press(SARI, "Belum selesai").await;
    assert!(desk.toast(SARI).contains("dibuka kembali"), "{}", desk.toast(SARI));
    let after = current(&desk, &before).await;
    assert_eq!((after.status(), after.arrival), (Status::Assigned, before.arrival));
    assert_eq!(desk.count(SARI, "sekarang ditangani oleh Agen 1"), 2, "{}", desk.chat_story(SARI));
    let card = "Menurut pelanggan, tiket ini belum selesai. Sebelumnya Anda yang menyelesaikannya.";
    assert_eq!(desk.count(BUDI, card), 1, "{}", desk.chat_story(BUDI));
    assert_eq!(desk.count(BUDI, "Tiket baru ditambahkan"), 0, "the old card is completed");
    assert!(desk.button(BUDI, "Buka").0 > 0);
    let history = desk.app().engine.store().history(before.id).await.unwrap();
    assert!(matches!(history.last().unwrap().what, Action::Reopened { to: Some(_) }));
    assert_eq!(desk.app().engine.faults.reopened.load(Ordering::SeqCst), 1);
    // It can be completed again, and the new message has new buttons.
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(current(&desk, &before).await.service.reopened, 2);
}

#[tokio::test]
async fn without_that_agent_a_reopened_ticket_is_first_in_the_queue() {
    let (desk, before) = completed().await;
    desk.say(BUDI, "/offline").await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "later").await;
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(current(&desk, &before).await.status(), Status::Queued);
    assert!(desk.find(SARI, "dibuka lagi dan kembali ke antrian").text.contains("#1"));
    desk.find(BUDI, "kembali ke antrian umum");
    desk.find(TOM, "#2");
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    let cards = desk.chat_story(CITRA);
    desk.find(
        CITRA,
        "Menurut pelanggan, tiket ini belum selesai. Sebelumnya rekan Anda yang menyelesaikannya.",
    );
    assert!(cards.find("printer rusak").unwrap() < cards.find("later").unwrap(), "{cards}");
}

/// The store forgets the live cards of tickets that ended long ago.
#[tokio::test]
async fn the_card_of_a_ticket_that_is_reopened_late_is_live_again() {
    let (desk, _) = completed().await;
    desk.say(BUDI, "/offline").await;
    let forgotten = Cutoffs::all(desk.now() + TimeDelta::seconds(1));
    desk.app().engine.store().prune(&forgotten).await.unwrap();
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(desk.count(SARI, "Posisi antrian"), 1, "{}", desk.chat_story(SARI));
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    assert_eq!(desk.count(SARI, "Posisi antrian"), 0, "{}", desk.chat_story(SARI));
    desk.find(SARI, "sekarang ditangani oleh Agen 2");
}

#[tokio::test]
async fn a_reopened_ticket_that_is_given_back_says_so() {
    let (desk, before) = completed().await;
    desk.press(SARI, "Belum selesai").await;
    desk.press(BUDI, "Kembalikan").await;
    assert_eq!(current(&desk, &before).await.status(), Status::Queued);
    desk.find(SARI, "Tiket Anda kembali ke antrian");
    assert!(!desk.has(SARI, "dibuka lagi"), "{}", desk.chat_story(SARI));
}

#[tokio::test]
async fn a_full_or_leaving_agent_does_not_get_the_reopened_ticket() {
    let (desk, before) = completed().await;
    desk.say(ADMIN, "/setmax Budi 1").await;
    desk.ticket(SARI, "kendala lain").await;
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(current(&desk, &before).await.status(), Status::Queued);
    desk.press(BUDI, "Selesai").await;
    assert_eq!(current(&desk, &before).await.status(), Status::Assigned, "the next free slot is theirs");
}

#[tokio::test]
async fn a_second_late_or_foreign_press_gets_a_kind_answer() {
    let (desk, before) = completed().await;
    let (message, reopen) = desk.button(SARI, "Belum selesai");
    desk.person(RUDI, "Rudi", "id").await;
    desk.press_data(RUDI, desk.last(RUDI).message_id, &reopen).await;
    assert!(desk.toast(RUDI).contains("bukan milik Anda"), "{}", desk.toast(RUDI));
    desk.press_data(SARI, message, &reopen).await;
    desk.press_data(SARI, message, &reopen).await;
    assert!(desk.toast(SARI).contains("sudah pernah dibuka kembali"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &before).await.service.reopened, 1);
    desk.press(BUDI, "Selesai").await;
    desk.press_data(SARI, message, &reopen).await;
    assert_eq!(current(&desk, &before).await.status(), Status::Completed, "the button of the first time");
    desk.clock.advance(TimeDelta::hours(72) + TimeDelta::seconds(1));
    desk.press(SARI, "Belum selesai").await;
    assert!(desk.toast(SARI).contains("terlalu lama"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &before).await.status(), Status::Completed);
    let last = desk.find(SARI, "Seberapa puas");
    assert!(last.button("Belum selesai").is_none() && last.button("5 ⭐").is_some(), "{}", last.text);
}

/// A person who has no ticket.
const RUDI: i64 = 15;

#[tokio::test]
async fn the_window_is_a_setting() {
    let (desk, before) = completed().await;
    desk.change_settings(|settings| settings.reopen_window = std::time::Duration::from_secs(60)).await;
    desk.clock.advance(TimeDelta::seconds(61));
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(current(&desk, &before).await.status(), Status::Completed);
}

#[tokio::test]
async fn a_cancelled_ticket_is_not_reopened() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    let before = ticket(&desk, &number(&desk, SARI)).await;
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    let message = desk.last(SARI).message_id;
    desk.press_data(SARI, message, &data(ButtonAction::Reopen(before.id, 0))).await;
    assert!(desk.toast(SARI).contains("✖️ Dibatalkan"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &before).await.status(), Status::Cancelled);
}

#[tokio::test]
async fn a_rating_is_stored_and_can_be_changed_and_commented() {
    let (desk, before) = completed().await;
    let told = desk.sandbox.chat(BUDI).len();
    desk.press(SARI, "2 ⭐").await;
    assert!(desk.toast(SARI).contains("Terima kasih atas penilaian"), "{}", desk.toast(SARI));
    desk.press(SARI, "4 ⭐").await;
    assert!(desk.find(SARI, "sudah selesai").text.contains("Penilaian Anda: ⭐⭐⭐⭐"));
    assert_eq!(desk.count(SARI, "Ada yang ingin Anda sampaikan?"), 1, "asked once");
    desk.say(SARI, "Cepat, <b>terima kasih</b>").await;
    desk.find(SARI, "admin kami bisa membacanya");
    let rating = current(&desk, &before).await.service.rating.unwrap();
    assert_eq!(
        (rating.stars, rating.comment.as_deref()),
        (Stars::ALL[3], Some("Cepat, <b>terima kasih</b>"))
    );
    assert_eq!(desk.sandbox.chat(BUDI).len(), told, "the agent is not told");
    // The next message is a new ticket, as ever.
    desk.say(SARI, "internet mati").await;
    assert!(desk.last(SARI).button("Kirim").is_some());
    desk.clock.advance(TimeDelta::seconds(3_700));
    desk.press(SARI, "1 ⭐").await;
    assert!(desk.toast(SARI).contains("tidak bisa diubah"), "{}", desk.toast(SARI));
    assert_eq!(current(&desk, &before).await.service.rating.unwrap().stars, Stars::ALL[3]);
}

#[tokio::test]
async fn the_prompt_for_a_comment_ends_with_a_press_a_command_or_time() {
    let (desk, before) = completed().await;
    let prompt = async || {
        let id = antri::domain::ids::TelegramId(SARI);
        desk.app().engine.store().person_by_telegram(id).await.unwrap().unwrap().current_prompt()
    };
    desk.press(SARI, "5 ⭐").await;
    assert!(matches!(prompt().await, Some(Prompt::Comment { .. })));
    desk.press(SARI, "Lewati").await;
    assert_eq!(prompt().await, None);
    desk.say(SARI, "bukan komentar").await;
    assert!(desk.last(SARI).button("Kirim").is_some(), "a draft");
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "3 ⭐").await;
    desk.say(SARI, "/mytickets").await;
    assert_eq!(prompt().await, None);
    desk.press(SARI, "4 ⭐").await;
    desk.clock.advance(TimeDelta::minutes(11));
    desk.say(SARI, "kendala baru").await;
    assert!(desk.last(SARI).button("Kirim").is_some(), "a draft");
    assert_eq!((prompt().await, current(&desk, &before).await.service.rating.unwrap().comment), (None, None));
}

#[tokio::test]
async fn admins_are_told_of_a_comment_to_a_low_rating_once() {
    let (desk, _) = completed().await;
    desk.person(901, "Eve", "en").await;
    desk.say(ADMIN, "/addadmin 901").await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.press(SARI, "2 ⭐").await;
    assert!(!desk.has(ADMIN, "penilaian rendah"), "the stars alone are in the statistics");
    desk.say(SARI, "Lama <b>sekali</b>").await;
    let notice = desk.find(ADMIN, "Sari mengomentari penilaian rendah untuk tiket");
    assert!(notice.text.contains("Penilaian: ⭐⭐\nKomentar: Lama <b>sekali</b>"), "{}", notice.text);
    let english = desk.find(901, "Sari commented on a low rating of ticket");
    assert!(english.text.contains("Rating: ⭐⭐\nComment: Lama"), "{}", english.text);
    desk.press(ADMIN, "🎫 Tiket").await;
    assert!(desk.last(ADMIN).text.contains("Komentar: Lama"), "{}", desk.last(ADMIN).text);
    let told = desk.count(ADMIN, "penilaian rendah");
    desk.press(SARI, "1 ⭐").await;
    assert_eq!(desk.count(ADMIN, "penilaian rendah"), told);
    assert!(!desk.has(BUDI, "Lama"), "agents see no rating");
}

#[tokio::test]
async fn admins_are_told_of_a_comment_when_its_rating_becomes_low() {
    let (desk, _) = completed().await;
    desk.press(SARI, "4 ⭐").await;
    desk.say(SARI, "Lama sekali").await;
    assert!(!desk.has(ADMIN, "penilaian rendah"));
    for _ in 0..2 {
        desk.press(SARI, "1 ⭐").await;
        let notice = desk.find(ADMIN, "Sari mengomentari penilaian rendah untuk tiket");
        assert!(notice.text.contains("Penilaian: ⭐\nKomentar: Lama sekali"), "{}", notice.text);
        assert_eq!(desk.count(ADMIN, "penilaian rendah"), 1);
    }
}

#[tokio::test]
async fn a_comment_to_a_good_rating_waits_for_its_reader() {
    let (desk, _) = completed().await;
    let told = desk.sandbox.chat(ADMIN).len();
    desk.press(SARI, "3 ⭐").await;
    desk.say(SARI, "lumayan").await;
    assert_eq!(desk.sandbox.chat(ADMIN).len(), told);
}

#[tokio::test]
async fn a_rating_ends_with_the_reopening() {
    let (desk, before) = completed().await;
    desk.press(SARI, "1 ⭐").await;
    desk.press(SARI, "Belum selesai").await;
    assert_eq!(current(&desk, &before).await.service.rating, None);
    desk.sandbox.send_text(SARI, "ini soal lain");
    desk.settle().await;
    // The prompt is closed: the words go to the agent.
    desk.find(BUDI, "ini soal lain");
}

#[tokio::test]
async fn reopening_and_rating_read_well_in_english() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "printer broken").await;
    desk.press(BUDI, "Selesai").await;
    desk.press(TOM, "4 ⭐").await;
    desk.find(TOM, "Your rating: ⭐⭐⭐⭐");
    desk.say(TOM, "quick").await;
    desk.find(TOM, "our admins can read that");
    desk.say(BUDI, "/offline").await;
    desk.press(TOM, "Not solved").await;
    desk.find(TOM, "Your ticket is open again and back in the queue.");
}

#[tokio::test]
async fn an_admin_sees_the_rating_in_the_api_and_the_agent_does_not() {
    let (desk, before) = completed().await;
    desk.press(SARI, "2 ⭐").await;
    desk.say(SARI, "lama").await;
    let path = format!("/api/tickets/{}", before.number);
    let admin = desk.get(ADMIN, &path).await;
    assert_eq!(admin.data()["rating"]["stars"], 2);
    assert_eq!(admin.data()["rating"]["comment"], "lama");
    assert_eq!((&admin.data()["reopened"], admin.data()["first_answered_at"].is_null()), (&0.into(), true));
    assert_eq!(desk.get(BUDI, &path).await.data().get("rating"), None);
}

#[tokio::test]
async fn the_prompt_for_a_comment_is_closed_by_the_comment_and_by_the_reopening() {
    let (desk, _) = completed().await;
    desk.press(SARI, "2 ⭐").await;
    let (message, skip) = desk.button(SARI, "Lewati");
    desk.say(SARI, "Lama sekali").await;
    let thanks = "🙏 Terima kasih atas penilaian dan komentar Anda!";
    assert_eq!(text_of(&desk, SARI, message), thanks);
    // A press on an old screen says the same.
    desk.press_data(SARI, message, &skip).await;
    assert_eq!(text_of(&desk, SARI, message), thanks);
    desk.press(SARI, "Belum selesai").await;
    desk.say(SARI, "/language en").await;
    desk.press(BUDI, "Selesai").await;
    desk.press(SARI, "3 ⭐").await;
    let (message, _) = desk.button(SARI, "Skip");
    desk.press(SARI, "Not solved").await;
    assert_eq!(text_of(&desk, SARI, message), "🙏 Thank you for your rating!");
}

#[tokio::test]
async fn a_rating_that_is_changed_asks_again_in_the_same_message() {
    let (desk, _) = completed().await;
    desk.press(SARI, "5 ⭐").await;
    let (message, skip) = desk.button(SARI, "Lewati");
    desk.press_data(SARI, message, &skip).await;
    assert_eq!(text_of(&desk, SARI, message), "🙏 Terima kasih atas penilaian Anda!");
    desk.press(SARI, "3 ⭐").await;
    assert_eq!(desk.button(SARI, "Lewati").0, message);
    assert_eq!(desk.count(SARI, "Ada yang ingin Anda sampaikan?"), 1);
    // The button of somebody else's prompt closes nothing.
    desk.person(TOM, "Tom", "en").await;
    desk.press_data(TOM, desk.last(TOM).message_id, &skip).await;
    assert_eq!(desk.button(SARI, "Lewati").0, message);
}
