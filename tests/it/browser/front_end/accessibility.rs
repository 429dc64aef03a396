//! Accessibility of the web front end: axe-core finds nothing on any view, light and dark, in both languages.
use super::{DESKTOP, Demo, PHONE, press, ticket};
use crate::browser::containing;
use crate::browser::driver::ColourScheme;
use crate::support::mongod::installed;
use antri::cli::demo::stage::{BUDI, DEWI, SARI};
use serde_json::Value;

impl Demo {
    /// Checks the view that is shown, in both modes.
    async fn check(&self, view: &str) {
        for scheme in ["light", "dark"] {
            self.page.cmd(ColourScheme(scheme)).await.unwrap();
            self.screenshot(&format!("web-{view}-{scheme}")).await;
            let source = installed("contract/node_modules/axe-core/axe.min.js");
            let source = std::fs::read_to_string(source).expect("axe-core: run tests/run, which installs it");
            self.page.execute(source, Vec::new()).await.unwrap();
            let run = "const done = arguments[0]; axe.run().then(result => done(result.violations))";
            let found = self.page.execute_async(run, Vec::new()).await.unwrap();
            let found = found.json().as_array().expect("violations").clone();
            let words = |violation: &Value| format!("{}: {}", violation["id"], violation["nodes"][0]["html"]);
            let found: Vec<_> = found.iter().map(words).collect();
            assert!(found.is_empty(), "{view}, {scheme}: {found:#?}");
        }
    }

    async fn speak_english(&self) {
        self.choose_option("//header//select[option[@value='en']]", "en").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_views_of_an_agent_are_accessible() {
    let demo = Demo::open(PHONE).await;
    demo.open_front_end(BUDI).await;
    demo.ticket("Lampu modem merah.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.check("agent-queue-id").await;
    demo.speak_english().await;
    demo.wait_displayed(&ticket("🟡 Pending")).await;
    demo.check("agent-queue-en").await;
    demo.click(&press("//*[@data-ticket]", "▶️ Open")).await;
    demo.stage.settle().await.unwrap();
    demo.stage.say(SARI, "Masih merah.").await.unwrap();
    demo.stage.say(BUDI, "Kami periksa.").await.unwrap();
    demo.stage.say(BUDI, "//modem lama").await.unwrap();
    demo.wait_displayed(&format!("//li{}", containing("modem lama"))).await;
    demo.check("agent-conversation-en").await;
    demo.click(&press("//header", "Log out")).await;
    demo.wait_displayed(&format!("//h1{}", containing("Log in to Antri"))).await;
    demo.check("login-en").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_views_of_an_admin_are_accessible() {
    let demo = Demo::open(DESKTOP).await;
    for agent in ["Budi", "Citra"] {
        demo.stage.say(DEWI, &format!("/setmax {agent} 1")).await.unwrap();
    }
    for text in ["Lampu modem merah.", "Tagihan dua kali lipat.", "Kecepatan turun."] {
        demo.ticket(text).await;
    }
    demo.open_front_end(DEWI).await;
    demo.wait_displayed(&format!("//tr[@data-agent='Budi']{}", containing("PENUH"))).await;
    demo.wait_displayed("//*[@data-stat='waiting'][.='1']").await;
    demo.check("workload-id").await;
    demo.click(&format!("//nav/a{}", containing("⏳ Antrian"))).await;
    demo.wait_displayed(&ticket("Menunggu:")).await;
    demo.check("queue-id").await;
    demo.speak_english().await;
    demo.check("queue-en").await;
    demo.click(&press("//*[@data-ticket]", "Reassign")).await;
    demo.wait_displayed(&press("//dialog", "Citra")).await;
    demo.check("reassign-en").await;
    demo.click(&press("//dialog", "Citra")).await;
    demo.wait_displayed(&press("//dialog", "Reassign anyway")).await;
    demo.check("reassign-full-en").await;
    demo.click(&press("//dialog", "Reassign anyway")).await;
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("was reassigned"))).await;
    demo.click(&format!("//nav/a{}", containing("Alerts"))).await;
    demo.wait_displayed(&format!("//p{}", containing("No alerts."))).await;
    demo.check("alerts-en").await;
    demo.close().await;
}
