//! Two browsers and a chat on one desk: a change in one is seen in the others within a second, also after the desk was
//! restarted.
use super::network::Cable;
use super::{DESKTOP, Demo, press, ticket};
use crate::browser::{WAIT_TIMEOUT, containing, open_browser};
use antri::cli::demo::stage::{BUDI, CITRA, DEWI};
use antri::engine::departments::DepartmentEdit;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// How old a change may be when a page shows it, in milliseconds.
const MAX_AGE_MS: i64 = 1_000;

/// Records when a text first appears on the page, by the clock that the desk has, too.
const WATCH: &str = "
    const [words] = arguments;
    window.seenAt ??= {};
    const look = () => {
        if (document.body.innerText.includes(words)) window.seenAt[words] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
";

/// Begins to watch for a text on a page.
async fn watch(page: &WebDriver, words: &str) {
    page.execute(WATCH, vec![json!(words)]).await.unwrap();
}

/// Waits until the watched text has appeared. Returns when it did, in milliseconds.
async fn seen_at(page: &WebDriver, words: &str) -> i64 {
    let until = tokio::time::Instant::now() + WAIT_TIMEOUT;
    loop {
        let seen =
            page.execute("return window.seenAt[arguments[0]] ?? null", vec![json!(words)]).await.unwrap();
        if let Some(at) = seen.json().as_i64() {
            return at;
        }
        assert!(tokio::time::Instant::now() < until, "not on the page: {words}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Returns the held tickets of this agent as the API has them, and what the page shows of them.
async fn held(demo: &Demo, page: &WebDriver, id: i64) -> (Vec<String>, Vec<String>) {
    let agent = demo.person(id).await.id;
    let held = demo.stage.app.engine.store().held_by(agent).await.unwrap();
    let script = "return [...document.querySelectorAll('[data-ticket]')].map(card => card.dataset.ticket)";
    let shown = page.execute(script, Vec::new()).await.unwrap().json().clone();
    let shown = shown.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    (held.iter().map(|ticket| ticket.number.to_string()).collect(), shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_and_a_chat_see_a_change_within_a_second() {
    let demo = Demo::open(DESKTOP).await;
    let (other, profile) = open_browser(&demo.driver, DESKTOP, "en-US").await;
    demo.open_front_end(DEWI).await;
    demo.wait_displayed("//tr[@data-agent='Budi']").await;
    other.goto(&demo.login_link(BUDI).await).await.unwrap();
    other.query(By::XPath("//h1[contains(., '(0/5)')]")).and_displayed().first().await.unwrap();

    // From the chat to both pages.
    watch(&demo.page, "1/5").await;
    watch(&other, "(1/5)").await;
    demo.ticket("Internet mati.").await;
    let opened = demo.stage.app.engine.store().all_held().await.unwrap().remove(0);
    let committed = opened.hold().unwrap().assigned_at.timestamp_millis();
    for (page, words) in [(&demo.page, "1/5"), (&other, "(1/5)")] {
        let age = seen_at(page, words).await - committed;
        assert!(age < MAX_AGE_MS, "{words} was shown after {age} ms");
        println!("{words}: {age} ms after the commit");
    }

    // From one page to the other and to the chat.
    demo.open_view("⏳ Antrian").await;
    demo.click(&press("//*[@role='group']", "dikerjakan")).await;
    demo.wait_displayed(&ticket("🟡 Menunggu")).await;
    watch(&demo.page, "🔵 Sedang dikerjakan").await;
    let pressed = antri::clock::Clock::system().now().timestamp_millis();
    other.find(By::XPath(press("//*[@data-ticket]", "Buka"))).await.unwrap().click().await.unwrap();
    let age = seen_at(&demo.page, "🔵 Sedang dikerjakan").await - pressed;
    println!("the press of one page on the other: {age} ms");
    assert!(age < MAX_AGE_MS, "a press of one page was shown on the other after {age} ms");
    demo.stage.settle().await.unwrap();
    assert!(demo.has(BUDI, "Sedang dikerjakan"));

    // From the admin's page to the agent's page and to both chats.
    watch(&other, "(0/5)").await;
    other.goto(&format!("{}#my-queue", address(&other).await)).await.unwrap();
    demo.click(&press("//*[@data-ticket]", "Alihkan")).await;
    demo.click(&press("//dialog", "Citra")).await;
    seen_at(&other, "(0/5)").await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(CITRA, "Internet mati."));
    other.quit().await.unwrap();
    profile.close().unwrap();
    demo.close().await;
}

/// Returns the address of the page without what is behind the `#`.
async fn address(page: &WebDriver) -> String {
    let address = page.current_url().await.unwrap();
    address.as_str().split('#').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_the_desk_the_pages_show_what_the_api_says() {
    let mut demo = Demo::open(DESKTOP).await;
    let cable = Cable::to(demo.stage.app.addr.port()).await;
    let direct = demo.stage.app.addr.port();
    let (other, profile) = open_browser(&demo.driver, DESKTOP, "en-US").await;
    demo.open_front_end(BUDI).await;
    let link = demo.login_link(CITRA).await;
    other.goto(&link.replace(&format!(":{direct}/"), &format!(":{}/", cable.port))).await.unwrap();
    for text in ["Satu.", "Dua.", "Tiga."] {
        demo.ticket(text).await;
    }
    demo.wait_displayed(&format!("//h1{}", containing("(2/5)"))).await;

    // The desk restarts; what happens before the pages are back, they see afterwards.
    cable.cut();
    demo.stage.restart().await.unwrap();
    demo.ticket("Empat.").await;
    demo.stage.press_button(BUDI, "Satu.", "✅ Selesai").await.unwrap();
    cable.restore();
    for (page, id) in [(&demo.page, BUDI), (&other, CITRA)] {
        let until = tokio::time::Instant::now() + WAIT_TIMEOUT;
        loop {
            let (wanted, shown) = held(&demo, page, id).await;
            let lost =
                page.execute("return !!document.querySelector('.connection')", Vec::new()).await.unwrap();
            if wanted == shown && lost.json() == &Value::Bool(false) {
                break;
            }
            assert!(tokio::time::Instant::now() < until, "{id}: {wanted:?} is shown as {shown:?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    // Both pages work on, without a new log-in.
    demo.click(&press("//*[@data-ticket][1]", "Tandai selesai")).await;
    demo.click(&press("//dialog", "✅ Selesai")).await;
    demo.wait_toast("selesai").await;
    // The browsers report the failed requests in their consoles; they are what this test is about.
    demo.page.browser_log().await.unwrap();
    other.quit().await.unwrap();
    profile.close().unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_shows_a_changed_department_within_a_second() {
    let demo = Demo::open(DESKTOP).await;
    let (other, profile) = open_browser(&demo.driver, DESKTOP, "en-US").await;
    demo.ticket("Internet mati.").await;
    demo.open_front_end(DEWI).await;
    demo.open_view("🏢 Departemen").await;
    let engine = &demo.stage.app.engine;
    let (admin, department) =
        (demo.person(DEWI).await, engine.store().departments().await.unwrap().remove(0));
    demo.wait_displayed(&format!("//*[@data-department='{}']", department.name)).await;
    other.goto(&demo.login_link(BUDI).await).await.unwrap();
    other.query(By::XPath(ticket(&department.name))).and_displayed().first().await.unwrap();

    // The list of the admin, and the tickets of the agent.
    let category = department.categories[0].id;
    for (page, words, edit) in [
        (&demo.page, "Layanan Bisnis", DepartmentEdit::Rename("Layanan Bisnis".into())),
        (&other, "Layanan Cepat", DepartmentEdit::Rename("Layanan Cepat".into())),
        (&other, "GANGGUAN", DepartmentEdit::RenameCategory(category, "GANGGUAN".into())),
        (&demo.page, "GANGGUAN (nonaktif)", DepartmentEdit::SetCategoryRetired(category, true)),
    ] {
        if matches!(edit, DepartmentEdit::SetCategoryRetired(..)) {
            let second = (engine.new_category_id(), "PASANG BARU");
            engine
                .add_category(&admin, department.id, second.0, second.1, antri::clock::Clock::system().now())
                .await
                .unwrap();
        }
        watch(page, words).await;
        let changed = antri::clock::Clock::system().now().timestamp_millis();
        engine
            .edit_department(&admin, department.id, &edit, antri::clock::Clock::system().now())
            .await
            .unwrap();
        let age = seen_at(page, words).await - changed;
        println!("{words}: {age} ms after the change");
        assert!(age < MAX_AGE_MS, "{words} was shown after {age} ms");
    }
    other.quit().await.unwrap();
    profile.close().unwrap();
    demo.close().await;
}
