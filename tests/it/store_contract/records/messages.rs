//! Messages of a conversation: each of their fields is kept.
use super::search::{answer, message, written};
use crate::store_contract::fixture::*;
use crate::store_contract::outbox::{claim, settle};
use antri::domain::ids::{ChatId, MessageId, Version};
use antri::domain::statistics::{ScopeKind, Timing};
use antri::domain::ticket::conversation::{ConversationMessage, MessageContent, Reactions, Relay, RelayedTo};
use antri::engine::ports::{CommitError, Outcome, Store, UniqueKey, Write};
use std::sync::Arc;

pub(crate) async fn a_message_keeps_what_people_chose(store: Arc<dyn Store>) {
    let one = open(&*store, ticket(1)).await;
    let content = MessageContent {
        is_template: true,
        has_foreign_file: true,
        replaces_caption: true,
        reply_elsewhere: Some("Info".into()),
        ..MessageContent::of_text("Halo {name}".into())
    };
    let first = ConversationMessage { content, ..message(1, &one, "") };
    commit_all(&*store, vec![written(&first, None)]).await;
    let read = store.message(first.id).await.unwrap().unwrap();
    assert_eq!(read, ConversationMessage { seq: read.seq, ..first });
    let reactions = Reactions { customer: Some("❤".into()), agent: Some("👌".into()) };
    let second =
        ConversationMessage { reactions: reactions.clone(), version: read.version.next(), ..read.clone() };
    commit_all(&*store, vec![written(&second, Some(read.version.0))]).await;
    assert_eq!(store.message(read.id).await.unwrap(), Some(second));
    // The settlement of its delivery does not touch them.
    store.enqueue(vec![text(7, "a")], at(1)).await.unwrap();
    let claimed = claim(&*store, 2).await.remove(0);
    let place = RelayedTo { message: read.id, chat: ChatId(7), message_id: Some(70) };
    settle(&*store, &claimed, Outcome::Relayed(vec![place])).await;
    let delivered = store.message(read.id).await.unwrap().unwrap();
    assert_eq!(delivered.relay, Relay::Delivered { chat: ChatId(7), message_id: Some(70) });
    assert_eq!(delivered.reactions, reactions);
}

pub(crate) async fn a_refused_message_is_no_first_answer(store: Arc<dyn Store>) {
    store.set_time_zone(chrono_tz::UTC);
    let (one, two) = (open(&*store, ticket(1)).await, open(&*store, ticket(2)).await);
    commit_all(&*store, vec![answer(1, &one, at(150))]).await;
    let again = |id, over| {
        let mut change = answer(1, &two, at(160));
        let Write::Message { message, expected, .. } = &mut change.write else {
            panic!("a message is written")
        };
        (message.id, *expected) = (MessageId(uuid(9, id)), over);
        change
    };
    // The same message of the agent with another id, and one that was settled meanwhile.
    let refused = commit_one(&*store, again(2, None)).await;
    assert_eq!(refused, Err(CommitError::Duplicate(UniqueKey::Message)));
    assert_eq!(commit_one(&*store, again(1, Some(Version(7)))).await, Err(CommitError::Conflict));
    let first_answer = async |ticket| store.ticket(ticket).await.unwrap().unwrap().first_answered_at;
    assert_eq!((first_answer(one.id).await, first_answer(two.id).await), (Some(at(150)), None));
    let day = at(150).date_naive();
    let figures = store.figures(ScopeKind::Department, day..=day).await.unwrap();
    let counted = figures.iter().map(|(_, figures)| figures.count(Timing::FirstAnswer)).sum::<i64>();
    assert_eq!(counted, 1);
}
