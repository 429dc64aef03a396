//! Every content of a message between customer and agent, in both directions and both languages: it arrives,
//! or its author reads by name what did not.
use super::generated::{Expected, messages};
use crate::support::Desk;
use antri::sandbox::RecordedRequest;
use serde_json::{Value, json};

const CUSTOMER: i64 = 77_001;
const AGENT: i64 = 11;
/// A word in every text and caption.
const WORDS: &str = "halo dunia";

/// Returns a desk with a ticket that the agent holds.
async fn desk_with_ticket(language: &str) -> Desk {
    let desk = Desk::new().await;
    desk.person(CUSTOMER, name_of(CUSTOMER), language).await;
    desk.agent(AGENT, name_of(AGENT)).await;
    desk.say(AGENT, &format!("/language {language}")).await;
    desk.say(AGENT, "/online").await;
    desk.ticket(CUSTOMER, "Internet mati").await;
    desk.press(AGENT, "▶️").await;
    desk.sandbox.send_text(AGENT, "baik");
    desk.settle().await;
    desk
}

/// Returns the calls to this chat since `from` that brought something.
fn calls(desk: &Desk, from: usize, chat: i64) -> Vec<RecordedRequest> {
    let is_to = |r: &RecordedRequest| r.params["chat_id"].to_string().trim_matches('"') == chat.to_string();
    let requests = desk.sandbox.requests().into_iter().skip(from);
    let brings = |r: &RecordedRequest| {
        (r.method.starts_with("send") || r.method.starts_with("copy") || r.method.starts_with("edit"))
            && r.outcome == 200
    };
    requests.filter(|r| is_to(r) && brings(r)).collect()
}

fn holds_words(request: &RecordedRequest) -> bool {
    let shown = |html: &str| -> String {
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
    };
    ["text", "caption"]
        .iter()
        .any(|field| request.params[*field].as_str().is_some_and(|html| shown(html).contains(WORDS)))
}

fn copies(request: &RecordedRequest, source: i64) -> bool {
    request.method == "copyMessage" && request.params["message_id"] == json!(source)
}

fn name_of(person: i64) -> &'static str {
    if person == CUSTOMER { "Ani" } else { "Budi" }
}

/// Returns true if the call itself names the author: by the line above the message, and to the agent also by
/// the button below it.
fn names_author(request: &RecordedRequest, reader: i64) -> bool {
    // To the customer, in both languages.
    let aliases: &[&str] = &["💬 <b>Agen 1</b>\n", "💬 <b>Agent 1</b>\n"];
    let lines: &[&str] = if reader == AGENT { &["👤 <b>Ani</b> · <code>INC"] } else { aliases };
    let is_above = ["text", "caption"].iter().any(|field| {
        let html = request.params[*field].as_str().map(|html| format!("{html}\n")).unwrap_or_default();
        lines.iter().any(|line| html.starts_with(line))
    });
    is_above || reader == AGENT && request.params["reply_markup"].to_string().contains("👤 Ani · INC")
}

/// Returns true if a copy of this content has no place for a line above it: it has no caption, or its text
/// fills the message.
fn has_no_line(content: &Value) -> bool {
    let has_caption = ["photo", "live_photo", "video", "animation", "audio", "voice", "document"]
        .iter()
        .any(|kind| content.get(*kind).is_some());
    let length = |field: &str| content[field].as_str().map_or(0, |text| text.encode_utf16().count());
    if has_caption { length("caption") > 1_000 } else { length("text") == 0 || length("text") > 4_000 }
}

/// Sends every message from `author` and checks what `reader` gets.
async fn relay_all(author: i64, reader: i64, language: &str) {
    let desk = desk_with_ticket(language).await;
    let told = "⚠️";
    for (name, mut content, expected) in messages() {
        // A command is for the bot.
        if content["text"].as_str().or(content["caption"].as_str()).is_some_and(|text| text.starts_with('/'))
        {
            continue;
        }
        // What the message replies to or where it was sent is tested elsewhere.
        for field in ["chat", "from", "message_thread_id", "media_group_id", "date"] {
            content.as_object_mut().unwrap().remove(field);
        }
        let from = desk.sandbox.requests().len();
        let source = desk.sandbox.send_raw(author, content.clone());
        desk.settle().await;
        let (brought, answers) = (calls(&desk, from, reader), calls(&desk, from, author));
        let is_told = answers.iter().any(|r| r.params["text"].to_string().contains(told));
        let context =
            || format!("{name} in {language}: {content}\nbrought {brought:#?}\nanswers {answers:#?}");
        match expected {
            Expected::Silence => assert!(brought.is_empty() && answers.is_empty(), "{}", context()),
            Expected::Words => {
                let arrived = brought
                    .iter()
                    .any(|r| holds_words(r) || copies(r, source) && r.params.get("caption").is_none());
                assert!(arrived, "{}", context());
            }
            Expected::Part => {
                let arrived = brought.iter().any(|r| copies(r, source) || r.method.starts_with("send"));
                assert!(arrived || is_told, "{}", context());
            }
            Expected::Refused => {
                assert!(brought.iter().any(holds_words) && is_told, "{}", context());
            }
        }
        // Whoever gets it can see from whom it is.
        for request in &brought {
            let has_no_place = reader == CUSTOMER && copies(request, source) && has_no_line(&content);
            assert!(names_author(request, reader) || has_no_place, "{}", context());
        }
    }
}

