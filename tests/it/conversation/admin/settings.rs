//! `/settings`: every setting is shown and changed by buttons, by one admin and by two at the same time.
use crate::conversation::{BUDI, SARI, TOM, with_agent, with_customer};
use crate::support::{ADMIN, Desk, StoreFault, data};
use antri::bot::callback::{ButtonAction, SettingAction};
use antri::domain::policy::setting::Setting;
use antri::domain::policy::{AgentNaming, Mode, OfflineBehaviour, Settings, Strategy};
use antri::engine::ports::{Change, Write};
use antri::sandbox::ChatMessage;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const BOSS: i64 = 901;

async fn stored(desk: &Desk) -> Settings {
    desk.app().engine.store().settings().await.unwrap()
}

/// Returns the button that sets a setting to a number, on the newest message of an admin.
fn choice(desk: &Desk, id: i64, setting: Setting, to: u32) -> Option<(i64, String)> {
    let message = desk.last(id);
    let is_wanted = |data: &String| {
        matches!(ButtonAction::decode(data), Some(ButtonAction::Settings(SettingAction::Set {
            setting: of, to: number, stays: false, ..
        })) if of == setting && number == to)
    };
    let buttons = message.keyboard.iter().flatten();
    let mut data = buttons.filter_map(|button| button.callback_data.clone());
    data.find(is_wanted).map(|data| (message.message_id, data))
}

fn labels(message: &ChatMessage) -> Vec<String> {
    message.keyboard.iter().flatten().map(|button| button.text.clone()).collect()
}

async fn open(desk: &Desk, id: i64, setting: Setting) {
    desk.say(id, "/settings").await;
    let press = data(ButtonAction::Settings(SettingAction::Show(setting)));
    desk.press_data(id, desk.last(id).message_id, &press).await;
}

