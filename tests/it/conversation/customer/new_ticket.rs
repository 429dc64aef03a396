//! A new ticket of a customer, from the first message to its position in the queue.
use crate::conversation::{BUDI, SARI, numbers, with_agent, with_customer};
use crate::support::ADMIN;
use antri::domain::policy::AgentNaming;

#[tokio::test]
async fn start_greets_and_names_the_commands() {
    let desk = with_customer().await;
    let greeting = desk.find(SARI, "Halo Sari!").text;
    assert!(greeting.contains("/new") && greeting.contains("/mytickets"), "{greeting}");
    desk.say(SARI, "/help").await;
    let help = desk.last(SARI).text;
    assert!(help.contains("/new") && !help.contains("/online") && !help.contains("/workload"), "{help}");
}

#[tokio::test]
async fn a_plain_message_becomes_a_draft() {
    let desk = with_customer().await;
    desk.say(SARI, "Internet mati sejak pagi").await;
    let preview = desk.last(SARI);
    assert!(preview.text.contains("Internet mati sejak pagi"));
    // A single category is chosen without a question.
    assert!(preview.button("Kirim").is_some() && preview.button("Ganti kategori").is_none());
}

#[tokio::test]
async fn new_asks_for_a_description_unless_it_has_text() {
    let desk = with_customer().await;
    desk.say(SARI, "/new").await;
    assert!(desk.last(SARI).text.contains("Apa yang bisa kami bantu?"));
    desk.say(SARI, "/tiket printer rusak").await;
    assert!(desk.last(SARI).text.contains("printer rusak"));
    desk.say(SARI, "dan berasap").await;
    assert!(desk.last(SARI).text.contains("printer rusak\ndan berasap"));
    let sends = desk.sandbox.chat(SARI).iter().filter(|m| m.button("Kirim").is_some()).count();
    assert_eq!(sends, 1, "the newest preview is the only one to press");
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.toast(SARI), "✅ Tiket terkirim");
    assert_eq!(desk.count(SARI, "Posisi antrian: #1"), 1);
    // The preview has become the ticket's card.
    desk.find(SARI, "Nomor: INC12042025135253");
    let sends = desk.sandbox.chat(SARI).iter().filter(|m| m.button("Kirim").is_some()).count();
    assert_eq!(sends, 0, "{}", desk.transcript(SARI));
}

#[tokio::test]
async fn a_double_press_of_send_opens_one_ticket() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    let (message, send) = desk.button(SARI, "Kirim");
    // Both presses are sent before the first is answered.
    desk.sandbox.press(SARI, message, &send);
    desk.press_data(SARI, message, &send).await;
    assert_eq!(desk.toast(SARI), "Tiket ini sudah terkirim.");
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn after_cancel_the_preview_buttons_are_refused() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    let (message, send) = desk.button(SARI, "Kirim");
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, buang").await;
    assert_eq!(desk.toast(SARI), "✖️ Tiket tidak jadi dikirim.");
    desk.press_data(SARI, message, &send).await;
    assert!(desk.toast(SARI).contains("sudah tidak ada"));
    assert!(numbers(&desk).await.is_empty());
}

#[tokio::test]
async fn the_cancel_command_drops_the_draft() {
    let desk = with_customer().await;
    desk.say(SARI, "/cancel").await;
    assert_eq!(desk.last(SARI).text, "Tidak ada yang perlu dibatalkan.");
    desk.say(SARI, "printer rusak").await;
    let (message, send) = desk.button(SARI, "Kirim");
    desk.say(SARI, "/cancel").await;
    assert_eq!(desk.last(SARI).text, "✖️ Tiket tidak jadi dikirim.");
    desk.press_data(SARI, message, &send).await;
    assert!(desk.toast(SARI).contains("sudah tidak ada"));
    assert!(numbers(&desk).await.is_empty());
}

#[tokio::test]
async fn a_draft_survives_a_restart() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "printer rusak");
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn customers_see_of_an_agent_what_the_setting_says() {
    for (naming, line, card) in [
        (AgentNaming::Alias, Some("Ditangani oleh: Agen 1"), "sekarang ditangani oleh Agen 1"),
        (AgentNaming::Name, Some("Ditangani oleh: Budi"), "sekarang ditangani oleh Budi"),
        (AgentNaming::Hidden, None, "sudah diterima agen"),
    ] {
        let desk = with_agent().await;
        desk.change_settings(|settings| settings.agent_naming = naming).await;
        desk.ticket(SARI, "printer rusak").await;
        assert_eq!(desk.count(SARI, card), 1, "{naming:?}: {}", desk.transcript(SARI));
        desk.say(SARI, "/mytickets").await;
        let text = desk.find(SARI, "Tiket Anda").text;
        let has_line = line.map_or(!text.contains("Ditangani"), |line| text.contains(line));
        assert!(has_line, "{naming:?}: {text}");
        let told = desk.has(SARI, "Budi");
        assert_eq!(told, naming == AgentNaming::Name, "{naming:?}: {}", desk.transcript(SARI));
    }
}

#[tokio::test]
async fn an_eleventh_open_ticket_is_refused_and_its_draft_is_kept() {
    let desk = with_customer().await;
    for n in 1..=10 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(SARI, "/new kendala 11").await;
    assert_eq!(desk.count(SARI, "10 tiket yang belum selesai"), 1, "told when the draft begins");
    desk.say(SARI, "dan lagi").await;
    assert_eq!(desk.count(SARI, "10 tiket yang belum selesai"), 1, "and once");
    desk.press(SARI, "Kirim").await;
    assert!(desk.toast(SARI).contains("10 tiket yang belum selesai"), "{}", desk.toast(SARI));
    assert_eq!(
        desk.count(SARI, "10 tiket yang belum selesai"),
        2,
        "the refusal is a message, not only a toast"
    );
    assert_eq!(numbers(&desk).await.len(), 10);
    // The preview stays, and can be sent when a ticket has been cancelled.
    desk.say(SARI, "/mytickets").await;
    desk.press(SARI, "Batal 1").await;
    desk.press(SARI, "Ya, batalkan").await;
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.toast(SARI), "✅ Tiket terkirim");
}

#[tokio::test]
async fn an_agent_and_an_admin_can_open_tickets_too() {
    let desk = with_agent().await;
    for id in [BUDI, ADMIN] {
        desk.say(id, "halo").await;
        assert!(desk.last(id).text.contains("/new"), "staff are asked whether they mean a ticket");
        desk.say(id, "/new monitor mati").await;
        desk.press(id, "Kirim").await;
        let number = numbers(&desk).await.pop().unwrap();
        desk.find(id, &number);
    }
}
