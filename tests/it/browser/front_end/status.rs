//! An agent's status in the front end: the toggle, the heartbeats of an open page, and the end of the role.
use super::{CITRA, DESKTOP, Demo, PHONE, STATUS, containing, press, ticket};
use crate::browser::WAIT_TIMEOUT;
use crate::browser::driver::FirstScript;
use antri::cli::demo::stage::{BUDI, DEWI};
use antri::domain::person::Availability;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Records the page's heartbeats and timers, so that a test can let one fire, and hides the page.
const HEARTBEATS: &str = "
    const [send, repeat] = [window.fetch, window.setInterval];
    window.beats = [];
    window.timers = [];
    window.fetch = (path, options) => {
        if (String(path).endsWith('/heartbeat')) window.beats.push(JSON.parse(options.body));
        return send(path, options);
    };
    window.setInterval = (call, ms) => {
        window.timers.push([call, ms]);
        return repeat(call, ms);
    };
    window.show = hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    };
";

impl Demo {
    /// Waits until the desk has this availability of an agent.
    pub(super) async fn wait_availability(&self, id: i64, wanted: Availability) {
        let until = Instant::now() + WAIT_TIMEOUT;
        while self.person(id).await.availability() != wanted {
            assert!(Instant::now() < until, "the desk never had {wanted:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the agent's page shows this value in the choice of a status.
    async fn wait_shown_status(&self, value: &str) {
        // A page that loads has no choice yet.
        self.wait_script("return document.querySelector('.status')?.value", json!(value)).await;
    }

    /// Waits until a script returns this value.
    pub(super) async fn wait_script(&self, script: &str, wanted: serde_json::Value) {
        let until = Instant::now() + WAIT_TIMEOUT;
        loop {
            let found = self.script(script).await;
            if found == wanted {
                return;
            }
            assert!(Instant::now() < until, "{script} is {found}, not {wanted}");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_status_of_the_toggle_reaches_the_desk_and_the_chat() {
    let demo = Demo::open(PHONE).await;
    demo.open_front_end(BUDI).await;
    for (value, wanted, words) in [
        ("busy", Availability::Busy, "🟠 Sibuk"),
        ("offline", Availability::Offline, "🔴 Offline"),
        ("away", Availability::Away, "🌙 Tidak di tempat"),
        ("online", Availability::Online, "🟢 Online"),
    ] {
        demo.choose_option(STATUS, value).await;
        demo.wait_availability(BUDI, wanted).await;
        demo.stage.settle().await.unwrap();
        demo.stage.say(BUDI, "/status").await.unwrap();
        let answer = demo.stage.sandbox.chat(BUDI).last().unwrap().text.clone();
        assert!(answer.contains(words), "{answer}");
        demo.wait_shown_status(value).await;
    }
    // What the agent says in the chat is on the page.
    for value in ["busy", "online", "away"] {
        demo.stage.say(BUDI, &format!("/{value}")).await.unwrap();
        demo.wait_shown_status(value).await;
    }
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_of_the_mock_up_goes_offline_and_online() {
    let demo = Demo::open(PHONE).await;
    demo.open_front_end(BUDI).await;
    demo.click(&press("//header", "Jadi offline")).await;
    demo.wait_availability(BUDI, Availability::Offline).await;
    demo.wait_shown_status("offline").await;
    demo.click(&press("//header", "Jadi online")).await;
    demo.wait_availability(BUDI, Availability::Online).await;
    demo.wait_displayed(&press("//header", "Jadi offline")).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_status_survives_another_tab_and_a_reload() {
    let demo = Demo::open(DESKTOP).await;
    demo.stage.say(BUDI, "/offline").await.unwrap();
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.ticket("Menunggu agen.").await;
    demo.open_front_end(BUDI).await;
    // From offline to busy there is no moment online, in which the ticket would come.
    demo.choose_option(STATUS, "busy").await;
    demo.wait_availability(BUDI, Availability::Busy).await;
    demo.page.cmd(FirstScript(HEARTBEATS)).await.unwrap();
    demo.page.refresh().await.unwrap();
    demo.wait_script("return window.beats.length > 0", json!(true)).await;
    demo.wait_shown_status("busy").await;
    demo.stage.settle().await.unwrap();
    assert_eq!(demo.person(BUDI).await.availability(), Availability::Busy);
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;
    demo.choose_option(STATUS, "online").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_sends_heartbeats_and_a_hidden_one_is_away() {
    let demo = Demo::open(DESKTOP).await;
    demo.page.cmd(FirstScript(HEARTBEATS)).await.unwrap();
    demo.open_front_end(BUDI).await;
    demo.wait_script("return window.beats.map(beat => beat.status)", json!(["online"])).await;
    let same = "return new Set(window.beats.map(beat => beat.client_id)).size";
    // The desk says how often.
    let timers = "return window.timers.filter(([, ms]) => ms === 180000).length";
    assert_eq!(demo.script(timers).await, json!(1));
    demo.script("window.timers.find(([, ms]) => ms === 180000)[0]()").await;
    demo.wait_script("return window.beats.length", json!(2)).await;

    // Who came online on the page is away while nobody sees it. Who came online in the chat is not.
    demo.script("show(true)").await;
    demo.wait_script("return window.beats.at(-1).status", json!("away")).await;
    demo.stage.settle().await.unwrap();
    assert_eq!(demo.person(BUDI).await.availability(), Availability::Online);
    demo.script("show(false)").await;
    for (value, wanted) in [("busy", Availability::Busy), ("online", Availability::Online)] {
        demo.choose_option(STATUS, value).await;
        demo.wait_availability(BUDI, wanted).await;
    }
    demo.stage.settle().await.unwrap();
    demo.script("show(true)").await;
    demo.wait_availability(BUDI, Availability::Away).await;
    demo.script("show(false)").await;
    demo.wait_availability(BUDI, Availability::Online).await;
    assert_eq!(demo.script(same).await, json!(1), "a tab has one id");

    // After the log-out no timer of the page sends anything.
    demo.click(&press("//header", "Keluar")).await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    let before = demo.script("return window.beats.length").await;
    demo.script("show(true); show(false)").await;
    assert_eq!(demo.script("return window.beats.length").await, before);
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_the_views_of_the_role_and_closes_with_it() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    demo.wait_script("return document.querySelectorAll('nav a').length", json!(2)).await;
    for view in ["settings", "workload", "queue", "statistics", "departments", "alerts", "nothing"] {
        demo.script(&format!("location.hash = '#/{view}'")).await;
        demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    }
    // An agent who becomes an admin has both, once the page is loaded again.
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    let (budi, now) = (demo.person(BUDI).await.id, antri::clock::Clock::system().now());
    engine.add_admin(&admin, budi, now).await.unwrap();
    demo.open_front_end(BUDI).await;
    demo.wait_script("return document.querySelectorAll('nav a').length", json!(8)).await;
    // The page closes with the role.
    engine.remove_admin(&admin, budi, now).await.unwrap();
    engine.remove_agent(&admin, budi, now).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    // The browser reports the refused requests.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}
