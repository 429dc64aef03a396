//! Loading of the views of alerts.
use super::ViewLoader;
use crate::bot::cards::views::AlertView;
use crate::domain::Time;
use crate::domain::alert::Alert;
use crate::domain::ids::PersonId;
use crate::engine::ports::StoreError;

impl ViewLoader {
    /// Loads an alert, `over` if its incident is.
    pub async fn alert(&self, alert: Alert, over: bool, now: Time) -> Result<AlertView, StoreError> {
        let store = self.store();
        let subject = match (alert.department(), alert.person()) {
            (Some(id), _) => store.department(id).await?.map(|department| department.name),
            (_, Some(id)) => Some(self.name_of(id).await?),
            _ => None,
        };
        let mute = match store.incidents().await?.mute_of(alert, now).filter(|_| !over) {
            Some(mute) => Some((mute.until, self.name_of(mute.by).await?)),
            None => None,
        };
        let max_wait = store.settings().await?.wait_alert;
        Ok(AlertView { alert, subject: subject.unwrap_or_default(), over, max_wait, mute })
    }

    /// Loads an alert as its incident is now: over unless it lasts.
    pub async fn current_alert(&self, alert: Alert, now: Time) -> Result<AlertView, StoreError> {
        let lasts = self.store().incidents().await?.list.iter().any(|incident| incident.alert == alert);
        self.alert(alert, !lasts, now).await
    }

    async fn name_of(&self, person: PersonId) -> Result<String, StoreError> {
        Ok(self.engine.name_of(person).await?.unwrap_or_default())
    }
}
