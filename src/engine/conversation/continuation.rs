//! Continuation of a completed ticket: it is reopened, and the messages of a draft go to its conversation.
use super::{NewMessage, notices_of, relay_of};
use crate::domain::Time;
use crate::domain::content::{Attachment, MessageSource};
use crate::domain::draft::{Draft, DraftPart};
use crate::domain::ids::{ChatId, DraftId, TicketId};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent, Relay};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, StoreError, Write};

impl Engine {
    /// Reopens a ticket on behalf of its customer, moves the messages of a draft to its conversation, and deletes
    /// the draft. `completion` names the completion. A ticket that is open again gets the messages all the same. If
    /// it can't be reopened, the draft stays. These are three commits: a repeated call does what is left. The limit of
    /// open tickets does not count, as for each reopening.
    pub async fn continue_ticket(
        &self,
        customer: &Person,
        draft: &Draft,
        (ticket, completion): (TicketId, u16),
        thread: Option<i32>,
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if customer.is_banned() {
            return Err(EngineError::Forbidden);
        }
        if draft.description().is_empty() {
            return Err(EngineError::NoDraft);
        }
        // Before a crash the messages may have gone to a ticket, which stays theirs.
        let ticket = self.continued_ticket(draft.id).await?.map_or(ticket, |ticket| ticket.id);
        let current = self.at_version(ticket, None).await?;
        // It may be completed again by now.
        if current.status().is_end() && !self.is_moved(customer, draft).await? {
            self.reopen(customer.id, (ticket, completion), now).await?;
        }
        fail::fail_point!("continue-after-reopen");
        if !self.is_moved(customer, draft).await? {
            self.move_draft(customer, draft, ticket, thread, now).await?;
        }
        fail::fail_point!("continue-after-messages");
        self.store.drop_draft(draft).await?;
        self.at_version(ticket, None).await
    }

    /// Returns the ticket whose conversation has messages of this draft, which is gone unless a continuation was
    /// interrupted.
    pub async fn continued_ticket(&self, draft: DraftId) -> Result<Option<Ticket>, StoreError> {
        match self.store.message_by_key(&key_of(draft)).await?.and_then(|message| message.ticket) {
            Some(ticket) => self.store.ticket(ticket).await,
            None => Ok(None),
        }
    }

    /// Returns true if the message of this chat is in the conversation of a ticket.
    pub async fn is_in_conversation(&self, chat: ChatId, message_id: i32) -> Result<bool, StoreError> {
        let stored = self.store.message_at(MessageSource { chat, message_id }).await?;
        Ok(stored.is_some_and(|message| message.ticket.is_some()))
    }

