//! Business hours of a department: common plans by buttons, typed plans and holidays, and what customers read.
use crate::conversation::{BUDI, SARI, with_agent, with_customer};
use crate::support::{ADMIN, Desk};
use antri::domain::department::Department;
use chrono::TimeDelta;

const OTHER_ADMIN: i64 = 31;

async fn department(desk: &Desk) -> Department {
    desk.app().engine.store().departments().await.unwrap().remove(0)
}

/// Opens the card of the business hours of the only department.
async fn open_hours(desk: &Desk, admin: i64, language: &str) {
    desk.say(admin, "/department Umum").await;
    desk.press(admin, if language == "id" { "Jam layanan" } else { "Business hours" }).await;
}

/// Types the plan of the department.
async fn set_plan(desk: &Desk, plan: &str) {
    open_hours(desk, ADMIN, "id").await;
    desk.press(ADMIN, "Jam lain").await;
    desk.say(ADMIN, plan).await;
}

/// Advances the clock and lets the engine refresh the cards of departments that open or close.
async fn pass(desk: &Desk, minutes: i64) {
    desk.app().engine.refresh_business_hours(desk.now()).await.unwrap();
    desk.clock.advance(TimeDelta::minutes(minutes));
    desk.app().engine.refresh_business_hours(desk.now()).await.unwrap();
    desk.settle().await;
}

async fn play(language: &str) -> String {
    let desk = with_customer().await;
    desk.say(ADMIN, &format!("/language {language}")).await;
    let id = language == "id";
    let mut shown = Vec::new();
    open_hours(&desk, ADMIN, language).await;
    let card = desk.last(ADMIN).message_id;
    shown.push(desk.shown(ADMIN, card));
    desk.press(ADMIN, if id { "Sen–Jum 8–17" } else { "Mon–Fri 8–17" }).await;
    shown.push(desk.shown(ADMIN, card));
    desk.press(ADMIN, if id { "Jam lain" } else { "Other hours" }).await;
    shown.push(desk.shown(ADMIN, card));
    let typed = if id {
        "Sen–Jum 08.00–17.00, Sab 09.00–12.00 WITA"
    } else {
        "Mon–Fri 8–17, Sat 9–12 WITA"
    };
    for answer in ["kerja", "8-17", "Sab", typed] {
        desk.say(ADMIN, answer).await;
        shown.push(desk.last(ADMIN).text);
    }
    desk.press(ADMIN, if id { "Tambah libur" } else { "Add holidays" }).await;
    shown.push(desk.shown(ADMIN, desk.last(ADMIN).message_id));
    for answer in ["natal", "2025-12-25, 1 Jan 2026"] {
        desk.say(ADMIN, answer).await;
        shown.push(desk.shown(ADMIN, desk.last(ADMIN).message_id));
    }
    shown.join("\n---\n")
}

#[tokio::test]
async fn hours_by_buttons_and_by_typing_in_indonesian() {
    insta::assert_snapshot!("hours_id", play("id").await);
}

#[tokio::test]
async fn hours_by_buttons_and_by_typing_in_english() {
    insta::assert_snapshot!("hours_en", play("en").await);
}

