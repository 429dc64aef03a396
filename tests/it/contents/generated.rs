//! Every field of a message, every kind of entity and every kind of update of the Bot API, and invented ones,
//! through the real inbox, by polling and by webhook.
use super::api_types::{entity_kinds, example, fields, object};
use crate::support::{ADMIN, Desk, Options};
use antri::domain::draft::Draft;
use antri::domain::ids::TelegramId;
use antri::sandbox::NewUser;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The id of the first customer; each message has a customer of its own.
const FIRST_CUSTOMER: i64 = 50_001;
/// A word of the customer.
const WORDS: &str = "halo dunia";

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Expected {
    /// Its words are in a draft.
    Words,
    /// A draft refers to the message, so that it can be copied.
    Part,
    /// Its words are in a draft, and the customer reads that the rest cannot be brought.
    Refused,
    /// Nothing.
    Silence,
}

/// The fields that hold a content, besides text and caption.
const CONTENTS: [&str; 20] = [
    "rich_message",
    "animation",
    "audio",
    "document",
    "live_photo",
    "paid_media",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "checklist",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "widget",
];

/// The messages under test: a name, the fields beside the envelope, and what becomes of the message.
pub(super) fn messages() -> Vec<(String, Value, Expected)> {
    let mut all = Vec::new();
    let message_fields = fields("Message");
    let first_service = message_fields.iter().position(|field| field.name == "new_chat_members").unwrap();
    for (at, field) in message_fields.iter().enumerate() {
        let is_service = at >= first_service && field.name != "reply_markup";
        if field.is_required || ["from", "entities", "caption_entities"].contains(&field.name) {
            continue;
        }
        for with_optional in [false, true] {
            let name = format!("{} {}", field.name, if with_optional { "with all" } else { "alone" });
            let content = json!({field.name: example(field, with_optional)});
            let with = |name: &str| {
                let mut content = content.clone();
                content[name] = json!(WORDS);
                content
            };
            if is_service {
                all.push((name, content, Expected::Silence));
            } else if field.name == "paid_media" {
                all.push((name, with("caption"), Expected::Refused));
            } else if CONTENTS.contains(&field.name) {
                all.push((format!("{name}, with a caption"), with("caption"), Expected::Words));
                all.push((name, content, Expected::Part));
            } else {
                let text = if field.name == "caption" { "caption" } else { "text" };
                all.push((name, with(text), Expected::Words));
            }
        }
    }
    let service = |name: &str| (name.to_owned(), json!({name: {}}), Expected::Silence);
    all.extend(["community_chat_added", "community_chat_removed"].map(service));
    let widget = json!({"widget": {"html": "<b>x</b>", "data": {"a": [1]}}});
    all.push(("widget of 10.4".to_owned(), widget, Expected::Part));
    for (name, value) in
        [("hologram", json!({"file_id": "h"})), ("aroma", json!([1])), ("mood", json!("glad"))]
    {
        let invented = json!({name: value, "caption": WORDS, "is_odd": true});
        all.push((format!("invented {name}, with a caption"), invented, Expected::Words));
        all.push((format!("invented {name}"), json!({name: value}), Expected::Part));
        let text = json!({name: value, "text": WORDS});
        all.push((format!("invented {name} beside a text"), text, Expected::Words));
    }
    all.extend(odd_values().map(|(name, fields)| (name.to_owned(), fields, Expected::Words)));
    all.extend(entities());
    all
}