async fn second_admin(desk: &Desk) {
    desk.person(BOSS, "Bos", "en").await;
    desk.say(ADMIN, &format!("/addadmin {BOSS}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
}

#[tokio::test]
async fn every_setting_has_a_page_of_choices_in_both_languages() {
    let desk = with_customer().await;
    second_admin(&desk).await;
    let mut story = String::new();
    for id in [ADMIN, BOSS] {
        desk.say(id, "/settings").await;
        let card = desk.last(id);
        story.push_str(&desk.shown(id, card.message_id));
        assert_eq!(labels(&card).len(), Setting::ALL.len(), "one button for each");
        for setting in Setting::ALL {
            let show = data(ButtonAction::Settings(SettingAction::Show(setting)));
            let shown = card.keyboard.iter().flatten().any(|b| b.callback_data.as_ref() == Some(&show));
            assert!(shown, "{setting:?}");
            desk.press_data(id, card.message_id, &show).await;
            assert_eq!(desk.toast(id), "");
            story.push_str(&desk.shown(id, card.message_id));
            let marked = labels(&desk.last(id)).iter().filter(|label| label.starts_with('✓')).count();
            assert_eq!(marked, 1, "{setting:?}");
            desk.press(id, "⬅️").await;
        }
        assert_eq!(desk.last(id).message_id, card.message_id, "one message, edited in place");
    }
    insta::assert_snapshot!("settings", story);
}

#[tokio::test]
async fn every_choice_is_saved_at_once_and_leads_back_to_the_list() {
    let desk = with_customer().await;
    for setting in Setting::ALL {
        open(&desk, ADMIN, setting).await;
        let page = desk.last(ADMIN);
        let presses = page.keyboard.iter().flatten().filter_map(|button| button.callback_data.as_deref());
        let numbers = presses.filter_map(|press| match ButtonAction::decode(press) {
            Some(ButtonAction::Settings(SettingAction::Set { to, stays: false, .. })) => Some(to),
            _ => None,
        });
        let numbers: Vec<_> = numbers.collect();
        assert!(numbers.len() >= 3, "{setting:?}");
        for number in numbers {
            open(&desk, ADMIN, setting).await;
            let (message, press) = choice(&desk, ADMIN, setting, number).unwrap();
            desk.press_data(ADMIN, message, &press).await;
            assert_eq!(setting.value(&stored(&desk).await), number, "{setting:?}");
            assert!(desk.toast(ADMIN).starts_with("✅ "), "{}", desk.toast(ADMIN));
        }
        assert_eq!(labels(&desk.last(ADMIN)).len(), Setting::ALL.len(), "{setting:?}: the list again");
    }
    let changed = stored(&desk).await;
    assert_eq!((changed.mode, changed.strategy), (Mode::Manual, Strategy::Random));
    assert_eq!(changed.offline_behaviour, OfflineBehaviour::ReassignAll);
    assert_eq!(changed.agent_naming, AgentNaming::Hidden);
    assert_eq!(changed.topic_retention, Duration::from_secs(7 * 86_400));
}

#[tokio::test]
async fn the_toast_names_what_changed() {
    let desk = with_customer().await;
    open(&desk, ADMIN, Setting::Strategy).await;
    desk.press(ADMIN, "Paling longgar").await;
    assert_eq!(desk.toast(ADMIN), "✅ ⚖️ Strategi: Paling longgar");
    assert!(desk.last(ADMIN).text.contains("⚖️ Strategi: Paling longgar"), "{}", desk.last(ADMIN).text);
    desk.say(ADMIN, "/language en").await;
    open(&desk, ADMIN, Setting::Grace).await;
    desk.press(ADMIN, "10 minutes").await;
    assert_eq!(desk.toast(ADMIN), "✅ ⏳ Grace period: 10 minutes");
}

#[tokio::test]
async fn plus_and_minus_stay_on_the_page_and_stop_at_the_ends() {
    let desk = with_customer().await;
    open(&desk, ADMIN, Setting::DefaultCapacity).await;
    for expected in [6, 7] {
        desk.press(ADMIN, "+ 1").await;
        assert_eq!(stored(&desk).await.default_capacity.get(), expected);
        assert!(
            desk.last(ADMIN).button(&format!("✓ {expected}")).is_some(),
            "also a number without a button"
        );
    }
    desk.press(ADMIN, "1").await;
    open(&desk, ADMIN, Setting::DefaultCapacity).await;
    assert!(desk.last(ADMIN).button("− 1").is_none(), "1 is the least");
    open(&desk, ADMIN, Setting::RolloutPercent).await;
    assert!(desk.last(ADMIN).button("+ 5").is_none(), "100 % is the most");
    desk.press(ADMIN, "− 5").await;
    assert_eq!(stored(&desk).await.rollout_percent.get(), 95);
}

#[tokio::test]
async fn of_two_admins_the_second_sees_what_the_first_chose() {
    let desk = with_customer().await;
    second_admin(&desk).await;
    open(&desk, ADMIN, Setting::Mode).await;
    open(&desk, BOSS, Setting::Mode).await;
    let (message, dual) = choice(&desk, BOSS, Setting::Mode, 1).unwrap();
    desk.press(ADMIN, "Ambil sendiri").await;
    desk.press_data(BOSS, message, &dual).await;
    assert_eq!(stored(&desk).await.mode, Mode::Manual, "the first choice stays");
    assert!(desk.toast(BOSS).contains("changed in the meantime"), "{}", desk.toast(BOSS));
    assert!(desk.toast(BOSS).ends_with("🧭 Mode: Pick-up only"), "{}", desk.toast(BOSS));
    assert!(desk.last(BOSS).button("✓ Pick-up only").is_some(), "the page is current");
    // The fresh page works, and another setting of the other admin is no obstacle.
    open(&desk, ADMIN, Setting::Strategy).await;
    desk.press(ADMIN, "Acak").await;
    desk.press(BOSS, "Mixed").await;
    let settings = stored(&desk).await;
    assert_eq!((settings.mode, settings.strategy), (Mode::Dual, Strategy::Random));
}

#[tokio::test]
async fn a_double_press_changes_once_and_says_the_same() {
    let desk = with_customer().await;
    open(&desk, ADMIN, Setting::Mode).await;
    let (message, manual) = choice(&desk, ADMIN, Setting::Mode, 2).unwrap();
    desk.sandbox.press(ADMIN, message, &manual);
    desk.press_data(ADMIN, message, &manual).await;
    let version = stored(&desk).await.version;
    assert_eq!(desk.toast(ADMIN), "✅ 🧭 Mode: Ambil sendiri");
    desk.press_data(ADMIN, message, &manual).await;
    assert_eq!(stored(&desk).await.version, version);
}

#[tokio::test]
async fn forged_numbers_change_nothing() {
    let desk = with_customer().await;
    open(&desk, ADMIN, Setting::Grace).await;
    let message = desk.last(ADMIN).message_id;
    let before = stored(&desk).await;
    for (setting, to) in [(Setting::Grace, 0), (Setting::Grace, u32::MAX), (Setting::DefaultCapacity, 101)] {
        let shown = setting.value(&before);
        let forged = SettingAction::Set { setting, to, shown, stays: false };
        desk.press_data(ADMIN, message, &data(ButtonAction::Settings(forged))).await;
        assert_eq!(stored(&desk).await, before, "{setting:?}");
    }
}

#[tokio::test]
async fn settings_are_for_admins_and_dead_for_former_ones() {
    let desk = with_agent().await;
    second_admin(&desk).await;
    for id in [SARI, BUDI] {
        desk.say(id, "/settings").await;
        assert!(desk.last(id).text.contains("khusus admin"), "{}", desk.last(id).text);
    }
    open(&desk, BOSS, Setting::Mode).await;
    let (message, manual) = choice(&desk, BOSS, Setting::Mode, 2).unwrap();
    desk.say(ADMIN, &format!("/removeadmin {BOSS}")).await;
    desk.press(ADMIN, "Cabut peran").await;
    for press in [manual, data(ButtonAction::Settings(SettingAction::List))] {
        desk.press_data(BOSS, message, &press).await;
        assert!(desk.toast(BOSS).contains("not allowed"), "{}", desk.toast(BOSS));
        assert!(!desk.shown(BOSS, message).contains('['), "the buttons are gone");
    }
    assert_eq!(stored(&desk).await.mode, Mode::Auto);
}

#[tokio::test]
async fn a_change_takes_effect_at_once() {
    let desk = with_agent().await;
    open(&desk, ADMIN, Setting::Mode).await;
    desk.press(ADMIN, "Ambil sendiri").await;
    desk.ticket(SARI, "printer rusak").await;
    assert!(!desk.has(BUDI, "Tiket baru"));
    open(&desk, ADMIN, Setting::Mode).await;
    desk.press(ADMIN, "Otomatis").await;
    assert!(desk.find(BUDI, "Tiket baru").text.contains("printer rusak"));
    open(&desk, ADMIN, Setting::IdleTimeout).await;
    desk.press(ADMIN, "10 menit").await;
    desk.pass(TimeDelta::minutes(11)).await;
    desk.find(BUDI, "Masih online?");
}

#[tokio::test]
async fn another_naming_of_agents_shows_on_the_cards_that_customers_have() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    let card = desk.find(SARI, "sekarang ditangani oleh Agen 1").message_id;
    for (label, shown) in
        [("Nama asli", "sekarang ditangani oleh Budi"), ("Tanpa nama", "sudah diterima agen")]
    {
        open(&desk, ADMIN, Setting::AgentNaming).await;
        desk.press(ADMIN, label).await;
        let text = desk.shown(SARI, card);
        assert!(text.contains(shown), "{label}: {text}");
    }
}

#[tokio::test]
async fn cards_get_the_new_names_although_the_event_of_the_change_is_lost() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "en").await;
    for customer in [SARI, TOM] {
        desk.ticket(customer, "printer").await;
    }
    // As after a crash, or a caller who went away: the change is committed, and that is all.
    let change = async |agent_naming| {
        let before = stored(&desk).await;
        let (expected, version) = (before.version, before.version.next());
        let settings = Settings { agent_naming, has_stale_names: true, version, ..before };
        let write = Change::quiet(Write::Settings { settings, expected });
        desk.app().engine.store().commit(vec![write]).await.remove(0).unwrap();
        desk.settle().await;
        version
    };
    let version = change(AgentNaming::Name).await;
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
    desk.pass(TimeDelta::seconds(1)).await;
    desk.find(SARI, "sekarang ditangani oleh Budi");
    desk.find(TOM, "is now with Budi");
    assert!(!stored(&desk).await.has_stale_names);
    assert_eq!(stored(&desk).await.version, version, "nothing that an admin sees has changed");
    change(AgentNaming::Alias).await;
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk.find(SARI, "sekarang ditangani oleh Agen 1");
    desk.find(TOM, "is now with Agent 1");
    assert!(!stored(&desk).await.has_stale_names);
}

