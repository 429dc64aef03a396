//! Drafts: the choice of a category, several messages, and the limits of text.
use crate::conversation::{BUDI, SARI, numbers, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;

#[tokio::test]
async fn the_category_is_asked_for_and_can_be_changed() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(SARI, "printer rusak").await;
    let question = desk.last(SARI);
    assert!(question.text.contains("pilih kategori") && question.text.contains("printer rusak"));
    desk.press(SARI, "Teknik - Pertanyaan").await;
    assert!(desk.last(SARI).text.contains("Kategori: Teknik - Pertanyaan"));
    assert_eq!(desk.last(SARI).message_id, question.message_id, "the question becomes the preview");
    desk.press(SARI, "Ganti kategori").await;
    let again = desk.last(SARI).text;
    assert!(again.starts_with("🏷 Pilih kategori") && !again.contains("Halo"), "{again}");
    desk.press(SARI, "Umum - Pertanyaan").await;
    desk.press(SARI, "Kirim").await;
    assert!(desk.find(SARI, "Posisi antrian").text.contains("Kategori: Umum - Pertanyaan"));
}

#[tokio::test]
async fn new_without_text_asks_for_the_category_first() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(SARI, "/new").await;
    desk.press(SARI, "Teknik").await;
    assert!(desk.last(SARI).text.contains("Apa yang bisa kami bantu?"));
    desk.say(SARI, "kabel putus").await;
    desk.press(SARI, "Kirim").await;
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn more_than_eight_categories_come_in_pages() {
    let desk = with_customer().await;
    for n in 1..=9 {
        desk.say(ADMIN, &format!("/category Umum - Jenis {n}")).await;
    }
    desk.say(SARI, "/new").await;
    let first = desk.last(SARI);
    assert!(first.button("Jenis 7").is_some() && first.button("Jenis 8").is_none());
    assert!(first.button("1/2").is_some());
    desk.press(SARI, "▶️").await;
    assert!(desk.last(SARI).button("Jenis 9").is_some());
    desk.press(SARI, "2/2").await;
    desk.press(SARI, "◀️").await;
    desk.press(SARI, "▶️").await;
    desk.press(SARI, "Jenis 8").await;
    assert!(desk.last(SARI).text.contains("Umum - Jenis 8"));
}

async fn retire_category(desk: &Desk, department: &str, category: &str) {
    desk.say(ADMIN, &format!("/department {department}")).await;
    desk.press(ADMIN, &format!("🏷 {category}")).await;
    desk.press(ADMIN, "Nonaktifkan").await;
}

#[tokio::test]
async fn sending_with_a_retired_category_asks_for_the_category_again() {
    let desk = with_customer().await;
    for name in ["Tagihan", "Jaringan"] {
        desk.say(ADMIN, &format!("/category Umum - {name}")).await;
    }
    desk.say(SARI, "salah hitung").await;
    desk.press(SARI, "Tagihan").await;
    retire_category(&desk, "Umum", "Tagihan").await;
    desk.press(SARI, "Kirim").await;
    assert!(desk.toast(SARI).contains("tidak tersedia"), "{}", desk.toast(SARI));
    let again = desk.last(SARI);
    assert!(again.text.contains("salah hitung") && again.button("Tagihan").is_none());
    desk.press(SARI, "Jaringan").await;
    desk.press(SARI, "Kirim").await;
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn picking_a_retired_category_is_refused() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    desk.say(ADMIN, "/category Umum - Jaringan").await;
    desk.say(SARI, "salah hitung").await;
    retire_category(&desk, "Umum", "Tagihan").await;
    desk.press(SARI, "Tagihan").await;
    assert!(desk.toast(SARI).contains("tidak tersedia"));
    assert!(desk.last(SARI).button("Tagihan").is_none());
}

#[tokio::test]
async fn a_department_without_agents_does_not_block_another() {
    let desk = with_agent().await;
    second_department(&desk).await;
    desk.say(SARI, "tidak ada yang melayani").await;
    desk.press(SARI, "Teknik").await;
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "Agen online: saat ini tidak ada");
    desk.say(SARI, "/new yang ini dilayani").await;
    desk.press(SARI, "Umum").await;
    desk.press(SARI, "Kirim").await;
    desk.find(BUDI, "yang ini dilayani");
    assert!(!desk.has(BUDI, "tidak ada yang melayani"));
}

#[tokio::test]
async fn an_empty_or_too_long_message_is_refused_and_the_draft_is_kept() {
    let desk = with_customer().await;
    desk.say(SARI, "\u{202e}\u{feff}").await;
    assert!(desk.last(SARI).text.contains("kosong"));
    desk.say(SARI, "awal").await;
    desk.say(SARI, &"panjang ".repeat(1_600)).await;
    assert!(desk.last(SARI).text.contains("terlalu panjang"), "{}", desk.last(SARI).text);
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "awal");
}

