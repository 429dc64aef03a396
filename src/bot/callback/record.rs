//! Button actions on the records of tickets, and their encoding behind the letter `H`.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::{PersonId, TicketId, Version};
use crate::domain::text::search::query_words;

/// An action on the record of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordAction {
    /// The holder has the media of the summary brought; the number is that of its last message.
    Media(TicketId, u64),
    /// Staff have the transcript sent.
    Transcript(TicketId),
    /// Staff open a ticket that a search has found.
    Show(TicketId),
    /// A customer's personal data are sent as a document.
    Export(PersonId),
    /// Asks whether a customer's personal data are to be erased.
    Forget(PersonId),
    /// Erases a customer's personal data.
    ForgetConfirmed(PersonId),
    /// Asks a customer whether this ticket, which keeps their data from being erased, is to be cancelled.
    ForgetCancel(TicketId, Version),
    /// Cancels the customer's ticket and goes on with the erasure.
    ForgetCancelConfirmed(TicketId, Version),
    /// Staff see another page of a search.
    SearchPage(SearchQuery, u16),
}

/// Number of bytes of a query: what a button has room for.
const MAX_QUERY_BYTES: usize = 48;

/// The words of a search, as far as a button has room for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchQuery {
    bytes: [u8; MAX_QUERY_BYTES],
    length: usize,
}

impl SearchQuery {
    /// Returns a query of these words. The words that have no room are left out, and a very long one is cut.
    #[must_use]
    pub fn of(words: &[String]) -> Self {
        let mut text = String::new();
        for word in words {
            let blank = usize::from(!text.is_empty());
            if text.len() + blank + word.len() <= MAX_QUERY_BYTES {
                text.push_str(if blank == 1 { " " } else { "" });
                text.push_str(word);
            } else if text.is_empty() {
                let fits = |end: &usize| *end <= MAX_QUERY_BYTES;
                let end = word.char_indices().map(|(at, _)| at).take_while(fits).last().unwrap_or_default();
                text.push_str(word.get(..end).unwrap_or_default());
            }
        }
        let mut query = Self { bytes: [0; MAX_QUERY_BYTES], length: text.len() };
        for (byte, of_text) in query.bytes.iter_mut().zip(text.bytes()) {
            *byte = of_text;
        }
        query
    }

    /// Returns its words.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        query_words(self.text())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

impl RecordAction {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Media(ticket, last) => format!("H:m:{}:{last}", encode_id(ticket.0)),
            Self::Transcript(ticket) => format!("H:t:{}", encode_id(ticket.0)),
            Self::Show(ticket) => format!("H:o:{}", encode_id(ticket.0)),
            Self::Export(person) => format!("H:x:{}", encode_id(person.0)),
            Self::Forget(person) => format!("H:f:{}", encode_id(person.0)),
            Self::ForgetConfirmed(person) => format!("H:fy:{}", encode_id(person.0)),
            Self::ForgetCancel(ticket, version) => format!("H:fc:{}:{}", encode_id(ticket.0), version.0),
            Self::ForgetCancelConfirmed(ticket, version) => {
                format!("H:fd:{}:{}", encode_id(ticket.0), version.0)
            }
            Self::SearchPage(query, page) => format!("H:s:{page}:{}", query.text()),
        }
    }

    /// Returns the action of the fields behind the letter.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let ticket = |id: &str| decode_id(id).map(TicketId);
        let person = |id: &str| decode_id(id).map(PersonId);
        Some(match fields {
            ["m", id, last] => Self::Media(ticket(id)?, last.parse().ok()?),
            ["t", id] => Self::Transcript(ticket(id)?),
            ["o", id] => Self::Show(ticket(id)?),
            ["x", id] => Self::Export(person(id)?),
            ["f", id] => Self::Forget(person(id)?),
            ["fy", id] => Self::ForgetConfirmed(person(id)?),
            ["fc", id, version] => Self::ForgetCancel(ticket(id)?, Version(version.parse().ok()?)),
            ["fd", id, version] => Self::ForgetCancelConfirmed(ticket(id)?, Version(version.parse().ok()?)),
            ["s", page, words] => {
                let words = query_words(words);
                (!words.is_empty()).then_some(())?;
                Self::SearchPage(SearchQuery::of(&words), page.parse().ok()?)
            }
            _ => return None,
        })
    }
}
