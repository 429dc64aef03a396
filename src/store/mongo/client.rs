//! The MongoDB client: connection options, the check of the server, and the database as reads outside of
//! transactions use it.
use super::codec::{Fields, int};
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::action::Find;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{ClientOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Collection, Database};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long the driver looks for a server before a call fails.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// The oldest wire version that is supported: that of MongoDB 5.0.
const MIN_WIRE_VERSION: i64 = 13;

const TOO_OLD: &str = "the MongoDB server is too old: it must be version 5.0 or newer";

/// The refusal of a standalone server, with what to do about it.
const STANDALONE: &str = "the MongoDB server is not part of a replica set, so it can't write a ticket and its messages in \
    one step: make it a replica set of one member (start mongod with --replSet rs0, then run rs.initiate() once in mongosh)";

/// A server that has transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// A replica set with this name.
    ReplicaSet(String),
    /// A router of a sharded cluster.
    Cluster,
}

/// Returns a client that writes to a majority and reads what a majority has.
pub(super) async fn connect(uri: &SecretString) -> Result<Client, StoreError> {
    // The driver's error may quote the address with its password.
    let unreadable =
        |_| StoreError::Unavailable("the address of the MongoDB server can't be read".to_owned());
    let mut options = ClientOptions::parse(uri.expose_secret()).await.map_err(unreadable)?;
    options.app_name = Some("antri".to_owned());
    options.retry_reads = Some(true);
    options.retry_writes = Some(true);
    options.write_concern = Some(WriteConcern::majority());
    options.read_concern = Some(ReadConcern::majority());
    options.server_selection_timeout = options.server_selection_timeout.or(Some(SERVER_SELECTION_TIMEOUT));
    options.connect_timeout = options.connect_timeout.or(Some(SERVER_SELECTION_TIMEOUT));
    Ok(Client::with_options(options)?)
}

/// Returns the kind of the server at this address. A server without transactions is refused.
pub async fn check_server(uri: &SecretString) -> Result<Server, StoreError> {
    server(&connect(uri).await?).await
}

/// Returns the kind of the server of this client. A server without transactions is refused.
pub(super) async fn server(client: &Client) -> Result<Server, StoreError> {
    let hello: Document = client.database("admin").run_command(doc! { "hello": 1 }).await?;
    let f = Fields(&hello);
    if f.opt_int("maxWireVersion")?.is_some_and(|version| version < MIN_WIRE_VERSION) {
        return Err(StoreError::Unavailable(TOO_OLD.to_owned()));
    }
    match (f.text("setName"), f.text("msg")) {
        (Ok(name), _) => Ok(Server::ReplicaSet(name.to_owned())),
        (_, Ok("isdbgrid")) => Ok(Server::Cluster),
        _ => Err(StoreError::Unavailable(STANDALONE.to_owned())),
    }
}

/// The database, for reads and single-document writes outside of transactions.
#[derive(Clone)]
pub(super) struct Db(pub(super) Database);

impl Db {
    pub(super) fn collection(&self, name: &str) -> Collection<Document> {
        self.0.collection(name)
    }

    /// Returns every document of a query.
    pub(super) async fn all(&self, find: Find<'_, Document>) -> Result<Vec<Document>, StoreError> {
        Ok(find.await?.try_collect().await?)
    }

    /// Returns the documents that match, in this order.
    pub(super) async fn find(
        &self,
        collection: &str,
        filter: Document,
        sort: Document,
    ) -> Result<Vec<Document>, StoreError> {
        self.all(self.collection(collection).find(filter).sort(sort)).await
    }

    /// Returns the first `limit` documents that match, in this order.
    pub(super) async fn first(
        &self,
        collection: &str,
        (filter, sort): (Document, Document),
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new()); // to the server 0 would mean all
        }
        self.all(self.collection(collection).find(filter).sort(sort).limit(int(limit))).await
    }

    /// Returns the sum of an expression over all documents of a collection.
    pub(super) async fn sum(&self, collection: &str, of: impl Into<Bson>) -> Result<i64, StoreError> {
        let group = doc! { "$group": { "_id": Bson::Null, "sum": { "$sum": of.into() } } };
        let mut found = self.collection(collection).aggregate([group]).await?;
        found.try_next().await?.map_or(Ok(0), |group| Fields(&group).int("sum"))
    }

    /// Returns the document with this `_id`.
    pub(super) async fn get(
        &self,
        collection: &str,
        id: impl Into<Bson>,
    ) -> Result<Option<Document>, StoreError> {
        Ok(self.collection(collection).find_one(doc! { "_id": id.into() }).await?)
    }

    /// Inserts a document, or replaces the one with its `_id`.
    pub(super) async fn put(&self, collection: &str, doc: Document) -> Result<(), StoreError> {
        let same = doc! { "_id": doc.get("_id").cloned() };
        self.collection(collection).replace_one(same, doc).upsert(true).await?;
        Ok(())
    }

    /// Deletes the document that this filter names by its `_id`; returns true if there was one. The driver
    /// sends it again if the connection is lost.
    pub(super) async fn delete_one(&self, collection: &str, filter: Document) -> Result<bool, StoreError> {
        Ok(self.collection(collection).delete_one(filter).await?.deleted_count > 0)
    }

    /// Deletes all documents that match. The driver never sends it again.
    pub(super) async fn delete_many(&self, collection: &str, filter: Document) -> Result<(), StoreError> {
        self.collection(collection).delete_many(filter).await?;
        Ok(())
    }
}
