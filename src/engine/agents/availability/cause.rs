//! Causes of a change of availability: who acted, and what the profile keeps of it.
use crate::domain::Time;
use crate::domain::event::Actor;
use crate::domain::ids::PersonId;
use crate::domain::person::{AgentProfile, Availability, ChosenAvailability, Via};

/// The cause of a change of availability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Cause {
    /// The agent chose it here.
    Choice(Via),
    /// A heartbeat reports it.
    Heartbeat,
    /// The presence was lost, and the grace period is over.
    LostPresence,
    /// This admin decided it.
    Admin(PersonId),
    /// The agent chose to be away until this time.
    AwayUntil(Time),
    /// The end that they chose for an absence has come.
    AbsenceOver,
    /// Their working hours have begun or ended.
    WorkingHours {
        /// When they begin or end next.
        next: Option<Time>,
    },
}

impl Cause {
    /// Returns whether the agent shows by it that they are there.
    pub(super) fn is_activity(self, to: Availability) -> bool {
        match self {
            // The silence before does not count for an agent who said beforehand that they would be there.
            Self::AbsenceOver | Self::WorkingHours { .. } => to == Availability::Online,
            Self::Choice(_) | Self::Heartbeat | Self::AwayUntil(_) => true,
            Self::LostPresence | Self::Admin(_) => false,
        }
    }

    pub(super) fn actor(self, agent: PersonId) -> Actor {
        match self {
            Self::Choice(_) | Self::Heartbeat | Self::AwayUntil(_) => Actor::Person(agent),
            Self::LostPresence | Self::AbsenceOver | Self::WorkingHours { .. } => Actor::Engine,
            Self::Admin(admin) => Actor::Person(admin),
        }
    }

    /// Records in the profile what was chosen, and where signs of activity come from.
    pub(super) fn apply(self, profile: &mut AgentProfile, to: Availability) {
        profile.away_until = match self {
            Self::AwayUntil(until) => Some(until),
            // A client's report does not change what they chose.
            Self::Heartbeat if to == Availability::Away => profile.away_until,
            _ => None,
        };
        if let (Self::WorkingHours { next }, Some(hours)) = (self, &mut profile.working_hours) {
            hours.next_change = next;
        }
        match self {
            Self::Choice(via) => {
                (profile.via, profile.chosen) = (via, Some(ChosenAvailability { to, via }));
            }
            Self::AwayUntil(_) | Self::AbsenceOver | Self::WorkingHours { .. } => {
                let via = Via::Telegram;
                (profile.via, profile.chosen) = (via, Some(ChosenAvailability { to, via }));
            }
            Self::Heartbeat => profile.via = Via::Client,
            Self::LostPresence => profile.via = Via::Telegram,
            // It stays until the agent chooses otherwise, whatever their clients report.
            Self::Admin(_) => {
                let via = profile.via;
                profile.chosen = Some(ChosenAvailability { to, via });
            }
        }
    }
}
