//! Presence policy: decides from an agent's activity and the time what to do about their presence. Pure.
use crate::domain::Time;
use crate::domain::person::{AgentProfile, Availability, Via};
use crate::domain::policy::Settings;
use chrono::TimeDelta;
use std::time::Duration;

/// The state of an agent's presence record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordState {
    /// The record has not expired.
    Present,
    /// There is no record.
    Absent,
    /// Presence is unreachable. The policy then changes nothing.
    Unknown,
}

/// The action that the policy demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceAction {
    /// Nothing: the agent is present, or their presence is unknown.
    Leave,
    /// Refresh the record on behalf of the agent, who is within the idle timeout.
    Refresh,
    /// Write the record of a client again: presence has lost it before it can have expired.
    Restore,
    /// Ask the agent, who has been silent too long. The record is refreshed until they have to answer.
    AskAgent,
    /// Mark as lost: the record has expired, and the agent gets no tickets until their next activity.
    MarkLost,
    /// Set offline: the grace period is over.
    SetOffline,
}

/// Returns the action for one agent. `ttl` is the TTL of a record after its last heartbeat. Silence counts
/// from `observed_since` at the earliest: before that, nobody could have received a sign of activity.
#[must_use]
pub fn evaluate(
    profile: &AgentProfile,
    record: RecordState,
    settings: &Settings,
    ttl: Duration,
    (observed_since, now): (Time, Time),
) -> PresenceAction {
    if profile.availability == Availability::Offline || record == RecordState::Unknown {
        return PresenceAction::Leave;
    }
    if profile.away_until.is_some() {
        // The end is the answer to the question whether they come back. Their client may be closed until then.
        return PresenceAction::Refresh;
    }
    let grace = delta(settings.grace);
    let silence = now - profile.last_activity.max(observed_since);
    match profile.via {
        Via::Telegram => match (profile.asked_at, profile.question_delivered_at) {
            (Some(_), Some(at)) if now - at.max(observed_since) >= grace => PresenceAction::SetOffline,
            (Some(_), Some(_)) => PresenceAction::Refresh,
            // A question that was not delivered for that long is asked again: the outbox may have lost it.
            (Some(asked), None) if now - asked < delta(settings.idle_timeout) => PresenceAction::Refresh,
            _ if silence >= delta(settings.idle_timeout) => PresenceAction::AskAgent,
            _ => PresenceAction::Refresh,
        },
        Via::Client => match record {
            RecordState::Present => PresenceAction::Leave,
            // A record this young cannot have expired: presence was emptied, and no agent is lost because of
            // that.
            _ if silence < delta(ttl) => PresenceAction::Restore,
            _ if silence >= delta(ttl) + grace => PresenceAction::SetOffline,
            _ => PresenceAction::MarkLost,
        },
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Capacity;

    const TTL: Duration = Duration::from_secs(300);

    fn at(seconds: i64) -> Time {
        Time::from_timestamp(1_764_800_000 + seconds, 0).unwrap()
    }

    fn agent(via: Via) -> AgentProfile {
        AgentProfile {
            departments: std::collections::BTreeSet::new(),
            max_tickets: Capacity::DEFAULT,
            auto_assignment_enabled: true,
            assignment_order: 1,
            alias: None,
            availability: Availability::Online,
            chosen: None,
            via,
            last_online: None,
            earlier_online: None,
            away_until: None,
            working_hours: None,
            asked_at: None,
            question_delivered_at: None,
            asks_last_word: false,
            release_due: None,
            last_assigned: None,
            last_activity: at(0),
        }
    }

    #[test]
    fn telegram_agents_are_refreshed_then_asked_then_set_offline() {
        let settings = Settings::default();
        let mut profile = agent(Via::Telegram);
        let action = |p: &AgentProfile, s| evaluate(p, RecordState::Present, &settings, TTL, (at(0), at(s)));
        assert_eq!(action(&profile, 1_799), PresenceAction::Refresh);
        assert_eq!(action(&profile, 1_800), PresenceAction::AskAgent);
        (profile.asked_at, profile.question_delivered_at) = (Some(at(1_800)), Some(at(1_800)));
        assert_eq!(action(&profile, 2_099), PresenceAction::Refresh);
        assert_eq!(action(&profile, 2_100), PresenceAction::SetOffline);
    }

    #[test]
    fn agents_who_are_away_until_a_time_are_neither_asked_nor_lost() {
        let settings = Settings::default();
        for via in [Via::Telegram, Via::Client] {
            let away_until = Some(at(90_000));
            let profile = AgentProfile { availability: Availability::Away, away_until, ..agent(via) };
            for (seconds, record) in
                [(1, RecordState::Present), (80_000, RecordState::Absent), (99_000, RecordState::Absent)]
            {
                let action = evaluate(&profile, record, &settings, TTL, (at(0), at(seconds)));
                assert_eq!(action, PresenceAction::Refresh, "{via:?} after {seconds} s");
            }
        }
    }

    #[test]
    fn the_grace_period_counts_from_the_delivery_of_the_question() {
        let settings = Settings::default();
        let mut profile = agent(Via::Telegram);
        profile.asked_at = Some(at(1_800));
        let action = |p: &AgentProfile, s| evaluate(p, RecordState::Present, &settings, TTL, (at(0), at(s)));
        assert_eq!(action(&profile, 3_599), PresenceAction::Refresh, "not delivered yet");
        assert_eq!(action(&profile, 3_600), PresenceAction::AskAgent, "perhaps lost");
        profile.question_delivered_at = Some(at(3_500));
        assert_eq!(action(&profile, 3_799), PresenceAction::Refresh);
        assert_eq!(action(&profile, 3_800), PresenceAction::SetOffline);
    }

    #[test]
    fn silent_clients_are_lost_then_set_offline_after_the_grace_period() {
        let settings = Settings::default();
        let profile = agent(Via::Client);
        let action = |record, s| evaluate(&profile, record, &settings, TTL, (at(0), at(s)));
        assert_eq!(action(RecordState::Present, 299), PresenceAction::Leave);
        assert_eq!(action(RecordState::Absent, 300), PresenceAction::MarkLost);
        assert_eq!(action(RecordState::Absent, 599), PresenceAction::MarkLost);
        assert_eq!(action(RecordState::Absent, 600), PresenceAction::SetOffline);
    }

    #[test]
    fn emptied_presence_marks_no_agent_as_lost() {
        let settings = Settings::default();
        let mut profile = agent(Via::Client);
        let action = |p: &AgentProfile, s| evaluate(p, RecordState::Absent, &settings, TTL, (at(0), at(s)));
        assert_eq!(action(&profile, 0), PresenceAction::Restore);
        assert_eq!(action(&profile, 299), PresenceAction::Restore);
        assert_eq!(action(&profile, 300), PresenceAction::MarkLost);
        profile.last_activity = at(300);
        assert_eq!(action(&profile, 300), PresenceAction::Restore, "newer activity");
    }

    #[test]
    fn unreachable_presence_changes_nothing() {
        let profile = agent(Via::Client);
        assert_eq!(
            evaluate(&profile, RecordState::Unknown, &Settings::default(), TTL, (at(0), at(1_000_000))),
            PresenceAction::Leave
        );
    }

    #[test]
    fn silence_counts_from_the_end_of_a_gap() {
        let settings = Settings::default();
        let (mut telegram, client) = (agent(Via::Telegram), agent(Via::Client));
        let action =
            |p: &AgentProfile, s| evaluate(p, RecordState::Absent, &settings, TTL, (at(10_000), at(s)));
        assert_eq!(action(&client, 10_000), PresenceAction::Restore);
        assert_eq!(action(&client, 10_299), PresenceAction::Restore);
        assert_eq!(action(&client, 10_300), PresenceAction::MarkLost);
        assert_eq!(action(&client, 10_599), PresenceAction::MarkLost);
        assert_eq!(action(&client, 10_600), PresenceAction::SetOffline);
        assert_eq!(action(&telegram, 11_799), PresenceAction::Refresh);
        assert_eq!(action(&telegram, 11_800), PresenceAction::AskAgent);
        (telegram.asked_at, telegram.question_delivered_at) = (Some(at(9_000)), Some(at(9_000)));
        assert_eq!(action(&telegram, 10_299), PresenceAction::Refresh);
        assert_eq!(action(&telegram, 10_300), PresenceAction::SetOffline);
    }
}
