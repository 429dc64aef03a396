//! Tests of the reader: known and unknown contents, entities, replies, and damaged fields.
use super::message::{Content, MessageKind};
use super::{Incoming, IncomingMessage, minimal_update, read};
use crate::domain::content::ContentKind;
use crate::domain::text::formatted::EntityKind;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use teloxide::types::UpdateKind;

fn update(fields: &Value) -> Value {
    let mut message = json!({
        "message_id": 52,
        "date": 1_795_900_000,
        "chat": {"id": 77_001, "type": "private", "first_name": "Ani"},
        "from": {"id": 77_001, "is_bot": false, "first_name": "Ani", "language_code": "id"},
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"update_id": 7_002, "message": message})
}

#[expect(clippy::needless_pass_by_value, reason = "the callers make it in place")]
fn message(fields: Value) -> Arc<IncomingMessage> {
    let update = update(&fields);
    let incoming = read(&update).expect("it can be read");
    assert!(minimal_update(7_002, &incoming).is_some(), "{update}");
    let Incoming::Message(message) = incoming else { panic!("{update}") };
    message
}

fn kind(fields: Value) -> MessageKind {
    message(fields).kind.clone()
}

fn content(kind: ContentKind, file_id: &str) -> MessageKind {
    MessageKind::Content(Some(Content { kind, file_id: file_id.into() }))
}

#[test]
fn an_unknown_entity_does_not_hide_the_text() {
    let entities = json!([
        {"type": "date_time", "offset": 0, "length": 4, "unix_time": 1_789_300_800},
        {"type": "something_new", "offset": 5, "length": 5},
        {"type": "bold", "offset": -1, "length": 5},
        {"type": 7},
        "odd",
    ]);
    let message = message(json!({"text": "halo dunia", "entities": entities}));
    assert_eq!(message.plain_text(), Some("halo dunia"));
    let kinds: Vec<_> = message.text.entities.iter().map(|entity| entity.kind.clone()).collect();
    let date = EntityKind::DateTime(1_789_300_800, None);
    assert_eq!(kinds, [date, EntityKind::Other("something_new".into())]);
}

#[test]
fn contents_are_told_from_service_messages_and_from_unknown_ones() {
    let gif = json!({"file_id": "G1"});
    let with_document = json!({"animation": gif, "document": gif, "caption": "layar"});
    assert_eq!(kind(with_document), content(ContentKind::Animation, "G1"));
    let photo = json!({"photo": [{"file_id": "P1"}, {"file_id": "P2"}, {"width": 1}]});
    assert_eq!(kind(photo), content(ContentKind::Photo, "P2"));
    let venue = json!({"venue": {"title": "Toko"}, "location": {"latitude": 1.0}});
    assert_eq!(kind(venue), content(ContentKind::Venue, ""));
    assert_eq!(kind(json!({"text": "halo"})), MessageKind::Content(None));
    assert_eq!(kind(json!({"pinned_message": {}})), MessageKind::Service("pinned_message".into()));
    assert!(matches!(kind(json!({"community_chat_added": {}})), MessageKind::Service(_)));
    let unknown =
        json!({"hologram": {"file_id": "H1", "title": "Kantor"}, "is_odd": true, "caption": "lihat"});
    assert_eq!(kind(unknown.clone()), content(ContentKind::Other("hologram".into()), "H1"));
    assert_eq!(
        (message(unknown.clone()).words.as_str(), message(unknown).text.text.as_str()),
        ("Kantor", "lihat")
    );
    assert_eq!(kind(json!({})), content(ContentKind::Other(String::new()), ""));
}

#[test]
fn words_inside_a_content_are_read() {
    let words = |fields: Value| message(fields).words.clone();
    let poll = json!({"question": "Kapan?", "options": [{"text": "pagi"}, {"text": "sore"}]});
    assert_eq!(words(json!({"poll": poll})), "📊 Kapan?\n• pagi\n• sore");
    let tasks = json!([{"text": "printer"}, {"text": "kabel", "completion_date": 1}]);
    assert_eq!(
        words(json!({"checklist": {"title": "Rusak", "tasks": tasks}})),
        "☑️ Rusak\n• printer\n✓ kabel"
    );
    assert_eq!(words(json!({"location": {"latitude": -6.2, "longitude": 106.8}})), "📍 -6.2, 106.8");
    let contact = json!({"phone_number": "+6281100000", "first_name": "Budi"});
    assert_eq!(words(json!({"contact": contact})), "👤 Budi +6281100000");
    let text = json!(["Internet ", {"type": "bold", "text": "mati"}, {"type": "url", "text": "di sini", "url": "https://a.example"}]);
    let cells = json!([[{"text": "a"}, {"text": "b"}], [{"text": "c"}]]);
    let blocks = json!([
        {"type": "paragraph", "text": text},
        {"type": "list", "items": [{"label": "1.", "blocks": [{"type": "paragraph", "text": "satu"}]}]},
        {"type": "table", "cells": cells},
    ]);
    let rich = words(json!({"rich_message": {"blocks": blocks}}));
    for part in ["Internet matidi sini (https://a.example)\n", "satu", "a | b\n", "c"] {
        assert!(rich.contains(part), "{part:?} is missing in {rich:?}");
    }
}

