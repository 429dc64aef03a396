//! Operation that changes the desk's settings.
use super::assignment::roster::Seat;
use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, CommitError, StoreError, Write};
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::policy::setting::Setting;

impl Engine {
    /// Changes the settings by `change`, over the version that it was given. Requests a round of every
    /// department, because another mode or strategy can make a waiting ticket assignable.
    pub async fn change_settings(
        &self,
        admin: &Person,
        now: Time,
        change: impl Fn(&mut Settings),
    ) -> Result<Settings, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let (before, settings) = self
            .retry(|| async {
                let before = self.store.settings().await?;
                let mut settings = before.clone();
                change(&mut settings);
                settings.version = before.version;
                settings.has_stale_names = before.has_stale_names;
                settings.has_menu_buttons = before.has_menu_buttons;
                if settings == before {
                    return Ok(Attempt::Done((before, settings)));
                }
                settings.version = before.version.next();
                settings.has_stale_names |= settings.agent_naming != before.agent_naming;
                let event = Some(settings_event(&before, &settings, Actor::Person(admin.id), now));
                let write = Write::Settings { settings: settings.clone(), expected: before.version };
                let change = Change { write, event, notices: Vec::new() };
                Attempt::of(self.commit_one(change).await, (before, settings))
            })
            .await?;
        if settings != before {
            tracing::info!(by = %admin.id, ?settings, "settings changed");
        }
        self.request_all_rounds().await?;
        if settings.mode != before.mode {
            // Cards offer waiting tickets to other agents now.
            for seat in self.seats().into_iter().filter(Seat::is_online) {
                self.publish(Event::Agent(seat.person.id));
            }
        }
        if settings.agent_naming != before.agent_naming {
            fail::fail_point!("engine-after-naming");
            self.publish(Event::Naming);
        }
        Ok(settings)
    }

    /// Records that the customers' cards were refreshed after `shown` was read. If the settings have changed since,
    /// the cards stay due. The version stays: an admin who has read it has missed nothing.
    pub async fn names_refreshed(&self, shown: Settings) -> Result<(), StoreError> {
        let expected = shown.version;
        let settings = Settings { has_stale_names: false, ..shown };
        match self.commit_one(Change::quiet(Write::Settings { settings, expected })).await {
            Err(CommitError::Store(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

/// Returns the audit event of a change: each setting that differs, as `name=before→after`.
fn settings_event(before: &Settings, after: &Settings, actor: Actor, at: Time) -> AuditEvent {
    let difference = |setting: Setting| {
        let (from, to) = (setting.value(before), setting.value(after));
        (from != to).then(|| format!("{}={}→{}", setting.name(), setting.text(from), setting.text(to)))
    };
    let changes: Vec<_> = Setting::ALL.into_iter().filter_map(difference).collect();
    AuditEvent { at, actor, ticket: None, what: Action::SettingsChanged { change: changes.join(" ") } }
}
