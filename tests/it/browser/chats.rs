//! A conversation on the page: replies, reactions, edits, the pinned card, and topics.
use super::driver::TimeZone;
use super::{DESKTOP, Demo, button, containing, has_class, pane, received};
use crate::support::WAIT_TIMEOUT;
use antri::cli::demo::stage::{BUDI, DEWI, SARI};
use antri::sandbox::Sandbox;
use chrono::DateTime;

fn sent(id: i64, text: &str) -> String {
    format!("{}//*[@data-message][{}]{}", pane(id), has_class("out"), containing(text))
}

impl Demo {
    /// Chooses an entry in the menu of a message.
    async fn choose(&self, message: &str, entry: &str) {
        self.click(&format!("{message}//*[@data-more]")).await;
        self.click(&format!("//*[@role='menuitem']{}", containing(entry))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_replies_reactions_edits_and_a_pinned_card() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Internet mati sejak pagi.").await;
    demo.wait_displayed(&received(BUDI, "Internet mati sejak pagi.")).await;
    demo.click(&button(BUDI, "▶️ Buka")).await;
    demo.write(SARI, "Lampu modemnya merah.").await;
    let question = received(BUDI, "Lampu modemnya merah.");
    demo.wait_displayed(&question).await;

    demo.choose(&question, "Reply").await;
    demo.write(BUDI, "Sejak kapan merah?").await;
    let answer = sent(BUDI, "Sejak kapan merah?");
    demo.wait_displayed(&format!("{answer}//*[@data-goto]{}", containing("Lampu modemnya"))).await;
    demo.wait_displayed(&format!("{answer}//*[{}]", has_class("reaction"))).await;
    // The customer's message of which it is the counterpart.
    let answered = received(SARI, "Sejak kapan merah?");
    demo.wait_displayed(&format!("{answered}//*[@data-goto]{}", containing("Lampu modemnya"))).await;

    demo.choose(&answered, "React with ❤").await;
    demo.wait_displayed(&format!("{answer}//*[{}]{}", has_class("reaction"), containing("❤"))).await;
    demo.choose(&answered, "Remove ❤").await;
    demo.wait_displayed(&format!("{answer}//*[{}]{}", has_class("reaction"), containing("👍"))).await;

    demo.choose(&sent(SARI, "Lampu modemnya merah."), "Edit").await;
    demo.write(SARI, " Sekarang mati.").await;
    demo.wait_displayed(&received(BUDI, "Lampu modemnya merah. Sekarang mati.")).await;
    demo.screenshot("conversation").await;

    // With a second ticket, the agent's pinned card says to whom they write. The other agent gets the one between.
    demo.ticket("Tagihan dua kali.").await;
    demo.ticket("Modem panas.").await;
    demo.wait_displayed(&received(BUDI, "Modem panas.")).await;
    demo.click(&button(BUDI, "▶️ Buka")).await;
    demo.wait_displayed(&format!("{}//*[@data-testid='pinned']{}", pane(BUDI), containing("Sari"))).await;
    demo.screenshot("pinned").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chats_have_the_clock_of_the_desk_wherever_the_browser_is() {
    let demo = Demo::open(DESKTOP).await;
    demo.page.cmd(TimeZone("America/New_York")).await.unwrap();
    demo.page.refresh().await.unwrap();
    demo.ticket("Internet mati sejak pagi.").await;
    let chat = demo.stage.sandbox.chat(SARI);
    let message = chat.iter().find(|message| message.text.contains("sejak pagi")).unwrap();
    let at = DateTime::from_timestamp(message.date, 0).unwrap().with_timezone(&chrono_tz::Asia::Jakarta);
    let clock = containing(&at.format("%H:%M").to_string());
    demo.wait_displayed(&format!("{}{clock}", sent(SARI, "Internet mati sejak pagi."))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_ticket_is_a_topic_of_the_agents_chat() {
    let demo = Demo::open(DESKTOP).await;
    demo.click("//*[@id='topics']").await;
    demo.wait_displayed("//*[@id='topics'][@aria-pressed='true']").await;
    // The desk sees it in the answer to its next question.
    let sandbox = &demo.stage.sandbox;
    let questions = || sandbox.requests().iter().filter(|request| request.method == "getMe").count();
    let asked = questions();
    let again = |_: &Sandbox| (questions() > asked + 1).then_some(());
    sandbox.wait_for("the topics to be detected", WAIT_TIMEOUT, again).await;
    demo.ticket("Internet mati sejak pagi.").await;
    demo.click(&format!("{}//*[@data-topic]{}", pane(BUDI), containing("Sari"))).await;
    demo.wait_displayed(&received(BUDI, "Internet mati sejak pagi.")).await;
    demo.write(BUDI, "Kami periksa sekarang.").await;
    demo.wait_displayed(&received(SARI, "Kami periksa sekarang.")).await;
    demo.screenshot("topics").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sends_a_canned_reply_by_the_name_of_the_bot() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Internet mati sejak pagi.").await;
    demo.wait_displayed(&received(BUDI, "Internet mati sejak pagi.")).await;
    for reply in ["/replies halo Halo {name}, saya periksa dulu.", "/replies restart Mohon modem dimatikan."]
    {
        demo.write(DEWI, reply).await;
    }
    demo.wait_displayed(&received(DEWI, "restart")).await;
    let option = |word: &str| format!("{}//*[@data-inline-option='{word}']", pane(BUDI));
    demo.type_text(BUDI, "@antri_demo_bot ").await;
    demo.wait_displayed(&format!("{}{}", option("restart"), containing("Mohon modem dimatikan."))).await;
    demo.wait_displayed(&option("halo")).await;
    demo.screenshot("inline").await;
    demo.type_text(BUDI, "hal").await;
    demo.wait_gone(&option("restart")).await;
    demo.click(&option("halo")).await;
    demo.wait_displayed(&received(SARI, "Halo Sari, saya periksa dulu.")).await;
    demo.wait_gone(&option("halo")).await;

    // Words that find nothing, and a customer, who has no replies.
    let hint = |id: i64| format!("{}//*[{}]{}", pane(id), has_class("hint"), containing("no results"));
    demo.type_text(BUDI, "@antri_demo_bot nihil").await;
    demo.wait_displayed(&hint(BUDI)).await;
    demo.type_text(SARI, "@antri_demo_bot halo").await;
    demo.wait_displayed(&hint(SARI)).await;
    demo.close().await;
}
