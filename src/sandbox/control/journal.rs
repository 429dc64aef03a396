//! Request journal: every request to the Bot API, and the violations of its schema.
use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// Bounds the memory of a demo that runs for days; tests stay far below.
const MAX_RECORDED_REQUESTS: usize = 200_000;

/// One request to the Bot API.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    /// The sequence number in the order of arrival, from 1.
    pub seq: u64,
    /// The time of arrival.
    pub at: DateTime<Utc>,
    /// The method as Telegram spells it, or as requested if there is no such method.
    pub method: String,
    /// The decoded parameters; uploads are `attach://<part>`.
    pub params: Value,
    /// The HTTP status; 0 while the request is in progress and if a fault skipped the method. For a fault
    /// that runs the method and withholds the reply, the status of the method.
    pub outcome: u16,
    /// The description of the error, or the name of the fault that withheld the reply.
    pub error: Option<String>,
}

#[derive(Default)]
pub(in crate::sandbox) struct Journal {
    pub(in crate::sandbox) requests: VecDeque<RecordedRequest>,
    pub(in crate::sandbox) violations: Vec<String>,
    last_seq: u64,
}

impl Journal {
    /// Records the arrival of a request and returns its sequence number. The oldest record is dropped at the
    /// limit.
    pub(in crate::sandbox) fn start(&mut self, at: DateTime<Utc>, method: &str, params: Value) -> u64 {
        self.last_seq += 1;
        if self.requests.len() == MAX_RECORDED_REQUESTS {
            self.requests.pop_front();
        }
        let method = method.to_owned();
        self.requests.push_back(RecordedRequest {
            seq: self.last_seq,
            at,
            method,
            params,
            outcome: 0,
            error: None,
        });
        self.last_seq
    }

    /// Records the outcome of a request, unless its record was dropped.
    pub(in crate::sandbox) fn finish(&mut self, seq: u64, outcome: u16, error: Option<String>) {
        let Some(first) = self.requests.front().map(|r| r.seq) else { return };
        let index = seq.checked_sub(first).and_then(|n| usize::try_from(n).ok());
        if let Some(request) = index.and_then(|index| self.requests.get_mut(index)) {
            request.outcome = outcome;
            request.error = error;
        }
    }
}