#[tokio::test]
async fn two_admins_do_not_overwrite_each_other_by_buttons() {
    let desk = with_customer().await;
    desk.person(OTHER_ADMIN, "Rudi", "id").await;
    desk.say(ADMIN, &format!("/addadmin {OTHER_ADMIN}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    open_hours(&desk, ADMIN, "id").await;
    let (card, workdays) = desk.button(ADMIN, "Sen–Jum 8–17");
    open_hours(&desk, OTHER_ADMIN, "id").await;
    desk.press(OTHER_ADMIN, "Setiap hari 8–21").await;
    let chosen = department(&desk).await;
    desk.press_data(ADMIN, card, &workdays).await;
    assert!(desk.toast(ADMIN).contains("sudah diubah"), "{}", desk.toast(ADMIN));
    assert_eq!(department(&desk).await, chosen);
    assert!(desk.shown(ADMIN, card).contains("Setiap hari 08.00–21.00"), "{}", desk.shown(ADMIN, card));
    // The redrawn card has the new version; a second press of its button changes nothing more.
    let (card, workdays) = desk.button(ADMIN, "Sen–Jum 8–17");
    desk.press_data(ADMIN, card, &workdays).await;
    let set = department(&desk).await;
    desk.press_data(ADMIN, card, &workdays).await;
    assert_eq!(department(&desk).await, set);
    assert!(desk.toast(ADMIN).contains("disimpan"), "{}", desk.toast(ADMIN));
}

#[tokio::test]
async fn holidays_are_added_and_removed_and_zones_are_set() {
    let desk = with_customer().await;
    open_hours(&desk, ADMIN, "id").await;
    desk.press(ADMIN, "Tambah libur").await;
    desk.say(ADMIN, "25/12, 2026-01-01").await;
    let holidays = |department: Department| {
        department.hours.unwrap().holidays.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(holidays(department(&desk).await), ["2025-12-25", "2026-01-01"]);
    desk.press(ADMIN, "✖️ 25 Des 2025").await;
    assert_eq!(holidays(department(&desk).await), ["2026-01-01"]);
    desk.press(ADMIN, "WITA").await;
    assert_eq!(department(&desk).await.hours.unwrap().zone, Some(chrono_tz::Asia::Makassar));
    desk.press(ADMIN, "Zona sistem").await;
    assert_eq!(department(&desk).await.hours.unwrap().zone, None);
    desk.press(ADMIN, "Tambah libur").await;
    let many: Vec<_> =
        (1..=12).flat_map(|month| (1..=9).map(move |day| format!("{day}/{month}/2027"))).collect();
    desk.say(ADMIN, &many.join(" ")).await;
    assert!(desk.last(ADMIN).text.contains("Paling banyak 100"), "{}", desk.last(ADMIN).text);
    assert_eq!(holidays(department(&desk).await), ["2026-01-01"]);
    // They are gone from the plan when they are over.
    desk.say(ADMIN, "/cancel").await;
    desk.clock.advance(TimeDelta::days(40));
    open_hours(&desk, ADMIN, "id").await;
    desk.press(ADMIN, "Sen–Jum 8–17").await;
    assert_eq!(holidays(department(&desk).await), Vec::<String>::new());
}

#[tokio::test]
async fn only_admins_set_hours() {
    let desk = with_agent().await;
    open_hours(&desk, ADMIN, "id").await;
    let (card, workdays) = desk.button(ADMIN, "Sen–Jum 8–17");
    let before = department(&desk).await;
    desk.press_data(BUDI, card, &workdays).await;
    assert_eq!(department(&desk).await, before);
    desk.press_data(ADMIN, card, &workdays).await;
    assert_ne!(department(&desk).await, before);
}

/// It is Thursday, 13.52.
#[tokio::test]
async fn outside_hours_the_customers_card_says_when_work_begins() {
    for (language, closed, begins) in
        [("id", "sedang tutup", "Jum 08.00"), ("en", "closed right now", "Fri 08:00")]
    {
        let desk = Desk::new().await;
        desk.person(SARI, "Sari", language).await;
        set_plan(&desk, "Jum 8-17").await;
        desk.sandbox.send_text(SARI, "printer rusak");
        desk.settle().await;
        desk.press(SARI, if language == "id" { "Kirim" } else { "Send" }).await;
        let card = desk.last(SARI);
        assert!(card.text.contains(closed) && card.text.contains(begins), "{}", card.text);
        let messages = desk.sandbox.chat(SARI).len();
        pass(&desk, 18 * 60 + 7).await;
        assert!(desk.shown(SARI, card.message_id).contains(closed));
        pass(&desk, 1).await;
        assert!(!desk.shown(SARI, card.message_id).contains(closed), "{}", desk.shown(SARI, card.message_id));
        pass(&desk, 9 * 60).await;
        assert!(desk.shown(SARI, card.message_id).contains(closed), "closed again");
        // An admin opens the department at once.
        open_hours(&desk, ADMIN, "id").await;
        desk.press(ADMIN, "Setiap hari 24 jam").await;
        assert!(!desk.shown(SARI, card.message_id).contains(closed));
        assert_eq!(desk.sandbox.chat(SARI).len(), messages, "one message");
    }
}

#[tokio::test]
async fn an_agent_who_is_online_outside_hours_gets_tickets() {
    let desk = with_agent().await;
    set_plan(&desk, "Jum 8-17").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.find(BUDI, "printer rusak");
    assert!(!desk.last(SARI).text.contains("sedang tutup"), "{}", desk.last(SARI).text);
}
