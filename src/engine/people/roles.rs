//! Changes of a person's role: the audit event, the notices, and the end of a role.
use crate::domain::Time;
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::notice::membership::MembershipNotice;
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::person::{Person, Role};

/// Returns the delivery of a person's command menu.
pub(in crate::engine) fn menu(person: &Person) -> Outgoing {
    Outgoing { chat: person.chat(), message: Message::Menu }
}

/// Returns the audit event of a change `name=value` of a person's membership.
pub(in crate::engine) fn membership_event(
    at: Time,
    actor: Actor,
    person: PersonId,
    change: &str,
) -> AuditEvent {
    AuditEvent { at, actor, ticket: None, what: Action::Membership { person, change: change.to_owned() } }
}

/// Returns the notices to a new admin.
pub(in crate::engine) fn admin_notices(person: &Person) -> Vec<Outgoing> {
    let notice = Notice::Membership(MembershipNotice::AdminRole { is_agent: person.agent.is_some() });
    vec![Outgoing::notice(person.chat(), notice), menu(person)]
}

/// Ends the role of an admin; returns the audit event and the notices to them. Nothing for others.
pub(in crate::engine) fn end_admin_role(
    person: &mut Person,
    actor: Actor,
    now: Time,
) -> (Option<AuditEvent>, Vec<Outgoing>) {
    if !person.is_admin() {
        return (None, Vec::new());
    }
    let is_agent = person.agent.is_some();
    person.role = if is_agent { Role::Agent } else { Role::Customer };
    (person.admin_by_setting, person.prompt, person.prompt_until) = (false, None, None);
    person.answered_by = None;
    let notice = Notice::Membership(MembershipNotice::NoLongerAdmin { is_agent });
    let event = membership_event(now, actor, person.id, "admin=none");
    (Some(event), vec![Outgoing::notice(person.chat(), notice), menu(person)])
}
