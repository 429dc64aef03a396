//! Idempotent buttons of an admin. A button carries the wanted state, or the ticket's expected version, so a
//! repeated or stale press changes nothing.
use crate::conversation::{BUDI, CITRA, SARI, numbers, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk, StoreFault};

/// Presses the newest button with this label twice at once. Returns its message.
async fn press_twice(desk: &Desk, label: &str) -> i64 {
    let (message, data) = desk.button(ADMIN, label);
    desk.sandbox.press(ADMIN, message, &data);
    desk.press_data(ADMIN, message, &data).await;
    message
}

/// Presses the newest button with this label; the inbox delivers the update a second time. Returns the
/// message.
async fn press_with_repeated_update(desk: &Desk, label: &str) -> i64 {
    let (message, data) = desk.button(ADMIN, label);
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.press_data(ADMIN, message, &data).await;
    desk.faults.clear();
    message
}

#[tokio::test]
async fn a_double_press_switches_a_department_once() {
    let desk = with_customer().await;
    second_department(&desk).await;
    for (label, toast, shown) in [
        ("Jadikan kritis", "🚨 Teknik sekarang kritis.", "🚨 Kritis"),
        ("💤 Nonaktifkan", "💤 Teknik tidak menerima tiket baru.", "💤 Tidak menerima"),
    ] {
        let message = press_twice(&desk, label).await;
        assert_eq!(desk.toast(ADMIN), toast);
        assert!(desk.shown(ADMIN, message).contains(shown), "{}", desk.shown(ADMIN, message));
    }
    for (label, toast, gone) in [
        ("Tidak lagi kritis", "Teknik tidak kritis.", "🚨 Kritis"),
        ("Aktifkan kembali", "▶️ Teknik menerima tiket baru.", "💤 Tidak menerima"),
    ] {
        let message = press_twice(&desk, label).await;
        assert_eq!(desk.toast(ADMIN), toast);
        assert!(!desk.shown(ADMIN, message).contains(gone), "{}", desk.shown(ADMIN, message));
    }
}

#[tokio::test]
async fn a_repeated_update_switches_once() {
    let desk = with_customer().await;
    second_department(&desk).await;
    for (label, shown) in [("Jadikan kritis", "🚨 Kritis"), ("💤 Nonaktifkan", "💤 Tidak menerima")] {
        let message = press_with_repeated_update(&desk, label).await;
        assert!(desk.shown(ADMIN, message).contains(shown), "{}", desk.shown(ADMIN, message));
    }
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    desk.say(ADMIN, "/department Umum").await;
    desk.press(ADMIN, "🏷 Tagihan").await;
    let message = press_with_repeated_update(&desk, "Nonaktifkan").await;
    assert!(desk.shown(ADMIN, message).contains("• Tagihan 💤"));
}

#[tokio::test]
async fn a_double_press_switches_a_category_once() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    desk.say(ADMIN, "/department Umum").await;
    desk.press(ADMIN, "🏷 Tagihan").await;
    let message = press_twice(&desk, "Nonaktifkan").await;
    assert_eq!(desk.toast(ADMIN), "💤 Umum - Tagihan tidak ditawarkan kepada pelanggan.");
    assert!(desk.shown(ADMIN, message).contains("• Tagihan 💤"));
    desk.press(ADMIN, "🏷 Tagihan").await;
    let message = press_twice(&desk, "Aktifkan kembali").await;
    assert_eq!(desk.toast(ADMIN), "▶️ Umum - Tagihan ditawarkan kepada pelanggan.");
    assert!(!desk.shown(ADMIN, message).contains("💤 Tidak"));
}

#[tokio::test]
async fn a_double_press_joins_or_leaves_a_department_once() {
    let desk = with_agent().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    let message = press_twice(&desk, "Teknik").await;
    assert_eq!(desk.toast(ADMIN), "✓ Budi melayani Teknik.");
    assert!(desk.shown(ADMIN, message).contains("[✓ Teknik]"), "{}", desk.shown(ADMIN, message));
    press_with_repeated_update(&desk, "✓ Teknik").await;
    assert_eq!(desk.toast(ADMIN), "Budi tidak lagi melayani Teknik.");
    assert!(desk.shown(ADMIN, message).contains("[Teknik]"), "{}", desk.shown(ADMIN, message));
}

