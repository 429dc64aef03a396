//! `/metrics`, for Prometheus: what was counted since the start, and how things stand at this moment.
mod gauges;
mod latency;

use super::Api;
use super::http::auth::Staff;
use super::http::error::ApiError;
use crate::engine::events::Event;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use gauges::Gauges;
use latency::Latency;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The media type of what [`encode`] writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Where heartbeats arrive.
const HEARTBEAT_PATH: &str = "/api/agent-status/heartbeat";

/// A request, as far as it is told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

/// What became of a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HeartbeatLabels {
    result: &'static str,
}

/// What is counted.
pub(super) struct Metrics {
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    heartbeats: Family<HeartbeatLabels, Counter>,
    latency: Latency,
}

/// From half a millisecond to ten seconds.
fn seconds() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let heartbeats = Family::default();
        for result in ["ok", "refused", "failed"] {
            // A rate can be told from the first one on only if there was a nought before it.
            drop(heartbeats.get_or_create(&HeartbeatLabels { result }));
        }
        let requests = Family::new_with_constructor(seconds as fn() -> Histogram);
        Self { requests, heartbeats, latency: Latency::default() }
    }
}

impl Metrics {
    /// A request was answered. Whether it was a heartbeat that was taken, or one that the desk failed.
    pub(super) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) -> Option<bool> {
        let labels = RequestLabels { method: method.as_str().to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
        if route != HEARTBEAT_PATH {
            return None;
        }
        let (result, taken) = match status {
            200 => ("ok", Some(true)),
            400..500 => ("refused", None),
            _ => ("failed", Some(false)),
        };
        self.heartbeats.get_or_create(&HeartbeatLabels { result }).inc();
        taken
    }

    /// Something happened at this steady moment.
    pub(super) fn follow(&self, happening: Event, now: Duration) {
        self.latency.follow(happening, now);
    }

    /// Something happened that nobody saw.
    pub(super) fn lose_track(&self) {
        self.latency.forget();
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("requests_seconds", "How long requests took", self.requests.clone());
        registry.register("heartbeats", "Heartbeats by result", self.heartbeats.clone());
        self.latency.register(registry);
    }
}

/// Everything that is measured, for Prometheus. Open to this machine; others need a token.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub(super) async fn metrics(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    staff: Result<Staff, ApiError>,
) -> Result<Response, ApiError> {
    let local = api.client(peer.ip(), &headers).is_some_and(|client| client.to_canonical().is_loopback());
    if !local {
        staff?;
    }
    let mut registry = Registry::with_prefix("antri");
    api.metrics.register(&mut registry);
    Gauges::read(&api).await?.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| ApiError::internal())?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
