//! Operation that changes the desk's settings.
use super::error::EngineError;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::person::Person;
use crate::domain::policy::Settings;

impl Engine {
    /// Changes the settings by `change`. Requests a round of every department, because another mode or
    /// strategy can make a waiting ticket assignable.
    pub async fn change_settings(
        &self,
        admin: &Person,
        change: impl Fn(&mut Settings),
    ) -> Result<Settings, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let settings = self
            .retry(|| async {
                let before = self.store.settings().await?;
                let mut settings = before.clone();
                change(&mut settings);
                settings.version = before.version;
                if settings == before {
                    return Ok(Attempt::Done(settings));
                }
                settings.version = before.version.next();
                let write = Write::Settings { settings: settings.clone(), expected: before.version };
                Attempt::of(self.commit_one(Change::quiet(write)).await, settings)
            })
            .await?;
        tracing::info!(by = %admin.id, ?settings, "settings changed");
        self.request_all_rounds().await?;
        Ok(settings)
    }
}
