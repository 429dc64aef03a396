//! The search of all tickets: one field on every view, for waiting, held and past ones.
use super::network::Cable;
use super::{CITRA, DESKTOP, DEWI, Demo, FILTER, PHONE, SARI, press, ticket};
use crate::browser::{containing, has_class};
use antri::cli::demo::stage::BUDI;
use chrono::NaiveDate;
use serde_json::json;
use thirtyfour::prelude::*;

const FIELD: &str = "//*[@role='search']/input";

fn paragraph(text: &str) -> String {
    format!("//main//p{}", containing(text))
}

impl Demo {
    /// Searches all tickets.
    pub(super) async fn search(&self, words: &str) {
        self.fill(FIELD, words).await;
    }

    async fn keys(&self, keys: impl Into<String>) {
        self.page.action_chain().send_keys(keys.into()).perform().await.unwrap();
    }

    /// Returns what has the focus: its number, or its value.
    async fn focused(&self) -> String {
        let focused = "const at = document.activeElement; return at.textContent || at.value || ''";
        self.script(focused).await.as_str().unwrap().to_owned()
    }

    /// Makes three of Sari's tickets: one that is completed, one that Budi holds, one that waits. Returns their numbers.
    async fn three_tickets(&self) -> [String; 3] {
        self.stage.say(CITRA, "/offline").await.unwrap();
        self.ticket("Modem berkedip merah.").await;
        self.stage.press_button(BUDI, "Modem berkedip merah.", "✅ Selesai").await.unwrap();
        self.ticket("Modem panas sekali.").await;
        self.stage.say(SARI, "Baunya hangus sejak pagi.").await.unwrap();
        self.stage.say(BUDI, "/offline").await.unwrap();
        self.ticket("Kabel modem putus.").await;
        self.stage.settle().await.unwrap();
        let store = self.stage.app.engine.store();
        let sari = self.person(SARI).await.id;
        let mut all = store.tickets_of(sari, 10).await.unwrap();
        all.sort_by_key(|ticket| ticket.arrival);
        let numbers: Vec<_> = all.iter().map(|ticket| ticket.number.to_string()).collect();
        numbers.try_into().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_finds_waiting_held_and_past_tickets_with_the_keyboard() {
    let demo = Demo::open(DESKTOP).await;
    let [past, held, waiting] = demo.three_tickets().await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    // A slash leads to the field from anywhere.
    demo.keys("/").await;
    demo.keys("MODEM").await;
    demo.wait_displayed(&paragraph("3 tiket, yang terbaru di atas")).await;
    for (number, state) in [(&waiting, "⏳ Dalam antrian"), (&held, "🟡 Menunggu"), (&past, "✅ Selesai")]
    {
        demo.wait_displayed(&format!("//*[@data-ticket='{number}']{}", containing(state))).await;
    }
    demo.wait_displayed(&format!("//*[@data-ticket='{past}']{}", containing("Ditutup: baru saja"))).await;
    demo.screenshot("web-search").await;

    // The arrows go through what was found and back to the field.
    let (down, up) = (Key::Down.value().to_string(), Key::Up.value().to_string());
    for number in [&waiting, &held, &past, &past] {
        demo.keys(down.clone()).await;
        assert_eq!(&demo.focused().await, number);
    }
    for wanted in [&*held, &*waiting, "MODEM"] {
        demo.keys(up.clone()).await;
        assert_eq!(demo.focused().await, wanted);
    }
    for _ in 0..3 {
        demo.keys(down.clone()).await;
    }
    demo.keys(Key::Enter.value().to_string()).await;
    demo.wait_displayed(&format!("//blockquote{}", containing("Modem berkedip merah."))).await;
    demo.wait_displayed(&paragraph("Ditutup: baru saja")).await;
    // The ways back: from the ticket to what was found, from there to the view before.
    demo.click(&press("//main", "Kembali")).await;
    demo.wait_displayed(&paragraph("3 tiket, yang terbaru di atas")).await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&paragraph("3 tiket, yang terbaru di atas")).await;
    let words = demo.page.find(By::XPath(FIELD)).await.unwrap().prop("value").await.unwrap();
    assert_eq!(words.as_deref(), Some("MODEM"));

    // The message that matched, and the customer's name.
    demo.search("hangus").await;
    demo.wait_displayed(&paragraph("1 tiket")).await;
    demo.wait_displayed(&ticket("Sari: Baunya hangus sejak pagi.")).await;
    demo.search("sari").await;
    demo.wait_displayed(&paragraph("3 tiket")).await;
    demo.search(&past[16..]).await;
    demo.wait_displayed(&paragraph("1 tiket")).await;
    demo.wait_displayed(&format!("//*[@data-ticket='{past}']")).await;
    // A state that changes is shown at once.
    demo.search("panas").await;
    demo.wait_displayed(&format!("//*[@data-ticket='{held}']{}", containing("Menunggu"))).await;
    demo.stage.press_button(BUDI, "Modem panas sekali.", "✅ Selesai").await.unwrap();
    demo.wait_displayed(&format!("//*[@data-ticket='{held}']{}", containing("✅ Selesai"))).await;

    demo.search("nihil").await;
    demo.wait_displayed(&paragraph("Tidak ada hasil untuk “nihil”. Coba lebih sedikit kata")).await;
    demo.wait_displayed(&paragraph("tiket departemen Anda")).await;
    demo.wait_gone("//*[@data-ticket]").await;
    demo.keys(Key::Escape.value().to_string()).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_finds_tickets_in_english_on_a_phone() {
    let demo = Demo::open(PHONE).await;
    let [past, ..] = demo.three_tickets().await;
    demo.open_front_end(DEWI).await;
    demo.choose_option("//header//select[option[@value='en']]", "en").await;
    demo.open_view("⏳ Queue").await;
    // The filter of a list leads on to all tickets.
    demo.fill(FILTER, "berkedip").await;
    demo.wait_displayed(&paragraph("No tickets here.")).await;
    demo.click(&press("//main", "Search all tickets for “berkedip”")).await;
    demo.wait_displayed(&paragraph("1 ticket")).await;
    demo.wait_displayed(&format!("//*[@data-ticket='{past}']{}", containing("✅ Completed"))).await;
    demo.wait_displayed(&format!("//*[@data-ticket='{past}']{}", containing("Closed: just now"))).await;
    demo.wait_displayed(&format!("//*[@data-ticket='{past}']{}", containing("Agent: Budi"))).await;
    demo.click(&format!("//*[@data-ticket='{past}']//a")).await;
    // The number begins with the date. The history writes it as the bot does.
    let day = NaiveDate::parse_from_str(&past[3..11], "%m%d%Y").unwrap();
    let written = day.format("%-d %b %Y,").to_string().replace("Sep", "Sept");
    demo.wait_displayed(&format!("//*[{}]/li{}", has_class("audit"), containing(&written))).await;
    demo.search("nothing like it").await;
    demo.wait_displayed(&paragraph("Nothing found for “nothing like it”")).await;
    demo.wait_gone(&paragraph("your departments")).await;
    // An empty field leads back to the view before.
    demo.search("modem").await;
    demo.wait_displayed(&paragraph("3 tickets, the newest first")).await;
    let width = demo.script("return document.documentElement.scrollWidth").await;
    assert_eq!(width, json!(PHONE.width), "the page does not scroll sideways");
    demo.search(&Key::Backspace.value().to_string()).await;
    demo.wait_displayed(&format!("//h1{}", containing("⏳ Waiting tickets"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_fails_says_so_and_is_tried_again() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip merah.").await;
    let desk = demo.stage.app.addr.port();
    let cable = Cable::to(desk).await;
    let link = demo.login_link(BUDI).await.replace(&format!(":{desk}/"), &format!(":{}/", cable.port));
    demo.page.goto(&link).await.unwrap();
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.script("window.kept = fetch; window.fetch = () => Promise.reject(new TypeError())").await;
    demo.search("merah").await;
    let failure = format!("//main//*[@role='alert']{}", containing("tidak ada koneksi ke sistem"));
    demo.wait_displayed(&failure).await;
    demo.script("window.fetch = window.kept").await;
    demo.click(&press("//main", "Coba lagi")).await;
    demo.wait_displayed(&paragraph("1 tiket")).await;
    demo.wait_gone(&failure).await;
    // Words that are typed while the connection is lost are looked for when it is back.
    cable.cut();
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("Koneksi terputus"))).await;
    demo.search("nihil").await;
    demo.wait_displayed(&paragraph("Mencari…")).await;
    cable.restore();
    demo.wait_displayed(&paragraph("Tidak ada hasil untuk “nihil”")).await;
    // The browser reports the failed requests.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_ticket_that_was_found_is_picked_up() {
    let demo = Demo::open(DESKTOP).await;
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/autoassign off").await.unwrap();
    }
    demo.ticket("Kabel putus.").await;
    demo.open_front_end(BUDI).await;
    demo.search("kabel").await;
    demo.click("//*[@data-ticket]//a").await;
    demo.click(&press("//main", "🙋 Ambil")).await;
    demo.wait_toast("masuk ke antrian Anda").await;
    demo.wait_displayed(&press("//main", "Tandai selesai")).await;
    demo.wait_gone(&press("//main", "🙋 Ambil")).await;
    demo.close().await;
}
