//! What is asked of the server with every ticket, message and press, so that it is worth asking together.
use super::db::Db;
use super::together::{Question, Together};
use super::{desk, people, queue, tickets};
use crate::domain::card::LiveCard;
use crate::domain::department::Department;
use crate::domain::ids::{PersonId, TelegramId, TicketId};
use crate::domain::person::Person;
use crate::domain::policy::Settings;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use std::collections::HashMap;
use std::sync::Arc;

/// One of each kind.
pub(super) struct Questions {
    pub(super) people: Together<People>,
    pub(super) tickets: Together<Tickets>,
    pub(super) held: Together<Held>,
    pub(super) sums: Together<Sums>,
    pub(super) cards: Together<Cards>,
    pub(super) desk: Together<Desk>,
}

impl Questions {
    /// Asked of this database.
    pub(super) fn new(db: &Db) -> Self {
        Self {
            people: Together::new(db),
            tickets: Together::new(db),
            held: Together::new(db),
            sums: Together::new(db),
            cards: Together::new(db),
            desk: Together::new(db),
        }
    }
}

type Found<K, V> = Result<HashMap<K, V>, StoreError>;

/// By what a person is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Id(PersonId),
    Telegram(TelegramId),
}

/// People.
pub(super) enum People {}

impl Question for People {
    type Key = Who;
    type Found = Result<Person, StoreError>;

    async fn ask(db: &Db, keys: Vec<Who>) -> Found<Who, Self::Found> {
        people::known(db, &keys).await
    }
}

/// Tickets.
pub(super) enum Tickets {}

impl Question for Tickets {
    type Key = TicketId;
    type Found = Result<Ticket, StoreError>;

    async fn ask(db: &Db, keys: Vec<TicketId>) -> Found<TicketId, Self::Found> {
        tickets::known(db, &keys).await
    }
}

/// The tickets that agents hold.
pub(super) enum Held {}

impl Question for Held {
    type Key = PersonId;
    type Found = Vec<Result<Ticket, StoreError>>;

    async fn ask(db: &Db, keys: Vec<PersonId>) -> Found<PersonId, Self::Found> {
        tickets::held(db, &keys).await
    }
}

/// How many tickets wait.
pub(super) enum Sums {}

impl Question for Sums {
    type Key = ();
    type Found = Arc<queue::Sums>;

    async fn ask(db: &Db, _: Vec<()>) -> Found<(), Self::Found> {
        Ok(HashMap::from([((), Arc::new(queue::sums(db).await?))]))
    }
}

/// Live cards, by their slots.
pub(super) enum Cards {}

impl Question for Cards {
    type Key = String;
    type Found = Result<LiveCard, StoreError>;

    async fn ask(db: &Db, keys: Vec<String>) -> Found<String, Self::Found> {
        desk::live_cards(db, keys).await
    }
}

/// The departments and the settings: there is one of each.
pub(super) enum Desk {}

impl Question for Desk {
    type Key = ();
    type Found = (Result<Vec<Department>, StoreError>, Result<Settings, StoreError>);

    async fn ask(db: &Db, _: Vec<()>) -> Found<(), Self::Found> {
        // One of them that can't be understood is nothing to who asked for the other.
        let found = tokio::join!(desk::departments(db), desk::settings(db));
        Ok(HashMap::from([((), found)]))
    }
}
