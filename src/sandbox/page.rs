//! Chat page and its assets. Only a browser on this machine is served, and no page of another site.
pub(super) mod client_api;
pub(super) mod events;
mod inline;
mod mini_apps;
use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Sandbox;

/// The page loads nothing from other hosts, except the Mini Apps in its frames, and must not be framed.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; \
                      frame-src 'self' https: http://127.0.0.1:* http://localhost:*; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

impl Sandbox {
    /// Returns the router of the chat page at `/`, its assets, and the client API under `/sandbox/`.
    pub fn page(&self) -> Router {
        Router::new()
            .route("/", get(async || asset("text/html; charset=utf-8", include_str!("page/index.html"))))
            .route("/assets/{name}", get(serve_asset))
            .merge(client_api::routes())
            .merge(inline::routes())
            .merge(mini_apps::routes())
            .route_layer(middleware::from_fn(require_loopback))
            .with_state(self.clone())
    }
}

/// The assets: name, content type and content.
const ASSETS: [(&str, &str, &str); 13] = [
    ("style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("page/app.js")),
    ("answers.js", "text/javascript; charset=utf-8", include_str!("page/answers.js")),
    ("composer.js", "text/javascript; charset=utf-8", include_str!("page/composer.js")),
    ("faults.js", "text/javascript; charset=utf-8", include_str!("page/faults.js")),
    ("common.js", "text/javascript; charset=utf-8", include_str!("page/common.js")),
    ("message.js", "text/javascript; charset=utf-8", include_str!("page/message.js")),
    ("mini-app.js", "text/javascript; charset=utf-8", include_str!("page/mini-app.js")),
    ("pane.js", "text/javascript; charset=utf-8", include_str!("page/pane.js")),
    ("keyboard.js", "text/javascript; charset=utf-8", include_str!("page/keyboard.js")),
    ("topics.js", "text/javascript; charset=utf-8", include_str!("page/topics.js")),
    ("samples.js", "text/javascript; charset=utf-8", include_str!("page/samples.js")),
    ("i18n.js", "text/javascript; charset=utf-8", include_str!("page/i18n.js")),
];

async fn serve_asset(Path(requested): Path<String>) -> Response {
    match ASSETS.iter().find(|(name, ..)| *name == requested) {
        Some((_, kind, content)) => asset(kind, content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn asset(kind: &'static str, content: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content)
}

/// Rejects a foreign host name that resolves to this machine (DNS rebinding), and requests from foreign
/// pages.
async fn require_loopback(request: Request, next: Next) -> Response {
    if is_allowed(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "The sandbox answers only to this machine.\n").into_response()
    }
}

fn is_allowed(headers: &HeaderMap) -> bool {
    let value = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let origin_ok = value(header::ORIGIN)
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| is_loopback(host)));
    origin_ok && value(header::HOST).is_some_and(is_loopback)
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
    fn only_loopback_names_are_loopback() {
        for host in ["localhost", "localhost:80", "127.0.0.1:4000", "[::1]:4000", "[::1]", "LOCALHOST:1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "192.168.1.4:80", "127.0.0.1.evil:80", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
