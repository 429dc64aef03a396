//! Tickets that an agent lost: who gets them next, and when they return to a former holder.
use crate::conversation::{BUDI, CITRA, SARI, five_tickets, numbers, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::ticket::RETURN_DELAY;
use chrono::TimeDelta;

const NEW: &str = "Tiket baru ditambahkan";

/// Puts a ticket back into the queue, as the admin.
async fn requeue(desk: &Desk, number: &str) {
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    desk.press(ADMIN, "Kembalikan ke antrian").await;
}

#[tokio::test]
async fn a_ticket_put_back_returns_to_its_only_agent_after_a_delay_and_the_admin_is_informed() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    let (first_card, _) = desk.button(BUDI, "Buka");
    requeue(&desk, &number).await;
    let answer = desk.find(ADMIN, "kembali ke antrian").text;
    assert!(answer.contains("1 menit lagi tiket ini kembali kepada Budi"), "{answer}");
    assert_eq!(desk.count(BUDI, NEW), 0, "the only card was for the first time: {}", desk.chat_story(BUDI));
    assert!(desk.find(SARI, "kembali ke antrian").text.contains("#1"), "{}", desk.chat_story(SARI));
    assert_eq!(desk.count(SARI, "#0"), 0);
    // The round of another ticket sets the timer of the assigner anew. Afterwards only the timer brings the
    // first one back, without a sweep or another event.
    desk.clock.advance(RETURN_DELAY - TimeDelta::milliseconds(20));
    desk.ticket(SARI, "yang lain").await;
    assert_eq!(desk.count(BUDI, NEW), 1);
    desk.clock.advance(TimeDelta::milliseconds(20));
    desk.wait_for_message(BUDI, "2/5 tiket aktif").await;
    desk.settle().await;
    let (card, _) = desk.button(BUDI, "Buka");
    assert!(card > first_card);
    assert!(desk.shown(BUDI, card).contains("Posisi antrian: #2"), "{}", desk.shown(BUDI, card));
    let is_first = |message: &antri::sandbox::ChatMessage| message.message_id == first_card;
    assert!(!desk.sandbox.chat(BUDI).iter().any(is_first), "{}", desk.chat_story(BUDI));
    assert!(desk.has(ADMIN, "kembali kepada Budi, karena tidak ada agen lain"), "{}", desk.transcript(ADMIN));
    desk.press(BUDI, "Buka").await;
    assert_eq!(desk.toast(BUDI), "▶️ Tiket dibuka");
}

#[tokio::test]
async fn a_ticket_put_back_goes_to_another_agent_at_once() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.ticket(SARI, "yang lain").await;
    // By the rotation it is Budi's turn again.
    let number = numbers(&desk).await.remove(0);
    requeue(&desk, &number).await;
    desk.find(CITRA, "printer rusak");
    assert_eq!(desk.count(BUDI, NEW), 0, "{}", desk.chat_story(BUDI));
    assert!(!desk.has(ADMIN, "menit lagi tiket ini kembali"), "{}", desk.transcript(ADMIN));
    // Taken from Citra too, it waits, although both have free slots.
    requeue(&desk, &number).await;
    let held = desk.app().engine.store().all_held().await.unwrap();
    assert_eq!(held.len(), 1, "{}", desk.chat_story(ADMIN));
    desk.agent(13, "Eka").await;
    desk.say(13, "/online").await;
    desk.find(13, "printer rusak");
}

#[tokio::test]
async fn tickets_that_wait_for_their_return_do_not_block_others() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    for number in numbers(&desk).await {
        requeue(&desk, &number).await;
    }
    assert_eq!(desk.app().engine.store().all_held().await.unwrap().len(), 0);
    desk.ticket(SARI, "kendala 6").await;
    desk.find(BUDI, "kendala 6");
    // After a restart they still wait, and then return in the order of the queue, as many as fit.
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    assert_eq!(desk.app().engine.store().all_held().await.unwrap().len(), 1);
    desk.clock.advance(RETURN_DELAY);
    desk.app().engine.wake_assigner();
    desk.wait_for_message(BUDI, "4/5 tiket aktif").await;
    desk.wait_for_message(BUDI, "5/5 tiket aktif").await;
    desk.settle().await;
    let waiting = desk.app().engine.store().depths().await.unwrap().into_values().sum::<u64>();
    assert_eq!(waiting, 1, "only the fifth has no room");
    desk.find(BUDI, "kendala 4");
}

