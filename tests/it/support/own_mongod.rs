//! A MongoDB server of a single test, for what cannot be done to the shared one.
use super::mongod::launch;
use super::port::free_port;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use std::path::Path;
use std::process::Child;
use tempfile::TempDir;

/// A server that can be killed and frozen. Acknowledged writes survive a kill.
pub(crate) struct MongoServer {
    process: Child,
    address: String,
    dir: TempDir,
}

impl MongoServer {
    pub(crate) fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let (process, address) = Self::launch(dir.path(), free_port());
        Self { process, address, dir }
    }

    fn launch(dir: &Path, port: u16) -> (Child, String) {
        let (process, address, lines) = launch(dir, port, &["--cache-size", "64M", "--sync-on-commit"]);
        std::thread::spawn(move || lines.for_each(drop));
        (process, address)
    }

    pub(crate) fn uri(&self) -> SecretString {
        format!("mongodb://{}", self.address).into()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap()
    }

    /// Kills the process.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on its data, at its port.
    pub(crate) fn restart(&mut self) {
        (self.process, self.address) = Self::launch(self.dir.path(), self.port());
    }

    /// Freezes the process: connections stay open, but nothing answers.
    pub(crate) fn freeze(&self) {
        signal(&self.process, Signal::STOP);
    }

    /// Continues a frozen process.
    pub(crate) fn thaw(&self) {
        signal(&self.process, Signal::CONT);
    }
}

impl Drop for MongoServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn signal(process: &Child, signal: Signal) {
    let id = i32::try_from(process.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}
