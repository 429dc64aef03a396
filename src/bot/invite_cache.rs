//! A cache of recent invitations, keyed by the message that asked for one. A second press, or a command that
//! is handled again, gets the same link.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::person::invite::{Grant, Invite};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long an invitation is cached: longer than the time between two presses of one button.
const CACHE_TTL: TimeDelta = TimeDelta::minutes(10);

/// Recent invitations by chat and message id, with the time of their creation.
#[derive(Default)]
pub struct InviteCache(Mutex<HashMap<(ChatId, i32), (Time, Invite)>>);

impl InviteCache {
    /// Returns the cached invitation for this message, if it makes the same grant.
    pub(super) fn get(&self, request_message: (ChatId, i32), grant: &Grant, now: Time) -> Option<Invite> {
        let mut invites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        invites.retain(|_, (created_at, _)| now - *created_at < CACHE_TTL);
        invites
            .get(&request_message)
            .map(|(_, invite)| invite.clone())
            .filter(|invite| invite.grant == *grant)
    }

    /// Caches an invitation, and returns it.
    pub(super) fn insert(&self, request_message: (ChatId, i32), invite: Invite, now: Time) -> Invite {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(request_message, (now, invite.clone()));
        invite
    }
}
