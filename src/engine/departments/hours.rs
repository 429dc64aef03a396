//! Business hours of departments: edits by admins, and the cards of waiting tickets when a department opens or closes.
//!
//! Business hours decide what customers read and when alerts fire. They do not decide who gets a ticket: an agent who
//! is online works.
use crate::domain::Time;
use crate::domain::card::CardKey;
use crate::domain::department::Department;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::{DepartmentId, Version};
use crate::domain::notice::Outgoing;
use crate::domain::person::Person;
use crate::domain::schedule::weekly_plan::WeeklyPlan;
use crate::domain::schedule::{BusinessHours, MAX_HOLIDAYS};
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, StoreError, Write};
use crate::engine::{Attempt, Engine, lock};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::{BTreeSet, HashMap};

/// The most waiting tickets of a department whose cards are refreshed when it opens or closes.
const MAX_REFRESHED_CARDS: usize = 100;

/// An edit of a department's business hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoursEdit {
    /// Sets the weekly plan, and the time zone if there is one.
    Plan(WeeklyPlan, Option<Tz>),
    /// Adds holidays.
    AddHolidays(BTreeSet<NaiveDate>),
    /// Removes a holiday.
    RemoveHoliday(NaiveDate),
    /// Sets the time zone; `None` for the desk's.
    Zone(Option<Tz>),
}

/// Departments with whether they are in their business hours, as the cards of their waiting tickets show.
pub(in crate::engine) type DepartmentsInHours = HashMap<DepartmentId, bool>;

impl Engine {
    /// Edits the business hours of a department. With `shown`, nothing changes unless that is its version. Holidays of
    /// the past are dropped. Errors if there are too many holidays.
    pub async fn edit_hours(
        &self,
        admin: &Person,
        id: DepartmentId,
        (edit, shown): (&HoursEdit, Option<Version>),
        now: Time,
    ) -> Result<Department, EngineError> {
        if !admin.is_admin() {
            return Err(EngineError::Forbidden);
        }
        let (before, after) = self
            .retry(|| async {
                let all = self.store.departments().await?;
                let before = all.into_iter().find(|d| d.id == id).ok_or(EngineError::NotFound)?;
                let mut after = before.clone();
                if shown.is_none_or(|shown| shown == before.version) {
                    after.hours = Some(self.apply_hours(before.hours.clone(), edit, now)?);
                }
                if after == before {
                    return Ok(Attempt::Done((before, after)));
                }
                after.version = before.version.next();
                let event = Some(hours_event(&before, &after, Actor::Person(admin.id), now));
                let write = Write::Department { department: after.clone(), expected: Some(before.version) };
                let change = Change { write, event, notices: Vec::new() };
                Attempt::of(self.commit_one(change).await, (before, after))
            })
            .await?;
        if after != before {
            lock(&self.in_hours).insert(id, after.in_business_hours(self.config.zone, now));
            self.publish(Event::Department(id));
            self.refresh_waiting_cards(id, now).await?;
        }
        Ok(after)
    }

    fn apply_hours(
        &self,
        before: Option<BusinessHours>,
        edit: &HoursEdit,
        now: Time,
    ) -> Result<BusinessHours, EngineError> {
        let mut hours = before.unwrap_or_else(|| BusinessHours::of(WeeklyPlan::always()));
        match edit {
            HoursEdit::Plan(plan, zone) => {
                hours.plan = plan.clone();
                hours.zone = zone.or(hours.zone);
            }
            HoursEdit::AddHolidays(dates) => hours.holidays.extend(dates),
            HoursEdit::RemoveHoliday(date) => {
                hours.holidays.remove(date);
            }
            HoursEdit::Zone(zone) => hours.zone = *zone,
        }
        hours.holidays = hours.coming_holidays(self.config.zone, now);
        if hours.holidays.len() > MAX_HOLIDAYS {
            return Err(EngineError::TooManyHolidays(MAX_HOLIDAYS));
        }
        Ok(hours)
    }

    /// Refreshes the cards of waiting tickets in each department that opened or closed since the last call. Returns
    /// when the next one does.
    pub async fn refresh_business_hours(&self, now: Time) -> Result<Option<Time>, StoreError> {
        let mut next: Option<Time> = None;
        let mut current = DepartmentsInHours::new();
        for department in self.store.departments().await? {
            let Some(hours) = &department.hours else { continue };
            let is_within = hours.contains(self.config.zone, now);
            current.insert(department.id, is_within);
            let change = hours.next_change(self.config.zone, now);
            next = [next, change].into_iter().flatten().min();
            // Before the first call, all cards were refreshed.
            let shown = lock(&self.in_hours).get(&department.id).copied();
            if shown.is_some_and(|shown| shown != is_within) {
                self.publish(Event::Department(department.id));
                self.refresh_waiting_cards(department.id, now).await?;
            }
        }
        *lock(&self.in_hours) = current;
        Ok(next)
    }

    /// Refreshes the customers' cards of the tickets at the head of a queue.
    async fn refresh_waiting_cards(&self, department: DepartmentId, now: Time) -> Result<(), StoreError> {
        let head = self.store.queue_head(department, false, MAX_REFRESHED_CARDS).await?;
        if head.is_empty() {
            return Ok(());
        }
        let refresh = |ticket: &Ticket| Outgoing::refresh(ticket.customer_chat, CardKey::Status(ticket.id));
        self.store.enqueue(head.iter().map(refresh).collect(), now).await?;
        self.wake_outbox();
        Ok(())
    }
}

/// Returns the audit event of an edit: the hours as JSON, as `hours=before→after`.
fn hours_event(before: &Department, after: &Department, actor: Actor, at: Time) -> AuditEvent {
    let text = |department: &Department| serde_json::to_string(&department.hours).unwrap_or_default();
    let what = Action::DepartmentChanged {
        department: after.id,
        change: format!("hours={}→{}", text(before), text(after)),
    };
    AuditEvent { at, actor, ticket: None, what }
}
