//! Counters of updates that were not handled: of kinds that were not requested, unreadable, or skipped.
use crate::inbox::status::IntakeStatus;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use std::sync::atomic::Ordering;

/// The label of a kind: one of the Bot API's, or "other". It never holds a name that came from outside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// Registers the counters since the start.
pub(super) fn register(intake: &IntakeStatus, registry: &mut Registry) {
    let dropped = Family::<KindLabels, Counter>::default();
    // A series must exist with 0, else Prometheus can't compute a rate from its first increment.
    drop(dropped.get_or_create(&KindLabels { kind: "other" }));
    for (kind, count) in intake.dropped() {
        dropped.get_or_create(&KindLabels { kind }).inc_by(count);
    }
    registry.register("updates_dropped", "Updates of kinds that were not requested, by kind", dropped);
    let unreadable = ConstCounter::new(intake.unreadable.load(Ordering::Relaxed));
    registry.register("updates_unreadable", "Updates that could not be parsed", unreadable);
    let skipped = ConstCounter::new(intake.skipped.load(Ordering::Relaxed));
    registry.register(
        "updates_skipped",
        "Updates skipped because their bytes could not be told from the next ones",
        skipped,
    );
}
