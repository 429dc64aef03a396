//! Presses that take something back: a ticket given back, released, cancelled or put first, and an agent set offline. Each
//! is pressed on the page and seen in the chats.
use super::{CITRA, DESKTOP, DEWI, Demo, PHONE, containing, press, ticket};
use crate::support::WAIT_TIMEOUT;
use antri::cli::demo::stage::{BUDI, SARI};
use antri::clock::Clock;
use antri::domain::person::Availability;
use antri::domain::policy::Capacity;
use antri::domain::ticket::Priority;
use antri::sandbox::Sandbox;

impl Demo {
    /// Waits until the chat of this person has such a message: a page shows a press before the desk has answered it.
    async fn wait_in_chat(&self, id: i64, part: &str) {
        let has = |s: &Sandbox| s.chat(id).iter().any(|message| message.text.contains(part)).then_some(());
        self.stage.sandbox.wait_for(&format!("{part:?} in the chat of {id}"), WAIT_TIMEOUT, has).await;
    }

    /// Opens a ticket from the list of the waiting or the held ones.
    async fn open_from_queue(&self, words: &str, held: bool) {
        self.open_view("⏳ Antrian").await;
        self.click(&press("//*[@role='group']", if held { "Dikerjakan" } else { "Menunggu" })).await;
        self.click(&press(&format!("{}//h2", ticket(words)), "INC")).await;
        self.wait_displayed(&format!("//blockquote{}", containing(words))).await;
    }
}

