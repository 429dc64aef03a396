//! Calls for the topics of tickets.
use super::error_policy::ErrorAction;
use crate::domain::ids::ChatId;
use crate::domain::ticket::topic::{Topic, TopicChange};
use crate::engine::ports::{DropReason, Outcome};
use serde_json::{Value, json};

/// A call for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicAction {
    /// Creates the topic, whose thread is not known yet. The delivery then goes on in it.
    Create(Topic),
    /// Renames the topic, unless it has the name already.
    Rename {
        /// The topic as it is then.
        topic: Topic,
        /// Whether the name differs.
        is_renamed: bool,
    },
    /// Deletes the topic.
    Delete(i32),
}

impl TopicAction {
    pub(super) fn call(&self, chat: ChatId) -> Option<(&'static str, Value)> {
        match self {
            Self::Create(topic) => Some(("createForumTopic", json!({"chat_id": chat.0, "name": topic.name}))),
            Self::Rename { is_renamed: false, .. } => None,
            Self::Rename { topic, .. } => Some((
                "editForumTopic",
                json!({"chat_id": chat.0, "message_thread_id": topic.thread, "name": topic.name}),
            )),
            Self::Delete(thread) => {
                Some(("deleteForumTopic", json!({"chat_id": chat.0, "message_thread_id": thread})))
            }
        }
    }

    pub(super) fn is_idempotent(&self) -> bool {
        !matches!(self, Self::Create(_))
    }

    /// Returns the outcome of the call. After the creation the delivery is claimed again, and composed for the
    /// new topic.
    pub(super) fn outcome(&self, chat: ChatId, answer: &Value, now: crate::domain::Time) -> Outcome {
        match self {
            Self::Create(topic) => {
                let thread = answer.get("message_thread_id").and_then(Value::as_i64);
                let thread = thread.and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
                let topic = Topic { chat, thread, ..topic.clone() };
                let again = Outcome::Retry { until: now, unknown: false };
                Outcome::Topic(TopicChange::Put(topic), Box::new(again))
            }
            Self::Rename { topic, .. } => {
                Outcome::Topic(TopicChange::Put(topic.clone()), Box::new(Outcome::Sent(None)))
            }
            Self::Delete(thread) => forgotten(chat, *thread, Outcome::Sent(None)),
        }
    }

    /// Returns the outcome if Telegram refused to rename or delete the topic: a topic that is gone is forgotten,
    /// and a rename is not tried again.
    pub(super) fn outcome_if_refused(&self, chat: ChatId, step: &ErrorAction) -> Option<Outcome> {
        let is_gone = matches!(step, ErrorAction::SendWithoutThread);
        if !is_gone && !matches!(step, ErrorAction::GiveUp(DropReason::Refused)) {
            return None;
        }
        match self {
            Self::Create(_) => None,
            Self::Rename { topic, .. } if is_gone => Some(forgotten(chat, topic.thread, Outcome::Sent(None))),
            Self::Rename { topic, .. } => {
                Some(Outcome::Topic(TopicChange::Put(topic.clone()), Box::new(Outcome::Sent(None))))
            }
            Self::Delete(thread) => Some(forgotten(chat, *thread, Outcome::Sent(None))),
        }
    }
}

/// Returns the outcome that also forgets a topic.
pub(super) fn forgotten(chat: ChatId, thread: i32, outcome: Outcome) -> Outcome {
    Outcome::Topic(TopicChange::Forget(chat, thread), Box::new(outcome))
}
