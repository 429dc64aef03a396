//! `/forget`: the export and the erasure of a customer's personal data.
use super::part;
use crate::bot::callback::{ButtonAction, RecordAction};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::refusals::refusal_toast;
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TelegramId, TicketId, Version};
use crate::domain::notice::{Outgoing, RecordPart};
use crate::domain::person::Person;
use crate::domain::ticket::{Refusal, Status, Ticket};
use crate::engine::conversation::forget::Erasure;
use crate::engine::error::EngineError;
use crate::engine::ports::StoreError;
use std::sync::Arc;

/// `/forget [person]`: only admins name somebody else.
pub async fn forget(bot: Arc<BotContext>, ctx: RequestContext, arg: String) -> HandlerResult {
    let arg = arg.trim();
    let person = if arg.is_empty() || !ctx.person.is_admin() {
        Some(ctx.person.clone())
    } else {
        named(&bot, arg).await?
    };
    let Some(person) = person else {
        return Ok(vec![ctx.message(&bot, "forget-unknown", &[("text", arg.into())])]);
    };
    if is_staff(&person) {
        return Ok(vec![ctx.message(&bot, "forget-staff", &[])]);
    }
    let localizer = ctx.localizer(&bot);
    let button = |key, action| vec![localizer.button(key, ButtonAction::Record(action))];
    let key = if person.id == ctx.person.id { "forget-own" } else { "forget-other" };
    let text = Rendered::new(
        localizer.html(key, &[("name", (&person.name).into())]),
        vec![
            button("button-export", RecordAction::Export(person.id)),
            button("button-forget", RecordAction::Forget(person.id)),
            vec![localizer.button("button-cancel", ButtonAction::Dismiss)],
        ],
    );
    Ok(vec![ctx.text(text)])
}

/// Handles the button that exports a person's data.
pub(super) fn export(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    person: PersonId,
) -> Vec<Outgoing> {
    if !may_ask(ctx, person) {
        refuse(bot, ctx, toast);
        return Vec::new();
    }
    toast.ack();
    vec![part(ctx, RecordPart::Export(person))]
}

/// Handles the button that erases a person's data: asks once, or says what has to be done before.
pub(super) async fn ask(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    person: PersonId,
) -> HandlerResult {
    if !may_ask(ctx, person) {
        refuse(bot, ctx, toast);
        return Ok(Vec::new());
    }
    let open = bot.engine.open_tickets_of(person).await?;
    match open.len() {
        0 => toast.ack(),
        // A press of the same card may change nothing.
        count => toast.say(ctx.localizer(bot).toast("forget-still-open", &[("count", count.into())])),
    }
    Ok(vec![ctx.edit(pressed, question(bot, ctx, &open, person))])
}

/// Returns the question whether a person's data are to be erased, or what has to be done before.
fn question(bot: &BotContext, ctx: &RequestContext, open: &[Ticket], person: PersonId) -> Rendered {
    if !open.is_empty() {
        return open_tickets_text(bot, ctx, open, person);
    }
    let localizer = ctx.localizer(bot);
    let yes = ButtonAction::Record(RecordAction::ForgetConfirmed(person));
    Rendered::new(
        localizer.html("forget-sure", &[]),
        vec![
            vec![localizer.button("button-forget-sure", yes)],
            vec![localizer.button("button-cancel", ButtonAction::Dismiss)],
        ],
    )
}

/// Asks the customer whether one of their open tickets is to be cancelled.
pub(super) async fn ask_to_cancel(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (id, version): (TicketId, Version),
) -> HandlerResult {
    let ticket = bot.engine.store().ticket(id).await?.ok_or(EngineError::NotFound)?;
    if ticket.customer != ctx.person.id {
        return Err(EngineError::Refused(Refusal::NotYours, Box::new(ticket)));
    }
    if ticket.version != version || !is_cancellable(&ticket) {
        return ask(bot, ctx, toast, pressed, ctx.person.id).await;
    }
    toast.ack();
    let localizer = ctx.localizer(bot);
    let yes = ButtonAction::Record(RecordAction::ForgetCancelConfirmed(id, version));
    let back = ButtonAction::Record(RecordAction::Forget(ctx.person.id));
    let text = Rendered::new(
        localizer.html("cancel-sure", &[("number", (&ticket.number).into())]),
        vec![vec![localizer.button("button-cancel-yes", yes), localizer.button("back", back)]],
    );
    Ok(vec![ctx.edit(pressed, text)])
}

