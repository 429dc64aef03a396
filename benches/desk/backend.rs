//! Storage backend of a fixture: a folder, or a database on a MongoDB server.
use crate::baseline::Baseline;
use crate::write_probe::BareWrite;
use antri::app::Storage;
use antri::store::{Mongo, Sqlite};
use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, WriteConcern};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// A new, empty store and its location.
pub(crate) struct Backend {
    pub(crate) storage: Storage,
    location: Location,
}

enum Location {
    Folder(TempDir),
    /// The store's database, over connections of its own, and the address of the server.
    Server(Database, SecretString),
}

/// Counters of a store's writes so far.
pub(crate) struct Writes {
    pub(crate) transactions: u64,
    /// Rows or documents.
    pub(crate) rows: u64,
    /// Round trips; none where the store is embedded.
    pub(crate) commands: u64,
}

impl Backend {
    /// Opens an embedded store in a new folder.
    pub(crate) fn folder() -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder to measure in");
        let store = Sqlite::open(dir.path()).expect("a new store");
        Self { storage: Storage::Embedded(Arc::new(store)), location: Location::Folder(dir) }
    }

    /// Opens a store on this server, in the database `name`.
    pub(crate) async fn server(uri: &SecretString, name: &str) -> Self {
        let store = Mongo::open(uri, name).await.expect("a new database");
        let database = client(uri).await.database(name);
        Self { storage: Storage::Mongo(Arc::new(store)), location: Location::Server(database, uri.clone()) }
    }

    pub(crate) fn writes(&self) -> Writes {
        match &self.storage {
            Storage::Embedded(store) => {
                let counters = store.write_stats();
                Writes { transactions: counters.transactions, rows: counters.rows, commands: 0 }
            }
            Storage::Mongo(store) => {
                let counters = store.writes();
                Writes {
                    transactions: counters.transactions,
                    rows: counters.documents,
                    commands: counters.commands,
                }
            }
        }
    }

    /// Returns the folder of an embedded store.
    pub(crate) fn dir(&self) -> &Path {
        match &self.location {
            Location::Folder(dir) => dir.path(),
            Location::Server(..) => panic!("a store on a server has no folder"),
        }
    }

    /// Returns the database of a store on a server, for baselines: as durable as the store, over other
    /// connections.
    pub(crate) fn database(&self) -> &Database {
        match &self.location {
            Location::Server(database, _) => database,
            Location::Folder(_) => panic!("an embedded store has no server"),
        }
    }

    /// Returns a function that writes one row into a file next to the store's, or one document into a
    /// collection next to it.
    pub(crate) async fn bare_write(&self) -> BareWrite {
        match &self.location {
            Location::Folder(dir) => {
                let baseline = Baseline::open(dir.path()).expect("a file next to the store's");
                Box::new(move || baseline.insert_one().is_ok())
            }
            Location::Server(database, _) => {
                database.create_collection("bare").await.expect("a collection next to the store's");
                let (bare, runtime) =
                    (database.collection::<Document>("bare"), tokio::runtime::Handle::current());
                let body = "x".repeat(crate::baseline::BODY_BYTES);
                Box::new(move || {
                    runtime.block_on(async { bare.insert_one(doc! { "body": &body }).await }).is_ok()
                })
            }
        }
    }

    /// Opens the store again after it was closed.
    pub(crate) async fn reopen(&mut self) {
        self.storage = match &self.location {
            Location::Folder(dir) => {
                Storage::Embedded(Arc::new(Sqlite::open(dir.path()).expect("the store that was filled")))
            }
            Location::Server(database, uri) => {
                let store = Mongo::open(uri, database.name()).await.expect("the database that was filled");
                Storage::Mongo(Arc::new(store))
            }
        };
    }

    /// Returns the environment variables with which the program uses this store.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        match &self.location {
            Location::Folder(dir) => vec![("DATA_DIR", dir.path().display().to_string())],
            Location::Server(database, uri) => vec![
                ("MONGODB_URI", uri.expose_secret().to_owned()),
                ("MONGODB_DB", database.name().to_owned()),
            ],
        }
    }

    /// Closes the store. A database is dropped, so that it does not load the server.
    pub(crate) async fn close(&self) {
        if let Storage::Mongo(store) = &self.storage {
            store.close().await;
        }
        if let Location::Server(database, _) = &self.location {
            database.drop().await.expect("the database is dropped");
        }
    }
}

/// Returns a client with the store's write concern: majority.
pub(crate) async fn client(uri: &SecretString) -> Client {
    let mut options = ClientOptions::parse(uri.expose_secret()).await.expect("an address");
    options.write_concern = Some(WriteConcern::majority());
    Client::with_options(options).expect("a client")
}
