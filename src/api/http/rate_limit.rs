//! Rate limits of the side API: a token bucket per client address, and one per person behind a token. A
//! bucket holds the requests of five seconds, so that a page may load everything at once.
use super::error::ApiError;
use crate::api::Api;
use crate::domain::ids::PersonId;
use crate::http_server::address::{client_network, forwarded_address};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many seconds of requests a bucket holds.
const BURST_SECONDS: f64 = 5.0;
/// How many buckets are kept before full ones are removed; a full bucket equals a new one.
const MAX_TRACKED_CLIENTS: usize = 50_000;

/// Token buckets by key.
#[derive(Debug)]
pub(in crate::api) struct Limiter<K> {
    per_second: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    updated_at: Duration,
}

impl<K: Eq + Hash> Limiter<K> {
    pub(in crate::api) fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), buckets: Mutex::default() }
    }

    /// Takes one token at steady time `now`. Errors with the wait until the next token if the bucket is
    /// empty.
    pub(in crate::api) fn take(&self, key: K, now: Duration) -> Result<(), Duration> {
        let capacity = self.per_second * BURST_SECONDS;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_TRACKED_CLIENTS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.refilled(*bucket, now) < capacity);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: capacity, updated_at: now });
        let tokens = self.refilled(*bucket, now);
        if tokens < 1.0 {
            *bucket = Bucket { tokens, updated_at: now };
            return Err(Duration::from_secs_f64((1.0 - tokens) / self.per_second));
        }
        *bucket = Bucket { tokens: tokens - 1.0, updated_at: now };
        Ok(())
    }

    fn refilled(&self, bucket: Bucket, now: Duration) -> f64 {
        let elapsed = now.saturating_sub(bucket.updated_at).as_secs_f64();
        (bucket.tokens + elapsed * self.per_second).min(self.per_second * BURST_SECONDS)
    }
}

/// The rate limits of the side API.
#[derive(Debug)]
pub(in crate::api) struct RateLimits {
    addresses: Limiter<IpAddr>,
    people: Limiter<PersonId>,
}

impl RateLimits {
    pub(in crate::api) fn new(per_address: u32, per_person: u32) -> Self {
        Self { addresses: Limiter::new(per_address), people: Limiter::new(per_person) }
    }
}

impl Api {
    /// Takes a token of this person. Errors with 429 if there is none.
    pub(in crate::api) fn limit_person(&self, person: PersonId) -> Result<(), ApiError> {
        self.limits.people.take(person, self.clock.steady()).map_err(too_many)
    }

    /// Returns the address whose bucket a request uses.
    fn request_address(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
        Some(client_address(&self.config.trusted_proxies, peer, request.headers()).unwrap_or(peer))
    }

    fn take_of_address(&self, address: IpAddr) -> Result<(), Duration> {
        self.limits.addresses.take(client_network(address), self.clock.steady())
    }
}

/// Returns the client's address: the peer, or the address that a trusted proxy forwards. Returns `None`
/// if a peer that is not trusted sends `X-Forwarded-For`, since it can claim any address.
fn client_address(trusted_proxies: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let trusted = |address: IpAddr| trusted_proxies.iter().any(|proxy| proxy.to_canonical() == address);
    let forwarded = headers.get_all("x-forwarded-for");
    // An entry that can't be read is an address, too: it is not a proxy's.
    let forwarded = forwarded.iter().flat_map(|value| value.to_str().unwrap_or("?").split(','));
    let forwarded: Vec<_> = forwarded.map(forwarded_address).collect();
    if !trusted(peer) {
        return forwarded.is_empty().then_some(peer);
    }
    // Each proxy appends its peer, so the last address that is not a trusted proxy is the client.
    let client = forwarded.into_iter().rev().find(|hop| hop.is_none_or(|address| !trusted(address)));
    client.unwrap_or(Some(peer))
}

/// Limits the requests of each client address.
pub(in crate::api) async fn limit_address(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(Err(wait)) = api.request_address(&request).map(|address| api.take_of_address(address)) {
        return too_many(wait).into_response();
    }
    next.run(request).await
}

/// Returns routes that are not the API's with a limit on rejected requests: each takes a token of its address,
/// and gets 429 when there is none. Accepted requests are not limited.
pub(in crate::api) fn limit_rejected(api: &Arc<Api>, routes: Router) -> Router {
    routes.layer(from_fn_with_state(Arc::clone(api), limit_if_rejected))
}

async fn limit_if_rejected(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let address = api.request_address(&request);
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED
        && let Some(Err(wait)) = address.map(|address| api.take_of_address(address))
    {
        return too_many(wait).into_response();
    }
    response
}

fn too_many(wait: Duration) -> ApiError {
    ApiError::too_many(wait.as_secs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    /// A server that listens on `[::]` sees the mapped address of a proxy.
    #[test]
    fn a_trusted_proxy_has_one_spelling() {
        let forwarded = HeaderMap::from_iter([(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("203.0.113.9"),
        )]);
        let client = |proxy: &str, peer: &str| {
            let found = client_address(&[proxy.parse().unwrap()], peer.parse().unwrap(), &forwarded);
            found.map(|address| address.to_string())
        };
        for (proxy, peer) in
            [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "::ffff:127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1")]
        {
            assert_eq!(client(proxy, peer).as_deref(), Some("203.0.113.9"), "{proxy} {peer}");
        }
        assert_eq!(client("127.0.0.1", "::ffff:127.0.0.2"), None, "a claim of somebody else");
    }

    #[test]
    fn a_bucket_holds_five_seconds_of_requests_and_refills() {
        let limiter = Limiter::new(2);
        let at = Duration::from_millis;
        assert!((0..10).all(|_| limiter.take("a", at(0)).is_ok()));
        assert_eq!(limiter.take("a", at(0)), Err(at(500)));
        assert_eq!(limiter.take("b", at(0)), Ok(()));
        assert_eq!(limiter.take("a", at(500)), Ok(()));
        assert!(limiter.take("a", at(500)).is_err());
        assert!((0..10).all(|_| limiter.take("a", at(60_000)).is_ok()));
        assert!(limiter.take("a", at(60_000)).is_err());
    }
}
