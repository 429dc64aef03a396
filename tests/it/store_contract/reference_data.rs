//! Reference data: departments, settings, incidents, invites and drafts.
mod admins;

pub(crate) use admins::*;

use super::fixture::*;
use antri::domain::alert::{Alert, EndedIncident, Incident, Incidents, Mute};
use antri::domain::department::canned_reply::CannedReply;
use antri::domain::department::{Category, Department};
use antri::domain::draft::{Draft, DraftPart};
use antri::domain::ids::{CategoryId, DraftId, ReplyId, TelegramId, Version};
use antri::domain::person::invite::{Grant, Invite};
use antri::domain::policy::{Mode, Percent, Settings, Strategy};
use antri::domain::schedule::BusinessHours;
use antri::domain::schedule::weekly_plan::WeeklyPlan;
use antri::domain::ticket::conversation::MessageContent;
use antri::engine::ports::{Change, CommitError, DeliveryCounters, Store, UniqueKey, Write};
use chrono::NaiveDate;
use std::sync::Arc;

/// Returns business hours with holidays and a time zone.
fn hours() -> BusinessHours {
    let plan = WeeklyPlan::daily([chrono::Weekday::Mon, chrono::Weekday::Sun], 480, 1_440).unwrap();
    let holiday = chrono::NaiveDate::from_ymd_opt(2026, 12, 25).unwrap();
    BusinessHours { plan, holidays: [holiday].into(), zone: Some(chrono_tz::Asia::Makassar) }
}

pub(super) fn department(n: u64, name: &str) -> Department {
    let category = Category { id: CategoryId(uuid(4, n)), name: "TROUBLESHOOT".to_owned(), retired: false };
    Department {
        id: department_id(n),
        name: name.to_owned(),
        critical: n == 1,
        categories: vec![category],
        hours: Some(hours()),
        retired: false,
        version: Version(0),
    }
}

fn writing_department(department: Department, expected: Option<u64>) -> Change {
    Change::quiet(Write::Department { department, expected: expected.map(Version) })
}

pub(crate) async fn department_names_are_unique_regardless_of_case(store: Arc<dyn Store>) {
    assert_eq!(store.departments().await.unwrap(), []);
    let (umum, hsi) = (department(1, "Umum"), department(2, "HSI INDIBIZ"));
    commit_all(&*store, vec![writing_department(umum.clone(), None), writing_department(hsi.clone(), None)])
        .await;
    assert_eq!(store.departments().await.unwrap(), [hsi.clone(), umum.clone()], "by name");

    let duplicate = Err(CommitError::Duplicate(UniqueKey::Department));
    assert_eq!(commit_one(&*store, writing_department(department(3, "umum"), None)).await, duplicate);
    let renamed = Department { name: "hsi indibiz".to_owned(), version: Version(1), ..umum.clone() };
    assert_eq!(commit_one(&*store, writing_department(renamed, Some(0))).await, duplicate);
    let umlaut = department(4, "Ärzte");
    commit_one(&*store, writing_department(umlaut.clone(), None)).await.unwrap();
    assert_eq!(
        commit_one(&*store, writing_department(department(5, "ärzte"), None)).await,
        duplicate,
        "also outside of ASCII"
    );
    assert_eq!(
        commit_one(&*store, writing_department(department(1, "Lain"), None)).await,
        Err(CommitError::Conflict)
    );

    let retired = Department { retired: true, name: "UMUM".to_owned(), version: Version(1), ..umum.clone() };
    commit_one(&*store, writing_department(retired.clone(), Some(0))).await.unwrap();
    assert_eq!(
        commit_one(&*store, writing_department(retired.clone(), Some(0))).await,
        Err(CommitError::Conflict)
    );
    assert_eq!(store.departments().await.unwrap(), [hsi, retired, umlaut], "retired ones included");
}

pub(crate) async fn a_department_read_returns_the_last_committed_write(store: Arc<dyn Store>) {
    assert_eq!(store.department(department_id(1)).await.unwrap(), None);
    let mut umum = department(1, "Umum");
    commit_all(
        &*store,
        vec![writing_department(umum.clone(), None), writing_department(department(2, "Lain"), None)],
    )
    .await;
    for version in 1..20 {
        assert_eq!(store.department(department_id(1)).await.unwrap(), Some(umum.clone()));
        umum = Department { name: format!("Umum {version}"), version: Version(version), ..umum };
        let reading = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.department(department_id(1)).await.unwrap() })
        };
        commit_one(&*store, writing_department(umum.clone(), Some(version - 1))).await.unwrap();
        assert_eq!(
            store.department(department_id(1)).await.unwrap(),
            Some(umum.clone()),
            "as soon as the commit returns"
        );
        reading.await.unwrap();
        let refused = Department { name: "Lain".to_owned(), version: Version(version + 1), ..umum.clone() };
        commit_one(&*store, writing_department(refused, Some(version))).await.unwrap_err();
    }
    assert_eq!(store.department(department_id(1)).await.unwrap(), Some(umum));
    assert_eq!(store.department(department_id(3)).await.unwrap(), None);
}

