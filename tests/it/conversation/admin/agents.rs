//! Agents managed by an admin: adding, removing, departments, limits and the workload.
use crate::conversation::{
    BUDI, CITRA, SARI, five_tickets, numbers, second_department, with_agent, with_customer,
};
use crate::support::ADMIN;
use antri::sandbox::NewUser;
use chrono::TimeDelta;

#[tokio::test]
async fn a_known_person_becomes_an_agent_by_id_username_or_button() {
    let desk = with_customer().await;
    for (id, name) in [(BUDI, "Budi"), (CITRA, "Citra"), (13, "Eka")] {
        desk.person(id, name, "id").await;
    }
    desk.say(ADMIN, "/addagent 11").await;
    desk.say(ADMIN, "/addagent @Citra").await;
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "Eka").await;
    for id in [BUDI, CITRA, 13] {
        desk.find(id, "Anda sekarang agen");
    }
    // The admin reads the answer to their own action and gets no notice about it.
    assert_eq!(desk.count(ADMIN, "sekarang agen untuk Umum"), 3);
    assert_eq!(desk.count(ADMIN, "menerima undangan"), 0);
}

#[tokio::test]
async fn addagent_refuses_unknown_people_and_departments() {
    let desk = with_customer().await;
    for wrong in ["/addagent @nobody", "/addagent 4711", "/addagent siapa"] {
        desk.say(ADMIN, wrong).await;
        assert!(desk.last(ADMIN).text.contains("Bot belum mengenal"), "{wrong}");
    }
    desk.say(ADMIN, "/addagent @sari Keuangan").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada departemen"));
}

#[tokio::test]
async fn the_department_of_a_new_agent_is_asked_for_when_there_are_several() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/addagent @sari").await;
    assert!(desk.last(ADMIN).text.contains("melayani departemen mana?"));
    desk.press(ADMIN, "Teknik").await;
    assert!(desk.last(ADMIN).text.contains("Sari (@sari) sekarang agen untuk Teknik"));
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Sari").await;
    assert!(desk.last(ADMIN).text.contains("Departemen: Teknik"));
}

#[tokio::test]
async fn a_new_department_of_an_agent_assigns_its_waiting_tickets() {
    let desk = with_agent().await;
    second_department(&desk).await;
    desk.say(SARI, "kabel putus").await;
    desk.press(SARI, "Teknik").await;
    desk.press(SARI, "Kirim").await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    let card = desk.last(ADMIN);
    assert!(card.button("✓ Umum").is_some() && card.button("✓ Teknik").is_none());
    desk.press(ADMIN, "Teknik").await;
    assert!(desk.last(ADMIN).button("✓ Teknik").is_some());
    desk.find(BUDI, "kabel putus");
    desk.press(ADMIN, "✓ Umum").await;
    desk.press(ADMIN, "⬅️ Agen").await;
    assert!(desk.last(ADMIN).text.contains("Agen (1)"));
}

#[tokio::test]
async fn the_ticket_limit_is_set_by_name_by_id_and_by_buttons() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax budi 7").await;
    assert!(desk.last(ADMIN).text.contains("Batas tiket Budi sekarang 7"));
    desk.say(ADMIN, "/setmax 11 6").await;
    desk.say(ADMIN, "/setmax @budi").await;
    assert!(desk.last(ADMIN).text.contains("Sekarang 6"));
    desk.press(ADMIN, "3").await;
    desk.say(ADMIN, "/setmax").await;
    desk.press(ADMIN, "Budi 0/3").await;
    desk.press(ADMIN, "10").await;
    assert!(desk.last(ADMIN).text.contains("Batas tiket Budi sekarang 10"));
    for wrong in ["0", "101", "-1", "7x", "99999999999"] {
        desk.say(ADMIN, &format!("/setmax Budi {wrong}")).await;
        assert!(desk.last(ADMIN).text.contains("angka 1 sampai 100"), "{wrong}");
    }
    desk.say(ADMIN, "/setmax Wati 3").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada agen bernama “Wati”"));
}

