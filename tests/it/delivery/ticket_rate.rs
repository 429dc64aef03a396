//! More tickets than Telegram's limit takes, on a manual clock: the agents' notices go at once, and cards wait.
use super::classes::{calls, desk, flood};
use antri::domain::ticket::description::Description;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use chrono::TimeDelta;

/// The agents, and their ids from the first.
const AGENTS: std::ops::Range<i64> = 2..12;
/// Steps of a tenth of a second.
const STEPS: i64 = 100;

#[tokio::test]
async fn a_new_ticket_reaches_its_agent_within_a_second_while_cards_wait() {
    let desk = desk().await;
    for id in AGENTS {
        desk.agent(id, &format!("Agen{id}")).await;
        desk.say(id, "/online").await;
        desk.advance(TimeDelta::seconds(60));
    }
    let app = desk.app();
    let department = app.engine.store().departments().await.unwrap().remove(0);
    let target = (department.id, department.categories[0].id);
    let before = calls(&desk);
    flood(&desk, 1_001..=1_400, 1).await;
    let mut opened = Vec::new();
    for step in 0..STEPS {
        // Eight tickets a second, each completed a second later: with the cards, half as much again as the limit.
        if step % 5 != 4 {
            let (customer, now) = (desk.person_by_telegram_id(1_001 + step).await, desk.now());
            let key = format!("ticket {step}");
            let description = Description::of_text("Internet mati").unwrap();
            let sent_from = SentFrom::default();
            let new = NewTicket { key, customer: &customer, target, description, sent_from };
            let ticket = app.engine.open(new, now).await.unwrap();
            opened.push((ticket.id, ticket.number.to_string(), now));
            if let Some((id, ..)) = opened.len().checked_sub(9).map(|n| &opened[n]) {
                let holder = app.engine.store().ticket(*id).await.unwrap().unwrap().holder().unwrap();
                app.engine.step(holder, *id, Step::Complete, None, now).await.unwrap();
            }
        }
        // A burst of a second's calls, and three in each step; one is left for rounding.
        let due = before + 29 + 3 * usize::try_from(step).unwrap();
        desk.until("the calls of this step", async || calls(&desk) >= due).await;
        desk.advance(TimeDelta::milliseconds(100));
    }
    let sent: Vec<_> = AGENTS.flat_map(|agent| desk.calls("sendMessage", agent)).collect();
    let waited = opened.iter().take(72).map(|(_, number, at)| {
        let is_notice = |text: &str| text.contains("Tiket baru ditambahkan") && text.contains(number);
        let notice = sent.iter().find(|r| r.params["text"].as_str().is_some_and(is_notice));
        notice.unwrap_or_else(|| panic!("{number} was not announced")).at - *at
    });
    let mut waited: Vec<_> = waited.collect();
    waited.sort();
    let p99 = waited[waited.len() * 99 / 100];
    println!("a new ticket's notice: p50 {}, p99 {p99}", waited[waited.len() / 2]);
    assert!(p99 < TimeDelta::seconds(1), "{waited:?}");
    let pending = app.engine.store().pending_deliveries().await.unwrap();
    assert!(pending > 100, "the cards are no backlog: {pending}");
}
