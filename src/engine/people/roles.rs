//! Changes of a person's role: the audit event, the notices, and the end of a role.
use crate::domain::Time;
use crate::domain::card::{AdminList, CardKey};
use crate::domain::event::{Action, Actor, AuditEvent};
use crate::domain::ids::PersonId;
use crate::domain::notice::membership::MembershipNotice;
use crate::domain::notice::{Message, Notice, Outgoing};
use crate::domain::person::{Person, Role};

/// Returns the deliveries of a person's command menu and menu button. The button of somebody who never was staff is
/// Telegram's own, so it needs no call.
pub(in crate::engine) fn menus(person: &Person) -> Vec<Outgoing> {
    let is_staff = person.role != Role::Customer || person.agent.is_some();
    menu_deliveries(person, is_staff)
}

/// Returns the deliveries of the command menu and the menu button of a person who gets or loses a role.
pub(in crate::engine) fn menus_of_new_role(person: &Person) -> Vec<Outgoing> {
    menu_deliveries(person, true)
}

fn menu_deliveries(person: &Person, with_button: bool) -> Vec<Outgoing> {
    let messages = [Some(Message::Menu), with_button.then_some(Message::MenuButton)];
    messages.into_iter().flatten().map(|message| Outgoing { chat: person.chat(), message }).collect()
}

/// Returns a notice about a person's role, and the deliveries of their menus.
pub(in crate::engine) fn role_notices(person: &Person, notice: Notice) -> Vec<Outgoing> {
    std::iter::once(Outgoing::notice(person.chat(), notice)).chain(menus_of_new_role(person)).collect()
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
    role_notices(person, notice)
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
    let mut notices = role_notices(person, notice);
    notices.extend(admin_cards(person.id).map(|card| Outgoing::refresh(person.chat(), card)));
    (Some(event), notices)
}

/// Returns the lists that an admin may have on the screen. Without the role they are closed.
fn admin_cards(admin: PersonId) -> [CardKey; 5] {
    let list = |list| CardKey::AdminList(admin, list);
    [
        CardKey::Queue(admin, 0),
        CardKey::Workload(admin, 0),
        list(AdminList::Agents),
        list(AdminList::Invites),
        list(AdminList::DeadLetters),
    ]
}
