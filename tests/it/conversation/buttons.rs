//! Invalid presses: old, foreign, doubled or forged buttons, and buttons on another person's message. Nothing
//! changes, and a toast says why.
use super::{BUDI, CITRA, SARI, TOM, numbers, with_agent, with_customer};
use crate::support::{ADMIN, Desk, Options, data};
use antri::bot::callback::{
    ButtonAction, DepartmentPickerPurpose, PagedList, PickerPurpose, Surface, TaskAction,
};
use antri::domain::ids::{CategoryId, DepartmentId, DraftId, PersonId, TicketId, Version};
use antri::domain::person::Role;
use antri::domain::ticket::{Status, Ticket};
use antri::engine::ports::{Change, Write};

/// Returns all held tickets.
async fn held(desk: &Desk) -> Vec<Ticket> {
    desk.app().engine.store().all_held().await.unwrap()
}

/// Returns the actions of all buttons that only agents get.
fn agent_actions(ticket: TicketId, version: Version) -> Vec<ButtonAction> {
    let steps = [TaskAction::Start, TaskAction::Complete, TaskAction::Pause, TaskAction::Resume];
    let tasks = steps.map(|step| ButtonAction::Task(step, ticket, version, Surface::Task));
    let others = [
        ButtonAction::PickUp(ticket, version, Surface::Queue(0)),
        ButtonAction::StillHere,
        ButtonAction::GoOnline,
        ButtonAction::GoOffline,
        ButtonAction::AutoAssign(false),
        ButtonAction::ShowPage(PagedList::MyQueue, 0),
        ButtonAction::ShowPage(PagedList::Queue, 0),
        ButtonAction::ShowPage(PagedList::Workload, 0),
    ];
    tasks.into_iter().chain(others).collect()
}

/// Returns the actions of all buttons that only admins get.
fn admin_actions(ticket: TicketId, agent: PersonId) -> Vec<ButtonAction> {
    let (department, category) = (DepartmentId(agent.0), CategoryId(agent.0));
    vec![
        ButtonAction::PickPage(PickerPurpose::Agent, 0),
        ButtonAction::PickPerson(PickerPurpose::Agent, agent),
        ButtonAction::PickTicket(PickerPurpose::Reassign, ticket),
        ButtonAction::SetMax(agent, 9),
        ButtonAction::RemoveAgent(agent),
        ButtonAction::AddAgent(agent, department),
        ButtonAction::Invite(department),
        ButtonAction::Reassign(ticket, Version(1), agent, true),
        ButtonAction::ReassignPage(ticket, 1),
        ButtonAction::Requeue(ticket, Version(1)),
        ButtonAction::AgentDepartment(agent, department, true),
        ButtonAction::Departments(DepartmentPickerPurpose::Show, 0),
        ButtonAction::Departments(DepartmentPickerPurpose::Invite, 0),
        ButtonAction::Departments(DepartmentPickerPurpose::Category, 0),
        ButtonAction::Departments(DepartmentPickerPurpose::Newcomer(agent), 0),
        ButtonAction::Departments(DepartmentPickerPurpose::Agent(agent), 0),
        ButtonAction::Department(department, 0),
        ButtonAction::NewDepartment,
        ButtonAction::RenameDepartment(department),
        ButtonAction::CriticalDepartment(department, true),
        ButtonAction::RetireDepartment(department, true),
        ButtonAction::RelocateQueue(department, department),
        ButtonAction::Departments(DepartmentPickerPurpose::Relocation(department), 0),
        ButtonAction::NewCategory(department),
        ButtonAction::Category(category),
        ButtonAction::RenameCategory(category),
        ButtonAction::RetireCategory(category, true),
        ButtonAction::ShowPage(PagedList::Workload, 0),
    ]
}

#[tokio::test]
async fn staff_buttons_are_refused_for_a_customer() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let ticket = held(&desk).await.remove(0);
    let (message, before) = (desk.last(SARI).message_id, desk.chat_story(SARI));
    let mut presses = agent_actions(ticket.id, ticket.version);
    presses.extend(admin_actions(ticket.id, ticket.holder().unwrap()));
    for press in presses {
        desk.press_data(SARI, message, &data(press)).await;
        assert_eq!(desk.toast(SARI), "Anda tidak berwenang melakukan ini.", "{press:?}");
    }
    assert_eq!(held(&desk).await, [ticket], "nothing changed");
    let chat = desk.chat_story(SARI);
    let chat = chat.split("toasts:").next().unwrap();
    assert_eq!(chat, before.split("toasts:").next().unwrap(), "no message was redrawn");
}

