//! The web front end with a real desk behind it: agents and admins beside their chats.
mod accessibility;
mod actions;
mod admin;
mod agent;
mod load;
mod login;
mod mini_app;
mod my_queue;
mod network;
mod oversight;
mod script;
mod search;
mod status;
mod together;
mod views;

use super::{DESKTOP, Demo, PHONE, containing};
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI};
use serde_json::json;
use thirtyfour::prelude::*;

impl Demo {
    /// Opens the front end with a link that `/web` sends to this person.
    async fn open_front_end(&self, id: i64) {
        self.page.goto(&self.login_link(id).await).await.unwrap();
    }

    /// Returns the address of a link that `/web` sends to this person.
    async fn login_link(&self, id: i64) -> String {
        self.stage.say(id, "/web").await.unwrap();
        let chat = self.stage.sandbox.chat(id);
        let mut links = chat.iter().rev().filter_map(|message| message.html.split("href=\"").nth(1));
        links.find_map(|rest| rest.split('"').next()).expect("a link").to_owned()
    }

    /// Chooses an option of a select by its value.
    async fn choose_option(&self, select: &str, value: &str) {
        self.click(&format!("{select}/option[@value='{value}']")).await;
    }

    /// Returns the newest text in the chat of this person that contains `part`.
    fn has(&self, id: i64, part: &str) -> bool {
        self.stage.sandbox.chat(id).iter().any(|message| message.text.contains(part))
    }
}

fn ticket(part: &str) -> String {
    format!("//*[@data-ticket]{}", containing(part))
}

fn press(on: &str, label: &str) -> String {
    format!("{on}//button{}", containing(label))
}

/// The field that filters the list of the queue.
const FILTER: &str = "//*[contains(@class, 'filters')]//input";
const STATUS: &str = "//select[contains(concat(' ', @class, ' '), ' status ')]";

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_on_a_ticket_in_the_front_end() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya (0/5)"))).await;
    // The link is not kept in the address.
    assert!(!demo.page.current_url().await.unwrap().as_str().contains("login"));

    demo.ticket("Internet di toko mati.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.wait_displayed(&ticket("Status: 🟡 Menunggu")).await;
    demo.wait_displayed(&ticket("baru saja")).await;
    demo.wait_displayed(&format!("//*{}", containing("4 slot kosong"))).await;
    demo.screenshot("web-my-queue").await;

    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.wait_displayed(&format!("//blockquote{}", containing("Internet di toko mati."))).await;
    demo.wait_displayed(&format!("//p{}", containing("🔵 Sedang dikerjakan"))).await;
    demo.wait_displayed(&format!("//p{}", containing("Dibuat: baru saja"))).await;
    demo.page.find(By::Tag("textarea")).await.unwrap().send_keys("Kami periksa sekarang.").await.unwrap();
    demo.click(&press("//form", "Kirim")).await;
    demo.wait_displayed(&format!("//li{}", containing("Kami periksa sekarang."))).await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(SARI, "Kami periksa sekarang."));
    demo.stage.say(SARI, "Terima kasih, masih merah.").await.unwrap();
    demo.wait_displayed(&format!("//li{}", containing("Terima kasih, masih merah."))).await;
    demo.screenshot("web-conversation").await;

    demo.click(&press("//main", "Tandai selesai")).await;
    demo.click(&press("//dialog", "✅ Selesai")).await;
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("selesai"))).await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(SARI, "sudah selesai"));
    demo.wait_displayed(&format!("//main//p{}", containing("✅ Selesai"))).await;
    demo.wait_gone("//form").await;
    demo.click(&press("//main", "Kembali")).await;
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_status_is_the_same_in_the_front_end_and_in_the_chat() {
    let demo = Demo::open(PHONE).await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&format!("{STATUS}/option[@value='online']")).await;
    demo.choose_option(STATUS, "offline").await;
    demo.wait_displayed(&format!("//p{}", containing("Ubah status ke Online"))).await;
    demo.stage.settle().await.unwrap();
    demo.stage.say(BUDI, "/status").await.unwrap();
    assert!(demo.has(BUDI, "🔴 Offline"));
    demo.stage.say(BUDI, "/online").await.unwrap();
    demo.wait_displayed(&format!("//p{}", containing("tiket baru datang sendiri"))).await;
    let width = demo.script("return document.documentElement.scrollWidth").await;
    assert_eq!(width, json!(PHONE.width), "the page does not scroll sideways");
    demo.screenshot("web-my-queue-phone").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_the_load_and_reassigns_a_ticket() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(DEWI).await;
    let row = |name: &str, part: &str| format!("//tr[@data-agent='{name}']{}", containing(part));
    demo.wait_displayed(&row("Budi", "🟢 Online")).await;
    demo.ticket("Modem berkedip.").await;
    demo.wait_displayed(&row("Budi", "1/5")).await;
    demo.wait_displayed(&row("Budi", "20%")).await;
    demo.wait_displayed("//*[@data-stat='online'][.='2/2']").await;
    demo.wait_displayed("//*[@data-stat='slots'][.='9']").await;
    demo.click("//tr[@data-agent='Budi']//button[contains(@aria-label, 'diturunkan')]").await;
    demo.wait_displayed(&row("Budi", "1/4")).await;
    demo.wait_displayed("//*[@data-stat='slots'][.='8']").await;
    demo.screenshot("web-workload").await;

    demo.click(&format!("//nav/a{}", containing("Antrian"))).await;
    demo.click(&press("//*[@role='group']", "Dikerjakan")).await;
    demo.wait_displayed(&ticket("Agen: Budi")).await;
    demo.click(&press("//*[@data-ticket]", "Alihkan")).await;
    demo.click(&press("//dialog", "Citra")).await;
    demo.wait_displayed(&ticket("Agen: Citra")).await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(CITRA, "Modem berkedip."));
    demo.screenshot("web-queue").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_logs_in_once_and_the_browser_stays_logged_in() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(CITRA).await;
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    let chat = demo.stage.sandbox.chat(CITRA);
    let used = chat.iter().rev().find_map(|message| message.html.split("href=\"").nth(1)).unwrap();
    let used = used.split('"').next().unwrap().to_owned();
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    demo.click(&press("//header", "Keluar")).await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.page.goto("about:blank").await.unwrap();
    demo.page.goto(&used).await.unwrap();
    demo.wait_displayed(&format!("//*[@role='alert']{}", containing("sudah dipakai"))).await;
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}
