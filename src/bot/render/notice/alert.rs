//! Messages about alerts, with the buttons that mute them.
use crate::bot::callback::{AlertAction, ButtonAction, MuteTime};
use crate::bot::cards::views::AlertView;
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Localizer, Rendered};
use crate::domain::Time;
use crate::domain::alert::Alert;

/// Renders an alert to the admins: with buttons as long as the incident lasts.
#[must_use]
pub fn alert_card(localizer: &Localizer<'_>, view: &AlertView) -> Rendered {
    let text = alert_text(localizer, view);
    if view.over {
        return card(text, []);
    }
    if let Some((until, by)) = &view.mute {
        let args = [("name", name(by)), ("time", localizer.upcoming(*until).into())];
        let text = format!("{text}\n{}", localizer.html("alert-muted", &args));
        let unmute = localizer.button("button-unmute", action(AlertAction::Unmute(view.alert)));
        return card(text, [vec![unmute]]);
    }
    let mute = |key, time| localizer.button(key, action(AlertAction::Mute(view.alert, time)));
    // A phone cuts the longest label off in a row of three.
    let hours =
        vec![mute("button-mute-hour", MuteTime::Hour), mute("button-mute-eight-hours", MuteTime::EightHours)];
    card(text, [hours, vec![mute("button-mute-tomorrow", MuteTime::Tomorrow)]])
}

/// Renders the notice that an admin muted an alert until a time, or ended its mute.
pub(in crate::bot::render) fn mute_notice(
    localizer: &Localizer<'_>,
    view: &AlertView,
    (by, until): (&str, Option<Time>),
) -> Rendered {
    let alert = alert_text(localizer, view);
    let Some(until) = until else {
        return card(
            format!("{}\n{alert}", localizer.html("notice-alert-unmuted", &[("name", name(by))])),
            [],
        );
    };
    let args = [("name", name(by)), ("time", localizer.upcoming(until).into())];
    let unmute = localizer.button("button-unmute", action(AlertAction::Unmute(view.alert)));
    card(format!("{}\n{alert}", localizer.html("notice-alert-muted", &args)), [vec![unmute]])
}

fn action(action: AlertAction) -> ButtonAction {
    ButtonAction::Alert(action)
}

fn alert_text(localizer: &Localizer<'_>, view: &AlertView) -> String {
    let key = match (view.alert, view.over) {
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
        (Alert::PersonUnreadable(_), false) => "alert-person-unreadable",
        (Alert::PersonUnreadable(_), true) => "alert-person-unreadable-over",
    };
    let arg = if view.alert.person().is_some() { "name" } else { "department" };
    let args = [(arg, name(&view.subject)), ("time", localizer.duration(view.max_wait).into())];
    localizer.html(key, &args)
}
