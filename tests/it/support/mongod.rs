//! A MongoDB server for the tests: the one that `ANTRI_TEST_MONGODB_URI` names, else one of our own, which ends with the
//! process of the test; and servers of a test's own for what can't be done to a shared one.
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// Names the server to be used instead of our own.
const URI: &str = "ANTRI_TEST_MONGODB_URI";

/// The address of the server, which is started when it is first asked for.
pub(crate) fn uri() -> SecretString {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| match std::env::var(URI) {
        Ok(uri) => uri,
        Err(_) => own(false),
    });
    address.clone().into()
}

/// The address of a server of our own that is no replica set.
pub(crate) fn standalone() -> SecretString {
    own(true).into()
}

/// A name for a database that no other test has.
pub(crate) fn database() -> String {
    format!("antri_test_{}", mongodb::bson::oid::ObjectId::new().to_hex())
}

/// Where `tests/run` puts the server.
fn program() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    let program = cache.join("antri/secantus/bin/secantusd-rs");
    assert!(program.exists(), "no MongoDB server: run tests/run, which installs one, or name one in {URI}");
    program
}

/// Starts a server of our own. It is ended by the kernel when this process ends, however it ends.
fn own(standalone: bool) -> String {
    /// The servers, and the thread that started them: the kernel's promise is about the thread.
    static STARTED: Mutex<Vec<(Child, TempDir)>> = Mutex::new(Vec::new());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let dir = TempDir::new().unwrap();
        let (server, address, lines) = launch(dir.path(), 0, standalone.then_some("--standalone"));
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push((server, dir));
        tell.send(address).unwrap();
        // Keeps the pipe open, and this thread, as long as the process.
        lines.for_each(drop);
    });
    format!("mongodb://{}", told.recv().unwrap())
}

/// Starts a server on the data in this folder, at this port or a free one, and waits until it listens. The kernel ends it with
/// the thread that called. Returns its address and the rest of what it says.
fn launch(dir: &Path, port: u16, more: Option<&str>) -> (Child, String, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program()).args(["--port", &port.to_string()]);
    command.args(["--cache-size", "64M", "--log-level", "ERROR", "--log-file-max", "8MB"]);
    command.arg("--storage-path").arg(dir.join("data")).args(more);
    command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut server = command.spawn().expect("setpriv, of util-linux, starts the server");
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("listening on ").map(|(_, address)| address.trim().to_owned()));
    let address = address.expect("the server says where it listens");
    (server, address.trim_start_matches("mongodb://").to_owned(), lines)
}

/// A server of a test's own, which can be ended and frozen. What it has acknowledged outlives its death.
pub(crate) struct MongoServer {
    process: Child,
    address: String,
    dir: TempDir,
}

impl MongoServer {
    pub(crate) fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let (process, address) = Self::launch(dir.path(), 0);
        Self { process, address, dir }
    }

    fn launch(dir: &Path, port: u16) -> (Child, String) {
        let (process, address, lines) = launch(dir, port, Some("--sync-on-commit"));
        std::thread::spawn(move || lines.for_each(drop));
        (process, address)
    }

    pub(crate) fn uri(&self) -> SecretString {
        format!("mongodb://{}", self.address).into()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap()
    }

    /// Ends the process at once.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on its data, at its port.
    pub(crate) fn restart(&mut self) {
        (self.process, self.address) = Self::launch(self.dir.path(), self.port());
    }

    /// Stops the process without ending it: connections stay, nothing answers.
    pub(crate) fn freeze(&self) {
        signal(&self.process, Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        signal(&self.process, Signal::CONT);
    }
}

impl Drop for MongoServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn signal(process: &Child, signal: Signal) {
    let id = i32::try_from(process.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}
