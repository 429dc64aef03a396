//! A MongoDB server for the tests: the one that `ANTRI_TEST_MONGODB_URI` names, else one of our own, which ends with the
//! process of the test.
use secrecy::SecretString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
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
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program());
        command.args(["--port", "0", "--cache-size", "64M", "--log-level", "ERROR", "--log-file-max", "8MB"]);
        command.arg("--storage-path").arg(dir.path().join("data"));
        command.args(standalone.then_some("--standalone"));
        command.current_dir(dir.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("setpriv, of util-linux, starts the server");
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("listening on ").map(|(_, address)| address.trim().to_owned()));
        STARTED.lock().unwrap_or_else(PoisonError::into_inner).push((server, dir));
        tell.send(address).unwrap();
        // Keeps the pipe open, and this thread, as long as the process.
        lines.for_each(drop);
    });
    let address = told.recv().unwrap().expect("the server says where it listens");
    format!("mongodb://{}", address.trim_start_matches("mongodb://"))
}
