//! The web front end at `/app`: the built files of `web/`, which this binary embeds.
//!
//! Browsers keep script and style for a year, under a name with the hash of the content. The page itself is loaded
//! anew each time, so a new build is seen at once.
use super::Api;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::{Arc, LazyLock};

const INDEX: &str = include_str!("../../web/dist/index.html");
const SCRIPT: &str = include_str!("../../web/dist/app.js");
const STYLE: &str = include_str!("../../web/dist/app.css");
/// The text in the page that stands for the hash of script and style.
const HASH_PLACEHOLDER: &str = "BUILD";
/// Origins that may show the page in a frame, beside its own: Telegram's web clients show Mini Apps in one.
const TELEGRAM_ORIGINS: &str = "https://web.telegram.org https://*.web.telegram.org";

/// A file, plain and compressed.
struct File {
    content_type: HeaderValue,
    cache: HeaderValue,
    plain: Vec<u8>,
    gzip: Vec<u8>,
}

/// The files of the front end.
struct Files {
    index: File,
    script: File,
    style: File,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let digest = Sha256::new_with_prefix(SCRIPT).chain_update(STYLE).finalize();
    let hash = digest.iter().take(8).fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
    let forever = "public, max-age=31536000, immutable";
    Files {
        index: File::new(
            "text/html; charset=utf-8",
            "no-cache",
            INDEX.replace(HASH_PLACEHOLDER, &hash).into_bytes(),
        ),
        script: File::new("text/javascript; charset=utf-8", forever, SCRIPT.into()),
        style: File::new("text/css; charset=utf-8", forever, STYLE.into()),
    }
});

impl File {
    fn new(content_type: &'static str, cache: &'static str, plain: Vec<u8>) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into memory cannot fail; without the compressed form the plain one is sent.
        let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let (content_type, cache) = (HeaderValue::from_static(content_type), HeaderValue::from_static(cache));
        Self { content_type, cache, plain, gzip }
    }

    fn response(&'static self, request: &HeaderMap) -> Response {
        let accepted = request.get_all(header::ACCEPT_ENCODING).iter();
        let mut accepted = accepted.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        let takes_gzip = accepted.any(|coding| coding.split(';').next().is_some_and(|c| c.trim() == "gzip"));
        let headers = [
            (header::CONTENT_TYPE, self.content_type.clone()),
            (header::CACHE_CONTROL, self.cache.clone()),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        if takes_gzip && !self.gzip.is_empty() {
            let coding = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            return (headers, coding, self.gzip.as_slice()).into_response();
        }
        (headers, self.plain.as_slice()).into_response()
    }
}

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/app", get(async || Redirect::permanent("/app/")))
        .route("/app/", get(index))
        .route("/app/app.js", get(async |headers: HeaderMap| FILES.script.response(&headers)))
        .route("/app/app.css", get(async |headers: HeaderMap| FILES.style.response(&headers)))
}

async fn index(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    (api.page_policy(), FILES.index.response(&headers)).into_response()
}

impl Api {
    /// Returns the security headers of the page: it runs its own script only, speaks with this server only, and is
    /// shown in frames of Telegram only.
    fn page_policy(&self) -> [(HeaderName, HeaderValue); 3] {
        let ancestors =
            std::iter::once(TELEGRAM_ORIGINS).chain(self.config.frame_origins.iter().map(String::as_str));
        let ancestors = ancestors.collect::<Vec<_>>().join(" ");
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
             media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {ancestors}"
        );
        let policy = HeaderValue::from_str(&policy);
        [
            (
                header::CONTENT_SECURITY_POLICY,
                policy.unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'")),
            ),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
            ),
        ]
    }
}
