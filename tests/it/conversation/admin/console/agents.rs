//! An agent in the console: capacity, automatic assignment, availability, departments.
use super::{EVE, drawn, open_budi, staffed};
use crate::conversation::{BUDI, SARI, second_department};
use crate::support::ADMIN;
use antri::domain::person::Availability;

#[tokio::test]
async fn an_agent_is_reached_from_the_workload_and_leads_back_to_it() {
    let desk = staffed().await;
    open_budi(&desk, ADMIN).await;
    let card = desk.last(ADMIN);
    assert!(card.text.contains("👤 Budi") && card.text.contains("1/5"), "{}", card.text);
    assert!(card.button("printer rusak").is_some(), "{}", desk.chat_story(ADMIN));
    desk.press(ADMIN, "⬅️ Beban kerja").await;
    assert!(desk.last(ADMIN).text.contains("Beban Kerja"), "{}", desk.last(ADMIN).text);
    assert_eq!(desk.last(ADMIN).message_id, card.message_id, "one message");
    desk.press(ADMIN, "Citra").await;
    assert!(desk.last(ADMIN).text.contains("Belum memegang tiket"));
    open_budi(&desk, EVE).await;
    assert!(desk.last(EVE).button("⬅️ Workload").is_some() && desk.last(EVE).button("Set offline").is_some());
}

#[tokio::test]
async fn plus_and_minus_change_the_capacity_that_was_shown() {
    let desk = staffed().await;
    open_budi(&desk, ADMIN).await;
    let (message, plus) = drawn(&desk, ADMIN, "+ 1");
    open_budi(&desk, EVE).await;
    let (other, minus) = drawn(&desk, EVE, "− 1");
    desk.press_data(ADMIN, message, &plus).await;
    assert_eq!(desk.toast(ADMIN), "🔢 Batas Budi sekarang 6 tiket.");
    desk.find(BUDI, "6");
    // The second press, and the slower admin, change nothing and see how things stand.
    desk.press_data(ADMIN, message, &plus).await;
    assert_eq!(desk.toast(ADMIN), "Batas Budi sudah berubah: 6 tiket.");
    desk.press_data(EVE, other, &minus).await;
    assert_eq!(desk.toast(EVE), "The limit of Budi has changed: 6 tickets.");
    assert!(desk.shown(EVE, other).contains("1/6"), "{}", desk.shown(EVE, other));
    desk.press(EVE, "− 1").await;
    assert_eq!(desk.toast(EVE), "🔢 Budi can now hold 5 tickets.");
}

#[tokio::test]
async fn a_capacity_has_no_buttons_beyond_its_limits() {
    let desk = staffed().await;
    for (max, less, more) in [(1, false, true), (100, true, false)] {
        desk.say(ADMIN, &format!("/setmax Budi {max}")).await;
        open_budi(&desk, ADMIN).await;
        let card = desk.last(ADMIN);
        assert_eq!((card.button("− 1").is_some(), card.button("+ 1").is_some()), (less, more), "{max}");
    }
}

#[tokio::test]
async fn automatic_assignment_is_switched_and_the_agent_is_told() {
    let desk = staffed().await;
    open_budi(&desk, ADMIN).await;
    let (message, off) = drawn(&desk, ADMIN, "Matikan otomatis");
    desk.press_data(ADMIN, message, &off).await;
    assert_eq!(desk.toast(ADMIN), "⏸ Budi tidak mendapat tiket otomatis lagi.");
    desk.press_data(ADMIN, message, &off).await;
    assert_eq!(desk.count(BUDI, "mematikan penugasan otomatis"), 1, "the second press changes nothing");
    desk.ticket(SARI, "kendala 2").await;
    assert_eq!(desk.count(BUDI, "Tiket baru"), 1, "the next one waits for a pick-up");
    desk.press(ADMIN, "Nyalakan otomatis").await;
    desk.find(BUDI, "menyalakan penugasan otomatis");
    assert_eq!(desk.count(BUDI, "Tiket baru"), 2);
}

#[tokio::test]
async fn an_agent_who_is_set_offline_stays_so_until_they_choose_otherwise() {
    let desk = staffed().await;
    open_budi(&desk, ADMIN).await;
    let (message, offline) = drawn(&desk, ADMIN, "Jadikan offline");
    desk.press_data(ADMIN, message, &offline).await;
    assert_eq!(desk.toast(ADMIN), "🔴 Budi sekarang offline.");
    desk.find(BUDI, "Admin menjadikan Anda offline");
    assert!(desk.last(ADMIN).button("Jadikan offline").is_none());
    desk.press(BUDI, "🟢 Online").await;
    // The button was drawn for an agent who was online, and so they are again.
    desk.say(BUDI, "/busy").await;
    desk.press_data(ADMIN, message, &offline).await;
    assert!(desk.toast(ADMIN).contains("Tidak diubah: Budi sekarang"), "{}", desk.toast(ADMIN));
    let seats = desk.app().engine.seats();
    assert_eq!(seats[0].person.availability(), Availability::Busy);
}

#[tokio::test]
async fn departments_are_switched_in_place() {
    let desk = staffed().await;
    second_department(&desk).await;
    open_budi(&desk, ADMIN).await;
    desk.press(ADMIN, "🏢 Departemen").await;
    let (message, join) = drawn(&desk, ADMIN, "Teknik");
    desk.press_data(ADMIN, message, &join).await;
    assert!(desk.toast(ADMIN).contains("Budi melayani Teknik"), "{}", desk.toast(ADMIN));
    desk.press_data(ADMIN, message, &join).await;
    assert_eq!(desk.count(BUDI, "Teknik"), 1, "the second press changes nothing");
    assert!(desk.last(ADMIN).button("✓ Teknik").is_some());
    desk.press(ADMIN, "⬅️ Budi").await;
    assert!(desk.last(ADMIN).text.contains("Teknik"));
    desk.press(ADMIN, "⚙️ Lainnya").await;
    assert!(
        desk.last(ADMIN).button("Nama untuk pelanggan").is_some(),
        "the alias and the removal, as before"
    );
    // This message is not the one of the list. It says where its way back leads.
    for (language, back, agents) in [("id", "⬅️ Agen", "Agen (2)"), ("en", "⬅️ Agents", "Agents (2)")]
    {
        desk.say(ADMIN, &format!("/language {language}")).await;
        open_budi(&desk, ADMIN).await;
        desk.press(ADMIN, "⚙️").await;
        desk.press(ADMIN, back).await;
        assert!(desk.last(ADMIN).text.contains(agents), "{}", desk.chat_story(ADMIN));
    }
}

#[tokio::test]
async fn a_former_agent_is_gone_from_the_console() {
    let desk = staffed().await;
    open_budi(&desk, EVE).await;
    let (message, plus) = drawn(&desk, EVE, "+ 1");
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.press_data(EVE, message, &plus).await;
    assert_eq!(desk.toast(EVE), "That person is no longer an agent.");
    assert!(desk.shown(EVE, message).contains("⬅️ Workload"), "{}", desk.shown(EVE, message));
}
