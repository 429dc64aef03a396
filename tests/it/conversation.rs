//! Conversations: what people write and press, and what they see, over real HTTP.
use crate::support::{ADMIN, Desk};

#[tokio::test]
async fn a_ticket_goes_all_the_way() {
    let desk = Desk::new().await;
    desk.person(1, "Sari", "id").await;
    desk.agent(2, "Budi").await;
    desk.say(2, "/online").await;
    desk.say(1, "Internet mati sejak pagi").await;
    desk.press(1, "✅ Kirim").await;
    println!("{}{}{}", desk.transcript(1), desk.transcript(2), desk.transcript(ADMIN));
    assert!(
        desk.find(2, "Tiket baru ditambahkan ke antrian Anda!")
            .text
            .contains("Anda memiliki 1/5 tiket aktif.")
    );
    desk.press(2, "▶️ Buka").await;
    desk.press(2, "✅ Selesai").await;
    println!("{}{}", desk.transcript(1), desk.transcript(2));
    desk.find(1, "sudah selesai");
}
