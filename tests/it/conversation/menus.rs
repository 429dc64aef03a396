//! Command menus of each role, in both languages.
use super::{BUDI, SARI, TOM, with_customer};
use crate::support::{ADMIN, Desk, Options, http};
use antri::config::http::HttpConfig;
use antri::sandbox::Fault;
use serde_json::json;

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

#[tokio::test]
async fn help_names_notes_to_agents_and_the_erasure_of_customers_to_admins() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    for (notes, forget, refused) in [
        (
            "// di awal pesan – catatan internal",
            "/forget – Ekspor atau hapus data pelanggan: /forget @username",
            "/forget untuk pelanggan: perintah ini mengekspor",
        ),
        (
            "// before a message – an internal note",
            "/forget – Export or delete a customer's data: /forget @username",
            "/forget is for customers: it exports",
        ),
    ] {
        for id in [BUDI, ADMIN] {
            desk.say(id, "/help").await;
        }
        let (agent, admin) = (desk.last(BUDI).text, desk.last(ADMIN).text);
        assert!(agent.contains(notes) && !agent.contains(forget), "{agent}");
        assert!(admin.contains(forget) && !admin.contains(notes), "{admin}");
        desk.say(BUDI, "/forget").await;
        assert!(desk.last(BUDI).text.contains(refused), "{}", desk.last(BUDI).text);
        for id in [BUDI, ADMIN] {
            desk.say(id, "/language en").await;
        }
    }
}

/// Returns a desk whose front end has this address.
async fn desk_at(url: &str) -> Desk {
    let http = HttpConfig { web_url: Some(url.to_owned()), ..http() };
    let desk = Desk::with(Options { http, ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk
}

/// Returns the addresses of the Mini App on the newest message of this person.
fn apps(desk: &Desk, id: i64) -> Vec<String> {
    desk.last(id).keyboard.into_iter().flatten().filter_map(|button| button.web_app).collect()
}

#[tokio::test]
async fn the_menu_button_of_staff_opens_the_front_end_until_their_role_ends() {
    let desk = desk_at("https://desk.example").await;
    let own = json!({"type": "default"});
    let dashboard = |text: &str| json!({"type": "web_app", "text": text, "web_app": {"url": "https://desk.example/app/"}});
    let calls = |id: i64| {
        let is_call = |request: &&antri::sandbox::RecordedRequest| {
            request.method == "setChatMenuButton" && request.params["chat_id"] == id
        };
        desk.sandbox.requests().iter().filter(is_call).count()
    };
    assert_eq!((desk.sandbox.menu_button(SARI), calls(SARI)), (own.clone(), 0));
    assert_eq!(desk.sandbox.menu_button(ADMIN), dashboard("Dasbor"));
    desk.agent(BUDI, "Budi").await;
    assert_eq!(desk.sandbox.menu_button(BUDI), dashboard("Dasbor"));
    desk.say(BUDI, "/language").await;
    desk.press(BUDI, "🇬🇧").await;
    assert_eq!(desk.sandbox.menu_button(BUDI), dashboard("Dashboard"));
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    assert_eq!(desk.sandbox.menu_button(BUDI), own);
    // An admin who is no agent any more stays staff.
    desk.say(ADMIN, &format!("/addagent {ADMIN}")).await;
    desk.say(ADMIN, &format!("/removeagent {ADMIN}")).await;
    desk.press(ADMIN, "Cabut peran").await;
    assert_eq!(desk.sandbox.menu_button(ADMIN), dashboard("Dasbor"));
    assert_eq!(desk.sandbox.violations(), [""; 0]);
}

#[tokio::test]
async fn cards_of_staff_have_a_button_to_their_view_of_the_front_end() {
    let desk = desk_at("https://desk.example").await;
    desk.agent(BUDI, "Budi").await;
    let at = |view: &str| [format!("https://desk.example/app/?view={view}")];
    for (id, command, view) in [
        (BUDI, "/myqueue", "my-queue"),
        (BUDI, "/web", "my-queue"),
        (ADMIN, "/workload", "workload"),
        (ADMIN, "/web", "workload"),
    ] {
        desk.say(id, command).await;
        assert_eq!(apps(&desk, id), at(view), "{command}");
    }
}

#[tokio::test]
async fn without_tls_telegram_opens_no_mini_app_so_there_is_no_button() {
    let desk = desk_at("http://127.0.0.1:8080").await;
    desk.agent(BUDI, "Budi").await;
    for (id, command) in [(BUDI, "/myqueue"), (ADMIN, "/workload"), (ADMIN, "/web")] {
        desk.say(id, command).await;
        assert_eq!(apps(&desk, id), [""; 0], "{command}");
        assert_eq!(desk.sandbox.menu_button(id), json!({"type": "default"}));
    }
    assert!(desk.sandbox.requests().iter().all(|request| request.method != "setChatMenuButton"));
}

#[tokio::test]
async fn the_menu_button_of_staff_goes_with_the_address_of_the_front_end_also_after_another_start() {
    let desk = desk_at("https://desk.example").await;
    desk.agent(BUDI, "Budi").await;
    let own = json!({"type": "default"});
    let resets = |id: i64| {
        let is_reset = |request: &&antri::sandbox::RecordedRequest| {
            let params = &request.params;
            request.method == "setChatMenuButton" && params["chat_id"] == id && params["menu_button"] == own
        };
        desk.sandbox.requests().iter().filter(is_reset).count()
    };
    // The desk ends before Telegram takes the calls, and its next start finds them.
    desk.fault("setChatMenuButton", None, u32::MAX, Fault::TooManyRequests { retry_after: 600 });
    desk.stop().await;
    desk.set_web_url(None);
    for _ in 0..2 {
        desk.start().await;
        desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
        assert!([ADMIN, BUDI].iter().all(|id| desk.sandbox.menu_button(*id) != own));
        desk.stop().await;
    }
    desk.sandbox.faults().clear();
    desk.start().await;
    desk.deliver_all().await;
    for id in [ADMIN, BUDI] {
        assert_eq!(desk.sandbox.menu_button(id), own);
    }
    let before = [ADMIN, BUDI, SARI].map(resets);
    assert_eq!(before[2], 0, "customers have no button");
    // It is done once.
    desk.stop().await;
    desk.start().await;
    desk.deliver_all().await;
    assert_eq!([ADMIN, BUDI, SARI].map(resets), before);
    // With an address again, a button that is set is no more reset.
    desk.stop().await;
    desk.set_web_url(Some("https://desk.example"));
    desk.start().await;
    desk.say(BUDI, "/web").await;
    assert_ne!(desk.sandbox.menu_button(BUDI), own);
    desk.stop().await;
    desk.set_web_url(None);
    desk.start().await;
    desk.deliver_all().await;
    assert_eq!(desk.sandbox.menu_button(BUDI), own);
}
