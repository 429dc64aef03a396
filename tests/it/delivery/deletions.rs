//! Deletions of cards that Telegram refuses for a while (429): each is made later, and nothing else is lost.
use crate::support::Desk;
use antri::sandbox::Fault;
use chrono::TimeDelta;

const SARI: i64 = 1;
const BUDI: i64 = 2;
const TONO: i64 = 3;

/// Returns a desk with a waiting ticket and an agent who is offline.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.person(SARI, "Sari", "id").await;
    desk.person(TONO, "Tono", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.ticket(SARI, "printer rusak").await;
    desk
}

/// Nothing was given up, and no delivery has an unknown outcome.
async fn check_counters(desk: &Desk) {
    let counters = desk.counters().await;
    assert_eq!((counters.repeats, counters.unknown, counters.dropped), (0, 0, 0));
}

#[tokio::test]
async fn the_card_of_a_waiting_ticket_is_deleted_after_the_wait_and_the_next_one_follows() {
    let desk = desk().await;
    let waiting = desk.find(SARI, "Posisi antrian: #1").message_id;
    desk.fault("deleteMessage", Some(SARI), 1, Fault::TooManyRequests { retry_after: 30 });
    let due = desk.now() + TimeDelta::seconds(30);
    desk.sandbox.send_text(BUDI, "/online");
    desk.wait_for_message(BUDI, "printer rusak").await;
    desk.until("the wait", async || desk.next_delivery_at().await == Some(due)).await;
    desk.enqueue_text(SARI, "kabar").await;
    // Other chats go on.
    desk.enqueue_text(TONO, "lain").await;
    desk.wait_for_message(TONO, "lain").await;
    desk.advance(TimeDelta::milliseconds(29_999));
    desk.enqueue_text(TONO, "lagi").await;
    desk.wait_for_message(TONO, "lagi").await;
    assert_eq!(desk.calls("deleteMessage", SARI).len(), 1, "one millisecond too early");
    assert!(!desk.has(SARI, "sekarang ditangani") && !desk.has(SARI, "kabar"));
    desk.advance(TimeDelta::milliseconds(1));
    desk.wait_for_message(SARI, "kabar").await;
    desk.deliver_all().await;
    let calls = desk.calls("deleteMessage", SARI);
    assert!(calls.iter().all(|call| call.params["message_id"] == waiting), "{calls:?}");
    assert_eq!(calls.iter().map(|call| call.error.is_none()).collect::<Vec<_>>(), [false, true]);
    assert!(desk.sandbox.message(SARI, waiting).unwrap().deleted);
    let (assigned, words) = (desk.find(SARI, "sekarang ditangani"), desk.find(SARI, "kabar"));
    assert!(assigned.message_id < words.message_id, "the order of the chat: {}", desk.transcript(SARI));
    assert_eq!((desk.count(SARI, "sekarang ditangani"), desk.count(SARI, "kabar")), (1, 1));
    check_counters(&desk).await;
}

#[tokio::test]
async fn a_card_that_was_asked_for_does_not_wait_and_the_earlier_one_loses_its_buttons_later() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    desk.say(SARI, "/mytickets").await;
    let number = desk.find(BUDI, "INC").text;
    let number = number.split_whitespace().find(|word| word.starts_with("INC")).unwrap().to_owned();
    for (chat, command, button) in
        [(BUDI, format!("/ticket {number}"), "Selesai"), (SARI, "/mytickets".to_owned(), "Batal 1")]
    {
        let earlier = desk.button(chat, button).0;
        // The edit that follows is refused too, as Telegram would while the wait is not over.
        for method in ["deleteMessage", "editMessageText"] {
            desk.fault(method, Some(chat), 1, Fault::TooManyRequests { retry_after: 30 });
        }
        let asked_at = desk.now();
        desk.sandbox.send_text(chat, &command);
        desk.until("the new card", async || desk.button(chat, button).0 > earlier).await;
        desk.until("both refusals", async || desk.sandbox.faults().remaining() == 0).await;
        desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
        assert_eq!(desk.next_delivery_at().await, Some(asked_at + TimeDelta::seconds(30)));
        desk.enqueue_text(chat, "kabar").await;
        desk.wait_for_message(chat, "kabar").await;
        assert_eq!(desk.now(), asked_at, "nothing else waits");
        desk.deliver_all().await;
        let shown = desk.shown(chat, earlier);
        assert!(!shown.contains('['), "{command}: {shown}");
        let live = desk.button(chat, button).0;
        assert!(!desk.sandbox.message(chat, live).unwrap().deleted && live > earlier);
        // The new card is the live one: the next copy takes its place.
        desk.say(chat, &command).await;
        assert!(desk.sandbox.message(chat, live).unwrap().deleted, "{}", desk.transcript(chat));
    }
    check_counters(&desk).await;
}

