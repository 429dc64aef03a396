//! The MongoDB server of the tests: the one that `ANTRI_TEST_MONGODB_URI` names, or one that ends with the
//! test process.
use secrecy::SecretString;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// The environment variable with the server to be used.
pub(crate) const URI: &str = "ANTRI_TEST_MONGODB_URI";

/// Returns the address of the server, which is started by the first call.
pub(crate) fn uri() -> SecretString {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| match std::env::var(URI) {
        Ok(uri) => uri,
        Err(_) => start_server(&["--cache-size", "64M"]),
    });
    address.clone().into()
}

/// Starts a server that is no replica set, and returns its address.
pub(crate) fn standalone() -> SecretString {
    start_server(&["--cache-size", "64M", "--standalone"]).into()
}

/// Returns a new database name.
pub(crate) fn database() -> String {
    format!("antri_test_{}", mongodb::bson::oid::ObjectId::new().to_hex())
}

/// Returns the path where `tests/run` installs the server.
pub(crate) fn program() -> PathBuf {
    installed("secantus/bin/secantusd-rs")
}

/// Returns the path where `tests/run` installs programs without a Debian package.
pub(crate) fn installed(program: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("antri").join(program)
}

/// Starts a server with these options. The kernel ends it when this process ends, however it ends, and its
/// data is removed.
pub(crate) fn start_server(options: &'static [&str]) -> String {
    /// The servers and their cleaners. The thread that started them must live on: the kernel ends a server
    /// with its thread.
    static STARTED: Mutex<Vec<(Child, Child)>> = Mutex::new(Vec::new());
    assert!(program().exists(), "no MongoDB server: run tests/run, which installs one, or name one in {URI}");
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let dir = TempDir::new().unwrap().keep();
        let cleaner = start_cleaner(&dir);
        let (server, address, lines) = launch(&dir, 0, options);
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push((server, cleaner));
        sender.send(address).unwrap();
        // Keeps the pipe open, and this thread alive, as long as the process.
        lines.for_each(drop);
    });
    format!("mongodb://{}", receiver.recv().unwrap())
}

/// Removes a folder when this process ends, however it ends. A server's data is tens of megabytes, and
/// statics are not dropped.
fn start_cleaner(dir: &Path) -> Child {
    let mut command = Command::new("sh");
    // It reads until the other end is closed. The server is killed at the same time, and may write once more.
    command.args(["-c", "cat; rm -rf -- \"$0\" || rm -rf -- \"$0\""]).arg(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A process group of its own, so that it is not killed with the group of this process.
    command.process_group(0).spawn().expect("a shell")
}

/// Starts a server on the data in this folder, at this port or a free one, and waits until it listens. The
/// kernel ends it with the calling thread. Returns its address and the rest of its output.
pub(crate) fn launch(
    dir: &Path,
    port: u16,
    options: &[&str],
) -> (Child, String, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program()).args(["--port", &port.to_string()]);
    command.args(["--log-level", "ERROR", "--log-file-max", "8MB"]);
    command.arg("--storage-path").arg(dir.join("data")).args(options);
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
