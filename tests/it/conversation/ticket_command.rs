//! The command `/ticket`: a ticket for its holder, for other staff, for its customer, and for nobody else.
use super::{BUDI, CITRA, SARI, TOM, numbers, with_agent};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::ButtonAction;
use antri::sandbox::MediaKind;

/// Returns a desk where Budi holds a ticket of Sari's with a photo, and its number.
async fn held() -> (Desk, String) {
    let desk = with_agent().await;
    desk.say(SARI, "printer rusak").await;
    desk.attach(SARI, MediaKind::Photo, Some("lampu merah")).await;
    desk.press(SARI, "Kirim").await;
    let number = numbers(&desk).await.remove(0);
    (desk, number)
}

#[tokio::test]
async fn the_holder_gets_the_card_with_its_buttons_and_files() {
    let (desk, number) = held().await;
    let files = |desk: &Desk| desk.sandbox.chat(BUDI).iter().filter(|m| m.media.is_some()).count();
    let before = files(&desk);
    desk.say(BUDI, &format!("/ticket {}", number.to_lowercase())).await;
    assert_eq!(files(&desk), before + 1);
    desk.press(BUDI, "Selesai").await;
    assert!(numbers(&desk).await.is_empty());
    // The agent who completed it may still see it.
    desk.say(BUDI, &format!("/ticket {number}")).await;
    assert!(
        desk.find(BUDI, "Status: ✅ Selesai").text.contains("printer rusak"),
        "{}",
        desk.chat_story(BUDI)
    );
}

#[tokio::test]
async fn an_admin_sees_every_ticket_with_customer_holder_and_rating() {
    let (desk, number) = held().await;
    desk.say(ADMIN, &format!("/ticket {}", &number[16..])).await;
    let card = desk.find(ADMIN, "printer rusak");
    assert!(card.text.contains("Sari") && card.text.contains("Budi"), "{}", card.text);
    assert!(card.button("Alihkan").is_some() && card.button("Ambil").is_none());
    assert!(desk.sandbox.chat(ADMIN).iter().any(|m| m.media.is_some()), "the file");
    desk.agent(CITRA, "Citra").await;
    desk.press(ADMIN, "Alihkan").await;
    desk.press(ADMIN, "Citra").await;
    desk.find(CITRA, "printer rusak");
    desk.press(CITRA, "Selesai").await;
    desk.press(SARI, "3 ⭐").await;
    desk.say(SARI, "lumayan").await;
    desk.say(ADMIN, &format!("/ticket {number}")).await;
    let card = desk.find(ADMIN, "Penilaian: ⭐⭐⭐");
    assert!(card.text.contains("Komentar: lumayan") && card.button("Alihkan").is_none(), "{}", card.text);
    desk.say(CITRA, &format!("/ticket {number}")).await;
    assert!(!desk.has(CITRA, "Penilaian"), "agents see no rating");
}

#[tokio::test]
async fn an_admin_goes_from_a_ticket_to_the_console() {
    let (desk, number) = held().await;
    desk.say(ADMIN, &format!("/ticket {number}")).await;
    desk.press(ADMIN, "🛠 Kelola").await;
    let card = desk.find(ADMIN, "printer rusak");
    assert!(card.text.contains(&number) && card.button("✖️ Batalkan tiket").is_some(), "{}", card.text);
    desk.press(ADMIN, "⬅️ Antrian").await;
    desk.press(BUDI, "Selesai").await;
    desk.say(ADMIN, &format!("/ticket {number}")).await;
    let ended = desk.find(ADMIN, "printer rusak");
    assert!(ended.button("Kelola").is_none() && ended.button("Riwayat").is_some(), "{}", ended.text);
}

