//! An admin moves tickets.
use crate::conversation::{BUDI, CITRA, SARI, five_tickets, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk};

/// Budi holds a ticket, Citra is there without one.
async fn two_agents() -> (Desk, String) {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(CITRA, "Citra").await;
    let number = numbers(&desk).await.remove(0);
    (desk, number)
}

#[tokio::test]
async fn a_ticket_goes_to_another_agent_by_number_in_any_case() {
    let (desk, number) = two_agents().await;
    desk.say(ADMIN, &format!("/reassign {} citra", number.to_lowercase())).await;
    assert!(desk.last(ADMIN).text.contains("sekarang di antrian Citra"));
    desk.find(CITRA, "printer rusak");
    desk.find(BUDI, "dialihkan ke Citra");
    assert!(!desk.has(BUDI, "printer rusak"), "who no longer has it no longer reads it");
    desk.find(SARI, "sekarang ditangani oleh Citra");
}

#[tokio::test]
async fn the_last_four_characters_name_a_ticket() {
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
async fn a_ticket_and_its_agent_are_chosen_by_buttons_only() {
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
async fn several_agents_of_a_name_are_offered_for_the_ticket() {
    let (desk, number) = two_agents().await;
    desk.agent(13, "Citrawati").await;
    desk.say(ADMIN, &format!("/reassign {number} citr")).await;
    assert!(desk.last(ADMIN).text.contains("Beberapa agen cocok"));
    desk.press(ADMIN, "Citrawati").await;
    desk.find(13, "printer rusak");
}

#[tokio::test]
async fn a_full_agent_gets_it_only_anyway() {
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
async fn a_ticket_goes_back_to_the_queue_at_its_old_place() {
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
    // What stands for something that is no longer so is refused, and its buttons go.
    desk.press_data(ADMIN, message, &requeue).await;
    assert!(desk.toast(ADMIN).contains("Dalam antrian"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn what_has_ended_is_not_moved() {
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
async fn who_serves_the_department_and_has_room_is_offered_first() {
    let (desk, number) = two_agents().await;
    desk.department("Teknik").await;
    // An agent of one department only: the button of the other question.
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
    assert!(at("Farah") < at("Citra"), "who is online comes before who is not: {shown}");
    assert!(at("Citra") < at("Eka"), "the department's own come first: {shown}");
}

#[tokio::test]
async fn of_complete_and_reassign_one_wins_and_the_other_is_told() {
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
