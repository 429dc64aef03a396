//! Choosing an agent, a person or a ticket: by what an admin typed, or out of a list of buttons.
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::cards::view_loader::{page_among, page_of};
use crate::bot::context::{BotContext, PressedMessage, RequestContext};
use crate::bot::render::{Button, Rendered, Words, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::engine::assignment::roster::Seat;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;

/// Buttons of one choice on a page.
const CHOICES_PER_PAGE: u16 = 8;
/// The fewest last characters of a number that name a ticket.
const SUFFIX_CHARS: usize = 4;

/// What was typed names nobody, one, or several.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::bot::handlers) enum Matches<T> {
    None,
    One(T),
    Several(Vec<T>),
}

impl<T> Matches<T> {
    fn of(mut all: Vec<T>) -> Self {
        match (all.pop(), all.is_empty()) {
            (None, _) => Self::None,
            (Some(one), true) => Self::One(one),
            (Some(last), false) => {
                all.push(last);
                Self::Several(all)
            }
        }
    }
}

/// The agents that `text` can mean: by Telegram id or `@username`; by name, exactly, else how it begins, else what it
/// contains, in any case.
pub(in crate::bot::handlers) fn agents_named(seats: Vec<Seat>, text: &str) -> Matches<Seat> {
    let wanted = text.trim().to_lowercase();
    let name = |seat: &Seat| seat.person.name.to_lowercase();
    let rules: [&dyn Fn(&Seat) -> bool; 4] = [
        &|seat| has_handle(seat, &wanted),
        &|seat| name(seat) == wanted,
        &|seat| name(seat).starts_with(&wanted),
        &|seat| name(seat).contains(&wanted),
    ];
    if wanted.is_empty() {
        return Matches::None;
    }
    let chosen = rules.iter().find(|rule| seats.iter().any(rule));
    let Some(rule) = chosen else { return Matches::None };
    Matches::of(seats.into_iter().filter(|seat| rule(seat)).collect())
}

/// Whether `wanted`, in lower case, is the agent's Telegram id or `@username`.
fn has_handle(seat: &Seat, wanted: &str) -> bool {
    let username = seat.person.username.as_deref().map(str::to_lowercase);
    wanted.strip_prefix('@').is_some_and(|u| username.as_deref() == Some(u))
        || seat.person.telegram.to_string() == wanted
}

/// Whether an agent goes by exactly this: a name may end in a number, as in `agent 2`.
pub(in crate::bot::handlers) fn is_called(seats: &[Seat], text: &str) -> bool {
    let wanted = text.trim().to_lowercase();
    seats.iter().any(|seat| has_handle(seat, &wanted) || seat.person.name.to_lowercase() == wanted)
}

/// An agent's seat, while they are one.
pub(in crate::bot::handlers) fn seat_of(desk: &BotContext, agent: PersonId) -> Option<Seat> {
    desk.engine.seats().into_iter().find(|seat| seat.person.id == agent)
}

/// The seat of a button's agent. Who is no agent any more: the press says so, and the list is drawn anew in its place.
pub(in crate::bot::handlers) async fn still_agent(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    place: PressedMessage,
    (pick, agent): (PickerPurpose, PersonId),
) -> Result<Result<Seat, Outgoing>, EngineError> {
    if let Some(seat) = seat_of(desk, agent) {
        toast.ack();
        return Ok(Ok(seat));
    }
    toast.say(ask.words(desk).toast("agent-gone", &[]));
    Ok(Err(ask.edit(place, first_page(desk, ask, pick).await?)))
}

/// The open tickets that `text` can mean: a number in any case, or the last four or more characters of it.
pub(in crate::bot::handlers) async fn tickets_named(
    desk: &BotContext,
    text: &str,
) -> Result<Matches<Ticket>, StoreError> {
    let store = desk.engine.store();
    if let Some(number) = TicketNumber::parse(text) {
        return Ok(store.ticket_by_number(&number).await?.map_or(Matches::None, Matches::One));
    }
    let suffix = text.trim().to_uppercase();
    if suffix.len() < SUFFIX_CHARS || !suffix.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(Matches::None);
    }
    Ok(Matches::of(store.tickets_by_suffix(&suffix, usize::from(CHOICES_PER_PAGE)).await?))
}

/// A question with buttons, one a row, and the pages below.
pub(in crate::bot::handlers) fn list(
    words: &Words<'_>,
    html: String,
    pick: PickerPurpose,
    page: (u16, u16),
    choices: Vec<Button>,
) -> Rendered {
    let turns = words.page_row(page.0, page.1, |page| ButtonAction::PickPage(pick, page));
    rows(words, html, pick, turns, choices)
}

fn rows(
    words: &Words<'_>,
    html: String,
    pick: PickerPurpose,
    turns: Vec<Button>,
    choices: Vec<Button>,
) -> Rendered {
    let mut buttons: Vec<Vec<Button>> = choices.into_iter().map(|button| vec![button]).collect();
    if !turns.is_empty() {
        buttons.push(turns);
    }
    if pick != PickerPurpose::Agent {
        buttons.push(vec![words.button("button-cancel", ButtonAction::Dismiss)]);
    }
    Rendered { html, buttons }
}

