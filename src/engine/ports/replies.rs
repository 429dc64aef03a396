//! Reply store: canned replies, which admins write and agents send.
use super::StoreError;
use crate::domain::department::canned_reply::CannedReply;
use crate::domain::ids::ReplyId;
use async_trait::async_trait;

/// The canned replies. The last write of a reply wins.
#[async_trait]
pub trait ReplyStore: Send + Sync + 'static {
    /// Returns all replies by word, in any case; of those with one word the one for all departments first.
    async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError>;
    /// Writes a reply in place of the one with its id. Returns false, and writes nothing, if another reply of
    /// its department has its word, in any case.
    async fn put_canned_reply(&self, reply: CannedReply) -> Result<bool, StoreError>;
    /// Deletes a reply, if there is one with this id.
    async fn drop_canned_reply(&self, id: ReplyId) -> Result<(), StoreError>;
}
