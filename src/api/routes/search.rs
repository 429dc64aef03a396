//! Route of `/api/search`: tickets by number, customer and words, as `/search` finds them in the bot.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{MAX_OFFSET, QueryParams};
use crate::api::json::ticket::TicketBody;
use crate::domain::text::search::query_words;
use crate::engine::tickets::search::{FoundTicket, MatchedText};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The longest query, in characters.
const MAX_QUERY_CHARS: usize = 200;
/// The largest page of tickets.
const MAX_PAGE: usize = 50;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/search", get(search))
}

/// The query of a search.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct SearchParams {
    /// The words, of which the first six count. Each must be the beginning of a word of one record: a ticket's number and
    /// description, one of its messages, or its customer's name and username. The last four characters of a number
    /// count as a word. Case and accents make no difference.
    #[param(max_length = 200, example = "modem merah")]
    q: String,
    /// How many tickets to skip: `next_offset` of the page before.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: usize,
    /// The largest number of tickets to return.
    #[serde(default = "default_page")]
    #[param(minimum = 1, maximum = 50, default = 20)]
    limit: usize,
}

fn default_page() -> usize {
    20
}

/// A page of what a search has found.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SearchResults {
    /// The tickets, newest first.
    tickets: Vec<FoundTicketBody>,
    /// `offset` of the next page; null if there is none.
    #[schema(example = 20)]
    next_offset: Option<usize>,
}

/// A ticket that a search has found.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct FoundTicketBody {
    /// The ticket.
    #[serde(flatten)]
    ticket: TicketBody,
    /// The line that matched, of a message or of the description; null if number or customer matched.
    #[schema(example = "Lampu LOS merah sejak pagi")]
    matched_line: Option<String>,
    /// The name of the message's author; null if the line is of the description.
    #[schema(example = "Sari")]
    matched_author: Option<String>,
}

impl FoundTicketBody {
    fn of(ticket: TicketBody, matched: Option<MatchedText>) -> Self {
        let (matched_author, matched_line) = match matched {
            Some(MatchedText::Message { author, line }) => (Some(author), Some(line)),
            Some(MatchedText::Description(line)) => (None, Some(line)),
            Some(MatchedText::Customer(_)) | None => (None, None),
        };
        Self { ticket, matched_line, matched_author }
    }
}

/// Finds tickets of every state by their number, customer and words, newest first. Admins find all tickets, agents
/// those of their departments. A query without a letter or digit finds nothing.
#[utoipa::path(get, operation_id = "searchTickets", path = "/api/search", tag = "tickets", security(("bearer" = [])),
    params(SearchParams), responses((status = 200, body = Envelope<SearchResults>)))]
pub(in crate::api) async fn search(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    QueryParams(params): QueryParams<SearchParams>,
) -> Result<SearchResults> {
    let SearchParams { q, offset, limit } = params;
    if q.chars().count() > MAX_QUERY_CHARS || offset > MAX_OFFSET || !(1..=MAX_PAGE).contains(&limit) {
        let message = "q has at most 200 characters, offset is 0 to 1000000, limit is 1 to 50";
        return Err(ApiError::bad("bad_query", message));
    }
    let page = api.engine.search(&caller, &query_words(&q), offset, limit).await?;
    let (tickets, matched): (Vec<_>, Vec<_>) =
        page.tickets.into_iter().map(|FoundTicket { ticket, matched }| (ticket, matched)).unzip();
    let bodies = api.ticket_bodies(&tickets).await?.into_iter();
    let tickets = bodies.zip(matched).map(|(ticket, matched)| FoundTicketBody::of(ticket, matched)).collect();
    let next_offset = page.has_next.then_some(offset + limit);
    Ok(Answer::ok("Tickets found", SearchResults { tickets, next_offset }))
}
