//! Inline mode: an agent types the bot's name and a word, and gets the canned replies of their departments.
//!
//! The ticket is not known before the message is sent: a reply decides. So a result keeps the placeholders, and
//! they are filled in when the message is relayed. Results are given in the agent's chat with the bot only.
use super::context::BotContext;
use super::render::{html_of, truncate};
use crate::domain::Time;
use crate::domain::department::canned_reply::{CannedReply, MAX_FILLED_UNITS};
use crate::domain::ids::DepartmentId;
use crate::domain::person::Person;
use crate::domain::text::formatted::units;
use crate::engine::error::EngineError;
use crate::telegram::incoming::inline::InlineQuery;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Telegram's limit on the results of one answer.
const MAX_RESULTS: usize = 50;
/// The longest description of a result, in UTF-16 units.
const MAX_DESCRIPTION_UNITS: usize = 120;

/// Answers an inline query, bypassing the outbox: an answer is of no use some seconds later. Whoever is no agent
/// gets no results.
pub async fn answer(bot: &Arc<BotContext>, query: &InlineQuery, now: Time) -> Result<(), EngineError> {
    let person = bot.engine.store().person_by_telegram(query.from.id).await?;
    let may_see = |person: &Person| query.is_in_own_chat && person.agent.is_some() && !person.is_banned();
    let (results, next) = match person.filter(may_see) {
        Some(person) => {
            bot.engine.on_activity(&person, now).await?;
            page(&found(bot, &person, &query.query).await?, query.offset.parse().unwrap_or_default())
        }
        None => (Vec::new(), String::new()),
    };
    let body = json!({
        "inline_query_id": query.id, "results": results, "cache_time": 0, "is_personal": true, "next_offset": next,
    });
    let telegram = bot.telegram.clone();
    bot.tasks.spawn(async move {
        if let Err(error) = telegram.call("answerInlineQuery", &body).await {
            tracing::debug!(%error, "failed to answer inline query");
        }
    });
    Ok(())
}

/// Returns the replies of the agent's departments, and of the tickets that they hold, that the query finds: by
/// the beginning of their word first, then by any part of word or text.
async fn found(bot: &BotContext, agent: &Person, query: &str) -> Result<Vec<CannedReply>, EngineError> {
    let held = bot.engine.store().held_by(agent.id).await?;
    let own = agent.agent.iter().flat_map(|profile| profile.departments.iter().copied());
    let departments: BTreeSet<DepartmentId> =
        own.chain(held.iter().map(|ticket| ticket.department)).collect();
    let query = query.trim().to_lowercase();
    let rank = |reply: &CannedReply| {
        let word = reply.word.to_lowercase();
        let is_anywhere = || word.contains(&query) || reply.text.text.to_lowercase().contains(&query);
        if word.starts_with(&query) { Some(0) } else { is_anywhere().then_some(1) }
    };
    let replies = bot.engine.canned_replies_of(&departments).await?.into_iter();
    let mut found: Vec<_> = replies.filter_map(|reply| Some((rank(&reply)?, reply))).collect();
    found.retain(|(_, reply)| units(&reply.text.text) <= MAX_FILLED_UNITS);
    found.sort_by_key(|(rank, _)| *rank);
    Ok(found.into_iter().map(|(_, reply)| reply).collect())
}

/// Returns the results from this offset, and the offset of the next ones; empty behind the last.
fn page(replies: &[CannedReply], offset: usize) -> (Vec<Value>, String) {
    let results = replies.iter().skip(offset).take(MAX_RESULTS).map(result).collect();
    let next = offset.saturating_add(MAX_RESULTS);
    (results, if next < replies.len() { next.to_string() } else { String::new() })
}

fn result(reply: &CannedReply) -> Value {
    json!({
        "type": "article",
        "id": reply.id.to_string(),
        "title": reply.word,
        "description": truncate(&reply.text.text.replace('\n', " "), MAX_DESCRIPTION_UNITS),
        "input_message_content": {"message_text": html_of(&reply.text), "parse_mode": "HTML"},
    })
}
