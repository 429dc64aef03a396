//! Metrics of the outgoing webhooks: those that wait, those that were given up, and failed attempts.
use crate::engine::FaultCounters;
use crate::engine::ports::WebhookCounts;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::Ordering;

/// Registers the numbers in the store, and the counters of this process.
pub(super) fn register(counts: WebhookCounts, faults: &FaultCounters, registry: &mut Registry) {
    let pending = i64::try_from(counts.pending).unwrap_or(i64::MAX);
    registry.register(
        "webhooks_pending",
        "Webhooks to be sent, for the first time or again",
        ConstGauge::new(pending),
    );
    let failures = ConstCounter::new(faults.webhook_failures.load(Ordering::Relaxed));
    registry.register("webhook_attempts_failed", "Attempts to send a webhook that failed", failures);
    let dead = ConstCounter::new(faults.dead_webhooks.load(Ordering::Relaxed));
    registry.register("webhooks_given_up", "Webhooks that were given up", dead);
}
