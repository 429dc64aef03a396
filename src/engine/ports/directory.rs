//! Directory store: people, departments, settings, incidents, invitations and drafts.
use super::StoreError;
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::department::{Department, DepartmentList};
use crate::domain::draft::Draft;
use crate::domain::ids::{ChatId, DepartmentId, PersonId, TelegramId};
use crate::domain::person::Person;
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The people of the desk, and the records beside the tickets.
/// [`TicketStore::commit`](super::TicketStore::commit) writes all of them except drafts and signs of
/// activity.
#[async_trait]
pub trait DirectoryStore: Send + Sync + 'static {
    /// Returns the person with this id; a stand-in without a role if the record can't be read.
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError>;
    /// Returns the person with this Telegram id.
    async fn person_by_telegram(&self, id: TelegramId) -> Result<Option<Person>, StoreError>;
    /// Returns the person with this username. `name` has no `@`; case does not matter.
    async fn person_by_username(&self, name: &str) -> Result<Option<Person>, StoreError>;
    /// Returns whether somebody other than `person` had this username before, in any case.
    async fn was_username_of_other(&self, name: &str, person: PersonId) -> Result<bool, StoreError>;
    /// Returns everyone with an agent's profile, by `assignment_order`.
    async fn agents(&self) -> Result<Vec<Person>, StoreError>;
    /// Returns every admin.
    async fn admins(&self) -> Result<Vec<Person>, StoreError>;
    /// Returns the people whom the bot met last, newest first, at most `limit`.
    async fn recent_people(&self, limit: usize) -> Result<Vec<Person>, StoreError>;
    /// Returns the people who are banned, the newest first, at most `limit`.
    async fn banned_people(&self, limit: usize) -> Result<Vec<Person>, StoreError>;
    /// Returns the people whose records can't be read, as the last lists found them. The lists leave them out.
    fn unreadable_people(&self) -> BTreeSet<PersonId>;
    /// Stores the id of the bot that this store belongs to, if there is none yet. Returns the stored one.
    async fn record_bot(&self, bot: TelegramId) -> Result<TelegramId, StoreError>;
    /// Sets an agent's `last_activity`. Never moves it back.
    async fn record_activity(&self, agent: PersonId, at: Time) -> Result<(), StoreError>;

    /// Returns all departments by name, including retired ones.
    async fn departments(&self) -> Result<Vec<Department>, StoreError>;
    /// Returns all departments, to show them. A change by another replica may be missing for a moment. Should
    /// not copy them.
    async fn department_list(&self) -> Result<Arc<DepartmentList>, StoreError> {
        Ok(Arc::new(self.departments().await?.into()))
    }
    /// Returns the department with this id, to show its name.
    async fn department(&self, id: DepartmentId) -> Result<Option<Department>, StoreError> {
        Ok(self.department_list().await?.get(id).cloned())
    }
    /// Returns the settings, or the defaults if none were ever written.
    async fn settings(&self) -> Result<Settings, StoreError>;
    /// Returns the incidents, or an empty list if none were ever written.
    async fn incidents(&self) -> Result<Incidents, StoreError>;
    /// Returns the invitation with this code.
    async fn invite(&self, code: &str) -> Result<Option<Invite>, StoreError>;
    /// Returns the invitations that nobody used and that are valid at `now`, those that expire first at the
    /// front.
    async fn valid_invites(&self, now: Time) -> Result<Vec<Invite>, StoreError>;

    /// Returns a person's draft.
    async fn draft(&self, person: PersonId) -> Result<Option<Draft>, StoreError>;
    /// Saves a draft in place of the person's last one.
    async fn put_draft(&self, draft: Draft) -> Result<(), StoreError>;
    /// Deletes a person's draft and the live card of it, if the stored draft is still this one.
    async fn drop_draft(&self, draft: &Draft) -> Result<(), StoreError>;

    /// Returns the owner of a private chat.
    async fn recipient(&self, chat: ChatId) -> Result<Option<Person>, StoreError> {
        self.person_by_telegram(TelegramId(chat.0)).await
    }
}
