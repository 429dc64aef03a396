//! The dptree schema: which update goes to which handler.
mod buttons;
mod commands;

use super::commands::ParsedCommand;
use super::context::{BotContext, HandlerResult, RequestContext};
use super::handlers::admin::{bans, contacts};
use super::handlers::common;
use crate::telegram::incoming::IncomingMessage;
use dptree::case;
use std::sync::Arc;
use teloxide::dispatching::{DpHandlerDescription, UpdateFilterExt};
use teloxide::types::Update;

/// A node of the handler tree.
pub type HandlerTree = dptree::Handler<'static, HandlerResult, DpHandlerDescription>;

/// Returns the tree for all updates. A dispatch provides an [`Update`], an [`Arc<BotContext>`], a
/// [`RequestContext`] and, for messages, an [`Arc<IncomingMessage>`]; for presses, a press and a
/// [`super::toast::Toast`]. The [`Update`] has no content.
#[must_use]
pub fn schema() -> HandlerTree {
    dptree::entry()
        .branch(dptree::filter(|ctx: RequestContext| ctx.person.is_banned()).branch(banned()))
        .branch(
            Update::filter_message()
                .branch(
                    dptree::filter_map(|message: Arc<IncomingMessage>| message.shared_user.clone())
                        .endpoint(contacts::chosen),
                )
                .branch(messages())
                .endpoint(common::message),
        )
        .branch(Update::filter_edited_message().endpoint(common::edited_message))
        .branch(Update::filter_callback_query().branch(presses()).endpoint(common::unknown_button))
}

/// Returns the tree for people who are banned.
fn banned() -> HandlerTree {
    dptree::entry()
        .branch(Update::filter_callback_query().endpoint(bans::answer_press))
        .branch(
            Update::filter_message()
                .branch(dptree::filter_map(parsed_command).endpoint(bans::answer_command)),
        )
        .branch(dptree::endpoint(bans::answer))
}

/// Returns the command of a message.
#[expect(clippy::needless_pass_by_value, reason = "the tree hands its values over")]
fn parsed_command(
    message: Arc<IncomingMessage>,
    bot: Arc<BotContext>,
    ctx: RequestContext,
) -> Option<ParsedCommand> {
    // A canned reply may begin with a slash.
    let is_own_result = message.via_bot.is_some() && message.via_bot == bot.bot_id;
    ParsedCommand::from_message(&message, &bot.bot_username, &ctx.person).filter(|_| !is_own_result)
}

fn messages() -> HandlerTree {
    dptree::filter_map(parsed_command)
        .branch(case![ParsedCommand::Unknown(name)].endpoint(common::unknown_command))
        .branch(case![ParsedCommand::OtherBot(name)].endpoint(common::unknown_command))
        .branch(case![ParsedCommand::Known(command)].map_async(common::end_prompt).endpoint(commands::handle))
}

fn presses() -> HandlerTree {
    dptree::filter_map(common::pressed_message)
        .filter_map(common::decode_action)
        .map_async(common::end_prompt_on_press)
        .endpoint(buttons::handle)
}
