//! An agent's queue on the page: its rows, what a new ticket says and plays, presses that are taken back, the keyboard.
use super::{CITRA, DESKTOP, DEWI, Demo, PHONE, containing, press, ticket};
use crate::browser::driver::{FirstScript, Window};
use crate::support::WAIT_TIMEOUT;
use antri::cli::demo::stage::BUDI;
use antri::clock::Clock;
use antri::domain::policy::Capacity;
use antri::domain::ticket::{Priority, Status};
use antri::engine::tickets::steps::Step;
use antri::sandbox::Sandbox;
use serde_json::json;
use thirtyfour::prelude::*;

/// The narrowest window for which the page is made.
const NARROW: Window = Window { width: 320, height: 568, phone: true };

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_a_queue_have_what_the_mock_up_shows() {
    let demo = Demo::open(DESKTOP).await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    let now = Clock::system().now();
    let budi = demo.person(BUDI).await.id;
    demo.stage.say(CITRA, "/offline").await.unwrap();
    engine.set_capacity(&admin, budi, Capacity::new(3).unwrap(), now).await.unwrap();
    demo.open_front_end(BUDI).await;
    for text in ["Satu.", "Dua.", "Tiga."] {
        demo.ticket(text).await;
    }
    let held = engine.store().held_by(budi).await.unwrap();
    let department = engine.store().departments().await.unwrap().remove(0);
    let category = format!("{} - {}", department.name, department.categories[0].name);
    for (place, held) in held.iter().enumerate() {
        let row = |part: &str| format!("//*[@data-ticket='{}']{}", held.number, containing(part));
        for part in [
            &format!("#{} • {}", place + 1, held.number),
            &category,
            "Status: 🟡 Menunggu",
            "Ditugaskan: baru saja",
        ] {
            demo.wait_displayed(&row(part)).await;
        }
        for button in ["▶️ Buka", "✅ Tandai selesai", "⏸ Tunda"] {
            demo.wait_displayed(&press(&row(""), button)).await;
        }
    }
    demo.wait_displayed(&format!("//p{}", containing("Antrian Anda penuh"))).await;
    // The positions close up behind a ticket that is completed, and a slot is free.
    engine.step(budi, held[0].id, Step::Complete, None, now).await.unwrap();
    demo.wait_displayed(&ticket(&format!("#1 • {}", held[1].number))).await;
    demo.wait_displayed(&ticket(&format!("#2 • {}", held[2].number))).await;
    demo.wait_displayed(&format!("//p{}", containing("1 slot kosong. Tiket baru masuk otomatis."))).await;
    demo.wait_displayed(&format!("//p{}", containing("3 diterima, 1 selesai"))).await;
    // A priority that is not the usual one is on the row, as it is on the card in the chat.
    engine.set_priority(&admin, held[1].id, Priority::Urgent, now).await.unwrap();
    demo.wait_displayed(&ticket("Prioritas: 🔥 Mendesak")).await;
    demo.wait_gone(&format!("//*[@data-ticket='{}']{}", held[2].number, containing("Prioritas"))).await;
    // What ages on the page says so by itself.
    demo.page
        .cmd(FirstScript("const now = Date.now; Date.now = () => now() + 10 * 60 * 1000;"))
        .await
        .unwrap();
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&ticket("10 menit yang lalu")).await;
    demo.close().await;
}