#[tokio::test]
async fn admin_buttons_are_refused_for_an_agent() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let ticket = held(&desk).await.remove(0);
    let message = desk.last(BUDI).message_id;
    for press in admin_actions(ticket.id, ticket.holder().unwrap()) {
        desk.press_data(BUDI, message, &data(press)).await;
        assert_eq!(desk.toast(BUDI), "Anda tidak berwenang melakukan ini.", "{press:?}");
    }
    assert_eq!(held(&desk).await, [ticket]);
}

#[tokio::test]
async fn an_agent_cannot_step_the_ticket_of_another_agent() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "rahasia pelanggan").await;
    let ticket = held(&desk).await.remove(0);
    let message = desk.last(CITRA).message_id;
    for step in [TaskAction::Start, TaskAction::Complete, TaskAction::Pause, TaskAction::Resume] {
        let press = ButtonAction::Task(step, ticket.id, ticket.version, Surface::Task);
        desk.press_data(CITRA, message, &data(press)).await;
        assert!(desk.toast(CITRA).contains("bukan milik Anda"), "{}", desk.toast(CITRA));
    }
    assert_eq!(held(&desk).await, [ticket]);
    assert!(!desk.has(CITRA, "rahasia"));
}

#[tokio::test]
async fn a_customer_cannot_cancel_or_see_the_ticket_of_another() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    desk.ticket(SARI, "rahasia pelanggan").await;
    let (_, cancel) = desk.button(SARI, "Batal");
    desk.say(TOM, "mine").await;
    let message = desk.last(TOM).message_id;
    desk.press_data(TOM, message, &cancel).await;
    assert!(desk.toast(TOM).contains("is not yours"), "{}", desk.toast(TOM));
    assert!(!desk.has(TOM, "rahasia"));
    assert_eq!(numbers(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_customer_cannot_send_the_draft_of_another() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(SARI, "rahasia").await;
    let (_, send) = desk.button(SARI, "Kirim");
    desk.press_data(TOM, desk.last(TOM).message_id, &send).await;
    assert!(desk.toast(TOM).contains("is gone"));
    assert!(numbers(&desk).await.is_empty());
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.toast(SARI), "✅ Tiket terkirim");
}

#[tokio::test]
async fn a_stale_button_changes_nothing() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let (message, open) = desk.button(BUDI, "Buka");
    let (_, hold) = desk.button(BUDI, "Tunda");
    desk.press_data(BUDI, message, &open).await;
    desk.press_data(BUDI, message, &hold).await;
    assert!(desk.toast(BUDI).contains("sekarang: 🔵 Sedang dikerjakan"), "{}", desk.toast(BUDI));
    assert_eq!(held(&desk).await[0].status(), Status::InProgress);
}

#[tokio::test]
async fn two_concurrent_presses_take_one_step() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let (message, complete) = desk.button(BUDI, "Selesai");
    desk.sandbox.press(BUDI, message, &complete);
    desk.press_data(BUDI, message, &complete).await;
    assert!(desk.toast(BUDI).contains("sekarang: ✅ Selesai"), "{}", desk.toast(BUDI));
    assert_eq!(desk.count(SARI, "sudah selesai. Terima kasih!"), 1);
}

#[tokio::test]
async fn a_redelivered_press_is_handled_once() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.press(BUDI, "Selesai").await;
    let update = desk.sandbox.updates().last().unwrap()["update_id"].as_i64().unwrap();
    desk.sandbox.redeliver(update);
    desk.settle().await;
    assert_eq!(desk.count(SARI, "sudah selesai. Terima kasih!"), 1);
}

