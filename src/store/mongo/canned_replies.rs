//! The `ReplyStore` port: canned replies, which are read and written without a transaction.
use super::Mongo;
use super::codec::{fields, value};
use super::schema::CANNED_REPLIES;
use super::tx::error::{DUPLICATE_KEY, code_of};
use crate::domain::department::canned_reply::CannedReply;
use crate::domain::ids::ReplyId;
use crate::engine::ports::{ReplyStore, StoreError};
use async_trait::async_trait;
use mongodb::bson::doc;

#[async_trait]
impl ReplyStore for Mongo {
    async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError> {
        let order = doc! { "word_key": 1, "department_id": 1 };
        let docs = self.db.find(CANNED_REPLIES, doc! {}, order).await?;
        docs.into_iter().map(value).collect()
    }

    async fn put_canned_reply(&self, reply: CannedReply) -> Result<bool, StoreError> {
        let id = reply.id.to_string();
        let mut doc = doc! {
            "_id": &id,
            "word_key": reply.word.to_lowercase(),
            "department_id": reply.department.map(|id| id.to_string()),
        };
        doc.extend(fields(&reply)?);
        let replies = self.db.collection(CANNED_REPLIES);
        match replies.replace_one(doc! { "_id": id }, doc).upsert(true).await {
            Ok(_) => Ok(true),
            Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn drop_canned_reply(&self, id: ReplyId) -> Result<(), StoreError> {
        self.db.collection(CANNED_REPLIES).delete_one(doc! { "_id": id.to_string() }).await?;
        Ok(())
    }
}
