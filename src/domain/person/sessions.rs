//! Sessions of the side API: the epoch that ends all of a person's sessions at once, those that ended by themselves,
//! and the log-ins that were used.
use crate::domain::Time;
use crate::domain::ids::SessionId;
use serde::{Deserialize, Serialize};

/// How many used log-ins are remembered. All of them are a few minutes old, so nobody needs more.
const MAX_USED_LOGINS: usize = 64;

/// How many ended sessions are remembered. One more ends all sessions of the person, so that no token of an ended
/// session is ever accepted again.
const MAX_ENDED_SESSIONS: usize = 256;

/// A person's sessions, as far as the desk keeps them. A token holds the epoch of its issue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sessions {
    /// Grows when all sessions end. A token of another epoch is rejected.
    #[serde(default)]
    pub epoch: u32,
    /// The log-ins that were used and are not too old yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    logins: Vec<UsedLogin>,
    /// The sessions that a log-out ended, and whose tokens have not expired yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ended: Vec<EndedSession>,
}

/// A session that a log-out ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct EndedSession {
    /// The session.
    id: SessionId,
    /// When its tokens have expired in any case.
    until: Time,
}

/// A log-in that was exchanged for a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct UsedLogin {
    /// Telegram's signature, in hexadecimal digits.
    hash: String,
    /// When the log-in is too old in any case.
    until: Time,
}

/// Why a log-in is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// It was exchanged for a token before.
    #[error("the log-in was used before")]
    Used,
    /// The person logged in too often within a few minutes.
    #[error("too many log-ins")]
    TooMany,
}

impl Sessions {
    /// Returns whether nothing needs to be stored.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Ends all sessions.
    pub fn end_all(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        self.ended.clear();
    }

    /// Ends one session, whose tokens expire at `until`.
    pub fn end(&mut self, id: SessionId, until: Time, now: Time) {
        self.ended.retain(|session| session.until > now);
        if self.ended.iter().any(|session| session.id == id) {
            return;
        }
        if self.ended.len() >= MAX_ENDED_SESSIONS {
            return self.end_all();
        }
        self.ended.push(EndedSession { id, until });
    }

    /// Returns whether a token of this epoch and session is still accepted.
    #[must_use]
    pub fn accept(&self, epoch: u32, id: Option<SessionId>) -> bool {
        epoch == self.epoch && !self.ended.iter().any(|session| Some(session.id) == id)
    }

    /// Marks a log-in as used until it is too old. Errors if it was used before.
    pub fn use_login(&mut self, hash: &str, until: Time, now: Time) -> Result<(), LoginRefusal> {
        let hash = hash.to_ascii_lowercase();
        self.logins.retain(|login| login.until > now);
        if self.logins.iter().any(|login| login.hash == hash) {
            return Err(LoginRefusal::Used);
        }
        if self.logins.len() >= MAX_USED_LOGINS {
            return Err(LoginRefusal::TooMany);
        }
        self.logins.push(UsedLogin { hash, until });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn an_ended_session_is_never_accepted_again() {
        let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
        let until = now + TimeDelta::days(30);
        let id = |n: u8| Some(SessionId::from_random([n; 16]));
        let mut sessions = Sessions::default();
        sessions.end(id(1).unwrap(), until, now);
        sessions.end(id(1).unwrap(), until, now);
        assert_eq!(sessions.ended.len(), 1);
        assert!(!sessions.accept(0, id(1)));
        assert!(sessions.accept(0, id(2)) && sessions.accept(0, None));
        // The tokens of the first one have expired.
        sessions.end(id(2).unwrap(), until + TimeDelta::days(1), until);
        assert_eq!(sessions.ended.len(), 1);
        // One too many to remember: all are over.
        for n in 0..=u8::MAX {
            sessions.end(id(n).unwrap(), until + TimeDelta::days(1), until);
        }
        assert_eq!((sessions.epoch, sessions.ended.len()), (0, MAX_ENDED_SESSIONS));
        let more = SessionId::from_random([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8]);
        sessions.end(more, until + TimeDelta::days(1), until);
        assert_eq!((sessions.epoch, sessions.ended.len()), (1, 0));
        assert!(!sessions.accept(0, id(2)) && !sessions.accept(0, None));
    }

    #[test]
    fn a_login_is_used_once_until_it_is_too_old() {
        let now = Time::from_timestamp(1_764_800_000, 0).unwrap();
        let until = now + TimeDelta::minutes(5);
        let mut sessions = Sessions::default();
        assert_eq!(sessions.use_login("aB", until, now), Ok(()));
        assert_eq!(sessions.use_login("Ab", until, now), Err(LoginRefusal::Used));
        for n in 1..MAX_USED_LOGINS {
            assert_eq!(sessions.use_login(&n.to_string(), until, now), Ok(()));
        }
        assert_eq!(sessions.use_login("more", until, now), Err(LoginRefusal::TooMany));
        assert_eq!(sessions.use_login("more", until, until), Ok(()));
        assert_eq!(sessions.logins.len(), 1);
    }
}
