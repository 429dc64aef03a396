//! CPU time of this process. It is less distorted than wall time when other programs use the machine.
use std::time::Duration;

/// Returns the CPU time of all threads since the start; zero where the system does not report it.
pub(crate) fn time_used() -> Duration {
    time_of("self")
}

/// Returns the CPU time of all threads of a process.
pub(crate) fn time_of(process: &str) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
