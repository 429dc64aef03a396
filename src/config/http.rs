//! The side API: where it listens, whom it believes.
use super::env::Reader;
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use url::Url;

/// HS256 with a shorter key is weaker than its signature is long.
const MIN_SECRET: usize = 32;

/// The side API.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `HTTP_ADDR`: the address and port on which the side API (and the webhook) listens. Default `127.0.0.1:8080`.
    pub addr: SocketAddr,
    /// `JWT_SECRET`: signs and checks the side API's bearer tokens; at least 32 bytes, the same for all replicas. Secret. No
    /// default; unset, no token can be given or accepted.
    pub jwt_secret: Option<SecretString>,
    /// `CORS_ORIGINS`: origins of web front ends that may call the side API, such as `https://desk.example`, with commas or
    /// blanks between them. No default: none.
    pub cors_origins: Vec<String>,
    /// `RATE_PER_TOKEN`: how many requests a second one person's tokens are good for; five seconds' worth at once. Default
    /// 20.
    pub rate_per_token: u32,
    /// `RATE_PER_ADDRESS`: how many requests a second one address may send; five seconds' worth at once. Default 100.
    pub rate_per_address: u32,
    /// `TRUSTED_PROXIES`: addresses of proxies whose `X-Forwarded-For` says where requests come from, with commas or blanks
    /// between them. No default: none.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 8_080)),
            jwt_secret: None,
            cors_origins: Vec::new(),
            rate_per_token: 20,
            rate_per_address: 100,
            trusted_proxies: Vec::new(),
        }
    }
}

impl HttpConfig {
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
            cors_origins: read.list(
                "CORS_ORIGINS",
                "origins such as https://desk.example (no path, no *) with commas or blanks between them",
                origin,
            ),
            rate_per_token: read.or("RATE_PER_TOKEN", default.rate_per_token, RATE, rate),
            rate_per_address: read.or("RATE_PER_ADDRESS", default.rate_per_address, RATE, rate),
            trusted_proxies: read.list(
                "TRUSTED_PROXIES",
                "IP addresses with commas or blanks between them",
                |text| text.parse().ok(),
            ),
        }
    }
}

/// What a rate looks like.
const RATE: &str = "a number of requests from 1 to 1000000";

fn rate(text: &str) -> Option<u32> {
    text.parse().ok().filter(|rate| (1..=1_000_000).contains(rate))
}

/// An origin as browsers write it: scheme, host, and the port unless it's the scheme's own.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin().ascii_serialization();
    // What is more than an origin (path, user, query) would be longer than it, but for the slash and a default port.
    let bare = url.as_str().strip_suffix('/') == Some(origin.as_str());
    (bare && ["http", "https"].contains(&url.scheme())).then_some(origin)
}
