//! `/search`: tickets by their numbers, customers' names and texts.
use crate::bot::callback::{ButtonAction, RecordAction, SearchQuery};
use crate::bot::cards::views::SearchHitView;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::tickets::shown;
use crate::bot::render::{self, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::TicketId;
use crate::domain::text::search::query_words;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use crate::engine::tickets::search::{FoundTicket, MatchedText};
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
    let offset = usize::from(number) * HITS_PER_PAGE;
    let page = bot.engine.search(&ctx.person, &words, offset, HITS_PER_PAGE).await?;
    let mut found = Vec::new();
    for hit in page.tickets {
        found.push(view(bot, ctx, hit).await?);
    }
    let to_page = |to| ButtonAction::Record(RecordAction::SearchPage(query, to));
    let mut text = render::search_hits(&localizer, &words.join(" "), &found);
    for hit in &found {
        let label = localizer.plain("search-open", &[("number", (&hit.ticket.number).into())]);
        text.buttons.push(vec![labelled(&label, ButtonAction::Record(RecordAction::Show(hit.ticket.id)))]);
    }
    if page.has_next {
        text.buttons.push(localizer.unbounded_page_row(number, to_page));
    } else if number > 0 {
        text.buttons.push(localizer.page_row(number, number.saturating_add(1), to_page));
    }
    Ok(text)
}

async fn view(bot: &BotContext, ctx: &RequestContext, hit: FoundTicket) -> Result<SearchHitView, StoreError> {
    let line = hit.matched.map(|matched| match matched {
        MatchedText::Message { author, line } => (Some(author), line),
        MatchedText::Description(line) => (None, line),
        MatchedText::Customer(name) => (Some(name), String::new()),
    });
    let subject = hit.ticket.description.subject();
    let ticket = bot.views.ticket(&hit.ticket, ctx.person.id).await?;
    Ok(SearchHitView { ticket, subject, line })
}
