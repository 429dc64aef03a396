//! Refusals in words: each of the engine's errors that a person can do something about.
use crate::bot::context::{BotContext, RequestContext};
use crate::bot::render::{Arg, Words};
use crate::domain::ids::PersonId;
use crate::domain::text::{DescriptionError, MAX_ATTACHMENTS, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::error::EngineError;
use crate::engine::ports::UniqueKey;

/// A text's key and its arguments.
type Explanation<'a> = (&'static str, Vec<(&'static str, Arg<'a>)>);

/// What to tell the reader; `None` when it is a failure of the desk and not of theirs.
fn told<'a>(error: &'a EngineError, words: &Words<'_>, reader: PersonId) -> Option<Explanation<'a>> {
    Some(match error {
        EngineError::Refused(refusal, ticket) => of_ticket(Some(refusal), ticket, words, reader),
        EngineError::Stale(ticket) => of_ticket(None, ticket, words, reader),
        EngineError::Forbidden => ("forbidden", vec![]),
        EngineError::NotFound => ("not-found", vec![]),
        EngineError::Full(held, max) => ("full", vec![("held", Arg::from(*held)), ("max", Arg::from(*max))]),
        EngineError::OtherDepartment => ("other-department", vec![]),
        EngineError::TooManyOpen(max) => ("too-many-open", vec![("max", Arg::from(*max))]),
        EngineError::NoPickUp => ("no-pick-up", vec![]),
        EngineError::NoDraft => ("no-draft", vec![]),
        EngineError::Description(error) => of_description(error),
        EngineError::BadInvite => ("bad-invite", vec![]),
        EngineError::Taken(UniqueKey::Department) => ("name-taken", vec![]),
        EngineError::BadName => ("bad-name", vec![("max", Arg::from(MAX_NAME_CHARS))]),
        EngineError::LastOne => ("last-one", vec![]),
        EngineError::Taken(_) | EngineError::Contention | EngineError::Store(_) => return None,
    })
}

/// Why a ticket does not take the step: mostly, how it stands.
fn of_ticket<'a>(
    refusal: Option<&Refusal>,
    ticket: &'a Ticket,
    words: &Words<'_>,
    reader: PersonId,
) -> Explanation<'a> {
    let number = ("number", Arg::from(&ticket.number));
    match refusal {
        // Not even its number: whoever forges a press learns nothing from it.
        Some(Refusal::NotYours) => ("not-yours", vec![]),
        Some(Refusal::AlreadyTheirs) => ("already-theirs", vec![number]),
        Some(Refusal::State(_)) | None => {
            // The word that is on the reader's own cards. Who works on a ticket of their own reads the agent's.
            let state = if ticket.customer == reader && ticket.holder() != Some(reader) {
                words.customers_state(ticket.status())
            } else {
                words.state(ticket.status())
            };
            ("stands", vec![number, ("state", Arg::from(state))])
        }
    }
}

/// Why a description can't be extended so.
fn of_description(error: &DescriptionError) -> Explanation<'static> {
    match error {
        DescriptionError::TooLong(length) => {
            ("too-long", vec![("length", Arg::from(*length)), ("max", Arg::from(MAX_DESCRIPTION_CHARS))])
        }
        DescriptionError::TooManyFiles => ("too-many-files", vec![("max", Arg::from(MAX_ATTACHMENTS))]),
    }
}

/// The refusal as a message; `None` when the desk itself failed.
#[must_use]
pub fn explain(
    desk: &BotContext,
    ask: &RequestContext,
    error: &EngineError,
) -> Option<crate::domain::notice::Outgoing> {
    told(error, &ask.words(desk), ask.person.id).map(|(key, args)| ask.say(desk, key, &args))
}

/// The refusal in words.
#[must_use]
pub fn explained(
    desk: &BotContext,
    ask: &RequestContext,
    error: &EngineError,
) -> Option<crate::domain::notice::Rendered> {
    let words = ask.words(desk);
    told(error, &words, ask.person.id).map(|(key, args)| words.message(key, &args))
}

/// The refusal as the answer to a press.
#[must_use]
pub fn explain_toast(desk: &BotContext, ask: &RequestContext, error: &EngineError) -> Option<String> {
    let words = ask.words(desk);
    told(error, &words, ask.person.id).map(|(key, args)| words.toast(key, &args))
}
