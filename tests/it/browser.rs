//! The demo page in a headless Chromium with a real desk behind it. The tests act with the fields and buttons
//! of the page.
//!
//! With `ANTRI_SCREENSHOTS=<folder>` the tests write screenshots of the page into that folder.
mod albums;
mod chats;
mod docs;
mod driver;
mod front_end;
mod menus;

use antri::cli::demo::stage::{BUDI, CITRA, DEWI, Environment, SARI};
use antri::domain::person::Locale;
use driver::{Driver, Window};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};
use tokio::net::TcpListener;

/// Time limit for an element to appear on the page. A fraction of a second is usual.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Closes the toasts of the front end. Returns how many there were.
const CLOSE_TOASTS: &str = "
    const toasts = [...document.querySelectorAll('.toast button')];
    toasts.forEach(toast => toast.click());
    return toasts.length;
";
const DESKTOP: Window = Window { width: 1440, height: 900, phone: false };
const PHONE: Window = Window { width: 390, height: 844, phone: true };
const CHROMIUM_FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The page on 127.0.0.1 is reached without the proxy of the machine's settings.
    "--no-proxy-server",
    // Without animations no click misses its target, and every screenshot shows a finished page.
    "--force-prefers-reduced-motion",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_goes_through_the_page_from_the_customer_to_the_agent_and_back() {
    let demo = Demo::open(DESKTOP).await;

    demo.write(SARI, "Internet di toko mati sejak pagi.").await;
    demo.click(&button(SARI, "✅ Kirim")).await;

    demo.wait_displayed(&received(BUDI, "Internet di toko mati sejak pagi.")).await;
    let card = format!("{}/ancestor::*[@data-message]", button(BUDI, "▶️ Buka"));
    let id = demo.attribute(&card, "data-message").await;
    demo.click(&button(BUDI, "▶️ Buka")).await;
    demo.wait_displayed(&toast(BUDI, "Tiket dibuka")).await;
    let edited = format!("{}//*[@data-message='{id}']{}", pane(BUDI), containing("Sedang dikerjakan"));
    demo.wait_displayed(&format!("{edited}{}", containing("edited"))).await;
    demo.wait_gone(&format!("{}//*[@aria-busy]", pane(BUDI))).await;

    demo.write(SARI, "Lampu modemnya merah.").await;
    demo.wait_displayed(&received(BUDI, "Lampu modemnya merah.")).await;
    demo.write(BUDI, "Kami periksa sekarang.").await;
    demo.wait_displayed(&received(SARI, "Kami periksa sekarang.")).await;

    demo.write(SARI, "/new Tagihan bulan ini dua kali lipat.").await;
    demo.click(&button(SARI, "✅ Kirim")).await;
    demo.wait_displayed(&received(CITRA, "Tagihan bulan ini dua kali lipat.")).await;
    demo.write(DEWI, "/workload").await;
    demo.wait_displayed(&received(DEWI, "Citra")).await;
    demo.screenshot("desktop").await;

    demo.click(&button(BUDI, "✅ Selesai")).await;
    demo.wait_displayed(&received(SARI, "sudah selesai")).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_menu_of_the_page_lists_the_commands_of_the_role() {
    let demo = Demo::open(DESKTOP).await;
    demo.click(&format!("{}//*[@data-testid='commands']", pane(DEWI))).await;
    let option = |name: &str| format!("{}//*[@data-command-option='{name}']", pane(DEWI));
    for (name, description) in [("help", "Lihat semua perintah"), ("workload", "Beban kerja semua agen")] {
        demo.wait_displayed(&format!("{}{}", option(name), containing(description))).await;
    }
    demo.screenshot("commands").await;
    demo.type_text(DEWI, "/wor").await;
    demo.wait_gone(&option("help")).await;
    demo.click(&option("workload")).await;
    demo.wait_displayed(&received(DEWI, "Budi")).await;

    // The page shows the role of a new agent, and the customer role after the removal.
    let role = |role: &str| format!("{}//*[@data-testid='role']{}", pane(SARI), containing(role));
    demo.wait_displayed(&role("Customer")).await;
    demo.write(DEWI, &format!("/addagent {SARI}")).await;
    demo.wait_displayed(&role("Agent")).await;
    demo.write(DEWI, "/removeagent Sari").await;
    demo.click(&button(DEWI, "✅ Cabut peran")).await;
    demo.wait_displayed(&role("Customer")).await;

    // The menu of a customer has other commands.
    demo.click(&format!("{}//*[@data-testid='commands']", pane(SARI))).await;
    demo.wait_displayed(&format!("{}//*[@data-command-option='mytickets']", pane(SARI))).await;
    demo.wait_gone(&format!("{}//*[@data-command-option='workload']", pane(SARI))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_theme_survives_a_reload() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip merah terus.").await;
    let light = demo.background().await;
    demo.click("//*[@id='theme']").await;
    demo.wait_displayed("/html[@data-theme='dark']").await;
    let dark = demo.background().await;
    assert_ne!(light, dark, "the theme changes the colours");
    demo.page.refresh().await.unwrap();
    demo.wait_displayed("/html[@data-theme='dark']").await;
    demo.wait_displayed(&received(BUDI, "Modem berkedip merah terus.")).await;
    assert_eq!(demo.background().await, dark);
    demo.screenshot("desktop-dark").await;
    demo.click("//*[@id='theme']").await;
    demo.wait_displayed("/html[@data-theme='light']").await;
    assert_eq!(demo.background().await, light);
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_shows_one_person_at_a_time_with_tabs_for_the_others() {
    let demo = Demo::open(PHONE).await;
    assert_eq!(demo.displayed_panes().await, [SARI]);
    demo.write(SARI, "Kecepatan turun setiap malam.").await;
    demo.click(&button(SARI, "✅ Kirim")).await;
    // The agent's tab marks the new message.
    demo.wait_displayed(&format!("//*[@data-tab='{BUDI}']//*[{}]", has_class("dot"))).await;
    demo.screenshot("phone-customer").await;
    demo.click(&format!("//*[@data-tab='{BUDI}']")).await;
    demo.wait_displayed(&received(BUDI, "Kecepatan turun setiap malam.")).await;
    assert_eq!(demo.displayed_panes().await, [BUDI]);
    demo.wait_gone(&format!("//*[@data-tab='{BUDI}']//*[{}]", has_class("dot"))).await;
    demo.click(&button(BUDI, "▶️ Buka")).await;
    demo.wait_displayed(&toast(BUDI, "Tiket dibuka")).await;
    demo.screenshot("phone-agent").await;
    let scroll_width = demo.script("return document.documentElement.scrollWidth").await;
    assert_eq!(scroll_width, json!(PHONE.width), "the page does not scroll sideways");
    demo.close().await;
}

/// A demo desk and a browser with its page.
struct Demo {
    // Dropped in this order: the session, which closes the browser; the driver; the browser profile.
    page: WebDriver,
    driver: Driver,
    profile: TempDir,
    stage: Environment,
}

impl Demo {
    async fn open(window: Window) -> Self {
        Self::open_in(window, "en-US").await
    }

    /// Opens the page in a browser of this language.
    async fn open_in(window: Window, language: &str) -> Self {
        let driver = Driver::start();
        let (page, profile) = open_browser(&driver, window, language).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stage = Environment::start(listener, 7, Locale::Id).await.unwrap();
        stage.open().await.unwrap();
        page.goto(&stage.url).await.unwrap();
        let demo = Self { page, driver, profile, stage };
        demo.wait_displayed("//*[@id='connection'][@data-state='live']").await;
        demo
    }
    /// Closes the browser and the desk. Panics if the page wrote errors into its console.
    async fn close(self) {
        let log = self.page.browser_log().await.unwrap();
        let errors: Vec<_> = log.iter().filter(|entry| entry.level == "SEVERE").collect();
        assert!(errors.is_empty(), "the page's console: {errors:#?}");
        self.page.quit().await.unwrap();
        drop(self.driver);
        self.profile.close().unwrap();
        self.stage.shut_down().await.unwrap();
    }

    /// Sends a ticket without using the page.
    async fn ticket(&self, text: &str) {
        self.stage.say(SARI, &format!("/new {text}")).await.unwrap();
        self.stage.press_button(SARI, "", "✅ Kirim").await.unwrap();
    }

    /// Waits until this element is displayed on the page. Returns it.
    async fn wait_displayed(&self, xpath: &str) -> WebElement {
        self.wait_displayed_for(xpath, (WAIT_TIMEOUT, POLL_INTERVAL)).await
    }

    /// As [`Self::wait_displayed`], with this timeout and this interval between two questions.
    async fn wait_displayed_for(&self, xpath: &str, (timeout, interval): (Duration, Duration)) -> WebElement {
        let query = self.page.query(By::XPath(xpath)).wait(timeout, interval);
        // The page renders a message again with each change, so an element may be replaced between two questions.
        match query.ignore_errors(true).and_displayed().first().await {
            Ok(element) => element,
            Err(error) => panic!("not on the page: {xpath}\n{error}\n{}", self.shown_text().await),
        }
    }

    /// Returns what the page shows, for the message of a failure.
    async fn shown_text(&self) -> String {
        self.screenshot("failed").await;
        self.page.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    /// Waits until this element is no longer on the page.
    async fn wait_gone(&self, xpath: &str) {
        let gone = self.page.query(By::XPath(xpath)).wait_until_gone().await;
        assert!(gone.is_ok(), "still on the page: {xpath}");
    }

    /// Clicks as a person does, who closes a toast that is in the way: one may come at any time.
    async fn click(&self, xpath: &str) {
        while let Err(error) = self.wait_displayed(xpath).await.click().await {
            let is_covered = matches!(*error, WebDriverErrorInner::ElementClickIntercepted(_));
            if is_covered && self.script(CLOSE_TOASTS).await != json!(0) {
                continue;
            }
            assert!(was_replaced(&error), "not clicked: {xpath}\n{error}\n{}", self.shown_text().await);
        }
    }

    /// Returns this attribute of an element once the element is displayed.
    async fn attribute(&self, xpath: &str, name: &str) -> String {
        loop {
            match self.wait_displayed(xpath).await.attr(name).await {
                Ok(value) => return value.unwrap(),
                Err(error) => assert!(was_replaced(&error), "not read: {xpath}\n{error}"),
            }
        }
    }

    async fn type_text(&self, id: i64, text: &str) {
        let field = self.wait_displayed(&format!("{}//*[@data-testid='composer']", pane(id))).await;
        field.send_keys(text).await.unwrap();
    }

    async fn write(&self, id: i64, text: &str) {
        self.type_text(id, text).await;
        self.click(&format!("{}//*[@data-testid='send']", pane(id))).await;
        let sent = format!("{}//*[{}]{}", pane(id), has_class("out"), containing(text));
        self.wait_displayed(&sent).await;
    }

    async fn displayed_panes(&self) -> Vec<i64> {
        let mut ids = Vec::new();
        for pane in self.page.find_all(By::Css("[data-pane]")).await.unwrap() {
            if pane.is_displayed().await.unwrap() {
                ids.push(pane.attr("data-pane").await.unwrap().unwrap().parse().unwrap());
            }
        }
        ids
    }

    /// Returns the background colour of the page.
    async fn background(&self) -> String {
        self.page.find(By::Tag("body")).await.unwrap().css_value("background-color").await.unwrap()
    }

    async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    async fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("ANTRI_SCREENSHOTS") else { return };
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        self.page.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }
}

/// Starts a browser of this language with a profile of its own.
async fn open_browser(driver: &Driver, window: Window, language: &str) -> (WebDriver, TempDir) {
    let profile = TempDir::with_prefix("antri-browser-").unwrap();
    let mut capabilities = ChromeCapabilities::new();
    for flag in CHROMIUM_FLAGS {
        capabilities.add_arg(flag).unwrap();
    }
    capabilities.add_arg(&format!("--lang={language}")).unwrap();
    capabilities.add_arg(&format!("--accept-lang={language}")).unwrap();
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    let page = WebDriver::builder(&driver.url, capabilities).connect().await.unwrap();
    page.set_poller(Arc::new(ElementPollerWithTimeout::new(WAIT_TIMEOUT, POLL_INTERVAL)));
    page.cmd(window).await.unwrap();
    (page, profile)
}

/// True if the page replaced the element between the search for it and its use.
fn was_replaced(error: &WebDriverError) -> bool {
    matches!(**error, WebDriverErrorInner::StaleElementReference(_))
}

// XPath expressions of elements on the page.

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
