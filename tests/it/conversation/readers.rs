//! Cards of people who may not see them: a forged press draws nothing.
use crate::conversation::{CITRA, SARI, second_department, with_customer};
use crate::support::data;
use antri::bot::callback::{ButtonAction, Surface, TaskAction};
use antri::domain::ids::Version;

#[tokio::test]
async fn a_forged_press_draws_no_card_of_another_department() {
    let desk = with_customer().await;
    desk.agent(CITRA, "Citra").await;
    second_department(&desk).await;
    desk.say(SARI, "rahasia pelanggan").await;
    desk.press(SARI, "Teknik").await;
    desk.press(SARI, "Kirim").await;
    let departments = desk.app().engine.store().departments().await.unwrap();
    let departments: Vec<_> = departments.into_iter().map(|department| department.id).collect();
    let ticket = desk.app().engine.store().queue_page(&departments, 0, 9).await.unwrap().remove(0);
    desk.say(CITRA, "/status").await;
    let message = desk.last(CITRA).message_id;
    for surface in [Surface::Status, Surface::Task] {
        for version in [ticket.version, Version(0)] {
            for action in [
                ButtonAction::PickUp(ticket.id, version, surface),
                ButtonAction::Task(TaskAction::Start, ticket.id, version, surface),
                ButtonAction::CancelTicket(ticket.id, version, surface),
                ButtonAction::CancelConfirmed(ticket.id, version, surface),
                ButtonAction::KeepTicket(ticket.id, surface),
            ] {
                desk.press_data(CITRA, message, &data(action)).await;
                assert!(!desk.has(CITRA, "rahasia"), "{action:?}");
                assert!(!desk.has(CITRA, ticket.number.as_str()), "{action:?}");
                let toast = desk.toast(CITRA);
                assert!(!toast.contains(ticket.number.as_str()), "{action:?}: {toast}");
            }
        }
    }
}
