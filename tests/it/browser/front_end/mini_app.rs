//! The front end as a Mini App: inside the demo's panes, as in Telegram, and in a tab of its own.
use super::{DESKTOP, Demo, PHONE, STATUS, containing, press, ticket};
use crate::browser::driver::FirstScript;
use crate::browser::{has_class, pane};
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
    demo.wait_script(theme, json!(["light", "#ffffff"])).await;
    demo.choose_option(STATUS, "busy").await;
    demo.wait_displayed(&format!("//p{}", containing("Tiket baru tidak masuk selama"))).await;
    demo.wait_availability(BUDI, Availability::Busy).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_mini_app_follows_telegrams_theme_while_it_is_open() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_mini_app(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    let scheme = async |wanted: &str| {
        demo.page.enter_default_frame().await.unwrap();
        demo.click("//*[@id='theme']").await;
        demo.enter_mini_app(BUDI).await;
        // The colour comes with a message from the frame's parent.
        demo.wait_displayed(&format!("/html[contains(@style, 'color-scheme: {wanted}')]")).await;
        demo.background().await
    };
    let light = demo.background().await;
    let dark = scheme("dark").await;
    assert_ne!(light, dark, "the page follows the theme");
    // A page that is loaded again has the newer theme.
    demo.script("location.reload()").await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    assert_eq!(demo.background().await, dark);
    assert_eq!(scheme("light").await, light);

    // Telegram's apps call a function. A colour that is none leaves the page's own in its place.
    let call = |theme: &str| {
        let params = format!("{{ theme_params: {theme} }}");
        format!(
            "Telegram.WebView.receiveEvent('theme_changed', {params}); return getComputedStyle(document.body).color"
        )
    };
    assert_eq!(
        demo.script(&call("{ bg_color: '#101010', text_color: '#fefefe' }")).await,
        "rgb(254, 254, 254)"
    );
    assert_eq!(
        demo.script(&call("{ bg_color: '#ffffff', text_color: 'url(//x)' }")).await,
        "rgb(22, 26, 32)"
    );
    for rubbish in ["null", "7", "[]"] {
        demo.script(&call(rubbish)).await;
    }
    demo.close_mini_app(BUDI).await;
    demo.close().await;
}

/// Moves the page's clock, hides the page, and records its requests.
const CLOCK: &str = "
    const [now, send] = [Date.now, window.fetch];
    window.ahead = 0;
    Date.now = () => now() + window.ahead;
    window.sent = [];
    window.fetch = (path, options) => {
        window.sent.push(String(path));
        return send(path, options);
    };
    window.show = hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn the_mini_app_renews_its_token_when_it_is_shown_after_a_long_time() {
    let demo = Demo::open(DESKTOP).await;
    demo.page.cmd(FirstScript(CLOCK)).await.unwrap();
    demo.open_mini_app(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    let renewals = "return window.sent.filter(path => path === '/api/auth/refresh').length";
    let stored = "return sessionStorage.getItem(`antri-token ${window.name}`)";
    assert!(demo.script(stored).await.is_string());
    // A look at another page for a moment needs no new token.
    demo.script("show(true); show(false)").await;
    assert_eq!(demo.script(renewals).await, 0);
    // Its timers do not run while it is hidden; the token has ended when it is shown again.
    demo.script("show(true); window.ahead = 61 * 60 * 1000").await;
    assert_eq!(demo.script(renewals).await, 0);
    demo.script("show(false)").await;
    assert_ne!(demo.script(renewals).await, 0);
    demo.ticket("Modem berkedip.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.wait_displayed(&format!("//p{}", containing("🔵 Sedang dikerjakan"))).await;

    assert!(demo.script(stored).await.is_string());

    // A session that has ended meanwhile is not renewed: the page says how to log in.
    demo.stage.say(BUDI, "/token revoke").await.unwrap();
    demo.script("show(true); window.ahead = 3 * 61 * 60 * 1000; show(false)").await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    assert_eq!(demo.script(stored).await, serde_json::Value::Null);
    demo.close_mini_app(BUDI).await;
    // The browser reports the refused requests.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}
