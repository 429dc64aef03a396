//! `/alias`: the name that customers see of an agent, set by the agent or by an admin.
use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{AliasAction, ButtonAction};
use antri::domain::ids::{PersonId, TelegramId};
use antri::domain::policy::AgentNaming;

async fn id_of(desk: &Desk, id: i64) -> PersonId {
    desk.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap().id
}

async fn alias_of(desk: &Desk, id: i64) -> Option<String> {
    let person = desk.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap();
    person.agent.unwrap().alias
}

#[tokio::test]
async fn customers_see_the_chosen_name_everywhere() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
    desk.say(BUDI, "/alias   Kak  Rina ").await;
    assert!(desk.last(BUDI).text.contains("Yang dilihat pelanggan: Kak Rina"), "{}", desk.last(BUDI).text);
    desk.find(SARI, "sekarang ditangani oleh Kak Rina");
    assert!(!desk.has(SARI, "sekarang ditangani oleh Agen 1"), "the open card is current");
    desk.sandbox.send_text(BUDI, "Sebentar ya");
    desk.settle().await;
    assert!(desk.find(SARI, "Sebentar ya").text.contains("Kak Rina"), "{}", desk.transcript(SARI));
    desk.press(BUDI, "Selesai").await;
    desk.ticket(SARI, "kabel putus").await;
    assert_eq!(desk.count(SARI, "sekarang ditangani oleh Kak Rina"), 2, "{}", desk.transcript(SARI));
    assert!(!desk.has(SARI, "Budi"));
}

#[tokio::test]
async fn an_agent_sees_and_clears_the_name() {
    let desk = with_agent().await;
    desk.say(BUDI, "/alias").await;
    let mut story = desk.shown(BUDI, desk.last(BUDI).message_id);
    desk.say(BUDI, "/alias Rina").await;
    story.push_str(&desk.shown(BUDI, desk.last(BUDI).message_id));
    desk.press(BUDI, "Pakai “Agen 1”").await;
    assert_eq!(desk.toast(BUDI), "↩️ Nama pilihan sudah dihapus.");
    assert_eq!(alias_of(&desk, BUDI).await, None);
    for (clear, language) in [("/alias hapus", "id"), ("/alias Clear", "en")] {
        desk.say(BUDI, "/alias Rina").await;
        desk.say(BUDI, &format!("/language {language}")).await;
        desk.say(BUDI, clear).await;
        assert_eq!(alias_of(&desk, BUDI).await, None, "{clear}");
    }
    for naming in [AgentNaming::Alias, AgentNaming::Name, AgentNaming::Hidden] {
        desk.change_settings(|settings| settings.agent_naming = naming).await;
        desk.say(BUDI, "/alias Rina").await;
        story.push_str(&desk.shown(BUDI, desk.last(BUDI).message_id));
    }
    insta::assert_snapshot!("alias_of_an_agent", story);
}

#[tokio::test]
async fn a_name_of_another_agent_is_refused() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(BUDI, "/alias Rina").await;
    for taken in ["rina", "RÍNA!", "Citra", "budi", "Agen 2", "agent 1"] {
        let id = if taken == "Citra" { BUDI } else { CITRA };
        desk.say(id, &format!("/alias {taken}")).await;
        assert!(desk.last(id).text.contains("sudah dipakai agen lain"), "{taken}: {}", desk.last(id).text);
    }
    assert_eq!(alias_of(&desk, CITRA).await, None);
    desk.say(BUDI, "/alias Budi").await;
    assert_eq!(alias_of(&desk, BUDI).await.as_deref(), Some("Budi"), "the own name is free");
    desk.say(CITRA, "/alias Rina").await;
    assert_eq!(alias_of(&desk, CITRA).await.as_deref(), Some("Rina"), "free again");
}

