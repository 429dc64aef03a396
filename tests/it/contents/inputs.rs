//! The inputs of `inputs.json`: real updates that the client library refuses or misreads, with what is wanted.
use super::{ANI, BUDI, desk};
use crate::support::Desk;
use antri::sandbox::{MediaKind, Side};
use serde_json::Value;

/// Returns the input with this name.
fn input(name: &str) -> Value {
    let inputs: Vec<Value> = serde_json::from_str(include_str!("inputs.json")).unwrap();
    let input = inputs.into_iter().find(|input| input["name"] == name);
    input.unwrap_or_else(|| panic!("no input {name}"))["update"].clone()
}

/// Delivers an input, and returns the desk after it.
async fn after(name: &str) -> Desk {
    let desk = desk().await;
    desk.sandbox.deliver_raw(input(name));
    desk.settle().await;
    desk
}

/// An input becomes a draft with these words, and the agent gets them and this kind of content.
async fn becomes_a_ticket(name: &str, words: &[&str], kind: Option<MediaKind>) {
    let desk = after(name).await;
    let preview = desk.last(ANI);
    assert!(preview.button("✅ Kirim").is_some(), "{name}: {}", desk.transcript(ANI));
    desk.press(ANI, "✅ Kirim").await;
    for words in words {
        assert!(preview.text.contains(words), "{name}: {words:?} is not in the draft: {}", preview.text);
        assert!(
            desk.has(BUDI, words),
            "{name}: {words:?} does not reach the agent: {}",
            desk.transcript(BUDI)
        );
    }
    let got: Vec<_> = desk.sandbox.chat(BUDI).into_iter().filter_map(|message| message.media).collect();
    let got: Vec<_> = got.iter().map(|media| media.kind).collect();
    assert_eq!(got, kind.into_iter().collect::<Vec<_>>(), "{name}");
    assert_eq!(desk.counters().await.dead_letters, 0, "{name}");
}

#[tokio::test]
async fn entities_of_unknown_kinds_leave_the_words() {
    let sentence = "Internet mati sejak 13/09 17:00";
    becomes_a_ticket("text_with_date", &[sentence], None).await;
    becomes_a_ticket("new_command_with_date", &["mati sejak 13/09"], None).await;
    becomes_a_ticket("caption_with_date", &["sejak 13/09"], Some(MediaKind::Photo)).await;
    becomes_a_ticket("entity_of_tomorrow", &["halo dunia"], None).await;
}

#[tokio::test]
async fn replies_and_forwards_bring_their_words_and_their_origin() {
    becomes_a_ticket("quote_with_date", &["kenapa?", "> 13/09"], None).await;
    let origin = "> Info: gangguan";
    becomes_a_ticket("external_reply_to_a_text", &["kenapa begini?", origin], None).await;
    becomes_a_ticket("reply_and_quote", &["ini kapan selesai?", "> INC112920260805536QM"], None).await;
    becomes_a_ticket("forwarded", &["Diteruskan dari Bos\nLayanan X mati"], None).await;
    let link = "klik di sini (https://contoh.example/galat?kode=42)";
    becomes_a_ticket("text_link", &[link], None).await;
}

#[tokio::test]
async fn files_without_a_mime_type_are_files() {
    becomes_a_ticket("voice_without_mime_type", &[], Some(MediaKind::Voice)).await;
    becomes_a_ticket("audio_without_mime_type", &[], Some(MediaKind::Audio)).await;
    becomes_a_ticket("animation_with_caption", &["layar saya begini"], Some(MediaKind::Animation)).await;
}

#[tokio::test]
async fn contents_that_are_no_files_reach_the_agent() {
    becomes_a_ticket("kind_video_note", &[], Some(MediaKind::VideoNote)).await;
    becomes_a_ticket("kind_location", &["📍 -6.2, 106.8"], Some(MediaKind::Location)).await;
    becomes_a_ticket("kind_contact", &["👤 Budi +6281100000"], Some(MediaKind::Contact)).await;
    becomes_a_ticket("kind_poll", &["📊 Kapan?"], Some(MediaKind::Poll)).await;
    // The sandbox shows these two as messages without a file.
    for (name, words) in [("kind_checklist", "Yang rusak\n• printer"), ("kind_rich_message", "Internet mati")]
    {
        let desk = after(name).await;
        desk.press(ANI, "✅ Kirim").await;
        assert!(desk.has(BUDI, words), "{name}: {}", desk.transcript(BUDI));
        let copies = desk.sandbox.requests().into_iter().filter(|request| request.method == "copyMessage");
        assert_eq!(copies.map(|request| request.outcome).collect::<Vec<_>>(), [200], "{name}");
    }
}

#[tokio::test]
async fn service_messages_are_met_with_silence() {
    for name in [
        "service_pinned_message",
        "service_chat_background_set",
        "service_forum_topic_created",
        "service_write_access_allowed",
        "service_connected_website",
        "deleted_business_messages",
    ] {
        let desk = desk().await;
        let before = desk.count(ANI, "");
        desk.sandbox.deliver_raw(input(name));
        desk.settle().await;
        assert_eq!(desk.count(ANI, ""), before, "{name}: {}", desk.transcript(ANI));
        let store = desk.app();
        let ani = store.engine.store().person_by_telegram(antri::domain::ids::TelegramId(ANI)).await.unwrap();
        assert_eq!(store.engine.store().draft(ani.unwrap().id).await, Ok(None), "{name}");
    }
}

#[tokio::test]
async fn an_answer_goes_to_the_topic_or_to_the_chat_if_it_is_gone() {
    let desk = after("thread_in_private_chat").await;
    let answers = desk.sandbox.requests().into_iter().filter(|request| request.method == "sendMessage");
    let answers: Vec<_> =
        answers.filter(|request| request.params["text"].to_string().contains("halo dari topik")).collect();
    let threads: Vec<_> = answers
        .iter()
        .map(|request| (request.outcome, request.params.get("message_thread_id").cloned()))
        .collect();
    assert_eq!(threads, [(400, Some(77.into())), (200, None)]);
    assert_eq!(desk.last(ANI).from, Side::Bot);
}

#[tokio::test]
async fn an_edit_changes_the_draft() {
    let desk = desk().await;
    let mut first = input("edited_while_draft");
    let mut message = first["edited_message"].take();
    message.as_object_mut().unwrap().remove("edit_date");
    message["text"] = "jl Melati 8".into();
    desk.sandbox.deliver_raw(serde_json::json!({"message": message}));
    desk.settle().await;
    desk.sandbox.deliver_raw(input("edited_while_draft"));
    desk.settle().await;
    let preview = desk.last(ANI).text;
    assert!(preview.contains("jl Mawar 9") && !preview.contains("Melati"), "{preview}");
}
