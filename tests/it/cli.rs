//! The command line: the reports of `check` and `token`, and the files that they leave alone.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in this folder with this environment only.
fn antri(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
    command.args(args).current_dir(dir).env_clear().envs(env.iter().copied()).output().unwrap()
}

/// Runs `antri check` with this data folder. Returns its output.
fn check(dir: &Path, data: &str) -> String {
    let env = [("DATA_DIR", data), ("TELEGRAM_API_URL", "http://127.0.0.1:1")];
    String::from_utf8(antri(dir, &["check"], &env).stdout).unwrap()
}

/// Returns the names and sizes of all files in a folder.
fn list_files(dir: &Path) -> Vec<(String, u64)> {
    let entry = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len())
    };
    let mut all: Vec<_> = std::fs::read_dir(dir).unwrap().map(entry).collect();
    all.sort();
    all
}

#[tokio::test]
async fn check_reports_on_the_store_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("deep/data");
    let output = check(dir.path(), "deep/data");
    assert!(output.contains("ok    store     SQLite in deep/data (will be created)"), "{output}");
    assert_eq!(list_files(dir.path()), []);

    let store = antri::store::Sqlite::open(&data).unwrap();
    let output = check(dir.path(), "deep/data");
    assert!(output.contains("in use by a running desk"), "{output}");
    store.close().await;
    drop(store);
    let before = list_files(&data);
    let output = check(dir.path(), "deep/data");
    assert!(output.contains("ok    store     SQLite in deep/data\n"), "{output}");
    assert_eq!(list_files(&data), before);

    std::fs::write(data.join(antri::store::sqlite::DATABASE_FILE), "a letter").unwrap();
    let output = check(dir.path(), "deep/data");
    assert!(output.contains("FAIL  store") && output.contains("not a SQLite file"), "{output}");
    std::fs::write(dir.path().join("file"), "").unwrap();
    let output = check(dir.path(), "file/data");
    assert!(output.contains("FAIL  store") && output.contains("is not a directory"), "{output}");
}

#[test]
fn check_reports_unreachable_telegram_without_the_token() {
    let dir = tempfile::tempdir().unwrap();
    let env = [
        ("DATA_DIR", "data"),
        ("TELOXIDE_TOKEN", "4242:secret-secret-secret-secret-secret"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:1"),
        ("WEBHOOK_URL", "https://desk.example/hook"),
        ("WEBHOOK_SECRET", "another-secret"),
    ];
    let output = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    for line in
        ["FAIL  telegram  http://127.0.0.1:1: not sent", "FAIL  updates   http://127.0.0.1:1: not sent"]
    {
        assert!(output.contains(line), "{output}");
    }
    assert!(!output.contains("secret"), "{output}");
}

#[tokio::test]
async fn check_reports_an_unwritable_data_folder() {
    let dir = tempfile::tempdir().unwrap();
    // No user can create a file in this folder, not even root.
    let output = check(dir.path(), "/proc/self/desk");
    assert!(output.contains("FAIL  store") && output.contains("/proc/self can't be written to"), "{output}");
}

#[test]
fn token_before_the_first_start_fails_for_an_unknown_person() {
    let dir = tempfile::tempdir().unwrap();
    let env = [("DATA_DIR", "data"), ("JWT_SECRET", "a secret of thirty-two bytes or more")];
    let out = antri(dir.path(), &["token", "--telegram-id", "42"], &env);
    let output = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && output.contains("the bot does not know"), "{output}");
    assert_eq!(list_files(dir.path()), []);
}

#[test]
fn check_reports_unreachable_mongodb_in_plain_text() {
    let dir = tempfile::tempdir().unwrap();
    let env = [("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")];
    let output = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    assert!(output.contains("FAIL  store") && output.contains("Connection refused"), "{output}");
    assert!(!output.contains('{'), "the driver's own notation: {output}");
}

