//! The schema version of the database. There are no migrations before the first release: another version is
//! refused.
use super::{SETTINGS, TICKET_QUEUE, VERSION_ID};
use crate::engine::ports::StoreError;
use crate::store::mongo::codec::Fields;
use mongodb::Database;
use mongodb::bson::{Document, doc};

/// The version that this program reads and writes. It starts to grow with the first release.
const VERSION: i64 = 6;

/// Checks the version of the database, and writes it into an empty one.
pub(crate) async fn check(db: &Database) -> Result<(), StoreError> {
    let settings = db.collection::<Document>(SETTINGS);
    let found = match settings.find_one(doc! { "_id": VERSION_ID }).await? {
        Some(doc) => Fields(&doc).int("version")?,
        None => 0,
    };
    if found == VERSION {
        return Ok(());
    }
    let has_tickets = db.collection::<Document>(TICKET_QUEUE).find_one(doc! {}).await?.is_some();
    if found != 0 || has_tickets {
        return Err(StoreError::Unavailable(format!(
            "the database has schema version {found}, and this Antri needs version {VERSION}: use another database \
             (MONGODB_DB), or the Antri that wrote this one"
        )));
    }
    // Another replica may do the same.
    let version = doc! { "$setOnInsert": { "version": VERSION } };
    settings.update_one(doc! { "_id": VERSION_ID }, version).upsert(true).await?;
    Ok(())
}
