//! The front end as a Mini App: inside the demo's panes, as in Telegram, and in a tab of its own.
use super::{DESKTOP, Demo, PHONE, STATUS, containing, press, ticket};
use crate::browser::{WAIT_TIMEOUT, has_class, pane};
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI};
use antri::domain::person::Availability;
use serde_json::json;
use thirtyfour::prelude::*;

impl Demo {
    /// Presses the menu button of this person, and waits for the Mini App in their pane.
    pub(super) async fn open_mini_app(&self, id: i64) {
        self.click(&format!("{}//*[@data-testid='menu-button'][.='Dasbor']", pane(id))).await;
        self.enter_mini_app(id).await;
    }

    /// Turns to the page in the frame of this person.
    async fn enter_mini_app(&self, id: i64) {
        let frame = format!("{}//*[@data-testid='mini-app']//iframe", pane(id));
        self.wait_displayed(&frame).await.enter_frame().await.unwrap();
    }

    /// Waits until the page belongs to this person. A narrow page hides the name.
    async fn wait_name(&self, name: &str) {
        let xpath = format!("//*[{}][.='{name}']", has_class("name"));
        self.page.query(By::XPath(xpath)).first().await.unwrap();
    }

    /// Turns back to the demo's page, and closes the frame of this person.
    pub(super) async fn close_mini_app(&self, id: i64) {
        self.page.enter_default_frame().await.unwrap();
        self.click(&format!("{}//*[@data-testid='close-app']", pane(id))).await;
        self.wait_gone(&format!("{}//iframe", pane(id))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_button_opens_the_dashboard_inside_the_pane() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_mini_app(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    demo.ticket("Internet di toko mati.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    // The signed data is not kept in the address, and the theme is that of the demo's page.
    let address = demo.script("return location.href").await;
    assert!(!address.as_str().unwrap().contains("tgWebApp"), "{address}");
    let theme = "const { style } = document.documentElement; return [style.colorScheme, style.getPropertyValue('--card')]";
    assert_eq!(demo.script(theme).await, json!(["light", "#ffffff"]));
    demo.screenshot("mini-app").await;

    // A page that is loaded again is still that person, and has the theme.
    demo.script("location.reload()").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    assert_eq!(demo.script(theme).await, json!(["light", "#ffffff"]));
    demo.choose_option(STATUS, "busy").await;
    demo.wait_displayed(&format!("//p{}", containing("Tiket baru tidak masuk selama"))).await;
    let until = tokio::time::Instant::now() + WAIT_TIMEOUT;
    while demo.person(BUDI).await.availability() != Availability::Busy {
        assert!(tokio::time::Instant::now() < until, "the status did not reach the desk");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    demo.stage.say(BUDI, "/status").await.unwrap();
    assert!(demo.has(BUDI, "🟠 Sibuk"));

    // After a log-out the page is nobody's, also when it is loaded again.
    demo.click(&press("//header", "Keluar")).await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.script("location.reload()").await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.close_mini_app(BUDI).await;
    // The browser reports the request without a session.
    demo.page.browser_log().await.unwrap();
    // Telegram signs anew for each time that it opens the page.
    demo.open_mini_app(BUDI).await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.close_mini_app(BUDI).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_pane_has_the_dashboard_of_its_person() {
    let demo = Demo::open(DESKTOP).await;
    demo.wait_displayed(&format!("{}//*[@data-testid='menu-button']", pane(DEWI))).await;
    let hidden =
        format!("{}//*[@data-testid='menu-button' or @data-testid='dashboard'][@hidden]", pane(SARI));
    let customer = demo.page.find_all(By::XPath(hidden)).await.unwrap();
    assert_eq!(customer.len(), 2, "the customer has no dashboard");
    // A button of a card opens its view.
    demo.write(DEWI, "/workload").await;
    demo.click(&format!("({}//*[@data-app]{})[last()]", pane(DEWI), containing("Buka dasbor"))).await;
    demo.enter_mini_app(DEWI).await;
    demo.wait_displayed(&format!("//tr[@data-agent='Budi']{}", containing("0/5"))).await;
    assert_eq!(demo.script("return location.hash").await, "#workload");
    demo.page.enter_default_frame().await.unwrap();
    demo.open_mini_app(CITRA).await;
    demo.wait_name("Citra").await;
    demo.page.enter_default_frame().await.unwrap();
    demo.screenshot("mini-apps").await;
    // Both are loaded again, and stay their own.
    for (id, name) in [(DEWI, "Dewi"), (CITRA, "Citra")] {
        demo.enter_mini_app(id).await;
        demo.script("location.reload()").await;
        demo.wait_name(name).await;
        demo.page.enter_default_frame().await.unwrap();
    }
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_links_to_the_dashboard_in_a_tab() {
    let demo = Demo::open(PHONE).await;
    demo.click(&format!("//*[@data-tab='{BUDI}']")).await;
    demo.open_mini_app(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    let width = demo.script("return document.documentElement.scrollWidth - innerWidth").await;
    assert!(width.as_i64().unwrap() <= 0, "the Mini App scrolls sideways");
    demo.screenshot("mini-app-phone").await;
    demo.close_mini_app(BUDI).await;
    let link =
        format!("return document.querySelector('[data-pane=\"{BUDI}\"] [data-testid=dashboard]').href");
    let link = demo.script(&link).await;
    demo.page.goto(link.as_str().unwrap()).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    demo.ticket("Modem berkedip.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    assert!(demo.has(BUDI, "Modem berkedip."));
    demo.close().await;
}
