//! Agents who block the bot or delete their account: their tickets go on, and the admins are informed.
use crate::support::{ADMIN, Desk};
use antri::domain::policy::OfflineBehaviour;
use antri::engine::ports::{Change, Write};
use antri::sandbox::Fault;
use chrono::TimeDelta;

/// Returns a desk with two customers and an agent who is online.
async fn desk_with_agent() -> Desk {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.person(5, "Tono", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk
}

#[tokio::test]
async fn a_ticket_whose_notice_is_refused_returns_to_the_queue_at_its_place() {
    let desk = desk_with_agent().await;
    desk.fault("sendMessage", Some(2), 1, Fault::Forbidden);
    desk.ticket(1, "Internet mati").await;
    desk.ticket(5, "datang kemudian").await;
    assert!(desk.find(1, "kembali ke antrian").text.contains("#1"), "{}", desk.transcript(1));
    let notice = desk.find(ADMIN, "Budi memblokir bot ini").text;
    assert!(notice.contains("1 tiket kembali ke antrian"), "{notice}");
    desk.agent(3, "Citra").await;
    desk.say(3, "/online").await;
    assert!(desk.find(3, "Internet mati").text.contains("#1"), "{}", desk.chat_story(3));
    assert!(desk.find(3, "datang kemudian").text.contains("#2"), "{}", desk.chat_story(3));
    desk.find(1, "sekarang ditangani oleh Agen 2");
    assert_eq!(desk.app().engine.store().pending_deliveries().await, Ok(0));
}

#[tokio::test]
async fn another_agent_gets_the_unopened_tickets_of_one_who_blocks_the_bot() {
    for (behaviour, kept, words) in [
        (OfflineBehaviour::Keep, 1, "1 tiket tetap di antriannya"),
        (OfflineBehaviour::ReassignWaiting, 1, "1 tiket tetap di antriannya"),
        (OfflineBehaviour::ReassignAll, 0, "2 tiket kembali ke antrian"),
    ] {
        let desk = desk_with_agent().await;
        desk.change_settings(|s| s.offline_behaviour = behaviour).await;
        desk.ticket(1, "sudah dibuka").await;
        desk.press(2, "Buka").await;
        desk.ticket(1, "belum dibuka").await;
        desk.agent(3, "Citra").await;
        desk.say(3, "/online").await;
        desk.sandbox.set_blocked(2, true);
        desk.settle().await;
        let notice = desk.find(ADMIN, "Budi memblokir bot ini").text;
        assert!(notice.contains(words), "{behaviour:?}: {notice}");
        desk.find(3, "belum dibuka");
        assert_eq!(!desk.has(3, "sudah dibuka"), kept == 1, "{behaviour:?}");
        let agent = desk.person_by_telegram_id(2).await.id;
        assert_eq!(desk.app().engine.store().held_by(agent).await.unwrap().len(), kept);
        // Who unblocks the bot has the tickets that they kept, and gets new ones.
        desk.sandbox.set_blocked(2, false);
        desk.say(2, "/status").await;
        assert!(desk.last(2).text.contains(&format!("Tiket aktif: {kept}/5")), "{}", desk.last(2).text);
        let notices = desk.count(ADMIN, "memblokir bot ini");
        assert_eq!(notices, 1, "{behaviour:?}: {}", desk.transcript(ADMIN));
    }
}

#[tokio::test]
async fn a_ticket_given_to_an_unreachable_agent_goes_back_and_the_admin_is_informed() {
    let desk = desk_with_agent().await;
    desk.sandbox.set_blocked(2, true);
    desk.settle().await;
    desk.ticket(1, "Internet mati").await;
    desk.say(ADMIN, "/reassign").await;
    desk.press(ADMIN, "menunggu").await;
    desk.press(ADMIN, "Budi").await;
    let notices = desk.sandbox.chat(ADMIN).into_iter().filter(|m| m.text.contains("memblokir bot ini"));
    let notices: Vec<_> = notices.map(|m| m.text).collect();
    assert!(notices.len() == 2 && notices[1].contains("1 tiket kembali ke antrian"), "{notices:?}");
    assert_eq!(desk.app().engine.store().all_held().await.unwrap(), []);
}

/// The process that marks the agent dies before it releases the tickets.
#[tokio::test]
async fn a_release_that_was_interrupted_is_completed_by_the_sweep() {
    let desk = desk_with_agent().await;
    desk.ticket(1, "Internet mati").await;
    let mut agent = desk.person_by_telegram_id(2).await;
    let expected = Some(agent.version);
    (agent.version, agent.reachable) = (agent.version.next(), false);
    agent.agent.as_mut().unwrap().release_due = Some(OfflineBehaviour::ReassignWaiting);
    let change = Change::quiet(Write::Person { person: Box::new(agent), expected });
    desk.app().engine.store().commit(vec![change]).await.remove(0).unwrap();
    desk.stop().await;
    desk.start().await;
    desk.pass(TimeDelta::seconds(5)).await;
    assert_eq!(desk.app().engine.store().all_held().await.unwrap(), []);
    desk.find(1, "kembali ke antrian");
}
