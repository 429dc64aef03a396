//! `/search`: tickets by their numbers, customers' names and texts.
use crate::bot::callback::{ButtonAction, RecordAction, SearchQuery};
use crate::bot::cards::views::SearchHitView;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::tickets::shown;
use crate::bot::render::{self, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::{DepartmentId, TicketId};
use crate::domain::text::search::{matching_line, query_words};
use crate::engine::error::EngineError;
use crate::engine::ports::{SearchHit, StoreError};
use std::sync::Arc;

/// Tickets on one page.
const HITS_PER_PAGE: usize = 5;

/// `/search <words>`.
pub async fn search(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let words = query_words(&arg);
    if words.is_empty() {
        return Ok(vec![ctx.message(&bot, "search-usage", &[])]);
    }
    let text = page(&bot, &ctx, SearchQuery::of(&words), 0).await?;
    Ok(vec![ctx.text(text)])
}

/// Shows another page.
pub(super) async fn show_page(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (query, number): (SearchQuery, u16),
) -> HandlerResult {
    toast.ack();
    Ok(vec![ctx.edit(pressed, page(bot, ctx, query, number).await?)])
}

/// Shows the ticket that was found, as `/ticket` does.
pub(super) async fn show(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    ticket: TicketId,
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(ticket).await?;
    let Some(ticket) = ticket.filter(|ticket| ticket.is_visible_to(&ctx.person)) else {
        toast.say(ctx.localizer(bot).toast("not-found", &[]));
        return Ok(Vec::new());
    };
    toast.ack();
    shown(bot, ctx, &ticket).await
}

async fn page(
    bot: &BotContext,
    ctx: &RequestContext,
    query: SearchQuery,
    number: u16,
) -> Result<Rendered, EngineError> {
    let localizer = ctx.localizer(bot);
    let words = query.words();
    let departments: Option<Vec<DepartmentId>> = match &ctx.person.agent {
        _ if ctx.person.is_admin() => None,
        Some(profile) => Some(profile.departments.iter().copied().collect()),
        None => Some(Vec::new()),
    };
    let offset = usize::from(number) * HITS_PER_PAGE;
    let store = bot.engine.store();
    // One more than a page tells whether there is a next one.
    let mut hits = store.search(&words, departments.as_deref(), offset, HITS_PER_PAGE + 1).await?;
    let has_next = hits.len() > HITS_PER_PAGE;
    hits.truncate(HITS_PER_PAGE);
    let mut found = Vec::new();
    for hit in hits {
        found.extend(view(bot, ctx, hit, &words).await?);
    }
    let to_page = |to| ButtonAction::Record(RecordAction::SearchPage(query, to));
    let mut text = render::search_hits(&localizer, &words.join(" "), &found);
    for hit in &found {
        let label = localizer.plain("search-open", &[("number", (&hit.ticket.number).into())]);
        text.buttons.push(vec![labelled(&label, ButtonAction::Record(RecordAction::Show(hit.ticket.id)))]);
    }
    if has_next {
        text.buttons.push(localizer.unbounded_page_row(number, to_page));
    } else if number > 0 {
        text.buttons.push(localizer.page_row(number, number.saturating_add(1), to_page));
    }
    Ok(text)
}

/// Loads a hit with the line that matched: of the message, the description, or the customer's name.
async fn view(
    bot: &BotContext,
    ctx: &RequestContext,
    hit: SearchHit,
    words: &[String],
) -> Result<Option<SearchHitView>, StoreError> {
    let store = bot.engine.store();
    let Some(ticket) = store.ticket(hit.ticket).await? else { return Ok(None) };
    let message = match hit.message {
        Some(message) => store.message(message).await?,
        None => None,
    };
    let said = match message {
        Some(message) => {
            let text = format!("{}\n{}", message.content.text.text, message.content.words);
            let author = bot.engine.name_of(message.author).await?.unwrap_or_default();
            matching_line(&text, words).map(|line| (Some(author), line))
        }
        None => matching_line(&ticket.description.text, words).map(|line| (None, line)),
    };
    let line = if said.is_some() {
        said
    } else {
        let customer = bot.engine.name_of(ticket.customer).await?.unwrap_or_default();
        matching_line(&customer, words).map(|name| (Some(name), String::new()))
    };
    let subject = ticket.description.subject();
    let ticket = bot.views.ticket(&ticket, ctx.person.id).await?;
    Ok(Some(SearchHitView { ticket, subject, line }))
}
