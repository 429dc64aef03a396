//! Fuzzed updates: valid ones with damaged fields, through the real inbox. Nothing may panic or stop.
//!
//! `ANTRI_FUZZ_SECONDS` sets how long it takes; the default suits CI.
use super::generated;
use crate::support::{ADMIN, Desk};
use antri::telegram::incoming;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DEFAULT_SECONDS: u64 = 30;
/// Updates between two checks that the desk still works.
const BATCH: usize = 200;
/// The people of the fuzzed updates.
const PEOPLE: i64 = 20;

/// A change of an update: where it is, by the index of a field at each level, and the value there; the field is
/// removed if there is none.
type Damage = (Vec<usize>, Option<Value>);

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-9.0e18..9.0e18_f64).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("/new@antri_test_bot \u{202e}\u{0}")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,9}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let path = proptest::collection::vec(any::<usize>(), 3..8);
    proptest::collection::vec((path, proptest::option::weighted(0.8, any_value())), 0..4)
}

fn apply(at: &mut Value, path: &[usize], new: Option<Value>) {
    match (at, path) {
        (Value::Object(fields), [step, rest @ ..]) if !fields.is_empty() => {
            let name = fields.keys().nth(step % fields.len()).unwrap().clone();
            if rest.is_empty() && new.is_none() {
                fields.remove(&name);
            } else {
                apply(fields.get_mut(&name).unwrap(), rest, new);
            }
        }
        (Value::Array(elements), [step, rest @ ..]) if !elements.is_empty() => {
            let index = step % elements.len();
            apply(&mut elements[index], rest, new);
        }
        (at, _) => *at = new.unwrap_or_default(),
    }
}

/// Returns updates to begin with: messages, edits and presses.
fn templates() -> Vec<Value> {
    let contents = generated::messages().into_iter().enumerate().map(|(n, (_, fields, _))| {
        let customer = 1 + i64::try_from(n).unwrap() % PEOPLE;
        let mut update = generated::update(customer, &fields);
        let message = update["message"].take();
        json!({if n % 5 == 0 { "edited_message" } else { "message" }: message})
    });
    let press = json!({"callback_query": {
        "id": "1", "from": {"id": 1, "is_bot": false, "first_name": "Ani"}, "data": "x", "chat_instance": "1",
        "message": {"message_id": 3, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "halo",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}},
    }});
    let member = json!({"my_chat_member": {
        "chat": {"id": 2, "type": "private"}, "from": {"id": 2, "is_bot": false, "first_name": "Ani"}, "date": 1,
        "new_chat_member": {"status": "kicked"}, "old_chat_member": {"status": "member"},
    }});
    contents.chain([press, member]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_updates_neither_panic_nor_stop_the_desk() {
    let seconds = std::env::var("ANTRI_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(DEFAULT_SECONDS));
    let desk = Desk::new().await;
    for id in 1..=PEOPLE {
        desk.person(id, &format!("Ani{id}"), "id").await;
    }
    let (templates, mut runner) = (templates(), TestRunner::new(Config::default()));
    let strategy = (0..templates.len(), damages());
    let (mut sent, mut unreadable, mut batches) = (0, 0, 0);
    while Instant::now() < end {
        for _ in 0..BATCH {
            let (template, damages) = strategy.new_tree(&mut runner).unwrap().current();
            let mut update = templates[template].clone();
            for (path, new) in damages {
                apply(&mut update, &path, new);
            }
            let kinds = ["message", "edited_message", "callback_query", "my_chat_member"];
            let is_asked = update.is_object() && kinds.iter().any(|kind| update.get(kind).is_some());
            if is_asked {
                sent += 1;
                // Only a message without an id or a chat may become a dead letter.
                let read = incoming::read(&update);
                unreadable += u64::from(read.is_none());
                let is_dispatched = read.is_none_or(|read| incoming::minimal_update(1, &read).is_some());
                assert!(is_dispatched, "{update}");
                desk.sandbox.deliver_raw(update);
            }
        }
        batches += 1;
        // Not `Desk::say`: the sandbox continues with the message ids of the damaged messages. Its own ids grow,
        // so these never meet them.
        let mut help = generated::update(ADMIN, &json!({"text": "/help"}));
        help["message"]["message_id"] = json!(2_000_000_000 - batches);
        desk.sandbox.deliver_raw(help);
        desk.settle().await;
        assert_eq!(desk.count(ADMIN, "Yang bisa Anda lakukan"), batches, "after {sent} updates");
    }
    assert!(sent > BATCH, "only {sent} updates");
    assert_eq!(desk.counters().await.dead_letters, unreadable, "of {sent} updates");
}
