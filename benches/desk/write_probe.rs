//! Write probe: measures a bare write at a fixed interval while the benchmark runs.
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The interval between bare writes.
const PROBE_INTERVAL: Duration = Duration::from_millis(20);

/// Makes one bare write; returns whether it succeeded.
pub(crate) type BareWrite = Box<dyn FnMut() -> bool + Send>;

/// A thread that makes bare writes until it is stopped.
pub(crate) struct WriteProbe {
    stop: Sender<()>,
    thread: JoinHandle<Vec<Duration>>,
}

impl WriteProbe {
    pub(crate) fn start(mut bare_write: BareWrite) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut took = Vec::new();
            while stopped.recv_timeout(PROBE_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let start = Instant::now();
                if bare_write() {
                    took.push(start.elapsed());
                }
            }
            took
        });
        Self { stop, thread }
    }

    /// Stops the thread and returns the duration of each write.
    pub(crate) fn stop(self) -> Vec<Duration> {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}