/// Cancels the customer's ticket, and goes on with the erasure.
pub(super) async fn cancel(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (id, version): (TicketId, Version),
) -> HandlerResult {
    match bot.engine.cancel(ctx.person.id, id, Some(version), ctx.now).await {
        Ok(_) => toast.say(ctx.localizer(bot).toast("cancelled", &[])),
        Err(error @ EngineError::Refused(Refusal::NotYours, _)) => return Err(error),
        // It has moved on meanwhile: the card is drawn again.
        Err(error) => match refusal_toast(bot, ctx, &error) {
            Some(text) => toast.say(text),
            None => return Err(error),
        },
    }
    let open = bot.engine.open_tickets_of(ctx.person.id).await?;
    Ok(vec![ctx.edit(pressed, question(bot, ctx, &open, ctx.person.id))])
}

fn is_cancellable(ticket: &Ticket) -> bool {
    matches!(ticket.status(), Status::Queued | Status::Assigned)
}

/// Erases a person's data.
pub(super) async fn confirmed(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    person: PersonId,
) -> HandlerResult {
    if !may_ask(ctx, person) {
        refuse(bot, ctx, toast);
        return Ok(Vec::new());
    }
    toast.ack();
    let localizer = ctx.localizer(bot);
    let text = match bot.engine.forget(&ctx.person, person, ctx.now).await? {
        Erasure::Done(tickets) => localizer.message("forget-done", &[("count", tickets.into())]),
        Erasure::Open(open) => open_tickets_text(bot, ctx, &open, person),
        Erasure::Staff => localizer.message("forget-staff", &[]),
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Returns the open tickets, with buttons that cancel those which the customer may cancel. As long as there are some,
/// nothing can be erased.
fn open_tickets_text(bot: &BotContext, ctx: &RequestContext, open: &[Ticket], person: PersonId) -> Rendered {
    let localizer = ctx.localizer(bot);
    let is_own = person == ctx.person.id;
    let cancel = |ticket: &Ticket| {
        let label = localizer.plain("forget-cancel", &[("number", (&ticket.number).into())]);
        let action = RecordAction::ForgetCancel(ticket.id, ticket.version);
        vec![labelled(&label, ButtonAction::Record(action))]
    };
    let again = ButtonAction::Record(RecordAction::Forget(person));
    let buttons = open.iter().filter(|ticket| is_own && is_cancellable(ticket)).map(cancel);
    let buttons = buttons.chain([vec![localizer.button("button-refresh", again)]]).collect();
    Rendered::new(localizer.html("forget-open", &[("count", open.len().into())]), buttons)
}

fn is_staff(person: &Person) -> bool {
    person.agent.is_some() || person.is_admin()
}

fn may_ask(ctx: &RequestContext, person: PersonId) -> bool {
    ctx.person.id == person || ctx.person.is_admin()
}

fn refuse(bot: &BotContext, ctx: &RequestContext, toast: &Toast) {
    toast.say(ctx.localizer(bot).toast("forbidden", &[]));
}

/// Returns the person with this Telegram id or username.
async fn named(bot: &BotContext, text: &str) -> Result<Option<Person>, EngineError> {
    let store = bot.engine.store();
    let found: Result<Option<Person>, StoreError> = match text.parse() {
        Ok(id) => store.person_by_telegram(TelegramId(id)).await,
        Err(_) => store.person_by_username(text.trim_start_matches('@')).await,
    };
    Ok(found?)
}