    /// Returns true if each message of the draft is in a conversation.
    async fn is_moved(&self, customer: &Person, draft: &Draft) -> Result<bool, StoreError> {
        for new in messages_of(draft, customer.chat(), None) {
            if self.stored(&new).await?.is_none_or(|stored| stored.ticket.is_none()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Commits the messages of the draft, in order, behind those that wait in the conversation. One that was kept
    /// before it went into the draft is stored already, and gets its ticket.
    async fn move_draft(
        &self,
        customer: &Person,
        draft: &Draft,
        ticket: TicketId,
        thread: Option<i32>,
        now: Time,
    ) -> Result<(), EngineError> {
        let _in_order = self.conversation_locks.lock(ticket).await;
        let open = self.open_ticket_of(customer.id, ticket).await?;
        let (mut changes, to_holder) = self.due_relays(&open).await?;
        let waiting = changes.len();
        let mut moved = Vec::new();
        // An edit may have emptied the message that had the key.
        let has_key = self.store.message_by_key(&key_of(draft.id)).await?.is_some();
        for new in messages_of(draft, customer.chat(), thread) {
            let stored = self.stored(&new).await?;
            if stored.as_ref().is_some_and(|stored| stored.ticket.is_some()) {
                continue;
            }
            let key = new.key.filter(|_| !(has_key && new.source.is_some()));
            let new = NewMessage { key, ..new };
            let message = self.new_message(customer.id, Some(ticket), Direction::ToAgent, new, now);
            let expected = stored.as_ref().map(|stored| stored.version);
            let message = match stored {
                Some(ConversationMessage { id, seq, version, .. }) => {
                    ConversationMessage { id, seq, version: version.next(), ..message }
                }
                None => message,
            };
            let relay = relay_of(&message, to_holder.unwrap_or(Relay::Waiting));
            let message = ConversationMessage { relay, ..message };
            moved.push(message.id);
            let notices = notices_of(&message);
            let write = Write::Message { message: Box::new(message), expected, is_first_answer: false };
            changes.push(Change { write, event: None, notices });
        }
        let results = self.store.commit(changes).await;
        self.wake_outbox();
        // A relay that was settled meanwhile is left out, but no message of the draft may be.
        for result in results.into_iter().skip(waiting) {
            match result {
                Ok(_) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(_) => return Err(EngineError::Contention),
            }
        }
        for message in moved {
            self.publish(Event::Message { ticket, message, is_new: true });
        }
        Ok(())
    }

    /// Returns the stored message of the same source or key.
    async fn stored(&self, new: &NewMessage) -> Result<Option<ConversationMessage>, StoreError> {
        match (new.source, &new.key) {
            (Some(source), _) => self.store.message_at(source).await,
            (None, Some(key)) => self.store.message_by_key(key).await,
            (None, None) => Ok(None),
        }
    }
}

/// Returns the idempotency key of a draft's first message that has a source. It tells that a ticket has the draft's
/// messages.
fn key_of(draft: DraftId) -> String {
    format!("draft {draft}")
}

/// Returns the messages of a draft in their order. Those that are no message of the customer's chat by themselves
/// have a key instead of a source. The first one with a source has the key of the draft, too.
fn messages_of(draft: &Draft, chat: ChatId, thread: Option<i32>) -> Vec<NewMessage> {
    let mut messages: Vec<NewMessage> = Vec::new();
    for part in &draft.parts {
        let source = MessageSource { chat, message_id: part.message_id };
        for (n, (has_source, content)) in contents_of(part, source).into_iter().enumerate() {
            let is_first = messages.iter().all(|message| message.source.is_none());
            let key = match (has_source, is_first) {
                (true, true) => Some(key_of(draft.id)),
                (true, false) => None,
                (false, _) => Some(format!("{} {} {n}", key_of(draft.id), part.message_id)),
            };
            messages.push(NewMessage { source: has_source.then_some(source), key, thread, content });
        }
    }
    messages
}

/// Returns what a part of a draft says, and whether that is the message of its source. What is beside that message
/// replies to it. A content without a caption has its words before it, because nothing else shows them.
fn contents_of(part: &DraftPart, source: MessageSource) -> Vec<(bool, MessageContent)> {
    let is_own = |attachment: &&Attachment| attachment.source == Some(source);
    let own = part.attachments.iter().find(is_own);
    let mut foreign = part.attachments.iter().filter(|attachment| !is_own(attachment));
    let said = match &part.content {
        Some(content) => MessageContent { is_template: false, ..content.clone() },
        None => MessageContent::of_text(part.text.clone()),
    };
    let of_file = |attachment: &Attachment, content| MessageContent {
        kind: Some(attachment.kind.clone()),
        file_id: attachment.file_id.clone(),
        ..content
    };
    let of_foreign = |file, content| MessageContent { has_foreign_file: true, ..of_file(file, content) };
    let beside = |content| (false, MessageContent { reply_to: Some(part.message_id), ..content });
    let mut contents = Vec::new();
    match (own, foreign.next()) {
        (Some(file), other) => {
            let album = part.album.clone();
            if file.kind.has_caption() {
                contents.push((true, MessageContent { album, ..of_file(file, said) }));
            } else {
                let MessageContent { words, raw, .. } = said.clone();
                let content = MessageContent { words, album, raw, ..MessageContent::default() };
                let head = MessageContent { words: String::new(), raw: None, ..said };
                contents.extend(head.is_shown_as_text().then(|| beside(head)));
                contents.push((true, of_file(file, content)));
            }
            contents.extend(other.map(|file| beside(of_foreign(file, MessageContent::default()))));
        }
        (None, Some(file)) => contents.push((true, of_foreign(file, in_words(said)))),
        (None, None) => contents.push((true, in_words(said))),
    }
    contents.extend(foreign.map(|file| beside(of_foreign(file, MessageContent::default()))));
    contents
}

/// Returns a text that also has the words of a content that does not go along.
fn in_words(mut said: MessageContent) -> MessageContent {
    let words = std::mem::take(&mut said.words);
    said.text.push_line(&words.as_str().into());
    said
}