/// Values that a strict type refuses.
fn odd_values() -> [(&'static str, Value); 6] {
    let document = json!({"file_id": "D1", "mime_type": "no mime type", "file_size": 1_u64 << 40});
    let link = json!([{"type": "text_link", "offset": 5, "length": 5, "url": "http://"}]);
    let mention = json!([{"type": "text_mention", "offset": 0, "length": 4, "user": {"id": "x"}}]);
    let keyboard = json!({"inline_keyboard": [[{"text": "a", "button_of_next_year": {}}, 7], "x"]});
    [
        ("a document with an odd type and size", json!({"document": document, "caption": WORDS})),
        ("a link that is none", json!({"text": WORDS, "entities": link})),
        ("a mention of nobody", json!({"text": WORDS, "entities": mention})),
        ("unknown buttons", json!({"text": WORDS, "reply_markup": keyboard})),
        ("an odd date and album", json!({"text": WORDS, "date": "soon", "media_group_id": 7})),
        ("an odd sender's language", json!({"text": WORDS, "via_bot": 7, "sender_chat": "x"})),
    ]
}

/// Texts, captions and quotes with each kind of entity.
fn entities() -> Vec<(String, Value, Expected)> {
    let mut all = Vec::new();
    for kind in entity_kinds().into_iter().chain(["something_new"]) {
        let mut entity = object("MessageEntity", true);
        entity["type"] = json!(kind);
        (entity["offset"], entity["length"]) = (json!(5), json!(5));
        entity["custom_emoji_id"] = json!("5368324170671202286");
        let bare = json!({"type": kind, "offset": 5, "length": 5});
        for entity in [entity, bare] {
            let quote = json!({"text": WORDS, "position": 0, "entities": [entity.clone()]});
            let photo = json!([{"file_id": "P1"}]);
            let mut command = entity.clone();
            command["offset"] = json!(10);
            for (place, fields) in [
                ("text", json!({"text": WORDS, "entities": [entity.clone()]})),
                ("caption", json!({"photo": photo, "caption": WORDS, "caption_entities": [entity]})),
                ("quote", json!({"text": "ya", "quote": quote})),
                ("command", json!({"text": format!("/new {WORDS}"), "entities": [command]})),
            ] {
                all.push((format!("{kind} in a {place}"), fields, Expected::Words));
            }
        }
    }
    all
}

/// Returns the update of a message from this customer.
pub(super) fn update(customer: i64, fields: &Value) -> Value {
    let mut message = json!({
        "message_id": 52,
        "date": 1_764_831_173,
        "chat": {"id": customer, "type": "private", "first_name": "Ani"},
        "from": {"id": customer, "is_bot": false, "first_name": "Ani", "language_code": "id"},
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"message": message})
}

async fn draft(desk: &Desk, customer: i64) -> Option<Draft> {
    let app = desk.app();
    let person = app.engine.store().person_by_telegram(TelegramId(customer)).await.unwrap()?;
    app.engine.store().draft(person.id).await.unwrap()
}

async fn check(desk: &Desk, customer: i64, expected: Expected) -> Result<(), String> {
    let answers = desk.count(customer, "");
    let draft = draft(desk, customer).await.map(|draft| draft.description());
    let has_words = draft.as_ref().is_some_and(|draft| draft.text.contains(WORDS));
    let is_copied = draft.as_ref().is_some_and(|draft| draft.attachments.iter().any(|a| a.source.is_some()));
    let is_right = match expected {
        Expected::Silence => answers == 0 && draft.is_none(),
        Expected::Words => answers == 1 && has_words,
        Expected::Part => answers == 1 && is_copied,
        Expected::Refused => answers == 2 && has_words && desk.has(customer, "tidak bisa kami teruskan"),
    };
    if is_right { Ok(()) } else { Err(format!("{answers} answers, {draft:?}")) }
}

/// Delivers an update of each kind that the bot does not ask for.
fn deliver_other_kinds(desk: &Desk) {
    let asked = ["update_id", "message", "edited_message", "callback_query", "my_chat_member"];
    for field in fields("Update").into_iter().filter(|field| !asked.contains(&field.name)) {
        for all in [false, true] {
            desk.sandbox.deliver_raw(json!({field.name: example(&field, all)}));
        }
    }
    for name in ["subscription", "stopped_message_generation", "widget_query", "kind_of_next_year"] {
        desk.sandbox.deliver_raw(json!({name: {"id": "1", "from": {"id": FIRST_CUSTOMER}}}));
    }
}

async fn everything_is_handled(options: Options) {
    let desk = Desk::with(options).await;
    let messages = messages();
    let customers: BTreeMap<i64, &(String, Value, Expected)> = (FIRST_CUSTOMER..).zip(&messages).collect();
    deliver_other_kinds(&desk);
    for (customer, (_, fields, _)) in &customers {
        let user = NewUser { id: Some(*customer), first_name: "Ani".into(), ..NewUser::default() };
        desk.sandbox.add_user(user);
        desk.sandbox.deliver_raw(update(*customer, fields));
    }
    desk.settle().await;
    let mut wrong = Vec::new();
    for (customer, (name, _, expected)) in &customers {
        if let Err(found) = check(&desk, *customer, *expected).await {
            wrong.push(format!("{name}: {expected:?}, but {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), customers.len(), wrong.join("\n"));
    assert_eq!(desk.counters().await.dead_letters, 0);
    assert!(!desk.has(ADMIN, "disisihkan"), "{}", desk.transcript(ADMIN));
    desk.say(ADMIN, "/help").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_content_is_handled_by_polling() {
    everything_is_handled(Options::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_content_is_handled_by_webhook() {
    everything_is_handled(Options { webhook: Some("the-secret-of-the-webhook"), ..Options::default() }).await;
}

#[tokio::test]
async fn service_messages_do_not_answer_a_question_and_unknown_entities_do() {
    let desk = Desk::new().await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    let before = desk.count(ADMIN, "");
    for (n, field) in
        (0_i64..).zip(fields("Message").into_iter().skip_while(|f| f.name != "new_chat_members"))
    {
        let mut message = update(ADMIN, &json!({field.name: example(&field, false)}));
        message["message"]["message_id"] = json!(3_000 + n);
        if field.name != "reply_markup" {
            desk.sandbox.deliver_raw(message);
        }
    }
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, ""), before, "{}", desk.transcript(ADMIN));
    let entity = json!({"type": "something_new", "offset": 0, "length": 6});
    let mut answer = update(ADMIN, &json!({"text": "Gudang", "entities": [entity.clone()]}));
    answer["message"]["message_id"] = json!(3_900);
    desk.sandbox.deliver_raw(answer);
    desk.settle().await;
    assert!(desk.has(ADMIN, "Departemen Gudang dibuat"), "{}", desk.transcript(ADMIN));
    let mut command = update(ADMIN, &json!({"text": "/department Gudang", "entities": [entity]}));
    command["message"]["message_id"] = json!(4_900);
    let cards = desk.count(ADMIN, "🏢 Gudang");
    desk.sandbox.deliver_raw(command);
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, "🏢 Gudang"), cards + 1, "{}", desk.transcript(ADMIN));
}

#[test]
fn the_generator_covers_the_fields_of_a_message() {
    let names: Map<String, Value> = messages().into_iter().map(|(name, ..)| (name, Value::Null)).collect();
    let has = |part: &str| names.keys().any(|name| name.starts_with(part));
    for field in ["external_reply", "quote", "forward_origin", "effect_id", "gift", "video_chat_started"] {
        assert!(has(&format!("{field} with all")), "{field}");
    }
    assert!(messages().iter().filter(|(.., expected)| *expected == Expected::Silence).count() >= 110);
}
