//! Parts of cards about an absence: its end, and the buttons that set it.
use crate::bot::callback::{AbsenceAction, ButtonAction};
use crate::bot::render::parts::card;
use crate::bot::render::{Button, Localizer, Rendered};
use crate::domain::Time;
use crate::domain::notice::availability::AvailabilityNotice;
use crate::domain::person::Availability;

impl Localizer<'_> {
    /// Returns an availability, with the end of an absence if it has one. Plain text.
    #[must_use]
    pub fn availability_until(&self, availability: Availability, lost: bool, until: Option<Time>) -> String {
        let shown = self.availability(availability, lost);
        match until {
            Some(at) => {
                let args = [("availability", shown.into()), ("when", self.upcoming(at).into())];
                self.plain("availability-until", &args)
            }
            None => shown,
        }
    }
}

/// Returns a status with the question for the end of the absence, which now ends at `shown`.
#[must_use]
pub fn absence_question(localizer: &Localizer<'_>, status: Rendered, shown: Option<Time>) -> Rendered {
    let button = |key: &str, action| localizer.button(key, ButtonAction::Absence(action));
    let mut rows: Vec<Vec<Button>> = vec![
        vec![
            button("button-absence-hour", AbsenceAction::Hour(shown)),
            button("button-absence-today", AbsenceAction::RestOfToday(shown)),
        ],
        vec![
            button("button-absence-other", AbsenceAction::Ask),
            button("button-absence-open", AbsenceAction::NoEnd(shown)),
        ],
    ];
    rows.extend(status.buttons);
    let question = localizer.html("absence-ask", &[]);
    Rendered::new(format!("{}\n\n{question}", status.html), rows)
}

/// Renders a notice about an availability that the engine changed as planned.
pub(in crate::bot::render) fn availability_notice(
    localizer: &Localizer<'_>,
    notice: AvailabilityNotice,
) -> Rendered {
    match notice {
        AvailabilityNotice::AbsenceOver => {
            let away = localizer.button("button-still-away", ButtonAction::Absence(AbsenceAction::Start));
            let offline = localizer.button("button-offline", ButtonAction::GoOffline);
            card(localizer.html("notice-absence-over", &[]), [vec![away, offline]])
        }
        AvailabilityNotice::WorkBegins => {
            let away = localizer.button("button-not-yet", ButtonAction::Absence(AbsenceAction::Start));
            let offline = localizer.button("button-offline", ButtonAction::GoOffline);
            card(localizer.html("notice-work-begins", &[]), [vec![away, offline]])
        }
        AvailabilityNotice::WorkEnds { kept } => {
            let online = localizer.button("button-online", ButtonAction::GoOnline);
            let key = if kept == 0 { "notice-work-ends" } else { "notice-work-ends-kept" };
            card(localizer.html(key, &[("count", kept.into())]), [vec![online]])
        }
        AvailabilityNotice::WorkingHours { set: true } => localizer.message("notice-work-set", &[]),
        AvailabilityNotice::WorkingHours { set: false } => localizer.message("notice-work-cleared", &[]),
    }
}
