//! Texts for refusals: each engine error that a person can act on.
use crate::bot::context::{BotContext, RequestContext};
use crate::bot::render::{Arg, Localizer};
use crate::domain::department::canned_reply::{MAX_REPLY_CHARS, MAX_WORD_CHARS};
use crate::domain::person::Person;
use crate::domain::person::alias::MAX_ALIAS_CHARS;
use crate::domain::text::MAX_NAME_CHARS;
use crate::domain::ticket::description::{DescriptionError, MAX_ATTACHMENTS, MAX_DESCRIPTION_CHARS};
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::error::EngineError;
use crate::engine::ports::UniqueKey;

/// A text's key and its arguments.
type TextWithArgs<'a> = (&'static str, Vec<(&'static str, Arg<'a>)>);

/// Returns the text for an error; `None` for an internal failure.
fn describe<'a>(
    error: &'a EngineError,
    localizer: &Localizer<'_>,
    recipient: &Person,
) -> Option<TextWithArgs<'a>> {
    Some(match error {
        EngineError::Refused(refusal, ticket) => describe_ticket(Some(refusal), ticket, localizer, recipient),
        EngineError::Stale(ticket) => describe_ticket(None, ticket, localizer, recipient),
        EngineError::Forbidden => ("forbidden", vec![]),
        EngineError::NotFound => ("not-found", vec![]),
        EngineError::Full(held, max) => ("full", vec![("held", Arg::from(*held)), ("max", Arg::from(*max))]),
        EngineError::OtherDepartment => ("other-department", vec![]),
        EngineError::TooManyOpen(max) => ("too-many-open", vec![("max", Arg::from(*max))]),
        EngineError::NoPickUp => ("no-pick-up", vec![]),
        EngineError::NoDraft => ("no-draft", vec![]),
        EngineError::Description(error) => describe_description_error(error),
        EngineError::BadInvite => ("bad-invite", vec![]),
        EngineError::Taken(UniqueKey::Department) => ("name-taken", vec![]),
        EngineError::BadName => ("bad-name", vec![("max", Arg::from(MAX_NAME_CHARS))]),
        EngineError::Taken(UniqueKey::Alias) => ("alias-taken", vec![]),
        EngineError::BadAlias => ("alias-invalid", vec![("max", Arg::from(MAX_ALIAS_CHARS))]),
        EngineError::Taken(UniqueKey::Reply) => ("reply-word-taken", vec![]),
        EngineError::BadReply => {
            ("reply-invalid", vec![("word", Arg::from(MAX_WORD_CHARS)), ("max", Arg::from(MAX_REPLY_CHARS))])
        }
        EngineError::UnknownPlaceholder(word) => ("reply-placeholder", vec![("word", word.as_str().into())]),
        EngineError::TooManyReplies(max) => ("reply-limit", vec![("max", Arg::from(*max))]),
        EngineError::TooManyHolidays(max) => ("holidays-limit", vec![("max", Arg::from(*max))]),
        EngineError::LastOne => ("last-one", vec![]),
        EngineError::LastAdmin => ("last-admin", vec![]),
        EngineError::AdminBySetting => ("admin-by-setting", vec![]),
        EngineError::Taken(_) | EngineError::Contention | EngineError::Store(_) => return None,
    })
}

/// Returns the text for a ticket that rejected the step: mostly its current state.
fn describe_ticket<'a>(
    refusal: Option<&Refusal>,
    ticket: &'a Ticket,
    localizer: &Localizer<'_>,
    recipient: &Person,
) -> TextWithArgs<'a> {
    // Without the ticket's number and state, so that a forged press discloses nothing.
    if !may_know(recipient, ticket) {
        return ("not-yours", vec![]);
    }
    let number = ("number", Arg::from(&ticket.number));
    match refusal {
        Some(Refusal::NotYours) => ("not-yours", vec![]),
        Some(Refusal::AlreadyTheirs) => ("already-theirs", vec![number]),
        Some(Refusal::ReopenTooLate) => ("reopen-too-late", vec![number]),
        Some(Refusal::RatingClosed) => ("rating-closed", vec![number]),
        Some(Refusal::UndoTooLate) => ("undo-too-late", vec![]),
        Some(Refusal::Reopened | Refusal::State(_)) | None => {
            // The state as the person's own cards show it. An agent who holds a ticket of their own sees the
            // agent's term.
            let state = if ticket.customer == recipient.id && ticket.holder() != Some(recipient.id) {
                localizer.customer_state(ticket.status())
            } else {
                localizer.state(ticket.status())
            };
            let key = if refusal == Some(&Refusal::Reopened) { "reopened-before" } else { "stands" };
            (key, vec![number, ("state", Arg::from(state))])
        }
    }
}

/// Returns true if a person may know of a ticket: its customer, its holders, the agents of its department and
/// admins.
fn may_know(person: &Person, ticket: &Ticket) -> bool {
    let serves = person.agent.as_ref().is_some_and(|agent| agent.departments.contains(&ticket.department));
    let ended_by_them = matches!(ticket.state, TicketState::Completed { agent, .. } if agent == person.id);
    ticket.customer == person.id
        || ticket.holder() == Some(person.id)
        || ticket.former_holder(person.id).is_some()
        || ended_by_them
        || serves
        || person.is_admin()
}

/// Returns the text for a description that cannot take the new text or file.
fn describe_description_error(error: &DescriptionError) -> TextWithArgs<'static> {
    match error {
        DescriptionError::TooLong(length) => {
            ("too-long", vec![("length", Arg::from(*length)), ("max", Arg::from(MAX_DESCRIPTION_CHARS))])
        }
        DescriptionError::TooManyFiles => ("too-many-files", vec![("max", Arg::from(MAX_ATTACHMENTS))]),
    }
}

/// Returns the refusal as a message; `None` for an internal failure.
#[must_use]
pub fn refusal_message(
    bot: &BotContext,
    ctx: &RequestContext,
    error: &EngineError,
) -> Option<crate::domain::notice::Outgoing> {
    describe(error, &ctx.localizer(bot), &ctx.person).map(|(key, args)| ctx.message(bot, key, &args))
}

/// Returns the refusal as the text of a message; `None` for an internal failure.
#[must_use]
pub fn refusal_text(
    bot: &BotContext,
    ctx: &RequestContext,
    error: &EngineError,
) -> Option<crate::domain::notice::rendered::Rendered> {
    let localizer = ctx.localizer(bot);
    describe(error, &localizer, &ctx.person).map(|(key, args)| localizer.message(key, &args))
}

/// Returns the refusal as the text of a toast; `None` for an internal failure.
#[must_use]
pub fn refusal_toast(bot: &BotContext, ctx: &RequestContext, error: &EngineError) -> Option<String> {
    let localizer = ctx.localizer(bot);
    describe(error, &localizer, &ctx.person).map(|(key, args)| localizer.toast(key, &args))
}