#[test]
fn check_reports_tokens_admins_language_and_time_zone() {
    let dir = tempfile::tempdir().unwrap();
    let output = check(dir.path(), "data");
    for line in [
        "ok    tokens    JWT_SECRET is not set: the side API accepts no token, and /token gives none\n",
        "ok    admins    ADMIN_IDS is not set: while there is no admin, the log has a link for the first one\n",
        "ok    texts     language id (DEFAULT_LOCALE), time zone Asia/Jakarta (TIMEZONE), now 20",
    ] {
        assert!(output.contains(line), "{line}\n{output}");
    }
    let env = [
        ("DATA_DIR", "data"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:1"),
        ("JWT_SECRET", "a secret of thirty-two bytes or more"),
        ("ADMIN_IDS", "22 11"),
        ("DEFAULT_LOCALE", "en"),
        ("TIMEZONE", "Europe/Berlin"),
    ];
    let output = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    for line in [
        "ok    tokens    JWT_SECRET is set\n",
        "ok    admins    Telegram ids 11, 22\n",
        "language en (DEFAULT_LOCALE), time zone Europe/Berlin (TIMEZONE)",
    ] {
        assert!(output.contains(line), "{line}\n{output}");
    }
    assert!(!output.contains("thirty-two"), "{output}");
}

#[test]
fn check_reports_another_program_at_the_address() {
    let dir = tempfile::tempdir().unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    // It closes each connection.
    std::thread::spawn(move || while other.accept().is_ok() {});
    let env = [("DATA_DIR", "data"), ("TELEGRAM_API_URL", "http://127.0.0.1:1"), ("HTTP_ADDR", &address)];
    let output = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    let line = format!("FAIL  http      {address} in use by a program that is no desk\n");
    assert!(output.contains(&line), "{output}");
}

/// Runs `antri demo` with these arguments, which it must refuse. Returns its standard error.
fn refused_demo(args: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let out = antri(dir.path(), &[&["demo"], args].concat(), &[]);
    assert!(!out.status.success(), "{out:?}");
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn the_demo_refuses_a_busy_address_that_was_asked_for() {
    // Also its default address, which it may leave only if nobody asked for it. Who else uses it does not matter.
    let taken = std::net::TcpListener::bind("127.0.0.1:7700");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_antri"))
        .args(["demo", "--addr", "127.0.0.1:7700"])
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let _ = demo.kill();
    let out = demo.wait_with_output().unwrap();
    drop(taken);
    let error = String::from_utf8(out.stderr).unwrap();
    assert_eq!((said.as_str(), out.status.code()), ("", Some(1)), "{error}");
    assert!(error.contains("failed to bind --addr 127.0.0.1:7700") && error.contains("in use"), "{error}");
}

#[test]
fn the_demo_refuses_addresses_that_others_can_reach_and_says_why() {
    for addr in ["0.0.0.0:7711", "[::]:7711", "192.0.2.7:7711"] {
        let output = refused_demo(&["--addr", addr]);
        assert!(output.contains("served to this machine only"), "{output}");
        assert!(output.contains("127.0.0.1:7711"), "{output}");
    }
    assert!(refused_demo(&["--addr", "7711"]).contains("an IP address and a port"));
    assert!(refused_demo(&["--locale", "fr"]).contains("must be id or en"));
}

#[test]
fn an_invalid_log_filter_is_reported_with_its_option_and_value() {
    let dir = tempfile::tempdir().unwrap();
    let out = antri(dir.path(), &["demo", "--script", "--log", "antri=loud"], &[]);
    let output = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    assert!(output.contains("--log") && output.contains("antri=loud"), "{output}");
    assert!(!output.contains("RUST_LOG"), "{output}");
}

#[test]
fn every_stop_signal_drains_the_desk() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut demo = Command::new(env!("CARGO_BIN_EXE_antri"))
            .args(["demo", "--addr", "127.0.0.1:0"])
            .env_clear()
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // Its first line says that it runs. The pipe stays open, because it may say more.
        let mut stdout = BufReader::new(demo.stdout.take().unwrap());
        let mut said = String::new();
        stdout.read_line(&mut said).unwrap();
        kill_process(Pid::from_raw(demo.id().try_into().unwrap()).unwrap(), signal).unwrap();
        let status = demo.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal:?}: {status:?}, after {said:?}");
    }
}
