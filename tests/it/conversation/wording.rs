//! Regression tests for texts that were wrong or missing.
use super::{BUDI, CITRA, SARI, TOM, second_department, with_agent, with_customer};
use crate::support::ADMIN;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test]
async fn a_double_press_of_invite_shows_one_link() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/invite").await;
    let (message, invite) = desk.button(ADMIN, "Teknik");
    desk.sandbox.press(ADMIN, message, &invite);
    desk.press_data(ADMIN, message, &invite).await;
    let first = desk.shown(ADMIN, message);
    desk.press_data(ADMIN, message, &invite).await;
    assert_eq!(desk.shown(ADMIN, message), first);
    assert!(first.contains("join_"));
    // Another message creates another link.
    desk.say(ADMIN, "/invite Teknik").await;
    assert_ne!(desk.last(ADMIN).text, desk.sandbox.message(ADMIN, message).unwrap().text);
}

#[tokio::test]
async fn a_double_press_of_rename_prompts_once() {
    let desk = with_customer().await;
    second_department(&desk).await;
    let (message, rename) = desk.button(ADMIN, "Ganti nama");
    desk.sandbox.press(ADMIN, message, &rename);
    desk.press_data(ADMIN, message, &rename).await;
    assert_eq!(desk.count(ADMIN, "Apa nama baru untuk Teknik?"), 1);
    desk.say(ADMIN, "Jaringan").await;
    assert!(desk.last(ADMIN).text.contains("🏢 Jaringan"));
}

#[tokio::test]
async fn the_reassign_list_reads_only_the_tickets_of_its_page() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    for n in 1..=10 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    let (ticket_reads, full_reads) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (ticket_counter, full_counter) = (Arc::clone(&ticket_reads), Arc::clone(&full_reads));
    desk.faults.inject(move |called| {
        ticket_counter.fetch_add(u32::from(called == "ticket"), Ordering::SeqCst);
        full_counter.fetch_add(u32::from(called == "all_held"), Ordering::SeqCst);
        None
    });
    desk.say(ADMIN, "/reassign").await;
    desk.faults.clear();
    assert_eq!((ticket_reads.load(Ordering::SeqCst), full_reads.load(Ordering::SeqCst)), (8, 0));
    assert_eq!(desk.last(ADMIN).keyboard.concat().iter().filter(|b| b.text.starts_with('…')).count(), 8);
    desk.press(ADMIN, "▶️").await;
    assert_eq!(desk.last(ADMIN).keyboard.concat().iter().filter(|b| b.text.starts_with('…')).count(), 2);
}

#[tokio::test]
async fn a_truncated_preview_says_that_the_whole_text_is_kept() {
    let desk = with_agent().await;
    for message in ["x".repeat(4_000), "y".repeat(1_000)] {
        desk.say(SARI, &message).await;
    }
    let preview = desk.last(SARI).text;
    assert!(preview.contains("x…") && preview.contains("Seluruh 5.001 karakter tersimpan"), "{preview}");
    desk.press(SARI, "Kirim").await;
    desk.find(BUDI, "yyyy");
}

#[tokio::test]
async fn an_agent_over_the_limit_reads_how_many_tickets_to_complete() {
    let desk = with_agent().await;
    for n in 1..=3 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(ADMIN, "/setmax Budi 1").await;
    desk.say(BUDI, "/myqueue").await;
    assert!(desk.last(BUDI).text.contains("melebihi batas sebanyak 2 tiket. Selesaikan 3 tiket"));
    desk.say(ADMIN, "/setmax Budi 3").await;
    desk.find(BUDI, "Antrian Anda penuh. Selesaikan satu tiket");
}

#[tokio::test]
async fn the_presence_question_to_a_busy_agent_does_not_say_online() {
    let desk = with_agent().await;
    desk.say(BUDI, "/busy").await;
    desk.pass(TimeDelta::seconds(1_801)).await;
    desk.find(BUDI, "Masih aktif?");
    desk.press(BUDI, "Ya, masih di sini").await;
    assert_eq!(desk.toast(BUDI), "🙋 Terima kasih. Status Anda tetap 🟠 Sibuk.");
}

#[tokio::test]
async fn a_limit_that_is_not_a_number_is_refused() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi x").await;
    assert!(desk.last(ADMIN).text.contains("angka 1 sampai"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/setmax Bambang x").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada agen bernama “Bambang x”"));
}

#[tokio::test]
async fn reassigning_to_an_offline_agent_shows_the_status() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Citra").await;
    assert!(desk.last(ADMIN).text.contains("Status Citra saat ini 🔴 Offline"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "Citra").await;
    desk.press(ADMIN, "Budi").await;
    assert!(!desk.last(ADMIN).text.contains("saat ini"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn reassigning_across_departments_shows_a_warning() {
    let desk = with_agent().await;
    second_department(&desk).await;
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Teknik - Pertanyaan").await;
    desk.press(SARI, "Kirim").await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "menunggu").await;
    desk.press(ADMIN, "Budi").await;
    let answer = desk.last(ADMIN).text;
    assert!(answer.contains("⚠️ Budi tidak melayani departemen Teknik."), "{answer}");
}

#[tokio::test]
async fn the_list_numbers_of_mytickets_are_not_positions() {
    let desk = with_customer().await;
    desk.ticket(SARI, "satu").await;
    desk.ticket(SARI, "dua").await;
    desk.say(SARI, "/mytickets").await;
    let list = desk.last(SARI);
    assert!(list.text.contains("1. INC") && list.text.contains("2. INC"), "{}", list.text);
    assert_eq!(list.text.matches('#').count(), 2, "only queue positions have a #: {}", list.text);
    assert!(list.button("✖️ Batal 2").is_some());
}

#[tokio::test]
async fn opening_a_ticket_removes_the_position_from_its_card() {
    let desk = with_agent().await;
    desk.ticket(SARI, "satu").await;
    desk.ticket(SARI, "dua").await;
    assert!(desk.find(BUDI, "dua").text.contains("Posisi antrian: #2"));
    desk.press(BUDI, "Buka").await;
    let card = desk.find(BUDI, "dua").text;
    assert!(!card.contains("Posisi antrian") && !card.contains("2/5"), "{card}");
}

#[tokio::test]
async fn department_names_are_not_translated() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "mine").await;
    assert!(
        desk.find(TOM, "is now with").text.contains("Category: Umum - Pertanyaan"),
        "{}",
        desk.chat_story(TOM)
    );
    assert!(desk.find(BUDI, "mine").text.contains("Kategori: Umum - Pertanyaan"));
    second_department(&desk).await;
    desk.say(TOM, "/new another").await;
    assert!(desk.last(TOM).button("Teknik - Pertanyaan").is_some(), "{}", desk.chat_story(TOM));
}
