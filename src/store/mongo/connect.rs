//! The way to the server, and whether it is one that the desk can rest on.
use super::codec::Fields;
use crate::engine::ports::StoreError;
use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, ReadConcern, WriteConcern};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long a server is looked for before whoever asked is told that there is none.
const SELECTION: Duration = Duration::from_secs(5);

/// A server on which the desk can rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// A replica set with this name.
    ReplicaSet(String),
    /// A router of a sharded cluster.
    Cluster,
}

/// A client that writes to a majority and reads what a majority has.
pub(super) async fn client(uri: &SecretString) -> Result<Client, StoreError> {
    // What the driver says of an address that it can't read may quote it, password and all.
    let unreadable =
        |_| StoreError::Unavailable("the address of the MongoDB server can't be read".to_owned());
    let mut options = ClientOptions::parse(uri.expose_secret()).await.map_err(unreadable)?;
    options.app_name = Some("antri".to_owned());
    options.retry_reads = Some(true);
    options.retry_writes = Some(true);
    options.write_concern = Some(WriteConcern::majority());
    options.read_concern = Some(ReadConcern::majority());
    options.server_selection_timeout = options.server_selection_timeout.or(Some(SELECTION));
    options.connect_timeout = options.connect_timeout.or(Some(SELECTION));
    Ok(Client::with_options(options)?)
}

/// Asks the server at this address what it is. One without transactions is refused, as is one that can't be reached.
pub async fn look(uri: &SecretString) -> Result<Server, StoreError> {
    what(&client(uri).await?).await
}

/// The same of a server to which there is a client.
pub(super) async fn what(client: &Client) -> Result<Server, StoreError> {
    let hello: Document = client.database("admin").run_command(doc! { "hello": 1 }).await?;
    let f = Fields(&hello);
    if f.opt_int("maxWireVersion")?.is_some_and(|version| version < OLDEST) {
        return Err(StoreError::Unavailable(TOO_OLD.to_owned()));
    }
    match (f.text("setName"), f.text("msg")) {
        (Ok(name), _) => Ok(Server::ReplicaSet(name.to_owned())),
        (_, Ok("isdbgrid")) => Ok(Server::Cluster),
        _ => Err(StoreError::Unavailable(STANDALONE.to_owned())),
    }
}

/// What a server of version 5.0 speaks: older ones know no constants in an update.
const OLDEST: i64 = 13;

const TOO_OLD: &str = "the MongoDB server is too old: it must be version 5.0 or newer";

/// What to do about a server by itself.
const STANDALONE: &str = "the MongoDB server is not part of a replica set, so it can't write a ticket and its messages in \
    one step: make it a replica set of one member (start mongod with --replSet rs0, then run rs.initiate() once in mongosh)";
