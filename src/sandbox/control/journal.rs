//! The record of every request, and of what no real client should send.
use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A demo may run for days; tests never get near this.
const MAX_RECORDED_REQUESTS: usize = 200_000;

/// One request to the Bot API.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    /// Counts up from 1 in the order of arrival.
    pub seq: u64,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// The method as Telegram spells it, or as asked for when there is no such method.
    pub method: String,
    /// The parameters after decoding; uploads are `attach://<part>`.
    pub params: Value,
    /// The HTTP status; 0 while it is under way and when nothing was done. For a fault that does the work
    /// and withholds the answer, the status of the work.
    pub outcome: u16,
    /// The refusal's words, or the name of the fault that withheld the answer.
    pub error: Option<String>,
}

#[derive(Default)]
pub(in crate::sandbox) struct Journal {
    pub(in crate::sandbox) requests: VecDeque<RecordedRequest>,
    pub(in crate::sandbox) violations: Vec<String>,
    arrived: u64,
}

impl Journal {
    pub(in crate::sandbox) fn arrive(&mut self, at: DateTime<Utc>, method: &str, params: Value) -> u64 {
        self.arrived += 1;
        if self.requests.len() == MAX_RECORDED_REQUESTS {
            self.requests.pop_front();
        }
        let method = method.to_owned();
        self.requests.push_back(RecordedRequest {
            seq: self.arrived,
            at,
            method,
            params,
            outcome: 0,
            error: None,
        });
        self.arrived
    }

    pub(in crate::sandbox) fn finish(&mut self, seq: u64, outcome: u16, error: Option<String>) {
        let Some(first) = self.requests.front().map(|r| r.seq) else { return };
        let place = seq.checked_sub(first).and_then(|n| usize::try_from(n).ok());
        if let Some(request) = place.and_then(|place| self.requests.get_mut(place)) {
            request.outcome = outcome;
            request.error = error;
        }
    }
}