#[tokio::test]
async fn a_lower_limit_keeps_held_tickets_and_a_higher_one_assigns_more() {
    let desk = with_agent().await;
    five_tickets(&desk).await;
    desk.say(ADMIN, "/setmax Budi 2").await;
    desk.ticket(SARI, "kendala 6").await;
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Tiket aktif: 5/2"));
    desk.press(BUDI, "✅ Selesai").await;
    assert!(!desk.has(BUDI, "kendala 6"));
    desk.say(ADMIN, "/setmax Budi 5").await;
    desk.find(BUDI, "kendala 6");
    assert_eq!(desk.pass(TimeDelta::seconds(10)).await.found, 0);
}

#[tokio::test]
async fn an_ambiguous_agent_name_asks_which_agent() {
    let desk = with_customer().await;
    for (id, name) in [(BUDI, "Budi Santoso"), (CITRA, "Budi Wijaya")] {
        desk.agent(id, name).await;
    }
    desk.say(ADMIN, "/setmax budi 7").await;
    assert!(desk.last(ADMIN).text.contains("Beberapa agen cocok"));
    desk.press(ADMIN, "Wijaya").await;
    // The limit was typed with the command.
    assert!(desk.last(ADMIN).text.contains("Batas tiket Budi Wijaya sekarang 7"));
    desk.say(ADMIN, "/setmax budi").await;
    desk.press(ADMIN, "Santoso").await;
    desk.press(ADMIN, "4").await;
    assert!(desk.last(ADMIN).text.contains("Batas tiket Budi Santoso sekarang 4"));
}

#[tokio::test]
async fn agents_with_equal_names_are_listed_with_usernames() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    let (first_name, username) = ("Budi".into(), Some("budi_dua".into()));
    desk.sandbox.add_user(NewUser { id: Some(13), first_name, username, ..NewUser::default() });
    desk.say(13, "/start").await;
    desk.say(ADMIN, "/addagent 13").await;
    for list in ["/agents", "/setmax", "/removeagent", "/setmax Budi"] {
        desk.say(ADMIN, list).await;
        let offer = desk.last(ADMIN);
        for label in ["🟢 Budi (@budi) 0/5", "🔴 Budi (@budi_dua) 0/5"] {
            assert!(offer.button(label).is_some(), "{list}: {}", desk.chat_story(ADMIN));
        }
        assert!(offer.button("Citra (").is_none(), "{list}: {}", desk.chat_story(ADMIN));
    }
    desk.ticket(SARI, "printer rusak").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, &format!("/reassign {number}")).await;
    // The agent of the same name holds the ticket and is not offered, so no username is needed.
    assert!(desk.last(ADMIN).button("🔴 Budi 0/5").is_some(), "{}", desk.chat_story(ADMIN));
}

#[tokio::test]
async fn an_agent_who_blocked_the_bot_is_not_offered_as_online() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(CITRA, "/online").await;
    let number = numbers(&desk).await.remove(0);
    desk.say(ADMIN, "/agents").await;
    assert!(desk.last(ADMIN).button("🟢 Citra").is_some());
    desk.sandbox.set_blocked(CITRA, true);
    desk.settle().await;
    for list in ["/agents", "/setmax", "/removeagent", &format!("/reassign {number}")] {
        desk.say(ADMIN, list).await;
        assert!(desk.last(ADMIN).button("⚪ Citra").is_some(), "{list}: {}", desk.chat_story(ADMIN));
    }
    desk.press(ADMIN, "⚪ Citra").await;
    desk.find(ADMIN, "Status Citra saat ini ⚪ Tidak terhubung");
}

