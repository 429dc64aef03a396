//! The views of admins: a ticket's history, agents, departments, settings and statistics.
use super::{DESKTOP, Demo, PHONE, press};
use crate::browser::containing;
use antri::cli::demo::stage::{BUDI, DEWI};
use antri::domain::ids::TelegramId;
use antri::domain::person::Person;
use antri::domain::policy::setting::Setting;
use antri::domain::policy::{Mode, Strategy};
use serde_json::json;
use thirtyfour::prelude::*;

impl Demo {
    /// Opens a view of the navigation.
    pub(super) async fn open_view(&self, name: &str) {
        self.click(&format!("//nav/a{}", containing(name))).await;
    }

    /// Types into a field in place of what it holds.
    pub(super) async fn fill(&self, field: &str, text: &str) {
        let field = self.wait_displayed(field).await;
        // Selected and typed over, as people do: a field that is cleared otherwise tells the page nothing.
        field.send_keys(Key::Control + "a").await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(super) async fn wait_toast(&self, text: &str) {
        self.wait_displayed(&format!("//*[@role='status']{}", containing(text))).await;
    }

    pub(super) async fn person(&self, id: i64) -> Person {
        self.stage.app.engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap()
    }

    pub(super) async fn set_mode(&self, mode: Mode) {
        let (admin, engine) = (self.person(DEWI).await, &self.stage.app.engine);
        engine.change_settings(&admin, antri::clock::Clock::system().now(), |s| s.mode = mode).await.unwrap();
        self.stage.settle().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_follows_the_history_of_a_ticket() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(DEWI).await;
    demo.open_view("⏳ Antrian").await;
    demo.click(&press("//*[@role='group']", "Dikerjakan")).await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    let event = |text: &str| format!("//section[@aria-labelledby='audit']//li{}", containing(text));
    demo.wait_displayed(&event("Sari membuat tiket ini")).await;
    demo.click(&format!("{}//summary", event("Ditugaskan ke Budi"))).await;
    demo.wait_displayed(&event("2 agen bisa menerima: Budi, Citra")).await;
    // What happens now appears by itself.
    demo.choose_option("//main//select", "urgent").await;
    demo.wait_displayed(&event("Dewi mengubah prioritas")).await;
    // The card in Budi's chat has the new version.
    demo.stage.settle().await.unwrap();
    demo.stage.press_button(BUDI, "", "▶️ Buka").await.unwrap();
    demo.wait_displayed(&event("Budi membukanya")).await;
    demo.click(&press("//main", "Alihkan")).await;
    demo.click(&press("//dialog", "Citra")).await;
    demo.wait_displayed(&event("Dewi mengalihkannya dari Budi ke Citra")).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_an_agents_settings() {
    let demo = Demo::open(PHONE).await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    engine
        .add_department(
            &admin,
            engine.new_department_id(),
            "Teknik",
            "Gangguan",
            antri::clock::Clock::system().now(),
        )
        .await
        .unwrap();
    demo.open_front_end(DEWI).await;
    demo.click(&press("//tr[@data-agent='Budi']", "Budi")).await;
    demo.fill("//dialog//input[@type='number']", "2").await;
    demo.fill("//dialog//label[contains(., 'Alias')]/input", "Kak Budi").await;
    demo.click("//dialog//label[contains(., 'Penugasan otomatis')]").await;
    demo.click("//dialog//fieldset/label[contains(., 'Teknik')]").await;
    demo.screenshot("web-agent-settings-phone").await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.wait_toast("Budi disimpan").await;
    demo.wait_displayed(&format!("//tr[@data-agent='Budi']{}", containing("0/2"))).await;
    demo.stage.settle().await.unwrap();
    let profile = demo.person(BUDI).await.agent.unwrap();
    assert_eq!(profile.alias.as_deref(), Some("Kak Budi"));
    assert_eq!((profile.auto_assignment_enabled, profile.departments.len()), (false, 2));
    assert!(demo.has(BUDI, "Kak Budi"), "the agent is told");
    // A second agent with the same alias is refused.
    demo.click(&press("//tr[@data-agent='Citra']", "Citra")).await;
    demo.fill("//dialog//label[contains(., 'Alias')]/input", "kak budi").await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.wait_toast("nama itu sudah dipakai").await;
    demo.screenshot("web-toast-above-dialog-phone").await;
    // It can be closed while the dialog is open.
    demo.click("//dialog//*[@role='status']//button").await;
    demo.wait_displayed("//dialog[not(.//div[contains(@class, 'toast ')])]").await;
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_adds_renames_and_retires_departments() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(DEWI).await;
    demo.open_view("Departemen").await;
    demo.fill("//form[@aria-labelledby='department-add']//input[1]", "HSI INDIBIZ").await;
    demo.fill("//form[@aria-labelledby='department-add']//input[2]", "TROUBLESHOOT").await;
    demo.click(&press("//form[@aria-labelledby='department-add']", "Tambah")).await;
    let card = "//*[@data-department='HSI INDIBIZ']";
    demo.wait_displayed(&format!("{card}{}", containing("TROUBLESHOOT"))).await;
    demo.fill(&format!("{card}//form//input"), "RECONFIG").await;
    demo.click(&press(&format!("{card}//form"), "Tambah")).await;
    demo.click(&press(&format!("{card}//li"), "RECONFIG")).await;
    demo.click(&press("//dialog", "Nonaktifkan")).await;
    demo.wait_displayed(&format!("{card}//li{}", containing("RECONFIG (nonaktif)"))).await;
    // The last category stays.
    demo.click(&press(&format!("{card}//li"), "TROUBLESHOOT")).await;
    demo.click(&press("//dialog", "Nonaktifkan")).await;
    demo.wait_toast("harus ada satu yang tersisa").await;
    demo.fill("//dialog//input", "GANGGUAN").await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.wait_displayed(&format!("{card}//li{}", containing("GANGGUAN"))).await;
    demo.click(&format!("{card}//label")).await;
    demo.wait_displayed(&format!("{card}//input[@type='checkbox']")).await;
    let departments = demo.stage.app.engine.store().departments().await.unwrap();
    let added = departments.iter().find(|department| department.name == "HSI INDIBIZ").unwrap();
    let categories: Vec<_> = added.categories.iter().map(|one| (one.name.as_str(), one.retired)).collect();
    assert_eq!(categories, [("GANGGUAN", false), ("RECONFIG", true)]);
    demo.screenshot("web-departments").await;
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_settings_and_sees_that_somebody_was_faster() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(DEWI).await;
    demo.open_view("Pengaturan").await;
    let select = |field: &str| format!("//*[@data-setting='{field}']//select");
    let settings = async || demo.stage.app.engine.store().settings().await.unwrap();
    demo.wait_displayed(&select("strategy")).await;
    let shown = demo.script("return document.querySelectorAll('[data-setting]').length").await;
    assert_eq!(shown, json!(Setting::ALL.len()), "the page shows every setting");
    // The texts name what the page has, no commands of the chat.
    for (language, words) in [("en", "under “Workload”"), ("id", "di bagian “Beban kerja”")] {
        demo.choose_option("//header//select[option[@value='en']]", language).await;
        demo.wait_displayed(&format!("//*[@data-setting='default_capacity']{}", containing(words))).await;
        let commands = "return document.querySelector('main').innerText.match(/(^|[^\\w])\\/[a-z]+/g)";
        assert_eq!(demo.script(commands).await, json!(null), "{language}");
    }
    demo.choose_option(&select("strategy"), "least_loaded").await;
    demo.wait_toast("Strategi: ").await;
    assert_eq!(settings().await.strategy, Strategy::LeastLoaded);
    demo.fill("//*[@data-setting='default_capacity']//input", "7").await;
    demo.click("//h1").await;
    demo.wait_toast("Batas awal: 7").await;
    assert_eq!(settings().await.default_capacity.get(), 7);

    // Another admin was faster: the page shows what they chose, and the next change counts.
    demo.set_mode(Mode::Dual).await;
    demo.choose_option(&select("wait_alert"), "3600").await;
    demo.wait_toast("belum disimpan").await;
    demo.wait_displayed(&format!("{}/option[@value='dual']", select("mode"))).await;
    let shown = demo.page.find(By::XPath(select("mode"))).await.unwrap().prop("value").await.unwrap();
    assert_eq!(shown.as_deref(), Some("dual"));
    assert_eq!(settings().await.wait_alert.as_secs(), 900);
    demo.choose_option(&select("wait_alert"), "3600").await;
    demo.wait_toast(": 1 jam").await;
    assert_eq!(settings().await.wait_alert.as_secs(), 3_600);
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_the_figures_and_charts_of_a_period() {
    let demo = Demo::open(PHONE).await;
    for text in ["Modem berkedip.", "Internet mati."] {
        demo.ticket(text).await;
    }
    demo.stage.press_button(BUDI, "", "✅ Selesai").await.unwrap();
    demo.open_front_end(DEWI).await;
    demo.open_view("Statistik").await;
    let figure = |key: &str, value: &str| format!("//*[@data-figure='figure-{key}'][.='{value}']");
    demo.wait_displayed(&figure("created", "2")).await;
    demo.wait_displayed(&figure("completed", "1")).await;
    demo.wait_displayed("(//figure//*[local-name()='svg'])[1]").await;
    // A ticket that arrives now is counted at once.
    demo.ticket("Kecepatan turun.").await;
    demo.wait_displayed(&figure("created", "3")).await;
    let bars = "return document.querySelectorAll('figure rect.series-0').length";
    assert_eq!(demo.script(bars).await, json!(7 + 7 + 5));
    demo.click("(//figure//summary)[1]").await;
    demo.wait_displayed(&format!("(//figure//table)[1]//tr[last()]/td[1]{}", containing("3"))).await;
    let width = demo.script("return document.documentElement.scrollWidth").await;
    assert_eq!(width, json!(PHONE.width), "the page does not scroll sideways");
    demo.click(&press("//*[@role='group']", "30 hari")).await;
    demo.wait_displayed(&figure("created", "3")).await;
    demo.close().await;
}
