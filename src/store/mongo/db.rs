//! The desk's database, read outside of transactions.
use super::contents::Contents;
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::action::Find;
use mongodb::bson::Document;
use mongodb::options::Hint;
use mongodb::{Collection, Database};

/// The database, and what of it never changes.
#[derive(Clone)]
pub(super) struct Db {
    pub(super) database: Database,
    pub(super) contents: Contents,
}

impl Db {
    pub(super) fn new(database: Database) -> Self {
        Self { database, contents: Contents::new() }
    }

    pub(super) fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }

    /// Everything that a question finds.
    pub(super) async fn all(&self, find: Find<'_, Document>) -> Result<Vec<Document>, StoreError> {
        Ok(find.await?.try_collect().await?)
    }

    /// The documents that match, in this order, found by this index.
    pub(super) async fn find(
        &self,
        collection: &str,
        filter: Document,
        sort: Document,
        index: Option<&str>,
    ) -> Result<Vec<Document>, StoreError> {
        let collection = self.collection(collection);
        let find = collection.find(filter).sort(sort);
        match index {
            Some(index) => self.all(find.hint(Hint::Name(index.to_owned()))).await,
            None => self.all(find).await,
        }
    }
}