#[tokio::test]
async fn a_name_that_nobody_can_read_is_refused() {
    let desk = with_agent().await;
    let long = "x".repeat(31);
    for invalid in ["Ri\u{200B}na", "Ri\nna", "❤️", long.as_str()] {
        desk.say(BUDI, &format!("/alias {invalid}")).await;
        let answer = desk.last(BUDI).text;
        assert!(answer.contains("tidak bisa dipakai") && answer.contains("30 karakter"), "{answer}");
    }
    desk.say(BUDI, "/language en").await;
    desk.say(BUDI, &format!("/alias {long}")).await;
    assert!(desk.last(BUDI).text.contains("That name does not work"), "{}", desk.last(BUDI).text);
    assert_eq!(alias_of(&desk, BUDI).await, None);
    // Markup is text.
    desk.say(BUDI, "/alias <b>Rina</b>").await;
    assert!(desk.last(BUDI).text.contains("Customers see: <b>Rina</b>"), "{}", desk.last(BUDI).text);
}

#[tokio::test]
async fn an_admin_sets_and_clears_the_name_from_the_agents_card() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Nama untuk pelanggan").await;
    let mut story = desk.shown(ADMIN, desk.last(ADMIN).message_id);
    desk.press(ADMIN, "Pilih nama").await;
    desk.say(ADMIN, "Ri\u{200B}na").await;
    assert!(desk.last(ADMIN).text.contains("tidak bisa dipakai"), "the prompt stays open");
    desk.say(ADMIN, "Rina").await;
    story.push_str(&desk.shown(ADMIN, desk.last(ADMIN).message_id));
    desk.find(BUDI, "pelanggan sekarang mengenal Anda sebagai Rina");
    desk.press(ADMIN, "Kembali").await;
    assert!(desk.last(ADMIN).text.contains("Nama untuk pelanggan: Rina"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "Nama untuk pelanggan").await;
    desk.press(ADMIN, "Pakai “Agen 1”").await;
    desk.find(BUDI, "Admin menghapus nama yang Anda pilih");
    assert_eq!(alias_of(&desk, BUDI).await, None);
    desk.say(ADMIN, "/language en").await;
    desk.say(BUDI, "/language en").await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Name for customers").await;
    desk.press(ADMIN, "Choose a name").await;
    story.push_str(&desk.shown(ADMIN, desk.last(ADMIN).message_id));
    desk.say(ADMIN, "Rina").await;
    desk.find(BUDI, "customers now know you as Rina");
    story.push_str(&desk.shown(ADMIN, desk.last(ADMIN).message_id));
    insta::assert_snapshot!("alias_by_an_admin", story);
}

#[tokio::test]
async fn only_the_agent_and_admins_change_a_name() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(BUDI, "/alias Rina").await;
    let (message, clear) = desk.button(BUDI, "Pakai “Agen 1”");
    let budi = id_of(&desk, BUDI).await;
    for action in [AliasAction::Show(budi), AliasAction::Ask(budi), AliasAction::Clear(budi)] {
        desk.press_data(CITRA, desk.last(CITRA).message_id, &data(ButtonAction::Alias(action))).await;
        assert!(desk.toast(CITRA).contains("tidak berwenang"), "{}", desk.toast(CITRA));
    }
    desk.say(SARI, "/alias Rina").await;
    assert!(desk.last(SARI).text.contains("khusus agen"), "{}", desk.last(SARI).text);
    assert_eq!(alias_of(&desk, BUDI).await.as_deref(), Some("Rina"));
    // A former agent's name is free again, and the old button is dead.
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.press_data(BUDI, message, &clear).await;
    assert!(desk.toast(BUDI).contains("tidak berwenang"), "{}", desk.toast(BUDI));
    let all_of_budi = desk.sandbox.chat(BUDI);
    let lists = all_of_budi.iter().filter(|message| message.button("Citra").is_some());
    assert_eq!(lists.count(), 0, "the list of agents is for admins: {}", desk.chat_story(BUDI));
    desk.say(CITRA, "/alias Rina").await;
    assert_eq!(alias_of(&desk, CITRA).await.as_deref(), Some("Rina"));
}
