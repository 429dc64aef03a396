//! People who block the bot, and cards that change faster than they can be delivered.
use crate::support::{ADMIN, Desk};
use antri::sandbox::Fault;
use chrono::TimeDelta;

/// Opens a ticket.
async fn open(desk: &Desk, customer: i64, words: &str) {
    desk.say(customer, words).await;
    desk.press(customer, "✅ Kirim").await;
}

async fn office() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk
}

#[tokio::test]
async fn a_blocked_agent_gets_no_more_until_they_are_back() {
    let desk = office().await;
    desk.sandbox.set_blocked(2, true);
    desk.settle().await;
    assert!(desk.last(ADMIN).text.contains("Budi memblokir bot ini"), "{}", desk.transcript(ADMIN));
    desk.say(ADMIN, "/workload").await;
    let load = desk.last(ADMIN).text;
    assert!(load.contains("⚪") && !load.contains("🟢"), "whoever gets nothing is not shown online: {load}");
    open(&desk, 1, "Internet mati").await;
    assert!(desk.sandbox.chat(2).iter().all(|m| !m.text.contains("Tiket baru")));
    desk.sandbox.set_blocked(2, false);
    desk.settle().await;
    desk.find(2, "Tiket baru ditambahkan");
    let told = desk.sandbox.chat(ADMIN).iter().filter(|m| m.text.contains("memblokir")).count();
    assert_eq!(told, 1, "the admins are told once");
}

#[tokio::test]
async fn a_refused_delivery_says_as_much_as_a_block() {
    let desk = office().await;
    desk.fault("sendMessage", Some(2), 1, Fault::Forbidden);
    desk.enqueue_text(2, "halo").await;
    desk.settle().await;
    assert!(desk.last(ADMIN).text.contains("Budi memblokir bot ini"), "{}", desk.transcript(ADMIN));
    open(&desk, 1, "Internet mati").await;
    assert!(desk.sandbox.chat(2).iter().all(|m| !m.text.contains("Tiket baru")));
    desk.say(2, "/status").await;
    desk.find(2, "Tiket baru ditambahkan");
}

#[tokio::test]
async fn the_agent_is_told_that_a_customer_can_no_longer_be_reached() {
    let desk = office().await;
    open(&desk, 1, "Internet mati").await;
    desk.sandbox.set_blocked(1, true);
    desk.settle().await;
    desk.find(2, "memblokir bot ini, jadi kabar kita tidak sampai");
    let card = || desk.sandbox.chat(2).into_iter().find(|m| m.button("✅ Selesai").is_some()).unwrap().text;
    let line = "⚠️ Pelanggan saat ini tidak dapat dihubungi";
    assert!(card().contains(line), "{}", card());
    desk.sandbox.set_blocked(1, false);
    desk.settle().await;
    assert!(!card().contains(line), "{}", card());
    desk.sandbox.set_blocked(1, true);
    desk.settle().await;
    desk.press(2, "▶️ Buka").await;
    assert!(card().contains(line), "{}", card());
    desk.press(2, "✅ Selesai").await;
    assert_eq!(desk.app().engine.store().pending_deliveries().await, Ok(0));
}

#[tokio::test]
async fn who_gets_a_ticket_later_is_told_that_its_customer_can_not_be_reached() {
    const LINE: &str = "⚠️ Pelanggan saat ini tidak dapat dihubungi.";
    let desk = office().await;
    open(&desk, 1, "Internet mati").await;
    desk.sandbox.set_blocked(1, true);
    desk.settle().await;
    assert!(desk.find(2, "Internet mati").text.contains(LINE), "{}", desk.chat_story(2));
    desk.agent(3, "Citra").await;
    desk.say(3, "/online").await;
    desk.say(3, "/myqueue").await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Citra").await;
    let (told, queue) = (desk.find(3, "Internet mati"), desk.find(3, "Antrian Tiket Saya"));
    assert!(told.text.contains("Tiket baru") && told.text.contains(LINE), "{}", desk.chat_story(3));
    assert!(queue.text.contains(LINE), "{}", queue.text);
    // They are back: by unblocking, and, blocked once more, by writing.
    for back in [true, false] {
        if back {
            desk.sandbox.set_blocked(1, false);
        } else {
            desk.sandbox.set_blocked(1, true);
            desk.settle().await;
            assert!(desk.has(3, LINE), "{}", desk.chat_story(3));
            desk.sandbox.set_blocked(1, false);
            desk.say(1, "/start").await;
        }
        desk.settle().await;
        assert!(!desk.has(3, LINE), "{}", desk.chat_story(3));
    }
}

#[tokio::test]
async fn a_card_that_changed_many_times_while_it_was_held_up_is_edited_once() {
    let desk = office().await;
    for customer in 11..=14 {
        desk.person(customer, &format!("Orang{customer}"), "id").await;
    }
    desk.say(2, "/myqueue").await;
    let card = desk.last(2).message_id;
    let edits = || {
        let edits = desk.calls("editMessageText", 2);
        edits.iter().filter(|r| r.params["message_id"] == card).count()
    };
    desk.fault("sendMessage", Some(2), 1, Fault::TooManyRequests { retry_after: 60 });
    desk.enqueue_text(2, "halo").await;
    desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
    let before = edits();
    for customer in 11..=14 {
        desk.sandbox.send_text(customer, "Internet mati");
        let send = desk.sandbox.wait_for("a preview", crate::support::WAIT_TIMEOUT, |s| {
            let last = s.chat(customer).pop()?;
            Some((last.message_id, last.button("✅ Kirim")?.to_owned()))
        });
        let (message, data) = send.await;
        desk.sandbox.press(customer, message, &data);
        desk.wait_for_message(customer, "sekarang ditangani oleh Budi").await;
    }
    assert_eq!(edits(), before, "the chat is held up");
    desk.advance(TimeDelta::seconds(60));
    desk.deliver_all().await;
    assert_eq!(edits(), before + 1);
    let shown = desk.sandbox.message(2, card).unwrap().text;
    assert!(shown.contains("(4/5)"), "{shown}");
}
