//! Reassignment of tickets by an admin, by command and by button.
use crate::conversation::{BUDI, CITRA, SARI, five_tickets, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk};

/// Returns a desk where Budi holds a ticket and Citra holds none, and the number of that ticket.
async fn two_agents() -> (Desk, String) {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(CITRA, "Citra").await;
    let number = numbers(&desk).await.remove(0);
    (desk, number)
}

#[tokio::test]
async fn a_ticket_is_reassigned_by_number_in_any_letter_case() {
    let (desk, number) = two_agents().await;
    desk.say(ADMIN, &format!("/reassign {} citra", number.to_lowercase())).await;
    assert!(desk.last(ADMIN).text.contains("sekarang di antrian Citra"));
    desk.find(CITRA, "printer rusak");
    desk.find(BUDI, "dialihkan ke Citra");
    assert!(!desk.has(BUDI, "printer rusak"), "the former holder no longer sees the ticket");
    desk.find(SARI, "sekarang ditangani oleh Agen 2");
}

#[tokio::test]
async fn a_ticket_is_found_by_its_last_four_characters() {
    let (desk, number) = two_agents().await;
    desk.say(ADMIN, &format!("/reassign {}", &number[16..])).await;
    assert!(desk.last(ADMIN).text.contains("kepada siapa?"));
    assert!(desk.last(ADMIN).button("Budi").is_none(), "Budi has it already");
    desk.press(ADMIN, "Citra").await;
    desk.find(CITRA, "printer rusak");
    for wrong in ["/reassign XX", "/reassign ZZZZ", "/reassign INC120420251352536ZZ"] {
        desk.say(ADMIN, wrong).await;
        assert!(desk.last(ADMIN).text.contains("Tidak ada tiket"), "{wrong}");
    }
}

#[tokio::test]
async fn reassign_works_with_buttons_only() {
    let (desk, number) = two_agents().await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, &number[16..]).await;
    desk.press(ADMIN, "Citra").await;
    assert!(desk.last(ADMIN).text.contains("sekarang di antrian Citra"));
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "✖️ Batal").await;
    assert_eq!(desk.last(ADMIN).text, "Baik, tidak jadi.");
}

#[tokio::test]
async fn an_ambiguous_agent_name_offers_every_match() {
    let (desk, number) = two_agents().await;
    desk.agent(13, "Citrawati").await;
    desk.say(ADMIN, &format!("/reassign {number} citr")).await;
    assert!(desk.last(ADMIN).text.contains("Beberapa agen cocok"));
    desk.press(ADMIN, "Citrawati").await;
    desk.find(13, "printer rusak");
}

#[tokio::test]
async fn reassigning_to_a_full_agent_needs_confirmation() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.ticket(SARI, "kendala 6").await;
    let sixth = numbers(&desk).await.remove(5);
    desk.say(ADMIN, &format!("/reassign {sixth} Budi")).await;
    assert!(desk.last(ADMIN).text.contains("penuh (5/5)"));
    desk.press(ADMIN, "Batal").await;
    assert!(!desk.has(BUDI, "kendala 6"));
    desk.say(ADMIN, &format!("/reassign {sixth} Budi")).await;
    desk.press(ADMIN, "Tetap alihkan").await;
    desk.find(BUDI, "kendala 6");
    assert!(desk.find(BUDI, "kendala 6").text.contains("6/5"));
}

