//! The language of people whose devices have different ones, and of those who change it.
use super::fixture::{Fixture, profile};
use super::oracle;
use antri::domain::person::{Locale, Person};
use antri::domain::policy::Settings;
use antri::engine::people::Profile;

/// A message of person 200 from a device with this language.
async fn message(fixture: &Fixture, locale: Option<Locale>) -> Person {
    let profile = Profile { locale, ..profile(200) };
    fixture.engine.register_person(&profile, fixture.now()).await.unwrap()
}

const HOUR: i64 = 3_600;

#[tokio::test]
async fn devices_with_different_languages_do_not_flip_the_language() {
    let fixture = Fixture::new(Settings::default()).await;
    message(&fixture, Some(Locale::Id)).await;
    let menus = oracle::menus(&fixture);
    for hour in 1..=100 {
        fixture.advance(HOUR);
        let locale = if hour % 5 == 0 { Locale::Id } else { Locale::En };
        assert_eq!(message(&fixture, Some(locale)).await.locale, Locale::Id, "hour {hour}");
    }
    assert_eq!(oracle::menus(&fixture), menus, "no menu is sent again");
}

#[tokio::test]
async fn a_language_that_lasts_is_taken_over() {
    let fixture = Fixture::new(Settings::default()).await;
    message(&fixture, Some(Locale::Id)).await;
    for hour in 0..24 {
        assert_eq!(message(&fixture, Some(Locale::En)).await.locale, Locale::Id, "hour {hour}");
        // A device whose language the desk does not have says nothing for or against it.
        assert_eq!(message(&fixture, None).await.locale, Locale::Id);
        fixture.advance(HOUR);
    }
    assert_eq!(message(&fixture, Some(Locale::En)).await.locale, Locale::En);
    assert_eq!(message(&fixture, Some(Locale::Id)).await.locale, Locale::En, "and back only if that lasts");
}

#[tokio::test]
async fn a_chosen_language_changes_at_once_and_stays() {
    let fixture = Fixture::new(Settings::default()).await;
    let person = message(&fixture, Some(Locale::Id)).await;
    message(&fixture, Some(Locale::En)).await;
    fixture.engine.set_locale(person.id, Locale::En).await.unwrap();
    for _ in 0..3 {
        fixture.advance(24 * HOUR);
        assert_eq!(message(&fixture, Some(Locale::Id)).await.locale, Locale::En);
    }
}
