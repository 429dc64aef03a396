//! A cache of recent invitations, keyed by the message that asked for one.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::invite::{Grant, Invite};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a message's link is remembered: longer than a press takes to come twice.
const CACHE_TTL: TimeDelta = TimeDelta::minutes(10);

/// The links that were made lately, by the message that asked for one: a press that comes twice, or a command that is
/// handled again, shows the same link.
#[derive(Default)]
pub struct InviteCache(Mutex<HashMap<(ChatId, i32), (Time, Invite)>>);

impl InviteCache {
    pub(super) fn get(&self, request_message: (ChatId, i32), grant: &Grant, now: Time) -> Option<Invite> {
        let mut get = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        get.retain(|_, (at, _)| now - *at < CACHE_TTL);
        get.get(&request_message).map(|(_, invite)| invite.clone()).filter(|invite| invite.grant == *grant)
    }

    pub(super) fn insert(&self, request_message: (ChatId, i32), invite: Invite, now: Time) -> Invite {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(request_message, (now, invite.clone()));
        invite
    }
}
