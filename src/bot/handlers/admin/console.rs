//! Handlers of the console: an admin goes from a list to an agent or a ticket and changes it, in one message.
mod agents;
mod tickets;

use super::agents::agent_card;
use crate::bot::callback::ConsoleAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::toast::Toast;
use crate::domain::card::CardKey;
use crate::domain::card::console::{ConsoleList, ConsoleView};
use crate::domain::notice::Outgoing;
use std::sync::Arc;

/// A press in the console: where it came from and how it is answered.
struct ConsolePress<'a> {
    bot: &'a BotContext,
    ctx: &'a RequestContext,
    toast: &'a Toast,
    pressed: PressedMessage,
    list: ConsoleList,
}

impl ConsolePress<'_> {
    /// Returns the redraw of the message as this view, which shows how things stand by then.
    fn redraw(&self, view: ConsoleView) -> Outgoing {
        let key = CardKey::Console { viewer: self.ctx.person.id, view, list: self.list };
        self.ctx.redraw(self.pressed, key)
    }

    /// Answers the press with the text of `key` and the arguments.
    fn say(&self, key: &str, args: &[(&str, crate::bot::render::Arg<'_>)]) {
        self.toast.say(self.ctx.localizer(self.bot).toast(key, args));
    }
}

/// Handles a button of the console.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    (action, list): (ConsoleAction, ConsoleList),
) -> HandlerResult {
    let press = ConsolePress { bot: &bot, ctx: &ctx, toast: &toast, pressed, list };
    match action {
        ConsoleAction::Show(view) => {
            toast.ack();
            Ok(vec![press.redraw(view)])
        }
        ConsoleAction::List => {
            toast.ack();
            Ok(vec![ctx.redraw(pressed, list.card(ctx.person.id))])
        }
        // It leads to prompts and questions, which a refresh of the live message would overwrite.
        ConsoleAction::Profile(agent) => {
            if press.require_agent(agent).is_none() {
                return Ok(vec![press.agent(agent)]);
            }
            toast.ack();
            Ok(vec![ctx.text(agent_card(&bot, &ctx, agent, 0).await?)])
        }
        ConsoleAction::Capacity { agent, to, shown } => press.capacity(agent, to, shown).await,
        ConsoleAction::Auto(agent, on) => press.auto(agent, on).await,
        ConsoleAction::Offline(agent, shown) => press.offline(agent, shown).await,
        ConsoleAction::Department(agent, department, serves) => {
            press.department(agent, department, serves).await
        }
        ConsoleAction::Reassign(ticket, version, agent, over_capacity) => {
            press.reassign((ticket, version), agent, over_capacity).await
        }
        ConsoleAction::Priority(ticket, version, priority) => {
            press.priority((ticket, version), priority).await
        }
        ConsoleAction::Cancel(ticket, version) => press.cancel((ticket, version)).await,
        ConsoleAction::Release(ticket, version) => press.release((ticket, version)).await,
    }
}
