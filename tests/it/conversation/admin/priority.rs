//! `/priority`: an admin moves a ticket within its queue, by buttons and by words.
use crate::conversation::{BUDI, SARI, numbers, with_agent};
use crate::support::{ADMIN, Desk};

/// Returns a desk where two tickets wait, and their numbers in the order of arrival.
async fn with_queue() -> (Desk, Vec<String>) {
    let desk = with_agent().await;
    desk.say(BUDI, "/offline").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.ticket(SARI, "telepon mati").await;
    let numbers = numbers(&desk).await;
    (desk, numbers)
}

/// Returns the numbers in `/queue`, in its order.
async fn queue(desk: &Desk) -> Vec<String> {
    desk.say(ADMIN, "/queue").await;
    let text = desk.last(ADMIN).text;
    text.split_whitespace().filter(|word| word.starts_with("INC")).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_urgent_ticket_moves_to_the_front_by_buttons_only() {
    let (desk, numbers) = with_queue().await;
    assert_eq!(queue(&desk).await, numbers);
    desk.say(ADMIN, "/priority").await;
    desk.press(ADMIN, "telepon mati").await;
    let question = desk.last(ADMIN);
    assert!(question.text.contains("Sekarang: Normal"), "{}", question.text);
    assert!(question.button("✓ Normal").is_some());
    desk.press(ADMIN, "Mendesak").await;
    let done = desk.last(ADMIN);
    assert_eq!(done.text, format!("✅ Prioritas {} sekarang 🔥 Mendesak.", numbers[1]));
    assert_eq!((done.message_id, done.keyboard.len()), (question.message_id, 0), "in place");
    assert_eq!(queue(&desk).await, [numbers[1].clone(), numbers[0].clone()]);
    desk.say(BUDI, "/online").await;
    let chat = desk.sandbox.chat(BUDI);
    let at = |text: &str| chat.iter().position(|message| message.text.contains(text)).expect(text);
    assert!(at("telepon mati") < at("printer rusak"));
}

#[tokio::test]
async fn a_priority_is_typed_in_either_language() {
    let (desk, numbers) = with_queue().await;
    for (word, name) in
        [("URGENT", "Mendesak"), ("rendah", "Rendah"), ("tinggi", "Tinggi"), ("low", "Rendah")]
    {
        desk.say(ADMIN, &format!("/priority {} {word}", numbers[0])).await;
        assert!(desk.last(ADMIN).text.contains(name), "{word}: {}", desk.last(ADMIN).text);
    }
    assert_eq!(queue(&desk).await, [numbers[1].clone(), numbers[0].clone()]);
    desk.say(ADMIN, &format!("/priority {} sekali", numbers[0])).await;
    assert!(desk.last(ADMIN).button("✓ 🔻 Rendah").is_some(), "{}", desk.chat_story(ADMIN));
    for (language, unknown, normal) in [
        ("id", "“sekali<b>” bukan prioritas. Gunakan mendesak, tinggi, normal, atau rendah.", "Normal"),
        ("en", "“sekali<b>” is no priority. Use urgent, high, normal or low.", "Normal"),
    ] {
        desk.say(ADMIN, &format!("/language {language}")).await;
        desk.say(ADMIN, &format!("/priority {} sekali<b>", numbers[0])).await;
        let answer = desk.last(ADMIN);
        assert!(answer.text.contains(unknown) && answer.button(normal).is_some(), "{}", answer.text);
        desk.say(ADMIN, &format!("/priority {}", numbers[0])).await;
        assert!(!desk.last(ADMIN).text.contains("sekali"), "{}", desk.last(ADMIN).text);
    }
    desk.say(ADMIN, "/language id").await;
    desk.say(ADMIN, "/priority ZZZZ tinggi").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada tiket"));
}

#[tokio::test]
async fn the_priority_of_an_ended_ticket_stays() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/priority").await;
    assert_eq!(desk.last(ADMIN).text, "🔺 Tidak ada tiket terbuka.");
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/ticket {number}")).await;
    desk.press(ADMIN, "Prioritas").await;
    let question = desk.last(ADMIN);
    let data = question.button("Tinggi").unwrap().to_owned();
    desk.press(BUDI, "Selesai").await;
    desk.press_data(ADMIN, question.message_id, &data).await;
    assert!(desk.toast(ADMIN).contains("Selesai"), "{}", desk.toast(ADMIN));
    assert_eq!(desk.last(ADMIN).keyboard.len(), 0, "the buttons can do nothing any more");
    desk.say(ADMIN, &format!("/priority {number} tinggi")).await;
    assert!(desk.last(ADMIN).text.contains("Selesai"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, &format!("/priority {number}")).await;
    assert!(desk.last(ADMIN).text.contains("Selesai"), "{}", desk.last(ADMIN).text);
}