#[tokio::test]
async fn a_number_at_the_end_of_an_agent_name_is_not_parsed_as_a_limit() {
    let desk = with_customer().await;
    for (id, name) in [(BUDI, "agent 1"), (CITRA, "agent 2")] {
        desk.agent(id, name).await;
    }
    desk.say(ADMIN, "/setmax Agent 2").await;
    assert!(desk.last(ADMIN).text.contains("batas tiket untuk agent 2? Sekarang 5"));
    desk.say(ADMIN, "/setmax agent 2 7").await;
    assert!(desk.last(ADMIN).text.contains("Batas tiket agent 2 sekarang 7"));
    desk.say(ADMIN, "/removeagent agent 1").await;
    desk.press(ADMIN, "Cabut peran").await;
    // The removal of "agent 1" must not lower the limit of "agent 2".
    desk.say(ADMIN, "/setmax agent 2").await;
    assert!(desk.last(ADMIN).text.contains("Sekarang 7"));
}

#[tokio::test]
async fn a_removed_agents_tickets_go_back_to_the_queue() {
    let desk = with_agent().await;
    desk.agent(CITRA, "Citra").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.say(ADMIN, "/removeagent").await;
    desk.press(ADMIN, "Budi").await;
    assert!(desk.last(ADMIN).text.contains("1 tiket kembali ke antrian"));
    desk.press(ADMIN, "Batal").await;
    desk.say(ADMIN, "/removeagent budi").await;
    let (message, yes) = desk.button(ADMIN, "Cabut peran");
    desk.press_data(ADMIN, message, &yes).await;
    assert!(desk.last(ADMIN).text.contains("Budi bukan agen lagi"));
    desk.find(BUDI, "tidak lagi menerima tiket");
    desk.find(SARI, "kembali ke antrian");
    desk.say(BUDI, "/online").await;
    assert!(desk.last(BUDI).text.contains("khusus agen"));
    desk.say(CITRA, "/online").await;
    desk.find(CITRA, "kendala 1");
    // A second press of the same button finds no agent.
    desk.press_data(ADMIN, message, &yes).await;
    desk.say(ADMIN, "/removeagent Budi").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada agen"));
}

#[tokio::test]
async fn an_admin_removed_as_agent_stays_an_admin() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/addagent 900").await;
    desk.say(ADMIN, "/removeagent Dewi").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.find(ADMIN, "Anda bukan agen lagi dan tidak lagi menerima tiket. Anda tetap admin.");
    assert!(!desk.has(ADMIN, "Anda sekarang admin"));
    desk.say(ADMIN, "/online").await;
    assert!(desk.last(ADMIN).text.contains("khusus agen"));
    desk.say(ADMIN, "/workload").await;
}

#[tokio::test]
async fn the_workload_shows_every_agent_and_the_queue() {
    let desk = with_agent().await;
    desk.say(ADMIN, "/setmax Budi 2").await;
    desk.agent(CITRA, "Citra").await;
    for n in 1..=3 {
        desk.ticket(SARI, &format!("kendala {n}")).await;
    }
    desk.say(ADMIN, "/workload").await;
    let load = desk.last(ADMIN).text;
    for part in [
        "Budi · 🟢 Online · 2/2",
        "██████████ 100% PENUH",
        "Citra · 🔴 Offline · 0/5",
        "▒▒▒▒▒▒▒▒▒▒ 0%",
        "Menunggu di antrian: 1 tiket",
        "Agen online: 1/2",
        "Kapasitas: 0 slot tersedia",
    ] {
        assert!(load.contains(part), "{part} in {load}");
    }
    desk.say(CITRA, "/online").await;
    desk.press(ADMIN, "Segarkan").await;
    assert!(desk.last(ADMIN).text.contains("Agen online: 2/2"));
}

