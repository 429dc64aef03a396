//! Delivery of contents to the agent: formats, albums, copies, and parts that come after the ticket was sent.
use super::{ANI, BUDI, desk};
use crate::support::Desk;
use antri::sandbox::{ChatMessage, MediaKind, NewMedia, UserMessage};
use serde_json::json;

fn photo(bytes: u8, caption: Option<&str>) -> NewMedia {
    NewMedia { caption: caption.map(str::to_owned), ..NewMedia::new(MediaKind::Photo, vec![bytes]) }
}

/// Returns the files that the agent got.
fn files(desk: &Desk) -> Vec<ChatMessage> {
    desk.sandbox.chat(BUDI).into_iter().filter(|message| message.media.is_some()).collect()
}

#[tokio::test]
async fn formats_reach_the_agent() {
    let desk = desk().await;
    let text = "tebal kode <b> rahasia tautan 🎫";
    let entities = json!([
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "code", "offset": 6, "length": 4},
        {"type": "spoiler", "offset": 15, "length": 7},
        {"type": "text_link", "offset": 23, "length": 6, "url": "https://contoh.example/?a=1&b=2"},
        {"type": "custom_emoji", "offset": 30, "length": 2, "custom_emoji_id": "5368324170671202286"},
    ]);
    desk.sandbox.send(ANI, UserMessage::text(text).with_entities(entities));
    desk.settle().await;
    desk.press(ANI, "✅ Kirim").await;
    let requests = desk.sandbox.requests();
    let html = requests.iter().filter(|request| request.params["chat_id"] == BUDI);
    let html = html.filter_map(|request| request.params["text"].as_str()).find(|html| html.contains("tebal"));
    let html = html.expect("the agent gets the text");
    for part in [
        "<b>tebal</b> <code>kode</code> &lt;b&gt; <tg-spoiler>rahasia</tg-spoiler>",
        "<a href=\"https://contoh.example/?a=1&amp;b=2\">tautan</a> (https://contoh.example/?a=1&amp;b=2)",
        "<tg-emoji emoji-id=\"5368324170671202286\">🎫</tg-emoji>",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[tokio::test]
async fn an_album_reaches_the_agent_as_an_album() {
    let desk = desk().await;
    desk.say(ANI, "empat foto dan satu dokumen").await;
    desk.sandbox.send_album(ANI, (0..4).map(|n| photo(n, None)).collect());
    desk.settle().await;
    desk.attach(ANI, MediaKind::Document, None).await;
    desk.press(ANI, "✅ Kirim").await;
    let files = files(&desk);
    let albums: Vec<_> = files.iter().map(|file| file.media_group_id.clone()).collect();
    assert_eq!(files.len(), 5);
    assert!(albums[0].is_some() && albums[..4].iter().all(|album| *album == albums[0]), "{albums:?}");
    assert_eq!(albums[4], None);
    assert_eq!(files.iter().filter(|file| file.text.contains("INC")).count(), 2, "one caption for the album");
}

#[tokio::test]
async fn a_late_part_of_an_album_joins_its_ticket() {
    let desk = desk().await;
    let part = |n: u8| NewMedia { media_group_id: Some("album".into()), ..photo(n, None) };
    desk.sandbox.send_media(ANI, NewMedia { caption: Some("layar pecah".into()), ..part(0) });
    desk.settle().await;
    desk.press(ANI, "✅ Kirim").await;
    let previews = desk.count(ANI, "siap dikirim");
    desk.sandbox.send_media(ANI, NewMedia { caption: Some("sisi kiri".into()), ..part(1) });
    desk.sandbox.send_media(ANI, part(2));
    desk.settle().await;
    assert_eq!(desk.count(ANI, "siap dikirim"), previews, "no new draft: {}", desk.transcript(ANI));
    assert_eq!(files(&desk).len(), 3, "{}", desk.transcript(BUDI));
    desk.find(BUDI, "layar pecah\nsisi kiri");
    desk.find(BUDI, "📎 3 berkas");
    desk.find(ANI, "📎 3 berkas");
    desk.press(BUDI, "✅ Selesai").await;
    desk.sandbox.send_media(ANI, part(3));
    desk.settle().await;
    assert!(desk.last(ANI).button("✅ Kirim").is_some(), "a part after the end begins a new draft");
}

#[tokio::test]
async fn a_late_part_of_a_waiting_ticket_reaches_its_later_agent() {
    let desk = desk().await;
    desk.say(BUDI, "/offline").await;
    let part = |n: u8| NewMedia { media_group_id: Some("album".into()), ..photo(n, None) };
    desk.sandbox.send_media(ANI, part(0));
    desk.settle().await;
    desk.press(ANI, "✅ Kirim").await;
    desk.sandbox.send_media(ANI, part(1));
    desk.settle().await;
    desk.say(BUDI, "/online").await;
    let files = files(&desk);
    assert_eq!(files.len(), 2, "{}", desk.transcript(BUDI));
    assert!(files[0].media_group_id.is_some() && files[0].media_group_id == files[1].media_group_id);
}

#[tokio::test]
async fn copies_and_round_videos_reply_to_the_card_of_their_ticket() {
    let desk = desk().await;
    for kind in [MediaKind::Sticker, MediaKind::VideoNote, MediaKind::Venue, MediaKind::Dice] {
        desk.attach(ANI, kind, None).await;
    }
    desk.press(ANI, "✅ Kirim").await;
    let card = desk.find(BUDI, "Tiket baru");
    let files = files(&desk);
    let kinds: Vec<_> = files.iter().map(|file| file.media.as_ref().unwrap().kind).collect();
    assert_eq!(kinds, [MediaKind::Sticker, MediaKind::VideoNote, MediaKind::Venue, MediaKind::Dice]);
    assert!(files.iter().all(|file| file.reply_to == Some(card.message_id)), "{files:?}");
}

#[tokio::test]
async fn a_copy_that_is_refused_is_named_to_the_agent_and_the_customer() {
    let desk = desk().await;
    desk.sandbox.send_raw(ANI, json!({"hologram": {"data": "x"}, "caption": "begini kantornya"}));
    desk.settle().await;
    desk.press(ANI, "✅ Kirim").await;
    desk.find(BUDI, "begini kantornya");
    desk.find(BUDI, "tidak bisa dikirim ke Anda");
    desk.find(ANI, "tidak sampai ke agen kami");
}

#[tokio::test]
async fn a_reply_to_a_file_in_another_chat_brings_the_file() {
    let desk = desk().await;
    let origin = json!({"type": "hidden_user", "sender_user_name": "Bos", "date": 1});
    let reply = json!({"origin": origin, "photo": [{"file_id": "P7", "file_unique_id": "p7"}]});
    desk.sandbox.send_raw(ANI, json!({"text": "yang ini rusak", "external_reply": reply}));
    desk.settle().await;
    let preview = desk.last(ANI).text;
    assert!(preview.contains("> Bos\nyang ini rusak") && preview.contains("1 berkas"), "{preview}");
}

#[tokio::test]
async fn an_eleventh_file_leaves_its_words_in_the_draft() {
    let desk = desk().await;
    for _ in 0..10 {
        desk.attach(ANI, MediaKind::Photo, None).await;
    }
    desk.attach(ANI, MediaKind::Photo, Some("dan ini yang terakhir")).await;
    desk.find(ANI, "paling banyak 10 berkas");
    let preview = desk.last(ANI).text;
    assert!(preview.contains("dan ini yang terakhir") && preview.contains("10 berkas"), "{preview}");
}

#[tokio::test]
async fn a_caption_that_is_too_long_leaves_its_file_in_the_draft() {
    let desk = desk().await;
    for _ in 0..3 {
        desk.say(ANI, &"panjang ".repeat(500)).await;
    }
    desk.attach(ANI, MediaKind::Photo, Some(&"kata ".repeat(200))).await;
    desk.find(ANI, "hanya berkasnya yang masuk");
    assert!(desk.last(ANI).text.contains("📎 1 berkas"), "{}", desk.last(ANI).text);
}
