//! The side API: web front ends and integrations work with the desk over HTTP.
//!
//! Handlers take a request apart, call the same verbs of the engine as the bot does, and wrap the answer. What follows from
//! a verb (the next ticket, the cards in Telegram, the customer's message) follows by itself.
//!
//! | file | what |
//! |---|---|
//! | `auth`, `extract` | who asks, and what they sent |
//! | `answer`, `error` | the envelope, and why something was refused |
//! | `agent_status`, … | one file per group of endpoints |
//! | `ticket_body`, `agent_body`, `words` | what tickets and agents are in JSON |
//! | `frame` | request ids, the log line, bodies that come in time and fit |
//! | `live`, `snapshot`, `ws` | events, all at once and one by one, and the sockets that send them |
//! | `alerts` | incidents |
//! | `openapi`, `login`, `health`, `metrics` | the contract, log-ins, and what operators look at |
//! | `limits` | how much one client may ask |
mod http;
mod json;
mod live;
mod metrics;
mod openapi;
mod routes;

use crate::auth_token::Verifier;
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::domain::Time;
use crate::engine::Engine;
use crate::telegram::Telegram;
use axum::Router;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use futures::FutureExt;
use http::error::ApiError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// The side API of one desk.
pub struct Api {
    engine: Arc<Engine>,
    telegram: Telegram,
    clock: Clock,
    config: HttpConfig,
    /// Checks tokens, where there are any.
    tokens: Option<Verifier>,
    health: routes::health::Health,
    limits: http::rate_limit::RateLimits,
    live: live::events::LiveFeed,
    metrics: metrics::Metrics,
}

impl Api {
    /// An API over this engine.
    #[must_use]
    pub fn new(engine: Arc<Engine>, telegram: Telegram, clock: Clock, config: HttpConfig) -> Arc<Self> {
        let limits = http::rate_limit::RateLimits::new(config.rate_per_address, config.rate_per_token);
        let tokens = config.jwt_secret.as_ref().map(Verifier::new);
        let (health, live, metrics) = Default::default();
        Arc::new(Self { engine, telegram, clock, config, tokens, health, limits, live, metrics })
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    /// Runs a verb of the engine to its end, even if the client hangs up meanwhile: what was committed has consequences in
    /// memory that must not be left out.
    fn run<V, T, E>(verb: V) -> impl Future<Output = Result<T, ApiError>> + Send + use<V, T, E>
    where
        V: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        // In its box before anything waits, so that the handler's own future, which is on its way through every layer, stays
        // small. Whatever a panic leaves behind, a task of its own would leave behind just so.
        let mut verb = Box::pin(AssertUnwindSafe(verb).catch_unwind());
        async move {
            // What is done at once, in memory, has no middle in which a client could hang up, and needs no task of its own.
            let result = match verb.as_mut().now_or_never() {
                Some(result) => result,
                None => tokio::spawn(verb).await.map_err(|_| ApiError::internal())?,
            };
            let Ok(result) = result else {
                tracing::error!("a request panicked");
                return Err(ApiError::internal());
            };
            Ok(result?)
        }
    }
}

/// All routes.
pub fn router(api: &Arc<Api>) -> Router {
    Router::new()
        // With whole paths: nesting writes the path of each request anew, and heartbeats are most of them.
        .merge(routes::agent_status::routes())
        .nest("/api/agents", routes::agents::routes())
        .nest("/api/auth", routes::login::routes())
        .nest("/api/queue", routes::queue::routes())
        .nest("/api/settings", routes::settings::routes())
        .nest("/api/tickets", routes::tickets::routes())
        .route("/api/ws", get(live::websocket::open))
        .route("/api/openapi.json", get(openapi::contract))
        .route("/docs", get(openapi::docs))
        .route("/healthz", get(routes::health::healthz))
        .route("/readyz", get(routes::health::readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(http::middleware::no_such_path)
        .method_not_allowed_fallback(http::middleware::no_such_method)
        .layer(from_fn(http::middleware::whole_body))
        .layer(from_fn_with_state(Arc::clone(api), http::rate_limit::by_address))
        .layer(cors(&api.config.cors_origins))
        .layer(from_fn_with_state(Arc::clone(api), http::middleware::note))
        .with_state(Arc::clone(api))
}

/// Pages of these origins may call, and of no others.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let idempotency = HeaderName::from_static("idempotency-key");
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PATCH])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, idempotency, http::middleware::REQUEST_ID])
        .expose_headers([RETRY_AFTER, http::middleware::REQUEST_ID])
        .max_age(Duration::from_secs(3_600))
}
