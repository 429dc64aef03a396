//! `/away` with an end: by buttons, by a typed time, and what happens when the end has come.
use crate::conversation::{BUDI, SARI, with_agent, with_customer};
use crate::support::{ADMIN, Desk};
use antri::domain::person::Availability;
use chrono::TimeDelta;
use chrono_tz::Asia::Jakarta;

/// Advances the clock and lets the engine end what is over.
async fn pass(desk: &Desk, minutes: i64) {
    desk.clock.advance(TimeDelta::minutes(minutes));
    desk.app().engine.end_absences(desk.now()).await.unwrap();
    desk.settle().await;
}

fn away_until(desk: &Desk) -> Option<String> {
    let seat = desk.app().engine.seats().into_iter().find(|seat| seat.person.telegram.0 == BUDI).unwrap();
    let until = seat.profile().unwrap().away_until?;
    Some(until.with_timezone(&Jakarta).format("%Y-%m-%d %H:%M").to_string())
}

fn in_minutes(desk: &Desk, minutes: i64) -> Option<String> {
    let at = desk.now() + TimeDelta::minutes(minutes);
    Some(at.with_timezone(&Jakarta).format("%Y-%m-%d %H:%M").to_string())
}

fn next_morning(desk: &Desk, days: i64) -> Option<String> {
    let day = (desk.now() + TimeDelta::days(days)).with_timezone(&Jakarta).format("%Y-%m-%d");
    Some(format!("{day} 08:00"))
}

fn availability(desk: &Desk) -> Availability {
    let seats = desk.app().engine.seats();
    seats.iter().find(|seat| seat.person.telegram.0 == BUDI).unwrap().person.availability()
}

async fn play(language: &str) -> String {
    let desk = Desk::new().await;
    desk.person(BUDI, "Budi", language).await;
    desk.say(ADMIN, &format!("/addagent {BUDI}")).await;
    desk.say(BUDI, "/online").await;
    desk.say(BUDI, "/away").await;
    let asked = desk.last(BUDI);
    let seen = desk.shown(BUDI, asked.message_id);
    desk.press(BUDI, if language == "id" { "Waktu lain" } else { "Another time" }).await;
    let prompt = desk.shown(BUDI, asked.message_id);
    for answer in ["nanti", "2020-01-01", "2090-01-01", "1 jam 30 menit"] {
        desk.say(BUDI, answer).await;
    }
    pass(&desk, 90).await;
    let back = desk.shown(BUDI, desk.last(BUDI).message_id);
    [seen, prompt, desk.chat_story(BUDI), back].join("\n---\n")
}

#[tokio::test]
async fn an_absence_with_an_end_in_indonesian() {
    insta::assert_snapshot!("away_id", play("id").await);
}

#[tokio::test]
async fn an_absence_with_an_end_in_english() {
    insta::assert_snapshot!("away_en", play("en").await);
}

#[tokio::test]
async fn the_buttons_set_the_end_and_a_second_press_changes_nothing() {
    let desk = with_agent().await;
    desk.say(BUDI, "/away").await;
    assert_eq!((availability(&desk), away_until(&desk)), (Availability::Away, None));
    let (card, hour) = desk.button(BUDI, "1 jam");
    desk.press_data(BUDI, card, &hour).await;
    let until = in_minutes(&desk, 60);
    assert_eq!(away_until(&desk), until);
    assert!(desk.toast(BUDI).contains("kembali"), "{}", desk.toast(BUDI));
    assert!(desk.shown(BUDI, card).contains("kembali"), "{}", desk.shown(BUDI, card));
    desk.clock.advance(TimeDelta::minutes(10));
    desk.press_data(BUDI, card, &hour).await;
    assert_eq!(away_until(&desk), until);
    desk.say(BUDI, "/away").await;
    desk.press(BUDI, "Sisa hari ini").await;
    assert_eq!(away_until(&desk), next_morning(&desk, 1));
    desk.say(BUDI, "/away").await;
    desk.press(BUDI, "Tanpa batas").await;
    assert_eq!((availability(&desk), away_until(&desk)), (Availability::Away, None));
}

#[tokio::test]
async fn the_command_takes_the_end_in_many_ways() {
    let desk = with_agent().await;
    for (text, minutes) in [("1h", 60), ("2 jam", 120), ("90 menit", 90)] {
        desk.say(BUDI, &format!("/away {text}")).await;
        assert_eq!(away_until(&desk), in_minutes(&desk, minutes), "{text}");
    }
    desk.say(BUDI, "/away besok").await;
    assert_eq!(away_until(&desk), next_morning(&desk, 1));
    let date = (desk.now() + TimeDelta::days(40)).with_timezone(&Jakarta).format("%Y-%m-%d").to_string();
    desk.say(BUDI, &format!("/away {date}")).await;
    assert_eq!(away_until(&desk), next_morning(&desk, 40));
    desk.say(BUDI, "/away entah").await;
    assert!(desk.last(BUDI).text.contains("“entah”"), "{}", desk.last(BUDI).text);
    assert_eq!(away_until(&desk), next_morning(&desk, 40), "nothing changed");
    // A command that was mistyped opens no prompt: the next message is for the customer.
    desk.say(BUDI, "besok").await;
    assert_eq!(away_until(&desk), next_morning(&desk, 40));
}

#[tokio::test]
async fn the_end_sets_the_agent_online_and_brings_the_waiting_ticket() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/away 1h").await;
    desk.ticket(SARI, "printer rusak").await;
    pass(&desk, 59).await;
    assert!(!desk.has(BUDI, "printer rusak"));
    pass(&desk, 1).await;
    desk.find(BUDI, "Selamat datang kembali");
    desk.find(BUDI, "printer rusak");
    pass(&desk, 60).await;
    assert_eq!(desk.count(BUDI, "Selamat datang kembali"), 1);
}

#[tokio::test]
async fn each_other_availability_ends_the_absence() {
    for command in ["/online", "/busy", "/offline", "/away"] {
        let desk = with_agent().await;
        desk.say(BUDI, "/away 1h").await;
        desk.say(BUDI, command).await;
        let chosen = availability(&desk);
        assert_eq!(away_until(&desk), None, "{command}");
        pass(&desk, 61).await;
        assert_eq!(availability(&desk), chosen, "{command}");
        assert!(!desk.has(BUDI, "Selamat datang kembali"));
    }
}

#[tokio::test]
async fn the_notice_lets_the_agent_stay_away() {
    let desk = with_agent().await;
    desk.say(BUDI, "/away 1h").await;
    pass(&desk, 60).await;
    assert_eq!(availability(&desk), Availability::Online);
    desk.press(BUDI, "Belum kembali").await;
    assert_eq!(availability(&desk), Availability::Away);
    desk.press(BUDI, "1 jam").await;
    assert_eq!(away_until(&desk), in_minutes(&desk, 60));
}

#[tokio::test]
async fn admins_see_until_when_an_agent_is_away() {
    let desk = with_agent().await;
    desk.say(BUDI, "/away 1h").await;
    desk.say(ADMIN, "/workload").await;
    assert!(desk.last(ADMIN).text.contains("Tidak di tempat, kembali pukul"), "{}", desk.last(ADMIN).text);
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Tidak di tempat, kembali pukul"), "{}", desk.last(BUDI).text);
}

#[tokio::test]
async fn customers_have_no_absence() {
    let desk = with_customer().await;
    desk.say(SARI, "/away 1h").await;
    assert!(desk.last(SARI).text.contains("khusus agen"), "{}", desk.last(SARI).text);
}
