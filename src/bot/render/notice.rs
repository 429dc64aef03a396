//! Notices: messages about a change, as text and buttons.
mod alert;

pub use alert::alert_card;
pub(super) use alert::mute_notice;

use super::agent::absence::availability_notice;
use super::agent::{new_task_card, nudged_task_card, resumed_task_card};
use super::console::console_notice;
use super::customer::status_card;
use super::parts::{card, name};
use super::service::service_notice;
use super::{Localizer, Rendered};
use crate::bot::callback::ButtonAction;
use crate::bot::cards::views::{MembershipView, NoticeView};
use crate::domain::number::TicketNumber;
use crate::domain::person::{Availability, Role};
use crate::domain::ticket::description::PART_CHARS;

/// Renders a notice. For [`NoticeView::File`] it is the caption of the file.
#[must_use]
pub fn notice(localizer: &Localizer<'_>, view: &NoticeView) -> Rendered {
    let with_number = |key: &str, number: &TicketNumber| localizer.message(key, &[("number", number.into())]);
    let with_agent = |key: &str, number: &TicketNumber, agent: &str| {
        localizer.message(key, &[("number", number.into()), ("agent", name(agent))])
    };
    let with_name = |key: &str, who: &str| localizer.message(key, &[("name", name(who))]);
    let online = || vec![localizer.button("button-online", ButtonAction::GoOnline)];
    match view {
        NoticeView::Status(view) => status_card(localizer, view),
        NoticeView::NewTask(view) => new_task_card(localizer, view),
        NoticeView::TaskResumed(view) => resumed_task_card(localizer, view),
        NoticeView::TaskNudged(view, passed_on_in) => nudged_task_card(localizer, view, *passed_on_in),
        NoticeView::TaskPassedOn { number } => with_number("notice-task-passed-on", number),
        NoticeView::DescriptionPart { number, part: (part, parts), text } => {
            let args = [("number", number.into()), ("part", (*part).into()), ("parts", (*parts).into())];
            let head = localizer.html("notice-words", &args);
            card(format!("{head}\n\n{}", localizer.quote(text, PART_CHARS)), [])
        }
        NoticeView::File { number } => with_number("notice-file", number),
        NoticeView::TaskCancelled { number } => with_number("notice-task-cancelled", number),
        NoticeView::TaskWithdrawn { number, to: None } => with_number("notice-task-requeued", number),
        NoticeView::TaskWithdrawn { number, to: Some(to) } => with_agent("notice-task-taken", number, to),
        NoticeView::StillOnline { availability, minutes } => {
            let online = *availability == Availability::Online;
            let (key, yes) = if online {
                ("notice-still-online", "button-still-here")
            } else {
                ("notice-still-there", "button-still-there")
            };
            let here = localizer.button(yes, ButtonAction::StillHere);
            let offline = localizer.button("button-offline", ButtonAction::GoOffline);
            card(localizer.html(key, &[("minutes", (*minutes).into())]), [vec![here, offline]])
        }
        NoticeView::TakenOffline { kept } => {
            card(localizer.html("notice-taken-offline", &[("count", (*kept).into())]), [online()])
        }
        NoticeView::Availability(notice) => availability_notice(localizer, *notice),
        NoticeView::RoleChanged { role: Role::Customer } => localizer.message("notice-role-customer", &[]),
        NoticeView::RoleChanged { role: Role::Agent } => {
            card(localizer.html("notice-role-agent", &[]), [online()])
        }
        NoticeView::RoleChanged { role: Role::Admin } => {
            membership(localizer, &MembershipView::AdminRole { is_agent: false })
        }
        NoticeView::Membership(view) => membership(localizer, view),
        NoticeView::NoLongerAgent => localizer.message("notice-no-longer-agent", &[]),
        NoticeView::Joined { person: who } => with_name("notice-joined", who),
        NoticeView::AgentUnreachable { person: who, released, kept } => {
            let args = [("name", name(who)), ("released", (*released).into()), ("kept", (*kept).into())];
            let mut text = localizer.message("notice-agent-unreachable", &args);
            let has_tickets = [(*released, "notice-agent-released"), (*kept, "notice-agent-kept")];
            for (_, key) in has_tickets.into_iter().filter(|(count, _)| *count > 0) {
                text.html = format!("{} {}", text.html, localizer.html(key, &args));
            }
            text
        }
        NoticeView::Returned { number, agent } => with_agent("notice-returned", number, agent),
        NoticeView::CapacityChanged { held, max } => {
            let args = [("held", (*held).into()), ("max", (*max).into())];
            localizer.message("notice-capacity-changed", &args)
        }
        NoticeView::DepartmentsChanged { department, serves } => {
            let key = if *serves { "notice-department-joined" } else { "notice-department-left" };
            localizer.message(key, &[("department", name(department))])
        }
        NoticeView::CustomerUnreachable { number } => with_number("notice-customer-unreachable", number),
        NoticeView::PartUndelivered { number } => with_number("notice-part-undelivered", number),
        NoticeView::SendAgain { number } => with_number("notice-send-again", number),
        NoticeView::Undelivered { recipient, total } => {
            localizer.message("notice-undelivered", &[("name", name(recipient)), ("total", (*total).into())])
        }
        NoticeView::DeadLetter { update } => {
            localizer.message("notice-update-put-aside", &[("update", update.to_string().into())])
        }
        NoticeView::Alert(view) => alert_card(localizer, view),
        NoticeView::Console(view) => console_notice(localizer, view),
        NoticeView::Service(view) => service_notice(localizer, view),
        NoticeView::UpdateFailed => localizer.message("notice-something-broke", &[]),
    }
}

fn membership(localizer: &Localizer<'_>, view: &MembershipView) -> Rendered {
    let with_names = |key: &str, person: &str, by: &str| {
        localizer.message(key, &[("name", name(person)), ("admin", name(by))])
    };
    match view {
        MembershipView::AdminRole { is_agent: false } => localizer.message("notice-role-admin", &[]),
        MembershipView::AdminRole { is_agent: true } => localizer.message("notice-role-admin-agent", &[]),
        MembershipView::NoLongerAdmin { is_agent: false } => localizer.message("notice-no-longer-admin", &[]),
        MembershipView::NoLongerAdmin { is_agent: true } => {
            localizer.message("notice-no-longer-admin-agent", &[])
        }
        MembershipView::AdminAdded { person, by } => with_names("notice-admin-added", person, by),
        MembershipView::AliasChanged { alias: Some(alias) } => {
            localizer.message("notice-alias-set", &[("alias", name(alias))])
        }
        MembershipView::AliasChanged { alias: None } => localizer.message("notice-alias-cleared", &[]),
        MembershipView::AdminRemoved { person, by } => with_names("notice-admin-removed", person, by),
    }
}
