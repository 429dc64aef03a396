//! Operations on canned replies: admins write them, agents look them up by department and word.
use super::Engine;
use super::error::EngineError;
use super::ports::{StoreError, UniqueKey};
use crate::domain::department::canned_reply::{CannedReply, MAX_REPLIES, MAX_REPLY_CHARS, MAX_WORD_CHARS};
use crate::domain::formatted::FormattedText;
use crate::domain::ids::{DepartmentId, ReplyId};
use crate::domain::person::Person;
use crate::domain::text::clean;

impl Engine {
    /// Returns the reply that agents of a department send by this word, in any case. A reply of the department
    /// comes before one for all departments.
    pub async fn canned_reply(
        &self,
        department: DepartmentId,
        word: &str,
    ) -> Result<Option<CannedReply>, StoreError> {
        let word = word.trim().to_lowercase();
        let all = self.store.canned_replies().await?;
        let matching = all.into_iter().filter(|reply| {
            reply.word.to_lowercase() == word && reply.department.is_none_or(|id| id == department)
        });
        Ok(matching.max_by_key(|reply| reply.department.is_some()))
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

fn checked_word(word: &str) -> Result<String, EngineError> {
    let word = clean(word);
    let is_valid =
        (1..=MAX_WORD_CHARS).contains(&word.chars().count()) && !word.contains(char::is_whitespace);
    if is_valid { Ok(word) } else { Err(EngineError::BadReply) }
}

fn checked_text(text: &FormattedText) -> Result<FormattedText, EngineError> {
    let text = text.cleaned();
    let is_valid = (1..=MAX_REPLY_CHARS).contains(&text.text.chars().count());
    if is_valid { Ok(text) } else { Err(EngineError::BadReply) }
}