#[tokio::test]
async fn messages_in_quick_succession_leave_one_preview_to_press() {
    let desk = with_customer().await;
    for text in ["pertama", "kedua", "ketiga", "keempat"] {
        desk.sandbox.send_text(SARI, text);
    }
    desk.settle().await;
    let previews: Vec<_> =
        desk.sandbox.chat(SARI).into_iter().filter(|message| message.button("Kirim").is_some()).collect();
    let [preview] = previews.as_slice() else { panic!("{}", desk.chat_story(SARI)) };
    assert_eq!(preview.message_id, desk.last(SARI).message_id);
    for text in ["pertama", "kedua", "ketiga", "keempat"] {
        assert!(preview.text.contains(text), "{}", preview.text);
    }
}

#[tokio::test]
async fn the_longest_message_of_telegram_fits_into_a_ticket() {
    let desk = with_agent().await;
    let text = format!("{}AKHIR", "x".repeat(4_091));
    desk.ticket(SARI, &text).await;
    desk.find(BUDI, "AKHIR");
}

#[tokio::test]
async fn ten_thousand_characters_reach_the_agent_in_full() {
    let desk = with_agent().await;
    // Telegram clients send a text of this length as three messages.
    let words: Vec<String> = (0..1_250).map(|n| format!("kata{n:04}")).collect();
    for message in words.chunks(450) {
        desk.say(SARI, &message.join(" ")).await;
    }
    desk.press(SARI, "Kirim").await;
    let received: String = desk.sandbox.chat(BUDI).into_iter().map(|m| m.text + " ").collect();
    let missing: Vec<_> = words.iter().filter(|word| !received.contains(*word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn a_draft_has_one_card_whatever_is_added() {
    let desk = with_customer().await;
    for text in ["satu", "dua", "tiga"] {
        desk.say(SARI, text).await;
    }
    let sent: Vec<_> = desk.sandbox.chat(SARI).into_iter().filter(|m| m.text.contains("satu\n")).collect();
    assert_eq!(sent.len(), 1, "{}", desk.chat_story(SARI));
    assert_eq!(desk.count(SARI, "di bawah"), 0, "no stub is left: {}", desk.chat_story(SARI));
    assert!(desk.last(SARI).text.contains("tiga") && desk.last(SARI).button("Kirim").is_some());
}

#[tokio::test]
async fn a_draft_is_dropped_after_a_question_and_comes_back_within_a_minute() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Batal").await;
    assert!(desk.last(SARI).text.contains("Buang tiket"), "{}", desk.last(SARI).text);
    desk.press(SARI, "Kembali").await;
    assert!(desk.last(SARI).button("Kirim").is_some());
    // By the button and by the command.
    for typed in [false, true] {
        if typed {
            desk.say(SARI, "/cancel").await;
        } else {
            desk.press(SARI, "Batal").await;
            desk.press(SARI, "Ya, buang").await;
        }
        desk.clock.advance(TimeDelta::seconds(59));
        let (message, undo) = desk.button(SARI, "Urungkan");
        desk.press_data(SARI, message, &undo).await;
        assert!(desk.last(SARI).text.contains("printer rusak"), "{}", desk.chat_story(SARI));
        assert_eq!(desk.count(SARI, "printer rusak"), 1);
    }
    desk.say(SARI, "dan scanner").await;
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.toast(SARI), "✅ Tiket terkirim");
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_dropped_draft_does_not_come_back_later_or_by_itself() {
    let desk = with_customer().await;
    desk.say(SARI, "rahasia lama").await;
    desk.say(SARI, "/cancel").await;
    let (message, undo) = desk.button(SARI, "Urungkan");
    desk.say(SARI, "yang baru").await;
    assert!(!desk.last(SARI).text.contains("rahasia lama"));
    desk.press_data(SARI, message, &undo).await;
    assert!(desk.toast(SARI).contains("tidak bisa diurungkan"), "{}", desk.toast(SARI));
    desk.say(SARI, "/cancel").await;
    let (message, undo) = desk.button(SARI, "Urungkan");
    desk.clock.advance(TimeDelta::seconds(60));
    desk.press_data(SARI, message, &undo).await;
    assert!(desk.toast(SARI).contains("tidak bisa diurungkan"), "{}", desk.toast(SARI));
    desk.say(SARI, "/cancel").await;
    assert_eq!(desk.last(SARI).text, "Tidak ada yang perlu dibatalkan.");
}
