//! Snapshot tests of all messages in both languages, and tests with hostile text.
//!
//! Every card goes through [`check`], which also checks Telegram's limits and well-formed markup.
use super::*;
use crate::bot::callback::MAX_DATA_BYTES;
use crate::bot::cards::views::{CustomerName, ShownAgent, TaskView, TicketView};
use crate::domain::content::{Attachment, ContentKind};
use crate::domain::ids::{PersonId, TelegramId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, Status};
use chrono::{Duration, TimeZone, Utc};
use std::sync::LazyLock;
use uuid::Uuid;

mod admin;
mod agent;
mod console;
mod customer;
mod hostile_text;
mod menu;
mod notice;
mod pick_up;
mod queue;
mod schedule;
mod times;

static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::load().unwrap());

/// Thursday, 4 December 2025, 14.03 in Jakarta.
fn now() -> Time {
    Utc.with_ymd_and_hms(2025, 12, 4, 7, 3, 0).unwrap()
}

fn minutes_ago(minutes: i64) -> Time {
    now() - Duration::minutes(minutes)
}

pub(in crate::bot::render) fn localizer(locale: Locale) -> Localizer<'static> {
    Localizer { texts: &TEXTS, locale, now: now(), zone: chrono_tz::Asia::Jakarta }
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn description_of(text: &str, files: usize) -> Description {
    let file = Attachment::file(ContentKind::Photo, "AgACAgUAAx");
    Description { text: text.into(), attachments: vec![file; files], ..Description::default() }
}

fn ticket(status: Status) -> TicketView {
    let held = matches!(status, Status::Assigned | Status::InProgress | Status::Pending | Status::Completed);
    TicketView {
        id: TicketId(Uuid::from_u128(1)),
        number: TicketNumber::parse("INC120420251352536CO").unwrap(),
        version: Version(3),
        label: "HSI INDIBIZ - TROUBLESHOOT".into(),
        status,
        priority: Priority::Normal,
        created_at: minutes_ago(11),
        position: (status == Status::Queued).then_some(4),
        holder: held.then(|| "Budi Santoso".into()),
        shown_agent: held.then_some(ShownAgent::Alias(2)),
        held_by_viewer: false,
        customer_reachable: true,
        customer: None,
        assigned_at: held.then(|| minutes_ago(10)),
        resume_at: None,
        description: description_of("Internet kantor mati sejak pagi.\nLampu LOS merah.", 0),
    }
}

fn held_ticket(status: Status) -> TicketView {
    let customer = CustomerName {
        name: "Sari Dewi".into(),
        username: Some("sari_dewi".into()),
        telegram: TelegramId(42),
    };
    TicketView { held_by_viewer: true, customer: Some(customer), ..ticket(status) }
}

fn task(ticket: TicketView) -> TaskView {
    TaskView { ticket, position: 3, held: 3, max: 5, reopened_from: None }
}

/// Returns the message as Telegram shows it: no tags, no entities.
fn shown(html: &str) -> String {
    let mut text = String::new();
    let mut tag = false;
    for c in html.chars() {
        tag = (tag || c == '<') && c != '>';
        if !tag && c != '>' {
            text.push(c);
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Returns the card and its keyboard as text: a line per row, each button with its data.
fn draw(rendered: &Rendered) -> String {
    let button = |b: &Button| format!("[{} | {}]", b.label, b.data);
    let row = |row: &Vec<Button>| row.iter().map(button).collect::<Vec<_>>().join(" ");
    let rows: Vec<String> = rendered.buttons.iter().map(row).collect();
    format!("{}\n\n{}", rendered.html, rows.join("\n")).trim_end().to_owned()
}

/// Checks Telegram's rules: supported tags, properly nested; supported entities; lengths and counts within
/// its limits.
fn check_telegram_limits(rendered: &Rendered) {
    let html = &rendered.html;
    let mut open: Vec<&str> = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("a tag is closed");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
        } else {
            assert!(["b", "code", "blockquote", "blockquote expandable"].contains(&tag), "<{tag}>");
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?} open in {html}");
    // Fluent shows a missing variable like this.
    assert!(!html.contains("{$"), "{html}");
    for piece in html.split('&').skip(1) {
        let known = ["lt;", "gt;", "amp;", "quot;"].iter().any(|entity| piece.starts_with(entity));
        assert!(known, "&{piece}");
    }
    let length = shown(html).encode_utf16().count();
    assert!((1..=MAX_TEXT_UNITS).contains(&length), "{length} units");
    assert_eq!(length, utf16_units(html));
    assert!(rendered.buttons.iter().all(|row| (1..=8).contains(&row.len())));
    let buttons: Vec<&Button> = rendered.buttons.iter().flatten().collect();
    assert!(buttons.len() <= 100);
    for button in &buttons {
        assert!(!button.label.trim().is_empty() && button.label.encode_utf16().count() <= 100);
        assert!(
            button.data.len() <= MAX_DATA_BYTES && ButtonAction::decode(&button.data).is_some(),
            "{}",
            button.data
        );
    }
    assert!(serde_json::to_string(&rendered.buttons).unwrap().len() < 10_000);
}

/// Checks a card against Telegram's rules in both languages, and compares it with its snapshot.
fn check(name: &str, render: impl Fn(&Localizer<'_>) -> Rendered) {
    let both = Locale::ALL.map(|locale| {
        let rendered = render(&localizer(locale));
        check_telegram_limits(&rendered);
        format!("═══ {} ═══\n{}", locale.tag(), draw(&rendered))
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, both.join("\n\n")));
}
