//! Ticket cards and the /myqueue card of an agent: new, opened, on hold, completed, refilled.
use crate::conversation::{BUDI, CITRA, SARI, five_tickets, number, with_agent, with_customer};
use crate::support::ADMIN;
use antri::domain::card::CardKey;
use antri::sandbox::Fault;
use chrono::TimeDelta;

#[tokio::test]
async fn a_new_ticket_card_has_the_specified_text() {
    let desk = with_customer().await;
    desk.department("HSI INDIBIZ").await;
    desk.say(ADMIN, "/category HSI INDIBIZ - TROUBLESHOOT").await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(ADMIN, &format!("/addagent {BUDI} HSI INDIBIZ")).await;
    desk.say(BUDI, "/online").await;
    for n in 1..=3 {
        desk.say(SARI, &format!("/new kendala {n}")).await;
        desk.press(SARI, "TROUBLESHOOT").await;
        desk.press(SARI, "Kirim").await;
    }
    let card = desk.find(BUDI, "kendala 3");
    let specified = format!(
        "🎫 Tiket baru ditambahkan ke antrian Anda!\n\
         Ticket: {}\n\
         Kategori: HSI INDIBIZ - TROUBLESHOOT\n\
         Posisi antrian: #3\n\
         \n\
         Anda memiliki 3/5 tiket aktif.",
        number(&desk, SARI)
    );
    assert_eq!(card.text, format!("{specified}\n\nPelanggan: Sari (@sari)\n\nkendala 3"));
    let labels: Vec<_> = card.keyboard.concat().into_iter().map(|b| b.text).collect();
    assert_eq!(labels, ["▶️ Buka", "✅ Selesai", "⏸ Tunda", "↩️ Kembalikan"]);
}

#[tokio::test]
async fn one_card_follows_a_ticket_through_all_its_states() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let card = desk.find(BUDI, "printer rusak").message_id;
    for (button, toast, state) in [
        ("Buka", "▶️ Tiket dibuka", "🔵 Sedang dikerjakan"),
        ("Tunda", "⏸ Tiket ditunda", "⏸ Ditunda"),
        ("Lanjutkan", "▶️ Tiket dilanjutkan", "🔵 Sedang dikerjakan"),
        ("Selesai", "✅ Tiket selesai", "✅ Tiket ini sudah selesai."),
    ] {
        desk.press(BUDI, button).await;
        assert_eq!(desk.toast(BUDI), toast);
        let now = desk.find(BUDI, state);
        assert_eq!(now.message_id, card, "the card is edited in place");
    }
    assert!(desk.find(BUDI, "sudah selesai").keyboard.is_empty());
}

#[tokio::test]
async fn an_unopened_ticket_can_be_held_and_completed() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    desk.press(BUDI, "Tunda").await;
    desk.press(BUDI, "Lanjutkan").await;
    desk.find(BUDI, "Anda memiliki 1/5 tiket aktif");
    desk.press(BUDI, "Selesai").await;
    desk.find(SARI, "sudah selesai");
}

#[tokio::test]
async fn the_last_edit_of_a_card_stores_no_digest() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    let app = desk.app();
    let store = app.engine.store();
    let ticket = store.all_held().await.unwrap().remove(0);
    let key = CardKey::Task(ticket.id, ticket.holder().unwrap());
    let assigned = store.live_card(key).await.unwrap().unwrap();
    let shown =
        || desk.sandbox.chat(BUDI).into_iter().find(|m| m.message_id == i64::from(assigned.message_id));
    desk.press(BUDI, "Buka").await;
    let opened = store.live_card(key).await.unwrap().unwrap();
    assert_ne!(opened.digest, assigned.digest, "an edit that is not the last stores a digest");
    let before = shown().unwrap().text;
    desk.press(BUDI, "Selesai").await;
    assert_ne!(shown().unwrap().text, before);
    assert_eq!(store.live_card(key).await.unwrap(), Some(opened));
}

#[tokio::test]
async fn completing_a_ticket_refills_the_queue_at_the_end() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.ticket(SARI, "kendala 6").await;
    desk.find(SARI, "Posisi antrian: #1");
    assert!(!desk.has(BUDI, "kendala 6"));
    let first = desk.find(BUDI, "kendala 1");
    desk.press_data(BUDI, first.message_id, first.button("Selesai").unwrap()).await;
    let refill = desk.find(BUDI, "kendala 6").text;
    assert!(refill.contains("Posisi antrian: #5") && refill.contains("5/5 tiket aktif"), "{refill}");
    assert_eq!(desk.pass(TimeDelta::seconds(10)).await.found, 0);
}

