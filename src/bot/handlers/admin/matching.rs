//! Search for the agents or tickets that an admin names in a command.
use crate::bot::context::BotContext;
use crate::domain::ids::TelegramId;
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::engine::assignment::roster::Seat;
use crate::engine::ports::StoreError;

/// The fewest last characters of a ticket number that find a ticket.
pub(super) const SUFFIX_CHARS: usize = 4;

/// The most tickets that are found by a suffix.
const MAX_SUFFIX_MATCHES: usize = 8;
/// Ended tickets with the same end of their numbers among which those that may be seen are looked for.
const MAX_ENDED_MATCHES: usize = 64;

/// The result of a search.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::bot::handlers) enum Matches<T> {
    None,
    One(T),
    Several(Vec<T>),
}

impl<T> Matches<T> {
    pub(in crate::bot::handlers) fn of(mut all: Vec<T>) -> Self {
        match (all.pop(), all.is_empty()) {
            (None, _) => Self::None,
            (Some(one), true) => Self::One(one),
            (Some(last), false) => {
                all.push(last);
                Self::Several(all)
            }
        }
    }

    pub(in crate::bot::handlers) fn into_vec(self) -> Vec<T> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![one],
            Self::Several(all) => all,
        }
    }
}

/// Returns the agents that match `text`, in any case, by the first rule that matches anybody: Telegram id or
/// `@username`, exact name, start of the name, part of the name.
pub(in crate::bot::handlers) fn find_agents(seats: Vec<Seat>, text: &str) -> Matches<Seat> {
    find_people(seats, |seat| &seat.person, text)
}

/// As [`find_agents`], for other lists of people.
pub(in crate::bot::handlers) fn find_people<T>(
    all: Vec<T>,
    person: impl Fn(&T) -> &Person,
    text: &str,
) -> Matches<T> {
    let lowercase_text = text.trim().to_lowercase();
    let name = |person: &Person| person.name.to_lowercase();
    let rules: [&dyn Fn(&Person) -> bool; 4] = [
        &|person| has_handle(person, &lowercase_text),
        &|person| name(person) == lowercase_text,
        &|person| name(person).starts_with(&lowercase_text),
        &|person| name(person).contains(&lowercase_text),
    ];
    if lowercase_text.is_empty() {
        return Matches::None;
    }
    let strictest = rules.iter().find(|rule| all.iter().any(|one| rule(person(one))));
    let Some(rule) = strictest else { return Matches::None };
    Matches::of(all.into_iter().filter(|one| rule(person(one))).collect())
}

/// Returns the person whom the bot knows by this Telegram id or username, which may begin with `@`.
pub(super) async fn person_by_handle(bot: &BotContext, handle: &str) -> Result<Option<Person>, StoreError> {
    let store = bot.engine.store();
    match (handle.strip_prefix('@'), handle.parse()) {
        (Some(username), _) => store.person_by_username(username).await,
        (None, Ok(id)) => store.person_by_telegram(TelegramId(id)).await,
        (None, Err(_)) => store.person_by_username(handle).await,
    }
}

/// Returns true if `lowercase_text` is the person's Telegram id or `@username`.
fn has_handle(person: &Person, lowercase_text: &str) -> bool {
    let username = person.username.as_deref().map(str::to_lowercase);
    lowercase_text.strip_prefix('@').is_some_and(|u| username.as_deref() == Some(u))
        || person.telegram.to_string() == lowercase_text
}

/// Returns true if `text` is exactly an agent's name or handle. A name may end in a number, as in `agent 2`.
pub(in crate::bot::handlers) fn has_exact_name(seats: &[Seat], text: &str) -> bool {
    let lowercase_text = text.trim().to_lowercase();
    seats.iter().any(|seat| {
        has_handle(&seat.person, &lowercase_text) || seat.person.name.to_lowercase() == lowercase_text
    })
}

