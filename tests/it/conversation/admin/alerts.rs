//! Mutes of alerts: buttons on the alert itself, for all admins, in both languages.
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk};
use chrono::TimeDelta;

/// An admin whose Telegram is in English.
const EVE: i64 = 901;
const NOBODY: &str = "🚨 Tidak ada agen yang online di Umum";

/// Returns a desk with two admins, of which both were told that nobody is online.
async fn unstaffed() -> Desk {
    let desk = with_agent().await;
    desk.person(EVE, "Eve", "en").await;
    desk.say(ADMIN, "/addadmin @eve").await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.say(BUDI, "/offline").await;
    pass(&desk, 0).await;
    pass(&desk, 6).await;
    assert_eq!(desk.count(ADMIN, NOBODY), 1, "{}", desk.transcript(ADMIN));
    desk
}

/// Lets minutes pass, and has the leader look for incidents.
async fn pass(desk: &Desk, minutes: i64) {
    desk.clock.advance(TimeDelta::minutes(minutes));
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
}

#[tokio::test]
async fn an_admin_mutes_an_alert_and_turns_it_on_again() {
    let desk = unstaffed().await;
    desk.press(ADMIN, "🔕 1 jam").await;
    pass(&desk, 5).await;
    desk.press(EVE, "Turn on again").await;
    pass(&desk, 5).await;
    desk.say(BUDI, "/online").await;
    pass(&desk, 1).await;
    let stories = [desk.chat_story(ADMIN), desk.chat_story(EVE)].join("\n---\n");
    insta::assert_snapshot!("alert_mute", stories);
}

#[tokio::test]
async fn a_muted_alert_is_told_again_if_it_outlasts_the_mute() {
    let desk = unstaffed().await;
    desk.press(ADMIN, "🔕 1 jam").await;
    pass(&desk, 59).await;
    assert_eq!(
        desk.count(EVE, "🚨 Nobody is online"),
        2,
        "the alert, and what the notice of the mute quotes"
    );
    pass(&desk, 1).await;
    assert_eq!(desk.count(EVE, "🚨 Nobody is online"), 3, "{}", desk.transcript(EVE));
    desk.press(EVE, "🔕 8 hours").await;
    desk.say(BUDI, "/online").await;
    pass(&desk, 1).await;
    assert!(!desk.has(EVE, "Somebody is online"), "{}", desk.transcript(EVE));
}

#[tokio::test]
async fn an_alert_that_is_over_is_not_quoted_as_if_it_lasted() {
    let desk = unstaffed().await;
    let (message, hour) = desk.button(ADMIN, "🔕 1 jam");
    desk.press_data(ADMIN, message, &hour).await;
    desk.say(BUDI, "/online").await;
    pass(&desk, 1).await;
    desk.press(EVE, "Turn on again").await;
    let notice = desk.last(ADMIN).text;
    assert!(
        notice.contains("Eve") && notice.contains("✅ Kembali ada agen") && !notice.contains("🚨"),
        "{notice}"
    );
    // The message with the button says the same, and has no more buttons.
    assert!(desk.last(EVE).text.contains("✅ Somebody is online in Umum again"), "{}", desk.last(EVE).text);
    desk.press_data(ADMIN, message, &hour).await;
    assert!(desk.shown(ADMIN, message).contains("✅ Kembali ada agen"), "{}", desk.shown(ADMIN, message));
}

#[tokio::test]
async fn two_admins_who_press_at_once_mute_it_once() {
    let desk = unstaffed().await;
    let pressed = [(ADMIN, desk.button(ADMIN, "🔕 8 jam")), (EVE, desk.button(EVE, "🔕 1 hour"))];
    for (admin, (message, data)) in pressed {
        desk.press_data(admin, message, &data).await;
    }
    let told = |admin| desk.count(admin, "untuk semua admin") + desk.count(admin, "for all admins");
    // Each sees it at their own alert, and only Eve was told by a notice.
    assert_eq!((told(ADMIN), told(EVE)), (1, 2), "{}\n{}", desk.transcript(ADMIN), desk.transcript(EVE));
    let incidents = desk.app().engine.store().incidents().await.unwrap();
    let [mute] = incidents.mutes[..] else { panic!("{incidents:?}") };
    assert_eq!(mute.until, desk.now() + TimeDelta::hours(8));
}

#[tokio::test]
async fn only_an_admin_mutes() {
    let desk = unstaffed().await;
    let (_, data) = desk.button(ADMIN, "🔕 Sampai besok");
    for id in [BUDI, SARI] {
        let message = desk.last(id).message_id;
        desk.press_data(id, message, &data).await;
    }
    assert!(desk.app().engine.store().incidents().await.unwrap().mutes.is_empty());
    desk.press(ADMIN, "🔕 Sampai besok").await;
    assert_eq!(desk.app().engine.store().incidents().await.unwrap().mutes.len(), 1);
}
