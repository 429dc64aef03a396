//! Changes of the settings, of departments and of aliases: who may do them, what is audited, and what two at once lead to.
use super::fixture::Fixture;
use super::oracle;
use antri::domain::Time;
use antri::domain::alert::Alert;
use antri::domain::event::{Action, Actor, AuditEvent};
use antri::domain::policy::{Mode, Settings, Strategy};
use antri::engine::departments::DepartmentEdit;
use antri::engine::error::EngineError;
use antri::engine::ports::{DirectoryStore, UniqueKey};
use chrono::TimeDelta;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// Returns who changed the settings, when, and how, in commit order.
fn audited_changes(fixture: &Fixture) -> Vec<(Actor, Time, String)> {
    let change = |event: AuditEvent| match event.what {
        Action::SettingsChanged { change } => Some((event.actor, event.at, change)),
        _ => None,
    };
    oracle::events(fixture).into_iter().filter_map(change).collect()
}

#[tokio::test]
async fn every_change_of_the_settings_is_audited_with_who_and_when() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, ani) = (fixture.admin.clone(), fixture.customer(100).await);
    let engine = &fixture.engine;
    let first = fixture.now();
    let change = |settings: &mut Settings| {
        (settings.mode, settings.grace) = (Mode::Manual, Duration::from_secs(60));
    };
    let later = first + TimeDelta::seconds(5);
    engine.change_settings(&admin, first, change).await.unwrap();
    engine.change_settings(&admin, later, change).await.unwrap();
    assert_eq!(engine.change_settings(&ani, later, change).await, Err(EngineError::Forbidden));
    engine.change_settings(&admin, later, |settings| settings.strategy = Strategy::Random).await.unwrap();
    let by = Actor::Person(admin.id);
    let expected = [
        (by, first, "mode=auto→manual grace=300→60".to_owned()),
        (by, later, "strategy=round_robin→random".to_owned()),
    ];
    assert_eq!(audited_changes(&fixture), expected, "a change to the same is none");
}

