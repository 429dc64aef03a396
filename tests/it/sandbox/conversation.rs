//! Chats, command menus and groups as users see them, and waits for them.
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use antri::sandbox::{MediaKind, NewMedia, NewUser, Side};
use futures::FutureExt;
use serde_json::json;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use super::{Desk, SITI};

#[tokio::test]
async fn a_chat_shows_both_sides_in_their_latest_state() {
    let desk = Desk::started().await;
    let text = json!({"chat_id": SITI, "text": "<b>Halo</b> &lt;Siti&gt;\n/new", "parse_mode": "HTML"});
    let sent = desk.call("sendMessage", text).await;
    let chat = desk.sandbox.chat(SITI);
    assert_eq!((chat[0].from, chat[0].from_id, chat[0].text.as_str()), (Side::User, SITI, "/start"));
    assert_eq!((chat[1].from, chat[1].text.as_str()), (Side::Bot, "Halo <Siti>\n/new"));
    assert_eq!(chat[1].html, "<b>Halo</b> &lt;Siti&gt;\n/new");
    assert_eq!(sent["entities"].as_array().unwrap().len(), 2);
    let reply = json!({"chat_id": SITI, "text": "x", "reply_parameters": {"message_id": chat[0].message_id}});
    assert_eq!(desk.call("sendMessage", reply).await["reply_to_message"]["text"], "/start");
    let missing = json!({"chat_id": SITI, "text": "x", "reply_parameters": {"message_id": 99}});
    assert_eq!(
        desk.refused("sendMessage", missing).await,
        "400 Bad Request: message to be replied not found"
    );
}

#[tokio::test]
async fn a_copy_keeps_the_caption_or_takes_a_new_one() {
    let desk = Desk::started().await;
    let budi = desk.sandbox.add_user(NewUser { first_name: "Budi".to_owned(), ..NewUser::default() });
    desk.sandbox.send_text(budi.id, "/start");
    let caption = Some("modem mati".to_owned());
    let photo = desk.sandbox.send_media(SITI, NewMedia { caption, ..NewMedia::new(MediaKind::Photo, "p") });
    let copy = json!({"chat_id": budi.id, "from_chat_id": SITI, "message_id": photo});
    desk.call("copyMessage", copy.clone()).await;
    let mut with_caption = copy;
    with_caption["caption"] = json!("<i>baru</i>");
    with_caption["parse_mode"] = json!("HTML");
    desk.call("copyMessage", with_caption).await;
    let chat = desk.sandbox.chat(budi.id);
    assert_eq!((chat[1].text.as_str(), chat[2].html.as_str()), ("modem mati", "<i>baru</i>"));
    let original = desk.sandbox.message(SITI, photo).unwrap();
    assert_eq!(chat[1].media, original.media);
    let missing = json!({"chat_id": budi.id, "from_chat_id": SITI, "message_id": 99});
    assert_eq!(desk.refused("copyMessage", missing).await, "400 Bad Request: message to copy not found");
}

#[tokio::test]
async fn menus_follow_scope_and_language() {
    let desk = Desk::started().await;
    let bot = desk.bot();
    let commands = |name: &str| vec![BotCommand::new(name, "teks")];
    let seen = || desk.sandbox.commands_for(SITI).first().map(|(name, _)| name.clone());
    assert_eq!(seen(), None);
    bot.set_my_commands(commands("all")).await.unwrap();
    assert_eq!(seen().as_deref(), Some("all"));
    bot.set_my_commands(commands("private")).scope(BotCommandScope::AllPrivateChats).await.unwrap();
    let indonesian = bot.set_my_commands(commands("pribadi")).scope(BotCommandScope::AllPrivateChats);
    indonesian.language_code("id").await.unwrap();
    assert_eq!(seen().as_deref(), Some("pribadi"));
    let own = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(SITI)) };
    bot.set_my_commands(commands("own")).scope(own.clone()).await.unwrap();
    assert_eq!(seen().as_deref(), Some("own"));
    assert_eq!(bot.get_my_commands().scope(own.clone()).await.unwrap(), commands("own"));
    bot.delete_my_commands().scope(own).await.unwrap();
    assert_eq!(seen().as_deref(), Some("pribadi"));
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_bot_sends_to_a_group_and_members_press_its_buttons() {
    let desk = Desk::started().await;
    let group = -1_001_234_567_890;
    desk.sandbox.send_in_group(group, None, "/queue@antri_bot");
    let sent = desk.call("sendMessage", json!({"chat_id": group, "text": "no"})).await;
    assert_eq!((&sent["chat"]["type"], &sent["chat"]["id"]), (&json!("supergroup"), &json!(group)));
    desk.sandbox.press_in(group, SITI, sent["message_id"].as_i64().unwrap(), "forged");
    let updates = desk.call("getUpdates", json!({})).await;
    let press = &updates[1]["callback_query"];
    assert_eq!((&press["from"]["id"], &press["message"]["chat"]["id"]), (&json!(SITI), &json!(group)));
    assert_eq!(desk.sandbox.chat(group).len(), 2);
}

#[tokio::test]
async fn a_timed_out_wait_shows_the_chats() {
    let desk = Desk::started().await;
    let wait = desk.sandbox.wait_for("a miracle", Duration::from_millis(1), |_| None::<()>);
    let panic = AssertUnwindSafe(wait).catch_unwind().await.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("a miracle") && text.contains("/start") && text.contains("Siti"), "{text}");
}

#[tokio::test]
async fn a_message_unblocks_the_bot() {
    let desk = Desk::started().await;
    desk.sandbox.set_blocked(SITI, true);
    desk.sandbox.send_text(SITI, "back");
    assert!(desk.sandbox.users().iter().all(|user| !user.blocked));
    let updates = desk.call("getUpdates", json!({})).await;
    let status = |n: usize| updates[n]["my_chat_member"]["new_chat_member"]["status"].clone();
    assert_eq!((status(0), status(1)), (json!("kicked"), json!("member")));
    assert_eq!(updates[2]["message"]["text"], "back");
}
