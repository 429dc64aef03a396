//! Messages that show a page of all departments, or one department.
use super::picker::{DEPARTMENTS_PER_PAGE, page_of_department};
use crate::bot::context::{BotContext, RequestContext};
use crate::bot::paging::page_of;
use crate::bot::render;
use crate::bot::render::Rendered;
use crate::domain::department::Department;
use crate::engine::error::EngineError;

/// Returns a page of all departments, the retired ones included.
pub(in crate::bot::handlers) async fn department_list(
    bot: &BotContext,
    ctx: &RequestContext,
    page: u16,
) -> Result<Rendered, EngineError> {
    let all = bot.engine.store().departments().await?;
    let (page, pages, shown) = page_of(&all, page, DEPARTMENTS_PER_PAGE);
    Ok(render::departments(&ctx.localizer(bot), shown, (page, pages)))
}

pub(in crate::bot::handlers) async fn department_card(
    bot: &BotContext,
    ctx: &RequestContext,
    department: &Department,
    page: u16,
) -> Result<Rendered, EngineError> {
    let all = bot.engine.store().departments().await?;
    Ok(render::department_card(
        &ctx.localizer(bot),
        department,
        page,
        page_of_department(&all, department.id),
    ))
}
