//! How much one client may ask: a bucket of requests per address, and one per person behind a token. A bucket fills with
//! time and holds five seconds' worth, so that a page may load all it shows at once.
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

/// How many seconds' worth of requests a bucket holds.
const BURST_SECONDS: f64 = 5.0;
/// How many buckets are remembered before the full ones, which say nothing, are forgotten.
const MAX_TRACKED_CLIENTS: usize = 50_000;

/// Buckets by key.
#[derive(Debug)]
pub(in crate::api) struct Limiter<K> {
    per_second: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Duration,
}

impl<K: Eq + Hash> Limiter<K> {
    pub(in crate::api) fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), buckets: Mutex::default() }
    }

    /// Takes one request out of a bucket at the steady moment `now`; refused with the time after which there is one.
    pub(in crate::api) fn take(&self, key: K, now: Duration) -> Result<(), Duration> {
        let full = self.per_second * BURST_SECONDS;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_TRACKED_CLIENTS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < full);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: full, at: now });
        let left = self.filled(*bucket, now);
        if left < 1.0 {
            *bucket = Bucket { left, at: now };
            return Err(Duration::from_secs_f64((1.0 - left) / self.per_second));
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }

    fn filled(&self, bucket: Bucket, now: Duration) -> f64 {
        let passed = now.saturating_sub(bucket.at).as_secs_f64();
        (bucket.left + passed * self.per_second).min(self.per_second * BURST_SECONDS)
    }
}

/// The limits of one API.
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
    /// Counts a request of the person behind a token.
    pub(in crate::api) fn count_person(&self, person: PersonId) -> Result<(), ApiError> {
        self.limits.people.take(person, self.clock.steady()).map_err(too_many)
    }

    /// Where a request comes from: the peer, or whom a proxy that is trusted names. `None` where the peer is not trusted
    /// and yet says that it speaks for somebody else: that can be anybody.
    pub(in crate::api) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let trusted = |address: &IpAddr| self.config.trusted_proxies.contains(address);
        let named = headers.get_all("x-forwarded-for");
        let named = named.iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        let named: Vec<_> = named.map(|text| text.trim().parse::<IpAddr>().ok()).collect();
        if !trusted(&peer) {
            return named.is_empty().then_some(peer);
        }
        // Each proxy adds whom it heard; the last one that is no proxy of ours is the client.
        let clients = named.into_iter().rev().find(|named| named.is_none_or(|address| !trusted(&address)));
        clients.unwrap_or(Some(peer))
    }
}

/// Counts every request by where it comes from.
pub(in crate::api) async fn by_address(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Some(peer) = peer {
        let address = api.client(peer, request.headers()).unwrap_or(peer);
        if let Err(wait) = api.limits.addresses.take(network(address), api.clock.steady()) {
            return too_many(wait).into_response();
        }
    }
    next.run(request).await
}

/// One client: an address, or with IPv6, where each client has many, its network.
fn network(address: IpAddr) -> IpAddr {
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
    fn a_bucket_holds_five_seconds_worth_and_fills_with_time() {
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
    fn clients_with_many_addresses_have_one_bucket() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