pub(crate) async fn settings_start_with_the_defaults(store: Arc<dyn Store>) {
    assert_eq!(store.settings().await.unwrap(), Settings::default());
    let write = |settings: &Settings, expected| {
        let settings = settings.clone();
        Change::quiet(Write::Settings { settings, expected: Version(expected) })
    };
    let mut changed = Settings {
        strategy: Strategy::LeastLoaded,
        mode: Mode::Dual,
        rollout_percent: Percent::new(25).unwrap(),
        version: Version(1),
        ..Settings::default()
    };
    assert_eq!(commit_one(&*store, write(&changed, 1)).await, Err(CommitError::Conflict));
    commit_one(&*store, write(&changed, 0)).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), changed);
    assert_eq!(commit_one(&*store, write(&Settings::default(), 0)).await, Err(CommitError::Conflict));
    changed.version = Version(2);
    changed.mode = Mode::Manual;
    changed.has_stale_names = true;
    commit_one(&*store, write(&changed, 1)).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), changed);
    // The version stays.
    changed.has_stale_names = false;
    assert_eq!(commit_one(&*store, write(&changed, 1)).await, Err(CommitError::Conflict));
    commit_one(&*store, write(&changed, 2)).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), changed);
}

pub(crate) async fn an_incidents_write_with_a_stale_version_conflicts(store: Arc<dyn Store>) {
    assert_eq!(store.incidents().await.unwrap(), Incidents::default());
    let write = |incidents: &Incidents, expected| {
        let incidents = incidents.clone();
        Change::quiet(Write::Incidents { incidents, expected: Version(expected) })
    };
    let alerts = [
        Alert::NobodyOnline(department_id(1)),
        Alert::TicketWaits(department_id(2)),
        Alert::HeartbeatsFail,
        Alert::StoreAway,
    ];
    let list = alerts
        .map(|alert| Incident { alert, since: at(7), announced: alert != Alert::StoreAway, notified: false })
        .to_vec();
    let ended = vec![EndedIncident { alert: Alert::StoreAway, at: at(3) }];
    let mutes = vec![Mute { alert: Alert::PresenceAway, until: at(9), by: person_id(1) }];
    let summary_sent_on = NaiveDate::from_ymd_opt(2026, 11, 30);
    let first = Incidents { list, ended, mutes, summary_sent_on, version: Version(1) };
    assert_eq!(commit_one(&*store, write(&first, 1)).await, Err(CommitError::Conflict));
    commit_one(&*store, write(&first, 0)).await.unwrap();
    assert_eq!(store.incidents().await.unwrap(), first);
    assert_eq!(commit_one(&*store, write(&first, 0)).await, Err(CommitError::Conflict));
    let second = Incidents { version: Version(2), ..Incidents::default() };
    commit_one(&*store, write(&second, 1)).await.unwrap();
    assert_eq!(store.incidents().await.unwrap(), second);
    assert_eq!(store.settings().await.unwrap(), Settings::default(), "the settings do not change");
}

pub(crate) async fn an_invite_is_used_once(store: Arc<dyn Store>) {
    let invite = Invite {
        code: "a".repeat(32),
        grant: Grant::Agent(vec![department_id(1)]),
        expires_at: at(3_600),
        used_by: None,
        created_by: None,
    };
    let commit = |invite: &Invite| Change::quiet(Write::Invite(invite.clone()));
    assert_eq!(store.invite(&invite.code).await.unwrap(), None);
    commit_one(&*store, commit(&invite)).await.unwrap();
    assert_eq!(commit_one(&*store, commit(&invite)).await, Err(CommitError::Duplicate(UniqueKey::Invite)));
    assert_eq!(store.invite(&invite.code).await.unwrap(), Some(invite.clone()));

    let used = |n| Invite { used_by: Some(person_id(n)), ..invite.clone() };
    commit_one(&*store, commit(&used(1))).await.unwrap();
    assert_eq!(commit_one(&*store, commit(&used(2))).await, Err(CommitError::Conflict));
    assert_eq!(store.invite(&invite.code).await.unwrap(), Some(used(1)));
    assert_eq!(commit_one(&*store, commit(&invite)).await, Err(CommitError::Duplicate(UniqueKey::Invite)));
    let unknown = Invite { code: "b".repeat(32), ..used(1) };
    assert_eq!(commit_one(&*store, commit(&unknown)).await, Err(CommitError::Conflict));
}

