//! The card of an agent's working hours.
use crate::bot::callback::{ButtonAction, OfferedPlan, PickerPurpose, WorkingHoursAction};
use crate::bot::cards::views::WorkingHoursView;
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Button, Localizer, Rendered};

/// Renders the working hours of an agent.
#[must_use]
pub fn working_hours_card(localizer: &Localizer<'_>, view: &WorkingHoursView) -> Rendered {
    let head = if view.is_own {
        localizer.html("work-head-own", &[])
    } else {
        localizer.html("work-head", &[("name", name(&view.name))])
    };
    let mut lines = vec![head];
    match &view.hours {
        None => lines.push(localizer.html("work-none", &[])),
        Some(hours) => {
            let plan = localizer.plan_lines(&hours.plan).into_iter();
            lines.extend(plan.map(|line| localizer.html("hours-line", &[("line", line.into())])));
            if let Some(zone) = hours.zone {
                lines.push(localizer.html("hours-zone", &[("zone", zone.name().into())]));
            }
            let is_within = hours.contains(localizer.zone, localizer.now);
            let key = if is_within { "work-offline-at" } else { "work-online-at" };
            if let Some(at) = hours.next_change {
                lines.push(localizer.html(key, &[("when", localizer.upcoming(at).into())]));
                lines.push(localizer.html("work-hint", &[]));
            }
        }
    }
    let agent = view.agent;
    let button = |key: &str, action| localizer.button(key, ButtonAction::WorkingHours(action));
    let plan = |plan, key| button(key, WorkingHoursAction::Plan(agent, plan));
    let mut rows: Vec<Vec<Button>> = vec![
        vec![
            plan(OfferedPlan::Workdays, "hours-workdays"),
            plan(OfferedPlan::WithSaturday, "hours-saturday"),
        ],
        vec![button("hours-other", WorkingHoursAction::Ask(agent))],
    ];
    if view.hours.is_some() {
        rows.push(vec![button("work-clear", WorkingHoursAction::Clear(agent))]);
    }
    if view.is_admin {
        let back = ButtonAction::PickPerson(PickerPurpose::Agent, agent);
        rows.push(vec![localizer.button("back", back)]);
    }
    card(lines.join("\n"), rows)
}
