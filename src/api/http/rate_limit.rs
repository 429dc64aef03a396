//! Rate limits of the side API: a token bucket per client address, and one per person behind a token. A
//! bucket holds the requests of five seconds, so that a page may load everything at once.
use super::error::ApiError;
use crate::api::Api;
use crate::domain::ids::PersonId;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
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

    /// Returns the client's address: the peer, or the address that a trusted proxy forwards. Returns `None`
    /// if a peer that is not trusted sends `X-Forwarded-For`, since it can claim any address.
    pub(in crate::api) fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let trusted = |address: &IpAddr| self.config.trusted_proxies.contains(address);
        let forwarded = headers.get_all("x-forwarded-for");
        let forwarded =
            forwarded.iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        let forwarded: Vec<_> = forwarded.map(|text| text.trim().parse::<IpAddr>().ok()).collect();
        if !trusted(&peer) {
            return forwarded.is_empty().then_some(peer);
        }
        // Each proxy appends its peer, so the last address that is not a trusted proxy is the client.
        let client = forwarded.into_iter().rev().find(|hop| hop.is_none_or(|address| !trusted(&address)));
        client.unwrap_or(Some(peer))
    }
}

/// Limits the requests of each client address.
pub(in crate::api) async fn limit_address(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Some(peer) = peer {
        let address = api.client_address(peer, request.headers()).unwrap_or(peer);
        if let Err(wait) = api.limits.addresses.take(client_key(address), api.clock.steady()) {
            return too_many(wait).into_response();
        }
    }
    next.run(request).await
}

/// Returns the key of a client: its IPv4 address or its IPv6 /64 network, since an IPv6 client has many
/// addresses.
fn client_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

fn too_many(wait: Duration) -> ApiError {
    ApiError::too_many(wait.as_secs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let key = |text: &str| client_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