/// Counts the sounds of the page.
const SOUNDS: &str = "
    window.sounds = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        window.sounds += 1;
        return start.call(this, at);
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ticket_says_so_and_plays_a_sound_for_who_wants_it() {
    let demo = Demo::open(DESKTOP).await;
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.page.cmd(FirstScript(SOUNDS)).await.unwrap();
    demo.open_front_end(BUDI).await;
    let switch = |on: bool| format!("//button[@aria-label='Suara untuk tiket baru'][@aria-pressed='{on}']");
    demo.wait_displayed(&switch(false)).await;
    // What the page knows from its snapshot is not new.
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;
    demo.ticket("Modem berkedip.").await;
    demo.wait_toast("🎫 Tiket baru: INC").await;
    assert_eq!(demo.script("return window.sounds").await, json!(0), "the sound is off by default");
    demo.click("//*[@role='status']//button[@aria-label='Tutup pesan']").await;
    demo.wait_gone(&format!("//*[@role='status']//div{}", containing("Tiket baru"))).await;
    demo.click(&switch(false)).await;
    // It plays once for the person to hear it: two tones.
    assert_eq!(demo.script("return window.sounds").await, json!(2));
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&switch(true)).await;
    demo.wait_displayed(&ticket("#1 • INC")).await;
    demo.ticket("Internet mati.").await;
    demo.wait_toast("🎫 Tiket baru: INC").await;
    assert_eq!(demo.script("return window.sounds").await, json!(2), "the browser remembers the choice");
    demo.click(&switch(true)).await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&switch(false)).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_scrolled_to_is_clear_of_a_toast() {
    let demo = Demo::open(PHONE).await;
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.open_front_end(BUDI).await;
    for text in ["Modem berkedip.", "Internet mati.", "Sinyal lemah.", "Ganti kata sandi."] {
        demo.ticket(text).await;
    }
    demo.wait_displayed(&ticket("#4 • INC")).await;
    let overlap = "
        const ticket = document.querySelectorAll('[data-ticket]')[2];
        ticket.scrollIntoView({ block: 'end' });
        const toasts = [...document.querySelectorAll('.toast')];
        const newest = toasts.at(-1).getBoundingClientRect();
        return { toasts: toasts.length, overlap: ticket.getBoundingClientRect().bottom - newest.top };
    ";
    demo.wait_toast("Tiket baru").await;
    let seen = demo.script(overlap).await;
    assert!(seen["overlap"].as_f64().unwrap() <= 0.0, "{seen}");
    demo.close().await;
}

