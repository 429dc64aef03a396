//! Operations on canned replies: admins write them, agents look them up by department and word.
use super::Engine;
use super::error::EngineError;
use super::ports::{StoreError, UniqueKey};
use crate::domain::department::canned_reply::{
    CannedReply, MAX_REPLIES, MAX_REPLY_CHARS, MAX_WORD_CHARS, unknown_placeholder,
};
use crate::domain::ids::{DepartmentId, ReplyId};
use crate::domain::person::Person;
use crate::domain::text::clean;
use crate::domain::text::formatted::FormattedText;
use std::collections::BTreeSet;

/// The greatest edit distance of a word that resembles another.
const MAX_WORD_DISTANCE: usize = 3;
/// The most replies that are offered instead of an unknown word.
const MAX_NEAREST: usize = 3;

impl Engine {
    /// Returns the replies that agents send to tickets of these departments, by word. A reply of the only
    /// department hides one for all departments that has the same word.
    pub async fn canned_replies_of(
        &self,
        departments: &BTreeSet<DepartmentId>,
    ) -> Result<Vec<CannedReply>, StoreError> {
        let mut replies = self.store.canned_replies().await?;
        replies.retain(|reply| reply.department.is_none_or(|id| departments.contains(&id)));
        if departments.len() == 1 {
            let own = replies.iter().filter(|reply| reply.department.is_some());
            let own: BTreeSet<String> = own.map(|reply| reply.word.to_lowercase()).collect();
            replies.retain(|reply| reply.department.is_some() || !own.contains(&reply.word.to_lowercase()));
        }
        replies.sort_by_key(|reply| (reply.word.to_lowercase(), reply.department));
        Ok(replies)
    }

    /// Returns the reply with this id.
    pub async fn canned_reply_by_id(&self, id: ReplyId) -> Result<CannedReply, EngineError> {
        let all = self.store.canned_replies().await?;
        all.into_iter().find(|reply| reply.id == id).ok_or(EngineError::NotFound)
    }

    /// Writes a canned reply on behalf of an admin. If another reply of the department has the word, that one
    /// gets the text, and `id` is not used. Errors if the word or the text is invalid.
    pub async fn set_canned_reply(
        &self,
        admin: &Person,
        reply: CannedReply,
    ) -> Result<CannedReply, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let all = self.store.canned_replies().await?;
        let word = checked_word(&reply.word)?;
        let same = all.iter().find(|other| {
            other.department == reply.department && other.word.to_lowercase() == word.to_lowercase()
        });
        let id = same.map_or(reply.id, |same| same.id);
        if same.is_none() && all.iter().all(|other| other.id != id) && all.len() >= MAX_REPLIES {
            return Err(EngineError::TooManyReplies(MAX_REPLIES));
        }
        self.put_reply(CannedReply { id, word, text: checked_text(&reply.text)?, ..reply }).await
    }

    /// Changes the text of a canned reply on behalf of an admin.
    pub async fn set_canned_reply_text(
        &self,
        admin: &Person,
        id: ReplyId,
        text: &FormattedText,
    ) -> Result<CannedReply, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let text = checked_text(text)?;
        let reply = self.canned_reply_by_id(id).await?;
        self.put_reply(CannedReply { text, ..reply }).await
    }

    /// Changes the department of a canned reply on behalf of an admin; `None` stands for all departments.
    pub async fn set_canned_reply_department(
        &self,
        admin: &Person,
        id: ReplyId,
        department: Option<DepartmentId>,
    ) -> Result<CannedReply, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let reply = self.canned_reply_by_id(id).await?;
        self.put_reply(CannedReply { department, ..reply }).await
    }

    /// Deletes a canned reply on behalf of an admin. Does nothing if there is none with this id.
    pub async fn drop_canned_reply(&self, admin: &Person, id: ReplyId) -> Result<(), EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        tracing::info!(by = %admin.id, reply = %id, "canned reply deleted");
        Ok(self.store.drop_canned_reply(id).await?)
    }

    async fn put_reply(&self, reply: CannedReply) -> Result<CannedReply, EngineError> {
        if self.store.put_canned_reply(reply.clone()).await? {
            Ok(reply)
        } else {
            Err(EngineError::Taken(UniqueKey::Reply))
        }
    }
}

/// Returns those of the replies that an agent names by this word, in any case: those that have the word, or else
/// those whose word begins with it.
#[must_use]
pub fn matching<'a>(replies: &'a [CannedReply], word: &str) -> Vec<&'a CannedReply> {
    let word = word.trim().to_lowercase();
    let find = |matches: fn(&str, &str) -> bool| {
        replies.iter().filter(|reply| matches(&reply.word.to_lowercase(), &word)).collect::<Vec<_>>()
    };
    let exact = find(|own, word| own == word);
    if exact.is_empty() { find(|own, word| own.starts_with(word)) } else { exact }
}

/// Returns the replies whose words resemble this one, the most similar first.
#[must_use]
pub fn nearest<'a>(replies: &'a [CannedReply], word: &str) -> Vec<&'a CannedReply> {
    let word = word.trim().to_lowercase();
    let distance = |reply: &CannedReply| strsim::osa_distance(&reply.word.to_lowercase(), &word);
    let is_near = |reply: &CannedReply, distance: usize| {
        distance <= MAX_WORD_DISTANCE.min(reply.word.chars().count() / 2)
            || reply.word.to_lowercase().contains(&word)
    };
    let mut near: Vec<_> = replies.iter().map(|reply| (distance(reply), reply)).collect();
    near.retain(|(distance, reply)| is_near(reply, *distance));
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, reply)| reply).take(MAX_NEAREST).collect()
}

fn checked_word(word: &str) -> Result<String, EngineError> {
    let word = clean(word);
    let is_valid =
        (1..=MAX_WORD_CHARS).contains(&word.chars().count()) && !word.contains(char::is_whitespace);
    if is_valid { Ok(word) } else { Err(EngineError::BadReply) }
}

fn checked_text(text: &FormattedText) -> Result<FormattedText, EngineError> {
    let text = text.cleaned();
    if let Some(unknown) = unknown_placeholder(&text.text) {
        return Err(EngineError::UnknownPlaceholder(unknown.to_owned()));
    }
    let is_valid = (1..=MAX_REPLY_CHARS).contains(&text.text.chars().count());
    if is_valid { Ok(text) } else { Err(EngineError::BadReply) }
}
