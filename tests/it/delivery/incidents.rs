//! Incidents of which no admin can be notified yet.
use crate::support::{ADMIN, Desk, Options};
use chrono::TimeDelta;

#[tokio::test]
async fn an_incident_is_notified_once_there_is_an_admin() {
    let desk = Desk::with(Options { admin_ids: vec![901], ..Options::default() }).await;
    let check = async |minutes| {
        desk.clock.advance(TimeDelta::minutes(minutes));
        desk.app().engine.check_incidents(desk.now()).await.unwrap();
        desk.settle().await;
    };
    check(0).await;
    check(6).await;
    assert_eq!(desk.app().engine.store().incidents().await.unwrap().announced().len(), 1);
    desk.person(901, "Dewi", "id").await;
    assert!(!desk.has(901, "🚨"));
    check(1).await;
    assert_eq!(desk.count(901, "🚨 Tidak ada agen yang online di Umum"), 1, "{}", desk.transcript(901));
    check(1).await;
    assert_eq!(desk.count(901, "🚨"), 1);
}

#[tokio::test]
async fn an_incident_that_began_while_the_only_admin_was_unreachable_is_notified_later() {
    let desk = Desk::new().await;
    desk.sandbox.set_blocked(ADMIN, true);
    desk.settle().await;
    for minutes in [0, 6] {
        desk.clock.advance(TimeDelta::minutes(minutes));
        desk.app().engine.check_incidents(desk.now()).await.unwrap();
        desk.settle().await;
    }
    desk.sandbox.set_blocked(ADMIN, false);
    desk.settle().await;
    assert!(!desk.has(ADMIN, "🚨"));
    desk.app().engine.check_incidents(desk.now()).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.count(ADMIN, "🚨 Tidak ada agen yang online"), 1, "{}", desk.transcript(ADMIN));
}
