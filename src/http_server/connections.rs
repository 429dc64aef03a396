//! The open connections: their number in all and per client address, and which of them can make room for a
//! new one.
use super::ServerLimits;
use super::address::client_network;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// How long to wait before looking again for a connection that can make room.
const ROOM_RETRY_DELAY: Duration = Duration::from_millis(100);

/// What a connection does, with the time at which it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The client has yet to send the headers of a request.
    Headers(Instant),
    /// A request is handled.
    Busy,
    /// An answer was given; the connection is kept for the next request.
    Idle(Instant),
    /// The connection is a WebSocket, which has timeouts of its own.
    Upgraded,
}

/// The progress of one connection.
#[derive(Debug)]
pub(super) struct Progress {
    phase: Mutex<Phase>,
    header_timeout: Duration,
    idle_timeout: Duration,
    evicted: Notify,
}

impl Progress {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        Self {
            phase: Mutex::new(Phase::Headers(Instant::now() + limits.header_timeout)),
            header_timeout: limits.header_timeout,
            idle_timeout: limits.idle_timeout,
            evicted: Notify::new(),
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that the headers of a request have arrived.
    pub(super) fn request_began(&self) {
        *self.phase() = Phase::Busy;
    }

    /// Records that a request was handled, or that the connection became a WebSocket.
    pub(super) fn request_ended(&self, upgraded: bool) {
        let idle = || Phase::Idle(Instant::now() + self.idle_timeout);
        *self.phase() = if upgraded { Phase::Upgraded } else { idle() };
    }

    /// Records that bytes arrived: on an idle connection, the first of the next request.
    pub(super) fn read(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Headers(Instant::now() + self.header_timeout);
        }
    }

    /// Records that the client takes the answer.
    pub(super) fn written(&self) {
        let mut phase = self.phase();
        if let Phase::Idle(until) = &mut *phase {
            *until = Instant::now() + self.idle_timeout;
        }
    }

    fn is_evictable(&self) -> bool {
        matches!(*self.phase(), Phase::Headers(_) | Phase::Idle(_))
    }

    /// Waits until the connection is to be closed: it is overdue, or it was chosen to make room.
    pub(super) async fn closing(&self) {
        tokio::select! {
            () = self.evicted.notified() => {}
            () = self.overdue() => {}
        }
    }

    async fn overdue(&self) {
        loop {
            let now = Instant::now();
            // A phase may begin with an earlier end, so the phase is looked at again.
            let look = now + self.header_timeout;
            let next = match *self.phase() {
                Phase::Headers(until) | Phase::Idle(until) if until <= now => return,
                Phase::Headers(until) | Phase::Idle(until) => until.min(look),
                Phase::Busy | Phase::Upgraded => look,
            };
            sleep_until(next).await;
        }
    }
}

/// The open connections of a server.
#[derive(Debug)]
pub(super) struct Connections {
    max: usize,
    /// No address gets more than half of the connections.
    max_per_network: usize,
    trusted_proxies: Vec<IpAddr>,
    open: Mutex<Open>,
    closed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    next_id: u64,
    connections: BTreeMap<u64, OpenConnection>,
    /// How many connections each network has that were not chosen to make room.
    per_network: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct OpenConnection {
    /// The client's network; `None` for a proxy, and after the connection was chosen to make room.
    network: Option<IpAddr>,
    progress: Arc<Progress>,
    evicted: bool,
}

impl Open {
    fn uncount(&mut self, network: Option<IpAddr>) {
        let Some(network) = network else { return };
        if let Some(count) = self.per_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.per_network.remove(&network);
            }
        }
    }

    /// Closes the oldest connection, of this network if there is one, that handles no request. Returns
    /// whether there was one.
    fn evict(&mut self, network: Option<IpAddr>) -> bool {
        let oldest = self.connections.values_mut().find(|connection| {
            !connection.evicted
                && network.is_none_or(|network| connection.network == Some(network))
                && connection.progress.is_evictable()
        });
        let Some(oldest) = oldest else { return false };
        oldest.evicted = true;
        oldest.progress.evicted.notify_one();
        let network = oldest.network.take();
        self.uncount(network);
        true
    }
}

impl Connections {
    pub(super) fn new(limits: &ServerLimits) -> Arc<Self> {
        Arc::new(Self {
            max: limits.max_connections,
            max_per_network: (limits.max_connections / 2).max(1),
            trusted_proxies: limits.trusted_proxies.clone(),
            open: Mutex::default(),
            closed: Notify::new(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a further connection may be open. Closes the oldest connection that handles no request.
    pub(super) async fn make_room(&self) {
        loop {
            let closed = self.closed.notified();
            {
                let mut open = self.open();
                if open.connections.len() < self.max {
                    return;
                }
                if !open.connections.values().any(|connection| connection.evicted) {
                    open.evict(None);
                }
            }
            // A busy connection can become idle meanwhile, which notifies nobody.
            let _ = timeout(ROOM_RETRY_DELAY, closed).await;
        }
    }

    /// Returns the permit of a new connection; `None` if its address has too many that all handle requests.
    pub(super) fn admit(
        self: &Arc<Self>,
        peer: IpAddr,
        progress: &Arc<Progress>,
    ) -> Option<ConnectionPermit> {
        let peer = peer.to_canonical();
        let network = (!self.trusted_proxies.contains(&peer)).then(|| client_network(peer));
        let mut open = self.open();
        if let Some(network) = network {
            let count = open.per_network.get(&network).copied().unwrap_or_default();
            if count >= self.max_per_network && !open.evict(Some(network)) {
                return None;
            }
            *open.per_network.entry(network).or_default() += 1;
        }
        let id = open.next_id;
        open.next_id += 1;
        let progress = Arc::clone(progress);
        open.connections.insert(id, OpenConnection { network, progress, evicted: false });
        Some(ConnectionPermit { connections: Arc::clone(self), id })
    }
}

/// The permit of an open connection, which is given back when this is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    connections: Arc<Connections>,
    id: u64,
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        if let Some(connection) = open.connections.remove(&self.id) {
            open.uncount(connection.network);
        }
        drop(open);
        self.connections.closed.notify_one();
    }
}
