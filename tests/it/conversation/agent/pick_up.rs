//! Pick-up cards: who gets them, who wins, and what becomes of the cards of the others.
use crate::conversation::{BUDI, CITRA, SARI, TOM, second_department, with_agent};
use crate::support::{ADMIN, Desk};
use antri::domain::policy::{Mode, Percent};

/// The words at the head of a card in Indonesian.
const CARD: &str = "Ada tiket yang bisa Anda ambil";

/// Returns a desk in manual mode where Budi and Citra are online.
async fn manual_desk() -> Desk {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.say(CITRA, "/online").await;
    desk.change_settings(|settings| settings.mode = Mode::Manual).await;
    desk
}

#[tokio::test]
async fn the_first_press_wins_and_the_other_cards_say_who_took_it() {
    let desk = manual_desk().await;
    desk.ticket(SARI, "printer rusak").await;
    for id in [BUDI, CITRA] {
        let card = desk.find(id, CARD);
        assert!(card.text.contains("printer rusak") && card.button("🙋 Ambil").is_some(), "{}", card.text);
    }
    let (message, pick_up) = desk.button(CITRA, "🙋 Ambil");
    desk.press(BUDI, "🙋 Ambil").await;
    desk.find(BUDI, "ada di antrian Anda");
    desk.find(BUDI, "Tiket baru");
    let retired = desk.shown(CITRA, message);
    assert!(retired.contains("sudah diambil Budi") && !retired.contains("🙋"), "{retired}");
    // A press that was on its way.
    desk.press_data(CITRA, message, &pick_up).await;
    assert!(desk.toast(CITRA).contains("🟡 Menunggu"), "{}", desk.toast(CITRA));
    assert!(!desk.has(CITRA, "Tiket baru"));
    assert_eq!(desk.count(SARI, "sekarang ditangani oleh"), 1);
}

#[tokio::test]
async fn cards_are_in_the_language_of_the_agent() {
    let desk = manual_desk().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(ADMIN, &format!("/addagent {TOM}")).await;
    desk.say(TOM, "/online").await;
    desk.ticket(SARI, "printer rusak").await;
    assert!(desk.find(TOM, "A ticket that you can pick up").button("🙋 Pick up").is_some());
    desk.press(BUDI, "🙋 Ambil").await;
    desk.find(TOM, "Budi took ticket");
}

