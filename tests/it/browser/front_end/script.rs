//! Script in every text field: it is shown as the text that it is, and nothing of it runs.
use super::{CITRA, DESKTOP, DEWI, Demo, FILTER, containing, press, ticket};
use crate::browser::WAIT_TIMEOUT;
use crate::browser::driver::FirstScript;
use antri::cli::demo::stage::BUDI;
use antri::clock::Clock;
use antri::domain::event::Actor;
use antri::domain::ticket::service::Stars;
use antri::engine::departments::DepartmentEdit;
use antri::engine::tickets::steps::Step;
use antri::sandbox::{MediaKind, NewMedia, NewUser};
use serde_json::json;
use std::time::Duration;
use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

/// A picture that fails to load and then runs script: short enough for every field.
const IMAGE: &str = "<img src=x onerror=ran=1>";
/// The end of an attribute and of a tag, then a script.
const SCRIPT: &str = "\"><script>ran=2</script>";
/// Tags that the front end itself renders in texts of the desk.
const BOLD: &str = "<b onclick=ran=3><b>x</b>";
/// A tag in one word.
const WORD: &str = "<svg/onload=ran=4>";
/// A customer and an agent with such names.
const CUSTOMER: i64 = 201;
const AGENT: i64 = 202;

/// Records what the policy of the page has stopped.
const VIOLATIONS: &str = "
    window.violations = [];
    addEventListener('securitypolicyviolation', event => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
";

/// What ran, what was stopped, and how many elements are not the page's own.
const FOUND: &str = "
    const foreign = '[src=x], [onerror], [onload], [onclick], body script, iframe, object, embed, a[href^=\"javascript\"]';
    return [window.ran ?? null, window.violations, document.querySelectorAll(foreign).length];
";

impl Demo {
    /// Waits until these words are on the page as text, and checks that nothing of them is an element or has run.
    async fn is_text(&self, at: &str, words: &str) {
        let shown = "
            const found = document.evaluate(arguments[0], document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
            const nodes = Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index));
            const fields = nodes.flatMap(node => [node, ...node.querySelectorAll('input, textarea, option')]);
            const texts = [...nodes.map(node => node.innerText), ...fields.map(field => field.value || field.text)];
            return texts.some(text => text?.includes(arguments[1]));
        ";
        let until = Instant::now() + WAIT_TIMEOUT;
        loop {
            let is_shown = self.page.execute(shown, vec![json!(at), json!(words)]).await.unwrap();
            if is_shown.json() == &json!(true) {
                break;
            }
            let page = self.page.find(By::Tag("body")).await.unwrap().text().await.unwrap();
            assert!(Instant::now() < until, "{words} is not at {at}:\n{page}");
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.script(FOUND).await, json!([null, [], 0]), "{words} at {at}");
    }

    /// Adds people with script in their names, and a ticket and a canned reply with it.
    async fn poison(&self) {
        let now = Clock::system().now();
        let admin = self.person(DEWI).await;
        let engine = &self.stage.app.engine;
        for (id, first, last) in [(CUSTOMER, IMAGE, SCRIPT), (AGENT, BOLD, WORD)] {
            self.stage.sandbox.add_user(NewUser {
                id: Some(id),
                first_name: first.into(),
                last_name: Some(last.into()),
                language_code: Some("id".into()),
                ..NewUser::default()
            });
            self.stage.say(id, "/start").await.unwrap();
        }
        let agent = self.person(AGENT).await.id;
        engine.add_agent(Actor::Person(admin.id), agent, &[], now).await.unwrap();
        let department = engine.store().departments().await.unwrap().remove(0);
        let category = department.categories[0].id;
        for edit in
            [DepartmentEdit::Rename(IMAGE.into()), DepartmentEdit::RenameCategory(category, SCRIPT.into())]
        {
            engine.edit_department(&admin, department.id, &edit, now).await.unwrap();
        }
        self.stage.say(DEWI, &format!("/replies {WORD} {IMAGE} {SCRIPT}")).await.unwrap();
        self.stage.say(CITRA, "/offline").await.unwrap();
        self.stage.say(CUSTOMER, &format!("/new {IMAGE} {SCRIPT} javascript:ran=5")).await.unwrap();
        self.stage.press_button(CUSTOMER, "", "✅ Kirim").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn script_on_an_agents_page_is_text() {
    let demo = Demo::open(DESKTOP).await;
    demo.poison().await;
    demo.page.cmd(FirstScript(VIOLATIONS)).await.unwrap();
    demo.open_front_end(BUDI).await;
    for words in [IMAGE, SCRIPT] {
        demo.is_text(&ticket(""), words).await;
    }
    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.is_text("//blockquote", "javascript:ran=5").await;
    demo.is_text("//blockquote", SCRIPT).await;
    // From the customer: words, an album's caption, a file's name.
    demo.stage.say(CUSTOMER, &format!("{SCRIPT}{IMAGE}")).await.unwrap();
    let file = NewMedia {
        file_name: Some(IMAGE.into()),
        caption: Some(BOLD.into()),
        ..NewMedia::new(MediaKind::Document, *b"isi")
    };
    demo.stage.sandbox.send_media(CUSTOMER, file);
    demo.stage.settle().await.unwrap();
    demo.is_text("//li", &format!("{SCRIPT}{IMAGE}")).await;
    demo.is_text("//li", BOLD).await;
    // From the agent: a canned reply, a message, a note, a file with such a name.
    demo.is_text("//form//select", WORD).await;
    demo.click("//form//select/option[2]").await;
    demo.is_text("//form", &format!("{IMAGE} {SCRIPT}")).await;
    demo.fill("//form/textarea", &format!("{BOLD}{SCRIPT}")).await;
    demo.click(&press("//form", "Kirim")).await;
    demo.is_text("//li[contains(@class, 'agent')]", &format!("{BOLD}{SCRIPT}")).await;
    demo.stage.settle().await.unwrap();
    assert!(demo.has(CUSTOMER, &format!("{BOLD}{SCRIPT}")), "the customer reads it as it was typed");
    demo.click("//form//label[.//input[@type='checkbox']]").await;
    demo.fill("//form/textarea", &format!("catatan {IMAGE}")).await;
    demo.click(&press("//form", "Kirim")).await;
    demo.is_text("//li[contains(@class, 'note')]", &format!("catatan {IMAGE}")).await;
    demo.click("//form//label[.//input[@type='checkbox']]").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(IMAGE);
    std::fs::write(&path, "isi").unwrap();
    let input = demo.page.find(By::XPath("//form//input[@type='file']")).await.unwrap();
    input.send_keys(path.to_str().unwrap()).await.unwrap();
    demo.is_text("//form", IMAGE).await;
    demo.click(&press("//form", "Kirim")).await;
    demo.wait_gone(&format!("//form{}", containing(IMAGE))).await;
    demo.click(&press("//main", "Tandai selesai")).await;
    demo.fill("//dialog//textarea", &format!("terakhir {IMAGE}")).await;
    demo.is_text("//dialog", &format!("terakhir {IMAGE}")).await;
    demo.click(&press("//dialog", "✅ Selesai")).await;
    demo.is_text("//li", &format!("terakhir {IMAGE}")).await;
    // In the address.
    for hash in ["#/ticket/%3Cimg%20src=x%20onerror=ran=1%3E", "#login=%3Cimg%3E", "#tgAuthResult=PGltZz4"] {
        demo.page.goto("about:blank").await.unwrap();
        demo.page.goto(format!("http://{}/app/{hash}", demo.stage.app.addr)).await.unwrap();
        demo.wait_displayed("//main//*").await;
        assert_eq!(demo.script(FOUND).await, json!([null, [], 0]), "{hash}");
    }
    // The browser reports the refused requests of the last addresses.
    demo.page.browser_log().await.unwrap();
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn script_on_an_admins_page_is_text() {
    let demo = Demo::open(DESKTOP).await;
    demo.poison().await;
    let (engine, now) = (&demo.stage.app.engine, Clock::system().now());
    demo.page.cmd(FirstScript(VIOLATIONS)).await.unwrap();
    demo.open_front_end(DEWI).await;
    demo.is_text("//tr[@data-agent]//button", &format!("{BOLD} {WORD}")).await;
    // An agent's settings: the alias is typed, the name and the departments are shown.
    demo.click(&press("//tr[@data-agent='Budi']", "Budi")).await;
    demo.is_text("//dialog//fieldset", IMAGE).await;
    demo.fill("//dialog//label[contains(., 'Alias')]/input", IMAGE).await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.wait_toast("Budi disimpan").await;
    demo.click(&press("//tr[@data-agent]", "onclick=ran=3")).await;
    demo.is_text("//dialog//h2", &format!("{BOLD} {WORD}")).await;
    demo.fill("//dialog//input[@type='number']", "1").await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.is_text("//*[@role='status']", &format!("{BOLD} {WORD} disimpan")).await;

    demo.open_view("⏳ Antrian").await;
    demo.click(&press("//*[@role='group']", "Dikerjakan")).await;
    demo.is_text(&ticket(""), &format!("{IMAGE} {SCRIPT}")).await;
    demo.fill(FILTER, IMAGE).await;
    demo.is_text("//select", IMAGE).await;
    demo.click(&press(&ticket(""), "Alihkan")).await;
    demo.is_text("//dialog", BOLD).await;
    demo.click(&press("//dialog", "onclick=ran=3")).await;
    demo.wait_toast("dialihkan").await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    // The audit log renders the tags of its own texts; those in names stay text.
    let audit = "//section[@aria-labelledby='audit']//li";
    demo.is_text(audit, &format!("{IMAGE} {SCRIPT} membuat tiket ini")).await;
    demo.is_text(audit, &format!("dari Budi ke {BOLD} {WORD}")).await;
    demo.click(&format!("({audit}//summary)[1]")).await;
    demo.is_text(&format!("{audit}//ul"), IMAGE).await;
    // The comment of a rating.
    let agent = demo.person(AGENT).await.id;
    let held = engine.store().held_by(agent).await.unwrap().remove(0);
    engine.step(agent, held.id, Step::Complete, None, now).await.unwrap();
    engine.rate(held.customer, (held.id, 0), Stars::new(1).unwrap(), now).await.unwrap();
    engine.comment_on_rating(held.customer, held.id, &format!("{IMAGE}{SCRIPT}"), now).await.unwrap();
    demo.page.refresh().await.unwrap();
    demo.is_text(&format!("//p{}", containing("1 dari 5")), &format!("{IMAGE}{SCRIPT}")).await;

    // What a search finds, and nothing.
    demo.search(IMAGE).await;
    demo.is_text(&ticket(""), &format!("{IMAGE} {SCRIPT}")).await;
    demo.search("<img src=y onerror=ran=9>").await;
    demo.is_text("//main//p", "<img src=y onerror=ran=9>").await;

    // Departments and categories, typed on the page.
    demo.open_view("🏢 Departemen").await;
    let form = "//form[@aria-labelledby='department-add']";
    demo.fill(&format!("{form}//input[1]"), BOLD).await;
    demo.fill(&format!("{form}//input[2]"), WORD).await;
    demo.click(&press(form, "Tambah")).await;
    demo.is_text("//*[@data-department]//h2", BOLD).await;
    demo.is_text("//*[@data-department]//li", WORD).await;
    demo.is_text("//*[@data-department]//h2", IMAGE).await;
    demo.is_text("//*[@data-department]//li", SCRIPT).await;
    demo.click(&press("//*[@data-department]//li", WORD)).await;
    demo.fill("//dialog//input", &format!("{WORD}{IMAGE}")).await;
    demo.click(&press("//dialog", "Simpan")).await;
    demo.is_text("//*[@data-department]//li", &format!("{WORD}{IMAGE}")).await;

    demo.open_view("Statistik").await;
    demo.wait_displayed("(//figure//*[local-name()='svg'])[1]").await;
    demo.is_text("//main", &format!("{BOLD} {WORD}")).await;
    demo.open_view("Pengaturan").await;
    demo.wait_displayed("//*[@data-setting]").await;
    assert_eq!(demo.script(FOUND).await, json!([null, [], 0]));
    // An alert about such a department.
    let admin = demo.person(DEWI).await;
    let department =
        engine.store().departments().await.unwrap().into_iter().find(|one| one.name == IMAGE).unwrap();
    engine.edit_department(&admin, department.id, &DepartmentEdit::SetCritical(true), now).await.unwrap();
    demo.stage.say(BUDI, "/offline").await.unwrap();
    demo.is_text("//*[@role='status']", &format!("Tidak ada agen online di {IMAGE}")).await;
    demo.open_view("🚨 Peringatan").await;
    demo.is_text("//section//li", &format!("Tidak ada agen online di {IMAGE}")).await;
    demo.close().await;
}
