//! The desk's settings, which an admin changes while it runs.
use super::error::EngineError;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::person::Person;
use crate::domain::policy::Settings;

impl Engine {
    /// Changes the settings by `change`. Every department gets a round: another mode or strategy can mean that somebody who
    /// waits is served.
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
                // Nothing is written where nothing changes, so that must be true now.
                self.store.look_afresh();
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
        tracing::info!(by = %admin.id, ?settings, "settings");
        self.request_all_rounds().await?;
        Ok(settings)
    }
}
