//! Hostile input in chats: markup, floods, invisible characters, and unknown or malformed commands.
use super::{BUDI, SARI, TOM, with_agent, with_customer};
use crate::support::{ADMIN, Desk, Options};
use antri::domain::quota::Quota;
use chrono::TimeDelta;

#[tokio::test]
async fn markup_in_names_and_texts_is_shown_as_it_was_typed() {
    let desk = with_agent().await;
    let name = "</b><a href=\"https://x.example\">Klik</a>";
    desk.person(TOM, name, "id").await;
    desk.find(TOM, &format!("Halo {name}!"));
    let markup = "<b>tebal</b> &amp; *bintang* [tautan](https://x.example) </blockquote><script>";
    desk.ticket(TOM, markup).await;
    assert!(desk.find(BUDI, "Tiket baru").text.contains(markup), "{}", desk.chat_story(BUDI));
    desk.find(TOM, markup);
    desk.department("<i>Miring</i>").await;
    desk.find(ADMIN, "Departemen <i>Miring</i> dibuat");
    desk.say(ADMIN, "/setmax <b>siapa</b> 3").await;
    desk.find(ADMIN, "“<b>siapa</b>”");
}

/// Returns a desk with a small quota and two customers who have not used it.
async fn with_small_quota() -> Desk {
    let quota = Quota { burst: 6, interval: TimeDelta::seconds(1) };
    let desk = Desk::with(Options { quota, ..Options::default() }).await;
    for (id, name, language) in [(SARI, "Sari", "id"), (TOM, "Tom", "en")] {
        desk.person(id, name, language).await;
    }
    // Pressing Start took one unit of each quota; a minute restores it.
    desk.clock.advance(TimeDelta::minutes(1));
    desk
}

#[tokio::test]
async fn a_flood_gets_one_warning_and_messages_within_the_quota_are_kept() {
    let desk = with_small_quota().await;
    for n in 1..=20 {
        desk.sandbox.send_text(SARI, &format!("baris {n}"));
    }
    desk.settle().await;
    let draft = desk.find(SARI, "baris 1").text;
    assert!((1..=6).all(|n| draft.contains(&format!("baris {n}"))) && !draft.contains("baris 7"), "{draft}");
    assert_eq!(desk.count(SARI, "terlalu banyak sekaligus"), 1);
    // The flood of one person does not affect another, and the quota refills with time.
    desk.ticket(TOM, "printer broken").await;
    desk.clock.advance(TimeDelta::seconds(2));
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.toast(SARI), "✅ Tiket terkirim");
    for _ in 0..20 {
        desk.sandbox.send_text(TOM, "/help");
    }
    desk.settle().await;
    assert_eq!(desk.count(TOM, "a lot at once"), 1);
}

#[tokio::test]
async fn a_backlog_from_downtime_is_not_counted_as_a_flood() {
    let desk = with_small_quota().await;
    desk.stop().await;
    for n in 1..=20 {
        desk.sandbox.send_text(SARI, &format!("baris {n}"));
        desk.clock.advance(TimeDelta::seconds(1));
    }
    desk.start().await;
    desk.settle().await;
    assert!(desk.find(SARI, "baris 1").text.contains("baris 20"));
    assert_eq!(desk.count(SARI, "terlalu banyak sekaligus"), 0);
}

#[tokio::test]
async fn hidden_and_stacked_characters_are_removed() {
    let desk = with_agent().await;
    let zalgo = format!("z{}", "\u{0301}".repeat(60));
    desk.person(TOM, &format!("To\u{202e}m {zalgo}"), "id").await;
    desk.ticket(TOM, &format!("halo\u{202e}olah\u{0000} {zalgo} akhir")).await;
    let card = desk.find(BUDI, "akhir").text;
    assert!(!card.contains('\u{202e}') && !card.contains(&"\u{0301}".repeat(4)), "{card:?}");
    assert!(!desk.chat_story(TOM).contains(&zalgo) || desk.count(TOM, &zalgo) == 0);
}

