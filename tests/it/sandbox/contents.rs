//! Every kind of content that a bot sends or copies, with Telegram's checks.
use antri::sandbox::{MediaKind, NewMedia, NewUser};
use serde_json::{Value, json};
use teloxide::prelude::*;
use teloxide::types::{
    ChatId, InputFile, InputMedia, InputMediaPhoto, InputPollOption, MessageId, ReactionType,
};

use super::{Desk, SITI};

const KINDS: [MediaKind; 13] = [
    MediaKind::Photo,
    MediaKind::Document,
    MediaKind::Voice,
    MediaKind::Video,
    MediaKind::Audio,
    MediaKind::Sticker,
    MediaKind::Location,
    MediaKind::Contact,
    MediaKind::Animation,
    MediaKind::VideoNote,
    MediaKind::Venue,
    MediaKind::Dice,
    MediaKind::Poll,
];

impl Desk {
    /// Adds Budi, who has pressed Start.
    fn budi(&self) -> i64 {
        let budi = self.sandbox.add_user(NewUser { first_name: "Budi".to_owned(), ..NewUser::default() });
        self.sandbox.send_text(budi.id, "/start");
        budi.id
    }
}

#[tokio::test]
async fn teloxide_sends_every_kind_of_content() {
    let desk = Desk::started().await;
    let bot = desk.bot();
    let chat = ChatId(SITI);
    let gif = bot.send_animation(chat, InputFile::memory("g")).caption("loop").await.unwrap();
    assert_eq!((gif.animation().is_some(), gif.caption()), (true, Some("loop")));
    assert!(bot.send_video_note(chat, InputFile::memory("v")).await.unwrap().video_note().is_some());
    let location = bot.send_location(chat, -6.2, 106.8).await.unwrap();
    assert!((location.location().unwrap().latitude + 6.2).abs() < 1e-9);
    let venue = bot.send_venue(chat, -6.2, 106.8, "Kantor", "Jl. Sudirman").await.unwrap();
    assert_eq!(venue.venue().unwrap().title, "Kantor");
    let contact = bot.send_contact(chat, "+62812", "Budi").last_name("S").await.unwrap();
    assert_eq!(contact.contact().unwrap().last_name.as_deref(), Some("S"));
    assert!((1..=6).contains(&bot.send_dice(chat).await.unwrap().dice().unwrap().value));
    let options = ["Pagi", "Sore"].map(InputPollOption::new);
    let poll = bot.send_poll(chat, "Kapan?", options).await.unwrap();
    assert_eq!(poll.poll().unwrap().options.len(), 2);
    let photo = || InputMedia::Photo(InputMediaPhoto::new(InputFile::memory("p")));
    let album = bot.send_media_group(chat, [photo(), photo()]).await.unwrap();
    assert!(album[0].media_group_id().is_some() && album[0].media_group_id() == album[1].media_group_id());
    let thumbs = ReactionType::Emoji { emoji: "👍".to_owned() };
    bot.set_message_reaction(chat, album[0].id).reaction([thumbs]).await.unwrap();
    assert_eq!(desk.sandbox.message(SITI, album[0].id.0.into()).unwrap().reaction.as_deref(), Some("👍"));
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
    desk.close().await;
}

#[tokio::test]
async fn every_kind_of_content_is_copied() {
    let desk = Desk::started().await;
    let budi = desk.budi();
    for kind in KINDS {
        let caption = Some("lihat".to_owned());
        let id = desk.sandbox.send_media(SITI, NewMedia { caption, ..NewMedia::new(kind, "x") });
        let copy = json!({"chat_id": budi, "from_chat_id": SITI, "message_id": id});
        desk.call("copyMessage", copy.clone()).await;
        let original = desk.sandbox.message(SITI, id).unwrap();
        let copied = desk.sandbox.chat(budi).pop().unwrap();
        assert_eq!((&copied.media, &copied.text), (&original.media, &original.text), "{kind:?}");
        assert_eq!(copied.text.is_empty(), !original.text.contains("lihat"));
    }
    let update = desk.call("getUpdates", json!({"offset": -1})).await;
    assert_eq!(update[0]["message"]["poll"]["options"][1]["text"], "Sore");
}

