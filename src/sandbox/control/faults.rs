//! Fault injection: the next requests that match a rule fail as the rule says.
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::sandbox::bot_api::error::{BotApiError, bad_request};

/// The way in which a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429; the method does not run.
    TooManyRequests {
        /// Seconds to wait, in `parameters.retry_after`.
        retry_after: u32,
    },
    /// This 5xx status; the method does not run.
    ServerError(u16),
    /// The method runs but is never answered; ends when the client disconnects.
    HangAfterSuccess,
    /// The method does not run and is never answered; ends when the client disconnects.
    HangBefore,
    /// The method runs, then the connection is reset without a reply.
    ResetAfterSuccess,
    /// The connection is reset at once; the method does not run.
    ResetBefore,
    /// 403 "bot was blocked by the user"; the method does not run.
    Forbidden,
    /// 400 "can't parse entities"; the method does not run.
    BadEntities,
    /// 400 with this description; the method does not run.
    BadRequest(String),
    /// A page of a proxy with this status in place of the answer; the method does not run.
    Page(u16),
    /// The method runs, then a page of a proxy with this status stands in place of the answer.
    PageAfterSuccess(u16),
    /// 307 to this address; the method does not run.
    Redirect(String),
    /// Another fault after a delay (by tokio's clock).
    After(Duration, Box<Fault>),
    /// 400 with `migrate_to_chat_id`: the group has become a supergroup; the method does not run.
    Migrate {
        /// The supergroup's id.
        to: i64,
    },
    /// 404, the reply of an older server without this method.
    UnknownMethod,
    /// 409, as if another getUpdates call had replaced this one.
    Conflict,
    /// These bytes in place of the Bot API's answer, for example the page of a proxy; the method does not run.
    RawAnswer {
        /// The HTTP status.
        status: u16,
        /// The header `Content-Type`.
        content_type: String,
        /// The body; it need not be JSON or UTF-8.
        body: Vec<u8>,
    },
    /// The method runs after this delay (by tokio's clock).
    Delay(Duration),
}

/// A rule: the requests that fail, how many of them, and their fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// The method, in any case; all methods if `None`.
    pub method: Option<String>,
    /// The chat of the request; all requests if `None`.
    pub chat: Option<i64>,
    /// The number of requests; `u32::MAX` means until [`Faults::clear`].
    pub times: u32,
    /// The fault of these requests.
    pub fault: Fault,
}

/// The active rules. The oldest rule that matches a request applies to it.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<FaultRule>>,
}

impl Faults {
    /// Adds a rule as the newest.
    pub fn add(&self, rule: FaultRule) {
        if rule.times > 0 {
            self.rules(|rules| rules.push(rule));
        }
    }

    /// Removes all rules. Requests that already hang keep hanging.
    pub fn clear(&self) {
        self.rules(Vec::clear);
    }

    /// Returns the number of rules that are not used up.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rules(|rules| rules.len())
    }

    /// Returns the fault for this request, if any, and decrements the rule's `times`.
    pub(in crate::sandbox) fn take(&self, method: &str, chat: Option<i64>) -> Option<Fault> {
        self.rules(|rules| {
            let index = rules.iter().position(|rule| rule.matches(method, chat))?;
            let rule = rules.get_mut(index)?;
            let fault = rule.fault.clone();
            if rule.times != u32::MAX {
                rule.times -= 1;
            }
            if rule.times == 0 {
                rules.remove(index);
            }
            Some(fault)
        })
    }

    fn rules<T>(&self, access: impl FnOnce(&mut Vec<FaultRule>) -> T) -> T {
        access(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FaultRule {
    fn matches(&self, method: &str, chat: Option<i64>) -> bool {
        self.method.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(method))
            && (self.chat.is_none() || self.chat == chat)
    }
}

impl Fault {
    /// Returns the error reply of the faults that are one.
    pub(in crate::sandbox) fn error(&self) -> Option<BotApiError> {
        Some(match self {
            Self::TooManyRequests { retry_after } => {
                BotApiError::TooManyRequests { retry_after: *retry_after }
            }
            Self::ServerError(status) => BotApiError::Server(*status),
            Self::Forbidden => BotApiError::Blocked,
            Self::BadEntities => {
                bad_request("can't parse entities: Unsupported start tag \"fault\" at byte offset 0")
            }
            Self::BadRequest(description) => bad_request(description),
            Self::Migrate { to } => BotApiError::Migrated { to: *to },
            Self::UnknownMethod => BotApiError::NotFound,
            Self::Conflict => BotApiError::Conflict(crate::sandbox::updates::queue::OTHER_POLLER),
            Self::HangAfterSuccess
            | Self::HangBefore
            | Self::ResetAfterSuccess
            | Self::ResetBefore
            | Self::RawAnswer { .. }
            | Self::Page(_)
            | Self::PageAfterSuccess(_)
            | Self::Redirect(_)
            | Self::After(..)
            | Self::Delay(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_matching_rule_applies_until_it_is_used_up() {
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
