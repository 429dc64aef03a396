//! Mini Apps: menu buttons, buttons of messages, and the launch with signed data of the user.
use antri::domain::Time;
use antri::telegram::login::verify_mini_app;
use serde_json::{Value, json};

use super::{Desk, SITI, TOKEN};

const APP: &str = "https://desk.example/app/";

/// Returns the status of a launch, and the address to which it leads.
async fn launch(desk: &Desk, user: i64, url: &str) -> (u16, Option<String>) {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let query = [("url", url), ("theme", r##"{"bg_color":"#ffffff"}"##)];
    let address = format!("{}/sandbox/users/{user}/mini-app", desk.address);
    let answer = client.build().unwrap().get(address).query(&query).send().await.unwrap();
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location)
}

#[tokio::test]
async fn a_chat_has_its_own_menu_button_or_that_of_all_chats() {
    let desk = Desk::started().await;
    let own = json!({"type": "web_app", "text": "Dasbor", "web_app": {"url": APP}});
    let get = async |params: Value| desk.call("getChatMenuButton", params).await;
    assert_eq!(get(json!({"chat_id": SITI})).await, json!({"type": "default"}));
    desk.call("setChatMenuButton", json!({"chat_id": SITI, "menu_button": own})).await;
    assert_eq!(get(json!({"chat_id": SITI})).await, own);
    assert_eq!(get(json!({})).await, json!({"type": "default"}));
    desk.call("setChatMenuButton", json!({"menu_button": {"type": "commands"}})).await;
    assert_eq!(get(json!({"chat_id": SITI})).await, own);
    desk.call("setChatMenuButton", json!({"chat_id": SITI, "menu_button": {"type": "default"}})).await;
    assert_eq!(get(json!({"chat_id": SITI})).await, json!({"type": "commands"}));
    assert_eq!(desk.sandbox.violations(), [""; 0]);
}

#[tokio::test]
async fn invalid_menu_buttons_are_refused() {
    let desk = Desk::started().await;
    let set = |chat: i64, button: Value| json!({"chat_id": chat, "menu_button": button});
    let app = |url: &str| json!({"type": "web_app", "text": "x", "web_app": {"url": url}});
    for (params, why) in [
        (set(5, app(APP)), "chat not found"),
        (
            set(SITI, json!({"type": "web_app", "text": " ", "web_app": {"url": APP}})),
            "menu button text must be non-empty",
        ),
        (set(SITI, json!({"type": "telepathy"})), "can't parse menu button: Unsupported type specified"),
        (
            set(SITI, app("http://desk.example/app/")),
            "menu button Web App URL 'http://desk.example/app/' is invalid: Only HTTPS links are allowed",
        ),
    ] {
        assert_eq!(desk.refused("setChatMenuButton", params).await, format!("400 Bad Request: {why}"));
    }
}

#[tokio::test]
async fn an_offered_mini_app_gets_signed_data_of_its_user() {
    let desk = Desk::started().await;
    assert_eq!(launch(&desk, SITI, APP).await, (404, None));
    let button = json!({"type": "web_app", "text": "Dasbor", "web_app": {"url": APP}});
    desk.call("setChatMenuButton", json!({"chat_id": SITI, "menu_button": button})).await;
    let view = format!("{APP}?view=workload");
    let rows = json!([[{"text": "Dasbor", "web_app": {"url": view}}]]);
    desk.call(
        "sendMessage",
        json!({"chat_id": SITI, "text": "x", "reply_markup": {"inline_keyboard": rows}}),
    )
    .await;
    let mut hashes = Vec::new();
    for url in [APP, APP, &view] {
        let (status, address) = launch(&desk, SITI, url).await;
        assert_eq!(status, 303);
        let address = address.unwrap();
        let (page, passed) = address.split_once('#').unwrap();
        assert_eq!(page, url);
        let passed: std::collections::HashMap<_, _> =
            url::form_urlencoded::parse(passed.as_bytes()).into_owned().collect();
        assert_eq!(passed["tgWebAppThemeParams"], r##"{"bg_color":"#ffffff"}"##);
        let proof = verify_mini_app(&TOKEN.into(), &passed["tgWebAppData"]).unwrap();
        assert_eq!((proof.user.0, proof.signed_at), (SITI, Time::from_timestamp(1_760_000_000, 0).unwrap()));
        hashes.push(proof.hash);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 3, "each launch has data of its own");
    // Nobody else gets the data, and no other page.
    for (user, url) in [(SITI, "https://evil.example/"), (5, APP)] {
        assert_eq!(launch(&desk, user, url).await, (404, None), "{user} {url}");
    }
}
