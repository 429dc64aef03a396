//! The demo as a visitor has it: the page in a headless Chromium, the desk behind it, and everything that happens done with
//! the page's own fields and buttons.
//!
//! With `ANTRI_SCREENSHOTS=<folder>` the tests leave pictures of the page there.
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI, Stage};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel, RequestData, SessionId};
use tokio::net::TcpListener;

/// How long something may take to show on the page before the test fails. A fraction of a second is usual.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
const DESKTOP: Window = Window { width: 1440, height: 900, phone: false };
const PHONE: Window = Window { width: 390, height: 844, phone: true };
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The page on 127.0.0.1 is reached directly, whatever the machine's settings are.
    "--no-proxy-server",
    "--lang=en-US",
    // Nothing moves, so nothing is pressed beside, and every picture shows a finished page.
    "--force-prefers-reduced-motion",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_goes_through_the_page_from_the_customer_to_the_agent_and_back() {
    let show = Show::begin(DESKTOP).await;

    show.write(SARI, "Internet di toko mati sejak pagi.").await;
    show.click(&button(SARI, "✅ Kirim")).await;

    show.sees(&received(BUDI, "Internet di toko mati sejak pagi.")).await;
    let open = show.sees(&button(BUDI, "▶️ Buka")).await;
    let card = open.find(By::XPath("ancestor::*[@data-message]")).await.unwrap();
    let id = card.attr("data-message").await.unwrap().unwrap();
    show.click(&button(BUDI, "▶️ Buka")).await;
    show.sees(&toast(BUDI, "Tiket dibuka")).await;
    let edited = format!("{}//*[@data-message='{id}']{}", pane(BUDI), containing("Sedang dikerjakan"));
    show.sees(&format!("{edited}{}", containing("edited"))).await;
    show.gone(&format!("{}//*[@aria-busy]", pane(BUDI))).await;

    show.write(SARI, "Tagihan bulan ini dua kali lipat.").await;
    show.click(&button(SARI, "✅ Kirim")).await;
    show.sees(&received(CITRA, "Tagihan bulan ini dua kali lipat.")).await;
    show.write(DEWI, "/workload").await;
    show.sees(&received(DEWI, "Citra")).await;
    show.picture("desktop").await;

    show.click(&button(BUDI, "✅ Selesai")).await;
    show.sees(&received(SARI, "sudah selesai")).await;
    show.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_menu_of_the_page_lists_the_commands_of_the_role() {
    let show = Show::begin(DESKTOP).await;
    show.click(&format!("{}//*[@data-testid='commands']", pane(DEWI))).await;
    let option = |name: &str| format!("{}//*[@data-command-option='{name}']", pane(DEWI));
    for (name, description) in [("help", "Lihat semua perintah"), ("workload", "Beban kerja semua agen")] {
        show.sees(&format!("{}{}", option(name), containing(description))).await;
    }
    show.picture("commands").await;
    show.write_only(DEWI, "/wor").await;
    show.gone(&option("help")).await;
    show.click(&option("workload")).await;
    show.sees(&received(DEWI, "Budi")).await;

    // Who is made an agent is shown as one, and who is none any more no longer.
    let role = |role: &str| format!("{}//*[@data-testid='role']{}", pane(SARI), containing(role));
    show.sees(&role("Customer")).await;
    show.write(DEWI, &format!("/addagent {SARI}")).await;
    show.sees(&role("Agent")).await;
    show.write(DEWI, "/removeagent Sari").await;
    show.click(&button(DEWI, "✅ Berhentikan")).await;
    show.sees(&role("Customer")).await;

    // The customer's menu is another one.
    show.click(&format!("{}//*[@data-testid='commands']", pane(SARI))).await;
    show.sees(&format!("{}//*[@data-command-option='mytickets']", pane(SARI))).await;
    show.gone(&format!("{}//*[@data-command-option='workload']", pane(SARI))).await;
    show.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_theme_survives_a_reload() {
    let show = Show::begin(DESKTOP).await;
    show.ticket("Modem berkedip merah terus.").await;
    let light = show.ground().await;
    show.click("//*[@id='theme']").await;
    show.sees("/html[@data-theme='dark']").await;
    let dark = show.ground().await;
    assert_ne!(light, dark, "the theme changes the colours");
    show.page.refresh().await.unwrap();
    show.sees("/html[@data-theme='dark']").await;
    show.sees(&received(BUDI, "Modem berkedip merah terus.")).await;
    assert_eq!(show.ground().await, dark);
    show.picture("desktop-dark").await;
    show.click("//*[@id='theme']").await;
    show.sees("/html[@data-theme='light']").await;
    assert_eq!(show.ground().await, light);
    show.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_shows_one_person_at_a_time_with_tabs_for_the_others() {
    let show = Show::begin(PHONE).await;
    assert_eq!(show.panes_in_sight().await, [SARI]);
    show.write(SARI, "Kecepatan turun setiap malam.").await;
    show.click(&button(SARI, "✅ Kirim")).await;
    // The agent's tab says that there is something new.
    show.sees(&format!("//*[@data-tab='{BUDI}']//*[{}]", has_class("dot"))).await;
    show.picture("phone-customer").await;
    show.click(&format!("//*[@data-tab='{BUDI}']")).await;
    show.sees(&received(BUDI, "Kecepatan turun setiap malam.")).await;
    assert_eq!(show.panes_in_sight().await, [BUDI]);
    show.gone(&format!("//*[@data-tab='{BUDI}']//*[{}]", has_class("dot"))).await;
    show.click(&button(BUDI, "▶️ Buka")).await;
    show.sees(&toast(BUDI, "Tiket dibuka")).await;
    show.picture("phone-agent").await;
    let wide = show.script("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(PHONE.width), "nothing sticks out to the side");
    show.end().await;
}

/// The open desk, a browser, and its page.
struct Show {
    // Dropped in this order: the session, which closes the browser; the driver; the browser's files.
    page: WebDriver,
    driver: Driver,
    profile: TempDir,
    stage: Stage,
}

impl Show {
    async fn begin(window: Window) -> Self {
        let driver = Driver::start();
        let profile = TempDir::with_prefix("antri-browser-").unwrap();
        let mut wanted = ChromeCapabilities::new();
        for flag in FLAGS {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let page = WebDriver::builder(&driver.url, wanted).connect().await.unwrap();
        page.set_poller(Arc::new(ElementPollerWithTimeout::new(WAIT_TIMEOUT, Duration::from_millis(20))));
        page.cmd(window).await.unwrap();

        let stage = Stage::set(TcpListener::bind("127.0.0.1:0").await.unwrap(), 7).await.unwrap();
        stage.open().await.unwrap();
        page.goto(&stage.url).await.unwrap();
        let show = Self { page, driver, profile, stage };
        show.sees("//*[@id='connection'][@data-state='live']").await;
        show
    }

    /// Closes everything; a page that wrote errors into its console has failed.
    async fn end(self) {
        let log = self.page.browser_log().await.unwrap();
        let errors: Vec<_> = log.iter().filter(|entry| entry.level == "SEVERE").collect();
        assert!(errors.is_empty(), "the page's console: {errors:#?}");
        self.page.quit().await.unwrap();
        drop(self.driver);
        self.profile.close().unwrap();
        self.stage.strike().await.unwrap();
    }

    /// A ticket that is sent, without the page's help.
    async fn ticket(&self, text: &str) {
        self.stage.say(SARI, text).await.unwrap();
        self.stage.press(SARI, "", "✅ Kirim").await.unwrap();
    }

    /// Waits until this is on the page and in sight.
    async fn sees(&self, xpath: &str) -> WebElement {
        let found = self.page.query(By::XPath(xpath)).and_displayed().first().await;
        match found {
            Ok(element) => element,
            Err(error) => {
                self.picture("failed").await;
                let page = self.page.find(By::Tag("body")).await.unwrap().text().await.unwrap();
                panic!("not on the page: {xpath}\n{error}\n{page}")
            }
        }
    }

    /// Waits until this is not on the page any more.
    async fn gone(&self, xpath: &str) {
        let gone = self.page.query(By::XPath(xpath)).wait_until_gone().await;
        assert!(gone.is_ok(), "still on the page: {xpath}");
    }

    async fn click(&self, xpath: &str) {
        self.sees(xpath).await.click().await.unwrap();
    }

    async fn write_only(&self, id: i64, text: &str) {
        let field = self.sees(&format!("{}//*[@data-testid='composer']", pane(id))).await;
        field.send_keys(text).await.unwrap();
    }

    async fn write(&self, id: i64, text: &str) {
        self.write_only(id, text).await;
        self.click(&format!("{}//*[@data-testid='send']", pane(id))).await;
        let sent = format!("{}//*[{}]{}", pane(id), has_class("out"), containing(text));
        self.sees(&sent).await;
    }

    async fn panes_in_sight(&self) -> Vec<i64> {
        let mut ids = Vec::new();
        for pane in self.page.find_all(By::Css("[data-pane]")).await.unwrap() {
            if pane.is_displayed().await.unwrap() {
                ids.push(pane.attr("data-pane").await.unwrap().unwrap().parse().unwrap());
            }
        }
        ids
    }

    /// The colour behind everything.
    async fn ground(&self) -> String {
        self.page.find(By::Tag("body")).await.unwrap().css_value("background-color").await.unwrap()
    }

    async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("ANTRI_SCREENSHOTS") else { return };
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        self.page.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }
}

/// A running chromedriver on a port of its own choice.
struct Driver {
    child: Child,
    url: String,
    // Held open: whoever writes into a closed pipe is ended.
    output: BufReader<ChildStdout>,
}

impl Driver {
    fn start() -> Self {
        let mut command = Command::new("chromedriver");
        // The page's clock shows the same hour as the desk's words.
        command.arg("--port=0").env("TZ", "Asia/Jakarta").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("chromedriver does not start ({error}). Debian has it as chromium-driver; tests/run installs it.")
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        // From here on a panic ends it, too.
        let mut driver = Self { child, url: String::new(), output };
        let mut said = String::new();
        while driver.url.is_empty() {
            let read = driver.output.read_line(&mut said).unwrap();
            assert!(read > 0, "chromedriver ended and said:\n{said}");
            let port =
                said.split_once("started successfully on port ").and_then(|(_, rest)| rest.split('.').next());
            if let Some(port) = port {
                driver.url = format!("http://127.0.0.1:{}", port.trim());
            }
        }
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the page believes that its window is: a headless one cannot be as narrow as a phone.
#[derive(Debug)]
struct Window {
    width: u32,
    height: u32,
    phone: bool,
}

impl FormatRequestData for Window {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let Self { width, height, phone } = self;
        let scale = if *phone { 2 } else { 1 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone });
        RequestData::new(axum::http::Method::POST, format!("session/{session}/goog/cdp/execute"))
            .add_body(json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics }))
    }
}

// Where things are on the page.

fn pane(id: i64) -> String {
    format!("//*[@data-pane='{id}']")
}

fn containing(text: &str) -> String {
    format!("[contains(normalize-space(.), '{text}')]")
}

fn has_class(name: &str) -> String {
    format!("contains(concat(' ', @class, ' '), ' {name} ')")
}

fn button(id: i64, label: &str) -> String {
    format!("({}//*[@data-callback]{})[last()]", pane(id), containing(label))
}

fn received(id: i64, text: &str) -> String {
    format!("{}//*[@data-message][{}]{}", pane(id), has_class("in"), containing(text))
}

fn toast(id: i64, text: &str) -> String {
    format!("{}//*[@data-testid='toast']{}", pane(id), containing(text))
}