/// Agents as buttons: how available they are, their name, their load. Who has the name of another one that is offered has
/// their username with it.
pub(in crate::bot::handlers) fn agent_buttons<'a>(
    words: &Words<'_>,
    offered: &[Seat],
    shown: impl IntoIterator<Item = &'a Seat>,
    press: impl Fn(PersonId) -> ButtonAction,
) -> Vec<Button> {
    let namesakes = |seat: &Seat| offered.iter().filter(|s| s.person.name == seat.person.name).count();
    let button = |seat: &Seat| {
        let person = &seat.person;
        let how = words.availability(person.availability(), seat.out_of_reach());
        let dot = how.split(' ').next().unwrap_or_default().to_owned();
        let name = if namesakes(seat) > 1 { with_username(person) } else { person.name.clone() };
        let max = seat.profile().map_or(0, |profile| profile.max_tickets.get());
        let args =
            [("dot", dot.into()), ("name", name.into()), ("held", seat.held().into()), ("max", max.into())];
        labelled(&words.plain("agent-label", &args), press(person.id))
    };
    shown.into_iter().map(button).collect()
}

fn with_username(person: &Person) -> String {
    match &person.username {
        Some(username) => format!("{} (@{username})", person.name),
        None => person.name.clone(),
    }
}

/// A picking list from its beginning, or why there is nothing to pick from.
pub(in crate::bot::handlers) async fn first_page(
    desk: &BotContext,
    ask: &RequestContext,
    pick: PickerPurpose,
) -> Result<Rendered, EngineError> {
    Ok(page(desk, ask, pick, 0).await?.unwrap_or_else(|| nothing_to_pick(desk, ask, pick)))
}

/// Why there is nothing to pick from, and what to do about it.
pub(in crate::bot::handlers) fn nothing_to_pick(
    desk: &BotContext,
    ask: &RequestContext,
    pick: PickerPurpose,
) -> Rendered {
    let key = match pick {
        PickerPurpose::AddAgent => "addagent-nobody",
        PickerPurpose::Reassign => "reassign-none",
        PickerPurpose::SetMax | PickerPurpose::RemoveAgent | PickerPurpose::Agent => "agents-none",
    };
    ask.words(desk).message(key, &[])
}

/// A page of a picking list; `None` when there is nothing to pick from.
pub(in crate::bot::handlers) async fn page(
    desk: &BotContext,
    ask: &RequestContext,
    pick: PickerPurpose,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    match pick {
        PickerPurpose::SetMax | PickerPurpose::RemoveAgent | PickerPurpose::Agent => {
            Ok(agents(desk, ask, pick, page))
        }
        PickerPurpose::AddAgent => people(desk, ask, page).await,
        PickerPurpose::Reassign => tickets(desk, ask, page).await,
    }
}

fn agents(desk: &BotContext, ask: &RequestContext, pick: PickerPurpose, page: u16) -> Option<Rendered> {
    let (words, seats) = (ask.words(desk), desk.engine.seats());
    if seats.is_empty() {
        return None;
    }
    let html = match pick {
        PickerPurpose::Agent => words.say("agents-head", &[("count", seats.len().into())]),
        _ => words.say("pick-agent", &[]),
    };
    let (page, pages, shown) = page_of(&seats, page, CHOICES_PER_PAGE);
    let buttons = agent_buttons(&words, &seats, shown, |agent| ButtonAction::PickPerson(pick, agent));
    Some(list(&words, html, pick, (page, pages), buttons))
}

async fn people(desk: &BotContext, ask: &RequestContext, page: u16) -> Result<Option<Rendered>, EngineError> {
    let (words, (people, is_all)) = (ask.words(desk), newcomers(desk, page).await?);
    if people.is_empty() {
        return Ok(None);
    }
    let (page, pages, shown) = page_of(&people, page, CHOICES_PER_PAGE);
    let button =
        |p: &Person| labelled(&with_username(p), ButtonAction::PickPerson(PickerPurpose::AddAgent, p.id));
    let choices = shown.iter().map(button).collect();
    let turn = |page| ButtonAction::PickPage(PickerPurpose::AddAgent, page);
    let turns = if is_all { words.page_row(page, pages, turn) } else { words.open_page_row(page, turn) };
    Ok(Some(rows(&words, words.say("addagent-pick", &[]), PickerPurpose::AddAgent, turns, choices)))
}

