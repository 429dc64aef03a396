//! Working hours of agents: `/hours`, the card for admins, and the messages at each edge.
use crate::conversation::{BUDI, CITRA, SARI, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::person::Availability;
use chrono::TimeDelta;

/// Advances the clock and lets the engine follow working hours.
async fn pass(desk: &Desk, minutes: i64) {
    desk.clock.advance(TimeDelta::minutes(minutes));
    desk.app().engine.follow_working_hours(desk.now()).await.unwrap();
    desk.settle().await;
}

fn seat(desk: &Desk) -> antri::engine::assignment::roster::Seat {
    desk.app().engine.seats().into_iter().find(|seat| seat.person.telegram.0 == BUDI).unwrap()
}

/// It is Thursday, 13.52.
async fn play(language: &str) -> String {
    let desk = Desk::new().await;
    let id = language == "id";
    desk.person(BUDI, "Budi", language).await;
    desk.say(ADMIN, &format!("/addagent {BUDI}")).await;
    let mut shown = Vec::new();
    desk.say(BUDI, "/hours").await;
    shown.push(desk.shown(BUDI, desk.last(BUDI).message_id));
    desk.press(BUDI, if id { "Jam lain" } else { "Other hours" }).await;
    shown.push(desk.shown(BUDI, desk.last(BUDI).message_id));
    for answer in
        ["siang", if id { "Kam 14.00–16.00, Sen–Rab 8–17" } else { "Thu 14:00–16:00, Mon–Wed 8–17" }]
    {
        desk.say(BUDI, answer).await;
        shown.push(desk.shown(BUDI, desk.last(BUDI).message_id));
    }
    pass(&desk, 10).await;
    shown.push(desk.shown(BUDI, desk.last(BUDI).message_id));
    desk.person(SARI, "Sari", "id").await;
    desk.ticket(SARI, "printer rusak").await;
    pass(&desk, 120).await;
    shown.push(desk.shown(BUDI, desk.last(BUDI).message_id));
    shown.join("\n---\n")
}

#[tokio::test]
async fn working_hours_in_indonesian() {
    insta::assert_snapshot!("working_hours_id", play("id").await);
}

#[tokio::test]
async fn working_hours_in_english() {
    insta::assert_snapshot!("working_hours_en", play("en").await);
}

#[tokio::test]
async fn an_admin_sets_the_hours_of_an_agent_from_their_card() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Jam kerja").await;
    let (card, workdays) = desk.button(ADMIN, "Sen–Jum 8–17");
    desk.press_data(CITRA, card, &workdays).await;
    assert!(seat(&desk).profile().unwrap().working_hours.is_none(), "a forged press");
    desk.press_data(ADMIN, card, &workdays).await;
    assert!(desk.shown(ADMIN, card).contains("Sen–Jum 08.00–17.00"), "{}", desk.shown(ADMIN, card));
    assert_eq!(desk.count(BUDI, "Admin mengatur jam kerja Anda"), 1);
    let set = seat(&desk).person;
    desk.press_data(ADMIN, card, &workdays).await;
    assert_eq!(seat(&desk).person.version, set.version, "a second press changes nothing");
    desk.press(ADMIN, "Jam lain").await;
    desk.say(ADMIN, "Kam 14-16").await;
    assert!(desk.last(ADMIN).text.contains("Jam kerja Budi"), "{}", desk.last(ADMIN).text);
    assert_eq!(desk.count(BUDI, "Admin mengatur jam kerja Anda"), 2);
    desk.press(ADMIN, "Hapus jam kerja").await;
    assert!(seat(&desk).profile().unwrap().working_hours.is_none());
    desk.press(ADMIN, "Kembali").await;
    assert!(desk.last(ADMIN).button("Jam kerja").is_some());
}

#[tokio::test]
async fn the_command_sets_and_clears_the_hours() {
    let desk = with_agent().await;
    desk.say(BUDI, "/hours Kam 14-16 WITA").await;
    assert!(desk.last(BUDI).text.contains("Asia/Makassar"), "{}", desk.last(BUDI).text);
    desk.say(BUDI, "/hours siang").await;
    assert!(desk.last(BUDI).text.contains("“siang”"), "{}", desk.last(BUDI).text);
    assert!(seat(&desk).profile().unwrap().working_hours.is_some());
    desk.say(BUDI, "/hours hapus").await;
    assert!(seat(&desk).profile().unwrap().working_hours.is_none());
    desk.say(SARI, "/hours").await;
    assert!(desk.last(SARI).text.contains("khusus agen"), "{}", desk.last(SARI).text);
}

#[tokio::test]
async fn an_agent_who_cannot_begin_yet_goes_away_by_the_button() {
    let desk = with_agent().await;
    desk.say(BUDI, "/offline").await;
    desk.say(BUDI, "/hours Kam 14-16").await;
    pass(&desk, 10).await;
    assert_eq!(seat(&desk).person.availability(), Availability::Online);
    desk.press(BUDI, "Belum bisa").await;
    desk.press(BUDI, "1 jam").await;
    assert_eq!(seat(&desk).person.availability(), Availability::Away);
}

#[tokio::test]
async fn the_rest_of_today_lasts_until_the_next_working_hours() {
    let desk = with_agent().await;
    desk.say(BUDI, "/hours Kam 13-16, Jum 10-16").await;
    desk.say(BUDI, "/away").await;
    desk.press(BUDI, "Sisa hari ini").await;
    assert!(desk.last(BUDI).text.contains("kembali Jum 10.00"), "{}", desk.last(BUDI).text);
}
