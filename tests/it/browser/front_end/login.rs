//! Log-ins of the front end in a browser: Telegram's page, a used link, and where the page keeps its token.
use super::{DESKTOP, Demo, containing, press, ticket};
use crate::api::login::widget;
use crate::browser::driver::FirstScript;
use antri::cli::demo::stage::{BUDI, TOKEN};
use antri::clock::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

/// Records the sockets that the page opens.
const SOCKETS: &str = "
    const Real = window.WebSocket;
    window.sockets = [];
    window.WebSocket = function (address, protocols) {
        const socket = new Real(address, protocols);
        window.sockets.push([String(address), socket, protocols]);
        return socket;
    };
";

/// Where a page could leave a token: what scripts can read, and what is sent to others.
const READABLE_TEXTS: &str = "
    const stores = [localStorage, sessionStorage].flatMap(store => Object.values({ ...store }));
    return [document.cookie, location.href, document.referrer, ...stores, ...window.sockets.map(([address]) => address)];
";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_one_socket_and_its_token_in_memory_only() {
    let demo = Demo::open(DESKTOP).await;
    demo.page.cmd(FirstScript(SOCKETS)).await.unwrap();
    demo.open_front_end(BUDI).await;
    demo.ticket("Modem berkedip.").await;
    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.wait_displayed(&format!("//p{}", containing("🔵 Sedang dikerjakan"))).await;
    demo.open_view("Menunggu").await;
    demo.open_view("Antrian saya").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    let sockets =
        "return window.sockets.map(([address, socket]) => [new URL(address).pathname, socket.readyState])";
    assert_eq!(demo.script(sockets).await, json!([["/api/ws", 1]]), "one for all views");
    // The token is in the protocols of the socket, so the page has one.
    let token = demo.script("return window.sockets[0][2][1]").await;
    let token = token.as_str().unwrap().strip_prefix("bearer.").unwrap().to_owned();
    let texts = demo.script(READABLE_TEXTS).await;
    for text in texts.as_array().unwrap() {
        let text = text.as_str().unwrap();
        assert!(!text.contains(&token) && !text.contains("eyJ"), "{text}");
    }
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_page_logs_in_with_signed_data_only() {
    let demo = Demo::open(DESKTOP).await;
    let address = |body: &Value| {
        format!("http://{}/app/#tgAuthResult={}", demo.stage.app.addr, B64.encode(body.to_string()))
    };
    let now = Clock::system().now().timestamp();
    let mut forged = widget(TOKEN, BUDI, now);
    forged["first_name"] = json!("Dewi");
    let foreign = widget("7700:another-bot", BUDI, now);
    let old = widget(TOKEN, BUDI, now - 3_600);
    for (body, why) in
        [(&forged, "Gagal masuk"), (&foreign, "Gagal masuk"), (&old, "sudah dipakai atau kedaluwarsa")]
    {
        demo.page.goto("about:blank").await.unwrap();
        demo.page.goto(address(body)).await.unwrap();
        demo.wait_displayed(&format!("//*[@role='alert']{}", containing(why))).await;
    }
    // The browser reports the refused requests.
    demo.page.browser_log().await.unwrap();
    demo.page.goto("about:blank").await.unwrap();
    demo.page.goto(address(&widget(TOKEN, BUDI, now))).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    assert_eq!(demo.script("return location.hash").await, json!(""), "the data is not kept in the address");
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    // Rubbish in its place is no log-in, and no error of the script.
    demo.click(&press("//header", "Keluar")).await;
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.page.goto("about:blank").await.unwrap();
    demo.page.goto(format!("http://{}/app/#tgAuthResult=%25%25", demo.stage.app.addr)).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}
