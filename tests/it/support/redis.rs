//! A Redis server of a single test: a process on a free port, without a file, that ends with the test.
use super::port::free_port;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The longest time that a server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct RedisServer {
    process: Child,
    port: u16,
    _dir: TempDir,
}

impl RedisServer {
    /// Starts a server that answers.
    pub(crate) fn start() -> Self {
        Self::start_at(free_port())
    }

    /// Starts a server that is a cluster of one node, with all hash slots.
    pub(crate) fn cluster() -> Self {
        // The default is the server's port + 10,000: one of those from which the system takes ports of connections.
        let bus = free_port().to_string();
        let server = Self::start_with(free_port(), &["--cluster-enabled", "yes", "--cluster-port", &bus]);
        let mut add_slots = redis::cmd("CLUSTER");
        add_slots.arg("ADDSLOTSRANGE").arg(0).arg(16_383).exec(&mut server.connect()).unwrap();
        server
    }

    fn start_at(port: u16) -> Self {
        Self::start_with(port, &[])
    }

    fn start_with(port: u16, options: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--dir", dir.path().to_str().unwrap()])
            .args(options)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed (tests/run does it)");
        let mut server = Self { process, port, _dir: dir };
        let start = Instant::now();
        while !server.answers() {
            assert!(server.process.try_wait().unwrap().is_none(), "redis-server ended, at port {port}");
            assert!(start.elapsed() < START_TIMEOUT, "redis-server does not answer");
            std::thread::yield_now();
        }
        server
    }

    fn answers(&self) -> bool {
        let connection = redis::Client::open(self.url()).unwrap().get_connection_with_timeout(START_TIMEOUT);
        connection.is_ok_and(|mut c| redis::cmd("PING").query::<String>(&mut c).is_ok())
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Gives a user these rights, and no others. Returns the address with the user's name.
    pub(crate) fn grant(&self, user: &str, rights: &str) -> String {
        let mut grant = redis::cmd("ACL");
        grant.arg("SETUSER").arg(user).arg("reset").arg(rights.split_whitespace().collect::<Vec<_>>());
        grant.exec(&mut self.connect()).unwrap();
        self.url().replace("redis://", &format!("redis://{user}:x@"))
    }

    /// Returns a connection of the test's own.
    pub(crate) fn connect(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Kills the process and starts an empty one at the same port.
    pub(crate) fn restart(&mut self) {
        self.kill();
        *self = Self::start_at(self.port);
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Freezes the process: connections stay open, but nothing answers.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Continues a frozen process.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
