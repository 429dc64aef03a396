//! Usernames, which Telegram lets pass from one person to another. The person whom Telegram named last has one;
//! an earlier holder loses it here, because Telegram does not report that they gave it up.
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// Takes a newly reported username from its earlier holders. Must be called before `person`, who was
    /// `stored` before, is written. Records whether somebody else had the name.
    pub(in crate::engine) async fn take_over_username(
        &self,
        stored: Option<&Person>,
        person: &mut Person,
    ) -> Result<(), EngineError> {
        let key = |name: &str| name.to_lowercase();
        let before = stored.and_then(|stored| stored.username.as_deref()).map(key);
        let name = person.username.as_deref().map(key);
        if before == name {
            return Ok(());
        }
        if let Some(before) = before {
            person.record_former_username(&before);
        }
        person.username_taken_over = false;
        let Some(name) = name else { return Ok(()) };
        // They may have given it up themselves.
        person.username_taken_over = self.store.was_username_of_other(&name, person.id).await?;
        while let Some(holder) = self.store.person_by_username(&name).await?.filter(|p| p.id != person.id) {
            self.release_username(holder.id, &name).await?;
            person.username_taken_over = true;
        }
        Ok(())
    }

    /// Removes a username from the person who had it.
    async fn release_username(&self, holder: PersonId, name: &str) -> Result<(), EngineError> {
        tracing::info!(person = %holder, "username passed to another person");
        self.change_person(holder, |person: &mut Person| {
            if person.username.as_ref().is_some_and(|current| current.to_lowercase() == name) {
                (person.username, person.username_taken_over) = (None, false);
                person.record_former_username(name);
            }
            Ok((None, Vec::new()))
        })
        .await
        .map(drop)
    }
}