#[tokio::test]
async fn only_those_who_may_take_it_get_a_card() {
    let desk = manual_desk().await;
    second_department(&desk).await;
    for (id, name) in [(13, "Eka"), (14, "Farah"), (15, "Gita")] {
        desk.agent(id, name).await;
        desk.press(ADMIN, if id == 13 { "Teknik" } else { "Umum" }).await;
        desk.say(id, "/online").await;
    }
    desk.say(14, "/busy").await;
    desk.say(15, "/offline").await;
    desk.say(SARI, "/new printer rusak").await;
    desk.press(SARI, "Umum - Pertanyaan").await;
    desk.press(SARI, "Kirim").await;
    let told = |id| desk.count(id, CARD);
    assert_eq!([BUDI, CITRA, 13, 14, 15].map(told), [1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn a_ticket_goes_to_five_agents_and_an_agent_gets_no_more_cards_than_slots() {
    let desk = manual_desk().await;
    for n in 0..5 {
        desk.agent(100 + n, &format!("Agen{n}")).await;
        desk.say(100 + n, "/online").await;
    }
    desk.say(ADMIN, "/setmax Budi 1").await;
    for n in 1..=3 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
        let agents = [BUDI, CITRA, 100, 101, 102, 103, 104];
        let cards: usize = agents.iter().map(|id| desk.count(*id, &format!("kendala {n}"))).sum();
        assert_eq!(cards, 5, "kendala {n}");
    }
    assert_eq!(desk.count(BUDI, CARD), 1, "one slot, one card");
}

#[tokio::test]
async fn whoever_comes_online_is_told_once() {
    let desk = manual_desk().await;
    desk.say(CITRA, "/offline").await;
    desk.ticket(SARI, "printer rusak").await;
    assert_eq!(desk.count(CITRA, CARD), 0);
    for command in ["/online", "/busy", "/online"] {
        desk.say(CITRA, command).await;
    }
    assert_eq!(desk.count(CITRA, CARD), 1);
    desk.press(CITRA, "🙋 Ambil").await;
    desk.find(BUDI, "sudah diambil Citra");
}

#[tokio::test]
async fn a_completed_ticket_makes_room_for_the_next_card() {
    let desk = manual_desk().await;
    desk.say(CITRA, "/offline").await;
    desk.say(ADMIN, "/setmax Budi 1").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.press(BUDI, "🙋 Ambil").await;
    desk.ticket(SARI, "kendala 2").await;
    assert!(!desk.has(BUDI, "kendala 2"), "Budi is full");
    desk.press(BUDI, "✅ Selesai").await;
    assert!(desk.find(BUDI, "kendala 2").text.contains(CARD));
}

#[tokio::test]
async fn a_cancelled_or_assigned_ticket_retires_its_cards() {
    let desk = manual_desk().await;
    desk.ticket(SARI, "kendala 1").await;
    desk.press(SARI, "Batal").await;
    desk.press(SARI, "Ya, batalkan").await;
    for id in [BUDI, CITRA] {
        assert!(desk.find(id, "dibatalkan").button("🙋").is_none());
        assert_eq!(desk.count(id, CARD), 0);
    }
    desk.ticket(SARI, "kendala 2").await;
    let number = crate::conversation::numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number} Citra")).await;
    desk.find(BUDI, "sudah diambil Citra");
    // It returns, and is offered anew below.
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    desk.press(ADMIN, "Kembalikan ke antrian").await;
    assert!(desk.find(BUDI, "kendala 2").text.contains(CARD));
    assert!(!desk.has(BUDI, "sudah diambil"), "the card from before is gone");
    desk.press(BUDI, "🙋 Ambil").await;
    desk.find(BUDI, "Tiket baru");
}

#[tokio::test]
async fn the_cards_outlive_a_restart() {
    let desk = manual_desk().await;
    desk.ticket(SARI, "kendala 1").await;
    desk.ticket(SARI, "kendala 2").await;
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    for id in [BUDI, CITRA] {
        assert_eq!(desk.count(id, CARD), 2, "nobody is told twice");
    }
    desk.press(BUDI, "🙋 Ambil").await;
    assert_eq!(desk.count(CITRA, CARD), 1);
    assert_eq!(desk.count(CITRA, "sudah diambil Budi"), 1);
}

#[tokio::test]
async fn a_desk_goes_from_manual_to_automatic_without_losing_a_ticket() {
    let desk = manual_desk().await;
    let assigned = |id| desk.count(id, "Tiket baru");
    desk.ticket(SARI, "kendala 1").await;
    assert_eq!([BUDI, CITRA].map(assigned), [0, 0]);
    // Dual: Budi takes part in automatic assignment, Citra picks up.
    desk.say(CITRA, "/autoassign off").await;
    let app = desk.app();
    let admin = app.engine.store().admins().await.unwrap().remove(0);
    let set = async |mode, percent| {
        let change = |settings: &mut antri::domain::policy::Settings| {
            settings.mode = mode;
            settings.rollout_percent = Percent::new(percent).unwrap();
        };
        app.engine.change_settings(&admin, desk.now(), change).await.unwrap();
        desk.settle().await;
    };
    set(Mode::Dual, 100).await;
    assert_eq!([BUDI, CITRA].map(assigned), [1, 0], "the waiting ticket goes to Budi by itself");
    assert_eq!(desk.count(CITRA, CARD), 0, "the card is retired");
    desk.say(BUDI, "/busy").await;
    desk.ticket(SARI, "kendala 2").await;
    desk.press(CITRA, "🙋 Ambil").await;
    assert_eq!([BUDI, CITRA].map(assigned), [1, 1]);
    desk.say(BUDI, "/online").await;
    // Auto, outside of the rollout: everybody may pick up.
    set(Mode::Auto, 0).await;
    desk.ticket(SARI, "kendala 3").await;
    assert_eq!([BUDI, CITRA].map(|id| desk.count(id, CARD)), [1, 1]);
    // The ticket was opened outside of the rollout and stays so; the next one is assigned.
    set(Mode::Auto, 100).await;
    desk.ticket(SARI, "kendala 4").await;
    assert_eq!([BUDI, CITRA].map(assigned), [2, 1]);
    desk.press(BUDI, "🙋 Ambil").await;
    assert_eq!([BUDI, CITRA].map(assigned), [3, 1]);
    assert_eq!(desk.count(CITRA, CARD), 0);
    let held = app.engine.store().all_held().await.unwrap().len();
    assert_eq!((held, app.engine.store().depths().await.unwrap().values().sum()), (4, 0_u64));
}

#[tokio::test]
async fn an_admin_leads_the_desk_over_percentages_by_buttons_and_no_ticket_is_lost() {
    let desk = manual_desk().await;
    desk.person(TOM, "Tom", "en").await;
    desk.say(ADMIN, "/setmax Budi 20").await;
    let opened = async |count: u64| {
        let store = desk.app().engine.store().clone();
        let waiting: u64 = store.depths().await.unwrap().values().sum();
        let held = u64::try_from(store.all_held().await.unwrap().len()).unwrap();
        assert_eq!(waiting + held, count, "created = queued + held");
        waiting
    };
    desk.say(ADMIN, "/settings").await;
    desk.press(ADMIN, "🧭 Mode").await;
    desk.press(ADMIN, "Otomatis").await;
    let mut count = 0;
    for percent in ["0%", "10%", "25%", "50%", "75%", "100%"] {
        desk.say(ADMIN, "/settings").await;
        desk.press(ADMIN, "📊 Porsi otomatis").await;
        // The share that holds has a mark.
        if desk.last(ADMIN).button(&format!("✓ {percent}")).is_none() {
            desk.press(ADMIN, percent).await;
        }
        for customer in [SARI, TOM] {
            count += 1;
            desk.ticket(customer, &format!("kendala {count}")).await;
        }
        let waiting = opened(count).await;
        assert!(percent != "0%" || waiting == 2, "with no share every ticket waits for a pick-up");
    }
    let waiting = opened(count).await;
    assert!(
        (2..=10).contains(&waiting),
        "the last two tickets were assigned, the first two were not: {waiting}"
    );
    while opened(count).await > 0 {
        desk.say(BUDI, "/queue").await;
        desk.press(BUDI, "🙋 Ambil #1").await;
    }
}
