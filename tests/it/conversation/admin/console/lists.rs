//! Long lists: 500 agents, an agent with 100 tickets, and 5,000 waiting tickets, within Telegram's limits.
use super::{EVE, staffed};
use crate::conversation::{BUDI, SARI, with_agent};
use crate::support::{ADMIN, Desk, data};
use antri::bot::callback::{ButtonAction, MAX_DATA_BYTES, PagedList};
use antri::domain::ids::{PersonId, TelegramId, TicketId, Version};
use antri::domain::number::TicketNumber;
use antri::domain::person::Person;
use antri::domain::ticket::{Ticket, TicketState};
use antri::engine::ports::{Change, Write};
use chrono::TimeDelta;
use uuid::Uuid;

/// Checks the newest message of the admin against Telegram's limits.
fn check_limits(desk: &Desk) {
    check_limits_of(desk, ADMIN);
    assert!(!desk.last(ADMIN).keyboard.is_empty(), "{}", desk.last(ADMIN).text);
}

fn check_limits_of(desk: &Desk, admin: i64) {
    let card = desk.last(admin);
    let buttons: Vec<_> = card.keyboard.iter().flatten().collect();
    assert!(card.text.encode_utf16().count() <= 4_096, "{}", card.text);
    assert!(buttons.len() <= 100, "{}", buttons.len());
    let data: Vec<_> =
        buttons.iter().map(|button| button.callback_data.clone().unwrap_or_default()).collect();
    assert!(data.iter().all(|data| !data.is_empty() && data.len() <= MAX_DATA_BYTES), "{data:?}");
}

async fn commit(desk: &Desk, changes: Vec<Change>) {
    let app = desk.app();
    for batch in changes.chunks(500) {
        let written = app.engine.store().commit(batch.to_vec()).await;
        assert!(written.iter().all(Result::is_ok), "{:?}", written.iter().find(|one| one.is_err()));
    }
}

async fn waiting_tickets(desk: &Desk, count: u32) {
    let held = desk.app().engine.store().all_held().await.unwrap().remove(0);
    let open = |n: u32| {
        let ticket = Ticket {
            id: TicketId(Uuid::from_u128(n.into())),
            // The letters of a number tell a few hundred tickets of one second apart.
            number: TicketNumber::new(
                (desk.now() - TimeDelta::hours(1 + i64::from(n / 500))).naive_utc(),
                n % 500,
            ),
            version: Version::default(),
            state: TicketState::Queued,
            ..held.clone()
        };
        Change::quiet(Write::OpenTicket { ticket: Box::new(ticket), key: format!("{n}"), limit: None })
    };
    commit(desk, (1..=count).map(open).collect()).await;
}

/// Adds this many agents like Budi, and restarts the desk, which then has them in its roster.
async fn more_agents(desk: &Desk, count: i64) {
    let app = desk.app();
    let budi = app.engine.seats().remove(0).person;
    let agent = |n: i64| {
        let mut profile = budi.agent.clone().unwrap();
        profile.assignment_order = u32::try_from(n).unwrap() + 10;
        let person = Person {
            id: PersonId(Uuid::from_u128(n.unsigned_abs().into())),
            telegram: TelegramId(10_000 + n),
            name: format!("Agen dengan nama yang panjang {n}"),
            username: None,
            version: Version::default(),
            agent: Some(profile),
            ..budi.clone()
        };
        Change::quiet(Write::Person { person: Box::new(person), expected: None })
    };
    commit(desk, (1..=count).map(agent).collect()).await;
    drop(app);
    desk.stop().await;
    desk.start().await;
}

#[tokio::test]
async fn five_thousand_waiting_tickets_have_pages_and_lead_back_to_their_page() {
    let desk = with_agent().await;
    desk.ticket(SARI, "yang dipegang").await;
    desk.say(BUDI, "/busy").await;
    waiting_tickets(&desk, 5_000).await;
    desk.say(ADMIN, "/queue").await;
    check_limits(&desk);
    let message = desk.last(ADMIN).message_id;
    desk.press_data(ADMIN, message, &data(ButtonAction::ShowPage(PagedList::Queue, 624))).await;
    assert!(desk.last(ADMIN).button("625/625").is_some(), "{}", desk.last(ADMIN).text);
    check_limits(&desk);
    desk.press(ADMIN, "Kelola #5.000").await;
    check_limits(&desk);
    desk.press(ADMIN, "Alihkan").await;
    check_limits(&desk);
    desk.press(ADMIN, "⬅️ Tiket").await;
    desk.press(ADMIN, "⬅️ Antrian").await;
    assert!(desk.last(ADMIN).button("625/625").is_some(), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn five_hundred_agents_have_pages_and_an_agent_with_many_tickets_too() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi 100").await;
    for n in 1..=9 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    more_agents(&desk, 499).await;
    desk.say(ADMIN, "/workload").await;
    check_limits(&desk);
    assert!(desk.last(ADMIN).button("1/50").is_some());
    let message = desk.last(ADMIN).message_id;
    desk.press_data(ADMIN, message, &data(ButtonAction::ShowPage(PagedList::Workload, 49))).await;
    check_limits(&desk);
    desk.press(ADMIN, "panjang 499").await;
    desk.press(ADMIN, "⬅️ Beban kerja").await;
    assert!(desk.last(ADMIN).button("50/50").is_some(), "back on the page it came from");
    desk.press_data(ADMIN, message, &data(ButtonAction::ShowPage(PagedList::Workload, 0))).await;
    desk.press(ADMIN, "Budi").await;
    check_limits(&desk);
    desk.press(ADMIN, "▶️").await;
    desk.press(ADMIN, "kendala 9").await;
    desk.press(ADMIN, "Alihkan").await;
    check_limits(&desk);
    desk.press(ADMIN, "▶️").await;
    check_limits(&desk);
    assert!(desk.last(ADMIN).button("2/63").is_some(), "{}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn every_list_of_a_large_desk_keeps_the_limits_in_both_languages() {
    let desk = staffed().await;
    // Whoever is online would get the tickets.
    desk.say(BUDI, "/busy").await;
    waiting_tickets(&desk, 5_000).await;
    more_agents(&desk, 498).await;
    let lists = [
        ("/workload", "▶️"),
        ("/agents", "▶️"),
        ("/setmax", "▶️"),
        ("/removeagent", "▶️"),
        ("/setmax Agen", "Agen"),
        ("/queue", "▶️"),
        ("/reassign", "▶️"),
        ("/priority", "▶️"),
        ("/audit", "▶️"),
        ("/stats", "▶️"),
    ];
    for admin in [ADMIN, EVE] {
        for (command, next) in lists {
            desk.say(admin, command).await;
            check_limits_of(&desk, admin);
            desk.press(admin, next).await;
            check_limits_of(&desk, admin);
            // The first entry of the page leads further.
            let message = desk.last(admin).message_id;
            let entry = desk.last(admin).keyboard[0][0].callback_data.clone().unwrap();
            desk.press_data(admin, message, &entry).await;
            check_limits_of(&desk, admin);
        }
        desk.say(admin, "/search rusak").await;
        assert!(desk.last(admin).text.encode_utf16().count() <= 4_096, "{}", desk.last(admin).text);
    }
}
