//! Full-text search of tickets for staff, with the line of each that matched.
use crate::domain::ids::DepartmentId;
use crate::domain::person::Person;
use crate::domain::text::search::matching_line;
use crate::domain::ticket::Ticket;
use crate::engine::Engine;
use crate::engine::ports::{SearchHit, StoreError};

/// A page of what a search has found.
#[derive(Debug, Clone)]
pub struct SearchPage {
    /// The tickets, newest first.
    pub tickets: Vec<FoundTicket>,
    /// Whether there are more.
    pub has_next: bool,
}

/// A ticket that a search has found.
#[derive(Debug, Clone)]
pub struct FoundTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// What matched, if it was not only the number.
    pub matched: Option<MatchedText>,
}

/// The text in which the words of a search stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchedText {
    /// A line of the newest message that matches.
    Message {
        /// The name of its author.
        author: String,
        /// The line.
        line: String,
    },
    /// A line of the description.
    Description(String),
    /// The customer's name.
    Customer(String),
}

impl Engine {
    /// Returns a page of the tickets that match all of these words, of every state. Admins find all tickets,
    /// agents those of their departments.
    pub async fn search(
        &self,
        person: &Person,
        words: &[String],
        offset: usize,
        limit: usize,
    ) -> Result<SearchPage, StoreError> {
        let departments: Option<Vec<DepartmentId>> = match &person.agent {
            _ if person.is_admin() => None,
            Some(profile) => Some(profile.departments.iter().copied().collect()),
            None => Some(Vec::new()),
        };
        // One more than a page tells whether there is a next one.
        let mut hits = self.store().search(words, departments.as_deref(), offset, limit + 1).await?;
        let has_next = hits.len() > limit;
        hits.truncate(limit);
        let mut tickets = Vec::with_capacity(hits.len());
        for hit in hits {
            tickets.extend(self.found(hit, words).await?);
        }
        Ok(SearchPage { tickets, has_next })
    }

    /// Loads a hit with the text that matched: of the message, the description, or the customer's name.
    async fn found(&self, hit: SearchHit, words: &[String]) -> Result<Option<FoundTicket>, StoreError> {
        let Some(ticket) = self.store().ticket(hit.ticket).await? else { return Ok(None) };
        let message = match hit.message {
            Some(message) => self.store().message(message).await?,
            None => None,
        };
        let of_record = match message {
            Some(message) => {
                let text = format!("{}\n{}", message.content.text.text, message.content.words);
                let author = self.name_of(message.author).await?.unwrap_or_default();
                matching_line(&text, words).map(|line| MatchedText::Message { author, line })
            }
            None => matching_line(&ticket.description.text, words).map(MatchedText::Description),
        };
        let matched = if of_record.is_some() {
            of_record
        } else {
            let customer = self.name_of(ticket.customer).await?.unwrap_or_default();
            matching_line(&customer, words).map(MatchedText::Customer)
        };
        Ok(Some(FoundTicket { ticket, matched }))
    }
}
