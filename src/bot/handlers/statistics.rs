//! Handlers of `/stats`: one card that is edited in place, and what it sends: a chart and tables.
use crate::bot::callback::StatisticsAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, statistics_card, statistics_departments};
use crate::bot::toast::Toast;
use crate::domain::notice::{Notice, Outgoing, RecordPart};
use crate::domain::statistics::{Period, StatisticsQuery};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// `/stats`: the statistics of today.
pub async fn stats(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    let [today, ..] = Period::OFFERED;
    let query = StatisticsQuery { period: today, department: None };
    Ok(vec![ctx.text(card(&bot, &ctx, query, 0).await?)])
}

/// Handles a press on the card. The buttons that send something leave it as it is.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: StatisticsAction,
) -> HandlerResult {
    if !ctx.person.is_admin() {
        return Err(EngineError::Forbidden);
    }
    toast.ack();
    let text = match action {
        StatisticsAction::Show(query, page) => card(&bot, &ctx, query, page).await?,
        StatisticsAction::Departments(period, page) => {
            let mut departments = bot.engine.store().departments().await?;
            departments.sort_by_cached_key(|department| department.name.to_lowercase());
            statistics_departments(&ctx.localizer(&bot), &departments, (period, page))
        }
        StatisticsAction::Chart(query) => return Ok(vec![part(&ctx, RecordPart::StatisticsChart(query))]),
        StatisticsAction::Tables(query) => {
            let tables = [RecordPart::StatisticsByDay(query), RecordPart::StatisticsByAgent(query)];
            return Ok(tables.map(|table| part(&ctx, table)).into());
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}

async fn card(
    bot: &BotContext,
    ctx: &RequestContext,
    query: StatisticsQuery,
    page: u16,
) -> Result<Rendered, EngineError> {
    let statistics = bot.engine.statistics(&ctx.person, query, ctx.now).await?;
    Ok(statistics_card(&ctx.localizer(bot), &statistics, (query, page)))
}

/// Returns what the card sends, for where the update came from.
fn part(ctx: &RequestContext, part: RecordPart) -> Outgoing {
    let Outgoing { chat, message } = Outgoing::notice(ctx.chat, Notice::Record { part });
    Outgoing { chat, message: message.in_thread(ctx.thread) }
}
