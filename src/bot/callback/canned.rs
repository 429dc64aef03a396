//! Button actions that send a canned reply, and their encoding.
use super::id_code::{decode_id, encode_id};
use crate::domain::ids::{ReplyId, TicketId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// An agent sends a canned reply, as the message in which they asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannedAction {
    /// The reply.
    pub reply: ReplyId,
    /// The ticket; `None` if the agent is asked for it.
    pub ticket: Option<TicketId>,
    /// The agent's message.
    pub message: i32,
    /// The message that it replies to.
    pub reply_to: Option<i32>,
}

impl CannedAction {
    pub(super) fn encode(self) -> String {
        let ticket = self.ticket.map(|ticket| encode_id(ticket.0)).unwrap_or_default();
        let reply_to = self.reply_to.map(encode_number).unwrap_or_default();
        format!("r:{}:{ticket}:{}:{reply_to}", encode_id(self.reply.0), encode_number(self.message))
    }

    /// Returns the action of the fields behind the letter.
    pub(super) fn decode(fields: &[&str]) -> Option<Self> {
        let [reply, ticket, message, reply_to] = fields else { return None };
        let ticket = match *ticket {
            "" => None,
            ticket => Some(TicketId(decode_id(ticket)?)),
        };
        let reply_to = match *reply_to {
            "" => None,
            reply_to => Some(decode_number(reply_to)?),
        };
        let (reply, message) = (ReplyId(decode_id(reply)?), decode_number(message)?);
        Some(Self { reply, ticket, message, reply_to })
    }
}

/// Encodes a number in 6 characters: the digits of two numbers have no room beside two ids.
fn encode_number(number: i32) -> String {
    URL_SAFE_NO_PAD.encode(number.to_be_bytes())
}

fn decode_number(text: &str) -> Option<i32> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(i32::from_be_bytes(bytes.try_into().ok()?))
}
