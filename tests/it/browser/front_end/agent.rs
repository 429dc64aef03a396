//! The views of agents: pick-up, canned replies, files, and holds with a time.
use super::{DESKTOP, Demo, PHONE, press, ticket};
use crate::browser::containing;
use crate::support::WAIT_TIMEOUT;
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI};
use antri::domain::policy::Mode;
use antri::sandbox::{MediaKind, NewMedia, Sandbox};
use serde_json::json;

/// A GIF of one pixel.
pub(super) const PIXEL: &[u8] = &[
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0x2c, 0, 0, 0, 0,
    1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b,
];

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_picks_up_a_waiting_ticket() {
    let demo = Demo::open(PHONE).await;
    demo.set_mode(Mode::Manual).await;
    demo.open_front_end(BUDI).await;
    demo.ticket("Modem berkedip.").await;
    demo.ticket("Internet mati.").await;
    demo.wait_displayed(&format!("//nav/a{}/span[.='2']", containing("Menunggu"))).await;
    demo.open_view("Menunggu").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.wait_displayed(&ticket("#2 • INC")).await;
    demo.screenshot("web-waiting-phone").await;
    demo.click(&press(&ticket("Modem berkedip."), "🙋 Ambil")).await;
    demo.wait_toast("masuk ke antrian Anda").await;
    demo.wait_gone(&ticket("Modem berkedip.")).await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    // What a colleague takes in the chat leaves the list.
    demo.stage.press_button(CITRA, "Internet mati.", "🙋 Ambil").await.unwrap();
    demo.wait_displayed(&format!("//p{}", containing("Tidak ada tiket di sini."))).await;
    demo.open_view("Antrian saya").await;
    demo.wait_displayed(&format!("//h1{}", containing("(1/5)"))).await;
    demo.wait_displayed(&format!("//p{}", containing("Hari ini: 1 diterima, 0 selesai"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_automatic_mode_waiting_tickets_have_no_pick_up() {
    let demo = Demo::open(DESKTOP).await;
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/busy").await.unwrap();
    }
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.open_view("Menunggu").await;
    demo.wait_displayed(&ticket("Modem berkedip.")).await;
    demo.wait_displayed(&format!("//p{}", containing("dibagikan otomatis"))).await;
    demo.wait_gone(&press("//main", "Ambil")).await;
    // The mode changes while the page is open.
    demo.set_mode(Mode::Manual).await;
    demo.stage.say(CITRA, "/online").await.unwrap();
    demo.wait_displayed(&press("//main", "Ambil")).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_photos_and_answers_with_a_canned_reply() {
    let demo = Demo::open(DESKTOP).await;
    demo.stage.say(DEWI, "/replies salam Halo {name}, tiket {number} kami periksa.").await.unwrap();
    demo.stage.say(SARI, "Lampu merah").await.unwrap();
    demo.stage.sandbox.send_media(SARI, NewMedia::new(MediaKind::Photo, PIXEL));
    demo.stage.settle().await.unwrap();
    demo.stage.press_button(SARI, "", "✅ Kirim").await.unwrap();
    demo.open_front_end(BUDI).await;
    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.wait_displayed("//section[@class='files']//img[@alt='foto']").await;
    let loaded = "return document.querySelector('.files img')?.naturalWidth";
    demo.wait_script(loaded, json!(1)).await;
    let address = demo.script("return document.querySelector('.files img').src").await;
    assert!(address.as_str().unwrap().starts_with("blob:"), "{address}");

    demo.stage.sandbox.send_media(SARI, NewMedia::new(MediaKind::Photo, PIXEL));
    demo.stage.sandbox.send_media(SARI, NewMedia::new(MediaKind::Document, *b"isi"));
    demo.stage.settle().await.unwrap();
    demo.wait_displayed("//li[contains(@class, 'bubble')]//img").await;
    demo.wait_displayed(&press("//li[contains(@class, 'bubble')]", "Unduh")).await;

    demo.click(&format!("//form//select/option{}", containing("salam"))).await;
    let field = demo.wait_displayed("//form//textarea").await;
    let typed = field.prop("value").await.unwrap().unwrap();
    assert!(typed.starts_with("Halo Sari, tiket INC") && typed.ends_with("kami periksa."), "{typed}");
    field.send_keys(" Mohon tunggu.").await.unwrap();
    demo.click(&press("//form", "Kirim")).await;
    demo.wait_displayed(&format!("//li{}", containing("kami periksa. Mohon tunggu."))).await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(SARI, "kami periksa. Mohon tunggu."));
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_holds_a_ticket_until_a_time_and_completes_it_with_a_last_word() {
    let demo = Demo::open(PHONE).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.click(&press("//*[@data-ticket]", "⏸ Tunda")).await;
    demo.click(&press("//dialog", "⏰ Besok 08.00")).await;
    demo.wait_displayed(&ticket("⏸ Ditunda")).await;
    demo.wait_displayed(&ticket("08.00")).await;
    // The page shows the press before the desk has answered it.
    let in_chat =
        |s: &Sandbox| s.chat(BUDI).iter().any(|message| message.text.contains("08.00")).then_some(());
    demo.stage.sandbox.wait_for("the hold in the chat", WAIT_TIMEOUT, in_chat).await;
    let held = demo.stage.app.engine.store().all_held().await.unwrap();
    let resume_at = held[0].resume_at().unwrap().with_timezone(&chrono_tz::Asia::Jakarta);
    assert_eq!(resume_at.format("%H:%M:%S").to_string(), "08:00:00");
    demo.click(&press("//*[@data-ticket]", "▶️ Lanjutkan")).await;
    demo.wait_displayed(&ticket("🟡 Menunggu")).await;

    demo.click(&press("//*[@data-ticket]", "Tandai selesai")).await;
    demo.screenshot("web-complete-phone").await;
    demo.click(&press("//dialog", "✖️ Batal")).await;
    demo.wait_gone("//dialog").await;
    demo.click(&press("//*[@data-ticket]", "Tandai selesai")).await;
    demo.fill("//dialog//textarea", "Terima kasih sudah menunggu.").await;
    demo.click(&press("//dialog", "✅ Selesai")).await;
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;
    demo.wait_displayed(&format!("//p{}", containing("1 selesai"))).await;
    demo.stage.settle().await.unwrap();
    let chat = demo.stage.sandbox.chat(SARI);
    let at = |part: &str| chat.iter().position(|message| message.text.contains(part)).expect(part);
    assert!(at("Terima kasih sudah menunggu.") < at("sudah selesai"), "the last word comes first");
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_ticket_that_cannot_be_shown_says_so() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&ticket("Modem berkedip.")).await;
    demo.script("location.hash = '#ticket/7d1c51ad-4d7b-4dd9-8f0c-3f1d3a1b2c4d'").await;
    demo.wait_displayed(&format!("//p{}", containing("Tiket ini tidak bisa ditampilkan."))).await;
    // A browser writes each refused request into its console; here it is the only line.
    let log = demo.page.browser_log().await.unwrap();
    assert!(log.len() == 1 && log[0].message.contains("404"), "{log:#?}");
    // The way back leads to the list, and its tickets open as before.
    demo.click(&format!("//button{}", containing("← Kembali"))).await;
    demo.click(&press(&ticket("Modem berkedip."), "Buka")).await;
    demo.wait_displayed(&format!("//blockquote{}", containing("Modem berkedip."))).await;
    demo.close().await;
}
