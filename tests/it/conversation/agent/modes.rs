//! Assignment modes from pick-up to automatic assignment: manual, dual, auto, and the rollout percentage.
use crate::conversation::{BUDI, CITRA, SARI, five_tickets, second_department, with_agent};
use crate::support::ADMIN;
use antri::domain::policy::{Mode, Percent};

#[tokio::test]
async fn in_manual_mode_tickets_wait_to_be_picked_up() {
    let desk = with_agent().await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    desk.ticket(SARI, "kendala 1").await;
    assert!(!desk.has(BUDI, "Tiket baru"));
    desk.say(BUDI, "/queue").await;
    desk.press(BUDI, "Ambil #1").await;
    assert_eq!(desk.toast(BUDI), "🙋 Tiket masuk ke antrian Anda");
    desk.find(BUDI, "kendala 1");
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
}

#[tokio::test]
async fn the_second_pick_up_of_a_ticket_is_refused() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    desk.ticket(SARI, "kendala 1").await;
    desk.say(BUDI, "/queue").await;
    desk.say(CITRA, "/queue").await;
    let (list, pick_up) = desk.button(CITRA, "Ambil #1");
    desk.press(BUDI, "Ambil #1").await;
    desk.press_data(CITRA, list, &pick_up).await;
    assert!(desk.toast(CITRA).contains("🟡 Menunggu"), "{}", desk.toast(CITRA));
    assert!(!desk.has(CITRA, "kendala 1"));
    assert!(desk.last(CITRA).text.contains("Tidak ada tiket yang menunggu"), "the list is redrawn");
}

#[tokio::test]
async fn a_full_agent_cannot_pick_up_a_ticket() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    desk.ticket(SARI, "kendala 6").await;
    desk.say(BUDI, "/queue").await;
    desk.press(BUDI, "Ambil #1").await;
    assert!(desk.toast(BUDI).contains("penuh (5/5)"), "{}", desk.toast(BUDI));
}

#[tokio::test]
async fn dual_mode_assigns_to_opted_in_agents_and_others_pick_up() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.change_settings(|s| s.mode = Mode::Dual).await;
    desk.say(CITRA, "/online").await;
    desk.say(CITRA, "/autoassign off").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.find(BUDI, "kendala 1");
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 2").await;
    desk.say(CITRA, "/queue").await;
    desk.press(CITRA, "Ambil #1").await;
    desk.find(CITRA, "kendala 2");
}

#[tokio::test]
async fn in_auto_mode_an_opted_out_agent_picks_up_and_adds_no_capacity() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.say(ADMIN, "/workload").await;
    assert!(desk.last(ADMIN).text.contains("Kapasitas: 10 slot tersedia"), "{}", desk.last(ADMIN).text);
    desk.say(CITRA, "/autoassign off").await;
    assert!(desk.last(CITRA).text.contains("/queue"));
    desk.say(ADMIN, "/workload").await;
    assert!(desk.last(ADMIN).text.contains("Kapasitas: 5 slot tersedia"), "{}", desk.last(ADMIN).text);
    desk.say(CITRA, "/myqueue").await;
    assert!(desk.last(CITRA).text.contains("ambil tiket lewat /queue"));
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 1").await;
    // Only an agent without automatic assignment has the pick-up button.
    desk.say(BUDI, "/queue").await;
    assert!(desk.last(BUDI).button("Ambil").is_none());
    desk.say(CITRA, "/queue").await;
    desk.press(CITRA, "Ambil #1").await;
    desk.find(CITRA, "kendala 1");
    desk.find(SARI, "sekarang ditangani oleh Agen 2");
}

#[tokio::test]
async fn the_queue_card_promises_no_ticket_to_an_opted_out_agent() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.say(BUDI, "/autoassign off").await;
    for (command, held) in [("/setmax Budi 5", "5/5"), ("/setmax Budi 4", "5/4")] {
        desk.say(ADMIN, command).await;
        desk.say(BUDI, "/myqueue").await;
        let card = desk.last(BUDI).text;
        assert!(card.contains(held) && card.contains("0 slot tersedia. Penugasan otomatis"), "{card}");
        assert!(!card.contains("untuk menerima"), "{card}");
    }
    desk.say(BUDI, "/offline").await;
    desk.say(BUDI, "/myqueue").await;
    let card = desk.last(BUDI).text;
    assert!(card.contains("ambil tiket lewat /queue") && !card.contains("untuk menerima"), "{card}");
}

#[tokio::test]
async fn in_manual_mode_the_queue_card_points_to_the_queue_command() {
    let desk = with_agent().await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    desk.say(BUDI, "/myqueue").await;
    assert!(desk.last(BUDI).text.contains("ambil tiket lewat /queue"));
    desk.say(ADMIN, "/workload").await;
    assert!(desk.last(ADMIN).text.contains("Kapasitas: 5 slot tersedia"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn a_ticket_outside_the_rollout_waits_for_pick_up() {
    let desk = with_agent().await;
    desk.change_settings(|s| s.rollout_percent = Percent::new(0).unwrap()).await;
    desk.ticket(SARI, "kendala 1").await;
    assert!(!desk.has(BUDI, "Tiket baru"));
    desk.say(BUDI, "/queue").await;
    desk.press(BUDI, "Ambil #1").await;
    desk.find(BUDI, "kendala 1");
}

#[tokio::test]
async fn only_tickets_of_own_departments_have_a_pick_up_button() {
    let desk = with_agent().await;
    second_department(&desk).await;
    // An admin who is an agent of one department sees the tickets of all departments.
    desk.say(ADMIN, &format!("/addagent {ADMIN} Teknik")).await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    for department in ["Umum", "Teknik"] {
        desk.say(SARI, &format!("/new {department}")).await;
        desk.press(SARI, &format!("{department} - Pertanyaan")).await;
        desk.press(SARI, "Kirim").await;
    }
    desk.say(ADMIN, "/queue").await;
    let list = desk.last(ADMIN);
    assert!(
        list.button("Ambil #1").is_none() && list.button("Ambil #2").is_some(),
        "{}",
        desk.chat_story(ADMIN)
    );
}

#[tokio::test]
async fn in_manual_mode_every_answer_says_that_nothing_is_assigned_automatically() {
    let desk = with_agent().await;
    desk.change_settings(|s| s.mode = Mode::Manual).await;
    for command in ["/autoassign on", "/status", "/myqueue"] {
        desk.say(BUDI, command).await;
        let text = desk.last(BUDI).text.to_lowercase();
        assert!(text.contains("penugasan otomatis") && text.contains("tidak aktif"), "{command}: {text}");
        assert!(text.contains("/queue") && !text.contains("otomatis: aktif"), "{command}: {text}");
    }
    desk.change_settings(|s| s.mode = Mode::Auto).await;
    desk.say(BUDI, "/autoassign on").await;
    assert!(desk.last(BUDI).text.contains("masuk sendiri ke antrian Anda"));
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Penugasan otomatis: aktif"));
}
