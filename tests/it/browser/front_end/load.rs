//! A large desk in the front end: 10,000 waiting tickets and 500 agents.
//!
//! The page must list all of them. With `ANTRI_FRAMES=1` the test also measures the frames while the list is scrolled
//! and filtered, beside an empty list in the same run; it is off by default, because other tests share the machine.
use super::{DESKTOP, Demo, FILTER, press, ticket};
use crate::browser::containing;
use antri::cli::demo::stage::{BUDI, CITRA, DEWI};
use antri::clock::Clock;
use antri::domain::event::Actor;
use antri::domain::ids::TelegramId;
use antri::domain::person::Locale;
use antri::domain::ticket::description::Description;
use antri::engine::people::Profile;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const TICKETS: usize = 10_000;
const TICKETS_EACH: usize = 5;
const AGENTS: i64 = 500;
/// The first Telegram id of the people whom the test adds.
const FIRST_ID: i64 = 100_000;
/// How many tickets are opened at once.
const CONCURRENCY: usize = 64;
/// The longest frame while the list is scrolled or filtered, in milliseconds.
const MAX_FRAME_MS: f64 = 100.0;

/// Scrolls through the list for 60 frames, then types a filter and takes it back. Returns the longest frame of each.
const FRAMES: &str = "
    const done = arguments[arguments.length - 1];
    const frame = () => new Promise(next => requestAnimationFrame(next));
    const measure = async step => {
        let longest = 0, last = await frame();
        for (let n = 0; n < 60; n++) {
            step(n);
            const now = await frame();
            longest = Math.max(longest, now - last);
            last = now;
        }
        return longest;
    };
    const search = document.querySelector('.filters input');
    const type = text => {
        search.value = text;
        search.dispatchEvent(new Event('input', { bubbles: true }));
    };
    (async () => {
        const scroll = await measure(n => scrollTo(0, n * document.body.scrollHeight / 60));
        scrollTo(0, 0);
        const filter = await measure(n => n % 10 === 0 && type(['', '9', '99', 'inc', 'tidak ada', ''][n / 10]));
        type('');
        done({ scroll, filter });
    })();
";

impl Demo {
    /// Opens the tickets and adds the agents, without their chats.
    async fn fill_desk(&self) {
        let (engine, now) = (Arc::clone(&self.stage.app.engine), Clock::system().now());
        let person = async |id: i64, name: String| {
            let profile =
                Profile { telegram: TelegramId(id), name, username: None, locale: Some(Locale::Id) };
            engine.register_person(&profile, now).await.unwrap()
        };
        let admin = self.person(DEWI).await;
        for n in 0..AGENTS {
            let agent = person(FIRST_ID + n, format!("Agen {n}")).await;
            engine.add_agent(Actor::Person(admin.id), agent.id, &[], now).await.unwrap();
        }
        let department = engine.store().departments().await.unwrap().remove(0);
        let target = (department.id, department.categories[0].id);
        let customers = i64::try_from(TICKETS / TICKETS_EACH).unwrap();
        let mut all = Vec::new();
        for n in 0..customers {
            all.push(person(FIRST_ID + AGENTS + n, format!("Pelanggan {n}")).await);
        }
        let tickets = (0..TICKETS).map(|n| {
            let (engine, customer) = (&engine, &all[n / TICKETS_EACH]);
            async move {
                let description = Description::of_text(&format!("Gangguan nomor {n}")).unwrap();
                let new = NewTicket {
                    key: format!("load {n}"),
                    customer,
                    target,
                    description,
                    sent_from: SentFrom::default(),
                };
                engine.open(new, now).await.unwrap();
            }
        });
        stream::iter(tickets).buffer_unordered(CONCURRENCY).collect::<Vec<()>>().await;
    }

    async fn frames(&self) -> Value {
        self.page.execute_async(FRAMES, Vec::new()).await.unwrap().json().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_end_lists_ten_thousand_tickets_and_five_hundred_agents() {
    let demo = Demo::open(DESKTOP).await;
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/offline").await.unwrap();
    }
    demo.open_front_end(DEWI).await;
    demo.open_view("⏳ Antrian").await;
    demo.wait_displayed(&format!("//p{}", containing("Tidak ada tiket di sini."))).await;
    let is_timed = std::env::var_os("ANTRI_FRAMES").is_some();
    let empty = if is_timed { demo.frames().await } else { Value::Null };
    demo.page.goto("about:blank").await.unwrap();
    demo.fill_desk().await;
    demo.page.goto(format!("http://{}/app/#queue", demo.stage.app.addr)).await.unwrap();
    // The page reads thousands of tickets, so the question is put rarely, and for long.
    let patience = (Duration::from_secs(120), Duration::from_millis(500));
    demo.wait_displayed_for(&format!("//p{}", containing("10.000 tiket")), patience).await;

    // The filter finds a ticket far behind the snapshot, and the last position is the last row.
    demo.fill(FILTER, "Gangguan nomor 9876").await;
    demo.wait_displayed(&format!("//p{}", containing("1 tiket"))).await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    demo.wait_displayed(&format!("//blockquote{}", containing("Gangguan nomor 9876"))).await;
    demo.open_view("⏳ Antrian").await;
    demo.wait_displayed(&format!("//p{}", containing("10.000 tiket"))).await;
    let rows = demo.script("return document.querySelectorAll('[data-ticket]').length").await;
    assert!(rows.as_u64().unwrap() < 60, "{rows} rows are in the document");
    if is_timed {
        let full = demo.frames().await;
        println!("the longest frames in ms, of an empty list: {empty}, of {TICKETS} tickets: {full}");
        for (part, frame) in full.as_object().unwrap() {
            assert!(frame.as_f64().unwrap() <= MAX_FRAME_MS, "{part}: a frame of {frame} ms");
        }
    }
    // The search of all tickets finds one of them, and one word of all of them comes in pages.
    demo.search("9876").await;
    demo.wait_displayed(&format!("//main//p{}", containing("1 tiket, yang terbaru di atas"))).await;
    demo.wait_displayed(&ticket("Gangguan nomor 9876")).await;
    demo.search("gangguan").await;
    demo.wait_displayed(&format!("//main//p{}", containing("20 tiket terbaru"))).await;
    demo.click(&press("//main", "Tampilkan lebih banyak")).await;
    demo.wait_displayed(&format!("//main//p{}", containing("40 tiket terbaru"))).await;
    demo.script("scrollTo(0, 0)").await;
    demo.open_view("Beban kerja").await;
    demo.wait_displayed("//*[@data-stat='online'][.='0/502']").await;
    let agents = demo.script("return document.querySelectorAll('tr[data-agent]').length").await;
    assert_eq!(agents, json!(502));
    demo.page.goto("about:blank").await.unwrap();
    demo.close().await;
}
