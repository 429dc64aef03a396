//! Gauges that are read when Prometheus scrapes.
use super::labels::LabelText;
use crate::api::Api;
use crate::api::routes::health::presence_answers;
use crate::engine::ports::StoreError;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};

/// The label of a department.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DepartmentLabels {
    department: LabelText,
}

/// The label of a kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    kind: &'static str,
}

type FloatGauge = Gauge<f64, AtomicU64>;

/// The values of one scrape. `None` if a value can't be read: a missing line is better than a wrong number.
#[derive(Default)]
pub(super) struct Gauges {
    online: Family<DepartmentLabels, Gauge>,
    critical: Family<DepartmentLabels, Gauge>,
    depth: Family<DepartmentLabels, Gauge>,
    oldest: Family<DepartmentLabels, FloatGauge>,
    telegram: Family<ErrorLabels, prometheus_client::metrics::counter::Counter>,
    utilisation: f64,
    orphans: i64,
    backlog: i64,
    sockets: i64,
    presence_reachable: bool,
    presence_bytes: Option<u64>,
    presence_unreadable: Option<usize>,
    sweep_finds: u64,
    reopened: u64,
    conflicts: u64,
}

impl Gauges {
    pub(super) async fn read(api: &Api) -> Result<Self, StoreError> {
        let (store, faults) = (api.engine.store(), &api.engine.faults);
        let seats = api.engine.seats();
        let held = store.all_held().await?;
        let online = seats.iter().filter(|seat| seat.is_online());
        let capacity: u32 = online.clone().map(|seat| u32::from(seat.capacity())).sum();
        let held_slots: u32 = online.map(|seat| u32::from(seat.held())).sum();
        let holders: std::collections::HashSet<_> = seats.iter().map(|seat| seat.person.id).collect();
        let orphaned = |holder| !holders.contains(&holder);
        // Not to be told from the memory, which a server need not say.
        let presence_reachable = presence_answers(&**api.engine.presence(), api.now()).await;
        let (mut presence_bytes, mut presence_unreadable) = (None, None);
        if presence_reachable {
            presence_bytes = api.engine.presence().memory_bytes().await.ok().flatten();
            presence_unreadable = api.engine.presence().unreadable_records().await.ok();
        }
        let gauges = Self {
            utilisation: if capacity == 0 { 0.0 } else { f64::from(held_slots) / f64::from(capacity) },
            orphans: to_i64(
                held.iter()
                    .filter_map(crate::domain::ticket::Ticket::holder)
                    .filter(|h| orphaned(*h))
                    .count(),
            ),
            backlog: i64::try_from(store.pending_deliveries().await?).unwrap_or(i64::MAX),
            sockets: to_i64(api.live.sockets()),
            presence_reachable,
            presence_bytes,
            presence_unreadable,
            sweep_finds: faults.sweep_finds.load(Ordering::Relaxed),
            reopened: faults.reopened.load(Ordering::Relaxed),
            conflicts: faults.conflicts.load(Ordering::Relaxed),
            ..Self::default()
        };
        gauges.read_departments(api).await?;
        gauges.read_telegram(api);
        Ok(gauges)
    }

    async fn read_departments(&self, api: &Api) -> Result<(), StoreError> {
        let (depths, now) = (api.engine.store().depths().await?, api.now());
        for department in api.engine.store().departments().await? {
            let depth = depths.get(&department.id).copied().unwrap_or(0);
            // A retired department counts until its last ticket has left the queue.
            if department.retired && depth == 0 {
                continue;
            }
            let labels = DepartmentLabels { department: LabelText::new(&department.name) };
            self.online.get_or_create(&labels).set(api.engine.online(department.id).into());
            self.critical.get_or_create(&labels).set(department.critical.into());
            self.depth.get_or_create(&labels).set(i64::try_from(depth).unwrap_or(i64::MAX));
            let oldest =
                if depth == 0 { None } else { api.engine.oldest_waiting(Some(department.id)).await? };
            let age = oldest.map_or(0, |oldest| (now - oldest.opened_at).num_milliseconds().max(0));
            let millis = u32::try_from(age).unwrap_or(u32::MAX);
            self.oldest.get_or_create(&labels).set(f64::from(millis) / 1_000.0);
        }
        Ok(())
    }

    fn read_telegram(&self, api: &Api) {
        let errors = api.telegram.errors();
        let kinds = [
            ("refused", &errors.refused),
            ("limited", &errors.limited),
            ("broken", &errors.broken),
            ("not_sent", &errors.not_sent),
            ("unknown", &errors.unknown),
        ];
        for (kind, count) in kinds {
            self.telegram.get_or_create(&ErrorLabels { kind }).inc_by(count.load(Ordering::Relaxed));
        }
    }

    pub(super) fn register(self, registry: &mut Registry) {
        fn gauge_of(value: i64) -> Gauge {
            let gauge = Gauge::default();
            gauge.set(value);
            gauge
        }
        let share = FloatGauge::default();
        share.set(self.utilisation);
        registry.register("online_agents", "Agents online and there", self.online);
        let help = "Whether a department may never be without an agent";
        registry.register("department_critical", help, self.critical);
        registry.register("queue_depth", "Tickets that wait", self.depth);
        registry.register("queue_oldest_seconds", "How long the oldest waiting ticket waits", self.oldest);
        registry.register("utilisation_ratio", "Share of the online agents' slots that is taken", share);
        registry.register(
            "orphaned_tickets",
            "Tickets held by nobody who is an agent",
            gauge_of(self.orphans),
        );
        registry.register("outbox_backlog", "Deliveries to Telegram not done", gauge_of(self.backlog));
        registry.register("websockets", "Open WebSockets", gauge_of(self.sockets));
        registry.register("telegram_errors", "Calls of the Bot API that failed", self.telegram);
        let help = "Tickets that only the sweep found";
        registry.register("sweep_finds", help, ConstCounter::new(self.sweep_finds));
        let help = "Writes that lost against another one";
        registry.register("conflicts", help, ConstCounter::new(self.conflicts));
        let help = "Whether presence can be read";
        registry.register("presence_reachable", help, gauge_of(self.presence_reachable.into()));
        if let Some(records) = self.presence_unreadable {
            let help = "Presence records that can't be read and are left out";
            registry.register("presence_unreadable_records", help, gauge_of(to_i64(records)));
        }
        let help = "Tickets that their customers reopened";
        registry.register("reopened_tickets", help, ConstCounter::new(self.reopened));
        if let Some(bytes) = self.presence_bytes {
            let bytes = gauge_of(i64::try_from(bytes).unwrap_or(i64::MAX));
            registry.register("presence_memory_bytes", "Memory that presence takes", bytes);
        }
    }
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
