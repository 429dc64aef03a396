//! CPU time and memory of a process, named by its id or `self`. CPU time is less distorted than wall time when
//! other programs use the machine.
use std::time::Duration;

/// Returns the CPU time of this process since its start; zero where the system does not report it.
pub(crate) fn cpu_time() -> Duration {
    cpu_time_of("self")
}

/// Returns the CPU time of all threads of a process.
pub(crate) fn cpu_time_of(process: &str) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// Returns the resident memory of a process in MiB; 0 where the system does not report it.
pub(crate) fn resident_mib(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1_024.0
}
