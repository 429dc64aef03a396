//! The schema of updates and answers: teloxide must parse each of them.
use antri::sandbox::{MediaKind, NewMedia};
use serde_json::{Value, json};
use teloxide::net::Download;
use teloxide::prelude::*;
use teloxide::types::{
    ChatId, FileId, InputFile, MediaKind as Media, MessageEntityRef, MessageKind, Update, UpdateKind,
};

use super::{Desk, SITI};

/// Returns all pending updates. Panics if teloxide cannot parse one.
async fn updates(desk: &Desk) -> Vec<Update> {
    let list = desk.call("getUpdates", json!({"offset": 0})).await;
    let list: Vec<Value> = serde_json::from_value(list).unwrap();
    let parse = |update: Value| {
        // Parsed from text, because teloxide cannot read an update from a `Value`.
        let parsed: Update = serde_json::from_str(&update.to_string()).unwrap();
        assert!(!matches!(parsed.kind, UpdateKind::Error(_)), "{update}");
        parsed
    };
    list.into_iter().map(parse).collect()
}

fn media(update: &Update) -> &Media {
    let UpdateKind::Message(message) = &update.kind else { panic!("{update:?}") };
    let MessageKind::Common(common) = &message.kind else { panic!("{update:?}") };
    &common.media_kind
}

#[tokio::test]
async fn teloxide_parses_every_update() {
    let desk = Desk::open().await;
    let s = &desk.sandbox;
    s.send_text(SITI, "/new@antri_bot internet mati 🎫 https://antri.id");
    let kinds = [
        MediaKind::Photo,
        MediaKind::Document,
        MediaKind::Voice,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Sticker,
        MediaKind::Location,
        MediaKind::Contact,
    ];
    for kind in kinds {
        let caption = Some("lihat /start".to_owned());
        s.send_media(
            SITI,
            NewMedia { caption, media_group_id: Some("g1".to_owned()), ..NewMedia::new(kind, "x") },
        );
    }
    let sent = desk.call("sendMessage", json!({"chat_id": SITI, "text": "hi"})).await;
    s.press(SITI, sent["message_id"].as_i64().unwrap(), "a:1");
    s.press(SITI, 999, "forged");
    s.send_in_group(-77, Some(SITI), "/help");
    s.send_in_group(-1_001_234_567_890, None, "anon");
    s.set_blocked(SITI, true);
    s.set_blocked(SITI, false);
    let all = updates(&desk).await;
    assert_eq!(all.len(), 15);
    let UpdateKind::Message(first) = &all[0].kind else { panic!() };
    assert_eq!(
        first.parse_entities().unwrap().iter().map(MessageEntityRef::text).collect::<Vec<_>>(),
        ["/new@antri_bot", "https://antri.id"]
    );
    assert!(matches!(media(&all[1]), Media::Photo(p) if p.photo.len() == 2
        && p.caption.as_deref() == Some("lihat /start") && p.media_group_id.is_some()));
    assert!(matches!(media(&all[2]), Media::Document(d) if d.document.file_name.is_some()));
    assert!(matches!(media(&all[3]), Media::Voice(v) if v.voice.duration.seconds() > 0));
    assert!(matches!(media(&all[4]), Media::Video(v) if v.video.width > 0));
    assert!(matches!(media(&all[5]), Media::Audio(_)));
    assert!(matches!(media(&all[6]), Media::Sticker(_)));
    assert!(matches!(media(&all[7]), Media::Location(_)));
    assert!(matches!(media(&all[8]), Media::Contact(_)));
    let UpdateKind::CallbackQuery(press) = &all[9].kind else { panic!() };
    assert_eq!(press.regular_message().and_then(|m| m.text()), Some("hi"));
    let UpdateKind::CallbackQuery(forged) = &all[10].kind else { panic!() };
    assert!(forged.regular_message().is_none());
    let UpdateKind::Message(anonymous) = &all[12].kind else { panic!() };
    assert!(anonymous.from.as_ref().is_some_and(teloxide::types::User::is_anonymous));
    assert!(anonymous.chat.is_supergroup() && anonymous.sender_chat.is_some());
    let UpdateKind::MyChatMember(block) = &all[13].kind else { panic!() };
    assert!(block.new_chat_member.is_banned() && block.old_chat_member.is_present());
    assert_eq!(s.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn teloxide_parses_every_answer() {
    let desk = Desk::started().await;
    let bot = desk.bot();
    let chat = ChatId(SITI);
    assert_eq!(bot.get_me().await.unwrap().username(), "antri_bot");
    assert!(bot.get_chat(chat).await.unwrap().is_private());
    let sent =
        bot.send_message(chat, "a <b>b</b>").parse_mode(teloxide::types::ParseMode::Html).await.unwrap();
    assert_eq!((sent.text(), sent.entities().map(<[_]>::len)), (Some("a b"), Some(1)));
    bot.send_chat_action(chat, teloxide::types::ChatAction::Typing).await.unwrap();
    let copy = bot.copy_message(chat, chat, sent.id).await.unwrap();
    bot.edit_message_text(chat, copy, "new").await.unwrap();
    bot.delete_message(chat, copy).await.unwrap();
    bot.set_my_description().description("x").await.unwrap();
    bot.set_my_short_description().short_description("x").await.unwrap();
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
    desk.close().await;
}

#[tokio::test]
async fn files_are_uploaded_downloaded_and_resent_by_id() {
    let desk = Desk::started().await;
    let bot = desk.bot();
    let chat = ChatId(SITI);
    let up = InputFile::memory("isi").file_name("laporan.pdf");
    let sent = bot.send_document(chat, up).caption("file").await.unwrap();
    let document = sent.document().unwrap();
    assert_eq!(document.file_name.as_deref(), Some("laporan.pdf"));
    let again = bot.send_document(chat, InputFile::file_id(document.file.id.clone())).await.unwrap();
    assert_eq!(again.document().unwrap().file.id, document.file.id);
    let file = bot.get_file(document.file.id.clone()).await.unwrap();
    let mut content = Vec::new();
    bot.download_file(&file.path, &mut content).await.unwrap();
    assert_eq!(content, b"isi");
    bot.send_photo(chat, InputFile::memory("p")).await.unwrap();
    bot.send_voice(chat, InputFile::memory("v")).await.unwrap();
    bot.send_video(chat, InputFile::memory("v")).await.unwrap();
    bot.send_audio(chat, InputFile::memory("a")).await.unwrap();
    let sticker = bot.send_sticker(chat, InputFile::memory("s")).await.unwrap();
    assert_eq!(desk.sandbox.chat(SITI).last().map(|m| m.message_id), Some(i64::from(sticker.id.0)));
    assert!(bot.get_file(FileId("nothing".to_owned())).await.is_err());
    assert_eq!(desk.sandbox.violations(), Vec::<String>::new());
}