#[tokio::test]
async fn myqueue_takes_steps_and_stays_one_message() {
    let desk = with_agent().await;
    desk.say(BUDI, "/myqueue").await;
    assert!(desk.last(BUDI).text.contains("Antrian Anda kosong"));
    let card = desk.last(BUDI).message_id;
    five_tickets(&desk).await;
    let shown = || desk.sandbox.message(BUDI, card).unwrap();
    assert!(shown().text.contains("(5/5)") && shown().text.contains("Antrian Anda penuh"));
    for (label, then) in [
        ("Buka #1", "🔵 Sedang dikerjakan"),
        ("Tunda #1", "⏸ Ditunda"),
        ("Lanjutkan #1", "🔵 Sedang dikerjakan"),
        ("Selesai #1", "(4/5)"),
    ] {
        let data = shown().button(label).unwrap_or_else(|| panic!("{label}: {}", shown().text)).to_owned();
        desk.press_data(BUDI, card, &data).await;
        assert!(shown().text.contains(then), "{label}: {}", shown().text);
    }
    assert!(shown().text.contains("1 slot tersedia"));
    desk.clock.advance(TimeDelta::seconds(601));
    let data = shown().button("Segarkan").unwrap().to_owned();
    desk.press_data(BUDI, card, &data).await;
    assert!(shown().text.contains("Ditugaskan: 10 menit yang lalu"), "{}", shown().text);
}

#[tokio::test]
async fn more_than_eight_held_tickets_come_in_pages() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi 10").await;
    for n in 1..=9 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(BUDI, "/myqueue").await;
    let card = desk.last(BUDI).message_id;
    // The label must be the bare arrow: "▶️ Buka #1" begins with it too.
    let page = desk.sandbox.message(BUDI, card).unwrap();
    let next_page = page.keyboard.concat().into_iter().find(|b| b.text == "▶️").unwrap();
    desk.press_data(BUDI, card, &next_page.callback_data.unwrap()).await;
    let second = desk.sandbox.message(BUDI, card).unwrap();
    assert!(second.text.contains("#9") && second.button("Buka #9").is_some(), "{}", second.text);
    // A refresh keeps the shown page, and falls back to the page before when it has become empty.
    let done = second.button("Selesai #9").unwrap().to_owned();
    desk.press_data(BUDI, card, &done).await;
    let after = desk.sandbox.message(BUDI, card).unwrap();
    assert!(after.text.contains("(8/10)") && after.text.contains("#8"), "{}", after.text);
}

#[tokio::test]
async fn only_the_newest_myqueue_card_is_refreshed() {
    let desk = with_agent().await;
    desk.say(BUDI, "/myqueue").await;
    let old = desk.last(BUDI).message_id;
    // It is too old to be deleted.
    desk.fault("deleteMessage", Some(BUDI), 1, Fault::BadRequest("message can't be deleted".into()));
    desk.say(BUDI, "/myqueue").await;
    let new = desk.last(BUDI).message_id;
    desk.ticket(SARI, "satu").await;
    assert!(desk.sandbox.message(BUDI, new).unwrap().text.contains("(1/5)"));
    // The older card is not refreshed, but a press on an old screen redraws it.
    assert!(!desk.shown(BUDI, old).contains("5)"), "{}", desk.shown(BUDI, old));
    desk.press_data(BUDI, old, "l:q:0").await;
    assert!(desk.sandbox.message(BUDI, old).unwrap().text.contains("(1/5)"));
}

#[tokio::test]
async fn two_agents_get_tickets_in_turn() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    for n in 1..=4 {
        desk.clock.advance(TimeDelta::seconds(1));
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    for (agent, tickets) in [(BUDI, ["kendala 1", "kendala 3"]), (CITRA, ["kendala 2", "kendala 4"])] {
        assert!(tickets.iter().all(|words| desk.has(agent, words)), "{}", desk.chat_story(agent));
        assert_eq!(desk.count(agent, "Tiket baru ditambahkan"), 2);
    }
}
