//! Cards that a customer asks for again: the earlier copy is deleted, or at least loses its buttons.
use crate::conversation::{BUDI, SARI, number};
use crate::support::Desk;
use antri::sandbox::Fault;

/// The languages of customers: the button that cancels, and the text of a card that moved.
const LANGUAGES: [(&str, &str, &str); 2] =
    [("id", "✖️ Batal", "⬇️ Lanjut di bawah."), ("en", "✖️ Cancel", "⬇️ Continued below.")];

/// Returns a desk with a waiting ticket of a customer in this language, and the commands that show the ticket.
async fn with_ticket(language: &str) -> (Desk, [String; 3]) {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", language).await;
    desk.ticket(SARI, "printer rusak").await;
    let ticket = format!("/ticket {}", number(&desk, SARI));
    (desk, [ticket, "/mytickets".to_owned(), "/ticket".to_owned()])
}

/// Returns the messages in which this customer can cancel a ticket.
fn cancellable(desk: &Desk, label: &str) -> Vec<i64> {
    let messages = desk.sandbox.chat(SARI).into_iter();
    messages.filter(|message| message.button(label).is_some()).map(|message| message.message_id).collect()
}

#[tokio::test]
async fn a_card_that_is_asked_for_again_leaves_no_older_copy() {
    for (language, cancel, _) in LANGUAGES {
        let (desk, commands) = with_ticket(language).await;
        let [first] = cancellable(&desk, cancel)[..] else { panic!("{}", desk.chat_story(SARI)) };
        for command in &commands {
            desk.say(SARI, command).await;
            desk.say(SARI, command).await;
        }
        // The card of the ticket and the list.
        let left = cancellable(&desk, cancel);
        assert_eq!(left.len(), 2, "{}", desk.chat_story(SARI));
        assert!(left.iter().all(|message| *message > first), "{}", desk.chat_story(SARI));
        // The last copy is the live one.
        desk.agent(BUDI, "Budi").await;
        desk.say(BUDI, "/online").await;
        assert_eq!(cancellable(&desk, cancel), left[1..], "{}", desk.chat_story(SARI));
    }
}

#[tokio::test]
async fn an_older_copy_that_cannot_be_deleted_loses_its_buttons() {
    for (language, cancel, moved) in LANGUAGES {
        let (desk, commands) = with_ticket(language).await;
        for command in &commands {
            desk.say(SARI, command).await;
            let older = desk.last(SARI).message_id;
            let old = Fault::BadRequest("message can't be deleted for everyone".into());
            desk.fault("deleteMessage", Some(SARI), 1, old);
            desk.say(SARI, command).await;
            let shown = desk.shown(SARI, older);
            assert!(shown.trim_end().ends_with(moved) && !shown.contains('['), "{command}: {shown}");
            assert!(desk.last(SARI).button(cancel).is_some(), "{}", desk.chat_story(SARI));
        }
    }
}

#[tokio::test]
async fn two_quick_requests_leave_one_copy() {
    for (language, cancel, _) in LANGUAGES {
        let (desk, commands) = with_ticket(language).await;
        for command in &commands {
            desk.sandbox.send_text(SARI, command);
            desk.sandbox.send_text(SARI, command);
        }
        desk.settle().await;
        assert_eq!(cancellable(&desk, cancel).len(), 2, "{}", desk.chat_story(SARI));
    }
}

#[tokio::test]
async fn the_card_of_a_held_ticket_stays_as_history() {
    let (desk, commands) = with_ticket("id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    let card = desk.find(SARI, "sekarang ditangani").message_id;
    desk.say(SARI, &commands[0]).await;
    assert_eq!(desk.count(SARI, "sekarang ditangani"), 2, "{}", desk.chat_story(SARI));
    assert!(!desk.shown(SARI, card).contains('['), "it has no button: {}", desk.shown(SARI, card));
    assert_eq!(desk.calls("deleteMessage", SARI).len(), 1, "only the card of the waiting ticket");
}