#[tokio::test]
async fn a_card_too_old_to_be_deleted_loses_its_buttons_although_its_edit_must_wait() {
    let desk = desk().await;
    desk.say(BUDI, "/online").await;
    for (chat, command, button) in [(BUDI, "/myqueue", "Segarkan"), (SARI, "/mytickets", "Batal 1")] {
        desk.say(chat, command).await;
        let earlier = desk.button(chat, button).0;
        let old = Fault::BadRequest("message can't be deleted for everyone".into());
        desk.fault("deleteMessage", Some(chat), 1, old);
        // At once, and again before the wait is over.
        desk.fault("editMessageText", Some(chat), 2, Fault::TooManyRequests { retry_after: 30 });
        let asked_at = desk.now();
        desk.sandbox.send_text(chat, command);
        desk.until("the new card", async || desk.button(chat, button).0 > earlier).await;
        desk.until("the refusals", async || desk.sandbox.faults().remaining() == 0).await;
        desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
        assert_eq!(desk.next_delivery_at().await, Some(asked_at + TimeDelta::seconds(30)));
        assert!(desk.shown(chat, earlier).contains('['), "{command}: it waits");
        desk.deliver_all().await;
        let shown = desk.shown(chat, earlier);
        assert!(!shown.contains('['), "{command}: {shown}");
        assert!(desk.button(chat, button).0 > earlier, "{}", desk.transcript(chat));
    }
    check_counters(&desk).await;
}

#[tokio::test]
async fn a_card_that_its_reader_deletes_while_its_edit_waits_brings_no_other_message() {
    for (language, button) in [("id", "Segarkan"), ("en", "Refresh")] {
        let desk = desk().await;
        desk.say(BUDI, &format!("/language {language}")).await;
        desk.say(BUDI, "/online").await;
        desk.say(BUDI, "/myqueue").await;
        let earlier = desk.button(BUDI, button).0;
        desk.fault("deleteMessage", Some(BUDI), 1, Fault::TooManyRequests { retry_after: 30 });
        desk.fault("editMessageText", Some(BUDI), 1, Fault::TooManyRequests { retry_after: 30 });
        desk.sandbox.send_text(BUDI, "/myqueue");
        desk.until("the new list", async || desk.button(BUDI, button).0 > earlier).await;
        desk.until("both refusals", async || desk.sandbox.faults().remaining() == 0).await;
        desk.until("the wait", async || desk.next_delivery_at().await.is_some()).await;
        let before = desk.sandbox.chat(BUDI).len();
        let gone = Fault::BadRequest("message to edit not found".into());
        desk.fault("editMessageText", Some(BUDI), 1, gone);
        desk.deliver_all().await;
        assert_eq!(desk.sandbox.faults().remaining(), 0, "the edit was made");
        assert_eq!(desk.sandbox.chat(BUDI).len(), before, "{}", desk.transcript(BUDI));
        check_counters(&desk).await;
    }
}

#[tokio::test]
async fn a_draft_whose_preview_is_gone_is_dropped_with_one_answer() {
    for (language, dropped) in [("id", "Tiket tidak jadi dikirim"), ("en", "The ticket was not sent")] {
        let desk = desk().await;
        desk.say(TONO, &format!("/language {language}")).await;
        desk.say(TONO, "/new printer").await;
        let gone = Fault::BadRequest("message to edit not found".into());
        desk.fault("editMessageText", Some(TONO), 1, gone);
        desk.say(TONO, "/cancel").await;
        assert_eq!(desk.sandbox.faults().remaining(), 0, "the edit was made");
        assert_eq!(desk.count(TONO, dropped), 1, "{}", desk.transcript(TONO));
    }
}
