//! Repeated updates: an operation of several commits is interrupted by a store outage. The repeated update
//! finds the commits that are done and does the rest.
use super::{BUDI, SARI, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk, StoreFault};

/// Lets the `nth` commit from now on fail once, so that the update is handled again.
fn fail_commit(desk: &Desk, nth: u32) {
    let mut commits = 0;
    desk.faults.inject(move |called| {
        commits += u32::from(called == "commit");
        (called == "commit" && commits == nth).then_some(StoreFault::Unreachable)
    });
}

/// Returns the number of departments.
async fn department_count(desk: &Desk) -> usize {
    desk.app().engine.store().departments().await.unwrap().len()
}

#[tokio::test]
async fn a_department_is_created_once_when_its_press_is_repeated() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/department Keuangan").await;
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.press(ADMIN, "➕ Buat").await;
    desk.faults.clear();
    desk.find(ADMIN, "Departemen Keuangan dibuat");
    assert!(!desk.has(ADMIN, "sudah dipakai"));
    assert_eq!(department_count(&desk).await, 2);
}

#[tokio::test]
async fn a_category_is_created_once_when_closing_its_prompt_fails() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/category").await;
    fail_commit(&desk, 2);
    desk.say(ADMIN, "Tagihan").await;
    desk.faults.clear();
    assert!(
        desk.last(ADMIN).text.contains("Kategori Umum - Tagihan ditambahkan"),
        "{}",
        desk.chat_story(ADMIN)
    );
    desk.say(ADMIN, "/department Umum").await;
    assert_eq!(desk.last(ADMIN).text.matches("Tagihan").count(), 1);
}

#[tokio::test]
async fn a_rename_is_done_once_when_closing_its_prompt_fails() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.press(ADMIN, "Ganti nama").await;
    fail_commit(&desk, 2);
    desk.say(ADMIN, "Jaringan").await;
    desk.faults.clear();
    assert!(desk.last(ADMIN).text.contains("🏢 Jaringan"), "{}", desk.chat_story(ADMIN));
    desk.press(ADMIN, "🏷 Pertanyaan").await;
    desk.press(ADMIN, "Ganti nama").await;
    fail_commit(&desk, 2);
    desk.say(ADMIN, "Wifi").await;
    desk.faults.clear();
    assert!(desk.last(ADMIN).text.contains("• Wifi"), "{}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn a_repeated_answer_to_a_closed_prompt_is_not_taken_for_a_ticket_or_another_department() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.say(ADMIN, "Keuangan").await;
    desk.faults.clear();
    assert!(desk.last(ADMIN).text.contains("Departemen Keuangan dibuat"), "{}", desk.chat_story(ADMIN));
    assert!(!desk.has(ADMIN, "Untuk membuat tiket"), "taken for a ticket");
    assert_eq!(department_count(&desk).await, 2);
    desk.say(ADMIN, "terima kasih").await;
    assert_eq!(department_count(&desk).await, 2, "the prompt is closed");
}

#[tokio::test]
async fn a_repeated_category_command_reports_no_name_conflict() {
    let desk = with_customer().await;
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    desk.faults.clear();
    assert!(
        desk.last(ADMIN).text.contains("Kategori Umum - Tagihan ditambahkan"),
        "{}",
        desk.chat_story(ADMIN)
    );
    // A second message with the same name is a conflict.
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    assert!(desk.last(ADMIN).text.contains("sudah dipakai"));
}

#[tokio::test]
async fn a_repeated_cancel_of_a_prompt_keeps_the_draft() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/new printer rusak").await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
    desk.say(ADMIN, "/cancel").await;
    desk.faults.clear();
    assert_eq!(desk.last(ADMIN).text, "Baik, tidak jadi.");
    desk.press(ADMIN, "Kirim").await;
    assert_eq!(desk.toast(ADMIN), "✅ Tiket terkirim");
}

#[tokio::test]
async fn a_repeated_cancel_of_a_forgotten_request_keeps_the_draft_and_a_second_one_drops_it() {
    for (language, contacts, dismissed, dropped, nothing) in [
        ("id", "👤 Dari kontak", "Baik, tidak jadi.", "✖️ Tiket tidak jadi dikirim.", "Tidak ada"),
        ("en", "👤 From contacts", "All right, never mind.", "✖️ The ticket was not sent.", "nothing"),
    ] {
        let desk = with_customer().await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.say(ADMIN, "/new printer rusak").await;
        desk.say(ADMIN, "/addagent").await;
        desk.press(ADMIN, contacts).await;
        // The request is over by then, and its keyboard stays.
        desk.advance(chrono::TimeDelta::minutes(11));
        desk.faults.inject_next("complete_update", 1, StoreFault::Unreachable);
        desk.say(ADMIN, "/cancel").await;
        desk.faults.clear();
        assert_eq!((desk.count(ADMIN, dismissed), desk.count(ADMIN, dropped)), (1, 0), "{language}");
        assert_eq!(desk.sandbox.keyboard(ADMIN), None, "{}", desk.chat_story(ADMIN));
        let has_draft = async || {
            let store = desk.app().engine.store().clone();
            let admin =
                store.person_by_telegram(antri::domain::ids::TelegramId(ADMIN)).await.unwrap().unwrap();
            desk.app().engine.draft_of(admin.id).await.unwrap().is_some()
        };
        assert!(has_draft().await, "{}", desk.chat_story(ADMIN));
        desk.say(ADMIN, "/cancel").await;
        assert!(!has_draft().await && desk.last(ADMIN).text == dropped, "{}", desk.chat_story(ADMIN));
        desk.say(ADMIN, "/cancel").await;
        assert!(
            desk.last(ADMIN).text.to_lowercase().contains(&nothing.to_lowercase()),
            "{}",
            desk.last(ADMIN).text
        );
    }
}

#[tokio::test]
async fn an_interrupted_agent_removal_requeues_the_tickets() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(ADMIN, "/removeagent Budi").await;
    fail_commit(&desk, 2);
    desk.press(ADMIN, "Cabut peran").await;
    desk.faults.clear();
    desk.find(BUDI, "tidak lagi menerima tiket");
    desk.find(SARI, "kembali ke antrian");
}
