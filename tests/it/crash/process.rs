//! One life of the desk: the real program as a child process, and how it ends.
use super::environment::Environment;
use crate::support::{ADMIN, TOKEN};
use rustix::process::{Pid, Signal, kill_process};
use secrecy::ExposeSecret;
use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// Within this, a desk that is told to stop has to be gone.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct DeskProcess {
    child: Child,
    log: PathBuf,
}

impl DeskProcess {
    /// Starts the program on the environment's store; with a `point` it dies there.
    pub(crate) fn start(environment: &Environment, point: Option<&str>) -> Self {
        Self::with(environment, point, &[])
    }

    pub(crate) fn with(environment: &Environment, point: Option<&str>, more: &[(&str, &str)]) -> Self {
        let log = environment.dir.path().join("log");
        let file: File = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
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
            .envs(more.iter().copied())
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

    /// Waits for the end of this life.
    pub(crate) async fn wait_for_exit(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }

    /// A power cut.
    pub(crate) async fn kill(mut self) {
        self.child.start_kill().unwrap();
        assert_eq!(
            self.wait_for_exit().await.signal(),
            Some(9),
            "the desk had ended before:\n{}",
            self.log()
        );
    }

    /// The polite way: SIGTERM, and what that promises.
    pub(crate) async fn stop(mut self) {
        let id = i32::try_from(self.child.id().expect("the desk has ended by itself")).unwrap();
        let asked = Instant::now();
        kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
        let ended = tokio::time::timeout(STOPS_WITHIN, self.wait_for_exit()).await;
        let status = ended.unwrap_or_else(|_| panic!("still there after {STOPS_WITHIN:?}:\n{}", self.log()));
        assert!(asked.elapsed() < STOPS_WITHIN);
        assert_eq!(status.code(), Some(0), "the exit code:\n{}", self.log());
    }

    /// Where all lives in this environment write their logs.
    pub(crate) fn log_file(&self) -> PathBuf {
        self.log.clone()
    }

    /// What all lives in this environment have logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The end of that, for failures.
    pub(crate) fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}
