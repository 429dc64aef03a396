//! A ticket in the console: reassignment, priority, cancellation, release, conversation, history.
use super::{EVE, drawn, open_held_ticket, staffed};
use crate::conversation::{BUDI, CITRA, SARI, TOM, numbers};
use crate::support::ADMIN;

#[tokio::test]
async fn a_ticket_is_reassigned_with_buttons_and_leads_to_its_new_holder() {
    let desk = staffed().await;
    open_held_ticket(&desk, ADMIN).await;
    desk.press(ADMIN, "Alihkan").await;
    assert!(desk.last(ADMIN).button("Citra 0/5").is_some(), "{}", desk.chat_story(ADMIN));
    let (message, citra) = drawn(&desk, ADMIN, "Citra");
    desk.press_data(ADMIN, message, &citra).await;
    let number = numbers(&desk).await.remove(0);
    assert_eq!(desk.toast(ADMIN), format!("↪️ {number} sekarang di antrian Citra."));
    desk.find(CITRA, "printer rusak");
    // The second press, and a press of the slower admin.
    desk.press_data(ADMIN, message, &citra).await;
    assert!(desk.toast(ADMIN).contains(&number), "{}", desk.toast(ADMIN));
    assert_eq!(desk.count(CITRA, "printer rusak"), 1);
    assert!(desk.last(ADMIN).text.contains("Citra"));
    desk.press(ADMIN, "⬅️ Citra").await;
    assert!(desk.last(ADMIN).text.contains("👤 Citra"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn the_slower_of_two_admins_changes_nothing_and_sees_how_things_stand() {
    let desk = staffed().await;
    open_held_ticket(&desk, EVE).await;
    desk.press(EVE, "Reassign").await;
    let (message, citra) = drawn(&desk, EVE, "Citra");
    open_held_ticket(&desk, ADMIN).await;
    desk.press(ADMIN, "Kembalikan ke antrian").await;
    desk.press_data(EVE, message, &citra).await;
    assert!(desk.toast(EVE).contains("In the queue"), "{}", desk.toast(EVE));
    assert!(!desk.has(CITRA, "printer rusak"));
}

#[tokio::test]
async fn a_full_agent_gets_it_only_after_a_question_and_the_audit_log_says_so() {
    let desk = staffed().await;
    desk.say(ADMIN, "/setmax Citra 1").await;
    desk.say(BUDI, "/busy").await;
    desk.say(CITRA, "/online").await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(TOM, "second one").await;
    open_held_ticket(&desk, ADMIN).await;
    desk.press(ADMIN, "Alihkan").await;
    desk.press(ADMIN, "Citra").await;
    assert!(desk.last(ADMIN).text.contains("penuh (1/1)"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "⬅️ Tiket").await;
    assert!(!desk.has(CITRA, "printer rusak"));
    desk.press(ADMIN, "Alihkan").await;
    desk.press(ADMIN, "Citra").await;
    desk.press(ADMIN, "Tetap alihkan").await;
    desk.find(CITRA, "printer rusak");
    desk.press(ADMIN, "🧾").await;
    let pages = desk.last(ADMIN);
    if pages.button("▶️").is_some() {
        desk.press(ADMIN, "▶️").await;
    }
    assert!(desk.last(ADMIN).text.contains("Melebihi batas"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "⬅️ Tiket").await;
    assert!(desk.last(ADMIN).button("🧾").is_some());
}

#[tokio::test]
async fn to_the_top_makes_it_urgent_behind_older_urgent_ones() {
    let desk = staffed().await;
    desk.say(BUDI, "/busy").await;
    for n in 1..=3 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(ADMIN, "/queue").await;
    for (row, subject) in [("Kelola #2", "kendala 2"), ("Kelola #3", "kendala 3")] {
        desk.press(ADMIN, row).await;
        assert!(desk.last(ADMIN).text.contains(subject), "{}", desk.last(ADMIN).text);
        let (message, top) = drawn(&desk, ADMIN, "Ke paling atas");
        desk.press_data(ADMIN, message, &top).await;
        assert!(desk.toast(ADMIN).contains("🔥 Mendesak"), "{}", desk.toast(ADMIN));
        desk.press_data(ADMIN, message, &top).await;
        assert!(!desk.toast(ADMIN).contains("Mendesak"), "a stale press: {}", desk.toast(ADMIN));
        assert!(desk.last(ADMIN).button("Ke paling atas").is_none(), "it is at the top");
        desk.press(ADMIN, "⬅️ Antrian").await;
    }
    let list = desk.last(ADMIN).text;
    let at = |subject: &str| list.find(subject).unwrap();
    assert!(at("kendala 2") < at("kendala 3") && at("kendala 3") < at("kendala 1"), "{list}");
    desk.press(ADMIN, "Kelola #1").await;
    desk.press(ADMIN, "Prioritas").await;
    desk.press(ADMIN, "Rendah").await;
    desk.press(ADMIN, "⬅️ Antrian").await;
    let list = desk.last(ADMIN).text;
    let at = |subject: &str| list.find(subject).unwrap();
    assert!(at("kendala 1") < at("kendala 2"), "{list}");
}

#[tokio::test]
async fn the_first_ticket_is_not_offered_the_way_to_the_top() {
    let desk = staffed().await;
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.ticket(SARI, "kendala 2").await;
    for language in ["id", "en"] {
        desk.say(ADMIN, &format!("/language {language}")).await;
        for (row, is_offered) in [("#1", false), ("#2", true)] {
            desk.say(ADMIN, "/queue").await;
            desk.press(ADMIN, row).await;
            let card = desk.last(ADMIN);
            assert_eq!(card.button("⏫").is_some(), is_offered, "{language} {row}: {}", card.text);
            assert!(card.button("↪️").is_some(), "{}", card.text);
        }
    }
}

#[tokio::test]
async fn a_cancellation_is_confirmed_told_and_audited() {
    let desk = staffed().await;
    open_held_ticket(&desk, ADMIN).await;
    desk.press(ADMIN, "Batalkan tiket").await;
    assert!(desk.last(ADMIN).text.contains("dari Sari?"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "⬅️ Tiket").await;
    desk.press(ADMIN, "Batalkan tiket").await;
    let (message, yes) = drawn(&desk, ADMIN, "Ya, batalkan");
    desk.press_data(ADMIN, message, &yes).await;
    desk.find(SARI, "dibatalkan oleh tim kami");
    desk.find(BUDI, "dibatalkan admin dan sudah keluar dari antrian Anda");
    desk.press_data(ADMIN, message, &yes).await;
    assert!(desk.toast(ADMIN).contains("✖️ Dibatalkan"), "{}", desk.toast(ADMIN));
    assert_eq!(desk.count(SARI, "dibatalkan oleh tim kami"), 1);
    let card = desk.last(ADMIN);
    assert!(card.button("Alihkan").is_none() && card.button("🧾").is_some(), "{}", desk.chat_story(ADMIN));
    desk.press(ADMIN, "🧾").await;
    assert!(desk.last(ADMIN).text.contains("Dewi membatalkannya"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn a_released_ticket_goes_to_another_agent_or_waits() {
    let desk = staffed().await;
    open_held_ticket(&desk, ADMIN).await;
    desk.press(ADMIN, "Kembalikan ke antrian").await;
    desk.find(BUDI, "dikembalikan dari antrian Anda");
    assert!(desk.last(ADMIN).text.contains("Dalam antrian"), "not back to Budi: {}", desk.last(ADMIN).text);
    desk.say(CITRA, "/online").await;
    desk.find(CITRA, "printer rusak");
    // Both are ready now; it goes from Citra to neither of them at once, and never to its last holder.
    desk.say(ADMIN, "/workload").await;
    desk.press(ADMIN, "Citra").await;
    desk.press(ADMIN, "printer rusak").await;
    desk.agent(13, "Eka").await;
    desk.say(13, "/online").await;
    desk.press(ADMIN, "Kembalikan ke antrian").await;
    desk.find(13, "printer rusak");
}

#[tokio::test]
async fn the_conversation_and_its_transcript_are_shown() {
    let desk = staffed().await;
    open_held_ticket(&desk, EVE).await;
    desk.press(EVE, "💬 Messages").await;
    assert!(desk.last(EVE).text.contains("no messages"), "{}", desk.last(EVE).text);
    desk.press(BUDI, "▶️ Buka").await;
    desk.sandbox.send_text(BUDI, "Sudah dicoba dinyalakan ulang?");
    desk.settle().await;
    desk.press(EVE, "⬅️ Ticket").await;
    desk.press(EVE, "💬 Messages").await;
    assert!(desk.last(EVE).text.contains("Sudah dicoba"), "{}", desk.last(EVE).text);
    let card = desk.last(EVE).message_id;
    desk.press(EVE, "📄 Full transcript").await;
    assert!(desk.last(EVE).message_id > card && desk.last(EVE).media.is_some());
}