#[tokio::test]
async fn a_requeued_ticket_keeps_its_old_position() {
    let (desk, number) = two_agents().await;
    for id in [BUDI, CITRA] {
        desk.say(id, "/busy").await;
    }
    desk.ticket(SARI, "datang kemudian").await;
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, requeue) = desk.button(ADMIN, "Kembalikan ke antrian");
    desk.press_data(ADMIN, message, &requeue).await;
    assert!(desk.last(ADMIN).text.contains("kembali ke antrian"));
    assert!(desk.find(SARI, "kembali ke antrian").text.contains("#1"), "{}", desk.chat_story(SARI));
    desk.find(BUDI, "dikembalikan dari antrian Anda");
    // A second press of the stale button is refused.
    desk.press_data(ADMIN, message, &requeue).await;
    assert!(desk.toast(ADMIN).contains("Dalam antrian"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn an_ended_ticket_is_not_reassigned() {
    let (desk, number) = two_agents().await;
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    desk.press(BUDI, "Selesai").await;
    desk.press(ADMIN, "Citra").await;
    assert!(desk.toast(ADMIN).contains("✅ Selesai"), "{}", desk.toast(ADMIN));
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    assert!(desk.last(ADMIN).text.contains("✅ Selesai"));
    desk.say(ADMIN, "/reassign").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada tiket yang menunggu"));
}

#[tokio::test]
async fn online_agents_of_the_department_are_offered_first() {
    let (desk, number) = two_agents().await;
    desk.department("Teknik").await;
    // Eka serves Teknik only; the button of the department picker adds Farah to Umum.
    desk.person(13, "Eka", "id").await;
    desk.say(ADMIN, "/addagent 13 Teknik").await;
    desk.agent(14, "Farah").await;
    desk.press(ADMIN, "Umum").await;
    for id in [13, 14] {
        desk.say(id, "/online").await;
    }
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, _) = desk.button(ADMIN, "Farah");
    let shown = desk.shown(ADMIN, message);
    let at = |name: &str| shown.find(name).unwrap();
    assert!(at("Farah") < at("Citra"), "online agents come before offline ones: {shown}");
    assert!(at("Citra") < at("Eka"), "agents of the department come first: {shown}");
}

#[tokio::test]
async fn completing_a_ticket_after_its_reassignment_is_refused() {
    let (desk, number) = two_agents().await;
    let (message, complete) = desk.button(BUDI, "Selesai");
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    desk.press_data(BUDI, message, &complete).await;
    assert!(desk.toast(BUDI).contains("bukan milik Anda"), "{}", desk.toast(BUDI));
    desk.press(CITRA, "Selesai").await;
    desk.find(SARI, "sudah selesai");
}

#[tokio::test]
async fn more_than_eight_tickets_are_offered_in_pages() {
    let desk = with_customer().await;
    for n in 1..=9 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "▶️").await;
    assert!(desk.last(ADMIN).button("…").is_some(), "the ninth is on the second page");
}

#[tokio::test]
async fn reassign_offers_every_agent_in_pages_and_free_ones_first() {
    let (desk, number) = two_agents().await;
    for n in 1..=28 {
        desk.agent(100 + n, &format!("Agen {n:02}")).await;
    }
    // Agen 28 is the only one who could get it now; Agen 27 is online and full.
    desk.say(ADMIN, "/setmax Agen 27 1").await;
    desk.say(BUDI, "/offline").await;
    desk.say(127, "/online").await;
    desk.ticket(SARI, "kendala lain").await;
    desk.say(128, "/online").await;
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let names = || -> Vec<String> {
        let rows = desk.last(ADMIN).keyboard;
        let labels = rows.into_iter().flatten().map(|button| button.text);
        labels.filter(|label| label.contains('/')).filter(|label| label.contains(' ')).collect()
    };
    let mut offered = names();
    assert!(offered[0].contains("Agen 28"), "{offered:?}");
    for _ in 0..3 {
        desk.press(ADMIN, "▶️").await;
        offered.extend(names());
    }
    let unique: std::collections::BTreeSet<_> = offered.iter().collect();
    assert_eq!((offered.len(), unique.len()), (29, 29), "everybody but the holder: {offered:?}");
    assert!(offered[28].contains("Agen 27"), "the full one is the last: {offered:?}");
    desk.press(ADMIN, "Agen 27").await;
    assert!(desk.last(ADMIN).text.contains("penuh (1/1)"), "{}", desk.last(ADMIN).text);
}
