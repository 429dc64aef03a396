//! Live refreshes of the lists and of the console, and their bound.
use super::open_budi;
use crate::conversation::{BUDI, SARI};
use crate::support::{ADMIN, Desk, Options};
use std::time::Duration;

async fn desk_that_refreshes_at_once() -> Desk {
    let desk = Desk::with(Options { max_refresh_interval: Duration::ZERO, ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk
}

#[tokio::test]
async fn the_lists_and_the_console_follow_the_desk_in_place() {
    let desk = desk_that_refreshes_at_once().await;
    desk.say(ADMIN, "/workload").await;
    let workload = desk.last(ADMIN).message_id;
    desk.say(ADMIN, "/queue").await;
    let queue = desk.last(ADMIN).message_id;
    desk.ticket(SARI, "kendala 1").await;
    assert!(desk.shown(ADMIN, workload).contains("1/5"), "{}", desk.shown(ADMIN, workload));
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 2").await;
    assert!(desk.shown(ADMIN, queue).contains("kendala 2"), "{}", desk.shown(ADMIN, queue));
    open_budi(&desk, ADMIN).await;
    let card = desk.last(ADMIN).message_id;
    desk.press(ADMIN, "kendala 1").await;
    desk.press(BUDI, "✅ Selesai").await;
    assert!(desk.shown(ADMIN, card).contains("✅ Selesai"), "{}", desk.shown(ADMIN, card));
    assert!(!desk.shown(ADMIN, card).contains("Alihkan"), "an ended ticket has no such button");
}

#[tokio::test]
async fn a_pane_stays_open_while_the_desk_changes() {
    let desk = desk_that_refreshes_at_once().await;
    desk.ticket(SARI, "kendala 1").await;
    open_budi(&desk, ADMIN).await;
    desk.press(ADMIN, "kendala 1").await;
    desk.press(ADMIN, "Batalkan tiket").await;
    let card = desk.last(ADMIN).message_id;
    desk.press(BUDI, "▶️ Buka").await;
    assert!(desk.shown(ADMIN, card).contains("Sedang dikerjakan"), "{}", desk.shown(ADMIN, card));
    desk.press(ADMIN, "Ya, batalkan").await;
    desk.find(SARI, "dibatalkan oleh tim kami");
}

#[tokio::test]
async fn a_burst_of_changes_refreshes_a_list_once() {
    let desk = Desk::with(Options { max_refresh_interval: Duration::from_secs(600), ..Options::default() });
    let desk = desk.await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(ADMIN, "/workload").await;
    let edits = || desk.calls("editMessageText", ADMIN).len();
    desk.say(BUDI, "/online").await;
    desk.until("the first refresh", async || edits() == 1).await;
    for command in ["/busy", "/online", "/away", "/online"] {
        desk.say(BUDI, command).await;
    }
    desk.ticket(SARI, "kendala 1").await;
    assert_eq!(edits(), 1, "the next refresh is half an hour away");
}
