//! Paged lists: every entry of a list that is longer than a message can be reached by buttons.
use super::{BUDI, SARI, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, PickerPurpose};
use antri::domain::department::{Category, Department};
use antri::domain::ids::{CategoryId, DepartmentId, TicketId, Version};
use antri::domain::number::TicketNumber;
use antri::domain::ticket::{Ticket, TicketState};
use antri::engine::ports::{Change, Write};
use uuid::Uuid;

/// Creates more departments than fit on a page: D01 to D31 besides "Umum".
async fn many_departments(desk: &Desk) {
    let department = |n: u128| Department {
        id: DepartmentId(Uuid::from_u128(n)),
        name: format!("D{n:02}"),
        critical: false,
        categories: vec![Category {
            id: CategoryId(Uuid::from_u128(n)),
            name: "Umum".into(),
            retired: false,
        }],
        hours: None,
        retired: false,
        version: Version::default(),
    };
    let write = |n| Change::quiet(Write::Department { department: department(n), expected: None });
    let written = desk.app().engine.store().commit((1..=31).map(write).collect()).await;
    assert!(written.iter().all(Result::is_ok));
}

#[tokio::test]
async fn the_department_list_has_pages_and_back_returns_to_its_page() {
    let desk = with_customer().await;
    many_departments(&desk).await;
    desk.say(ADMIN, "/department").await;
    assert!(desk.last(ADMIN).button("D30").is_some() && desk.last(ADMIN).button("D31").is_none());
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "D31").await;
    assert!(desk.last(ADMIN).text.contains("🏢 D31"));
    desk.press(ADMIN, "Kembali").await;
    assert!(desk.last(ADMIN).button("D31").is_some() && desk.last(ADMIN).button("2/2").is_some());
    desk.press(ADMIN, "◀️").await;
    assert!(desk.last(ADMIN).button("D01").is_some());
}

#[tokio::test]
async fn the_categories_of_a_department_have_pages() {
    let desk = with_customer().await;
    for n in 1..=30 {
        desk.say(ADMIN, &format!("/category Umum - K{n:02}")).await;
    }
    desk.say(ADMIN, "/department Umum").await;
    assert!(!desk.last(ADMIN).text.contains("K30"));
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "🏷 K30").await;
    desk.press(ADMIN, "Nonaktifkan").await;
    assert!(desk.last(ADMIN).text.contains("• K30 💤"), "{}", desk.last(ADMIN).text);
    desk.press(ADMIN, "🏷 K30").await;
    desk.press(ADMIN, "Kembali").await;
    assert!(desk.last(ADMIN).text.contains("• K30 💤"));
}

#[tokio::test]
async fn every_department_picker_has_pages() {
    let desk = with_customer().await;
    many_departments(&desk).await;
    desk.say(ADMIN, "/invite").await;
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "D31").await;
    assert!(desk.last(ADMIN).text.contains("Undangan agen untuk D31"));
    desk.say(ADMIN, "/addagent @sari").await;
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "D31").await;
    assert!(desk.last(ADMIN).text.contains("Sari (@sari) sekarang agen untuk D31"));
    desk.say(ADMIN, "/category").await;
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "D31").await;
    desk.say(ADMIN, "Tagihan").await;
    assert!(desk.last(ADMIN).text.contains("D31 - Tagihan"));
}

#[tokio::test]
async fn the_departments_of_an_agent_have_pages_and_a_switch_stays_on_its_page() {
    let desk = with_agent().await;
    many_departments(&desk).await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "D31").await;
    assert!(desk.last(ADMIN).button("✓ D31").is_some() && desk.last(ADMIN).button("✓ Umum").is_some());
    desk.press(ADMIN, "✓ D31").await;
    assert!(desk.last(ADMIN).button("✓ D31").is_none() && desk.last(ADMIN).button("D31").is_some());
}

#[tokio::test]
async fn every_ticket_can_be_reached_for_reassignment() {
    let desk = with_agent().await;
    desk.ticket(SARI, "yang dipegang").await;
    desk.say(BUDI, "/busy").await;
    let app = desk.app();
    let store = app.engine.store();
    let held = store.all_held().await.unwrap().remove(0);
    let waiting = |n: u32| Ticket {
        id: TicketId(Uuid::from_u128(n.into())),
        number: TicketNumber::new(desk.now().naive_utc(), n),
        customer: held.customer,
        version: Version::default(),
        state: TicketState::Queued,
        ..held.clone()
    };
    let open = |n| {
        let (ticket, key) = (Box::new(waiting(n)), format!("{n}"));
        Change::quiet(Write::OpenTicket { ticket, key, limit: None })
    };
    assert!(store.commit((1..=100).map(open).collect()).await.iter().all(Result::is_ok));
    desk.say(ADMIN, "/reassign").await;
    let message = desk.last(ADMIN).message_id;
    assert!(desk.last(ADMIN).button("· Budi").is_some() && desk.last(ADMIN).button("1/13").is_some());
    desk.press_data(ADMIN, message, &data(ButtonAction::PickPage(PickerPurpose::Reassign, 12))).await;
    let last = waiting(100).number.to_string();
    desk.press(ADMIN, &format!("…{}", &last[16..])).await;
    assert!(desk.last(ADMIN).text.contains(&last), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn every_known_person_can_be_picked_as_an_agent() {
    let desk = with_customer().await;
    for n in 0..50 {
        desk.person(1_000 + n, &format!("Orang{n:02}"), "id").await;
    }
    desk.say(ADMIN, "/addagent").await;
    assert!(desk.last(ADMIN).button("1/…").is_some(), "the first page does not count the pages");
    let message = desk.last(ADMIN).message_id;
    // 52 people: 50 new ones, the admin and Sari. The admin and Sari came first and are on the last page.
    desk.press_data(ADMIN, message, &data(ButtonAction::PickPage(PickerPurpose::AddAgent, 5))).await;
    desk.press(ADMIN, "▶️").await;
    assert!(desk.last(ADMIN).button("7/7").is_some(), "{}", desk.shown(ADMIN, message));
    desk.press(ADMIN, "Sari").await;
    desk.find(SARI, "Anda sekarang agen");
}