/// People who are no agents, whom the bot met last first: as many as the pages up to `page` and one more of them show, and
/// whether that is everybody. Nobody pages through all customers, so they are not all read.
async fn newcomers(desk: &BotContext, page: u16) -> Result<(Vec<Person>, bool), EngineError> {
    let wanted = (usize::from(page) + 1) * usize::from(CHOICES_PER_PAGE) + 1;
    let mut limit = wanted * 2;
    loop {
        let mut people = desk.engine.store().recent_people(limit).await?;
        let is_all = people.len() < limit;
        people.retain(|person| person.agent.is_none());
        if is_all || people.len() >= wanted {
            return Ok((people, is_all));
        }
        limit *= 2;
    }
}

/// What is held, then what waits, in the order of the queue.
async fn tickets(
    desk: &BotContext,
    ask: &RequestContext,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let (words, store) = (ask.words(desk), desk.engine.store());
    let departments: Vec<_> = store.departments().await?.into_iter().map(|d| d.id).collect();
    let waiting = store.depths().await?.values().sum();
    // Who holds what is in memory; only what is shown is read.
    let held: Vec<TicketId> =
        desk.engine.seats().into_iter().flat_map(|seat| seat.holds.into_values()).collect();
    let total = u64::try_from(held.len()).unwrap_or(u64::MAX).saturating_add(waiting);
    if total == 0 {
        return Ok(None);
    }
    let (page, pages) = page_among(total, page, CHOICES_PER_PAGE);
    let (from, size) = (usize::from(page) * usize::from(CHOICES_PER_PAGE), usize::from(CHOICES_PER_PAGE));
    let mut shown = Vec::with_capacity(size);
    for ticket in held.iter().skip(from).take(size) {
        shown.extend(store.ticket(*ticket).await?.filter(|ticket| ticket.hold().is_some()));
    }
    let after_held = from.saturating_sub(held.len());
    let waiting = size - held.len().saturating_sub(from).min(size);
    shown.extend(store.queue_page(&departments, after_held, waiting).await?);
    let buttons = ticket_buttons(desk, &words, &shown).await?;
    Ok(Some(list(&words, words.say("reassign-pick", &[]), PickerPurpose::Reassign, (page, pages), buttons)))
}

/// Tickets as buttons: the end of the number, the category, who has it.
pub(in crate::bot::handlers) async fn ticket_buttons(
    desk: &BotContext,
    words: &Words<'_>,
    tickets: &[Ticket],
) -> Result<Vec<Button>, EngineError> {
    let mut buttons = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let view = desk.facts.ticket(ticket, PersonId(uuid::Uuid::nil())).await?;
        let number = ticket.number.as_str();
        let tail = number.get(number.len().saturating_sub(SUFFIX_CHARS)..).unwrap_or(number);
        let holder = view.holder.unwrap_or_else(|| words.plain("reassign-waiting", &[]));
        let args = [("tail", tail.into()), ("label", view.label.into()), ("holder", holder.into())];
        buttons.push(labelled(
            &words.plain("reassign-label", &args),
            ButtonAction::PickTicket(PickerPurpose::Reassign, ticket.id),
        ));
    }
    Ok(buttons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{TelegramId, Version};
    use crate::domain::person::{Locale, Role};

    fn seat(n: i64, name: &str, username: &str) -> Seat {
        let person = Person {
            id: PersonId(uuid::Uuid::from_u128(n.unsigned_abs().into())),
            telegram: TelegramId(n),
            name: name.into(),
            username: Some(username.into()),
            email: None,
            locale: Locale::Id,
            locale_chosen: false,
            role: Role::Agent,
            reachable: true,
            agent: None,
            prompt: None,
            answered_by: None,
            links: Vec::new(),
            created_at: crate::domain::Time::default(),
            version: Version::default(),
        };
        Seat { person, holds: std::collections::BTreeMap::new(), lost: false }
    }

    fn seats() -> Vec<Seat> {
        vec![seat(1, "Budi", "boedi"), seat(2, "Budi Santoso", "bs"), seat(33, "Citra", "Citra_A")]
    }

    fn named(text: &str) -> Vec<i64> {
        match agents_named(seats(), text) {
            Matches::None => Vec::new(),
            Matches::One(seat) => vec![seat.person.telegram.0],
            Matches::Several(seats) => seats.iter().map(|seat| seat.person.telegram.0).collect(),
        }
    }

    #[test]
    fn the_nearest_way_of_naming_an_agent_counts() {
        assert_eq!(named("budi"), [1]);
        assert_eq!(named("bud"), [1, 2]);
        assert_eq!(named("SANTOSO"), [2]);
        assert_eq!(named("@citra_a"), [33]);
        assert_eq!(named("33"), [33]);
        assert_eq!(named("@budi"), Vec::<i64>::new());
        assert_eq!(named("  "), Vec::<i64>::new());
    }

    #[test]
    fn part_of_a_name_is_not_what_somebody_is_called() {
        for text in ["BUDI", "budi santoso", " @Citra_a", "33"] {
            assert!(is_called(&seats(), text), "{text}");
        }
        for text in ["bud", "santoso", "citra_a", "@citra", "3", "", " "] {
            assert!(!is_called(&seats(), text), "{text}");
        }
    }
}
