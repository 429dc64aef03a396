//! What everybody has: greeting, help, language, lists, and kind answers to what makes no sense.
use super::{agent, customer, manage};
use crate::bot::callback::{List, Press};
use crate::bot::commands::{Audience, Command};
use crate::bot::context::{Ask, Desk, Handled, Place, Toast};
use crate::bot::menu;
use crate::bot::render::{Rendered, labelled};
use crate::domain::card::CardKey;
use crate::domain::notice::Outgoing;
use crate::domain::person::{Locale, Person};
use crate::engine::error::EngineError;
use std::sync::Arc;
use teloxide::types::{CallbackQuery, Message};

/// `/start`, with or without a link's payload.
pub async fn start(desk: Arc<Desk>, ask: Ask, payload: String) -> Handled {
    let code = payload.strip_prefix("claim_").or_else(|| payload.strip_prefix("join_"));
    if let Some(code) = code {
        let person = desk.engine.redeem(&ask.person, code, ask.now).await?;
        let standing = |person: &Person| (person.role, person.agent.is_some());
        // Who is something new is told so by the engine's own notice; who is not sees how they stand.
        return match (standing(&person) == standing(&ask.person), person.agent.is_some()) {
            (false, _) => Ok(Vec::new()),
            (true, true) => agent::standing(&desk, &Ask { person, ..ask }).await,
            (true, false) => Ok(vec![greeting(&desk, &ask)]),
        };
    }
    Ok(vec![greeting(&desk, &ask)])
}

fn greeting(desk: &Desk, ask: &Ask) -> Outgoing {
    let key = if Audience::Staff.admits(&ask.person) { "start-staff" } else { "start-customer" };
    ask.say(desk, key, &[("name", (&ask.person.name).into())])
}

/// `/help`.
pub async fn help(desk: Arc<Desk>, ask: Ask) -> Handled {
    Ok(vec![ask.text(menu::help(&ask.words(&desk), ask.person.role, ask.person.agent.is_some()))])
}

/// `/language`: each language is offered in its own name.
pub async fn language(desk: Arc<Desk>, ask: Ask) -> Handled {
    let words = ask.words(&desk);
    let name = |locale| match locale {
        Locale::Id => words.plain("language-id", &[]),
        Locale::En => words.plain("language-en", &[]),
    };
    let buttons = Locale::ALL.map(|locale| labelled(&name(locale), Press::Language(locale))).to_vec();
    Ok(vec![ask.text(Rendered { html: words.say("language-ask", &[]), buttons: vec![buttons] })])
}

/// A language was chosen.
pub async fn set_language(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place, locale: Locale) -> Handled {
    let person = desk.engine.set_locale(ask.person.id, locale).await?;
    let ask = Ask { person, ..ask };
    let words = ask.words(&desk);
    toast.say(words.toast("language-set", &[]));
    Ok(vec![ask.edit(place, words.message("language-set", &[]))])
}

/// A command is no answer to a question: the question is dropped, lest a later message be taken for its answer.
pub async fn drop_question(desk: Arc<Desk>, ask: Ask, command: Command) -> Command {
    if ask.person.prompt.is_some()
        && command != Command::Cancel
        && let Err(error) = desk.engine.set_prompt(ask.person.id, None).await
    {
        tracing::warn!(%error, "a question stays open");
    }
    command
}

/// A message that is no command: the answer to a question, or (part of) a ticket.
pub async fn message(desk: Arc<Desk>, ask: Ask, message: Message) -> Handled {
    let prompt = ask.person.prompt.filter(|_| ask.person.is_admin());
    if let (Some(prompt), Some(text)) = (prompt, message.text()) {
        return manage::answered(&desk, &ask, prompt, text).await;
    }
    customer::wrote(&desk, &ask, &message).await
}

/// A command that nobody has.
pub async fn unknown_command(desk: Arc<Desk>, ask: Ask, name: String) -> Handled {
    Ok(vec![ask.say(&desk, "unknown-command", &[("name", name.into())])])
}

/// A command of somebody else's role.
pub async fn not_your_command(desk: Arc<Desk>, ask: Ask, command: Command) -> Handled {
    let key = match command.audience() {
        Audience::Admins => "for-admins",
        _ => "for-agents",
    };
    Ok(vec![ask.say(&desk, key, &[])])
}

/// The pressed message; `None` when Telegram does not say which, or it stands in another chat than the person's own: what
/// follows from a press is drawn there, and ids of messages mean nothing elsewhere.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn place(query: CallbackQuery, ask: Ask) -> Option<Place> {
    query.message.filter(|message| message.chat().id.0 == ask.chat.0).map(|message| Place(message.id().0))
}

/// What was pressed.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
pub fn pressed(query: CallbackQuery) -> Option<Press> {
    Press::decode(query.data.as_deref()?)
}

/// A press that this desk never drew.
pub async fn unknown_press(desk: Arc<Desk>, ask: Ask, toast: Toast) -> Handled {
    toast.say(ask.words(&desk).toast("unknown-press", &[]));
    Ok(Vec::new())
}

/// A button of a role that is not the person's (any more).
pub async fn not_your_press(desk: Arc<Desk>, ask: Ask, toast: Toast) -> Handled {
    toast.say(ask.words(&desk).toast("forbidden", &[]));
    Ok(Vec::new())
}

/// A list turns its page, or is drawn anew.
pub async fn turn(ask: Ask, toast: Toast, place: Place, (list, page): (List, u16)) -> Handled {
    let id = ask.person.id;
    let (card, audience) = match list {
        List::MyQueue => (CardKey::MyQueue(id, page), Audience::Agents),
        List::MyTickets => (CardKey::MyTickets(id, page), Audience::Everyone),
        List::Queue => (CardKey::Queue(id, page), Audience::Staff),
        List::Workload => (CardKey::Workload(id, page), Audience::Admins),
    };
    if !audience.admits(&ask.person) {
        return Err(EngineError::Forbidden);
    }
    toast.ack();
    Ok(vec![ask.redraw(place, card)])
}

/// "Never mind": the question goes away.
pub async fn dismiss(desk: Arc<Desk>, ask: Ask, toast: Toast, place: Place) -> Handled {
    toast.ack();
    Ok(vec![ask.edit(place, ask.words(&desk).message("dismissed", &[]))])
}

/// A label was pressed.
pub async fn nothing(toast: Toast) -> Handled {
    toast.ack();
    Ok(Vec::new())
}
