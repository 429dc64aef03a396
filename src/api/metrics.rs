//! The Prometheus endpoint `/metrics`: counters and histograms since the start, and gauges that are read at
//! each scrape.
mod deliveries;
mod gauges;
mod intake;
pub(super) mod labels;
mod latency;
mod webhooks;

use super::Api;
use super::http::auth::MetricsReader;
use super::http::error::ApiError;
use crate::engine::events::Event;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use gauges::Gauges;
use labels::{LabelText, method_label};
use latency::Latency;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

/// The media type of the output of [`encode`].
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The route of heartbeats.
const HEARTBEAT_PATH: &str = "/api/agent-status/heartbeat";

/// The labels of a request. Each has few values, whatever clients send: a series is kept for every value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    /// A route of the router, not the path of the request.
    route: LabelText,
    status: u16,
}

/// The label of a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HeartbeatLabels {
    result: &'static str,
}

/// The counters and histograms since the start.
pub(super) struct Metrics {
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    heartbeats: Family<HeartbeatLabels, Counter>,
    latency: Latency,
}

/// Returns a histogram from half a millisecond to ten seconds.
fn seconds_histogram() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let heartbeats = Family::default();
        for result in ["ok", "refused", "failed"] {
            // A series must exist with 0, else Prometheus can't compute a rate from its first increment.
            drop(heartbeats.get_or_create(&HeartbeatLabels { result }));
        }
        let requests = Family::new_with_constructor(seconds_histogram as fn() -> Histogram);
        Self { requests, heartbeats, latency: Latency::default() }
    }
}

impl Metrics {
    /// Records a request. For a heartbeat returns whether it succeeded; `None` if the client was at fault, or
    /// for others.
    pub(super) fn record_request(
        &self,
        method: &Method,
        route: &str,
        status: u16,
        duration: Duration,
    ) -> Option<bool> {
        let labels = RequestLabels { method: method_label(method), route: LabelText::new(route), status };
        self.requests.get_or_create(&labels).observe(duration.as_secs_f64());
        if route != HEARTBEAT_PATH {
            return None;
        }
        let (result, succeeded) = match status {
            200 => ("ok", Some(true)),
            400..500 => ("refused", None),
            _ => ("failed", Some(false)),
        };
        self.heartbeats.get_or_create(&HeartbeatLabels { result }).inc();
        succeeded
    }

    /// Records an event at steady time `now`.
    pub(super) fn observe_event(&self, event: Event, now: Duration) {
        self.latency.observe(event, now);
    }

    /// Discards the latencies in progress, since events were lost.
    pub(super) fn reset_latency(&self) {
        self.latency.reset();
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("requests_seconds", "How long requests took", self.requests.clone());
        registry.register("heartbeats", "Heartbeats by result", self.heartbeats.clone());
        self.latency.register(registry);
    }
}

/// Everything that is measured, for Prometheus. Takes `METRICS_TOKEN`, or the token of an agent or admin.
#[utoipa::path(get, operation_id = "getMetrics", path = "/metrics", tag = "operation",
    security(("metrics" = []), ("bearer" = [])),
    responses((status = 200, body = String, content_type = "application/openmetrics-text",
        example = "antri_queue_depth{department=\"Umum\"} 3\n# EOF\n")))]
pub(super) async fn metrics(State(api): State<Arc<Api>>, _: MetricsReader) -> Result<Response, ApiError> {
    let mut registry = Registry::with_prefix("antri");
    api.metrics.register(&mut registry);
    Gauges::read(&api).await?.register(&mut registry);
    deliveries::register(&api.engine.store().counters().await?, &mut registry);
    intake::register(&api.intake, &mut registry);
    let counts = api.engine.store().webhook_counts().await?;
    webhooks::register(counts, &api.engine.faults, &mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| ApiError::internal())?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