/// Holds back the requests of presses until `window.letGo` is called: with true it sends them, with false it fails.
const HOLD_BACK: &str = "
    const send = window.fetch;
    window.fetch = async (path, options) => {
        if (options?.method !== 'POST' || !/hold|complete/.test(String(path))) return send(path, options);
        const isSent = await new Promise(done => (window.letGo = done));
        if (!isSent) throw new TypeError('Failed to fetch');
        return send(path, options);
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn a_press_shows_its_result_at_once_and_takes_it_back_if_the_desk_refuses() {
    let demo = Demo::open(PHONE).await;
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.page.cmd(FirstScript(HOLD_BACK)).await.unwrap();
    demo.open_front_end(BUDI).await;
    demo.ticket("Modem berkedip.").await;
    let pause = async || {
        demo.click(&press("//*[@data-ticket]", "⏸ Tunda")).await;
        demo.click(&press("//dialog", "Tanpa waktu")).await;
        demo.wait_displayed(&ticket("Status: ⏸ Ditunda")).await;
    };
    pause().await;
    let held = demo.stage.app.engine.store().all_held().await.unwrap().remove(0);
    assert_eq!(held.status(), Status::Assigned, "the page was first");
    demo.script("letGo(false)").await;
    demo.wait_toast("Tidak berhasil: tidak ada koneksi ke sistem").await;
    demo.wait_displayed(&ticket("Status: 🟡 Menunggu")).await;

    // An admin takes the ticket in the meantime: the refusal says so, and nothing of the press is left.
    pause().await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    let citra = demo.person(CITRA).await.id;
    let held = engine.store().all_held().await.unwrap().remove(0);
    engine.reassign(&admin, (held.id, None), citra, false, Clock::system().now()).await.unwrap();
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;
    demo.script("letGo(true)").await;
    demo.wait_toast("Tidak berhasil: tiketnya sudah berubah").await;
    demo.wait_displayed(&format!("//h1{}", containing("(0/5)"))).await;

    // What the desk takes stays: a hold without an end, and the resumption.
    engine
        .reassign(&admin, (held.id, None), demo.person(BUDI).await.id, false, Clock::system().now())
        .await
        .unwrap();
    pause().await;
    demo.script("letGo(true)").await;
    let until = tokio::time::Instant::now() + crate::browser::WAIT_TIMEOUT;
    loop {
        let held = engine.store().all_held().await.unwrap().remove(0);
        if held.status() == Status::Pending {
            assert_eq!(held.resume_at(), None);
            break;
        }
        assert!(tokio::time::Instant::now() < until, "the hold did not reach the desk");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    demo.click(&press("//*[@data-ticket]", "▶️ Lanjutkan")).await;
    demo.wait_displayed(&ticket("Status: 🟡 Menunggu")).await;
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_has_any_end_that_is_typed() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.click(&press("//*[@data-ticket]", "⏸ Tunda")).await;
    // The field shows the time of the desk's zone. Tomorrow at half past nine.
    let tomorrow =
        Clock::system().now().with_timezone(&chrono_tz::Asia::Jakarta) + chrono::TimeDelta::days(1);
    let typed = format!("{}T09:30", tomorrow.format("%Y-%m-%d"));
    let set = "const field = document.querySelector('dialog input');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    demo.wait_displayed("//dialog//input").await;
    demo.page.execute(set, vec![json!(typed)]).await.unwrap();
    demo.click(&press("//dialog//form", "Tunda")).await;
    demo.wait_displayed(&ticket("Dilanjutkan: ")).await;
    demo.wait_displayed(&ticket("09.30")).await;
    let resume_at = format!("{}+07:00", typed.clone() + ":00");
    demo.wait_script("return document.querySelectorAll('dialog').length", json!(0)).await;
    // The page shows the press before the desk has answered it.
    let in_chat =
        |s: &Sandbox| s.chat(BUDI).iter().any(|message| message.text.contains("09.30")).then_some(());
    demo.stage.sandbox.wait_for("the hold in the chat", WAIT_TIMEOUT, in_chat).await;
    let held = demo.stage.app.engine.store().all_held().await.unwrap().remove(0);
    assert_eq!(
        held.resume_at().unwrap().to_rfc3339(),
        chrono::DateTime::parse_from_rfc3339(&resume_at).unwrap().to_utc().to_rfc3339()
    );
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_used_with_the_keyboard_alone() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&press("//*[@data-ticket]", "⏸ Tunda")).await;
    let focused = "const at = document.activeElement; return at.textContent || at.getAttribute('aria-label')";
    let keys = async |keys: &str| {
        demo.page.action_chain().send_keys(keys).perform().await.unwrap();
    };
    let tab_to = async |words: &str| {
        for _ in 0..20 {
            keys(&Key::Tab.value().to_string()).await;
            if demo.script(focused).await.as_str().is_some_and(|shown| shown.contains(words)) {
                return;
            }
        }
        panic!("the keyboard does not reach {words}");
    };
    tab_to("Tunda").await;
    // What has the focus is outlined.
    let outline = "return getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(demo.script(outline).await, json!("solid"));
    keys(&Key::Enter.value().to_string()).await;
    demo.wait_displayed("//dialog").await;
    assert_eq!(demo.script("return !!document.activeElement.closest('dialog')").await, json!(true));
    keys(&Key::Escape.value().to_string()).await;
    demo.wait_gone("//dialog").await;
    assert!(demo.script(focused).await.as_str().unwrap().contains("Tunda"), "the focus is where it was");
    tab_to("🟠 Sibuk").await;
    tab_to("Buka").await;
    keys(&Key::Enter.value().to_string()).await;
    demo.wait_displayed(&format!("//blockquote{}", containing("Modem berkedip."))).await;
    tab_to("Tulis ke pelanggan").await;
    keys("Baik, kami periksa.").await;
    tab_to("Kirim").await;
    keys(&Key::Enter.value().to_string()).await;
    demo.wait_displayed(&format!("//li{}", containing("Baik, kami periksa."))).await;
    demo.stage.settle().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_view_scrolls_sideways_at_320_pixels() {
    let demo = Demo::open(NARROW).await;
    demo.populate().await;
    let fits = async |view: &str| {
        let width = demo.script("return document.documentElement.scrollWidth").await;
        assert_eq!(width, json!(NARROW.width), "{view} scrolls sideways");
    };
    let go = async |view: &str| {
        demo.script(&format!("location.hash = '#/{view}'")).await;
        demo.wait_displayed(&format!("//main/section[@aria-labelledby='{view}']//h1")).await;
        demo.wait_gone("//main//*[.='Memuat…']").await;
    };
    demo.open_front_end(BUDI).await;
    demo.wait_displayed(&ticket("#3 • INC")).await;
    fits("my-queue").await;
    demo.click(&press(&ticket("#1 • INC"), "Tunda")).await;
    fits("hold").await;
    demo.click("//dialog/header/button").await;
    go("waiting").await;
    fits("waiting").await;
    go("my-queue").await;
    demo.click(&press(&ticket("Sari"), "Buka")).await;
    demo.wait_displayed("//form//textarea").await;
    fits("conversation").await;
    demo.open_front_end(DEWI).await;
    demo.wait_displayed("//tr[@data-agent='Budi']").await;
    demo.search("modem").await;
    demo.wait_displayed("//*[@data-ticket]//a").await;
    fits("search").await;
    for view in ["workload", "queue", "statistics", "departments", "settings", "alerts"] {
        go(view).await;
        fits(view).await;
    }
    go("queue").await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    demo.wait_displayed("//section[@aria-labelledby='audit']//li").await;
    fits("ticket").await;
    demo.close().await;
}
