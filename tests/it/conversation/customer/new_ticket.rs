//! A new ticket of a customer, from the first message to its position in the queue.
use crate::conversation::{BUDI, SARI, TOM, numbers, with_agent, with_customer};
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
async fn one_card_tells_the_customer_of_a_ticket_that_need_not_wait() {
    let desk = with_agent().await;
    desk.say(SARI, "printer rusak").await;
    let (preview, _) = desk.button(SARI, "Kirim");
    desk.press(SARI, "Kirim").await;
    let card = desk.shown(SARI, preview);
    assert!(card.contains("sekarang ditangani oleh Agen 1") && card.contains("INC"), "{card}");
    assert_eq!(desk.last(SARI).message_id, preview, "{}", desk.transcript(SARI));
    desk.press(BUDI, "Buka").await;
    assert_eq!(desk.shown(SARI, preview), card, "the agent is named already");
    desk.press(BUDI, "Selesai").await;
    let completed = desk.find(SARI, "sudah selesai. Terima kasih!");
    assert!(completed.message_id > preview, "the end is a new message: {}", desk.transcript(SARI));
    assert_eq!(desk.shown(SARI, preview), card, "nobody looks at the card above any more");
}

#[tokio::test]
async fn a_customer_who_waited_gets_a_new_message_when_an_agent_takes_the_ticket() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    let waiting = desk.find(SARI, "Posisi antrian: #1").message_id;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    let assigned = desk.find(SARI, "sekarang ditangani oleh Agen 1").message_id;
    assert!(assigned > waiting, "{}", desk.transcript(SARI));
    assert!(!desk.has(SARI, "Posisi antrian"), "the card with the position is gone: {}", desk.transcript(SARI));
}

#[tokio::test]
async fn the_position_is_updated_in_one_message() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "printer broken").await;
    desk.ticket(SARI, "internet mati").await;
    let card = desk.find(SARI, "Posisi antrian: #2").message_id;
    let messages = desk.sandbox.chat(SARI).len();
    desk.press(TOM, "Cancel").await;
    desk.press(TOM, "Yes, cancel").await;
    assert_eq!(desk.find(SARI, "Posisi antrian: #1").message_id, card);
    assert_eq!(desk.sandbox.chat(SARI).len(), messages, "no new message was sent");
}

/// Returns the position lines of the messages to this person, as they were sent, before any edit.
fn sent_positions(desk: &crate::support::Desk, id: i64) -> Vec<String> {
    let is_recipient =
        |params: &serde_json::Value| params["chat_id"].to_string().trim_matches('"') == id.to_string();
    let sent =
        desk.sandbox.requests().into_iter().filter(|r| r.method == "sendMessage" && is_recipient(&r.params));
    let position = |text: &str| text.lines().find(|line| line.contains("Posisi antrian")).map(str::to_owned);
    sent.filter_map(|r| position(r.params["text"].as_str()?)).collect()
}

#[tokio::test]
async fn the_first_message_has_the_exact_position_at_any_queue_length() {
    let desk = with_customer().await;
    let mut waiting = 0;
    for customer in [SARI, 3, 4] {
        desk.person(customer, "Ayu", "id").await;
        let mut expected = Vec::new();
        for n in 1..=8 {
            desk.ticket(customer, &format!("kendala {n}")).await;
            waiting += 1;
            expected.push(format!("Posisi antrian: #{waiting}"));
        }
        assert_eq!(sent_positions(&desk, customer), expected);
    }
}

#[tokio::test]
async fn beyond_twenty_the_position_is_refreshed_every_ten() {
    let desk = with_customer().await;
    for customer in [SARI, 3, 4] {
        desk.person(customer, "Ayu", "id").await;
        for n in 1..=10 {
            desk.ticket(customer, &format!("kendala {n}")).await;
        }
    }
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "printer broken").await;
    desk.ticket(TOM, "and the scanner").await;
    let shows = |part: &str| desk.sandbox.chat(TOM).iter().any(|m| m.text.contains(part));
    assert!(shows("Queue position: #31") && shows("Queue position: #32"));
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert!(
        shows("Queue position: #30") && shows("Queue position: #32"),
        "the position is refreshed at 30, not at 31"
    );
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    assert!(shows("Queue position: #30") && !shows("Queue position: #32"), "both cards show position 30");
    for _ in 0..8 {
        desk.press(SARI, "Batal").await;
        desk.press(SARI, "Ya, batalkan").await;
    }
    assert!(!shows("Queue position: #20"), "at positions 21 and 22 the shown position is still 30");
    desk.press(3, "Batal").await;
    desk.press(3, "Ya, batalkan").await;
    assert!(shows("Queue position: #20"), "{}", desk.chat_story(TOM));
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
