//! Configuration of the HTTP server: listen address, tokens, origins, rate limits, trusted proxies.
use super::env::Reader;
use super::webhooks::EventWebhookConfig;
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use url::Url;

/// Shortest key in bytes. HS256 needs a key as long as its signature.
const MIN_SECRET: usize = 32;

/// Shortest token in bytes. Nobody can guess that many random characters.
const MIN_METRICS_TOKEN: usize = 32;

/// Shortest session: as long as a token of the bot.
const MIN_SESSION_SECONDS: u64 = 12 * 3_600;
/// Longest session: a year.
const MAX_SESSION_SECONDS: u64 = 366 * 24 * 3_600;

/// Listen address, tokens and limits of the side API.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `HTTP_ADDR`: the listen address and port of the side API and the webhook. Default `127.0.0.1:8080`.
    pub addr: SocketAddr,
    /// `JWT_SECRET`: the key that signs and checks bearer tokens, at least 32 bytes, equal on all replicas.
    /// Secret. No default. If it is unset, no token is issued or accepted.
    pub jwt_secret: Option<SecretString>,
    /// `SESSION_LIFETIME`: seconds after a log-in until its session ends, however often its tokens are renewed.
    /// At least 43200. Default 2592000 (30 days).
    pub session_lifetime: Duration,
    /// `METRICS_TOKEN`: the bearer token of a scraper, which may read `/metrics` and nothing else. At least 32
    /// characters. Secret. No default. If it is unset, `/metrics` takes only tokens of agents and admins.
    pub metrics_token: Option<SecretString>,
    /// `CORS_ORIGINS`: origins of web pages that may call the side API, such as `https://desk.example`,
    /// separated by commas or blanks. No default.
    pub cors_origins: Vec<String>,
    /// `RATE_PER_TOKEN`: requests per second of one person's tokens, with bursts of five seconds' worth.
    /// Default 20.
    pub rate_per_token: u32,
    /// `RATE_PER_ADDRESS`: requests per second from one address, with bursts of five seconds' worth. Default
    /// 100.
    pub rate_per_address: u32,
    /// `HTTP_HEADER_TIMEOUT`: seconds that a client may take to send the headers of a request. Default 15.
    pub header_timeout: Duration,
    /// `HTTP_IDLE_TIMEOUT`: seconds that a connection without a request stays open. Longer than a balancer in
    /// front keeps its connections. Default 90.
    pub idle_timeout: Duration,
    /// `TRUSTED_PROXIES`: IP addresses of proxies whose `X-Forwarded-For` header is trusted, separated by
    /// commas or blanks. No default.
    pub trusted_proxies: Vec<IpAddr>,
    /// `WEB_URL`: the public address of this server, such as `https://desk.example`. `/web` in the bot links to the
    /// web front end there. An `https` address also gives agents and admins the menu button and the buttons that open
    /// the front end as a Mini App. Both need `JWT_SECRET`. No default. If one of the two variables is unset, `/web`
    /// names them.
    pub web_url: Option<String>,
    /// Whether Telegram opens Mini Apps without TLS. The demo's does.
    pub mini_app_over_http: bool,
    /// Origins of pages that may show the web front end in a frame, beside Telegram's. The demo's page is one.
    pub frame_origins: Vec<String>,
    /// The receiver of the desk's events; `None` if there is none.
    pub event_webhook: Option<EventWebhookConfig>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 8_080)),
            jwt_secret: None,
            metrics_token: None,
            session_lifetime: Duration::from_secs(30 * 24 * 3_600),
            cors_origins: Vec::new(),
            rate_per_token: 20,
            rate_per_address: 100,
            header_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(90),
            trusted_proxies: Vec::new(),
            web_url: None,
            mini_app_over_http: false,
            frame_origins: Vec::new(),
            event_webhook: None,
        }
    }
}

impl HttpConfig {
    /// Returns the address of the web front end as a Mini App, if Telegram opens it and people can log in there.
    #[must_use]
    pub fn mini_app_url(&self) -> Option<String> {
        let url = self.web_url.as_ref().filter(|_| self.jwt_secret.is_some())?;
        (url.starts_with("https://") || self.mini_app_over_http).then(|| format!("{url}/app/"))
    }

    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            addr: read.or(
                "HTTP_ADDR",
                default.addr,
                "an IP address and a port, such as 127.0.0.1:8080",
                |text| text.parse().ok(),
            ),
            jwt_secret: read.secret(
                "JWT_SECRET",
                "at least 32 bytes; make one with `openssl rand -hex 32`",
                |text| text.len() >= MIN_SECRET,
            ),
            session_lifetime: read.seconds(
                "SESSION_LIFETIME",
                default.session_lifetime,
                MIN_SESSION_SECONDS..=MAX_SESSION_SECONDS,
            ),
            metrics_token: read.secret(
                "METRICS_TOKEN",
                "at least 32 ASCII characters without blanks; make one with `openssl rand -hex 32`",
                |text| text.len() >= MIN_METRICS_TOKEN && text.bytes().all(|b| b.is_ascii_graphic()),
            ),
            cors_origins: read.list(
                "CORS_ORIGINS",
                "origins such as https://desk.example (no path, no *) with commas or blanks between them",
                origin,
            ),
            rate_per_token: read.or("RATE_PER_TOKEN", default.rate_per_token, RATE, rate),
            rate_per_address: read.or("RATE_PER_ADDRESS", default.rate_per_address, RATE, rate),
            header_timeout: read.seconds("HTTP_HEADER_TIMEOUT", default.header_timeout, 1..=3_600),
            idle_timeout: read.seconds("HTTP_IDLE_TIMEOUT", default.idle_timeout, 1..=3_600),
            trusted_proxies: read.list(
                "TRUSTED_PROXIES",
                "IP addresses with commas or blanks between them",
                |text| text.parse::<IpAddr>().ok().map(|address| address.to_canonical()),
            ),
            web_url: read.optional("WEB_URL", "an origin such as https://desk.example (no path)", origin),
            mini_app_over_http: false,
            frame_origins: Vec::new(),
            event_webhook: EventWebhookConfig::read(read),
        }
    }
}

/// Description of a valid rate, for errors.
const RATE: &str = "a number of requests from 1 to 1000000";

fn rate(text: &str) -> Option<u32> {
    text.parse().ok().filter(|rate| (1..=1_000_000).contains(rate))
}

/// Returns an origin as browsers send it: scheme, host, and the port unless it is the scheme's default.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin().ascii_serialization();
    // A URL with a path, user or query is longer than its origin. Only a final slash is allowed.
    let bare = url.as_str().strip_suffix('/') == Some(origin.as_str());
    (bare && ["http", "https"].contains(&url.scheme())).then_some(origin)
}