#[tokio::test]
async fn more_than_ten_agents_come_in_pages() {
    let desk = with_customer().await;
    for n in 1..=11 {
        desk.agent(100 + n, &format!("Agen{n}")).await;
    }
    desk.say(ADMIN, "/workload").await;
    assert!(!desk.last(ADMIN).text.contains("Agen11"));
    desk.press(ADMIN, "▶️").await;
    assert!(desk.last(ADMIN).text.contains("Agen11"));
    for command in ["/agents", "/removeagent", "/setmax"] {
        desk.say(ADMIN, command).await;
        desk.press(ADMIN, "▶️").await;
        desk.press(ADMIN, "Agen11").await;
        assert!(desk.last(ADMIN).text.contains("Agen11"), "{command}");
    }
}

#[tokio::test]
async fn an_agents_card_leads_to_the_console() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "🛠 Kelola").await;
    let card = desk.last(ADMIN);
    assert!(
        card.button("printer rusak").is_some() && card.button("⬅️ Beban kerja").is_some(),
        "{}",
        card.text
    );
}

#[tokio::test]
async fn empty_agent_lists_point_to_invite() {
    let desk = with_customer().await;
    for command in ["/agents", "/removeagent", "/setmax", "/workload"] {
        desk.say(ADMIN, command).await;
        assert!(desk.last(ADMIN).text.contains("/invite"), "{command}: {}", desk.last(ADMIN).text);
    }
}

#[tokio::test]
async fn a_changed_limit_or_department_is_announced_to_the_agent() {
    let desk = with_agent().await;
    desk.ticket(SARI, "printer rusak").await;
    second_department(&desk).await;
    desk.say(ADMIN, "/setmax Budi 7").await;
    let notice = desk.find(BUDI, "Batas tiket Anda sekarang 7").text;
    desk.say(ADMIN, "/setmax Budi 7").await;
    assert_eq!(desk.count(BUDI, "Batas tiket Anda"), 1, "a limit that stays is no news: {notice}");
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Budi").await;
    desk.press(ADMIN, "Teknik").await;
    desk.find(BUDI, "Sekarang Anda menerima tiket departemen Teknik");
    desk.press(ADMIN, "✓ Teknik").await;
    desk.find(BUDI, "tidak lagi menerima tiket baru departemen Teknik");
}

#[tokio::test]
async fn namesakes_without_usernames_are_told_apart() {
    let desk = with_customer().await;
    for id in [1_234_567, 7_654_321] {
        let user = NewUser { id: Some(id), first_name: "Andi".into(), ..NewUser::default() };
        desk.sandbox.add_user(user);
        desk.say(id, "/start").await;
    }
    desk.say(ADMIN, "/addagent").await;
    desk.press(ADMIN, "Andi (…4321)").await;
    assert!(desk.last(ADMIN).text.contains("Andi (ID 7654321) sekarang agen"), "{}", desk.chat_story(ADMIN));
    desk.say(ADMIN, "/addagent 1234567").await;
    for list in ["/agents", "/setmax", "/removeagent", "/setmax Andi"] {
        desk.say(ADMIN, list).await;
        for label in ["🔴 Andi (…4567) 0/5", "🔴 Andi (…4321) 0/5"] {
            assert!(desk.last(ADMIN).button(label).is_some(), "{list}: {}", desk.chat_story(ADMIN));
        }
    }
    desk.press(ADMIN, "Andi (…4567)").await;
    assert!(desk.last(ADMIN).text.contains("batas tiket untuk Andi (…4567)"), "{}", desk.chat_story(ADMIN));
    desk.say(ADMIN, "/removeagent andi").await;
    desk.press(ADMIN, "Andi (…4567)").await;
    assert!(desk.last(ADMIN).text.contains("peran agen Andi (…4567)?"), "{}", desk.chat_story(ADMIN));
    desk.press(ADMIN, "Cabut peran").await;
    assert!(desk.last(ADMIN).text.contains("Andi (…4567) bukan agen lagi"), "{}", desk.chat_story(ADMIN));
    let agents = desk.app().engine.store().agents().await.unwrap();
    assert_eq!(agents.iter().map(|agent| agent.telegram.0).collect::<Vec<_>>(), [7_654_321]);
}
