//! People who block the bot, and cards that change faster than they can be delivered.
use crate::support::{ADMIN, Desk};
use antri::sandbox::Fault;
use chrono::TimeDelta;

/// Opens a ticket.
async fn open(desk: &Desk, customer: i64, words: &str) {
    desk.say(customer, words).await;
    desk.press(customer, "✅ Kirim").await;
}

async fn desk_with_agent() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk
}

#[tokio::test]
async fn an_agent_who_blocks_the_bot_gets_no_ticket_until_they_unblock_it() {
    let desk = desk_with_agent().await;
    desk.sandbox.set_blocked(2, true);
    desk.settle().await;
    assert!(desk.last(ADMIN).text.contains("Budi memblokir bot ini"), "{}", desk.transcript(ADMIN));
    desk.say(ADMIN, "/workload").await;
    let load = desk.last(ADMIN).text;
    assert!(load.contains("⚪") && !load.contains("🟢"), "an unreachable agent is not shown online: {load}");
    open(&desk, 1, "Internet mati").await;
    assert!(desk.sandbox.chat(2).iter().all(|m| !m.text.contains("Tiket baru")));
    desk.sandbox.set_blocked(2, false);
    desk.settle().await;
    desk.find(2, "Tiket baru ditambahkan");
    let notices = desk.sandbox.chat(ADMIN).iter().filter(|m| m.text.contains("memblokir")).count();
    assert_eq!(notices, 1, "the admin gets one notice");
}

#[tokio::test]
async fn a_forbidden_delivery_marks_the_agent_as_unreachable() {
    let desk = desk_with_agent().await;
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
async fn the_agent_is_notified_that_the_customer_is_unreachable() {
    let desk = desk_with_agent().await;
    open(&desk, 1, "Internet mati").await;
    desk.sandbox.set_blocked(1, true);
    desk.settle().await;
    desk.find(2, "memblokir bot ini, jadi pesan dari bot tidak sampai");
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
async fn a_later_holder_sees_that_the_customer_is_unreachable() {
    const LINE: &str = "⚠️ Pelanggan saat ini tidak dapat dihubungi.";
    let desk = desk_with_agent().await;
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
    let (task, queue) = (desk.find(3, "Internet mati"), desk.find(3, "Antrian Tiket Saya"));
    assert!(task.text.contains("Tiket baru") && task.text.contains(LINE), "{}", desk.chat_story(3));
    assert!(queue.text.contains(LINE), "{}", queue.text);
    // The customer is reachable again: by unblocking the bot, and later by writing.
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
async fn changes_of_a_card_in_a_blocked_chat_are_coalesced_into_one_edit() {
    let desk = desk_with_agent().await;
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
        desk.wait_for_message(customer, "sekarang ditangani oleh Agen 1").await;
    }
    assert_eq!(edits(), before, "the chat is blocked");
    desk.advance(TimeDelta::seconds(60));
    desk.deliver_all().await;
    assert_eq!(edits(), before + 1);
    let shown = desk.sandbox.message(2, card).unwrap().text;
    assert!(shown.contains("(4/5)"), "{shown}");
}

/// Returns a desk whose agent is online in Telegram and silent for the idle timeout, with one that is to be
/// asked at the next sweep.
async fn desk_with_silent_agent() -> Desk {
    let desk = Desk::new().await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk.clock.advance(TimeDelta::minutes(30));
    desk
}

async fn sweep(desk: &Desk) -> antri::engine::sweep::SweepReport {
    desk.app().engine.sweep(desk.now()).await.unwrap()
}

#[tokio::test]
async fn an_agent_whose_question_is_not_delivered_stays_online() {
    for fault in [Fault::ServerError(502), Fault::TooManyRequests { retry_after: 1_200 }] {
        let desk = desk_with_silent_agent().await;
        desk.fault("sendMessage", Some(2), u32::MAX, fault.clone());
        assert_eq!(sweep(&desk).await.asked, 1);
        desk.until("an attempt", async || desk.next_delivery_at().await.is_some()).await;
        for _ in 0..4 {
            desk.clock.advance(TimeDelta::minutes(5));
            assert_eq!(sweep(&desk).await.taken_offline, 0, "{fault:?}: nobody was asked");
        }
        desk.sandbox.faults().clear();
        desk.app().engine.wake_outbox();
        desk.deliver_all().await;
        assert_eq!(desk.count(2, "Masih online?"), 1);
        assert_eq!(desk.pass(TimeDelta::seconds(299)).await.taken_offline, 0, "{fault:?}");
        assert_eq!(desk.pass(TimeDelta::seconds(1)).await.taken_offline, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_unreachable_telegram_takes_nobody_offline() {
    let desk = desk_with_silent_agent().await;
    desk.cut_off();
    assert_eq!(sweep(&desk).await.asked, 1);
    for _ in 0..6 {
        desk.clock.advance(TimeDelta::minutes(15));
        assert_eq!(sweep(&desk).await.taken_offline, 0);
    }
    desk.reconnect().await;
    desk.deliver_all().await;
    assert_eq!(desk.count(2, "Masih online?"), 1, "however long it took");
    desk.press(2, "masih online").await;
    assert_eq!(desk.pass(TimeDelta::minutes(29)).await, antri::engine::sweep::SweepReport::default());
}

#[tokio::test]
async fn an_agent_who_was_active_before_the_question_arrived_is_not_asked() {
    let desk = desk_with_silent_agent().await;
    desk.fault("sendMessage", Some(2), 1, Fault::TooManyRequests { retry_after: 60 });
    assert_eq!(sweep(&desk).await.asked, 1);
    desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
    let person = desk.person_by_telegram_id(2).await;
    desk.app().engine.on_activity(&person, desk.now()).await.unwrap();
    desk.deliver_all().await;
    assert_eq!(desk.count(2, "Masih online?"), 0);
}