pub(crate) async fn a_person_has_one_draft(store: Arc<dyn Store>) {
    let draft = |n, words: &str| Draft {
        id: DraftId(uuid(5, n)),
        person: person_id(1),
        target: None,
        parts: vec![DraftPart {
            message_id: 7,
            album: Some("album".into()),
            text: formatted(words),
            content: Some(MessageContent::of_text(formatted(words))),
            attachments: vec![attachment()],
        }],
        created_at: at(1),
        replied_to: None,
        cancelled_at: None,
    };
    assert_eq!(store.draft(person_id(1)).await.unwrap(), None);
    let first = draft(1, "halo");
    store.put_draft(first.clone()).await.unwrap();
    let longer =
        Draft { target: Some((department_id(1), CategoryId(uuid(4, 1)))), ..draft(1, "halo\ndunia") };
    store.put_draft(longer.clone()).await.unwrap();
    assert_eq!(store.draft(person_id(1)).await.unwrap(), Some(longer));
    let second = draft(2, "lain");
    store.put_draft(second.clone()).await.unwrap();
    store.drop_draft(&first).await.unwrap();
    assert_eq!(
        store.draft(person_id(1)).await.unwrap(),
        Some(second.clone()),
        "only the named draft is dropped"
    );
    store.put_draft(Draft { person: person_id(2), ..draft(3, "punya orang") }).await.unwrap();
    store.drop_draft(&second).await.unwrap();
    assert_eq!(store.draft(person_id(1)).await.unwrap(), None);
    assert!(store.draft(person_id(2)).await.unwrap().is_some());
    store.drop_draft(&second).await.unwrap();
}

fn reply(n: u64, department: Option<u64>, word: &str) -> CannedReply {
    let (id, department) = (ReplyId(uuid(10, n)), department.map(department_id));
    CannedReply { id, department, word: word.into(), text: formatted(&format!("Halo {{name}} \"{n}\" <b>")) }
}

pub(crate) async fn canned_replies_are_listed_by_word(store: Arc<dyn Store>) {
    assert_eq!(store.canned_replies().await.unwrap(), []);
    let replies =
        [reply(1, Some(1), "Halo"), reply(2, None, "tutup"), reply(3, None, "halo"), reply(4, Some(2), "b")];
    for reply in replies.clone() {
        assert!(store.put_canned_reply(reply).await.unwrap());
    }
    let [one, two, three, four] = replies;
    assert_eq!(
        store.canned_replies().await.unwrap(),
        [four.clone(), three.clone(), one.clone(), two.clone()]
    );
    let changed = CannedReply { department: None, word: "zebra".into(), text: "baru".into(), ..one.clone() };
    assert!(store.put_canned_reply(changed.clone()).await.unwrap());
    store.drop_canned_reply(four.id).await.unwrap();
    store.drop_canned_reply(four.id).await.unwrap();
    assert_eq!(store.canned_replies().await.unwrap(), [three, two, changed]);
}

pub(crate) async fn the_word_of_a_canned_reply_is_unique_in_its_department(store: Arc<dyn Store>) {
    for first in [reply(1, None, "halo"), reply(2, Some(1), "halo")] {
        assert!(store.put_canned_reply(first.clone()).await.unwrap());
        assert!(store.put_canned_reply(first).await.unwrap(), "the same reply again");
    }
    let before = store.canned_replies().await.unwrap();
    for taken in [reply(3, None, "HALO"), reply(3, Some(1), "Halo"), reply(1, Some(1), "halo")] {
        assert!(!store.put_canned_reply(taken).await.unwrap());
    }
    assert_eq!(store.canned_replies().await.unwrap(), before);
    assert!(store.put_canned_reply(reply(3, Some(2), "halo")).await.unwrap());
}

pub(crate) async fn the_first_bot_of_a_store_stays_its_bot(store: Arc<dyn Store>) {
    let (first, second) = (TelegramId(5_123_456_789), TelegramId(7));
    assert_eq!(store.record_bot(first).await, Ok(first));
    assert_eq!(store.record_bot(second).await, Ok(first));
    assert_eq!(store.record_bot(first).await, Ok(first));
    assert_eq!(store.settings().await, Ok(Settings::default()), "no other record changes");
    assert_eq!(store.counters().await, Ok(DeliveryCounters::default()));
}
