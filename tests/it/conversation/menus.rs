//! Command menus of each role, in both languages.
use super::{BUDI, SARI, TOM, with_customer};
use crate::support::{ADMIN, Desk};

/// Returns the commands in the menu of this person.
fn menu(desk: &Desk, id: i64) -> Vec<String> {
    desk.sandbox.commands_for(id).into_iter().map(|(command, _)| command).collect()
}

/// Returns the description of a command in the menu of this person.
fn description(desk: &Desk, id: i64, command: &str) -> String {
    let menu = desk.sandbox.commands_for(id);
    menu.into_iter().find(|(name, _)| name == command).map(|(_, words)| words).unwrap_or_default()
}

const CUSTOMER: [&str; 8] = ["new", "mytickets", "ticket", "help", "language", "cancel", "forget", "start"];
const AGENT: [&str; 16] = [
    "online",
    "offline",
    "busy",
    "away",
    "hours",
    "myqueue",
    "status",
    "autoassign",
    "alias",
    "r",
    "withdraw",
    "queue",
    "search",
    "transcript",
    "web",
    "token",
];

#[tokio::test]
async fn a_role_change_updates_the_command_menu() {
    let desk = with_customer().await;
    assert_eq!(menu(&desk, SARI), CUSTOMER);
    desk.agent(BUDI, "Budi").await;
    assert_eq!(menu(&desk, BUDI), [&AGENT[..], &CUSTOMER[..]].concat());
    let admin = menu(&desk, ADMIN);
    for command in ["workload", "invite", "setmax", "reassign", "department", "category", "settings"] {
        assert!(admin.iter().any(|name| name == command), "{command}");
    }
    assert!(!admin.iter().any(|name| name == "online"), "an admin who is no agent does not get it");
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    assert!(menu(&desk, ADMIN).iter().any(|name| name == "online"));
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    assert_eq!(menu(&desk, BUDI), CUSTOMER);
}

#[tokio::test]
async fn the_menu_follows_the_language() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    assert_eq!(description(&desk, SARI, "new"), "Buat tiket baru");
    assert_eq!(description(&desk, TOM, "new"), "Create a new ticket");
    desk.say(SARI, "/language").await;
    desk.press(SARI, "🇬🇧").await;
    assert_eq!(description(&desk, SARI, "new"), "Create a new ticket");
}

#[tokio::test]
async fn help_lists_every_command_of_the_menu() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    for id in [SARI, BUDI, ADMIN] {
        desk.say(id, "/help").await;
        let help = desk.last(id).text;
        for command in menu(&desk, id) {
            assert!(help.contains(&format!("/{command} ")), "/{command} in {help}");
        }
    }
}