fn fact(part: &str) -> String {
    format!("//main//p{}", containing(part))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gives_a_ticket_back_and_a_colleague_gets_it() {
    let demo = Demo::open(PHONE).await;
    demo.stage.say(CITRA, "/busy").await.unwrap();
    demo.ticket("Modem berkedip.").await;
    demo.ticket("Internet mati.").await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&format!("//h1{}", containing("(2/5)"))).await;
    demo.screenshot("web-give-back-phone").await;
    // From the list.
    demo.click(&press(&ticket("Modem berkedip."), "↩️ Kembalikan")).await;
    demo.wait_toast("kembali ke antrian").await;
    demo.wait_displayed(&format!("//h1{}", containing("(1/5)"))).await;
    demo.wait_gone(&ticket("Modem berkedip.")).await;
    demo.wait_in_chat(BUDI, "↩️ Tiket ini sudah kembali ke antrian.").await;
    demo.stage.say(CITRA, "/online").await.unwrap();
    demo.wait_in_chat(CITRA, "Modem berkedip.").await;
    let citra = demo.person(CITRA).await.id;
    assert_eq!(demo.stage.app.engine.store().held_by(citra).await.unwrap().len(), 1);

    // From the page of the ticket.
    demo.click(&press(&ticket("Internet mati."), "▶️ Buka")).await;
    demo.wait_displayed(&fact("🔵 Sedang dikerjakan")).await;
    demo.click(&press("//main", "↩️ Kembalikan")).await;
    demo.wait_gone(&press("//main", "↩️ Kembalikan")).await;
    demo.wait_gone(&press("//main", "Tandai selesai")).await;
    demo.wait_displayed(&fact("Agen: Citra")).await;
    demo.wait_in_chat(CITRA, "Internet mati.").await;
    demo.stage.settle().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_cancels_a_ticket_after_a_question() {
    let demo = Demo::open(PHONE).await;
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(DEWI).await;
    demo.open_from_queue("Modem berkedip.", true).await;
    demo.screenshot("web-held-ticket-phone").await;
    demo.click(&press("//main", "✖️ Batalkan tiket")).await;
    for words in ["Pelanggan: Sari", "Status: 🟡 Menunggu", "juga agen yang memegangnya"] {
        demo.wait_displayed(&format!("//dialog//p{}", containing(words))).await;
    }
    demo.screenshot("web-cancel-phone").await;
    demo.click(&press("//dialog", "Jangan batalkan")).await;
    demo.wait_gone("//dialog").await;
    assert_eq!(
        demo.stage.app.engine.store().all_held().await.unwrap().len(),
        1,
        "the question changes nothing"
    );

    demo.click(&press("//main", "✖️ Batalkan tiket")).await;
    demo.click(&press("//dialog", "✅ Ya, batalkan")).await;
    demo.wait_toast("dibatalkan").await;
    demo.wait_displayed(&fact("✖️ Dibatalkan")).await;
    demo.wait_gone(&press("//main", "Batalkan tiket")).await;
    demo.wait_in_chat(SARI, "dibatalkan oleh tim kami").await;
    demo.wait_in_chat(BUDI, "dibatalkan admin dan sudah keluar dari antrian Anda").await;
    demo.stage.settle().await.unwrap();
    assert!(demo.stage.app.engine.store().all_held().await.unwrap().is_empty());
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_moves_a_ticket_to_the_top_and_takes_it_from_its_agent() {
    let demo = Demo::open(DESKTOP).await;
    let (admin, budi) = (demo.person(DEWI).await, demo.person(BUDI).await.id);
    let engine = &demo.stage.app.engine;
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/offline").await.unwrap();
    }
    engine.set_capacity(&admin, budi, Capacity::new(1).unwrap(), Clock::system().now()).await.unwrap();
    demo.ticket("Modem berkedip.").await;
    demo.ticket("Internet mati.").await;
    demo.open_front_end(DEWI).await;
    demo.open_from_queue("Internet mati.", false).await;
    demo.screenshot("web-waiting-ticket").await;
    demo.click(&press("//main", "⏫ Ke paling atas")).await;
    demo.wait_displayed(&fact("Prioritas: 🔥 Mendesak")).await;
    demo.wait_gone(&press("//main", "⏫ Ke paling atas")).await;
    demo.open_view("⏳ Antrian").await;
    demo.wait_displayed(&format!("{}{}", ticket("Internet mati."), containing("#1 • "))).await;
    demo.stage.settle().await.unwrap();
    demo.stage.say(BUDI, "/online").await.unwrap();
    demo.wait_in_chat(BUDI, "Internet mati.").await;
    let held = engine.store().held_by(budi).await.unwrap();
    assert_eq!((held.len(), held[0].priority), (1, Priority::Urgent));

    demo.open_from_queue("Internet mati.", true).await;
    demo.screenshot("web-held-ticket").await;
    demo.click(&press("//main", "↩️ Kembalikan ke antrian")).await;
    demo.wait_toast("kembali ke antrian").await;
    demo.wait_displayed(&fact("⏳ Dalam antrian")).await;
    demo.wait_gone(&press("//main", "↩️ Kembalikan ke antrian")).await;
    demo.wait_in_chat(BUDI, "dikembalikan dari antrian Anda ke antrian umum").await;
    // The other one takes the free slot: a former holder comes after a minute.
    demo.wait_in_chat(BUDI, "Modem berkedip.").await;
    demo.stage.settle().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_an_agent_offline_in_the_workload() {
    let demo = Demo::open(PHONE).await;
    demo.open_front_end(DEWI).await;
    demo.click(&press("//tr[@data-agent='Budi']", "Budi")).await;
    let status = |part: &str| format!("//dialog//*[@role='status']{}", containing(part));
    demo.wait_displayed(&status("Status: 🟢 Online")).await;
    demo.screenshot("web-set-offline-phone").await;
    demo.click(&press("//dialog", "🔴 Jadikan offline")).await;
    demo.wait_displayed(&status("Status: 🔴 Offline")).await;
    demo.wait_gone(&press("//dialog", "Jadikan offline")).await;
    demo.wait_displayed(&format!("//div[contains(@class, 'toast')]{}", containing("Budi sekarang offline")))
        .await;
    demo.wait_displayed(&format!("//tr[@data-agent='Budi']{}", containing("🔴 Offline"))).await;
    demo.wait_in_chat(BUDI, "Admin menjadikan Anda offline").await;
    assert_eq!(demo.person(BUDI).await.availability(), Availability::Offline);
    // They come back in the chat, and the open dialog has the button again.
    demo.stage.say(BUDI, "/online").await.unwrap();
    demo.wait_displayed(&press("//dialog", "🔴 Jadikan offline")).await;
    demo.close().await;
}
