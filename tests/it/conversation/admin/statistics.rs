//! `/stats`: the card with its buttons, the chart and the tables, in both languages.
use crate::conversation::{BUDI, SARI, second_department, with_agent, with_customer};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, StatisticsAction};
use antri::domain::ids::{PersonId, TelegramId, Version};
use antri::domain::person::Person;
use antri::domain::statistics::{Period, StatisticsQuery};
use antri::engine::ports::{Change, Write};
use chrono::TimeDelta;
use uuid::Uuid;

/// An admin whose Telegram is in English.
const BOSS: i64 = 901;

async fn second_admin(desk: &Desk) {
    desk.person(BOSS, "Bos", "en").await;
    desk.say(ADMIN, &format!("/addadmin {BOSS}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
}

/// A day on which a ticket was completed, rated and opened again, one was cancelled, and one waits.
async fn busy_day(desk: &Desk) {
    desk.ticket(SARI, "Internet mati").await;
    desk.pass(TimeDelta::minutes(4)).await;
    desk.say(BUDI, "Kami periksa").await;
    desk.pass(TimeDelta::minutes(11)).await;
    desk.press(BUDI, "✅").await;
    desk.press(SARI, "4 ⭐").await;
    desk.say(BUDI, "/offline").await;
    desk.ticket(SARI, "Modem panas").await;
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    desk.ticket(SARI, "Tagihan salah").await;
    desk.pass(TimeDelta::minutes(7)).await;
}

/// Returns the bytes of the file of the newest message.
fn file(desk: &Desk, id: i64) -> (Option<String>, Vec<u8>) {
    let media = desk.last(id).media.expect("a file");
    let bytes = desk.sandbox.file(&media.file_id).expect("its content");
    (media.file_name, bytes)
}

fn press(action: StatisticsAction) -> String {
    data(ButtonAction::Statistics(action))
}

#[tokio::test]
async fn the_card_shows_what_happened_in_both_languages() {
    let desk = with_agent().await;
    second_admin(&desk).await;
    let mut story = String::new();
    for id in [ADMIN, BOSS] {
        desk.say(id, "/stats").await;
        story.push_str(&desk.shown(id, desk.last(id).message_id));
    }
    busy_day(&desk).await;
    for id in [ADMIN, BOSS] {
        desk.say(id, "/stats").await;
        let card = desk.last(id).message_id;
        story.push_str(&desk.shown(id, card));
        for period in [Period::OFFERED[1], Period::OFFERED[2], Period::OFFERED[0]] {
            let query = StatisticsQuery { period, department: None };
            desk.press_data(id, card, &press(StatisticsAction::Show(query, 0))).await;
            assert_eq!((desk.toast(id), desk.last(id).message_id), (String::new(), card), "edited in place");
        }
        desk.press_data(
            id,
            card,
            &press(StatisticsAction::Show(
                StatisticsQuery { period: Period::OFFERED[1], department: None },
                0,
            )),
        )
        .await;
        story.push_str(&desk.shown(id, card));
        desk.press(id, "🔄").await;
    }
    insta::assert_snapshot!("statistics", story);
}

#[tokio::test]
async fn the_chart_is_a_picture_and_the_tables_are_documents() {
    let desk = with_agent().await;
    busy_day(&desk).await;
    desk.say(ADMIN, "/stats").await;
    let card = desk.last(ADMIN).message_id;
    desk.press(ADMIN, "🖼").await;
    let chart = desk.last(ADMIN);
    assert!(chart.text.contains("Statistik"), "{chart:?}");
    let (_, bytes) = file(&desk, ADMIN);
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "a PNG");
    if let Ok(folder) = std::env::var("ANTRI_TEST_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join("conversation.png"), &bytes).unwrap();
    }
    desk.press_data(
        ADMIN,
        card,
        &press(StatisticsAction::Tables(StatisticsQuery { period: Period::OFFERED[0], department: None })),
    )
    .await;
    let (name, agents) = file(&desk, ADMIN);
    assert_eq!(name.as_deref(), Some("statistik-agen.csv"));
    let agents = String::from_utf8(agents).unwrap();
    let rows: Vec<_> = agents.split("\r\n").collect();
    assert!(rows[0].starts_with("agent_id,agent,assigned,completed,"), "{agents}");
    assert!(rows[1].contains(",Budi,1,1,900.000,1,4.000,"), "{agents}");
    let days = desk.find(ADMIN, "Statistik");
    assert!(days.message_id > card);
}

#[tokio::test]
async fn a_department_can_be_chosen_where_there_are_several() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/stats").await;
    assert!(desk.last(ADMIN).button("🏢").is_none(), "one department is no choice");
    second_department(&desk).await;
    desk.say(ADMIN, "/stats").await;
    desk.press(ADMIN, "🏢").await;
    desk.press(ADMIN, "Teknik").await;
    assert!(desk.last(ADMIN).text.contains("Teknik"), "{}", desk.last(ADMIN).text);
    assert!(!desk.last(ADMIN).text.contains("Budi"), "he serves the other one");
    desk.press(ADMIN, "7 hari").await;
    assert!(desk.last(ADMIN).text.contains("Teknik"), "it stays: {}", desk.last(ADMIN).text);
    desk.press(ADMIN, "🏢").await;
    desk.press(ADMIN, "Semua").await;
    assert!(desk.last(ADMIN).text.contains("Budi"));
}

#[tokio::test]
async fn statistics_are_for_admins() {
    let desk = with_agent().await;
    let query = StatisticsQuery { period: Period::OFFERED[0], department: None };
    for id in [SARI, BUDI] {
        desk.say(id, "/stats").await;
        let answer = desk.last(id);
        assert!(!answer.text.contains('📊'), "{}", answer.text);
        for action in [
            StatisticsAction::Show(query, 0),
            StatisticsAction::Chart(query),
            StatisticsAction::Tables(query),
        ] {
            desk.press_data(id, answer.message_id, &press(action)).await;
            assert!(!desk.toast(id).is_empty(), "{action:?}");
            assert_eq!(desk.last(id).message_id, answer.message_id, "{action:?}");
        }
    }
}

#[tokio::test]
async fn five_hundred_agents_fit_on_pages() {
    let desk = with_customer().await;
    desk.agent(BUDI, "Budi").await;
    let app = desk.app();
    let store = app.engine.store();
    let budi = store.person_by_telegram(TelegramId(BUDI)).await.unwrap().unwrap();
    let agents = (1..500_i64).map(|n| {
        let mut agent = budi.agent.clone();
        agent.as_mut().unwrap().assignment_order = u32::try_from(n).unwrap();
        let id = PersonId(Uuid::from_u128(u128::try_from(n).unwrap()));
        let name = format!("{n:03} {}", "W".repeat(56));
        let person =
            Person { id, telegram: TelegramId(10_000 + n), name, agent, version: Version(0), ..budi.clone() };
        Change::quiet(Write::Person { person: Box::new(person), expected: None })
    });
    assert!(store.commit(agents.collect()).await.iter().all(Result::is_ok));
    desk.say(ADMIN, "/stats").await;
    let mut seen = 0;
    loop {
        let card = desk.last(ADMIN);
        assert!(card.text.encode_utf16().count() <= 4_096);
        seen += card.text.lines().filter(|line| line.contains("WWW") || line.starts_with("Budi")).count();
        if card.button("▶️").is_none() {
            break;
        }
        desk.press(ADMIN, "▶️").await;
    }
    assert_eq!(seen, 500);
    assert!(desk.last(ADMIN).button("50/50").is_some());
}
