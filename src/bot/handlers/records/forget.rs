//! `/forget`: the export and the erasure of a customer's personal data.
use super::part;
use crate::bot::callback::{ButtonAction, RecordAction, Surface};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::ids::{PersonId, TelegramId};
use crate::domain::notice::{Outgoing, RecordPart};
use crate::domain::person::Person;
use crate::domain::ticket::{Status, Ticket};
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
    toast.ack();
    let open = bot.engine.open_tickets(person).await?;
    if !open.is_empty() {
        return Ok(vec![ctx.edit(pressed, open_tickets_text(bot, ctx, &open, person))]);
    }
    let localizer = ctx.localizer(bot);
    let yes = ButtonAction::Record(RecordAction::ForgetConfirmed(person));
    let text = Rendered::new(
        localizer.html("forget-sure", &[]),
        vec![
            vec![localizer.button("button-forget-sure", yes)],
            vec![localizer.button("button-cancel", ButtonAction::Dismiss)],
        ],
    );
    Ok(vec![ctx.edit(pressed, text)])
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

/// Returns the open tickets, with buttons that cancel those which the customer may cancel.
fn open_tickets_text(bot: &BotContext, ctx: &RequestContext, open: &[Ticket], person: PersonId) -> Rendered {
    let localizer = ctx.localizer(bot);
    let is_own = person == ctx.person.id;
    let can_cancel =
        |ticket: &&Ticket| is_own && matches!(ticket.status(), Status::Queued | Status::Assigned);
    let cancel = |ticket: &Ticket| {
        let label = localizer.plain("forget-cancel", &[("number", (&ticket.number).into())]);
        vec![labelled(&label, ButtonAction::CancelTicket(ticket.id, ticket.version, Surface::MyTickets(0)))]
    };
    let again = ButtonAction::Record(RecordAction::Forget(person));
    let buttons = open.iter().filter(can_cancel).map(cancel);
    let buttons = buttons.chain([vec![localizer.button("button-forget-again", again)]]).collect();
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
