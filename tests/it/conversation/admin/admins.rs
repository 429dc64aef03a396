//! Admins: granting and removing the role, the last one, and those of `ADMIN_IDS`.
use crate::conversation::{BUDI, SARI, TOM, with_agent, with_customer};
use crate::support::{ADMIN, Desk};
use antri::domain::ids::TelegramId;
use antri::domain::person::Role;

async fn role(desk: &Desk, id: i64) -> Role {
    desk.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap().role
}

#[tokio::test]
async fn an_admin_is_added_and_removed_by_another() {
    let desk = with_agent().await;
    desk.person(TOM, "Tom", "id").await;
    desk.say(ADMIN, &format!("/addadmin {TOM}")).await;
    assert!(desk.last(ADMIN).text.contains("Jadikan Tom (@tom) admin?"), "{}", desk.chat_story(ADMIN));
    desk.press(ADMIN, "Batal").await;
    assert_eq!(role(&desk, TOM).await, Role::Customer);
    desk.say(ADMIN, "/addadmin").await;
    desk.press(ADMIN, "Tom (@tom)").await;
    let (message, yes) = desk.button(ADMIN, "Jadikan admin");
    desk.press_data(ADMIN, message, &yes).await;
    desk.press_data(ADMIN, message, &yes).await;
    assert!(desk.shown(ADMIN, message).contains("Tom (@tom) sekarang admin."));
    assert_eq!(desk.count(TOM, "Anda sekarang admin"), 1, "a doubled press tells nothing twice");
    // An agent becomes an admin, and the other admin hears of it.
    desk.say(TOM, &format!("/addadmin {BUDI}")).await;
    desk.press(TOM, "Jadikan admin").await;
    let told = desk.find(BUDI, "Anda sekarang admin").text;
    assert!(told.contains("tetap agen") && !told.contains("/addagent"), "{told}");
    desk.find(ADMIN, "Tom menjadikan Budi admin");
    // The agent stays an agent.
    desk.say(TOM, "/removeadmin budi").await;
    desk.press(TOM, "Cabut peran").await;
    desk.find(BUDI, "Anda bukan admin lagi. Anda tetap agen");
    desk.find(ADMIN, "Tom mencabut peran admin Budi");
    assert_eq!(role(&desk, BUDI).await, Role::Agent);
    desk.say(BUDI, "/agents").await;
    assert!(desk.last(BUDI).text.contains("khusus admin"));
    // Whoever is named by the setting stays.
    desk.say(TOM, "/removeadmin").await;
    desk.press(TOM, "Dewi").await;
    desk.press(TOM, "Cabut peran").await;
    assert!(desk.last(TOM).text.contains("ADMIN_IDS"), "{}", desk.chat_story(TOM));
    assert_eq!(role(&desk, ADMIN).await, Role::Admin);
}