#[tokio::test]
async fn every_change_of_a_department_is_audited_with_who_and_when() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, ani) = (fixture.admin.clone(), fixture.customer(100).await);
    let (engine, first) = (&fixture.engine, fixture.now());
    let id = fixture.departments().await.remove(0).id;
    let by = Actor::Person(admin.id);
    let added = |actor, name: &str| (actor, first, format!(r#"added="{name}" categories="Umum""#));
    assert_eq!(oracle::department_changes(&fixture, id), [added(Actor::Engine, "Umum")]);
    let zone = fixture.department("Zona").await.id;
    assert_eq!(oracle::department_changes(&fixture, zone), [added(by, "Zona")]);

    let category = engine.new_category_id();
    let later = first + TimeDelta::seconds(5);
    let together = [
        DepartmentEdit::Rename("Layanan \"Cepat\"".to_owned()),
        DepartmentEdit::SetCritical(true),
        DepartmentEdit::AddCategory(category, "Gangguan".to_owned()),
    ];
    for _ in 0..2 {
        engine.edit_department_with(&admin, zone, &together, later).await.unwrap();
    }
    let last = later + TimeDelta::seconds(5);
    for edit in [
        DepartmentEdit::RenameCategory(category, "Putus".to_owned()),
        DepartmentEdit::SetCategoryRetired(category, true),
        DepartmentEdit::SetRetired(true),
    ] {
        let refused = engine.edit_department(&ani, zone, &edit, last).await;
        assert_eq!(refused, Err(EngineError::Forbidden));
        engine.edit_department(&admin, zone, &edit, last).await.unwrap();
    }
    let field = |name: &str| format!("category({}).{name}", category.0);
    let expected = [
        added(by, "Zona"),
        (
            by,
            later,
            format!(r#"name="Zona"→"Layanan \"Cepat\"" critical=false→true {}="Gangguan""#, field("added")),
        ),
        (by, last, format!(r#"{}="Gangguan"→"Putus""#, field("name"))),
        (by, last, format!("{}=false→true", field("retired"))),
        (by, last, "retired=false→true".to_owned()),
    ];
    assert_eq!(oracle::department_changes(&fixture, zone), expected, "a change to the same is none");
}

#[tokio::test]
async fn every_change_of_a_mute_is_audited_with_who_and_when() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, ani) = (fixture.admin.clone(), fixture.customer(100).await);
    let (engine, now) = (&fixture.engine, fixture.now());
    let until = now + TimeDelta::hours(1);
    let alert = Alert::PresenceAway;
    assert_eq!(engine.mute_alert(&ani, alert, until, now).await, Err(EngineError::Forbidden));
    assert_eq!(engine.unmute_alert(&ani, alert, now).await, Err(EngineError::Forbidden));
    for _ in 0..2 {
        let mute = engine.mute_alert(&admin, alert, until, now).await.unwrap();
        assert_eq!((mute.until, mute.by), (until, admin.id));
        assert_eq!(fixture.store.incidents().await.unwrap().mutes, [mute]);
    }
    for _ in 0..2 {
        engine.unmute_alert(&admin, alert, now).await.unwrap();
    }
    let by = Actor::Person(admin.id);
    let muted = format!("mute presence_away={}", until.to_rfc3339());
    let expected = [(by, now, muted), (by, now, "mute presence_away=off".to_owned())];
    assert_eq!(audited_changes(&fixture), expected, "a second press changes nothing");
}

#[tokio::test]
async fn concurrent_changes_of_the_settings_all_count() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, now) = (fixture.admin.clone(), fixture.now());
    let changes =
        (1..=8_u64).map(|n| {
            let (engine, admin) = (Arc::clone(&fixture.engine), admin.clone());
            async move {
                engine.change_settings(&admin, now, |s| s.grace += Duration::from_secs(n)).await.unwrap()
            }
        });
    join_all(changes).await;
    let settings = fixture.store.settings().await.unwrap();
    assert_eq!(settings.grace, Settings::default().grace + Duration::from_secs(36));
}

#[tokio::test]
async fn an_alias_has_one_agent_and_every_change_is_audited() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, now) = (fixture.admin.clone(), fixture.now());
    let mut agents = Vec::new();
    for n in 0..6 {
        agents.push(fixture.agent(100 + n, 2, &[]).await);
    }
    let engine = &fixture.engine;
    let attempts = agents.iter().map(|agent| engine.set_alias(agent, agent.id, Some("Rina"), now));
    let results = join_all(attempts).await;
    let won: Vec<_> = results.iter().flatten().collect();
    assert_eq!(won.len(), 1, "{results:?}");
    let lost = |result: &&Result<_, _>| **result == Err(EngineError::Taken(UniqueKey::Alias));
    assert_eq!(results.iter().filter(lost).count(), 5, "{results:?}");
    let (winner, other) = (won[0].clone(), agents.iter().find(|agent| agent.id != won[0].id).unwrap());
    assert_eq!(engine.set_alias(other, winner.id, None, now).await, Err(EngineError::Forbidden));
    engine.set_alias(&admin, winner.id, None, now).await.unwrap();
    engine.set_alias(&admin, winner.id, None, now).await.unwrap();
    assert_eq!(engine.set_alias(&admin, admin.id, Some("Dewi"), now).await, Err(EngineError::Forbidden));
    let audited: Vec<_> = oracle::events(&fixture)
        .into_iter()
        .filter_map(|event| match event.what {
            Action::Membership { person, change } if change.starts_with("alias=") => {
                Some((event.actor, person, change))
            }
            _ => None,
        })
        .collect();
    let expected = [
        (Actor::Person(winner.id), winner.id, "alias=Rina".to_owned()),
        (Actor::Person(admin.id), winner.id, "alias=".to_owned()),
    ];
    assert_eq!(audited, expected);
}
