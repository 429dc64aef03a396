//! The directory: people, departments, settings, incidents, invitations and drafts.
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::department::{Department, DepartmentList};
use crate::domain::draft::Draft;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::person::Person;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::{DirectoryStore, StoreError};
use crate::store::mongo::read::{cards, people, reference_data};
use crate::store::mongo::{Mongo, codec};
use async_trait::async_trait;
use mongodb::bson::doc;
use std::collections::BTreeSet;
use std::sync::Arc;

#[async_trait]
impl DirectoryStore for Mongo {
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.people.get(id).await?.transpose()
    }

    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError> {
        people::one(&self.db, doc! { "telegram_id": id.0 }).await
    }

    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError> {
        people::by_username(&self.db, name).await
    }

    async fn was_username_of_other(&self, name: &str, person: PersonId) -> Result<bool, StoreError> {
        people::was_username_of_other(&self.db, name, person).await
    }

    async fn agents(&self) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(people::agents(&self.db).await?))
    }

    async fn admins(&self) -> Result<Vec<Person>, StoreError> {
        let admins = people::find(&self.db, doc! { "role": "admin" }, doc! { "created_seq": 1 }, 0).await?;
        Ok(self.unreadable.leave_out(admins))
    }

    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let recent = people::find(&self.db, doc! {}, doc! { "created_seq": -1 }, codec::int(limit)).await?;
        Ok(self.unreadable.leave_out(recent))
    }

    fn unreadable_people(&self) -> BTreeSet<PersonId> {
        self.unreadable.ids()
    }

    async fn record_bot(&self, bot: TelegramId) -> Result<TelegramId, StoreError> {
        reference_data::record_bot(&self.db, bot).await
    }

    async fn banned_people(&self, limit: usize) -> Result<Vec<Person>, StoreError> {
        Ok(self.unreadable.leave_out(people::banned(&self.db, limit).await?))
    }

    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError> {
        people::touch(&self.db, agent, at).await
    }

    async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        self.reference.departments().await
    }

    async fn department_list(&self) -> Result<Arc<DepartmentList>, StoreError> {
        Ok(Arc::clone(&self.reference.cached().await?.departments))
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.reference.settings().await
    }

    async fn incidents(&self) -> Result<Incidents, StoreError> {
        reference_data::incidents(&self.db).await
    }

    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError> {
        reference_data::invite(&self.db, code).await
    }

    async fn valid_invites(&self, now: Time) -> Result<Vec<Invite>, StoreError> {
        reference_data::valid_invites(&self.db, now).await
    }

    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError> {
        cards::draft(&self.db, person).await
    }

    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError> {
        cards::put_draft(&self.db, &draft, self.last_time()).await
    }

    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        cards::drop_draft(&self.db, draft).await
    }
}
