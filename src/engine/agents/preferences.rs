//! Preferences of an agent, kept with the person.
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// Sets whether an agent is asked for a last message to the customer before a ticket is completed.
    pub async fn set_last_word(&self, id: PersonId, on: bool) -> Result<Person, EngineError> {
        self.change_person(id, |person| {
            let profile = person.agent.as_mut().ok_or(EngineError::Forbidden)?;
            profile.asks_last_word = on;
            Ok((None, Vec::new()))
        })
        .await
    }
}
