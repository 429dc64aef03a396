//! Messages of a conversation: each of their fields is kept.
use super::search::{message, written};
use crate::store_contract::fixture::*;
use crate::store_contract::outbox::{claim, settle};
use antri::domain::ids::ChatId;
use antri::domain::ticket::conversation::{ConversationMessage, MessageContent, Reactions, Relay, RelayedTo};
use antri::engine::ports::{Outcome, Store};
use std::sync::Arc;

pub(crate) async fn a_message_keeps_what_people_chose(store: Arc<dyn Store>) {
    let one = open(&*store, ticket(1)).await;
    let content = MessageContent {
        is_template: true,
        has_foreign_file: true,
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
