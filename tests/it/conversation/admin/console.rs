//! The console: from the lists of an admin to agents and tickets, and what an admin changes there.
mod agents;
mod copies;
mod lists;
mod live;
mod tickets;

use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk};

/// The second admin, whose Telegram is in English.
const EVE: i64 = 901;

/// Returns a desk where Budi holds a ticket, Citra is offline, and Eve is an admin too.
async fn staffed() -> Desk {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.agent(CITRA, "Citra").await;
    desk.person(EVE, "Eve", "en").await;
    desk.say(ADMIN, "/addadmin @eve").await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk
}

/// Opens Budi's view as this admin, by buttons.
async fn open_budi(desk: &Desk, admin: i64) {
    desk.say(admin, "/workload").await;
    desk.press(admin, "Budi").await;
}

/// Opens the ticket that Budi holds as this admin, by buttons.
async fn open_held_ticket(desk: &Desk, admin: i64) {
    open_budi(desk, admin).await;
    desk.press(admin, "printer rusak").await;
}

/// Returns the newest message with a button of this label, and the button's data, for later presses.
fn drawn(desk: &Desk, admin: i64, label: &str) -> (i64, String) {
    desk.button(admin, label)
}

#[tokio::test]
async fn other_roles_have_no_console() {
    let desk = staffed().await;
    open_held_ticket(&desk, ADMIN).await;
    for label in ["Batalkan tiket", "Kembalikan", "💬 Percakapan", "Alihkan"] {
        let (_, data) = drawn(&desk, ADMIN, label);
        for id in [BUDI, SARI] {
            let message = desk.last(id).message_id;
            let before = desk.shown(id, message);
            desk.press_data(id, message, &data).await;
            assert_eq!(desk.shown(id, message), before, "{label}");
        }
    }
    desk.say(BUDI, "/workload").await;
    assert!(desk.last(BUDI).text.contains("khusus admin"), "{}", desk.last(BUDI).text);
    assert!(desk.has(BUDI, "printer rusak"));
}

#[tokio::test]
async fn the_lists_of_a_former_admin_are_closed() {
    let desk = staffed().await;
    open_held_ticket(&desk, EVE).await;
    let card = desk.last(EVE).message_id;
    desk.say(ADMIN, "/removeadmin @eve").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.until("the closed list", async || desk.shown(EVE, card).contains("for admins only")).await;
    assert!(desk.sandbox.message(EVE, card).unwrap().keyboard.is_empty());
}

#[tokio::test]
async fn the_lists_that_no_event_refreshes_are_closed_with_the_role() {
    let desk = staffed().await;
    let mut lists = Vec::new();
    for command in ["/agents", "/invites", "/deadletters"] {
        desk.say(EVE, command).await;
        lists.push((command, desk.last(EVE)));
    }
    desk.say(ADMIN, "/removeadmin @eve").await;
    desk.press(ADMIN, "Cabut peran").await;
    for (command, list) in lists {
        let closed = desk.sandbox.message(EVE, list.message_id).unwrap();
        assert!(closed.text.contains("for admins only"), "{command}: {}", closed.text);
        assert!(closed.keyboard.is_empty(), "{command}");
    }
}