#[tokio::test]
async fn no_admin_is_offered_for_removal_if_each_has_to_stay() {
    let desk = with_customer().await;
    desk.person(TOM, "Tom", "en").await;
    let offered = async |admin: i64, text: &str| {
        desk.say(admin, "/removeadmin").await;
        let answer = desk.last(admin);
        assert!(answer.text.contains(text), "{}", answer.text);
        answer.keyboard.concat().len()
    };
    // The only one, and by the setting.
    assert_eq!(offered(ADMIN, "tidak ada peran admin yang bisa dicabut").await, 0);
    desk.say(ADMIN, &format!("/addadmin {TOM}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    assert_eq!(offered(TOM, "Whose admin role").await, 3);
    desk.stop().await;
    desk.set_admin_ids(vec![ADMIN, TOM]);
    desk.start().await;
    desk.settle().await;
    assert_eq!(offered(TOM, "Nobody's admin role can be removed now").await, 0);
    assert_eq!(offered(ADMIN, "tidak ada peran admin yang bisa dicabut").await, 0);
    // The only one, of whom the setting says nothing.
    desk.stop().await;
    desk.set_admin_ids(Vec::new());
    desk.start().await;
    desk.settle().await;
    assert_eq!(offered(TOM, "Nobody's admin role can be removed now").await, 0);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let desk = with_customer().await;
    desk.set_admin_ids(Vec::new());
    desk.say(ADMIN, &format!("/addadmin {SARI}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.stop().await;
    desk.start().await;
    desk.settle().await;
    desk.say(SARI, "/removeadmin sari").await;
    assert!(desk.last(SARI).text.contains("Lepaskan peran admin Anda sendiri"));
    desk.press(SARI, "Cabut peran").await;
    assert!(desk.last(SARI).text.contains("satu-satunya admin"), "{}", desk.chat_story(SARI));
    assert_eq!(role(&desk, SARI).await, Role::Admin);
}

#[tokio::test]
async fn a_role_by_setting_ends_with_the_setting() {
    let desk = with_customer().await;
    let token = desk.token(ADMIN).await;
    desk.say(ADMIN, "/department").await;
    desk.press(ADMIN, "Departemen baru").await;
    desk.stop().await;
    desk.set_admin_ids(vec![SARI]);
    desk.start().await;
    desk.settle().await;
    // At once, not with their next message.
    assert_eq!(role(&desk, ADMIN).await, Role::Customer);
    desk.find(ADMIN, "Anda bukan admin lagi");
    let reply = crate::support::Reply::of(desk.request("GET", "/api/settings").bearer_auth(&token)).await;
    assert_eq!(reply.status, 403, "an old token is worth the new role");
    desk.say(ADMIN, "Kantor cabang").await;
    assert!(desk.last(ADMIN).button("Kirim").is_some(), "the open question is over");
    desk.say(SARI, "/agents").await;
    assert_eq!(role(&desk, SARI).await, Role::Admin);
    // A role that an admin granted stays, although the setting named the person as well.
    desk.say(SARI, &format!("/addadmin {ADMIN}")).await;
    desk.press(SARI, "Jadikan admin").await;
    desk.stop().await;
    desk.set_admin_ids(Vec::new());
    desk.start().await;
    desk.settle().await;
    assert_eq!((role(&desk, ADMIN).await, role(&desk, SARI).await), (Role::Admin, Role::Customer));
    assert!(desk.app().claim_link().await.unwrap().is_none());
}

#[tokio::test]
async fn a_role_of_an_admin_who_is_also_named_by_the_setting_can_be_made_their_own() {
    let desk = with_customer().await;
    desk.say(ADMIN, &format!("/addadmin {SARI}")).await;
    desk.press(ADMIN, "Jadikan admin").await;
    desk.say(SARI, &format!("/addadmin {ADMIN}")).await;
    desk.press(SARI, "Jadikan admin").await;
    desk.stop().await;
    desk.set_admin_ids(Vec::new());
    desk.start().await;
    desk.settle().await;
    assert_eq!(role(&desk, ADMIN).await, Role::Admin);
    assert_eq!(desk.count(ADMIN, "Anda sekarang admin"), 0, "nothing is new to them");
}

#[tokio::test]
async fn the_role_is_not_for_others_to_give() {
    let desk = with_agent().await;
    desk.say(ADMIN, &format!("/addadmin {SARI}")).await;
    let (_, yes) = desk.button(ADMIN, "Jadikan admin");
    for command in ["/addadmin", "/removeadmin", "/invites"] {
        desk.say(BUDI, command).await;
        assert!(desk.last(BUDI).text.contains("khusus admin"), "{command}");
    }
    desk.say(BUDI, "/myqueue").await;
    let message = desk.last(BUDI).message_id;
    desk.press_data(BUDI, message, &yes).await;
    assert_eq!(desk.toast(BUDI), "Anda tidak berwenang melakukan ini.");
    assert_eq!(role(&desk, SARI).await, Role::Customer);
}
