//! The queue of waiting tickets as agents, admins and waiting customers see it.
use crate::conversation::{BUDI, CITRA, SARI, TOM, second_department, with_agent, with_customer};
use crate::support::{ADMIN, StoreFault};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test]
async fn in_auto_mode_the_queue_lists_tickets_without_pick_up_buttons() {
    let desk = with_agent().await;
    desk.say(BUDI, "/queue").await;
    assert!(desk.last(BUDI).text.contains("Tidak ada tiket yang menunggu"));
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 1").await;
    for id in [BUDI, ADMIN] {
        desk.say(id, "/queue").await;
        let list = desk.last(id);
        assert!(list.text.contains("1 tiket menunggu") && list.text.contains("#1 • INC"));
        assert!(list.button("Ambil").is_none());
        desk.press(id, "Segarkan").await;
    }
}

#[tokio::test]
async fn the_list_of_a_former_agent_says_for_whom_it_is() {
    for (locale, text) in [
        ("id", "Daftar ini untuk agen dan admin, jadi sudah ditutup."),
        ("en", "This list is for agents and admins, so it is closed now."),
    ] {
        let desk = with_agent().await;
        desk.say(BUDI, &format!("/language {locale}")).await;
        desk.say(BUDI, "/busy").await;
        desk.ticket(SARI, "kendala 1").await;
        desk.say(BUDI, "/queue").await;
        let list = desk.last(BUDI).message_id;
        desk.say(ADMIN, "/removeagent Budi").await;
        desk.press(ADMIN, "Cabut").await;
        desk.ticket(SARI, "kendala 2").await;
        desk.until("the closed list", async || desk.sandbox.message(BUDI, list).unwrap().text == text).await;
    }
}

#[tokio::test]
async fn a_waiting_card_follows_the_number_of_online_agents() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    for id in [BUDI, CITRA] {
        desk.say(id, "/busy").await;
    }
    desk.ticket(SARI, "kendala 1").await;
    let card = || desk.find(SARI, "Posisi").text;
    assert!(card().contains("Agen online: saat ini tidak ada"), "{}", card());
    // Citra has a slot for the first of two tickets.
    desk.say(ADMIN, "/setmax Citra 1").await;
    desk.person(TOM, "Tom", "id").await;
    desk.ticket(TOM, "kendala 2").await;
    desk.say(CITRA, "/online").await;
    assert!(desk.has(SARI, "ditangani oleh Agen 2"));
    let waits = || desk.find(TOM, "Posisi").text;
    assert!(waits().contains("Agen online: 1"), "{}", waits());
    desk.say(CITRA, "/offline").await;
    assert!(waits().contains("Agen online: saat ini tidak ada"), "{}", waits());
}

#[tokio::test]
async fn an_assignment_during_the_send_of_a_queue_card_is_shown_on_it() {
    let desk = with_agent().await;
    desk.say(SARI, "kendala 1").await;
    let draft = desk.last(SARI);
    // The card is sent, and its delivery is not settled yet.
    let reads = Arc::new(AtomicU32::new(0));
    let (counted, sandbox) = (Arc::clone(&reads), desk.sandbox.clone());
    desk.faults.inject(move |called| {
        counted.fetch_add(u32::from(called == "live_queues"), Ordering::SeqCst);
        let is_sent = sandbox.chat(BUDI).iter().any(|message| message.text.contains("(0/5)"));
        (called == "settle" && is_sent).then_some(StoreFault::Held)
    });
    desk.sandbox.send_text(BUDI, "/myqueue");
    desk.until("the card", async || desk.has(BUDI, "(0/5)")).await;
    let card = desk.find(BUDI, "(0/5)").message_id;
    desk.sandbox.press(SARI, draft.message_id, draft.button("Kirim").unwrap());
    desk.until("the refresher to read the live queues", async || reads.load(Ordering::SeqCst) > 0).await;
    desk.faults.clear();
    desk.settle().await;
    let shown = desk.sandbox.message(BUDI, card).unwrap();
    assert!(shown.text.contains("(1/5)"), "{}", shown.text);
}

#[tokio::test]
async fn a_queue_without_a_live_card_is_not_refreshed() {
    let desk = with_agent().await;
    let refreshes = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&refreshes);
    desk.faults.inject(move |called| {
        counted.fetch_add(u32::from(called == "enqueue"), Ordering::SeqCst);
        None
    });
    desk.ticket(SARI, "kendala 1").await;
    assert_eq!(refreshes.load(Ordering::SeqCst), 0);
    desk.say(BUDI, "/myqueue").await;
    desk.ticket(SARI, "kendala 2").await;
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
    assert!(desk.has(BUDI, "(2/5)"), "{:?}", desk.sandbox.chat(BUDI));
}

#[tokio::test]
async fn the_queue_card_of_a_former_agent_is_closed() {
    let desk = with_agent().await;
    desk.ticket(SARI, "kendala 1").await;
    desk.say(BUDI, "/myqueue").await;
    let card = desk.last(BUDI).message_id;
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    let shown = desk.sandbox.message(BUDI, card).unwrap();
    assert_eq!(shown.text, "Anda bukan agen lagi, jadi antrian ini sudah ditutup.");
    assert!(shown.keyboard.is_empty());
}

#[tokio::test]
async fn the_queue_lists_own_departments_for_agents_and_all_for_admins() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(ADMIN, &format!("/addagent {BUDI} Teknik")).await;
    desk.say(SARI, "soal umum").await;
    desk.press(SARI, "Umum").await;
    desk.press(SARI, "Kirim").await;
    desk.say(BUDI, "/queue").await;
    assert!(desk.last(BUDI).text.contains("Tidak ada"));
    desk.say(ADMIN, "/queue").await;
    assert!(desk.last(ADMIN).text.contains("1 tiket menunggu"));
}

#[tokio::test]
async fn more_than_eight_waiting_tickets_come_in_pages() {
    let desk = with_customer().await;
    for n in 1..=9 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(ADMIN, "/queue").await;
    assert!(desk.last(ADMIN).text.contains("9 tiket menunggu") && !desk.last(ADMIN).text.contains("#9"));
    desk.press(ADMIN, "▶️").await;
    assert!(desk.last(ADMIN).text.contains("#9"));
}
