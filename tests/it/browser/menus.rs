//! The menus of the demo page: links that start the bot, closed panes, faults; its first steps and its languages.
use super::{BUDI, CITRA, DESKTOP, DEWI, Demo, PHONE, SARI, button, containing, has_class, pane, received};
use serde_json::json;

/// Returns the entry of the open menu that contains this text.
fn entry(text: &str) -> String {
    format!("//*[@role='menu']//button{}", containing(text))
}

/// Returns the role that a pane shows.
fn role(id: i64, name: &str) -> String {
    format!("{}//*[@data-testid='role'][normalize-space(.)='{name}']", pane(id))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_link_is_opened_as_the_chosen_person() {
    let demo = Demo::open(DESKTOP).await;
    demo.wait_displayed(&role(SARI, "Customer")).await;
    demo.write(DEWI, "/invite").await;
    demo.click(&format!("{}//a[contains(@href, 'start=')]", pane(DEWI))).await;
    // Each person stands there with the role of their menu.
    demo.wait_displayed(&format!("{}{}", entry("Sari"), containing("Customer"))).await;
    demo.wait_displayed(&format!("{}{}", entry("Budi"), containing("Agent"))).await;
    demo.screenshot("open-as").await;
    demo.wait_displayed(&format!("//*[@role='menu']{}", containing("Who opens this link?"))).await;
    demo.click(&entry("Sari")).await;
    demo.wait_displayed(&role(SARI, "Agent")).await;
    assert_eq!(demo.page.windows().await.unwrap().len(), 1, "the link opens no tab");

    // A claim link that somebody pastes works in the same way.
    let claim = "https://t.me/antri_demo_bot?start=claim_unknown";
    demo.write(SARI, claim).await;
    // The bot's answer moves the link once more.
    let answer = format!("/following-sibling::*[{}]", has_class("in"));
    let link = format!("{}//*[@data-message]{}", pane(SARI), containing("claim_unknown"));
    demo.wait_displayed(&format!("{link}{answer}")).await;
    demo.click(&format!("{}//a[contains(@href, 'claim_unknown')]", pane(SARI))).await;
    demo.click(&entry("Citra")).await;
    demo.wait_displayed(&format!(
        "{}//*[contains(@class, 'out')]{}",
        pane(CITRA),
        containing("claim_unknown")
    ))
    .await;
    demo.close().await;
}

/// Presses the last link that starts the bot with the middle button. Returns whether the page took the press over.
const MIDDLE_PRESS: &str = "
    const link = [...document.querySelectorAll(`[data-pane='${arguments[0]}'] a[href*='start=']`)].at(-1);
    return !link.dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true }));
";

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_link_is_opened_as_a_new_person_in_indonesian() {
    let demo = Demo::open_in(PHONE, "id").await;
    demo.click(&format!("//*[@data-tab='{DEWI}']")).await;
    demo.write(DEWI, "/invite").await;
    let link = format!("{}//a[contains(@href, 'start=')]", pane(DEWI));
    demo.wait_displayed(&format!("{link}[@title='Pilih siapa yang membuka tautan ini'][not(@target)]")).await;
    let taken = demo.page.execute(MIDDLE_PRESS, vec![json!(DEWI)]).await.unwrap();
    assert_eq!(*taken.json(), json!(true));
    demo.wait_displayed(&format!("//*[@role='menu']{}", containing("Siapa yang membuka tautan ini?"))).await;
    demo.screenshot("open-as-phone").await;
    demo.click(&entry("Tambah orang")).await;
    let name = demo.wait_displayed("//dialog//input[@name='name']").await;
    name.send_keys("Eka Putri").await.unwrap();
    demo.click("//dialog//button[@type='submit']").await;
    // The page shows the chat of the new person, who is an agent now.
    let eka = "//*[@data-pane][contains(@aria-label, 'Eka Putri, Agen')]";
    demo.wait_displayed(eka).await;
    demo.wait_displayed(&format!("{eka}//*[@data-message]{}", containing("/start join_"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pane_is_reopened_from_the_menu() {
    let demo = Demo::open(DESKTOP).await;
    demo.wait_displayed(&role(CITRA, "Agent")).await;
    demo.click(&format!("{}//*[@aria-label='Menu of Citra']", pane(CITRA))).await;
    demo.click(&entry("Close this pane")).await;
    demo.wait_displayed("//*[@id='closed'][normalize-space(.)='1 closed']").await;
    assert_eq!(demo.displayed_panes().await, [SARI, BUDI, DEWI]);
    demo.click("//*[@id='closed']").await;
    demo.wait_displayed(&format!("{}{}", entry("Citra"), containing("Agent"))).await;
    demo.screenshot("reopen").await;
    demo.click(&entry("Citra")).await;
    demo.wait_displayed(&role(CITRA, "Agent")).await;
    assert_eq!(demo.displayed_panes().await, [SARI, BUDI, CITRA, DEWI]);
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_first_steps_are_in_the_language_of_the_page() {
    let demo = Demo::open_in(DESKTOP, "id").await;
    for (id, name) in [(SARI, "Pelanggan"), (BUDI, "Agen"), (CITRA, "Agen"), (DEWI, "Admin")] {
        demo.wait_displayed(&role(id, name)).await;
        demo.wait_displayed(&format!("//*[@data-pane='{id}'][contains(@aria-label, ', {name}')]")).await;
    }
    demo.wait_displayed(&format!("//*[@id='hint']{}", containing("Pelanggan: tulis kendalanya"))).await;
    demo.screenshot("indonesian").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_are_shown_until_they_are_dismissed() {
    let demo = Demo::open(PHONE).await;
    demo.wait_displayed(&format!("//*[@id='hint']{}", containing("Customer: write what is broken"))).await;
    demo.screenshot("phone-hint").await;
    demo.click("//*[@id='hint-close']").await;
    demo.wait_gone("//*[@id='hint'][not(@hidden)]").await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&role(SARI, "Customer")).await;
    demo.wait_gone("//*[@id='hint'][not(@hidden)]").await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_switched_on_and_off_and_the_desk_copes() {
    let demo = Demo::open(DESKTOP).await;
    let choose = async |text: &str| {
        demo.click("//*[@id='faults']").await;
        demo.click(&entry(text)).await;
    };
    demo.wait_displayed("//*[@id='faults'][@data-fault='']").await;
    choose("The answer to the next message is lost").await;
    demo.wait_displayed("//*[@id='faults'][@data-fault='lost']").await;
    demo.write(SARI, "Modem berkedip merah terus.").await;
    demo.wait_displayed(&button(SARI, "✅ Kirim")).await;
    // Used up: the switch says so by itself.
    demo.wait_displayed("//*[@id='faults'][@data-fault='']").await;

    choose("Telegram is away").await;
    demo.wait_displayed("//*[@id='faults'][@data-fault='away']").await;
    demo.screenshot("fault").await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed("//*[@id='faults'][@data-fault='away']").await;
    demo.click(&button(SARI, "✅ Kirim")).await;
    choose("Telegram works").await;
    demo.wait_displayed("//*[@id='faults'][@data-fault='']").await;
    assert_eq!(demo.stage.sandbox.faults().remaining(), 0);
    demo.wait_displayed(&received(BUDI, "Modem berkedip merah terus.")).await;
    demo.close().await;
}
