//! The start: the program `antri`, from its launch until `/readyz` answers that it is ready.
use super::Sample;
use crate::fixture::Fixture;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// A token of the right form. The Telegram of the benchmark takes any.
const TOKEN: &str = "1000000000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Closes the stores, starts a desk on each in turns, and opens the stores again.
pub(super) async fn measure(filled: &mut [Fixture], runs: usize) -> [Vec<Sample>; 2] {
    for fixture in filled.iter() {
        fixture.backend.storage.close().await;
    }
    let (telegram, _call_log) = crate::telegram::serve().await;
    let mut samples = [Vec::new(), Vec::new()];
    for run in 0..=runs {
        for at in [run % 2, (run + 1) % 2] {
            let sample = start(&filled[at], &telegram).await;
            // The first one reads the files into the memory of the system.
            if run > 0 {
                samples[at].push(sample);
            }
        }
    }
    for fixture in filled {
        fixture.backend.reopen().await;
        fixture.store = fixture.backend.storage.store();
    }
    samples
}

/// Starts a desk, waits until it is ready, and stops it.
async fn start(fixture: &Fixture, telegram: &str) -> Sample {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = free.local_addr().expect("its address");
    drop(free);
    let mut command = Command::new(env!("CARGO_BIN_EXE_antri"));
    command.arg("run").current_dir(env!("CARGO_TARGET_TMPDIR")).env_clear().stdout(Stdio::null());
    command.env("TELOXIDE_TOKEN", TOKEN).env("TELEGRAM_API_URL", telegram);
    command.env("HTTP_ADDR", addr.to_string()).env("RUST_LOG", "warn").envs(fixture.backend.environment());
    let launched = Instant::now();
    let mut child = command.spawn().expect("the program");
    while !is_ready(addr).await {
        assert!(child.try_wait().expect("its state").is_none(), "the desk ended");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    let (wall, cpu) = (launched.elapsed(), cpu_time(&child));
    let stopped = Command::new("kill").arg(child.id().to_string()).status().expect("a signal");
    assert!(stopped.success() && child.wait().expect("its end").success());
    Sample { wall: wall.as_secs_f64() * 1e6, cpu: cpu.as_secs_f64() * 1e6 }
}

async fn is_ready(addr: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(addr).await else { return false };
    let request = b"GET /readyz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";
    let mut answer = Vec::new();
    stream.write_all(request).await.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}

/// Returns the CPU time of all threads of the process; zero where the system does not report it.
fn cpu_time(child: &Child) -> Duration {
    crate::cpu::time_of(&child.id().to_string())
}
