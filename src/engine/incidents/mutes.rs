//! Mutes: an alert that the admins do not hear of for a while, because one of them knows.
use crate::domain::Time;
use crate::domain::alert::{Alert, Incidents, Mute};
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::notice::Notice;
use crate::domain::notice::console::ConsoleNotice;
use crate::domain::person::Person;
use crate::engine::error::EngineError;
use crate::engine::ports::{Change, Write};
use crate::engine::{Attempt, Engine};
use chrono::TimeDelta;

/// A mute that ends this much earlier than the wanted one is the same: two admins have pressed.
const SAME_MUTE: TimeDelta = TimeDelta::minutes(1);

impl Engine {
    /// Mutes an alert until a time for all admins, and tells the others. Returns the mute that holds: an earlier
    /// one if it lasts as long.
    pub async fn mute_alert(
        &self,
        admin: &Person,
        alert: Alert,
        until: Time,
        now: Time,
    ) -> Result<Mute, EngineError> {
        let mute = Mute { alert, until, by: admin.id };
        self.change_mutes(admin, alert, now, |before| match before.mute_of(alert, now) {
            Some(present) if present.until >= until - SAME_MUTE => (present, None),
            _ => (mute, Some(before.muted(mute))),
        })
        .await
    }

    /// Ends the mute of an alert, and tells the other admins. All hear when the incident is over.
    pub async fn unmute_alert(&self, admin: &Person, alert: Alert, now: Time) -> Result<(), EngineError> {
        self.change_mutes(admin, alert, now, |before| {
            let is_muted = before.mute_of(alert, now).is_some();
            ((), is_muted.then(|| before.unmuted(alert)))
        })
        .await
    }

    /// Commits what `change` makes of the incidents, if it makes anything, with the audit event and the notices.
    async fn change_mutes<T>(
        &self,
        admin: &Person,
        alert: Alert,
        now: Time,
        change: impl Fn(&Incidents) -> (T, Option<Incidents>),
    ) -> Result<T, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        self.retry(|| async {
            let before = self.store.incidents().await?;
            let (result, after) = match change(&before) {
                (result, Some(after)) => (result, after),
                (result, None) => return Ok(Attempt::Done(result)),
            };
            let until = after.mute_of(alert, now).map(|mute| mute.until);
            let notice = Notice::Console(ConsoleNotice::AlertMuted { alert, by: admin.id, until });
            let mut notices = self.notices_to_admins(&notice).await?;
            notices.retain(|notice| notice.chat != admin.chat());
            let event = Some(mute_event(admin, alert, until, now));
            let write = Write::Incidents { incidents: after, expected: before.version };
            Attempt::of(self.commit_one(Change { write, event, notices }).await, result)
        })
        .await
    }
}

/// Returns the audit event of a mute until a time, or of its end.
fn mute_event(admin: &Person, alert: Alert, until: Option<Time>, at: Time) -> AuditEvent {
    let subject = alert.subject().map(|id| format!(" {id}")).unwrap_or_default();
    let until = until.map_or_else(|| "off".into(), |until| until.to_rfc3339());
    let change = format!("mute {}{subject}={until}", alert.name());
    AuditEvent { at, actor: Actor::Person(admin.id), ticket: None, what: Action::SettingsChanged { change } }
}
