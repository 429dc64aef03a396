//! A network that fails: the front end says so, comes back by itself, and then shows what the desk says.
use super::{DESKTOP, Demo, ticket};
use crate::browser::containing;
use antri::cli::demo::stage::{BUDI, SARI};
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A connection between browser and desk that can be cut. It ends when it is dropped.
pub(super) struct Cable {
    pub(super) port: u16,
    is_cut: Arc<watch::Sender<bool>>,
    _stop: DropGuard,
}

impl Cable {
    pub(super) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (local, stop) = (listener.local_addr().unwrap().port(), CancellationToken::new());
        let is_cut = Arc::new(watch::Sender::new(false));
        let (state, stopped) = (Arc::clone(&is_cut), stop.clone());
        tokio::spawn(stopped.run_until_cancelled_owned(async move {
            loop {
                let Ok((mut page, _)) = listener.accept().await else { continue };
                let mut cut = state.subscribe();
                tokio::spawn(async move {
                    if *cut.borrow() {
                        return;
                    }
                    let Ok(mut desk) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut page, &mut desk) => {}
                        _ = cut.wait_for(|cut| *cut) => {}
                    }
                });
            }
        }));
        Self { port: local, is_cut, _stop: stop.drop_guard() }
    }

    pub(super) fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    pub(super) fn restore(&self) {
        self.is_cut.send_replace(false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_the_page_shows_what_happened_meanwhile() {
    let demo = Demo::open(DESKTOP).await;
    let desk = demo.stage.app.addr.port();
    let cable = Cable::to(desk).await;
    let link = demo.login_link(BUDI).await.replace(&format!(":{desk}/"), &format!(":{}/", cable.port));
    demo.page.goto(&link).await.unwrap();
    demo.ticket("Sebelum terputus.").await;
    demo.wait_displayed(&ticket("#1 • INC")).await;

    cable.cut();
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("Koneksi terputus"))).await;
    // A press does not reach the desk: it says so, and the card is as it was.
    demo.click("//*[@data-ticket]//button[contains(., 'Tandai selesai')]").await;
    demo.click("//dialog//button[contains(., '✅ Selesai')]").await;
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("tidak ada koneksi ke sistem"))).await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.ticket("Selama terputus.").await;
    demo.stage.press_button(BUDI, "Sebelum terputus.", "✅ Selesai").await.unwrap();
    demo.ticket("Satu lagi.").await;
    cable.restore();

    demo.wait_gone(&format!("//*[@role='status']{}", containing("Koneksi terputus"))).await;
    let held = demo.stage.app.engine.store().all_held().await.unwrap();
    let budi = demo.stage.app.engine.seats().into_iter().find(|seat| seat.person.name == "Budi").unwrap();
    let held: Vec<_> = held.iter().filter(|ticket| ticket.holder() == Some(budi.person.id)).collect();
    for ticket in &held {
        demo.wait_displayed(&format!("//*[@data-ticket='{}']", ticket.number)).await;
    }
    demo.wait_displayed(&format!("//h1{}", containing(&format!("({}/5)", held.len())))).await;
    demo.stage.say(SARI, "/mytickets").await.unwrap();
    // The browser reports the failed requests in its console; they are what this test is about.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_during_a_cut_leads_to_the_log_in() {
    let demo = Demo::open(DESKTOP).await;
    let desk = demo.stage.app.addr.port();
    let cable = Cable::to(desk).await;
    let link = demo.login_link(BUDI).await.replace(&format!(":{desk}/"), &format!(":{}/", cable.port));
    demo.page.goto(&link).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("Antrian tiket saya"))).await;
    cable.cut();
    demo.wait_displayed(&format!("//*[@role='status']{}", containing("Koneksi terputus"))).await;
    // The page's token would last some minutes more.
    demo.stage.say(BUDI, "/token revoke").await.unwrap();
    cable.restore();
    demo.wait_displayed(&format!("//h1{}", containing("Masuk ke Antri"))).await;
    // The browser reports the failed requests.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}
