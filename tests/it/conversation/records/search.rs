//! `/search`: tickets by number, name and text.
use crate::conversation::{BUDI, SARI, TOM, number, numbers, with_agent};
use crate::support::{ADMIN, Desk};

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

#[tokio::test]
async fn tickets_are_found_by_number_name_and_text() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    write(&desk, SARI, "Lampu LOS merah sejak pagi").await;
    let number = number(&desk, BUDI);
    for words in ["los MERAH", "Interne", "sari", &number, &number[16..]] {
        desk.say(BUDI, &format!("/search {words}")).await;
        let found = desk.last(BUDI);
        assert!(found.text.contains(&number), "{words}: {}", found.text);
        assert!(found.text.contains("Internet mati") && found.text.contains("Menunggu"), "{}", found.text);
    }
    desk.say(BUDI, "/search interne").await;
    let found = desk.last(BUDI).text;
    assert_eq!(found.matches("Internet mati").count(), 1, "the line that matched is the subject: {found}");
    desk.say(BUDI, "/search los merah").await;
    assert!(desk.last(BUDI).text.contains("Sari: Lampu LOS merah sejak pagi"), "{}", desk.last(BUDI).text);
    desk.press(BUDI, &format!("🎫 {number}")).await;
    assert!(desk.last(BUDI).text.contains("Tiket baru ditambahkan"), "{}", desk.last(BUDI).text);
    desk.say(BUDI, "/search nihil").await;
    assert!(desk.last(BUDI).text.contains("Tidak ada hasil"));
    desk.say(BUDI, "/search <b>!").await;
    assert!(desk.last(BUDI).text.contains('b'), "{}", desk.last(BUDI).text);
    desk.say(SARI, "/search internet").await;
    assert!(!desk.last(SARI).text.contains("Internet mati"));
}

#[tokio::test]
async fn agents_find_tickets_of_their_departments_only() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    desk.agent(TOM, "Tom").await;
    let app = desk.app();
    let store = app.engine.store();
    let mut tom = store.person_by_telegram(antri::domain::ids::TelegramId(TOM)).await.unwrap().unwrap();
    tom.agent.as_mut().unwrap().departments.clear();
    let expected = Some(tom.version);
    tom.version = tom.version.next();
    let write = antri::engine::ports::Write::Person { person: Box::new(tom), expected };
    store.commit(vec![antri::engine::ports::Change::quiet(write)]).await.remove(0).unwrap();
    desk.say(TOM, "/search internet").await;
    assert!(desk.last(TOM).text.contains("Tidak ada hasil"), "{}", desk.last(TOM).text);
    desk.say(ADMIN, "/search internet").await;
    desk.press(ADMIN, "🎫 INC").await;
    assert!(desk.last(ADMIN).text.contains("Agen: Budi"), "{}", desk.last(ADMIN).text);
}

#[tokio::test]
async fn long_results_have_pages() {
    let desk = with_agent().await;
    for n in 1..=3 {
        desk.ticket(SARI, &format!("kendala modem {n}")).await;
    }
    desk.person(TOM, "Tom", "en").await;
    for n in 4..=6 {
        desk.ticket(TOM, &format!("modem problem {n}")).await;
    }
    let all = numbers(&desk).await;
    desk.say(ADMIN, "/search modem").await;
    let first = desk.last(ADMIN);
    assert!(first.text.contains(&all[5]) && !first.text.contains(&all[0]), "{}", first.text);
    desk.press(ADMIN, "▶️").await;
    let second = desk.sandbox.message(ADMIN, first.message_id).unwrap();
    assert!(second.text.contains(&all[0]) && !second.text.contains(&all[5]), "{}", second.text);
}
