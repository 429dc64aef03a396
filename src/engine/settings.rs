//! Operation that changes the desk's settings.
use super::assignment::roster::Seat;
use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, Write};
use super::{Attempt, Engine};
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::policy::setting::Setting;
use crate::domain::ticket::Ticket;

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
                if settings == before {
                    return Ok(Attempt::Done((before, settings)));
                }
                settings.version = before.version.next();
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
            self.refresh_status_cards(now).await?;
        }
        Ok(settings)
    }

    /// Refreshes the customers' cards of all held tickets, because they name the holder.
    async fn refresh_status_cards(&self, now: Time) -> Result<(), EngineError> {
        let held = self.store.all_held().await?;
        let refresh = |ticket: &Ticket| Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id));
        self.store.enqueue(held.iter().map(refresh).collect(), now).await?;
        self.wake_outbox();
        Ok(())
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
