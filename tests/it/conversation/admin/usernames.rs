//! Usernames that pass from one person to another: the person who used one last is meant.
use crate::conversation::{second_department, with_customer};
use crate::support::ADMIN;
use antri::sandbox::NewUser;

/// Sets a person's username, or removes it, without a word to the bot.
fn rename(desk: &crate::support::Desk, id: i64, name: &str, username: Option<&str>) {
    desk.sandbox.add_user(NewUser {
        id: Some(id),
        first_name: name.into(),
        username: username.map(str::to_owned),
        language_code: Some("id".into()),
        ..NewUser::default()
    });
}

#[tokio::test]
async fn a_username_means_the_person_who_used_it_last() {
    for (first, second) in [(21, 22), (22, 21)] {
        let desk = with_customer().await;
        // The order in which the bot met them must not matter.
        for id in [21, 22] {
            desk.person(id, &format!("Orang {id}"), "id").await;
        }
        rename(&desk, first, "Ana", Some("Rini"));
        desk.say(first, "/start").await;
        // The name changes hands; the first holder does not write again.
        rename(&desk, second, "Putri", Some("rini"));
        desk.say(second, "/start").await;
        desk.say(ADMIN, "/addagent @RINI").await;
        let answer = desk.last(ADMIN).text;
        assert!(answer.contains("Putri") && answer.contains(&second.to_string()), "{answer}");
        assert!(desk.person_by_telegram_id(first).await.agent.is_none());
        assert_eq!(desk.person_by_telegram_id(first).await.username, None);
        assert!(desk.person_by_telegram_id(second).await.agent.is_some());
        // It goes back, to a person who is asked for the department.
        second_department(&desk).await;
        rename(&desk, first, "Ana", Some("rini"));
        desk.say(first, "/start").await;
        desk.say(ADMIN, "/addagent @rini").await;
        let question = desk.last(ADMIN).text;
        assert!(question.contains("Ana") && question.contains(&first.to_string()), "{question}");
        desk.say(ADMIN, "/removeagent @rini").await;
        assert!(!desk.last(ADMIN).text.contains("Putri"), "{}", desk.last(ADMIN).text);
    }
}

#[tokio::test]
async fn a_username_that_nobody_else_had_is_confirmed_without_an_id() {
    let desk = with_customer().await;
    desk.person(21, "Rini", "id").await;
    for username in ["rini_baru", "RINI_baru"] {
        rename(&desk, 21, "Rini", Some(username));
        desk.say(21, "/start").await;
    }
    desk.say(ADMIN, "/addagent @rini").await;
    assert!(desk.last(ADMIN).text.contains("Bot belum mengenal"), "an old name of theirs");
    desk.say(ADMIN, "/addagent @rini_baru").await;
    assert!(desk.last(ADMIN).text.contains("Rini (@RINI_baru) sekarang agen"), "{}", desk.last(ADMIN).text);
    assert!(!desk.last(ADMIN).text.contains("21"));
}

/// The first holder gives the name up and writes to the bot, so nobody has it when the second one takes it.
#[tokio::test]
async fn a_username_that_was_given_up_before_is_confirmed_with_the_id() {
    for next in [None, Some("nama_lain")] {
        let desk = with_customer().await;
        for id in [21, 22] {
            desk.person(id, &format!("Orang {id}"), "id").await;
        }
        for (id, name, username) in
            [(21, "Ana", Some("Rini")), (21, "Ana", next), (22, "Putri", Some("rini"))]
        {
            rename(&desk, id, name, username);
            desk.say(id, "/start").await;
        }
        desk.say(ADMIN, "/addagent @rini").await;
        let answer = desk.last(ADMIN).text;
        assert!(answer.contains("Putri") && answer.contains("22"), "{answer}");
        // It goes back: two people were known by it, in either order.
        for (id, name, username) in [(22, "Putri", None), (21, "Ana", Some("rini"))] {
            rename(&desk, id, name, username);
            desk.say(id, "/start").await;
        }
        desk.say(ADMIN, "/addagent @rini").await;
        let answer = desk.last(ADMIN).text;
        assert!(answer.contains("Ana") && answer.contains("21"), "{answer}");
    }
}
