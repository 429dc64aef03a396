//! Admin handlers for dead letters: what was given up, why, and another try.
use super::pickers::{self, CHOICES_PER_PAGE};
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::paging::clamp_page;
use crate::bot::render::{Arg, Localizer, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::card::AdminList;
use crate::domain::ids::DeadLetterId;
use crate::domain::text::shorten;
use crate::engine::error::EngineError;
use crate::engine::ports::{DeadLetter, DropReason, RetryResult};
use std::sync::Arc;

/// Characters of the details of a reason.
const DETAILS_CHARS: usize = 120;

/// `/deadletters`.
pub async fn dead_letters(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    Ok(ctx.moved_admin_list(AdminList::DeadLetters, first_page(&bot, &ctx).await?))
}

/// Tries the pressed dead letter again, and shows the others.
pub async fn retry_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    id: DeadLetterId,
) -> HandlerResult {
    let key = match bot.engine.retry_dead_letter(&ctx.person, id, ctx.now).await? {
        RetryResult::Retried => "deadletter-retried",
        RetryResult::Gone => "deadletter-gone",
        RetryResult::Unreadable => "deadletter-unreadable",
    };
    toast.say(ctx.localizer(&bot).toast(key, &[]));
    Ok(vec![ctx.edit_admin_list(pressed, AdminList::DeadLetters, first_page(&bot, &ctx).await?)])
}

async fn first_page(bot: &BotContext, ctx: &RequestContext) -> Result<Rendered, EngineError> {
    let first = page(bot, ctx, 0).await?;
    Ok(first.unwrap_or_else(|| pickers::empty_picker(bot, ctx, PickerPurpose::DeadLetters)))
}

/// Returns a page of the dead letters, each with a button that retries it; `None` if there are none.
pub(super) async fn page(
    bot: &BotContext,
    ctx: &RequestContext,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let (_, total) = bot.engine.dead_letters(&ctx.person, 0, 0).await?;
    if total == 0 {
        return Ok(None);
    }
    let localizer = ctx.localizer(bot);
    let (page, pages) = clamp_page(total, page, CHOICES_PER_PAGE);
    let offset = usize::from(page) * usize::from(CHOICES_PER_PAGE);
    let (letters, _) = bot.engine.dead_letters(&ctx.person, offset, CHOICES_PER_PAGE.into()).await?;
    let mut lines = vec![localizer.html("deadletters-head", &[("count", total.into())])];
    let mut buttons = Vec::with_capacity(letters.len());
    for (number, letter) in (offset + 1..).zip(&letters) {
        lines.push(line(bot, &localizer, number, letter).await?);
        let label = localizer.plain("deadletter-retry", &[("number", number.into())]);
        buttons.push(labelled(&label, ButtonAction::RetryDeadLetter(letter.id)));
    }
    let html = lines.join("\n");
    Ok(Some(pickers::picker(&localizer, html, PickerPurpose::DeadLetters, (page, pages), buttons)))
}

async fn line(
    bot: &BotContext,
    localizer: &Localizer<'_>,
    number: usize,
    letter: &DeadLetter,
) -> Result<String, EngineError> {
    let what = match (letter.id, letter.chat) {
        (DeadLetterId::Delivery(_), Some(chat)) => {
            let person = bot.engine.store().recipient(chat).await?;
            let name = person.map_or_else(|| format!("#{}", chat.0), |person| person.name);
            localizer.plain("deadletter-delivery", &[("name", name.into())])
        }
        (id, _) => localizer.plain("deadletter-update", &[("id", id.to_string().into())]),
    };
    let (reason, details) = reason(letter);
    let args = [
        ("number", Arg::from(number)),
        ("what", what.into()),
        ("ago", localizer.ago(letter.at).into()),
        ("reason", localizer.plain(reason, &[]).into()),
        ("details", shorten(details, DETAILS_CHARS).into()),
    ];
    Ok(localizer.html("deadletter-line", &args))
}

/// Returns the key of the reason in words, and its details.
fn reason(letter: &DeadLetter) -> (&'static str, &str) {
    if let DeadLetterId::Update(_) = letter.id {
        return ("deadletter-handler", &letter.reason);
    }
    let (name, details) = letter.reason.split_once(": ").unwrap_or(("", &letter.reason));
    let key = match DropReason::ALL.into_iter().find(|reason| reason.name() == name) {
        Some(DropReason::Unreachable) => "deadletter-unreachable",
        Some(DropReason::Refused) => "deadletter-refused",
        Some(DropReason::OutcomeUnknown) => "deadletter-outcome-unknown",
        Some(DropReason::Unreadable) => "deadletter-not-read",
        Some(DropReason::Failed) | None => "deadletter-failed",
    };
    (key, details)
}
