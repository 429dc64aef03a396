//! Faults on demand: the next requests that match a rule go wrong in the way the rule says.
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::sandbox::bot_api::refusal::{Refusal, bad};

/// How a request goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429; nothing is done.
    TooManyRequests {
        /// Seconds to wait, in `parameters.retry_after`.
        retry_after: u32,
    },
    /// This 5xx status; nothing is done.
    ServerError(u16),
    /// The work is done, but no answer ever comes; ends when the client goes away.
    HangAfterSuccess,
    /// Nothing is done and no answer ever comes; ends when the client goes away.
    HangBefore,
    /// The work is done, then the connection is closed without an answer.
    ResetAfterSuccess,
    /// The connection is closed at once; nothing is done.
    ResetBefore,
    /// 403 "bot was blocked by the user"; nothing is done.
    Forbidden,
    /// 400 "can't parse entities"; nothing is done.
    BadEntities,
    /// 400 with `migrate_to_chat_id`: the group has become a supergroup; nothing is done.
    Migrate {
        /// The supergroup's id.
        to: i64,
    },
    /// 404, as an old server answers a method it does not have yet.
    UnknownMethod,
    /// 409, as if another poller had taken over.
    Conflict,
    /// The answer is late by this much (by tokio's clock), else as usual.
    Delay(Duration),
}

/// Which requests go wrong, how often, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// The method, in any case; any method when `None`.
    pub method: Option<String>,
    /// The chat that the request is about; any request when `None`.
    pub chat: Option<i64>,
    /// How many requests; `u32::MAX` means until [`Faults::clear`].
    pub times: u32,
    /// What happens to them.
    pub fault: Fault,
}

/// The rules in force. The oldest rule that matches a request takes it.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<FaultRule>>,
}

impl Faults {
    /// Adds a rule behind the others.
    pub fn add(&self, rule: FaultRule) {
        if rule.times > 0 {
            self.rules(|rules| rules.push(rule));
        }
    }

    /// Ends all faults. Requests that already hang go on hanging.
    pub fn clear(&self) {
        self.rules(Vec::clear);
    }

    /// How many rules are still waiting for requests.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rules(|rules| rules.len())
    }

    /// The fault for this request, if any; spends one of its times.
    pub(in crate::sandbox) fn take(&self, method: &str, chat: Option<i64>) -> Option<Fault> {
        self.rules(|rules| {
            let place = rules.iter().position(|rule| rule.matches(method, chat))?;
            let rule = rules.get_mut(place)?;
            let fault = rule.fault.clone();
            if rule.times != u32::MAX {
                rule.times -= 1;
            }
            if rule.times == 0 {
                rules.remove(place);
            }
            Some(fault)
        })
    }

    fn rules<T>(&self, with: impl FnOnce(&mut Vec<FaultRule>) -> T) -> T {
        with(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FaultRule {
    fn matches(&self, method: &str, chat: Option<i64>) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && (self.chat.is_none() || self.chat == chat)
    }
}

impl Fault {
    /// The answer of those faults that are a plain refusal.
    pub(in crate::sandbox) fn refusal(&self) -> Option<Refusal> {
        Some(match self {
            Self::TooManyRequests { retry_after } => Refusal::TooMany { retry_after: *retry_after },
            Self::ServerError(status) => Refusal::Server(*status),
            Self::Forbidden => Refusal::Blocked,
            Self::BadEntities => {
                bad("can't parse entities: Unsupported start tag \"fault\" at byte offset 0")
            }
            Self::Migrate { to } => Refusal::Migrated { to: *to },
            Self::UnknownMethod => Refusal::NotFound,
            Self::Conflict => Refusal::Conflict(crate::sandbox::updates::queue::OTHER_POLLER),
            Self::HangAfterSuccess
            | Self::HangBefore
            | Self::ResetAfterSuccess
            | Self::ResetBefore
            | Self::Delay(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_spent_and_the_oldest_match_goes_first() {
        let faults = Faults::default();
        let rule = |method: Option<&str>, chat, times, fault| FaultRule {
            method: method.map(str::to_owned),
            chat,
            times,
            fault,
        };
        faults.add(rule(Some("SENDMESSAGE"), Some(7), 1, Fault::Forbidden));
        faults.add(rule(None, None, 2, Fault::Conflict));
        assert_eq!(faults.take("sendMessage", Some(8)), Some(Fault::Conflict));
        assert_eq!(faults.take("sendMessage", Some(7)), Some(Fault::Forbidden));
        assert_eq!(faults.take("sendMessage", Some(7)), Some(Fault::Conflict));
        assert_eq!(faults.take("sendMessage", Some(7)), None);
        faults.add(rule(None, None, u32::MAX, Fault::HangBefore));
        assert_eq!(faults.take("getMe", None), Some(Fault::HangBefore));
        assert_eq!(faults.remaining(), 1);
        faults.clear();
        assert_eq!(faults.take("getMe", None), None);
    }
}