#[tokio::test]
async fn several_copies_keep_their_albums_and_skip_what_is_gone() {
    let desk = Desk::started().await;
    let budi = desk.budi();
    let part =
        |text: &str| NewMedia { caption: Some(text.to_owned()), ..NewMedia::new(MediaKind::Photo, text) };
    let album = desk.sandbox.send_album(SITI, vec![part("a"), part("b"), part("c")]);
    let text = desk.sandbox.send_text(SITI, "sesudah");
    desk.call("deleteMessage", json!({"chat_id": SITI, "message_id": album[1]})).await;
    let service = desk.sandbox.send_raw(SITI, json!({"chat_background_set": {}}));
    let ids = [album.clone(), vec![text, service]].concat();
    let call = |ids: Value| json!({"chat_id": budi, "from_chat_id": SITI, "message_ids": ids});
    let sent = desk.call("copyMessages", call(json!(ids))).await;
    assert_eq!(sent.as_array().unwrap().len(), 3);
    let copies = desk.sandbox.chat(budi).split_off(1);
    let texts: Vec<_> = copies.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["a", "c", "sesudah"]);
    let original = desk.sandbox.message(SITI, album[0]).unwrap().media_group_id;
    let albums: Vec<_> = copies.iter().map(|m| m.media_group_id.clone()).collect();
    assert!(albums[0].is_some() && albums[0] == albums[1] && albums[2].is_none() && albums[0] != original);
    let mut bare = call(json!([album[0]]));
    bare["remove_caption"] = json!(true);
    desk.call("copyMessages", bare).await;
    assert_eq!(desk.sandbox.chat(budi).pop().unwrap().text, "");
    for (ids, description) in [
        (json!([]), "message identifiers are not specified"),
        (json!([album[2], album[0]]), "message identifiers must be in a strictly increasing order"),
        (json!([album[0], album[0]]), "message identifiers must be in a strictly increasing order"),
        (json!([0]), "invalid message identifier specified"),
        (json!([998, 999]), "there are no messages to forward"),
        (json!([service]), "messages can't be forwarded"),
        ((1..=101).collect(), "too many message identifiers specified"),
    ] {
        let refused = desk.refused("copyMessages", call(ids)).await;
        assert_eq!(refused, format!("400 Bad Request: {description}"));
    }
}

#[tokio::test]
async fn invalid_contents_are_refused() {
    let desk = Desk::started().await;
    let send = |method: &'static str, mut params: Value| {
        params["chat_id"] = json!(SITI);
        let desk = &desk;
        async move { desk.refused(method, params).await }
    };
    let photo = desk.sandbox.send_media(SITI, NewMedia::new(MediaKind::Photo, "p"));
    let file = desk.sandbox.message(SITI, photo).unwrap().media.unwrap().file_id;
    let document = desk.sandbox.send_media(SITI, NewMedia::new(MediaKind::Document, "d"));
    let document = desk.sandbox.message(SITI, document).unwrap().media.unwrap().file_id;
    let media = |kind: &str, file: &str| json!({"type": kind, "media": file});
    let many: Vec<_> = (0..11).map(|_| media("photo", &file)).collect();
    for (method, params, description) in [
        ("sendLocation", json!({"latitude": 91, "longitude": 0}), "wrong location specified"),
        ("sendLocation", json!({"longitude": 0}), "latitude is empty"),
        (
            "sendVenue",
            json!({"latitude": 1, "longitude": 0, "title": "", "address": "x"}),
            "parameter \"title\" is required",
        ),
        ("sendContact", json!({"first_name": "x"}), "parameter \"phone_number\" is required"),
        ("sendDice", json!({"emoji": "🎫"}), "EMOTICON_INVALID"),
        ("sendPoll", json!({"question": " ", "options": [{"text": "a"}]}), "poll question must be non-empty"),
        ("sendPoll", json!({"question": "x", "options": []}), "poll must have at least 1 option"),
        ("sendPoll", json!({"question": "x", "options": [{"text": ""}]}), "poll options must be non-empty"),
        ("sendVideoNote", json!({"video_note": ""}), "there is no video note in the request"),
        ("sendMediaGroup", json!({"media": []}), "there are no messages to send"),
        ("sendMediaGroup", json!({"media": many}), "too many messages to send as an album"),
        (
            "sendMediaGroup",
            json!({"media": [media("photo", &file), media("document", &document)]}),
            "document can't be mixed with other media types",
        ),
        (
            "sendMediaGroup",
            json!({"media": [media("animation", &file)]}),
            "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup",
        ),
        ("setMessageReaction", json!({"message_id": 99}), "message to react not found"),
        (
            "setMessageReaction",
            json!({"message_id": photo, "reaction": [{"type": "emoji", "emoji": "🎫"}]}),
            "REACTION_INVALID",
        ),
    ] {
        assert_eq!(send(method, params).await, format!("400 Bad Request: {description}"));
    }
    assert_eq!(desk.sandbox.chat(SITI).len(), 3, "nothing was sent");
}

#[tokio::test]
async fn teloxide_copies_several_messages() {
    let desk = Desk::started().await;
    let id = desk.sandbox.send_text(SITI, "halo");
    let id = MessageId(i32::try_from(id).unwrap());
    let copies = desk.bot().copy_messages(ChatId(SITI), ChatId(SITI), [id]).await.unwrap();
    assert_eq!(copies.len(), 1);
}
