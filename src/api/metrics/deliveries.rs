//! Counters of deliveries that were given up, by reason, and of repeats; and the dead letters that are kept.
use crate::engine::ports::{DeliveryCounters, DropReason};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The label of a reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// The label of a kind of dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// Registers the counters, which the store has kept since it was created.
pub(super) fn register(
    counters: &DeliveryCounters,
    (updates, deliveries): (u64, u64),
    registry: &mut Registry,
) {
    let dropped = Family::<ReasonLabels, Counter>::default();
    for (count, reason) in counters.dropped_by.into_iter().zip(DropReason::ALL) {
        dropped.get_or_create(&ReasonLabels { reason: reason.name() }).inc_by(count);
    }
    registry.register("deliveries_dropped", "Deliveries to Telegram given up, by reason", dropped);
    let kept = Family::<KindLabels, Gauge>::default();
    for (kind, count) in [("update", updates), ("delivery", deliveries)] {
        kept.get_or_create(&KindLabels { kind }).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register(
        "dead_letters",
        "Updates and deliveries that were given up and are kept, by kind",
        kept,
    );
    let repeats = ConstCounter::new(counters.repeats);
    registry.register("deliveries_repeated", "Messages sent again after an unknown outcome", repeats);
}
