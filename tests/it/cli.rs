//! The command line: the reports of `check` and `token`, and the files that they leave alone.
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
fn an_invalid_log_filter_is_reported_with_its_option_and_value() {
    let dir = tempfile::tempdir().unwrap();
    let out = antri(dir.path(), &["demo", "--script", "--log", "antri=loud"], &[]);
    let output = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    assert!(output.contains("--log") && output.contains("antri=loud"), "{output}");
    assert!(!output.contains("RUST_LOG"), "{output}");
}
