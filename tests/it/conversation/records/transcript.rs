//! `/transcript`: the record of a ticket as a document.
use crate::conversation::{BUDI, SARI, TOM, number, with_agent, with_customer};
use crate::support::{ADMIN, Desk};
use serde_json::json;

async fn write(desk: &Desk, id: i64, text: &str) {
    desk.sandbox.send_text(id, text);
    desk.settle().await;
}

/// Returns the content of the document that this person got last.
fn document(desk: &Desk, id: i64) -> String {
    let media = desk.last(id).media.expect("a document");
    let name = media.file_name.unwrap();
    assert_eq!(std::path::Path::new(&name).extension(), Some("html".as_ref()));
    String::from_utf8(desk.sandbox.file(&media.file_id).expect("a file")).unwrap()
}

#[tokio::test]
async fn staff_get_the_record_with_every_text_escaped() {
    let desk = with_agent().await;
    desk.ticket(SARI, "<script>alert(1)</script>").await;
    write(&desk, SARI, "a < b & \"c\" <img src=x>").await;
    write(&desk, BUDI, "Baik, kami periksa").await;
    write(&desk, BUDI, "// pelanggan lama").await;
    let number = number(&desk, BUDI);
    desk.say(BUDI, &format!("/transcript {}", number.to_lowercase())).await;
    assert!(desk.last(BUDI).text.contains("3 pesan"), "{}", desk.last(BUDI).text);
    let html = document(&desk, BUDI);
    assert!(html.contains("a &lt; b &amp; &quot;c&quot; &lt;img src=x&gt;"), "{html}");
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<img"), "{html}");
    assert!(html.contains("Baik, kami periksa") && html.contains("catatan internal"), "{html}");
    assert!(html.contains("Asia/Jakarta") && html.contains("lang=\"id\""), "{html}");
    assert!(!html.contains("http:") && !html.contains("https:"), "it needs the network: {html}");
    desk.say(ADMIN, &format!("/transcript {number}")).await;
    assert!(document(&desk, ADMIN).contains("Baik, kami periksa"));
}

#[tokio::test]
async fn a_transcript_is_for_staff_who_may_see_the_ticket() {
    let desk = with_agent().await;
    desk.ticket(SARI, "Internet mati").await;
    let number = number(&desk, BUDI);
    desk.say(SARI, &format!("/transcript {number}")).await;
    assert!(desk.last(SARI).media.is_none());
    desk.agent(TOM, "Tom").await;
    let app = desk.app();
    let mut tom =
        app.engine.store().person_by_telegram(antri::domain::ids::TelegramId(TOM)).await.unwrap().unwrap();
    tom.agent.as_mut().unwrap().departments.clear();
    let expected = Some(tom.version);
    tom.version = tom.version.next();
    let write = antri::engine::ports::Write::Person { person: Box::new(tom), expected };
    app.engine.store().commit(vec![antri::engine::ports::Change::quiet(write)]).await.remove(0).unwrap();
    desk.say(TOM, &format!("/transcript {number}")).await;
    assert!(desk.last(TOM).media.is_none(), "{:?}", desk.last(TOM));
}

#[tokio::test]
async fn without_a_number_the_held_tickets_are_offered() {
    let desk = with_agent().await;
    desk.say(BUDI, "/transcript").await;
    assert!(desk.last(BUDI).text.contains("nomor tiket"), "{}", desk.last(BUDI).text);
    desk.ticket(SARI, "Internet mati").await;
    desk.say(BUDI, "/transcript").await;
    desk.press(BUDI, "Internet mati").await;
    assert!(document(&desk, BUDI).contains("Internet mati"));
}

#[tokio::test]
async fn an_admin_without_tickets_chooses_among_the_open_ones() {
    for (language, none, question) in [
        ("id", "nomor tiket", "Transkrip tiket yang mana?"),
        ("en", "ticket number", "The transcript of which ticket?"),
    ] {
        let desk = with_agent().await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.say(ADMIN, "/transcript").await;
        assert!(desk.last(ADMIN).text.contains(none), "{}", desk.last(ADMIN).text);
        desk.ticket(SARI, "Internet mati").await;
        desk.say(ADMIN, "/transcript").await;
        assert!(desk.last(ADMIN).text.contains(question), "{}", desk.last(ADMIN).text);
        desk.press(ADMIN, "Internet mati").await;
        assert!(document(&desk, ADMIN).contains("Internet mati"));
    }
}

#[tokio::test]
async fn the_end_of_its_number_finds_a_ticket_that_has_ended() {
    for (language, state, log) in [("id", "Selesai", "Riwayat"), ("en", "Completed", "History")] {
        let desk = with_agent().await;
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.ticket(SARI, "Internet mati").await;
        let number = number(&desk, BUDI);
        desk.press(BUDI, "Selesai").await;
        let end = number[16..].to_lowercase();
        for id in [BUDI, ADMIN] {
            desk.say(id, &format!("/transcript {end}")).await;
            assert!(document(&desk, id).contains("Internet mati"));
            desk.say(id, &format!("/ticket {end}")).await;
            assert!(desk.has(id, "Internet mati"), "{}", desk.chat_story(id));
        }
        assert!(desk.find(ADMIN, "Internet mati").text.contains(state), "{}", desk.chat_story(ADMIN));
        desk.say(ADMIN, &format!("/audit {end}")).await;
        let answer = desk.last(ADMIN).text;
        assert!(answer.contains(log) && answer.contains(&number), "{answer}");
        desk.say(ADMIN, &format!("/ban {end}")).await;
        assert!(desk.last(ADMIN).text.contains("Sari"), "{}", desk.last(ADMIN).text);
    }
}

#[tokio::test]
async fn what_waited_in_a_cancelled_ticket_reaches_nobody_any_more() {
    let desk = with_customer().await;
    desk.ticket(SARI, "printer rusak").await;
    write(&desk, SARI, "yang di lantai dua").await;
    let number = number(&desk, SARI);
    let message = async || {
        let path = format!("/api/tickets/{number}/messages");
        let message = desk.get(ADMIN, &path).await.data()["messages"][0].clone();
        desk.say(ADMIN, &format!("/transcript {number}")).await;
        (message["state"].clone(), message["failure"].clone(), document(&desk, ADMIN))
    };
    let (state, failure, record) = message().await;
    assert_eq!((state, failure), (json!("waiting"), json!(null)));
    assert!(record.contains("belum terkirim"), "{record}");
    desk.post(ADMIN, &format!("/api/queue/{number}/cancel"), json!(null)).await.data();
    let (state, failure, record) = message().await;
    assert_eq!((state, failure), (json!("failed"), json!("ended")));
    assert!(record.contains("tidak terkirim") && !record.contains("belum terkirim"), "{record}");
}