#[tokio::test]
async fn agents_see_the_tickets_of_their_departments_and_pick_them_up() {
    let (desk, number) = held().await;
    desk.department("Teknik").await;
    desk.person(13, "Eka", "id").await;
    desk.say(ADMIN, "/addagent 13 Teknik").await;
    desk.say(13, &format!("/ticket {number}")).await;
    assert!(desk.last(13).text.contains("Tidak ada tiket"), "{}", desk.last(13).text);
    desk.person(CITRA, "Citra", "id").await;
    desk.say(ADMIN, "/addagent 12 Umum").await;
    desk.say(CITRA, &format!("/ticket {number}")).await;
    let card = desk.find(CITRA, "printer rusak");
    assert!(
        card.text.contains("Budi") && !card.text.contains("Sari"),
        "the customer is not shown: {}",
        card.text
    );
    desk.change_settings(|settings| settings.mode = antri::domain::policy::Mode::Manual).await;
    desk.say(SARI, "/new kedua").await;
    desk.press(SARI, "Umum - Pertanyaan").await;
    desk.press(SARI, "Kirim").await;
    let second = numbers(&desk).await.remove(1);
    desk.say(CITRA, &format!("/ticket {second}")).await;
    desk.press(CITRA, "Ambil").await;
    assert!(desk.find(CITRA, "kedua").button("Selesai").is_some(), "{}", desk.chat_story(CITRA));
}

#[tokio::test]
async fn customers_get_their_own_tickets_and_no_others() {
    let (desk, number) = held().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(TOM, &format!("/ticket {number}")).await;
    assert!(desk.last(TOM).text.contains("There is no ticket"), "{}", desk.last(TOM).text);
    desk.say(TOM, &format!("/ticket {}", &number[16..])).await;
    assert!(desk.last(TOM).text.contains("There is no ticket"), "{}", desk.last(TOM).text);
    let ticket = antri::domain::number::TicketNumber::parse(&number).unwrap();
    let ticket = desk.app().engine.store().ticket_by_number(&ticket).await.unwrap().unwrap();
    desk.press_data(TOM, desk.last(TOM).message_id, &data(ButtonAction::ShowTicket(ticket.id))).await;
    assert!(!desk.has(TOM, "printer rusak"));
    desk.say(TOM, "/ticket").await;
    assert!(desk.last(TOM).text.contains("You have no tickets yet"), "{}", desk.last(TOM).text);
    desk.say(SARI, &format!("/ticket {}", &number[16..])).await;
    assert!(desk.last(SARI).text.contains(&number) && desk.last(SARI).text.contains("Agen 1"));
    desk.press(BUDI, "Selesai").await;
    desk.say(SARI, &format!("/ticket {}", &number[16..])).await;
    let ended = desk.last(SARI);
    for fact in [number.as_str(), "Umum", "Selesai", "Agen 1", "printer rusak"] {
        assert!(ended.text.contains(fact), "an ended ticket, {fact}: {}", ended.text);
    }
    assert!(ended.button("Belum selesai").is_some());
    desk.advance(chrono::TimeDelta::days(4));
    desk.say(SARI, &format!("/ticket {}", &number[16..])).await;
    assert!(desk.last(SARI).text.contains("printer rusak"), "{}", desk.last(SARI).text);
    assert!(desk.last(SARI).button("Belum selesai").is_none(), "the window is over");
    desk.say(BUDI, "/ticket").await;
    assert!(desk.last(BUDI).text.contains("empat karakter"), "{}", desk.last(BUDI).text);
}

#[tokio::test]
async fn without_a_number_staff_reads_how_to_find_a_ticket() {
    let desk = with_agent().await;
    for (language, text) in
        [("id", "Untuk mencari tiket berdasarkan kata"), ("en", "To find a ticket by words")]
    {
        for id in [ADMIN, BUDI] {
            desk.say(id, &format!("/language {language}")).await;
            desk.say(id, "/ticket").await;
            let hint = desk.last(id).text;
            assert!(hint.contains(text) && hint.contains("/search"), "{hint}");
        }
    }
}
