//! Messages of a conversation as their recipient sees them, and the questions and answers about them.
pub(super) mod prompt;

use super::parts::{card, name};
use super::{Arg, Localizer, Rendered, html_of, labelled, truncate, utf16_units};
use crate::bot::callback::{ButtonAction, ChoiceAction};
use crate::bot::cards::views::{
    CustomerChoice, FocusView, RelayAuthor, RelayView, TicketChoiceView, TicketView,
};
use crate::domain::content::ContentKind;
use crate::domain::text::formatted::{FormattedText, byte_at};
use crate::domain::ticket::Status;
use crate::domain::ticket::conversation::RelayFailure;

/// The longest text of a message, in UTF-16 units, and the longest caption.
const MAX_TEXT_UNITS: usize = 4_096;
/// The longest quote above a message, in UTF-16 units.
const MAX_QUOTE_UNITS: usize = 300;
const MAX_CAPTION_UNITS: usize = 1_024;
/// The most buttons of a focus card: its markup must stay below Telegram's limit.
const MAX_FOCUS_BUTTONS: usize = 30;

/// Returns the head of a relayed message: its author, its ticket, and what became of the message. Empty if
/// there is nothing to say.
#[must_use]
pub fn relay_head(localizer: &Localizer<'_>, view: &RelayView) -> String {
    let number = || ("number", view.number.as_ref().map(ToString::to_string).unwrap_or_default().into());
    let author = match (&view.author, view.number.is_some()) {
        (RelayAuthor::Customer(who), _) => localizer.html("relay-customer", &[("name", name(who)), number()]),
        (RelayAuthor::Agent(Some(who)), true) => {
            localizer.html("relay-agent-number", &[("name", localizer.shown_agent(who)), number()])
        }
        (RelayAuthor::Agent(Some(who)), false) => {
            localizer.html("relay-agent", &[("name", localizer.shown_agent(who))])
        }
        (RelayAuthor::Agent(None), true) => localizer.html("relay-desk-number", &[number()]),
        (RelayAuthor::Agent(None), false) => String::new(),
    };
    let forwarded = view.forwarded_from.as_deref().map(|origin| match origin {
        "" => localizer.html("relay-forwarded", &[]),
        origin => localizer.html("relay-forwarded-from", &[("name", name(origin))]),
    });
    let elsewhere = view.reply_elsewhere.as_deref().map(|sender| match sender {
        "" => localizer.html("relay-elsewhere", &[]),
        sender => localizer.html("relay-elsewhere-of", &[("name", name(sender))]),
    });
    let edited = view.is_edited.then(|| localizer.html("relay-edited", &[]));
    let quoted = view.quoted.as_deref().map(|quoted| localizer.quote(&quoted.into(), MAX_QUOTE_UNITS));
    let lost = view.is_partial.then(|| localizer.html("relay-not-copied", &[]));
    let lines = [Some(author), forwarded, elsewhere, edited, lost, quoted]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the text of a message below its head; `None` if both together are too long for one message.
#[must_use]
pub fn relay_text(head: &str, text: &FormattedText) -> Option<String> {
    below(head, text, MAX_TEXT_UNITS)
}

/// Returns the caption of a message below its head; `None` if both together are too long.
#[must_use]
pub fn relay_caption(head: &str, text: &FormattedText) -> Option<String> {
    below(head, text, MAX_CAPTION_UNITS)
}

/// Returns the caption of a message below its head. What has no room of the text is cut.
#[must_use]
pub fn cut_caption(head: &str, text: &FormattedText) -> String {
    let room = MAX_CAPTION_UNITS.saturating_sub(utf16_units(head) + 1);
    let text = text.slice(0, byte_at(&text.text, room));
    relay_caption(head, &text).unwrap_or_else(|| head.to_owned())
}

fn below(head: &str, text: &FormattedText, max: usize) -> Option<String> {
    // The head has markup, which does not count, so it is shorter than this.
    let units = utf16_units(head) + 1 + utf16_units(&text.text);
    if units > max {
        return None;
    }
    let text = html_of(text);
    Some([head, &text].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// Returns the button below a copied message, which names its author and makes the agent write to them.
#[must_use]
pub fn relay_button(localizer: &Localizer<'_>, view: &RelayView) -> Option<super::Button> {
    let RelayAuthor::Customer(who) = &view.author else { return None };
    let number = view.number.as_ref()?.to_string();
    let label = localizer.plain("relay-button", &[("name", name(who)), ("number", number.into())]);
    Some(labelled(&label, ButtonAction::Focus(view.ticket)))
}

/// Returns the head of an album, which Telegram sends without a place for it.
#[must_use]
pub fn album_head(localizer: &Localizer<'_>, view: &RelayView) -> Rendered {
    let lines = [relay_head(localizer, view), localizer.html("relay-album", &[])];
    card(lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"), [])
}

/// Returns the reason why a message did not arrive, for its author.
#[must_use]
pub fn message_failed(
    localizer: &Localizer<'_>,
    reason: RelayFailure,
    kind: Option<&ContentKind>,
) -> Rendered {
    let key = match reason {
        RelayFailure::Unreachable => "message-failed-unreachable",
        RelayFailure::Refused => "message-failed-refused",
        RelayFailure::Unsupported => "message-failed-unsupported",
        RelayFailure::OutcomeUnknown => "message-failed-unknown",
    };
    localizer.message(key, &[("kind", content_kind(localizer, kind).into())])
}

/// Returns the answer to an author of whose message only the words arrived.
#[must_use]
pub fn message_partly_sent(localizer: &Localizer<'_>, kind: Option<&ContentKind>) -> Rendered {
    localizer.message("message-partly-sent", &[("kind", content_kind(localizer, kind).into())])
}

/// Returns the name of a kind of content.
#[must_use]
pub fn content_kind(localizer: &Localizer<'_>, kind: Option<&ContentKind>) -> String {
    let key = match kind {
        None => "kind-text",
        Some(ContentKind::Photo | ContentKind::LivePhoto) => "kind-photo",
        Some(ContentKind::Document) => "kind-document",
        Some(ContentKind::Voice) => "kind-voice",
        Some(ContentKind::Video) => "kind-video",
        Some(ContentKind::Audio) => "kind-audio",
        Some(ContentKind::Animation) => "kind-animation",
        Some(ContentKind::VideoNote) => "kind-video-note",
        Some(ContentKind::Sticker) => "kind-sticker",
        Some(ContentKind::PaidMedia) => "kind-paid-media",
        Some(ContentKind::Location | ContentKind::Venue) => "kind-location",
        Some(ContentKind::Contact) => "kind-contact",
        Some(ContentKind::Poll) => "kind-poll",
        Some(ContentKind::Story) => "kind-story",
        Some(_) => "kind-other",
    };
    localizer.plain(key, &[])
}

/// Renders the question for which ticket the kept messages are.
#[must_use]
pub fn ticket_choice(localizer: &Localizer<'_>, view: &TicketChoiceView) -> Rendered {
    if view.kept == 0 {
        return localizer.message("choice-none", &[]);
    }
    if view.is_former {
        return localizer.message("choice-former", &[("count", view.kept.into())]);
    }
    let question = if view.is_agent { "choice-agent" } else { "choice-customer" };
    let button = |choice: &CustomerChoice| {
        let action = ButtonAction::Choice(ChoiceAction::Ticket(choice.ticket));
        vec![labelled(&choice_label(localizer, choice), action)]
    };
    let choice = |key, action| vec![localizer.button(key, ButtonAction::Choice(action))];
    let new = (!view.is_agent).then(|| choice("button-new-ticket", ChoiceAction::NewTicket));
    let rows =
        view.tickets.iter().map(button).chain(new).chain([choice("button-drop-kept", ChoiceAction::Drop)]);
    card(localizer.html(question, &[("count", view.kept.into())]), rows)
}

/// Renders the card that says to whom an agent writes, with a button for each other ticket.
#[must_use]
pub fn focus(localizer: &Localizer<'_>, view: &FocusView) -> Rendered {
    let text = match &view.current {
        Some(current) => {
            let key = if current.subject.is_some() { "focus-current-subject" } else { "focus-current" };
            localizer.html(key, &choice_args(current))
        }
        None => localizer.html("focus-none", &[]),
    };
    let button = |choice: &CustomerChoice| {
        vec![labelled(&choice_label(localizer, choice), ButtonAction::Focus(choice.ticket))]
    };
    card(text, view.others.iter().take(MAX_FOCUS_BUTTONS).map(button))
}

/// Returns the toast that says to whom an agent writes from now on.
#[must_use]
pub fn focus_toast(localizer: &Localizer<'_>, choice: &CustomerChoice) -> String {
    let key = if choice.subject.is_some() { "toast-focus-subject" } else { "toast-focus" };
    localizer.toast(key, &choice_args(choice))
}

fn choice_label(localizer: &Localizer<'_>, choice: &CustomerChoice) -> String {
    let key = if choice.subject.is_some() { "choice-button-subject" } else { "choice-button" };
    localizer.plain(key, &choice_args(choice))
}

fn choice_args(choice: &CustomerChoice) -> [(&'static str, Arg<'_>); 3] {
    let subject = choice.subject.as_deref().unwrap_or_default();
    [("name", name(&choice.name)), ("number", (&choice.number).into()), ("subject", subject.into())]
}

/// The longest name in the name of a topic, and the longest `department - category`, in UTF-16 units.
const MAX_TOPIC_NAME_UNITS: (usize, usize) = (40, 60);

/// Returns the name of a ticket's topic: the agent's slot, the customer, the category.
#[must_use]
pub fn topic_name(
    localizer: &Localizer<'_>,
    slot: Option<u16>,
    customer: &str,
    ticket: &TicketView,
) -> String {
    let slot = slot.map(|slot| format!("#{slot}"));
    let mark = match ticket.status {
        Status::Completed => Some("✅".to_owned()),
        Status::Pending => Some("⏸".to_owned()),
        _ => None,
    };
    let head = [mark, slot].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let (name, label) = MAX_TOPIC_NAME_UNITS;
    let args = [("name", truncate(customer, name).into()), ("label", truncate(&ticket.label, label).into())];
    [head, localizer.plain("topic-name", &args)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}