#[tokio::test]
async fn a_refresh_keeps_the_heading_of_a_card_that_was_not_opened() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let (card, _) = desk.button(BUDI, "Buka");
    let before = desk.shown(BUDI, card);
    desk.sandbox.set_blocked(SARI, true);
    desk.settle().await;
    let unreachable = desk.shown(BUDI, card);
    assert!(unreachable.contains("tidak dapat dihubungi"), "{unreachable}");
    assert!(unreachable.contains(NEW) && unreachable.contains("1/5"), "{unreachable}");
    desk.sandbox.set_blocked(SARI, false);
    desk.settle().await;
    assert_eq!(desk.shown(BUDI, card), before);
    desk.press(BUDI, "Buka").await;
    assert!(!desk.shown(BUDI, card).contains(NEW), "{}", desk.shown(BUDI, card));
}

#[tokio::test]
async fn an_agent_who_is_asked_whether_they_are_online_is_chosen_last() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.pass(TimeDelta::minutes(29)).await;
    desk.say(CITRA, "/status").await;
    assert_eq!(desk.pass(TimeDelta::minutes(1)).await.asked, 1);
    desk.find(BUDI, "Masih online?");
    for n in 1..=5 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
        desk.find(CITRA, &format!("kendala {n}"));
    }
    // Citra is full. A ticket does not wait for the answer.
    desk.ticket(SARI, "kendala 6").await;
    desk.find(BUDI, "kendala 6");
}

#[tokio::test]
async fn an_agent_who_answers_is_chosen_in_their_order_again() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.pass(TimeDelta::minutes(29)).await;
    desk.say(CITRA, "/status").await;
    desk.pass(TimeDelta::minutes(1)).await;
    desk.press(BUDI, "Ya, masih online").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.find(BUDI, "kendala 1");
}

#[tokio::test]
async fn an_agents_own_ticket_goes_to_another_agent_if_there_is_one() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    for n in 1..=2 {
        desk.say(BUDI, &format!("/new kendala {n}")).await;
        desk.press(BUDI, "Kirim").await;
        desk.find(CITRA, &format!("kendala {n}"));
    }
    desk.say(CITRA, "/busy").await;
    desk.say(BUDI, "/new kendala 3").await;
    desk.press(BUDI, "Kirim").await;
    let held = desk.app().engine.store().all_held().await.unwrap();
    assert_eq!(held.iter().filter(|ticket| ticket.holder() == Some(ticket.customer)).count(), 1);
}

#[tokio::test]
async fn the_cards_of_all_former_holders_say_who_has_the_ticket_now() {
    const EKA: i64 = 13;
    for by_admin in [false, true] {
        let desk = with_agent().await;
        desk.ticket(SARI, "printer rusak").await;
        let number = numbers(&desk).await.remove(0);
        desk.agent(CITRA, "Citra").await;
        desk.say(CITRA, "/online").await;
        requeue(&desk, &number).await;
        let with = |name: &str| format!("Tiket ini sekarang ditangani oleh {name}");
        assert_eq!(desk.count(BUDI, &with("Citra")), 1, "{}", desk.chat_story(BUDI));
        desk.agent(EKA, "Eka").await;
        if by_admin {
            desk.say(EKA, "/online").await;
            desk.say(ADMIN, &format!("/reassign {number} Eka")).await;
        } else {
            requeue(&desk, &number).await;
            desk.say(EKA, "/online").await;
        }
        desk.find(EKA, "printer rusak");
        for former in [BUDI, CITRA] {
            assert_eq!(desk.count(former, &with("Eka")), 1, "{by_admin}: {}", desk.chat_story(former));
        }
    }
}