#[test]
fn origins_are_read() {
    let origin =
        |origin: Value| message(json!({"text": "x", "forward_origin": origin})).forward_origin.clone();
    let user = json!({"type": "user", "sender_user": {"id": 98, "first_name": "Bos", "last_name": "Besar"}});
    assert_eq!(origin(user).unwrap().name, "Bos Besar");
    assert_eq!(
        origin(json!({"type": "hidden_user", "sender_user_name": "Rahasia"})).unwrap().name,
        "Rahasia"
    );
    assert_eq!(origin(json!({"type": "channel", "chat": {"id": -1, "title": "Info"}})).unwrap().name, "Info");
    assert_eq!(origin(json!({"type": "chat", "sender_chat": {"title": "Grup"}})).unwrap().name, "Grup");
    assert_eq!(origin(json!({"type": "star"})).unwrap().name, "");
}

#[test]
fn a_topic_is_read_where_messages_can_be_sent_to_it() {
    let thread = |fields: Value| message(fields).thread;
    assert_eq!(thread(json!({"text": "x", "message_thread_id": 77, "is_topic_message": true})), Some(77));
    let group = json!({"id": -100, "type": "supergroup"});
    assert_eq!(thread(json!({"text": "x", "chat": group, "message_thread_id": 77})), None);
}

#[test]
fn presses_and_memberships_are_read() {
    let press = json!({"update_id": 1, "callback_query": {
        "id": "9", "from": {"id": 5, "first_name": "A"}, "data": "x", "inline_message_id": "abc",
    }});
    let Some(Incoming::Press(read_press)) = read(&press) else { panic!("{press}") };
    assert_eq!((read_press.message.as_ref(), read_press.inline_message_id.as_deref()), (None, Some("abc")));
    let minimal = minimal_update(1, &Incoming::Press(read_press)).unwrap();
    assert_eq!(
        minimal.chat().map(|chat| chat.id.0),
        Some(5),
        "it keeps its order with the person's messages"
    );
    let member = json!({"update_id": 1, "my_chat_member": {
        "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "new_chat_member": {"status": "kicked"},
    }});
    let incoming = read(&member).unwrap();
    assert!(matches!(incoming, Incoming::Membership { is_member: false, .. }));
    let minimal = minimal_update(1, &incoming).unwrap();
    assert!(matches!(minimal.kind, UpdateKind::MyChatMember(_)));
    assert_eq!(read(&json!({"update_id": 1, "deleted_business_messages": {}})), None);
}

/// Returns any JSON of up to four levels, with names that the reader looks for.
fn any_json() -> impl Strategy<Value = Value> {
    let names = "(text|caption|entities|type|offset|length|photo|file_id|poll|options|question|chat|id|from|quote|external_reply|origin|reply_to_message|message_id|rich_message|blocks|callback_query|message|hologram|url|date|update_id|first_name)";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(names, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_a_panic(fields in any_json(), kind in "(message|edited_message|callback_query|my_chat_member)") {
        if let Some(incoming) = read(&json!({"update_id": 1, kind: fields.clone()})) {
            prop_assert!(minimal_update(1, &incoming).is_some());
        }
        if fields.is_object() {
            let update = update(&json!({"text": "halo"}));
            let mut message = update["message"].clone();
            let own = message.as_object().unwrap().clone();
            message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            // What identifies the message is as Telegram sends it; everything else may be anything.
            message.as_object_mut().unwrap().extend(own);
            let incoming = read(&json!({"update_id": 1, "message": message}));
            let Some(Incoming::Message(message)) = incoming else { panic!("it can be read") };
            prop_assert_eq!(message.text.text.as_str(), "halo");
        }
    }
}
