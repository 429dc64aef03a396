//! Loading of the tickets from which an agent chooses one, by their customers.
use super::ViewLoader;
use crate::bot::cards::views::CustomerChoice;
use crate::domain::text::shorten;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;

/// The longest subject on a button, in characters.
pub(in crate::bot::cards) const MAX_CHOICE_CHARS: usize = 32;

impl ViewLoader {
    /// Returns these tickets by the names of their customers. Those of one name have a subject, which tells them
    /// apart.
    pub async fn customer_choices(&self, tickets: Vec<Ticket>) -> Result<Vec<CustomerChoice>, StoreError> {
        let mut choices = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let name = self.engine.name_of(ticket.customer).await?.unwrap_or_default();
            let subject = shorten(&ticket.description.subject(), MAX_CHOICE_CHARS);
            let subject = Some(subject).filter(|subject| !subject.is_empty());
            choices.push(CustomerChoice { ticket: ticket.id, name, number: ticket.number, subject });
        }
        let names: Vec<_> = choices.iter().map(|choice| choice.name.clone()).collect();
        for choice in &mut choices {
            if names.iter().filter(|name| **name == choice.name).count() == 1 {
                choice.subject = None;
            }
        }
        Ok(choices)
    }
}
