//! The chromedriver process of a test and the window that it emulates.
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{RequestData, SessionId};

/// How often chromedriver is started until the port of its choice is free.
const START_ATTEMPTS: u32 = 5;

/// A running chromedriver on a port of its own choice.
pub(super) struct Driver {
    child: Child,
    pub(super) url: String,
    // Kept open, because a write into a closed pipe would end chromedriver.
    output: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts chromedriver. It chooses a port that is free for IPv6 and ends if another program has the same one for
    /// IPv4: then it is started again.
    pub(super) fn start() -> Self {
        let mut log = String::new();
        for _ in 0..START_ATTEMPTS {
            log.clear();
            if let Some(driver) = Self::try_to_start(&mut log) {
                return driver;
            }
            assert!(log.contains("port not available"), "chromedriver ended and wrote:\n{log}");
        }
        panic!("chromedriver found no free port in {START_ATTEMPTS} attempts:\n{log}");
    }

    /// Returns `None` if chromedriver ended; `log` has what it wrote.
    fn try_to_start(log: &mut String) -> Option<Self> {
        let mut command = Command::new("chromedriver");
        // The clock of the page has the time zone of the desk.
        command.arg("--port=0").env("TZ", "Asia/Jakarta").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("failed to start chromedriver ({error}). Debian has it as chromium-driver; tests/run installs it.")
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        // From here on a panic ends the process, because `Driver` is dropped.
        let mut driver = Self { child, url: String::new(), output };
        while driver.url.is_empty() {
            if driver.output.read_line(log).unwrap() == 0 {
                return None;
            }
            let port =
                log.split_once("started successfully on port ").and_then(|(_, rest)| rest.split('.').next());
            if let Some(port) = port {
                driver.url = format!("http://127.0.0.1:{}", port.trim());
            }
        }
        Some(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The emulated window size: a headless window cannot be as narrow as a phone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) phone: bool,
}

impl FormatRequestData for Window {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let Self { width, height, phone } = self;
        let scale = if *phone { 2 } else { 1 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone });
        devtools(session, "Emulation.setDeviceMetricsOverride", &metrics)
    }
}

/// The emulated mode of the system: `light` or `dark`.
#[derive(Debug)]
pub(super) struct ColourScheme(pub(super) &'static str);

impl FormatRequestData for ColourScheme {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": self.0 }] });
        devtools(session, "Emulation.setEmulatedMedia", &features)
    }
}

/// The emulated time zone of the system.
#[derive(Debug)]
pub(super) struct TimeZone(pub(super) &'static str);

impl FormatRequestData for TimeZone {
    fn format_request(&self, session: &SessionId) -> RequestData {
        devtools(session, "Emulation.setTimezoneOverride", &json!({ "timezoneId": self.0 }))
    }
}

/// A script that each page runs before its own.
#[derive(Debug)]
pub(super) struct FirstScript(pub(super) &'static str);

impl FormatRequestData for FirstScript {
    fn format_request(&self, session: &SessionId) -> RequestData {
        devtools(session, "Page.addScriptToEvaluateOnNewDocument", &json!({ "source": self.0 }))
    }
}

/// Returns the request for a command of the browser's developer tools.
fn devtools(session: &SessionId, command: &str, params: &Value) -> RequestData {
    RequestData::new(axum::http::Method::POST, format!("session/{session}/goog/cdp/execute"))
        .add_body(json!({ "cmd": command, "params": params }))
}
