//! Accessibility of the web front end: axe-core finds nothing on any view, light and dark, in both languages.
//!
//! With `ANTRI_SCREENSHOTS=<folder>` the ignored tour writes each view in both sizes and languages into that folder.
use super::views::bitmap;
use super::{DESKTOP, Demo, PHONE, press, ticket};
use crate::browser::driver::{ColourScheme, Window};
use crate::browser::{containing, has_class};
use crate::support::mongod::installed;
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI};
use antri::clock::Clock;
use antri::domain::policy::Capacity;
use antri::sandbox::{MediaKind, NewMedia};
use serde_json::Value;
use thirtyfour::prelude::*;

/// A person's way through the views, in a window and a language.
struct Tour {
    demo: Demo,
    is_english: bool,
    /// The end of the names of screenshots.
    suffix: &'static str,
}

impl Tour {
    async fn begin(window: Window, is_english: bool, person: i64) -> Self {
        let suffix = if window.phone { "phone" } else { "desktop" };
        let demo = Demo::open(window).await;
        demo.populate().await;
        demo.open_front_end(person).await;
        demo.wait_displayed("//main//h1").await;
        let tour = Self { demo, is_english, suffix };
        if is_english {
            tour.demo.choose_option("//header//select[option[@value='en']]", "en").await;
        }
        tour
    }

