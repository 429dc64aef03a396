//! One process of the desk: the real program as a child process, and its end.
use super::environment::Environment;
use crate::support::{ADMIN, TOKEN};
use rustix::process::{Pid, Signal, kill_process};
use secrecy::ExposeSecret;
use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The time within which a desk must exit after SIGTERM.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// The time within which a desk must start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running desk. It is killed when this is dropped.
pub(crate) struct DeskProcess {
    child: Child,
    log: PathBuf,
}

impl DeskProcess {
    /// Starts the program on the store of the environment. With a `point`, it kills itself at that failpoint.
    pub(crate) fn start(environment: &Environment, point: Option<&str>) -> Self {
        Self::with(environment, point, &[])
    }

    /// Starts the program with further environment variables.
    pub(crate) fn with(environment: &Environment, point: Option<&str>, env: &[(&str, &str)]) -> Self {
        Self::spawn(Command::new(env!("CARGO_BIN_EXE_antri")), environment, point, env)
    }

    /// Starts the program with at most this many file descriptors.
    pub(crate) fn limited(environment: &Environment, descriptors: u32, env: &[(&str, &str)]) -> Self {
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!(r#"ulimit -n {descriptors} && exec "$0" "$@""#));
        command.arg(env!("CARGO_BIN_EXE_antri"));
        Self::spawn(command, environment, None, env)
    }

    /// Waits until the desk serves HTTP, and returns its address.
    pub(crate) async fn http_address(&self) -> SocketAddr {
        self.address_after("desk started").await
    }

    /// Waits until the log has a line with these words, and returns the HTTP address that it names.
    pub(crate) async fn address_after(&self, words: &str) -> SocketAddr {
        let started = Instant::now();
        loop {
            let log = self.log();
            let mut starts = log.lines().rev().filter(|line| line.contains(words));
            if let Some(word) = starts.next().and_then(|line| line.split("http=").nth(1)) {
                return word.split_whitespace().next().unwrap().parse().unwrap();
            }
            assert!(started.elapsed() < START_TIMEOUT, "the desk does not start:\n{log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn spawn(
        mut command: Command,
        environment: &Environment,
        point: Option<&str>,
        env: &[(&str, &str)],
    ) -> Self {
        let log = environment.dir.path().join("log");
        let file: File = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        command
            .arg("run")
            .current_dir(environment.dir.path())
            .env_clear()
            .env("TELOXIDE_TOKEN", TOKEN)
            .env("TELEGRAM_API_URL", &environment.api_url)
            .env("DATA_DIR", environment.data())
            .env("ADMIN_IDS", ADMIN.to_string())
            .env("HTTP_ADDR", "127.0.0.1:0")
            .env("ANTRI_PACE", "none")
            .env("RUST_LOG", "antri=debug")
            .envs(environment.redis.as_ref().map(|redis| ("REDIS_URL", redis.url())))
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .kill_on_drop(true);
        if let Some(database) = &environment.database {
            command.env("MONGODB_URI", environment.uri.expose_secret()).env("MONGODB_DB", database.name());
        }
        if let Some(point) = point {
            command.env(antri::cli::failpoints::VARIABLE, point);
        }
        Self { child: command.spawn().unwrap(), log }
    }

    /// Waits until the process ends, and returns its exit status.
    pub(crate) async fn wait_for_exit(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().expect("the desk exited by itself")).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Stops the process from running, until [`DeskProcess::thaw`].
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a frozen process run again.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Kills the process with SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.child.start_kill().unwrap();
        assert_eq!(
            self.wait_for_exit().await.signal(),
            Some(9),
            "the desk had already exited:\n{}",
            self.log()
        );
    }

    /// Kills the process while no desk is about to repeat a delivery. It is frozen meanwhile, because it could
    /// take over the claims of an earlier kill between the look at the store and the kill.
    pub(crate) async fn kill_without_repeats(self, environment: &Environment) {
        loop {
            environment.wait_for_repeats().await;
            self.freeze();
            if environment.pending_repeats().await == 0 {
                return self.kill().await;
            }
            self.thaw();
        }
    }

    /// Stops the process with SIGTERM; it must exit with code 0 in time.
    pub(crate) async fn stop(mut self) {
        let started = Instant::now();
        self.signal(Signal::TERM);
        let ended = tokio::time::timeout(STOP_TIMEOUT, self.wait_for_exit()).await;
        let status =
            ended.unwrap_or_else(|_| panic!("the desk still runs after {STOP_TIMEOUT:?}:\n{}", self.log()));
        assert!(started.elapsed() < STOP_TIMEOUT);
        assert_eq!(status.code(), Some(0), "the exit code:\n{}", self.log());
    }

    /// Returns the path of the log, which all processes of the environment share.
    pub(crate) fn log_file(&self) -> PathBuf {
        self.log.clone()
    }

    /// Returns the log of all processes of the environment.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Returns the last lines of the log, for failure messages.
    pub(crate) fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}
