//! The program's own words: what it says of a configuration, and what it does not touch.
use std::path::Path;
use std::process::{Command, Output};

/// The program in an empty folder, with nothing of this environment.
fn antri(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
    command.args(args).current_dir(dir).env_clear().envs(env.iter().copied()).output().unwrap()
}

fn check(dir: &Path, data: &str) -> String {
    let env = [("DATA_DIR", data), ("TELEGRAM_API_URL", "http://127.0.0.1:1")];
    String::from_utf8(antri(dir, &["check"], &env).stdout).unwrap()
}

/// The names and lengths of all that lies in a folder.
fn listed(dir: &Path) -> Vec<(String, u64)> {
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
    let said = check(dir.path(), "deep/data");
    assert!(said.contains("ok    store     SQLite in deep/data (will be created)"), "{said}");
    assert_eq!(listed(dir.path()), []);

    let store = antri::store::Sqlite::open(&data).unwrap();
    let said = check(dir.path(), "deep/data");
    assert!(said.contains("in use by a running desk"), "{said}");
    store.close().await;
    drop(store);
    let before = listed(&data);
    let said = check(dir.path(), "deep/data");
    assert!(said.contains("ok    store     SQLite in deep/data\n"), "{said}");
    assert_eq!(listed(&data), before);

    std::fs::write(data.join(antri::store::sqlite::DATABASE_FILE), "a letter").unwrap();
    let said = check(dir.path(), "deep/data");
    assert!(said.contains("FAIL  store") && said.contains("not a SQLite file"), "{said}");
    std::fs::write(dir.path().join("file"), "").unwrap();
    let said = check(dir.path(), "file/data");
    assert!(said.contains("FAIL  store") && said.contains("is not a directory"), "{said}");
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
    let said = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    for line in
        ["FAIL  telegram  http://127.0.0.1:1: not sent", "FAIL  updates   http://127.0.0.1:1: not sent"]
    {
        assert!(said.contains(line), "{said}");
    }
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn check_reports_an_unwritable_data_folder() {
    let dir = tempfile::tempdir().unwrap();
    // A folder in which nobody can make a file, whoever runs the tests.
    let said = check(dir.path(), "/proc/self/desk");
    assert!(said.contains("FAIL  store") && said.contains("/proc/self can't be written to"), "{said}");
}

#[test]
fn token_before_the_first_start_fails_for_an_unknown_person() {
    let dir = tempfile::tempdir().unwrap();
    let env = [("DATA_DIR", "data"), ("JWT_SECRET", "a secret of thirty-two bytes or more")];
    let out = antri(dir.path(), &["token", "--telegram-id", "42"], &env);
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && said.contains("the bot does not know"), "{said}");
    assert_eq!(listed(dir.path()), []);
}

#[test]
fn check_reports_unreachable_mongodb_in_plain_text() {
    let dir = tempfile::tempdir().unwrap();
    let env = [("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")];
    let said = String::from_utf8(antri(dir.path(), &["check"], &env).stdout).unwrap();
    assert!(said.contains("FAIL  store") && said.contains("Connection refused"), "{said}");
    assert!(!said.contains('{'), "the driver's own notation: {said}");
}

#[test]
fn an_invalid_log_filter_is_reported_with_its_option_and_value() {
    let dir = tempfile::tempdir().unwrap();
    let out = antri(dir.path(), &["demo", "--script", "--log", "antri=loud"], &[]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    assert!(said.contains("--log") && said.contains("antri=loud"), "{said}");
    assert!(!said.contains("RUST_LOG"), "{said}");
}
