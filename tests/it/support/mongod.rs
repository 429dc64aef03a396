//! A MongoDB server for the tests: the one that `ANTRI_TEST_MONGODB_URI` names, else one of our own, which ends with the
//! process of the test.
use secrecy::SecretString;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// Names the server to be used instead of our own.
pub(crate) const URI: &str = "ANTRI_TEST_MONGODB_URI";

/// The address of the server, which is started when it is first asked for.
pub(crate) fn uri() -> SecretString {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| match std::env::var(URI) {
        Ok(uri) => uri,
        Err(_) => own(&["--cache-size", "64M"]),
    });
    address.clone().into()
}

/// The address of a server of our own that is no replica set.
pub(crate) fn standalone() -> SecretString {
    own(&["--cache-size", "64M", "--standalone"]).into()
}

/// A name for a database that no other test has.
pub(crate) fn database() -> String {
    format!("antri_test_{}", mongodb::bson::oid::ObjectId::new().to_hex())
}

/// Where `tests/run` puts the server.
pub(crate) fn program() -> PathBuf {
    installed("secantus/bin/secantusd-rs")
}

/// Where `tests/run` puts what Debian has no package of.
pub(crate) fn installed(program: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("antri").join(program)
}

/// Starts a server of our own, with these options. It is ended by the kernel when this process ends, however it ends, and what
/// it has written goes with it.
pub(crate) fn own(options: &'static [&str]) -> String {
    /// The servers, and the thread that started them: the kernel's promise is about the thread.
    static STARTED: Mutex<Vec<(Child, Child)>> = Mutex::new(Vec::new());
    assert!(program().exists(), "no MongoDB server: run tests/run, which installs one, or name one in {URI}");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let dir = TempDir::new().unwrap().keep();
        let broom = broom(&dir);
        let (server, address, lines) = launch(&dir, 0, options);
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push((server, broom));
        tell.send(address).unwrap();
        // Keeps the pipe open, and this thread, as long as the process.
        lines.for_each(drop);
    });
    format!("mongodb://{}", told.recv().unwrap())
}

/// Removes a folder when this process ends, however it ends: a server's data is tens of megabytes, and nothing is dropped of
/// what is static.
fn broom(dir: &Path) -> Child {
    let mut command = Command::new("sh");
    // It reads until nobody holds the other end any more. The server, which is killed at the same time, may write once more.
    command.args(["-c", "cat; rm -rf -- \"$0\" || rm -rf -- \"$0\""]).arg(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // In a group of its own, so that it is not killed with this process's.
    command.process_group(0).spawn().expect("a shell")
}

/// Starts a server on the data in this folder, at this port or a free one, and waits until it listens. The kernel ends it with
/// the thread that called. Returns its address and the rest of what it says.
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
