//! Stale buttons of an admin: the agent, ticket or department behind the button is gone. The press says so,
//! and its message is redrawn with the current state.
use crate::conversation::{BUDI, CITRA, SARI, numbers, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::ButtonAction;
use antri::domain::ids::{DepartmentId, PersonId, TelegramId};

async fn person(desk: &Desk, id: i64) -> PersonId {
    desk.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap().id
}

async fn department(desk: &Desk, name: &str) -> DepartmentId {
    let all = desk.app().engine.store().departments().await.unwrap();
    all.iter().find(|department| department.name == name).unwrap().id
}

async fn remove_agent(desk: &Desk, name: &str) {
    desk.say(ADMIN, &format!("/removeagent {name}")).await;
    desk.press(ADMIN, "Cabut peran").await;
}

async fn retire_department(desk: &Desk, name: &str) {
    desk.say(ADMIN, &format!("/department {name}")).await;
    desk.press(ADMIN, "💤 Nonaktifkan").await;
}

#[tokio::test]
async fn stale_buttons_for_a_former_agent_redraw_the_agent_list() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    second_department(&desk).await;
    let mut old = Vec::new();
    for command in ["/setmax", "/removeagent", "/agents"] {
        desk.say(ADMIN, command).await;
        old.push(desk.button(ADMIN, "Budi"));
    }
    // An older copy of this list would be deleted.
    desk.press(ADMIN, "Budi").await;
    old.push(desk.button(ADMIN, "Teknik"));
    desk.say(ADMIN, "/setmax Budi").await;
    old.push(desk.button(ADMIN, "3"));
    remove_agent(&desk, "Budi").await;
    for (message, data) in old {
        desk.press_data(ADMIN, message, &data).await;
        assert_eq!(desk.toast(ADMIN), "Orang itu bukan agen lagi.", "{data}");
        let shown = desk.shown(ADMIN, message);
        assert!(shown.contains("Citra 0/5") && !shown.contains("Budi"), "{shown}");
    }
    assert_eq!(desk.count(ADMIN, "tidak ditemukan"), 0, "the toast already says it");
}

#[tokio::test]
async fn a_second_removal_of_an_agent_shows_them_as_removed() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(ADMIN, "/removeagent Budi").await;
    let (message, yes) = desk.button(ADMIN, "Cabut peran");
    remove_agent(&desk, "Budi").await;
    desk.press_data(ADMIN, message, &yes).await;
    assert_eq!(desk.toast(ADMIN), "Orang itu bukan agen lagi.");
    assert!(desk.shown(ADMIN, message).contains("Budi bukan agen lagi"));
}

#[tokio::test]
async fn reassigning_to_a_former_agent_offers_the_ticket_again() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    for (id, name) in [(CITRA, "Citra"), (13, "Eka")] {
        desk.agent(id, name).await;
    }
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    let (message, citra) = desk.button(ADMIN, "Citra");
    remove_agent(&desk, "Citra").await;
    desk.press_data(ADMIN, message, &citra).await;
    assert_eq!(desk.toast(ADMIN), "Orang itu bukan agen lagi.");
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("kepada siapa?") && !shown.contains("Citra"), "{shown}");
    let (_, eka) = desk.button(ADMIN, "Eka");
    desk.press_data(ADMIN, message, &eka).await;
    desk.find(13, "printer rusak");
}

#[tokio::test]
async fn picking_an_ended_ticket_removes_it_from_the_list() {
    let desk = with_agent().await;
    for text in ["printer rusak", "kabel putus"] {
        desk.ticket(SARI, text).await;
    }
    let [first, second] = numbers(&desk).await.try_into().unwrap();
    desk.say(ADMIN, "/reassign").await;
    let (message, old) = desk.button(ADMIN, &first[16..]);
    desk.say(BUDI, "/myqueue").await;
    desk.press(BUDI, "✅ Selesai #1").await;
    desk.press_data(ADMIN, message, &old).await;
    assert!(desk.toast(ADMIN).contains("✅ Selesai"), "{}", desk.toast(ADMIN));
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains(&second[16..]) && !shown.contains(&first[16..]), "{shown}");
}

#[tokio::test]
async fn invite_and_addagent_refuse_a_retired_department() {
    let desk = with_customer().await;
    for name in ["Teknik", "Keuangan"] {
        desk.department(name).await;
    }
    desk.say(ADMIN, "/invite").await;
    let invite = desk.button(ADMIN, "Teknik");
    desk.say(ADMIN, "/addagent @sari").await;
    let add = desk.button(ADMIN, "Teknik");
    retire_department(&desk, "Teknik").await;
    for (message, data) in [invite, add] {
        desk.press_data(ADMIN, message, &data).await;
        assert_eq!(desk.toast(ADMIN), "Departemen itu sudah tidak aktif.");
        let shown = desk.shown(ADMIN, message);
        assert!(shown.contains("Keuangan") && !shown.contains("Teknik"), "{shown}");
    }
    assert!(!desk.has(ADMIN, "start=join_"), "a refused invitation sends no link");
    assert!(!desk.has(SARI, "sekarang agen"));
}

#[tokio::test]
async fn an_agent_cannot_join_a_retired_department() {
    let desk = with_agent().await;
    second_department(&desk).await;
    let press = data(ButtonAction::AgentDepartment(
        person(&desk, BUDI).await,
        department(&desk, "Teknik").await,
        true,
    ));
    retire_department(&desk, "Teknik").await;
    desk.say(ADMIN, "/agents").await;
    let message = desk.last(ADMIN).message_id;
    desk.press_data(ADMIN, message, &press).await;
    assert_eq!(desk.toast(ADMIN), "Departemen itu sudah tidak aktif.");
    let shown = desk.shown(ADMIN, message);
    assert!(shown.contains("Departemen: Umum") && !shown.contains("Teknik"), "{shown}");
}