#[tokio::test]
async fn every_content_of_a_customer_reaches_the_agent_in_indonesian() {
    relay_all(CUSTOMER, AGENT, "id").await;
}

#[tokio::test]
async fn every_content_of_a_customer_reaches_the_agent_in_english() {
    relay_all(CUSTOMER, AGENT, "en").await;
}

#[tokio::test]
async fn every_content_of_an_agent_reaches_the_customer_in_indonesian() {
    relay_all(AGENT, CUSTOMER, "id").await;
}

#[tokio::test]
async fn every_content_of_an_agent_reaches_the_customer_in_english() {
    relay_all(AGENT, CUSTOMER, "en").await;
}

/// The contents with a caption or a text, as a person sends them.
fn editable() -> Vec<(&'static str, Value)> {
    let file =
        |id: &str| json!({"file_id": id, "file_unique_id": id, "width": 1, "height": 1, "duration": 1});
    vec![
        ("text", json!({"text": WORDS})),
        ("photo", json!({"photo": [file("p")], "caption": WORDS})),
        ("video", json!({"video": file("v"), "caption": WORDS})),
        ("animation", json!({"animation": file("a"), "caption": WORDS})),
        ("audio", json!({"audio": file("m"), "caption": WORDS})),
        ("voice", json!({"voice": file("o"), "caption": WORDS})),
        ("document", json!({"document": file("d"), "caption": WORDS})),
        ("location", json!({"location": {"latitude": 1.0, "longitude": 2.0}})),
        ("hologram", json!({"hologram": {"file_id": "h"}, "caption": WORDS})),
    ]
}

/// Sends each content as a reply to what the other wrote, and edits it afterwards.
async fn reply_and_edit(author: i64, reader: i64) {
    let desk = desk_with_ticket("id").await;
    let written = desk.sandbox.send_text(reader, "pertanyaan");
    desk.settle().await;
    let copy = desk.find(author, "pertanyaan").message_id;
    for (name, content) in editable() {
        let from = desk.sandbox.requests().len();
        let mut reply = content.clone();
        reply["reply_to_message"] = json!({"message_id": copy, "date": 1, "chat": {"id": author, "type": "private"},
            "from": {"id": 123_456, "is_bot": true, "first_name": "Antri"}, "text": "pertanyaan"});
        let id = desk.sandbox.send_raw(author, reply.clone());
        desk.settle().await;
        let brought = calls(&desk, from, reader);
        let replies = brought.iter().any(|r| r.params["reply_parameters"]["message_id"] == json!(written));
        assert!(replies, "{name} does not reply to its counterpart: {brought:#?}");

        let from = desk.sandbox.requests().len();
        let mut edited = reply;
        let field = if edited.get("text").is_some() { "text" } else { "caption" };
        edited[field] = json!("kata yang baru");
        edited["message_id"] = json!(id);
        edited["date"] = json!(1_764_800_000);
        edited["edit_date"] = json!(1_764_900_000);
        edited["chat"] = json!({"id": author, "type": "private"});
        edited["from"] = json!({"id": author, "is_bot": false, "first_name": name_of(author)});
        desk.sandbox.deliver_raw(json!({"edited_message": edited}));
        desk.settle().await;
        let brought = calls(&desk, from, reader);
        let is_marked = |r: &RecordedRequest| {
            let shown = format!("{} {}", r.params["text"], r.params["caption"]);
            shown.contains("kata yang baru") && shown.contains("✏️") && names_author(r, reader)
        };
        assert!(brought.iter().any(is_marked), "{name} was edited: {brought:#?}");
    }
}

#[tokio::test]
async fn a_customers_replies_and_edits_follow_to_the_agent() {
    reply_and_edit(CUSTOMER, AGENT).await;
}

#[tokio::test]
async fn an_agents_replies_and_edits_follow_to_the_customer() {
    reply_and_edit(AGENT, CUSTOMER).await;
}