#[tokio::test]
async fn cards_get_the_new_names_a_few_at_a_time_and_after_a_failure_of_the_store() {
    let desk = with_agent().await;
    // One more agent than are read at once, with a ticket each.
    let people: Vec<i64> = (1..=17).collect();
    for n in &people {
        desk.agent(200 + n, &format!("Agen Baru {n}")).await;
        desk.say(200 + n, "/online").await;
        desk.person(100 + n, "Sari", "id").await;
        desk.ticket(100 + n, "printer rusak").await;
    }
    let is_named =
        |customer| desk.has(customer, "ditangani oleh Budi") || desk.has(customer, "oleh Agen Baru");
    open(&desk, ADMIN, Setting::AgentNaming).await;
    let enqueued = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&enqueued);
    let mut fails = true;
    desk.faults.inject(move |called| {
        let is_chunk = called == "enqueue";
        calls.fetch_add(usize::from(is_chunk), Ordering::SeqCst);
        (is_chunk && std::mem::take(&mut fails)).then_some(StoreFault::Unreachable)
    });
    desk.press(ADMIN, "Nama asli").await;
    assert!(people.iter().all(|n| is_named(100 + n)), "{}", desk.chat_story(101));
    assert_eq!(enqueued.load(Ordering::SeqCst), 3, "one that failed, and two");
    assert!(!stored(&desk).await.has_stale_names);
}
