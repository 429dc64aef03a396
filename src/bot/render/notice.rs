//! Notices: what people are told because something happened.
use super::agent::new_task;
use super::customer::created_card;
use super::parts::{card, name};
use super::{Rendered, Words};
use crate::bot::callback::ButtonAction;
use crate::bot::cards::views::NoticeView;
use crate::domain::alert::{Alert, MAX_WAIT_MINUTES};
use crate::domain::number::TicketNumber;
use crate::domain::person::{Availability, Role};
use crate::domain::text::PART_CHARS;

/// A notice in the reader's words. That of [`NoticeView::File`] is the caption of the file.
#[must_use]
pub fn notice(words: &Words<'_>, view: &NoticeView) -> Rendered {
    let about = |key: &str, number: &TicketNumber| words.message(key, &[("number", number.into())]);
    let handed = |key: &str, number: &TicketNumber, agent: &str| {
        words.message(key, &[("number", number.into()), ("agent", name(agent))])
    };
    let person = |key: &str, who: &str| words.message(key, &[("name", name(who))]);
    let online = || vec![words.button("button-online", ButtonAction::GoOnline)];
    match view {
        NoticeView::Created(view) => created_card(words, view),
        NoticeView::NewTask(view) => new_task(words, view),
        NoticeView::Words { number, part: (part, parts), text } => {
            let args = [("number", number.into()), ("part", (*part).into()), ("parts", (*parts).into())];
            let head = words.say("notice-words", &args);
            card(format!("{head}\n\n{}", words.quote(text, PART_CHARS)), [])
        }
        NoticeView::File { number } => about("notice-file", number),
        NoticeView::Assigned { number, agent } => handed("notice-assigned", number, agent),
        NoticeView::Completed { number } => about("notice-completed", number),
        NoticeView::Cancelled { number } => about("notice-cancelled", number),
        NoticeView::TaskCancelled { number } => about("notice-task-cancelled", number),
        NoticeView::TaskTaken { number, to: None } => about("notice-task-requeued", number),
        NoticeView::TaskTaken { number, to: Some(to) } => handed("notice-task-taken", number, to),
        NoticeView::Requeued { number, position: None } => about("notice-requeued", number),
        NoticeView::Requeued { number, position: Some(position) } => words
            .message("notice-requeued-at", &[("number", number.into()), ("position", (*position).into())]),
        NoticeView::StillOnline { availability, minutes } => {
            let online = *availability == Availability::Online;
            let (key, yes) = if online {
                ("notice-still-online", "button-still-here")
            } else {
                ("notice-still-there", "button-still-there")
            };
            let here = words.button(yes, ButtonAction::StillHere);
            let offline = words.button("button-offline", ButtonAction::GoOffline);
            card(words.say(key, &[("minutes", (*minutes).into())]), [vec![here, offline]])
        }
        NoticeView::TakenOffline { kept } => {
            card(words.say("notice-taken-offline", &[("count", (*kept).into())]), [online()])
        }
        NoticeView::RoleChanged { role: Role::Customer } => words.message("notice-role-customer", &[]),
        NoticeView::RoleChanged { role: Role::Agent } => {
            card(words.say("notice-role-agent", &[]), [online()])
        }
        NoticeView::RoleChanged { role: Role::Admin } => words.message("notice-role-admin", &[]),
        NoticeView::NoLongerAgent => words.message("notice-no-longer-agent", &[]),
        NoticeView::Joined { person: who } => person("notice-joined", who),
        NoticeView::AgentUnreachable { person: who } => person("notice-agent-unreachable", who),
        NoticeView::CustomerUnreachable { number } => about("notice-customer-unreachable", number),
        NoticeView::UpdatePutAside { update } => {
            words.message("notice-update-put-aside", &[("update", (*update).into())])
        }
        NoticeView::Alert { alert, department, over } => {
            let key = match (alert, over) {
                (Alert::NobodyOnline(_), false) => "alert-nobody-online",
                (Alert::NobodyOnline(_), true) => "alert-nobody-online-over",
                (Alert::TicketWaits(_), false) => "alert-ticket-waits",
                (Alert::TicketWaits(_), true) => "alert-ticket-waits-over",
                (Alert::HeartbeatsFail, false) => "alert-heartbeats-fail",
                (Alert::HeartbeatsFail, true) => "alert-heartbeats-fail-over",
                (Alert::StoreAway, false) => "alert-store-away",
                (Alert::StoreAway, true) => "alert-store-away-over",
                (Alert::PresenceAway, false) => "alert-presence-away",
                (Alert::PresenceAway, true) => "alert-presence-away-over",
            };
            words.message(key, &[("department", name(department)), ("minutes", MAX_WAIT_MINUTES.into())])
        }
        NoticeView::SomethingBroke => words.message("notice-something-broke", &[]),
    }
}
