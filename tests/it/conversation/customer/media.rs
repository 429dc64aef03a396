//! Files of a ticket: in a draft, in an album, and as the agent receives them.
use crate::conversation::{BUDI, SARI, with_agent, with_customer};
use antri::sandbox::{MediaKind, NewMedia};
use serde_json::json;

#[tokio::test]
async fn every_supported_kind_of_file_reaches_the_agent() {
    let desk = with_agent().await;
    let kinds = [MediaKind::Photo, MediaKind::Document, MediaKind::Voice, MediaKind::Video, MediaKind::Audio];
    for kind in kinds {
        desk.attach(SARI, kind, Some(&format!("lihat {kind:?}"))).await;
        assert!(desk.last(SARI).text.contains(&format!("lihat {kind:?}")));
    }
    desk.find(SARI, "📎 5 berkas terlampir");
    desk.press(SARI, "Kirim").await;
    let chat = desk.sandbox.chat(BUDI);
    let arrived: Vec<_> = chat.iter().filter_map(|m| m.media.as_ref().map(|media| media.kind)).collect();
    assert_eq!(arrived, kinds);
    desk.find(BUDI, "lihat Voice");
    assert_eq!(desk.count(BUDI, "<code>"), 0, "captions are not shown as markup");
}

#[tokio::test]
async fn a_file_without_text_is_a_ticket() {
    let desk = with_agent().await;
    desk.attach(SARI, MediaKind::Voice, None).await;
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.sandbox.chat(BUDI).iter().filter(|m| m.media.is_some()).count(), 1);
}

#[tokio::test]
async fn an_album_is_one_draft_with_one_preview() {
    let desk = with_agent().await;
    for part in 0..4 {
        let caption = (part == 0).then(|| "empat foto".to_owned());
        desk.sandbox.send_media(
            SARI,
            NewMedia {
                caption,
                media_group_id: Some("album".into()),
                ..NewMedia::new(MediaKind::Photo, vec![part])
            },
        );
    }
    desk.settle().await;
    assert_eq!(desk.count(SARI, "Tiket Anda siap dikirim"), 1);
    desk.find(SARI, "📎 4 berkas terlampir");
    desk.press(SARI, "Kirim").await;
    assert_eq!(desk.sandbox.chat(BUDI).iter().filter(|m| m.media.is_some()).count(), 4);
}

#[tokio::test]
async fn a_second_album_gets_its_own_preview_below() {
    let desk = with_customer().await;
    for album in ["satu", "dua"] {
        for part in 0..2 {
            desk.sandbox.send_media(
                SARI,
                NewMedia {
                    caption: (part == 0).then(|| album.to_owned()),
                    media_group_id: Some(album.into()),
                    ..NewMedia::new(MediaKind::Photo, vec![part])
                },
            );
        }
        desk.settle().await;
        assert!(desk.last(SARI).text.contains(album), "the newest message is the preview");
    }
    assert!(desk.last(SARI).text.contains("📎 4 berkas terlampir"));
}

#[tokio::test]
async fn a_caption_can_start_a_draft_with_its_file() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    for (id, caption) in [(SARI, "/new layar pecah"), (BUDI, "/tiket"), (SARI, "/help layar")] {
        desk.attach(id, MediaKind::Photo, Some(caption)).await;
        assert!(desk.last(id).text.contains("📎"), "{caption}: {}", desk.chat_story(id));
    }
    let text = desk.last(SARI).text;
    assert!(text.contains("layar pecah") && !text.contains("/new"), "{text}");
    assert!(text.contains("/help layar") && text.contains("2 berkas"), "nothing is dropped: {text}");
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused_and_its_caption_and_the_draft_are_kept() {
    let desk = with_customer().await;
    desk.say(SARI, "printer rusak").await;
    desk.sandbox.deliver_raw(json!({"message": {
        "message_id": 9_001,
        "date": desk.now().timestamp(),
        "chat": {"id": SARI, "type": "private"},
        "from": {"id": SARI, "first_name": "Sari"},
        "paid_media": {"star_count": 1, "paid_media": []},
        "caption": "begini layarnya",
    }}));
    desk.settle().await;
    desk.find(SARI, "media berbayar tidak bisa kami teruskan");
    desk.find(SARI, "begini layarnya");
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "tiket Anda sudah kami terima");
}

#[tokio::test]
async fn an_eleventh_file_is_refused() {
    let desk = with_customer().await;
    for _ in 0..10 {
        desk.attach(SARI, MediaKind::Photo, None).await;
    }
    desk.attach(SARI, MediaKind::Photo, None).await;
    assert!(desk.last(SARI).text.contains("paling banyak 10 berkas"));
    desk.press(SARI, "Kirim").await;
    desk.find(SARI, "📎 10 berkas terlampir");
}
