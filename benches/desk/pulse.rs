//! The pulse: the least that one can ask of a store, every so often, while everything else goes on.
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it beats.
const EVERY: Duration = Duration::from_millis(20);

/// One bare write; says whether it was made.
pub(crate) type Least = Box<dyn FnMut() -> bool + Send>;

/// Makes one bare write after the other, on a thread of its own, until it is stopped.
pub(crate) struct Pulse {
    stop: Sender<()>,
    thread: JoinHandle<Vec<Duration>>,
}

impl Pulse {
    pub(crate) fn start(mut least: Least) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut took = Vec::new();
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let start = Instant::now();
                if least() {
                    took.push(start.elapsed());
                }
            }
            took
        });
        Self { stop, thread }
    }

    /// How long each write took.
    pub(crate) fn stop(self) -> Vec<Duration> {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}
