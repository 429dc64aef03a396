//! The budget of calls to Telegram: what one ticket without a conversation costs, from the customer's first words
//! to its completion.
//!
//! Sends and edits count towards Telegram's 30 a second. Deletions and the answers to presses do not, but deletions
//! have a limit here too.
use super::{BUDI, CITRA, SARI, TOM, numbers, with_agent};
use crate::support::{ADMIN, Desk};
use antri::sandbox::RecordedRequest;

/// The most calls that a ticket may cost in one chat: sends, edits and deletions.
type Calls = [usize; 3];

/// The budget of one kind of ticket.
struct Budget {
    name: &'static str,
    /// In the customer's chat.
    customer: Calls,
    /// In the agent's chat.
    agent: Calls,
    /// The most sends and edits in both.
    counted: usize,
}

const NO_WAIT: Budget = Budget {
    name: "no wait",
    // Sent: the preview, the completion. Edited: the preview into the ticket's card.
    customer: [2, 1, 0],
    // Sent: the card. Edited: opened, completed.
    agent: [1, 2, 0],
    counted: 6,
};

const THREE_POSITIONS: Budget = Budget {
    name: "a wait of three positions",
    // Also sent: the assignment. Edited: next in line. Deleted: the card with the position.
    customer: [3, 2, 1],
    agent: [1, 2, 0],
    counted: 8,
};

impl Budget {
    /// Fails if the calls since `before` about the ticket with this number are not what the budget says.
    fn check(&self, desk: &Desk, before: usize, number: &str) {
        let requests = desk.sandbox.requests().split_off(before);
        let of_ticket = |request: &&RecordedRequest| {
            request.params["text"].as_str().is_some_and(|text| text.contains(number))
        };
        let of_chat = |id: i64| requests.iter().filter(move |request| chat(request) == id);
        let customer = calls(&of_chat(SARI).collect::<Vec<_>>());
        let agent = calls(&of_chat(BUDI).filter(of_ticket).collect::<Vec<_>>());
        let shown: Vec<_> = requests.iter().map(line).collect();
        let told = format!("{}: {customer:?} and {agent:?}\n{}", self.name, shown.join("\n"));
        println!("{told}");
        assert_eq!((customer, agent), (self.customer, self.agent), "{told}");
        let counted = |[sends, edits, _]: Calls| sends + edits;
        assert_eq!(counted(customer) + counted(agent), self.counted, "{told}");
    }
}

/// Returns the number of sends, edits and deletions.
fn calls(requests: &[&RecordedRequest]) -> Calls {
    ["send", "edit", "delete"].map(|kind| {
        let of_kind = requests.iter().filter(|request| request.method.starts_with(kind));
        // The typing of an agent who opens a ticket is not a message.
        of_kind.filter(|request| request.method != "sendChatAction").count()
    })
}

fn chat(request: &RecordedRequest) -> i64 {
    let chat = &request.params["chat_id"];
    chat.as_i64().or_else(|| chat.as_str()?.parse().ok()).unwrap_or_default()
}

fn line(request: &RecordedRequest) -> String {
    let text = request.params["text"].as_str().unwrap_or_default().replace('\n', " | ");
    format!("{} {} {:.100}", request.method, chat(request), text)
}

/// Opens and completes the agent's ticket with this number.
async fn work_on(desk: &Desk, number: &str) {
    for label in ["Buka", "Selesai"] {
        let card = desk.find(BUDI, number);
        let data = card.button(label).unwrap_or_else(|| panic!("{label}: {}", desk.chat_story(BUDI)));
        desk.press_data(BUDI, card.message_id, data).await;
        desk.deliver_all().await;
    }
}

#[tokio::test]
async fn a_ticket_that_does_not_wait_costs_six_calls() {
    let desk = with_agent().await;
    desk.deliver_all().await;
    let before = desk.sandbox.requests().len();
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Kirim").await;
    desk.deliver_all().await;
    let number = numbers(&desk).await.remove(0);
    work_on(&desk, &number).await;
    NO_WAIT.check(&desk, before, &number);
}

#[tokio::test]
async fn a_ticket_that_waits_three_positions_costs_eight_calls() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi 1").await;
    for (customer, name) in [(TOM, "Tom"), (CITRA, "Citra"), (RUDI, "Rudi")] {
        desk.person(customer, name, "id").await;
        desk.ticket(customer, "kendala lain").await;
    }
    desk.deliver_all().await;
    let before = desk.sandbox.requests().len();
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Kirim").await;
    desk.deliver_all().await;
    assert!(desk.last(SARI).text.contains("Posisi antrian: #3"), "{}", desk.chat_story(SARI));
    let numbers = numbers(&desk).await;
    for number in &numbers {
        work_on(&desk, number).await;
    }
    THREE_POSITIONS.check(&desk, before, &numbers[3]);
}

/// A customer ahead of Sari.
const RUDI: i64 = 15;
