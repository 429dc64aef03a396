//! Reads of departments and settings, fresh or by the TTL cache; of incidents and invitations; and the bot's id.
use super::coalesce::{Coalescer, Loaded};
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::department::{Department, DepartmentList};
use crate::domain::ids::TelegramId;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::StoreError;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, date, value};
use crate::store::mongo::schema::{BOT_ID, DEPARTMENTS, INCIDENTS_ID, INVITES, SETTINGS, SETTINGS_ID};
use crate::store::ttl_cache::{ReferenceData, TtlCache};
use mongodb::bson::doc;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a change by another replica may stay unseen by a cached read.
const REFERENCE_DATA_TTL: Duration = Duration::from_millis(250);

/// The reader of departments and settings.
pub(crate) struct ReferenceReader {
    departments: Coalescer<(), Vec<Department>>,
    settings: Coalescer<(), Settings>,
    cache: Arc<TtlCache<ReferenceData>>,
}

impl ReferenceReader {
    pub(crate) fn new(db: &Db) -> Self {
        let cache = Arc::new(TtlCache::new(REFERENCE_DATA_TTL));
        Self { departments: Coalescer::new(db, departments), settings: Coalescer::new(db, settings), cache }
    }

    /// Returns the cache, which a writer of departments or settings must invalidate.
    pub(crate) fn cache(&self) -> Arc<TtlCache<ReferenceData>> {
        Arc::clone(&self.cache)
    }

    /// Returns all departments by name, read after this call.
    pub(crate) async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        Ok(self.departments.get(()).await?.unwrap_or_default())
    }

    /// Returns the settings, read after this call.
    pub(crate) async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(self.settings.get(()).await?.unwrap_or_default())
    }

    /// Returns both; a change by another replica may be missing for [`REFERENCE_DATA_TTL`]. Not for a
    /// decision whether to write.
    pub(crate) async fn cached(&self) -> Result<Arc<ReferenceData>, StoreError> {
        if let Some(data) = self.cache.get() {
            return Ok(data);
        }
        let generation = self.cache.generation();
        let (departments, settings) = tokio::try_join!(self.departments(), self.settings())?;
        let departments = Arc::new(DepartmentList::from(departments));
        let data = Arc::new(ReferenceData { departments, settings });
        self.cache.insert(generation, Arc::clone(&data));
        Ok(data)
    }
}

async fn departments(db: Db, _: Vec<()>) -> Loaded<(), Vec<Department>> {
    let docs = db.find(DEPARTMENTS, doc! {}, doc! { "name_key": 1 }).await?;
    Ok(HashMap::from([((), docs.into_iter().map(value).collect::<Result<_, _>>()?)]))
}

async fn settings(db: Db, _: Vec<()>) -> Loaded<(), Settings> {
    let found = db.collection(SETTINGS).find_one(doc! { "_id": SETTINGS_ID }).await?;
    found.map(|doc| Ok(((), value(doc)?))).into_iter().collect()
}

/// Returns the open incidents.
pub(crate) async fn incidents(db: &Db) -> Result<Incidents, StoreError> {
    let found = db.collection(SETTINGS).find_one(doc! { "_id": INCIDENTS_ID }).await?;
    found.map_or_else(|| Ok(Incidents::default()), value)
}

/// Returns the invitation with this code.
pub(crate) async fn invite(db: &Db, code: &str) -> Result<Option<Invite>, StoreError> {
    db.collection(INVITES).find_one(doc! { "_id": code }).await?.map(value).transpose()
}

/// Returns the unused invitations that are valid at `now`, those that expire first at the front.
pub(crate) async fn valid_invites(db: &Db, now: Time) -> Result<Vec<Invite>, StoreError> {
    let open = doc! { "open": true, "valid_until": { "$gte": date(now) } };
    let found = db.all(db.collection(INVITES).find(open).sort(doc! { "valid_until": 1 })).await?;
    found.into_iter().map(value).collect()
}

/// Deletes the invitations that ended before this time.
pub(crate) async fn prune_invites(db: &Db, before: Time) -> Result<(), StoreError> {
    db.collection(INVITES).delete_many(doc! { "valid_until": { "$lt": date(before) } }).await?;
    Ok(())
}

/// Stores the id of the bot if there is none, and returns the stored one.
pub(crate) async fn record_bot(db: &Db, bot: TelegramId) -> Result<TelegramId, StoreError> {
    let (settings, id) = (db.collection(SETTINGS), doc! { "_id": BOT_ID });
    // Another replica may do the same.
    let record = doc! { "$setOnInsert": { "telegram_id": bot.0 } };
    settings.update_one(id.clone(), record).upsert(true).await?;
    let stored = settings.find_one(id).await?.unwrap_or_default();
    Ok(TelegramId(Fields(&stored).int("telegram_id")?))
}
