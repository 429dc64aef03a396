//! Tests of weekly plans as text, and of the cards that show business hours.
use super::customer::status_view;
use super::*;
use crate::bot::cards::views::TicketStatusView;
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::schedule::BusinessHours;
use crate::domain::schedule::grammar::parse_plan;
use crate::domain::schedule::weekly_plan::{Interval, WeeklyPlan};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

fn plan(text: &str) -> WeeklyPlan {
    parse_plan(text).unwrap().plan
}

fn department(name: &str, hours: Option<BusinessHours>) -> Department {
    let category = Category { id: CategoryId(Uuid::nil()), name: "Umum".into(), retired: false };
    Department {
        id: DepartmentId(Uuid::from_u128(7)),
        name: name.into(),
        critical: false,
        categories: vec![category],
        hours,
        retired: false,
        version: Version(u64::MAX),
    }
}

fn text(locale: Locale, typed: &str) -> String {
    localizer(locale).plan(&plan(typed))
}

#[test]
fn plans_are_written_as_people_write_them() {
    for (typed, id, en) in [
        (
            "mon-fri 8-17, sat 9-12",
            "Sen–Jum 08.00–17.00 · Sab 09.00–12.00",
            "Mon–Fri 08:00–17:00 · Sat 09:00–12:00",
        ),
        ("daily 0-24", "Setiap hari 24 jam", "Every day 24 h"),
        ("daily 8-12 13-17", "Setiap hari 08.00–12.00, 13.00–17.00", "Every day 08:00–12:00, 13:00–17:00"),
        ("fri 22-6", "Jum 22.00–06.00", "Fri 22:00–06:00"),
        ("daily 22-6", "Setiap hari 22.00–06.00", "Every day 22:00–06:00"),
        ("sun 20-2, mon 8-9", "Sen 08.00–09.00 · Min 20.00–02.00", "Mon 08:00–09:00 · Sun 20:00–02:00"),
        ("sat-sun 0-24", "Sab–Min 24 jam", "Sat–Sun 24 h"),
        ("mon 8-24, tue 0-9", "Sen 08.00–24.00 · Sel 00.00–09.00", "Mon 08:00–24:00 · Tue 00:00–09:00"),
    ] {
        assert_eq!(text(Locale::Id, typed), id, "{typed}");
        assert_eq!(text(Locale::En, typed), en, "{typed}");
    }
}

proptest! {
    #[test]
    fn a_plan_as_text_is_understood_as_the_same_plan(
        all in proptest::collection::vec((0_u8..7, 0_u16..1_439, 1_u16..1_440, any::<bool>()), 1..12),
    ) {
        let interval = |(day, from, length, whole): (u8, u16, u16, bool)| Interval {
            day,
            from: if whole { 0 } else { from },
            to: if whole && length > 700 { 1_440 } else { (from + length).min(1_440) },
        };
        let plan = WeeklyPlan::try_from(all.into_iter().map(interval).collect::<Vec<_>>()).unwrap();
        for locale in Locale::ALL {
            let lines = localizer(locale).plan_lines(&plan);
            for separator in [", ", "\n", " · "] {
                let text = lines.join(separator);
                prop_assert_eq!(parse_plan(&text).map(|typed| typed.plan), Ok(plan.clone()), "{}", text);
            }
        }
    }
}

#[test]
fn cards_of_business_hours() {
    let open = BusinessHours::of(plan("mon-fri 8-17, sat 9-12"));
    let today = NaiveDate::from_ymd_opt(2025, 12, 4).unwrap();
    let closed = BusinessHours {
        holidays: [today - Days::new(1), today, today + Days::new(21)].into(),
        zone: Some(chrono_tz::Asia::Makassar),
        ..open.clone()
    };
    check("hours_none", |w| hours_card(w, &department("HSI INDIBIZ", None)));
    check("hours_open", |w| hours_card(w, &department("HSI INDIBIZ", Some(open.clone()))));
    check("hours_closed", |w| hours_card(w, &department("HSI INDIBIZ", Some(closed.clone()))));
    check("department_card_with_hours", |w| {
        department_card(w, &department("HSI INDIBIZ", Some(open.clone())), 0, 0)
    });
}

#[test]
fn the_fullest_hours_leave_room_for_every_button() {
    let intervals: Vec<_> = (0..42_u8)
        .map(|n| (n % 7, u16::from(n / 7) * 200 + u16::from(n)))
        .map(|(day, from)| Interval { day, from, to: from + 101 })
        .collect();
    let today = NaiveDate::from_ymd_opt(2025, 12, 4).unwrap();
    let hours = BusinessHours {
        plan: WeeklyPlan::try_from(intervals).unwrap(),
        holidays: (0..100).map(|days| today + Days::new(days)).collect(),
        zone: Some(chrono_tz::America::Argentina::ComodRivadavia),
    };
    let full = department(&"🏢".repeat(60), Some(hours));
    for locale in Locale::ALL {
        check_telegram_limits(&hours_card(&localizer(locale), &full));
        check_telegram_limits(&department_card(&localizer(locale), &full, 0, 9));
    }
}

#[test]
fn a_waiting_ticket_says_when_work_begins() {
    let opens_at = Some(Utc.with_ymd_and_hms(2025, 12, 5, 1, 0, 0).unwrap());
    let view = |status, online| TicketStatusView { opens_at, ..status_view(ticket(status), online) };
    check("track_closed", |w| status_card(w, &view(Status::Queued, 0)));
    for locale in Locale::ALL {
        let closed = localizer(locale).html("track-opens", &[("when", "".into())]);
        let begins = closed.chars().take(16).collect::<String>();
        assert!(!status_card(&localizer(locale), &view(Status::Assigned, 1)).html.contains(&begins));
    }
}
