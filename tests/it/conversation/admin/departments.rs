//! Departments and categories: creation, renaming, retirement and the prompts for their names.
mod hours;

use crate::conversation::{BUDI, SARI, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk};

#[tokio::test]
async fn a_department_is_created_by_command_and_by_button() {
    let desk = with_customer().await;
    desk.department("HSI INDIBIZ").await;
    assert!(desk.last(ADMIN).text.contains("Departemen HSI INDIBIZ dibuat.\n👤 Belum ada agennya."));
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.say(ADMIN, "Keuangan").await;
    desk.find(ADMIN, "Departemen Keuangan dibuat");
    // The command with the name of an existing department shows it.
    desk.say(ADMIN, "/department hsi indibiz").await;
    assert!(!desk.last(ADMIN).text.contains("dibuat"));
    desk.press(ADMIN, "Kembali").await;
    for name in ["HSI INDIBIZ", "Keuangan", "Umum"] {
        assert!(desk.last(ADMIN).button(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_unknown_department_name_is_confirmed_before_creation() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/department Tenkik").await;
    let asked = desk.last(ADMIN);
    assert!(asked.text.contains("Belum ada departemen Tenkik"), "{}", asked.text);
    assert!(asked.button("Umum").is_none());
    desk.press(ADMIN, "Teknik").await;
    assert!(desk.last(ADMIN).text.contains("🏢 Teknik"), "{}", desk.chat_story(ADMIN));
    desk.say(ADMIN, "/department Gudang & <Stok>").await;
    let (message, make) = desk.button(ADMIN, "➕ Buat");
    desk.press_data(ADMIN, message, &make).await;
    desk.find(ADMIN, "Departemen Gudang & <Stok> dibuat");
    desk.say(ADMIN, "/department Jauh sekali").await;
    desk.press(ADMIN, "Batal").await;
    let all = desk.app().engine.store().departments().await.unwrap();
    assert_eq!(all.len(), 3, "{all:?}");
}

#[tokio::test]
async fn an_invalid_name_keeps_the_prompt_open_until_cancelled() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.press(ADMIN, "Ganti nama").await;
    desk.say(ADMIN, &"x".repeat(61)).await;
    assert!(desk.last(ADMIN).text.contains("1 sampai 60 karakter"));
    desk.say(ADMIN, "Umum").await;
    assert!(desk.last(ADMIN).text.contains("sudah dipakai"));
    desk.say(ADMIN, "Jaringan").await;
    assert!(desk.last(ADMIN).text.contains("🏢 Jaringan"));
    desk.press(ADMIN, "Ganti nama").await;
    desk.say(ADMIN, "/cancel").await;
    desk.say(ADMIN, "Bukan nama").await;
    desk.say(ADMIN, "/department").await;
    assert!(desk.last(ADMIN).button("Bukan nama").is_none());
}

#[tokio::test]
async fn another_command_closes_the_prompt() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.say(ADMIN, "/agents").await;
    desk.say(ADMIN, "terima kasih").await;
    desk.say(ADMIN, "/department").await;
    assert!(desk.last(ADMIN).button("terima kasih").is_none(), "a remark became a department");
}

#[tokio::test]
async fn a_file_is_refused_as_a_name_and_the_prompt_stays_open() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.attach(ADMIN, antri::sandbox::MediaKind::Photo, None).await;
    assert!(desk.last(ADMIN).text.contains("1 sampai 60 karakter"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "umum").await;
    assert!(desk.last(ADMIN).text.contains("sudah dipakai"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "Keuangan").await;
    assert!(desk.last(ADMIN).text.contains("Departemen Keuangan dibuat"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn categories_are_created_renamed_and_retired() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/category Umum - Tagihan").await;
    assert!(desk.last(ADMIN).text.contains("Kategori Umum - Tagihan ditambahkan"));
    for (wrong, answer) in [
        ("/category Tagihan", "Gunakan"),
        ("/category Gudang - Stok", "Tidak ada departemen"),
        ("/category Umum - tagihan", "sudah dipakai"),
        ("/category Umum -  ", "Gunakan"),
    ] {
        desk.say(ADMIN, wrong).await;
        assert!(desk.last(ADMIN).text.contains(answer), "{wrong}: {}", desk.last(ADMIN).text);
    }
    // With a single department the prompt for it is skipped.
    desk.say(ADMIN, "/category").await;
    desk.say(ADMIN, "Jaringan").await;
    desk.say(ADMIN, "/department Umum").await;
    desk.press(ADMIN, "🏷 Jaringan").await;
    desk.press(ADMIN, "Ganti nama").await;
    desk.say(ADMIN, "Wifi").await;
    assert!(desk.last(ADMIN).text.contains("• Wifi"));
    desk.press(ADMIN, "🏷 Wifi").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    assert!(desk.last(ADMIN).text.contains("• Wifi 💤"));
    desk.say(SARI, "/new").await;
    assert!(desk.last(SARI).button("Tagihan").is_some() && desk.last(SARI).button("Wifi").is_none());
    desk.press(ADMIN, "🏷 Wifi").await;
    desk.press(ADMIN, "Aktifkan kembali").await;
    assert!(!desk.last(ADMIN).text.contains("💤"));
}

#[tokio::test]
async fn the_department_of_a_new_category_is_picked_or_typed_even_with_a_dash() {
    let desk = with_customer().await;
    for name in ["HSI", "HSI - INDIBIZ"] {
        desk.department(name).await;
    }
    for (command, label) in [
        ("/category HSI - INDIBIZ - TROUBLESHOOT", "HSI - INDIBIZ - TROUBLESHOOT"),
        ("/category HSI - BITSTREAM - PUTUS", "HSI - BITSTREAM - PUTUS"),
    ] {
        desk.say(ADMIN, command).await;
        assert!(desk.last(ADMIN).text.contains(label), "{command}");
    }
    desk.say(ADMIN, "/department hsi - indibiz").await;
    assert!(desk.last(ADMIN).text.contains("• TROUBLESHOOT") && !desk.last(ADMIN).text.contains("PUTUS"));
    desk.say(ADMIN, "/category").await;
    desk.press(ADMIN, "Umum").await;
    desk.say(ADMIN, "Jaringan").await;
    assert!(desk.last(ADMIN).text.contains("Umum - Jaringan"));
}

#[tokio::test]
async fn a_department_can_be_critical_or_retired_except_the_last_one() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/department Umum").await;
    desk.press(ADMIN, "Jadikan kritis").await;
    assert!(desk.last(ADMIN).text.contains("🚨 Kritis"));
    desk.press(ADMIN, "Tidak lagi kritis").await;
    desk.press(ADMIN, "💤 Nonaktifkan").await;
    assert!(desk.toast(ADMIN).contains("terakhir tidak bisa dinonaktifkan"));
    desk.press(ADMIN, "🏷 Pertanyaan").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    assert!(desk.toast(ADMIN).contains("terakhir tidak bisa dinonaktifkan"));
    second_department(&desk).await;
    desk.press(ADMIN, "💤 Nonaktifkan").await;
    assert!(desk.last(ADMIN).text.contains("Tidak menerima tiket baru"));
    // With a single open department the customer is not asked for a category.
    desk.say(SARI, "halo").await;
    assert!(desk.last(SARI).button("Kirim").is_some());
    desk.press(ADMIN, "Aktifkan kembali").await;
    assert!(!desk.last(ADMIN).text.contains("Tidak menerima"));
}

#[tokio::test]
async fn tickets_of_a_retired_department_can_be_completed() {
    let desk = with_agent().await;
    desk.ticket(SARI, "sebelum").await;
    second_department(&desk).await;
    desk.say(ADMIN, "/department Umum").await;
    desk.press(ADMIN, "💤 Nonaktifkan").await;
    desk.press(BUDI, "Selesai").await;
    desk.find(SARI, "sudah selesai");
}

/// Returns a desk on which the admin was asked for a name by this button.
async fn asked(prompt: &str) -> Desk {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/workload").await;
    desk.say(ADMIN, "/department Teknik").await;
    if prompt == "Departemen baru" {
        desk.press(ADMIN, "Kembali").await;
    }
    desk.press(ADMIN, prompt).await;
    assert!(desk.last(ADMIN).text.contains("/cancel"), "{prompt}: {}", desk.chat_story(ADMIN));
    desk
}

/// The admin writes a sentence, which must not become a name.
async fn a_sentence_is_no_name(desk: &Desk, prompt: &str) {
    desk.say(ADMIN, "Besok saya libur").await;
    assert!(desk.has(ADMIN, NO_ANSWER), "{prompt}: {}", desk.chat_story(ADMIN));
    let all = desk.app().engine.store().departments().await.unwrap();
    let names: Vec<_> =
        all.iter().flat_map(|d| d.categories.iter().map(|c| &c.name).chain([&d.name])).collect();
    assert!(names.iter().all(|name| !name.contains("Besok")), "{prompt}: {names:?}");
}

/// The answer to words of an admin that belong to nothing.
const NO_ANSWER: &str = "tidak dikirim ke siapa pun. Untuk membuat tiket, tekan /new";
const PROMPTS: [&str; 3] = ["Departemen baru", "Ganti nama", "Kategori baru"];

#[tokio::test]
async fn a_prompt_ends_with_time() {
    for prompt in PROMPTS {
        let desk = asked(prompt).await;
        desk.clock.advance(chrono::TimeDelta::minutes(11));
        a_sentence_is_no_name(&desk, prompt).await;
    }
    let desk = asked("Ganti nama").await;
    desk.clock.advance(chrono::TimeDelta::minutes(9));
    desk.say(ADMIN, "Jaringan").await;
    assert!(desk.last(ADMIN).text.contains("🏢 Jaringan"), "in time: {}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn an_answer_that_was_written_in_time_counts_also_if_it_is_handled_late() {
    let desk = asked("Ganti nama").await;
    desk.stop().await;
    desk.sandbox.send_text(ADMIN, "Jaringan");
    desk.clock.advance(chrono::TimeDelta::hours(2));
    desk.start().await;
    desk.settle().await;
    // After two hours an alert may come before or after the answer.
    assert!(desk.has(ADMIN, "🏢 Jaringan"), "{}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn a_prompt_ends_with_the_next_press() {
    for prompt in PROMPTS {
        let desk = asked(prompt).await;
        let (message, data) = desk.button(ADMIN, "Segarkan");
        desk.press_data(ADMIN, message, &data).await;
        a_sentence_is_no_name(&desk, prompt).await;
    }
}

#[tokio::test]
async fn the_answer_to_the_prompt_creates_the_department_at_once() {
    for (language, new, question, created, other, no_answer) in [
        (
            "id",
            "Departemen baru",
            "departemen baru?",
            "Departemen Teknis dibuat.",
            "printer rusak",
            NO_ANSWER,
        ),
        (
            "en",
            "New department",
            "new department called",
            "Department Teknis created.",
            "broken",
            "press /new",
        ),
    ] {
        let desk = with_customer().await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.say(ADMIN, "/department").await;
        desk.press(ADMIN, new).await;
        assert!(desk.last(ADMIN).text.contains(question), "{}", desk.last(ADMIN).text);
        desk.say(ADMIN, "Teknis").await;
        assert!(desk.last(ADMIN).text.contains(created), "{}", desk.last(ADMIN).text);
        assert_eq!(desk.app().engine.store().departments().await.unwrap().len(), 2);
        desk.say(ADMIN, other).await;
        assert!(desk.has(ADMIN, no_answer), "the prompt was answered: {}", desk.chat_story(ADMIN));
        assert_eq!(desk.app().engine.store().departments().await.unwrap().len(), 2);
    }
}
