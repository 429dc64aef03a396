//! Business hours and alerts: a department that is closed needs no agent, and only open hours count as a wait.
use super::fixture::Fixture;
use super::oracle;
use antri::domain::alert::Alert;
use antri::domain::event::Actor;
use antri::domain::ids::DepartmentId;
use antri::domain::notice::Notice;
use antri::domain::person::Availability;
use antri::domain::policy::Settings;
use antri::domain::schedule::grammar::parse_plan;
use antri::engine::departments::HoursEdit;
use antri::engine::error::EngineError;
use antri::engine::ports::DirectoryStore;
use std::time::Duration;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Returns a desk on Thursday at 13.52, with these hours of its only department.
async fn desk(hours: &str) -> (Fixture, DepartmentId) {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let settings = Settings { unstaffed_alert: minutes(5), wait_alert: minutes(30), ..Settings::default() };
    let fixture = Fixture::new(settings).await;
    let department = fixture.departments().await.remove(0).id;
    set(&fixture, department, hours).await;
    (fixture, department)
}

async fn set(fixture: &Fixture, department: DepartmentId, hours: &str) {
    let edit = HoursEdit::Plan(parse_plan(hours).unwrap().plan, None);
    fixture.engine.edit_hours(&fixture.admin, department, (&edit, None), fixture.now()).await.unwrap();
}

/// Lets this many seconds pass, with an evaluation each minute.
async fn pass(fixture: &Fixture, seconds: i64) {
    for _ in 0..seconds / MINUTE {
        fixture.advance(MINUTE);
        fixture.engine.check_incidents(fixture.now()).await.unwrap();
    }
}

/// Returns the notices about this alert: false for one that began.
fn notices(fixture: &Fixture, alert: Alert) -> Vec<bool> {
    let over = |notice: &Notice| match notice {
        Notice::Alert { alert: about, over } if *about == alert => Some(*over),
        _ => None,
    };
    oracle::notices(fixture).iter().filter_map(over).collect()
}

#[tokio::test]
async fn an_unstaffed_department_alerts_in_its_hours_only() {
    let (fixture, department) = desk("Kam 15:00-16:00").await;
    let alert = Alert::NobodyOnline(department);
    pass(&fixture, HOUR).await;
    assert_eq!(notices(&fixture, alert), [false; 0], "closed until 15.00");
    // 15.07: it has been open without an agent for five minutes.
    pass(&fixture, 15 * MINUTE).await;
    assert_eq!(notices(&fixture, alert), [false]);
    pass(&fixture, 2 * HOUR).await;
    assert_eq!(notices(&fixture, alert), [false], "that it has closed is no good news");
    assert!(fixture.store.incidents().await.unwrap().announced().is_empty());
}

#[tokio::test]
async fn a_wait_counts_only_the_hours_of_the_department() {
    let (fixture, department) = desk("Kam 13:00-14:00, Jum 8:00-17:00").await;
    let alert = Alert::TicketWaits(department);
    let customer = fixture.customer(500).await;
    fixture.open(&customer, 0).await.unwrap();
    // Eight minutes until 14.00, and the night.
    pass(&fixture, 18 * HOUR).await;
    assert_eq!(notices(&fixture, alert), [false; 0]);
    // Friday, 08.28.
    pass(&fixture, 36 * MINUTE - 7 * MINUTE).await;
    assert_eq!(notices(&fixture, alert), [false; 0]);
    pass(&fixture, 3 * MINUTE).await;
    assert_eq!(notices(&fixture, alert), [false]);
    // It lasts when the department closes.
    pass(&fixture, 12 * HOUR).await;
    assert_eq!(notices(&fixture, alert), [false]);
    let agent = fixture.agent(100, 5, &[]).await;
    fixture.run_rounds().await;
    pass(&fixture, MINUTE).await;
    assert_eq!(notices(&fixture, alert), [false, true]);
    assert_eq!(fixture.person(&agent).await.availability(), Availability::Online);
}

/// A ticket that comes back in the night is as old as it was, and alerts in the morning.
#[tokio::test]
async fn a_long_wait_is_no_news_while_the_department_is_closed() {
    let (fixture, department) = desk("daily 8-15").await;
    let alert = Alert::TicketWaits(department);
    let customer = fixture.customer(500).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let ticket = fixture.open_and_assign(&customer).await;
    pass(&fixture, 4 * HOUR).await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    fixture.engine.requeue(&fixture.admin, (ticket.id, None), fixture.now()).await.unwrap();
    pass(&fixture, 5 * HOUR).await;
    assert_eq!(notices(&fixture, alert), [false; 0]);
    // Friday, 08.52.
    pass(&fixture, 10 * HOUR).await;
    assert_eq!(notices(&fixture, alert), [false]);
}

#[tokio::test]
async fn without_hours_a_department_is_always_open() {
    let (fixture, department) = desk("daily 0-24").await;
    pass(&fixture, 10 * MINUTE).await;
    assert_eq!(notices(&fixture, Alert::NobodyOnline(department)), [false]);
}

#[tokio::test]
async fn each_change_of_hours_is_audited_once() {
    let (fixture, department) = desk("daily 8-15").await;
    set(&fixture, department, "daily 8-15").await;
    let changes = oracle::department_changes(&fixture, department);
    let [_added, (actor, _, change)] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(*actor, Actor::Person(fixture.admin.id));
    assert!(change.starts_with("hours=null→{"), "{change}");
    let agent = fixture.agent(100, 5, &[]).await;
    let edit = HoursEdit::Zone(None);
    let refused = fixture.engine.edit_hours(&agent, department, (&edit, None), fixture.now()).await;
    assert_eq!(refused, Err(EngineError::Forbidden));
}