    fn word(&self, indonesian: &'static str, english: &'static str) -> &'static str {
        if self.is_english { english } else { indonesian }
    }

    async fn click(&self, on: &str, indonesian: &'static str, english: &'static str) {
        self.demo.click(&press(on, self.word(indonesian, english))).await;
    }

    /// Goes to a view of the navigation, and waits until it is filled.
    async fn go(&self, view: &str) {
        self.demo.script(&format!("location.hash = '#{view}'; scrollTo(0, 0)")).await;
        self.demo.wait_displayed(&format!("//main/section[@aria-labelledby='{view}']//h1")).await;
        self.demo
            .wait_gone(&format!(
                "//main//*[{}][.='{}']",
                has_class("empty"),
                self.word("Memuat…", "Loading…")
            ))
            .await;
    }

    async fn close_dialog(&self) {
        self.demo.click("//dialog/header/button").await;
        self.demo.wait_gone("//dialog").await;
    }

    /// Checks the view that is shown, in both modes.
    async fn check(&self, view: &str) {
        for scheme in ["light", "dark"] {
            self.demo.page.cmd(ColourScheme(scheme)).await.unwrap();
            self.check_in(scheme, view).await;
        }
        let width = self.demo.script("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(width.as_i64().unwrap() <= 0, "{view} scrolls sideways");
    }

    /// Checks the view that is shown, in the mode that the browser has.
    async fn check_in(&self, scheme: &str, view: &str) {
        let language = self.word("id", "en");
        self.demo.screenshot(&format!("web-{view}-{language}-{}-{scheme}", self.suffix)).await;
        let source = installed("contract/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(source).expect("axe-core: run tests/run, which installs it");
        self.demo.page.execute(source, Vec::new()).await.unwrap();
        let run = "const done = arguments[0]; axe.run().then(result => done(result.violations))";
        let found = self.demo.page.execute_async(run, Vec::new()).await.unwrap();
        let found = found.json().as_array().expect("violations").clone();
        let words = |violation: &Value| format!("{}: {}", violation["id"], violation["nodes"][0]["html"]);
        let found: Vec<_> = found.iter().map(words).collect();
        assert!(found.is_empty(), "{view}, {language}, {scheme}: {found:#?}");
    }
}

async fn tour_of_an_agent(window: Window, is_english: bool) {
    let tour = Tour::begin(window, is_english, BUDI).await;
    let demo = &tour.demo;
    demo.wait_displayed(&ticket("#3 • INC")).await;
    tour.check("my-queue").await;
    tour.click(&ticket("#1 • INC"), "Tandai selesai", "Mark complete").await;
    demo.wait_displayed("//dialog//textarea").await;
    tour.check("complete").await;
    tour.close_dialog().await;
    tour.click(&ticket("#1 • INC"), "Tunda", "Hold").await;
    demo.wait_displayed("//dialog//input").await;
    tour.check("hold").await;
    tour.close_dialog().await;
    tour.go("waiting").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    tour.check("waiting").await;

    demo.search("modem").await;
    demo.wait_displayed(&ticket("Rudi Hartono")).await;
    tour.check("search").await;
    demo.search("nihil").await;
    demo.wait_displayed(&format!("//main//p{}", containing("“nihil”"))).await;
    tour.check("search-none").await;

    tour.go("my-queue").await;
    tour.click(&ticket("Sari"), "Buka", "Open").await;
    demo.stage.settle().await.unwrap();
    demo.stage.say(SARI, "Lampu LOS merah sejak pagi.").await.unwrap();
    demo.stage.sandbox.send_media(SARI, NewMedia::new(MediaKind::Photo, bitmap()));
    demo.stage.sandbox.send_media(SARI, NewMedia::new(MediaKind::Document, *b"isi"));
    demo.stage.settle().await.unwrap();
    demo.fill("//form/textarea", "Baik, kami periksa dari sini dulu.").await;
    tour.click("//form", "Kirim", "Send").await;
    demo.wait_displayed(&format!("//li{}", containing("dari sini dulu"))).await;
    demo.click("//form//label[.//input[@type='checkbox']]").await;
    demo.fill("//form/textarea", "modem lama, mungkin perlu diganti").await;
    tour.click("//form", "Kirim", "Send").await;
    demo.stage.settle().await.unwrap();
    demo.wait_displayed(&format!("//li{}", containing("modem lama"))).await;
    demo.wait_displayed(&format!("//li[{}]//img", has_class("bubble"))).await;
    demo.wait_displayed("//form//select").await;
    tour.check("conversation").await;
    // The note is written; the file is for the customer.
    demo.click("//form//label[.//input[@type='checkbox']]").await;
    let file = tempfile::Builder::new().prefix("panduan-modem").suffix(".pdf").tempfile().unwrap();
    std::fs::write(file.path(), "isi").unwrap();
    let input = demo.page.find(By::XPath("//form//input[@type='file']")).await.unwrap();
    input.send_keys(file.path().to_str().unwrap()).await.unwrap();
    demo.wait_displayed(&format!("//form{}", containing("panduan-modem"))).await;
    demo.script("document.querySelector('form').scrollIntoView({ block: 'end' })").await;
    tour.check("conversation-end").await;
    tour.click("//form", "Kirim", "Send").await;
    demo.wait_gone(&format!("//form{}", containing("panduan-modem"))).await;
    demo.stage.settle().await.unwrap();
    let received = demo.stage.sandbox.chat(SARI).into_iter().rev().find_map(|message| message.media);
    assert!(received.unwrap().file_name.unwrap().starts_with("panduan-modem"));

    demo.choose_option("//header/select", "offline").await;
    tour.go("my-queue").await;
    tour.check("offline").await;
    tour.click("//header", "Keluar", "Log out").await;
    demo.wait_displayed(&format!("//main[{}]", has_class("login"))).await;
    tour.check("login").await;
    tour.demo.close().await;
}

async fn tour_of_an_admin(window: Window, is_english: bool) {
    let tour = Tour::begin(window, is_english, DEWI).await;
    let demo = &tour.demo;
    demo.wait_displayed(&format!("//tr[@data-agent='Budi']{}", containing(tour.word("PENUH", "FULL")))).await;
    tour.check("workload").await;
    tour.click("//tr[@data-agent='Fajar Nugroho']", "Fajar", "Fajar").await;
    demo.wait_displayed("//dialog//fieldset").await;
    tour.check("agent").await;
    tour.close_dialog().await;

    tour.go("queue").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    tour.check("queue").await;
    demo.click(&press(&format!("{}//h2", ticket("#1 • INC")), "INC")).await;
    demo.wait_displayed(&press("//main", tour.word("Batalkan tiket", "Cancel ticket"))).await;
    tour.check("waiting-ticket").await;
    tour.click("//main", "Batalkan tiket", "Cancel ticket").await;
    demo.wait_displayed(&press("//dialog", tour.word("Ya, batalkan", "Yes, cancel"))).await;
    tour.check("cancel").await;
    tour.close_dialog().await;
    tour.go("queue").await;
    demo.click("//*[@role='group']/button[2]").await;
    let (admin, citra) = (demo.person(DEWI).await, demo.person(CITRA).await.id);
    let (max, now) = (Capacity::new(2).unwrap(), Clock::system().now());
    demo.stage.app.engine.set_capacity(&admin, citra, max, now).await.unwrap();
    tour.click(&ticket("Budi"), "Alihkan", "Reassign").await;
    demo.wait_displayed(&press("//dialog", "· 2/2")).await;
    tour.check("reassign").await;
    demo.click(&press("//dialog", "Citra")).await;
    demo.wait_displayed(&press("//dialog", tour.word("Tetap alihkan", "Reassign anyway"))).await;
    tour.check("reassign-full").await;
    tour.close_dialog().await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    demo.click("(//section[@aria-labelledby='audit']//summary)[1]").await;
    demo.script("document.querySelector('.audit').scrollIntoView({ block: 'center' })").await;
    tour.check("history").await;

    demo.search("sari").await;
    demo.wait_displayed(&ticket("Minta salinan kontrak.")).await;
    tour.check("search-past").await;
    demo.click(&format!("{}//a", ticket("Minta salinan kontrak."))).await;
    demo.wait_displayed("//section[@aria-labelledby='audit']//li").await;
    tour.check("past-ticket").await;

    for view in ["statistics", "departments", "settings", "alerts"] {
        tour.go(view).await;
        if view == "statistics" {
            demo.wait_displayed("(//figure//*[local-name()='svg'])[1]").await;
            tour.check("statistics").await;
            demo.click("(//figure//summary)[1]").await;
        }
        tour.check(if view == "statistics" { "statistics-table" } else { view }).await;
    }
    tour.go("departments").await;
    demo.click("//*[@data-department]//h2/button").await;
    demo.wait_displayed("//dialog//input").await;
    tour.check("department").await;
    tour.demo.close().await;
}

/// The dashboard inside the pane of the demo, with the theme that the pane passes.
async fn tour_of_the_mini_app(window: Window, is_english: bool) {
    let tour = Tour::begin(window, is_english, BUDI).await;
    let demo = &tour.demo;
    demo.page.goto(&demo.stage.url).await.unwrap();
    for scheme in ["light", "dark"] {
        demo.page.cmd(ColourScheme(scheme)).await.unwrap();
        if window.phone {
            demo.click(&format!("//*[@data-tab='{BUDI}']")).await;
        }
        demo.open_mini_app(BUDI).await;
        demo.wait_displayed(&ticket("#3 • INC")).await;
        tour.check_in(scheme, "mini-app").await;
        demo.close_mini_app(BUDI).await;
    }
    tour.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mini_app_is_accessible_in_telegrams_theme() {
    tour_of_the_mini_app(PHONE, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_views_of_an_agent_are_accessible() {
    tour_of_an_agent(PHONE, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_views_of_an_admin_are_accessible() {
    tour_of_an_admin(DESKTOP, true).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes screenshots of every view; the other tests check the same in one size and language each"]
async fn every_view_in_both_sizes_and_languages() {
    for is_english in [false, true] {
        for window in [PHONE, DESKTOP] {
            tour_of_an_agent(window, is_english).await;
            tour_of_an_admin(window, is_english).await;
            tour_of_the_mini_app(window, is_english).await;
        }
    }
}
