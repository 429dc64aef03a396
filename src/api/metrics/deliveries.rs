//! Counters of deliveries that were given up, by reason, and of repeats.
use crate::engine::ports::{DeliveryCounters, DropReason};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The label of a reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// Registers the counters, which the store has kept since it was created.
pub(super) fn register(counters: &DeliveryCounters, registry: &mut Registry) {
    let dropped = Family::<ReasonLabels, Counter>::default();
    for (count, reason) in counters.dropped_by.into_iter().zip(DropReason::ALL) {
        dropped.get_or_create(&ReasonLabels { reason: reason.name() }).inc_by(count);
    }
    registry.register("deliveries_dropped", "Deliveries to Telegram given up, by reason", dropped);
    let repeats = ConstCounter::new(counters.repeats);
    registry.register("deliveries_repeated", "Messages sent again after an unknown outcome", repeats);
}
