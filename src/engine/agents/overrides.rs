//! Overrides of an agent's availability and automatic assignment by an admin.
use super::availability::Cause;
use super::settings::AgentEdit;
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::notice::console::ConsoleNotice;
use crate::domain::notice::{Notice, Outgoing};
use crate::domain::person::{AgentProfile, Availability, Person};
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// Sets an agent offline on behalf of an admin, if their availability is still the one that the admin
    /// saw. They stay offline until they choose otherwise, and the offline behaviour applies.
    pub async fn force_offline(
        &self,
        admin: &Person,
        agent: PersonId,
        shown: Availability,
        now: Time,
    ) -> Result<Person, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let chat = self.chat_of(agent).await?.ok_or(EngineError::NotFound)?;
        let notices = vec![Outgoing::notice(chat, Notice::Console(ConsoleNotice::SetOffline))];
        let is_shown =
            |profile: &AgentProfile| profile.availability == shown && shown != Availability::Offline;
        let change = (Availability::Offline, &is_shown as &(dyn Fn(&AgentProfile) -> bool + Sync));
        match self.change_availability((agent, Cause::Admin(admin.id)), change, notices, now).await {
            Ok(person) => {
                self.sync_presence(&person, now).await;
                Ok(person)
            }
            Err(EngineError::Forbidden) => Err(EngineError::NotFound),
            Err(error) => Err(error),
        }
    }

    /// Sets whether an agent takes part in automatic assignment, on behalf of an admin.
    pub async fn set_auto_as_admin(
        &self,
        admin: &Person,
        agent: PersonId,
        on: bool,
        now: Time,
    ) -> Result<Person, EngineError> {
        let edit = AgentEdit { auto_assignment: Some(on), ..AgentEdit::default() };
        self.edit_agent(admin, agent, edit, now).await
    }
}