#[tokio::test]
async fn a_refused_switch_redraws_the_current_state() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/department Umum").await;
    let (message, retire) = desk.button(ADMIN, "💤 Nonaktifkan");
    desk.say(ADMIN, "/department Teknik").await;
    desk.press(ADMIN, "💤 Nonaktifkan").await;
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    desk.press_data(ADMIN, message, &retire).await;
    assert!(desk.toast(ADMIN).contains("terakhir tidak bisa dinonaktifkan"));
    assert!(desk.shown(ADMIN, message).contains("• Tagihan"), "{}", desk.shown(ADMIN, message));
}

#[tokio::test]
async fn a_second_requeue_leaves_the_ticket_with_its_next_agent() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, requeue) = desk.button(ADMIN, "Kembalikan ke antrian");
    desk.press_data(ADMIN, message, &requeue).await;
    assert_eq!(desk.app().engine.store().all_held().await.unwrap().len(), 1, "the other agent gets it");
    desk.press_data(ADMIN, message, &requeue).await;
    assert!(desk.toast(ADMIN).contains("🟡 Menunggu"), "{}", desk.toast(ADMIN));
    assert_eq!(desk.count(BUDI, "dikembalikan dari antrian Anda"), 1);
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("kembali ke antrian.") && !shown.contains('['), "the first result stays: {shown}");
}

#[tokio::test]
async fn a_double_press_of_requeue_reports_the_ticket_as_queued() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(BUDI, "/busy").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let message = press_twice(&desk, "Kembalikan ke antrian").await;
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("kembali ke antrian.") && !shown.contains('['), "{shown}");
}

#[tokio::test]
async fn a_stale_requeue_button_does_not_move_the_ticket() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(CITRA, "Citra").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, requeue) = desk.button(ADMIN, "Kembalikan ke antrian");
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    desk.press_data(ADMIN, message, &requeue).await;
    // The message offers the actions that are possible now.
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("kepada siapa?") && shown.contains("Kembalikan ke antrian"), "{shown}");
}

#[tokio::test]
async fn a_double_press_of_remove_reports_one_removal() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(ADMIN, "/removeagent Citra").await;
    let message = press_twice(&desk, "Cabut peran").await;
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("✅ Citra bukan agen lagi.") && !shown.contains("Pilih agen"), "{shown}");
    assert_eq!(desk.count(CITRA, "tidak lagi menerima tiket"), 1);
}

#[tokio::test]
async fn a_double_press_reassigns_a_ticket_once() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    for (id, name) in [(CITRA, "Citra"), (13, "Eka")] {
        desk.agent(id, name).await;
    }
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let message = press_twice(&desk, "Citra").await;
    assert!(desk.toast(ADMIN).contains("sudah di antrian agen itu"), "{}", desk.toast(ADMIN));
    assert!(desk.shown(ADMIN, message).contains("sekarang di antrian Citra"));
    assert_eq!(desk.count(CITRA, "printer rusak"), 1);
}

#[tokio::test]
async fn a_stale_reassign_button_does_not_move_the_ticket() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    for (id, name) in [(CITRA, "Citra"), (13, "Eka")] {
        desk.agent(id, name).await;
    }
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, citra) = desk.button(ADMIN, "Citra");
    desk.say(ADMIN, &format!("/reassign {number} Eka")).await;
    desk.press_data(ADMIN, message, &citra).await;
    assert!(desk.toast(ADMIN).contains("🟡 Menunggu"), "{}", desk.toast(ADMIN));
    assert!(!desk.has(CITRA, "printer rusak") && desk.has(13, "printer rusak"));
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("kepada siapa?") && shown.contains("Budi") && !shown.contains("Eka"), "{shown}");
    let (_, now) = desk.button(ADMIN, "Citra");
    desk.press_data(ADMIN, message, &now).await;
    desk.find(CITRA, "printer rusak");
}
