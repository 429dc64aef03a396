//! Free ports for servers that take a port number, and for servers that start later or again.
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Linux's range of the ports that it gives to outgoing connections.
const EPHEMERAL_PORTS: &str = "/proc/sys/net/ipv4/ip_local_port_range";
/// The lowest port that is chosen. Many well-known programs listen below.
const LOWEST: u32 = 10_000;
/// The number of ports between the first choices of two processes with consecutive ids.
const PORTS_PER_PROCESS: u32 = 16;

/// Returns a port at which nobody listens.
///
/// It lies below the ephemeral ports. One of those may become the source of any connection of this machine
/// between this call and the server's start, or while the server is down. Test processes that run at the
/// same time begin their search at different ports.
pub(crate) fn free_port() -> u16 {
    static CHOSEN: AtomicU32 = AtomicU32::new(0);
    let range = std::fs::read_to_string(EPHEMERAL_PORTS).unwrap();
    let count = range.split_whitespace().next().unwrap().parse::<u32>().unwrap() - LOWEST;
    let first = std::process::id().wrapping_mul(PORTS_PER_PROCESS);
    for _ in 0..count {
        let offset = first.wrapping_add(CHOSEN.fetch_add(1, Ordering::Relaxed)) % count;
        let port = u16::try_from(LOWEST + offset).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port from {LOWEST} on is free");
}