/// Returns the tickets that match `text` and may be seen: a ticket number in any case, or the last [`SUFFIX_CHARS`] or
/// more characters of a number. An only open ticket is meant. Else open tickets come first, then ended ones, newest
/// first.
pub(in crate::bot::handlers) async fn find_tickets(
    bot: &BotContext,
    text: &str,
    may_be_seen: impl Fn(&Ticket) -> bool,
) -> Result<Matches<Ticket>, StoreError> {
    let mut found = find_open_tickets(bot, text).await?.into_vec();
    found.retain(&may_be_seen);
    if found.len() != 1
        && let Some(suffix) = number_suffix(text)
    {
        let ended = bot.engine.store().ended_tickets_by_suffix(&suffix, MAX_ENDED_MATCHES).await?;
        found.extend(ended.into_iter().filter(|ticket| may_be_seen(ticket)));
        found.truncate(MAX_SUFFIX_MATCHES);
    }
    Ok(Matches::of(found))
}

/// Returns the open tickets that match `text`, as [`find_tickets`]. An ended one is found by its whole number.
pub(in crate::bot::handlers) async fn find_open_tickets(
    bot: &BotContext,
    text: &str,
) -> Result<Matches<Ticket>, StoreError> {
    let store = bot.engine.store();
    if let Some(number) = TicketNumber::parse(text) {
        return Ok(store.ticket_by_number(&number).await?.map_or(Matches::None, Matches::One));
    }
    match number_suffix(text) {
        Some(suffix) => Ok(Matches::of(store.tickets_by_suffix(&suffix, MAX_SUFFIX_MATCHES).await?)),
        None => Ok(Matches::None),
    }
}

/// Returns the end of a ticket number that `text` is; `None` if it is a whole number or no end of one.
fn number_suffix(text: &str) -> Option<String> {
    let suffix = text.trim().to_uppercase();
    let is_suffix = suffix.len() >= SUFFIX_CHARS && TicketNumber::can_end_with(&suffix);
    (is_suffix && TicketNumber::parse(&suffix).is_none()).then_some(suffix)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::ids::{PersonId, Version};
    use crate::domain::person::{Locale, Role};

    pub(in crate::bot::handlers) fn seat(n: i64, name: &str, username: &str) -> Seat {
        let person = Person {
            id: PersonId(uuid::Uuid::from_u128(n.unsigned_abs().into())),
            telegram: TelegramId(n),
            name: name.into(),
            username: Some(username.into()),
            email: None,
            locale: Locale::Id,
            locale_chosen: false,
            other_locale_since: None,
            role: Role::Agent,
            admin_by_setting: false,
            reachable: true,
            agent: None,
            prompt: None,
            prompt_until: None,
            answered_by: None,
            username_taken_over: false,
            former_usernames: Vec::new(),
            links: Vec::new(),
            sessions: crate::domain::person::sessions::Sessions::default(),
            banned: None,
            created_at: crate::domain::Time::default(),
            version: Version::default(),
        };
        Seat { person, holds: std::collections::BTreeMap::new(), lost: false }
    }

    fn seats() -> Vec<Seat> {
        vec![seat(1, "Budi", "boedi"), seat(2, "Budi Santoso", "bs"), seat(33, "Citra", "Citra_A")]
    }

    fn telegram_ids(text: &str) -> Vec<i64> {
        match find_agents(seats(), text) {
            Matches::None => Vec::new(),
            Matches::One(seat) => vec![seat.person.telegram.0],
            Matches::Several(seats) => seats.iter().map(|seat| seat.person.telegram.0).collect(),
        }
    }

    #[test]
    fn the_strictest_matching_rule_finds_the_agents() {
        assert_eq!(telegram_ids("budi"), [1]);
        assert_eq!(telegram_ids("bud"), [1, 2]);
        assert_eq!(telegram_ids("SANTOSO"), [2]);
        assert_eq!(telegram_ids("@citra_a"), [33]);
        assert_eq!(telegram_ids("33"), [33]);
        assert_eq!(telegram_ids("@budi"), Vec::<i64>::new());
        assert_eq!(telegram_ids("  "), Vec::<i64>::new());
    }

    #[test]
    fn part_of_a_name_is_no_exact_name() {
        for text in ["BUDI", "budi santoso", " @Citra_a", "33"] {
            assert!(has_exact_name(&seats(), text), "{text}");
        }
        for text in ["bud", "santoso", "citra_a", "@citra", "3", "", " "] {
            assert!(!has_exact_name(&seats(), text), "{text}");
        }
    }
}
