//! Several files of a person on the page, which go as one album.
use super::{DESKTOP, Demo, containing, has_class, pane, received};
use crate::support::WAIT_TIMEOUT;
use antri::cli::demo::stage::{BUDI, SARI};
use antri::sandbox::{ChatMessage, Sandbox};
use serde_json::json;

/// Keeps the page's next file input, which a browser without a person cannot fill.
const CATCH_PICKER: &str = "HTMLInputElement.prototype.click = function () { window.picker = this; };";
/// Chooses small pictures with these names in the input.
const CHOOSE: &str = "
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const bytes = Uint8Array.from(atob(pixel), byte => byte.charCodeAt(0));
    const chosen = new DataTransfer();
    for (const name of NAMES) chosen.items.add(new File([bytes], name, { type: 'image/png' }));
    picker.files = chosen.files;
    picker.dispatchEvent(new Event('change'));
    return picker.multiple;
";

impl Demo {
    /// Chooses pictures with these names as a person does in the menu 📎.
    async fn choose_pictures(&self, id: i64, names: &[&str]) {
        self.click(&format!("{}//*[@data-testid='attach']", pane(id))).await;
        self.click(&format!("//*[@role='menuitem']{}", containing("Photo or video"))).await;
        let script = CHOOSE.replace("NAMES", &json!(names).to_string());
        assert_eq!(self.script(&script).await, json!(true), "several files can be chosen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_chosen_files_are_sent_as_one_album() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Internet mati sejak pagi.").await;
    demo.wait_displayed(&received(BUDI, "Internet mati sejak pagi.")).await;
    demo.script(CATCH_PICKER).await;
    demo.choose_pictures(SARI, &["modem.png", "kabel.png"]).await;
    // A second choice adds to the first.
    demo.choose_pictures(SARI, &["salah.png"]).await;
    let staged = |name: &str| {
        format!("{}//*[@data-testid='staged']/*[{}]{}", pane(SARI), has_class("staged"), containing(name))
    };
    for name in ["modem.png", "kabel.png", "salah.png"] {
        demo.wait_displayed(&staged(name)).await;
    }
    demo.screenshot("staged").await;
    demo.click(&format!("{}//button", staged("salah.png"))).await;
    demo.wait_gone(&staged("salah.png")).await;
    demo.write(SARI, "Lampunya merah.").await;

    let parts = |sandbox: &Sandbox, id| -> Vec<ChatMessage> {
        sandbox.chat(id).into_iter().filter(|message| message.media_group_id.is_some()).collect()
    };
    for id in [SARI, BUDI] {
        let album = |sandbox: &Sandbox| Some(parts(sandbox, id)).filter(|parts| parts.len() == 2);
        let album = demo.stage.sandbox.wait_for("the album", WAIT_TIMEOUT, album).await;
        assert_eq!(album[0].media_group_id, album[1].media_group_id);
        assert!(album[0].text.contains("Lampunya merah.") && album[1].text.is_empty(), "{album:?}");
    }
    demo.wait_gone(&staged("modem.png")).await;
    demo.close().await;
}
