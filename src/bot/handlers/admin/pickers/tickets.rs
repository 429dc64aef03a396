//! The tickets of a picker and their buttons.
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::context::BotContext;
use crate::bot::handlers::admin::matching::SUFFIX_CHARS;
use crate::bot::paging::clamp_page;
use crate::bot::render::{Button, Localizer, labelled};
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::ticket::Ticket;
use crate::engine::error::EngineError;

/// Returns a page of all open tickets, its number and the number of pages: first those that are held, then those
/// that wait, in the order of the queue. `None` if there are none.
pub(super) async fn open_tickets(
    bot: &BotContext,
    page: u16,
    per_page: u16,
) -> Result<Option<(Vec<Ticket>, (u16, u16))>, EngineError> {
    let store = bot.engine.store();
    let waiting = store.waiting_count().await?;
    // The ids of held tickets are in memory; only the tickets of the page are read from the store.
    let held: Vec<TicketId> =
        bot.engine.seats().into_iter().flat_map(|seat| seat.holds.into_values()).collect();
    let total = u64::try_from(held.len()).unwrap_or(u64::MAX).saturating_add(waiting);
    if total == 0 {
        return Ok(None);
    }
    let (page, pages) = clamp_page(total, page, per_page);
    let (from, size) = (usize::from(page) * usize::from(per_page), usize::from(per_page));
    let mut shown = Vec::with_capacity(size);
    for ticket in held.iter().skip(from).take(size) {
        shown.extend(store.ticket(*ticket).await?.filter(|ticket| ticket.hold().is_some()));
    }
    let after_held = from.saturating_sub(held.len());
    let waiting = size - held.len().saturating_sub(from).min(size);
    shown.extend(store.desk_queue_page(after_held, waiting).await?);
    Ok(Some((shown, (page, pages))))
}

/// Returns a button for each ticket: the end of its number, its category, its holder or how it ended.
pub(in crate::bot::handlers) async fn ticket_buttons(
    bot: &BotContext,
    localizer: &Localizer<'_>,
    purpose: PickerPurpose,
    tickets: &[Ticket],
) -> Result<Vec<Button>, EngineError> {
    let mut buttons = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let view = bot.views.ticket(ticket, PersonId(uuid::Uuid::nil())).await?;
        let number = ticket.number.as_str();
        let tail = number.get(number.len().saturating_sub(SUFFIX_CHARS)..).unwrap_or(number);
        let holder = match ticket.status() {
            status if status.is_end() => localizer.state(status),
            _ => view.holder.unwrap_or_else(|| localizer.plain("reassign-waiting", &[])),
        };
        // The words tell tickets of one category apart; a ticket of files only has none.
        let subject = Some(ticket.description.subject()).filter(|subject| !subject.is_empty());
        let label = subject.unwrap_or(view.label);
        let args = [("tail", tail.into()), ("label", label.into()), ("holder", holder.into())];
        buttons.push(labelled(
            &localizer.plain("reassign-label", &args),
            ButtonAction::PickTicket(purpose, ticket.id),
        ));
    }
    Ok(buttons)
}
