//! The calls that one ticket costs, from the customer's first words to its completion.
use super::{BUDI, SARI, with_agent};

#[tokio::test]
async fn probe() {
    let desk = with_agent().await;
    desk.deliver_all().await;
    let before = desk.sandbox.requests().len();
    desk.say(SARI, "printer rusak").await;
    desk.press(SARI, "Kirim").await;
    desk.press(BUDI, "Buka").await;
    desk.press(BUDI, "Selesai").await;
    desk.deliver_all().await;
    for r in desk.sandbox.requests().iter().skip(before) {
        let text = r.params["text"].as_str().unwrap_or_default();
        println!("{} {} {} {:.90}", r.method, r.params["chat_id"], r.params["message_id"], text.replace('\n', " | "));
    }
    panic!("{}\n\n{}", desk.transcript(SARI), desk.transcript(BUDI));
}
