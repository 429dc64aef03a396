//! The chat page and its door: only a browser on this machine, and no other site's page, may come in.
pub(super) mod client_api;
pub(super) mod events;
pub(super) mod render;
use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Sandbox;

/// Nothing from elsewhere is loaded, and nobody may put the page into a frame.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

impl Sandbox {
    /// The chat page at `/` with its assets, and the client API under `/sandbox/`.
    pub fn page(&self) -> Router {
        Router::new()
            .route("/", get(async || asset("text/html; charset=utf-8", include_str!("page/index.html"))))
            .route("/assets/{name}", get(named))
            .merge(client_api::routes())
            .route_layer(middleware::from_fn(only_from_here))
            .with_state(self.clone())
    }
}

/// The page's parts, by name.
const ASSETS: [(&str, &str, &str); 7] = [
    ("style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("page/app.js")),
    ("composer.js", "text/javascript; charset=utf-8", include_str!("page/composer.js")),
    ("kit.js", "text/javascript; charset=utf-8", include_str!("page/kit.js")),
    ("message.js", "text/javascript; charset=utf-8", include_str!("page/message.js")),
    ("pane.js", "text/javascript; charset=utf-8", include_str!("page/pane.js")),
    ("words.js", "text/javascript; charset=utf-8", include_str!("page/words.js")),
];

async fn named(Path(wanted): Path<String>) -> Response {
    match ASSETS.iter().find(|(name, ..)| *name == wanted) {
        Some((_, kind, content)) => asset(kind, content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn asset(kind: &'static str, content: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content)
}

/// A foreign name that resolves to this machine, or a foreign page that calls it, is refused.
async fn only_from_here(request: Request, next: Next) -> Response {
    if allowed(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "The sandbox answers only to this machine.\n").into_response()
    }
}

fn allowed(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let origin = text(header::ORIGIN)
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| is_loopback(host)));
    origin && text(header::HOST).is_some_and(is_loopback)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names() {
        for host in ["localhost", "localhost:80", "127.0.0.1:4000", "[::1]:4000", "[::1]", "LOCALHOST:1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "192.168.1.4:80", "127.0.0.1.evil:80", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
