//! Health checks of a desk that is starting: liveness, and a readiness that says what is missing. All other
//! requests are answered with 503 until the real routes are served.
use super::http::error::ApiError;
use super::routes::health::{Ready, healthz, presence_answers, store_answers};
use crate::clock::Clock;
use crate::engine::ports::{Presence, Store};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The parts of a desk that is starting.
pub struct Startup {
    store: Arc<dyn Store>,
    presence: Arc<dyn Presence>,
    clock: Clock,
    telegram_answered: AtomicBool,
}

impl Startup {
    /// Returns the state before Telegram has answered.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, presence: Arc<dyn Presence>, clock: Clock) -> Arc<Self> {
        Arc::new(Self { store, presence, clock, telegram_answered: AtomicBool::new(false) })
    }

    /// Records that Telegram has answered.
    pub fn set_telegram_answered(&self) {
        self.telegram_answered.store(true, Ordering::SeqCst);
    }
}

/// Returns the routes of a desk that is starting.
pub fn startup_router(startup: &Arc<Startup>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(starting)
        .with_state(Arc::clone(startup))
}

async fn readyz(State(startup): State<Arc<Startup>>) -> Response {
    let (store, presence) = tokio::join!(
        store_answers(&*startup.store),
        presence_answers(&*startup.presence, startup.clock.now())
    );
    let telegram = startup.telegram_answered.load(Ordering::SeqCst);
    Ready::starting(store, presence, telegram).into_answer().into_response()
}

async fn starting() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "starting",
        "the desk is starting; /readyz says what is missing",
    )
}
