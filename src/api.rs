//! The side API: HTTP and WebSocket access to the desk for web front ends and integrations. Handlers parse a
//! request, call the same engine operations as the bot, and wrap the result.
//!
//! `routes` holds the handlers, one file per resource; `http` authentication, extractors, errors, middleware
//! and rate limits; `json` the bodies; `live` the WebSocket; `metrics` the Prometheus endpoint; `openapi` the
//! contract; `startup` the health checks of a desk that is starting.
mod http;
mod json;
mod live;
mod metrics;
mod openapi;
mod page;
mod routes;
pub mod startup;

use crate::auth_token::Verifier;
use crate::bot::cards::view_loader::ViewLoader;
use crate::clock::Clock;
use crate::config::http::HttpConfig;
use crate::domain::Time;
use crate::engine::Engine;
use crate::http_server::{ServerLimits, connection_limit};
use crate::i18n::Texts;
use crate::inbox::status::IntakeStatus;
use crate::outbox::OutboxStatus;
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
    views: ViewLoader,
    texts: Arc<Texts>,
    intake: Arc<IntakeStatus>,
    outbox: Arc<OutboxStatus>,
    clock: Clock,
    config: HttpConfig,
    /// The bot's username, which pages show.
    bot_username: String,
    /// Verifies tokens; `None` without `JWT_SECRET`.
    tokens: Option<Verifier>,
    health: routes::health::Health,
    limits: http::rate_limit::RateLimits,
    live: live::events::LiveFeed,
    uploads: routes::uploads::UploadPermits,
    metrics: metrics::Metrics,
}

impl Api {
    /// Returns an API over this engine.
    #[must_use]
    pub fn new(
        engine: Arc<Engine>,
        telegram: Telegram,
        (views, texts): (ViewLoader, Arc<Texts>),
        (intake, outbox): (Arc<IntakeStatus>, Arc<OutboxStatus>),
        clock: Clock,
        (config, bot_username): (HttpConfig, String),
    ) -> Arc<Self> {
        let limits = http::rate_limit::RateLimits::new(config.rate_per_address, config.rate_per_token);
        let tokens = config.jwt_secret.as_ref().map(Verifier::new);
        let (health, live, metrics) = Default::default();
        Arc::new(Self {
            engine,
            telegram,
            views,
            texts,
            intake,
            outbox,
            clock,
            config,
            bot_username,
            tokens,
            health,
            limits,
            live,
            uploads: routes::uploads::UploadPermits::default(),
            metrics,
        })
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    /// Runs an engine operation to completion, even if the client disconnects: the work that follows a commit
    /// in memory must not be skipped.
    fn run<F, T, E>(operation: F) -> impl Future<Output = Result<T, ApiError>> + Send + use<F, T, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        // Boxed before the first await, so that the handler's future, which passes through every layer, stays
        // small. Asserting unwind safety is fine: a panic in a spawned task would leave the same state
        // behind.
        let mut operation = Box::pin(AssertUnwindSafe(operation).catch_unwind());
        async move {
            // An operation that completes at the first poll cannot be cancelled in between, and needs no
            // task.
            let result = match operation.as_mut().now_or_never() {
                Some(result) => result,
                None => tokio::spawn(operation).await.map_err(|_| ApiError::internal())?,
            };
            let Ok(result) = result else {
                tracing::error!("panic in request handler");
                return Err(ApiError::internal());
            };
            Ok(result?)
        }
    }
}

/// Returns the router of all routes.
pub fn router(api: &Arc<Api>) -> Router {
    Router::new()
        // Merged with full paths, because nesting rewrites the path of each request, and most requests are
        // heartbeats.
        .merge(routes::agent_status::routes())
        .merge(routes::audit::routes())
        .merge(routes::departments::routes())
        .merge(routes::files::routes())
        .merge(routes::messages::routes())
        .merge(routes::replies::routes())
        .merge(routes::search::routes())
        .merge(routes::statistics::routes())
        .merge(routes::uploads::routes())
        .merge(routes::webhook_deliveries::routes())
        .nest("/api/agents", routes::agents::routes())
        .nest("/api/auth", routes::login::routes().merge(routes::page_login::routes()))
        .nest("/api/dead-letters", routes::dead_letters::routes())
        .nest("/api/queue", routes::queue::routes())
        .nest("/api/settings", routes::settings::routes())
        .nest("/api/tickets", routes::tickets::routes())
        .route("/api/ws", get(live::websocket::open))
        .route("/api/openapi.json", get(openapi::contract))
        .route("/docs", get(openapi::docs))
        .merge(page::routes())
        .route("/healthz", get(routes::health::healthz))
        .route("/readyz", get(routes::health::readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(http::middleware::no_such_path)
        .method_not_allowed_fallback(http::middleware::no_such_method)
        .layer(from_fn(http::middleware::buffer_body))
        .layer(from_fn_with_state(Arc::clone(api), http::rate_limit::limit_address))
        .layer(cors(&api.config.cors_origins))
        .layer(from_fn_with_state(Arc::clone(api), http::middleware::log_request))
        .with_state(Arc::clone(api))
}

/// Returns the limits of the server of this configuration.
#[must_use]
pub fn server_limits(config: &HttpConfig) -> ServerLimits {
    ServerLimits {
        header_timeout: config.header_timeout,
        idle_timeout: config.idle_timeout,
        max_connections: connection_limit(),
        trusted_proxies: config.trusted_proxies.clone(),
    }
}

/// Returns other routes of the same server with the API's limit on rejected requests of one address.
pub fn limit_rejected(api: &Arc<Api>, routes: Router) -> Router {
    http::rate_limit::limit_rejected(api, routes)
}

/// Returns the CORS layer: only pages of these origins may call.
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