#[tokio::test]
async fn an_invisible_name_is_replaced_by_a_fallback() {
    let desk = with_customer().await;
    desk.person(TOM, "\u{202e}\u{feff}", "id").await;
    desk.find(TOM, "Halo #2!");
}

#[tokio::test]
async fn truncation_does_not_split_emoji() {
    let desk = with_agent().await;
    let family = "👨\u{200d}👩\u{200d}👧";
    desk.ticket(SARI, &family.repeat(480)).await;
    for id in [SARI, BUDI] {
        for message in desk.sandbox.chat(id) {
            let whole = message.text.replace(family, "");
            assert!(!whole.contains('👨') && !whole.contains('\u{200d}'), "{id}: {whole}");
        }
    }
}

#[tokio::test]
async fn unknown_commands_and_commands_of_other_roles_are_answered() {
    let desk = with_agent().await;
    desk.say(SARI, "/bogus").await;
    assert!(desk.last(SARI).text.contains("Perintah /bogus tidak dikenal"));
    let agents = [
        "online",
        "busy",
        "myqueue",
        "status",
        "autoassign on",
        "queue",
        "r halo",
        "withdraw",
        "search x",
        "transcript",
        "web",
        "token",
    ];
    for command in agents {
        desk.say(SARI, &format!("/{command}")).await;
        assert!(desk.last(SARI).text.contains("khusus agen"), "{command}");
    }
    let admins = [
        "workload",
        "agents",
        "invite",
        "addagent @sari",
        "removeagent Budi",
        "setmax Budi 9",
        "reassign ABCD",
        "department X",
        "category Umum - X",
    ];
    for id in [SARI, BUDI] {
        for command in admins {
            desk.say(id, &format!("/{command}")).await;
            assert!(desk.last(id).text.contains("khusus admin"), "{id} {command}");
        }
    }
    // An admin without an agent profile is refused agents' commands, except /queue and /token.
    for command in ["online", "myqueue", "status"] {
        desk.say(ADMIN, &format!("/{command}")).await;
        assert!(desk.last(ADMIN).text.contains("khusus agen"), "{command}");
    }
    desk.say(ADMIN, "/queue").await;
    desk.say(ADMIN, "/token").await;
    desk.find(ADMIN, "eyJ");
}

#[tokio::test]
async fn commands_are_parsed_with_mentions_any_case_and_extra_text() {
    let desk = with_agent().await;
    desk.say(BUDI, "/Status@Antri_Test_Bot sekarang juga").await;
    assert!(desk.last(BUDI).text.contains("Status Anda"));
    desk.say(SARI, "/new\nprinter rusak").await;
    assert!(desk.last(SARI).text.contains("printer rusak"));
    desk.say(SARI, "/help me").await;
    assert!(desk.last(SARI).text.contains("/new"));
}

#[tokio::test]
async fn a_command_for_another_bot_is_not_run_and_opens_no_draft() {
    let desk = with_customer().await;
    desk.say(SARI, "/new@other_bot printer rusak").await;
    assert!(
        desk.last(SARI).text.contains("Perintah /new@other_bot tidak dikenal"),
        "{}",
        desk.chat_story(SARI)
    );
    desk.say(SARI, "/cancel").await;
    assert_eq!(desk.last(SARI).text, "Tidak ada yang perlu dibatalkan.");
}

#[tokio::test]
async fn every_press_of_a_flood_is_answered() {
    let desk = with_small_quota().await;
    desk.say(SARI, "/help").await;
    let message = desk.last(SARI).message_id;
    for _ in 0..20 {
        desk.sandbox.press(SARI, message, "nonsense");
    }
    desk.settle().await;
    let answered = desk.sandbox.requests().into_iter().filter(|r| r.method == "answerCallbackQuery");
    assert_eq!(answered.count(), 20);
}
