//! Refusals in words: each of the engine's errors that a person can do something about.
use crate::bot::context::{Ask, Desk};
use crate::bot::render::Arg;
use crate::domain::text::{DescriptionError, MAX_ATTACHMENTS, MAX_DESCRIPTION, MAX_NAME};
use crate::domain::ticket::{Refusal, Ticket};
use crate::engine::error::EngineError;
use crate::engine::ports::UniqueKey;

/// A text's key and its arguments.
type Told<'a> = (&'static str, Vec<(&'static str, Arg<'a>)>);

/// What to tell the person; `None` when it is a failure of the desk and not of theirs.
fn told<'a>(error: &'a EngineError, words: &crate::bot::render::Words<'_>) -> Option<Told<'a>> {
    let stands = |ticket: &'a Ticket| {
        (
            "stands",
            vec![("number", Arg::from(&ticket.number)), ("state", Arg::from(words.state(ticket.status())))],
        )
    };
    Some(match error {
        EngineError::Refused(Refusal::State(_), ticket) | EngineError::Stale(ticket) => stands(ticket),
        EngineError::Refused(Refusal::NotYours, ticket) => {
            ("not-yours", vec![("number", Arg::from(&ticket.number))])
        }
        EngineError::Refused(Refusal::AlreadyTheirs, ticket) => {
            ("already-theirs", vec![("number", Arg::from(&ticket.number))])
        }
        EngineError::Forbidden => ("forbidden", vec![]),
        EngineError::NotFound => ("not-found", vec![]),
        EngineError::Full(held, max) => ("full", vec![("held", Arg::from(*held)), ("max", Arg::from(*max))]),
        EngineError::OtherDepartment => ("other-department", vec![]),
        EngineError::TooManyOpen(max) => ("too-many-open", vec![("max", Arg::from(*max))]),
        EngineError::NoPickUp => ("no-pick-up", vec![]),
        EngineError::NoDraft => ("no-draft", vec![]),
        EngineError::Description(DescriptionError::TooLong(length)) => {
            ("too-long", vec![("length", Arg::from(*length)), ("max", Arg::from(MAX_DESCRIPTION))])
        }
        EngineError::Description(DescriptionError::TooManyFiles) => {
            ("too-many-files", vec![("max", Arg::from(MAX_ATTACHMENTS))])
        }
        EngineError::BadInvite => ("bad-invite", vec![]),
        EngineError::Taken(UniqueKey::Department) => ("name-taken", vec![]),
        EngineError::BadName => ("bad-name", vec![("max", Arg::from(MAX_NAME))]),
        EngineError::LastOne => ("last-one", vec![]),
        EngineError::Taken(_) | EngineError::Contention | EngineError::Store(_) => return None,
    })
}

/// The refusal as a message; `None` when the desk itself failed.
#[must_use]
pub fn explain(desk: &Desk, ask: &Ask, error: &EngineError) -> Option<crate::domain::notice::Outgoing> {
    told(error, &ask.words(desk)).map(|(key, args)| ask.say(desk, key, &args))
}

/// The refusal in words.
#[must_use]
pub fn explained(desk: &Desk, ask: &Ask, error: &EngineError) -> Option<crate::domain::notice::Rendered> {
    let words = ask.words(desk);
    told(error, &words).map(|(key, args)| words.message(key, &args))
}

/// The refusal as the answer to a press.
#[must_use]
pub fn explain_toast(desk: &Desk, ask: &Ask, error: &EngineError) -> Option<String> {
    let words = ask.words(desk);
    told(error, &words).map(|(key, args)| words.toast(key, &args))
}