#[tokio::test]
async fn forged_button_data_is_refused() {
    let desk = with_agent().await;
    let message = desk.last(BUDI).message_id;
    let nobody = uuid::Uuid::from_u128(7);
    let long = "x".repeat(64);
    for forged in
        ["", "zz", ":", "t:o:AAAA:1:t", "t:z:AAAAAAAAAAAAAAAAAAAAAA:1:t", "l:q:-1", "l:q:99999999", &long]
    {
        desk.press_data(BUDI, message, forged).await;
        assert_eq!(desk.toast(BUDI), "Tombol ini sudah tidak berlaku.", "{forged:?}");
    }
    for press in [
        ButtonAction::Task(TaskAction::Start, TicketId(nobody), Version(1), Surface::Task),
        ButtonAction::PickUp(TicketId(nobody), Version(1), Surface::Queue(0)),
        ButtonAction::CancelTicket(TicketId(nobody), Version(1), Surface::Status),
    ] {
        desk.press_data(BUDI, message, &data(press)).await;
        assert!(desk.toast(BUDI).contains("sudah tidak ada"), "{press:?}: {}", desk.toast(BUDI));
    }
    desk.press_data(BUDI, message, &data(ButtonAction::DraftSend(DraftId(nobody)))).await;
    assert!(desk.toast(BUDI).contains("sudah tidak ada"));
    desk.press_data(BUDI, message, "l:q:65535").await;
}

#[tokio::test]
async fn admin_buttons_for_missing_records_are_answered() {
    let desk = with_agent().await;
    let nobody = uuid::Uuid::from_u128(7);
    let message = desk.last(ADMIN).message_id;
    for press in admin_actions(TicketId(nobody), PersonId(nobody)) {
        desk.press_data(ADMIN, message, &data(press)).await;
    }
    assert!(!desk.has(ADMIN, "tidak berwenang"), "{}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn a_press_on_a_message_of_another_chat_is_refused() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let (message, open) = desk.button(BUDI, "Buka");
    let group = desk.sandbox.send_in_group(-100_123, Some(BUDI), "halo semua");
    for (chat, id) in [(-100_123, group), (SARI, desk.last(SARI).message_id)] {
        desk.press_in(chat, BUDI, id, &open).await;
        assert_eq!(desk.toast(BUDI), "Tombol ini sudah tidak berlaku.");
    }
    assert_eq!(held(&desk).await[0].status(), Status::Assigned);
    desk.press_data(BUDI, message, &open).await;
    assert_eq!(held(&desk).await[0].status(), Status::InProgress);
}

#[tokio::test]
async fn the_buttons_and_open_prompt_of_a_former_admin_are_dead() {
    let desk = Desk::with(Options { admin_ids: Vec::new(), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    let link = desk.app().claim_link().await.unwrap().unwrap();
    desk.say(SARI, &format!("/start {}", link.split("?start=").nth(1).unwrap())).await;
    desk.say(SARI, "/department").await;
    let (message, list) = desk.button(SARI, "Umum");
    desk.press(SARI, "Departemen baru").await;
    demote(&desk, SARI).await;
    desk.press_data(SARI, message, &list).await;
    assert_eq!(desk.toast(SARI), "Anda tidak berwenang melakukan ini.");
    desk.say(SARI, "/agents").await;
    assert!(desk.last(SARI).text.contains("khusus admin"));
    // The open prompt is gone: a text becomes a draft.
    desk.say(SARI, "printer rusak").await;
    assert!(desk.last(SARI).button("Kirim").is_some());
}

#[tokio::test]
async fn the_kind_of_an_action_colours_its_button() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let style = |id: i64, label: &str| {
        let rows = desk.sandbox.chat(id).into_iter().rev().flat_map(|message| message.keyboard);
        let button = rows.flatten().find(|button| button.text.contains(label));
        button.unwrap_or_else(|| panic!("no {label}:\n{}", desk.chat_story(id))).style
    };
    assert_eq!(style(BUDI, "Buka").as_deref(), Some("primary"));
    assert_eq!(style(BUDI, "Selesai").as_deref(), Some("success"));
    assert_eq!(style(BUDI, "Tunda"), None);
    desk.say(ADMIN, "/removeagent Budi").await;
    assert_eq!(style(ADMIN, "Cabut peran").as_deref(), Some("danger"));
    assert_eq!(style(ADMIN, "Batal"), None);
}

/// Makes an admin a customer directly in the store, as another program would.
async fn demote(desk: &Desk, id: i64) {
    let app = desk.app();
    let store = app.engine.store();
    let before = store.person_by_telegram(antri::domain::ids::TelegramId(id)).await.unwrap().unwrap();
    let mut person = before.clone();
    (person.role, person.version) = (Role::Customer, before.version.next());
    let write = Write::Person { person: Box::new(person), expected: Some(before.version) };
    store.commit(vec![Change::quiet(write)]).await.remove(0).unwrap();
}
