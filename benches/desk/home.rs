//! Where a stage has its store: in a folder, or in a database of a MongoDB server.
use crate::floor::Floor;
use crate::pulse::Least;
use antri::app::Storage;
use antri::store::{Mongo, Sqlite};
use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, WriteConcern};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// A store that is empty at first.
pub(crate) struct Home {
    pub(crate) storage: Storage,
    place: Place,
}

enum Place {
    Folder(TempDir),
    /// The store's database, over connections that are not the store's.
    Server(Database),
}

/// What a store has written so far.
pub(crate) struct Writes {
    pub(crate) transactions: u64,
    /// Rows or documents.
    pub(crate) rows: u64,
    /// Round trips; none where the store is embedded.
    pub(crate) commands: u64,
}

impl Home {
    /// The embedded store, in a folder of its own.
    pub(crate) fn folder() -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder to measure in");
        let store = Sqlite::open(dir.path()).expect("a new store");
        Self { storage: Storage::Embedded(Arc::new(store)), place: Place::Folder(dir) }
    }

    /// The store on this server, in a database of its own.
    pub(crate) async fn server(uri: &SecretString, name: &str) -> Self {
        let store = Mongo::open(uri, name).await.expect("a new database");
        let database = client(uri).await.database(name);
        Self { storage: Storage::Mongo(Arc::new(store)), place: Place::Server(database) }
    }

    pub(crate) fn writes(&self) -> Writes {
        match &self.storage {
            Storage::Embedded(store) => {
                let done = store.write_stats();
                Writes { transactions: done.transactions, rows: done.rows, commands: 0 }
            }
            Storage::Mongo(store) => {
                let done = store.writes();
                Writes { transactions: done.transactions, rows: done.documents, commands: done.commands }
            }
        }
    }

    /// The folder of an embedded store.
    pub(crate) fn dir(&self) -> &Path {
        match &self.place {
            Place::Folder(dir) => dir.path(),
            Place::Server(_) => panic!("a server's folder is its own"),
        }
    }

    /// The database of a store on a server, for floors: as durable as the store, and not over its connections.
    pub(crate) fn bare(&self) -> &Database {
        match &self.place {
            Place::Server(database) => database,
            Place::Folder(_) => panic!("an embedded store has no server"),
        }
    }

    /// The least that can be asked of this place: a row in a file beside the store's, a document in a collection beside it.
    pub(crate) async fn least(&self) -> Least {
        match &self.place {
            Place::Folder(dir) => {
                let floor = Floor::open(dir.path()).expect("a file beside the desk's");
                Box::new(move || floor.one().is_ok())
            }
            Place::Server(database) => {
                database.create_collection("bare").await.expect("a collection beside the desk's");
                let (bare, runtime) =
                    (database.collection::<Document>("bare"), tokio::runtime::Handle::current());
                let body = "x".repeat(crate::floor::BODY);
                Box::new(move || {
                    runtime.block_on(async { bare.insert_one(doc! { "body": &body }).await }).is_ok()
                })
            }
        }
    }

    /// Ends the store; a database is dropped, so that the server does not carry it along.
    pub(crate) async fn leave(&self) {
        if let Storage::Mongo(store) = &self.storage {
            store.close().await;
        }
        if let Place::Server(database) = &self.place {
            database.drop().await.expect("the database is dropped");
        }
    }
}

/// A client that waits for as much as the desk's: a majority.
pub(crate) async fn client(uri: &SecretString) -> Client {
    let mut options = ClientOptions::parse(uri.expose_secret()).await.expect("an address");
    options.write_concern = Some(WriteConcern::majority());
    Client::with_options(options).expect("a client")
}
