//! Claim links for the first admin, and invitation links for agents.
use crate::conversation::{BUDI, CITRA, SARI, second_department, with_customer};
use crate::support::{ADMIN, Desk, Options, StoreFault};
use chrono::TimeDelta;

/// Returns the start payload of a link.
fn payload(link: &str) -> String {
    link.split("?start=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// Returns the start payload of a new invitation.
async fn invitation(desk: &Desk) -> String {
    desk.say(ADMIN, "/invite").await;
    payload(&desk.last(ADMIN).text)
}

#[tokio::test]
async fn a_desk_without_an_admin_can_be_claimed_once() {
    let desk = Desk::with(Options { admin_ids: Vec::new(), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    desk.person(BUDI, "Budi", "id").await;
    let earlier = payload(&desk.app().claim_link().await.unwrap().unwrap());
    let code = payload(&desk.app().claim_link().await.unwrap().unwrap());
    // The link of an earlier start is dead.
    desk.say(BUDI, &format!("/start {earlier}")).await;
    assert!(desk.last(BUDI).text.contains("tidak berlaku"));
    desk.say(SARI, &format!("/start {code}")).await;
    desk.find(SARI, "Anda sekarang admin");
    desk.say(SARI, "/workload").await;
    for used in [&code, &earlier] {
        desk.say(BUDI, &format!("/start {used}")).await;
        assert!(desk.last(BUDI).text.contains("tidak berlaku"));
    }
    // The admin who opens the used claim link again is greeted.
    desk.say(SARI, &format!("/start {code}")).await;
    assert!(desk.last(SARI).text.contains("Halo Sari"));
    assert!(desk.app().claim_link().await.unwrap().is_none());
}

#[tokio::test]
async fn a_claim_link_expires() {
    let desk = Desk::with(Options { admin_ids: Vec::new(), ..Options::default() }).await;
    desk.person(SARI, "Sari", "id").await;
    let code = payload(&desk.app().claim_link().await.unwrap().unwrap());
    desk.clock.advance(TimeDelta::hours(25));
    desk.say(SARI, &format!("/start {code}")).await;
    assert!(desk.last(SARI).text.contains("tidak berlaku"));
    assert!(desk.app().claim_link().await.unwrap().is_some());
}

#[tokio::test]
async fn an_invitation_makes_one_agent() {
    let desk = with_customer().await;
    let code = invitation(&desk).await;
    desk.person(BUDI, "Budi", "id").await;
    desk.say(BUDI, &format!("/start {code}")).await;
    desk.find(BUDI, "Anda sekarang agen");
    desk.find(ADMIN, "Budi menerima undangan");
    desk.say(SARI, &format!("/start {code}")).await;
    assert!(desk.last(SARI).text.contains("tidak berlaku"));
    desk.press(BUDI, "🟢 Online").await;
    // The agent who opens the used invitation again sees their status.
    desk.say(BUDI, &format!("/start {code}")).await;
    assert!(desk.last(BUDI).text.contains("Status Anda"));
}

#[tokio::test]
async fn an_invitation_expires_also_for_the_person_who_used_it() {
    let desk = with_customer().await;
    let (first, second) = (invitation(&desk).await, invitation(&desk).await);
    desk.say(SARI, &format!("/start {first}")).await;
    desk.clock.advance(TimeDelta::hours(25));
    desk.say(ADMIN, "/removeagent Sari").await;
    desk.press(ADMIN, "Cabut peran").await;
    for code in [first, second, "join_nonsense".into(), "claim_".into()] {
        desk.say(SARI, &format!("/start {code}")).await;
        assert!(desk.last(SARI).text.contains("tidak berlaku"), "{code}");
    }
}

#[tokio::test]
async fn an_invitation_is_for_a_typed_or_picked_department() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/invite teknik").await;
    let code = payload(&desk.last(ADMIN).text);
    assert!(
        desk.last(ADMIN).text.contains("undangan untuk Teknik") || desk.last(ADMIN).text.contains("Teknik")
    );
    desk.person(BUDI, "Budi", "id").await;
    desk.say(BUDI, &format!("/start {code}")).await;
    desk.say(BUDI, "/status").await;
    assert!(desk.last(BUDI).text.contains("Departemen: Teknik"));
    desk.say(ADMIN, "/invite Keuangan").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada departemen “Keuangan”"));
    desk.say(ADMIN, "/invite").await;
    desk.press(ADMIN, "Semua departemen").await;
    let code = payload(&desk.last(ADMIN).text);
    desk.person(CITRA, "Citra", "id").await;
    desk.say(CITRA, &format!("/start {code}")).await;
    desk.say(CITRA, "/status").await;
    assert!(desk.last(CITRA).text.contains("Departemen: Teknik, Umum"), "{}", desk.last(CITRA).text);
}

#[tokio::test]
async fn joining_another_department_by_a_link_is_announced_once() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.person(BUDI, "Budi", "id").await;
    for (department, notices) in [("Umum", 1), ("Teknik", 2)] {
        desk.say(ADMIN, &format!("/invite {department}")).await;
        let code = payload(&desk.last(ADMIN).text);
        // Opening the link again sends no second notice.
        for _ in 0..2 {
            desk.say(BUDI, &format!("/start {code}")).await;
            assert_eq!(desk.count(ADMIN, "Budi menerima undangan"), notices, "{department}");
        }
    }
    assert!(desk.last(BUDI).text.contains("Departemen: Teknik, Umum"), "{}", desk.last(BUDI).text);
    assert_eq!(desk.count(BUDI, "Anda sekarang agen"), 1);
}

#[tokio::test]
async fn an_invitation_makes_an_admin_an_agent_too() {
    let desk = with_customer().await;
    let code = invitation(&desk).await;
    desk.say(ADMIN, &format!("/start {code}")).await;
    desk.find(ADMIN, "Anda sekarang agen");
    desk.say(ADMIN, "/online").await;
    desk.ticket(SARI, "kendala 1").await;
    desk.find(ADMIN, "kendala 1");
    desk.say(ADMIN, "/workload").await;
    assert!(desk.last(ADMIN).text.contains("Dewi"));
}

#[tokio::test]
async fn a_removed_agent_cannot_return_by_a_used_link() {
    let desk = with_customer().await;
    let code = invitation(&desk).await;
    desk.say(SARI, &format!("/start {code}")).await;
    desk.say(ADMIN, "/removeagent Sari").await;
    desk.press(ADMIN, "Cabut peran").await;
    desk.say(SARI, &format!("/start {code}")).await;
    assert!(desk.last(SARI).text.contains("tidak berlaku: sudah dipakai"), "{}", desk.last(SARI).text);
    desk.say(SARI, "/online").await;
    assert!(desk.last(SARI).text.contains("khusus agen"));
    // A new link works; after that the old link only shows the status.
    let next = invitation(&desk).await;
    for link in [next, code] {
        desk.say(SARI, &format!("/start {link}")).await;
        assert!(!desk.last(SARI).text.contains("tidak berlaku"), "{link}");
    }
    assert!(desk.last(SARI).text.contains("Status Anda"));
}

#[tokio::test]
async fn a_used_link_restores_no_department() {
    let desk = with_customer().await;
    second_department(&desk).await;
    desk.say(ADMIN, "/invite").await;
    desk.press(ADMIN, "Semua departemen").await;
    let code = payload(&desk.last(ADMIN).text);
    desk.say(SARI, &format!("/start {code}")).await;
    desk.say(ADMIN, "/agents").await;
    desk.press(ADMIN, "Sari").await;
    desk.press(ADMIN, "✓ Teknik").await;
    desk.say(SARI, &format!("/start {code}")).await;
    assert!(desk.last(SARI).text.contains("Departemen: Umum"), "{}", desk.last(SARI).text);
}

#[tokio::test]
async fn a_repeated_update_of_a_used_link_still_grants_the_role() {
    let desk = with_customer().await;
    let code = invitation(&desk).await;
    let mut commits = 0;
    desk.faults.inject(move |called| {
        commits += u32::from(called == "commit");
        (called == "commit" && commits == 2).then_some(StoreFault::Unreachable)
    });
    desk.say(SARI, &format!("/start {code}")).await;
    desk.faults.clear();
    desk.find(SARI, "Anda sekarang agen");
    assert!(!desk.has(SARI, "tidak berlaku"));
}

#[tokio::test]
async fn open_invitations_are_listed_and_revoked() {
    let desk = with_customer().await;
    desk.say(ADMIN, "/invites").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada undangan"));
    let (first, second) = (invitation(&desk).await, invitation(&desk).await);
    desk.say(ADMIN, "/invites").await;
    let list = desk.last(ADMIN);
    assert!(list.text.contains("(2)") && list.text.contains("untuk Umum, dari Dewi"), "{}", list.text);
    assert!(!list.text.contains(&first["join_".len()..]), "the list shows no whole code");
    let tail = &first[first.len() - 4..];
    let (message, revoke) = desk.button(ADMIN, &format!("Batalkan …{tail}"));
    desk.press_data(ADMIN, message, &revoke).await;
    assert_eq!(desk.toast(ADMIN), format!("✅ Undangan …{tail} tidak berlaku lagi."));
    desk.press_data(ADMIN, message, &revoke).await;
    assert_eq!(desk.toast(ADMIN), format!("Undangan …{tail} sudah dipakai atau dibatalkan."));
    desk.person(BUDI, "Budi", "id").await;
    desk.say(BUDI, &format!("/start {first}")).await;
    assert!(desk.last(BUDI).text.contains("tidak berlaku"));
    desk.say(BUDI, &format!("/start {second}")).await;
    desk.find(BUDI, "Anda sekarang agen");
    desk.say(ADMIN, "/invites").await;
    assert!(desk.last(ADMIN).text.contains("Tidak ada undangan"), "a used one is not open");
}
