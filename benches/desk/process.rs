//! The program `antri` as a process of its own, on a store that a fixture has filled.
use crate::fixture::Fixture;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// A token of the right form. The Telegram of the benchmark takes any.
pub(crate) const TOKEN: &str = "1000000000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A running desk.
pub(crate) struct DeskProcess(Child);

impl Drop for DeskProcess {
    fn drop(&mut self) {
        // After a panic of the benchmark. A stopped process is not there any more.
        drop(self.0.kill());
    }
}

impl DeskProcess {
    /// Starts the program on the fixture's store, which must be closed. Returns it with the time until
    /// `/readyz` said that it is ready.
    pub(crate) async fn launch(
        fixture: &Fixture,
        telegram: &str,
        environment: &[(&str, &str)],
    ) -> (Self, Duration) {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = free.local_addr().expect("its address");
        drop(free);
        let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
        command.arg("run").current_dir(env!("CARGO_TARGET_TMPDIR")).env_clear().stdout(Stdio::null());
        command.env("TELOXIDE_TOKEN", TOKEN).env("TELEGRAM_API_URL", telegram);
        command.env("HTTP_ADDR", addr.to_string()).env("RUST_LOG", "warn");
        command.envs(fixture.backend.environment()).envs(environment.iter().copied());
        let launched = Instant::now();
        let mut child = command.spawn().expect("the program");
        while !is_ready(addr).await {
            assert!(child.try_wait().expect("its state").is_none(), "the desk ended");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        (Self(child), launched.elapsed())
    }

    /// Returns the CPU time of all threads; zero where the system does not report it.
    pub(crate) fn cpu_time(&self) -> Duration {
        crate::usage::cpu_time_of(&self.0.id().to_string())
    }

    /// Returns the resident memory in MiB; zero where the system does not report it.
    pub(crate) fn resident_mib(&self) -> f64 {
        crate::usage::resident_mib(&self.0.id().to_string())
    }

    /// Stops the desk, as a service manager does.
    pub(crate) fn stop(mut self) {
        let stopped = Command::new("kill").arg(self.0.id().to_string()).status().expect("a signal");
        assert!(stopped.success() && self.0.wait().expect("its end").success());
    }
}

async fn is_ready(addr: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(addr).await else { return false };
    let request = b"GET /readyz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";
    let mut answer = Vec::new();
    stream.write_all(request).await.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}
