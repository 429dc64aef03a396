//! Cancellations by a customer in the moment in which an agent gets the ticket: the press is answered, and the ticket has
//! one state. That an assignment can lose, too, is in `engine_histories/races.rs`.
use crate::conversation::{BUDI, SARI, numbers};
use crate::support::{Desk, StoreFault};
use antri::domain::ids::PersonId;
use antri::domain::ticket::{Status, Ticket};

/// The languages of customers: the buttons that cancel and confirm, the state of a ticket that an agent has got, what
/// its card tells, and the end.
const LANGUAGES: [(&str, [&str; 5]); 2] = [
    (
        "id",
        [
            "✖️ Batal",
            "Ya, batalkan",
            "🟡 Diterima agen, segera dikerjakan",
            "sekarang ditangani",
            "sudah dibatalkan",
        ],
    ),
    (
        "en",
        [
            "✖️ Cancel",
            "Yes, cancel",
            "🟡 With an agent, starting soon",
            "is now with",
            "is cancelled, as you asked",
        ],
    ),
];

/// Returns a desk with a waiting ticket of a customer in this language, and an agent who is offline.
async fn with_waiting_ticket(language: &str) -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", language).await;
    desk.agent(BUDI, "Budi").await;
    desk.ticket(SARI, "printer rusak").await;
    desk
}

/// Returns the ticket, and the id of the agent.
async fn ticket(desk: &Desk) -> (Ticket, PersonId) {
    let app = desk.app();
    let store = app.engine.store();
    let person =
        async |id| store.person_by_telegram(antri::domain::ids::TelegramId(id)).await.unwrap().unwrap().id;
    let (sari, budi) = (person(SARI).await, person(BUDI).await);
    (store.tickets_of(sari, 9).await.unwrap().remove(0), budi)
}

/// The customer's press lost: the toast says how things stand, and the card shows the agent.
async fn check_assigned(desk: &Desk, [_, confirm, state, told, cancelled]: [&str; 5]) {
    let (ticket, budi) = ticket(desk).await;
    assert_eq!((ticket.status(), ticket.holder()), (Status::Assigned, Some(budi)));
    assert!(desk.toast(SARI).contains(state), "{}", desk.chat_story(SARI));
    assert_eq!(desk.count(SARI, told), 1, "{}", desk.chat_story(SARI));
    assert!(!desk.has(SARI, cancelled), "{}", desk.chat_story(SARI));
    let has_button = desk.sandbox.chat(SARI).iter().any(|message| message.button(confirm).is_some());
    assert!(!has_button, "{}", desk.chat_story(SARI));
    // The agent has the ticket, and can end it.
    desk.press(BUDI, "Selesai").await;
    assert!(numbers(desk).await.is_empty());
}

#[tokio::test]
async fn each_press_on_a_card_whose_ticket_an_agent_has_got_is_answered() {
    for (language, texts) in LANGUAGES {
        for asked in [false, true] {
            let desk = with_waiting_ticket(language).await;
            let mut button = desk.button(SARI, texts[0]);
            if asked {
                desk.press(SARI, texts[0]).await;
                button = desk.button(SARI, texts[1]);
            }
            desk.say(BUDI, "/online").await;
            // The customer pressed before Telegram showed them the new card.
            desk.press_data(SARI, button.0, &button.1).await;
            check_assigned(&desk, texts).await;
        }
    }
}

#[tokio::test]
async fn a_cancellation_that_is_committed_after_the_assignment_changes_nothing() {
    for (language, texts) in LANGUAGES {
        let desk = with_waiting_ticket(language).await;
        desk.press(SARI, texts[0]).await;
        let (message, confirm) = desk.button(SARI, texts[1]);
        desk.faults.inject_next("commit", 1, StoreFault::Waits);
        desk.sandbox.press(SARI, message, &confirm);
        desk.faults.call_held().await;
        desk.sandbox.send_text(BUDI, "/online");
        desk.wait_for_message(BUDI, "printer rusak").await;
        desk.faults.release_calls();
        desk.settle().await;
        check_assigned(&desk, texts).await;
    }
}
