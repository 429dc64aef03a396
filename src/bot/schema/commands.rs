//! The handler of each command.
use crate::bot::commands::Command;
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::bot::handlers::admin::{
    admins, agents, bans, capacity, dead_letters, departments, invite, invites, priority, reassign, replies,
};
use crate::bot::handlers::conversation::canned;
use crate::bot::handlers::{
    agent, alias, cancel, common, customer, draft_messages, records, settings, statistics, tickets, topics,
    web,
};
use crate::telegram::incoming::IncomingMessage;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::future::ready;
use std::sync::Arc;

/// Runs a command for a person of its audience.
pub(super) async fn handle(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    message: Arc<IncomingMessage>,
    command: Command,
) -> HandlerResult {
    if !command.audience().admits(&ctx.person) {
        return common::not_your_command(&bot, &ctx, &command);
    }
    let handling: BoxFuture<'static, HandlerResult> = match command {
        Command::Start(payload) => common::start(bot, ctx, payload).boxed(),
        Command::Help => ready(common::help(&bot, &ctx)).boxed(),
        Command::Language(arg) => common::language(bot, ctx, arg).boxed(),
        Command::Cancel => cancel::cancel_draft(bot, ctx, message).boxed(),
        Command::New(text) => draft_messages::new(bot, ctx, message, text).boxed(),
        Command::MyTickets => ready(customer::my_tickets(&ctx)).boxed(),
        Command::Ticket(arg) => tickets::ticket(bot, ctx, arg).boxed(),
        Command::Online => agent::online(bot, ctx).boxed(),
        Command::Offline => agent::offline(bot, ctx).boxed(),
        Command::Busy => agent::busy(bot, ctx).boxed(),
        Command::Away(end) => agent::away::away(bot, ctx, end).boxed(),
        Command::Hours(plan) => agent::working_hours::hours(bot, ctx, plan).boxed(),
        Command::MyQueue => ready(agent::my_queue(&ctx)).boxed(),
        Command::Status => agent::status(bot, ctx).boxed(),
        Command::AutoAssign(arg) => agent::auto_assign(bot, ctx, arg).boxed(),
        Command::Alias(arg) => alias::alias(bot, ctx, arg).boxed(),
        Command::Queue => ready(agent::queue(&ctx)).boxed(),
        Command::Token(argument) => web::token(bot, ctx, argument).boxed(),
        Command::Web => ready(web::web(&bot, &ctx)).boxed(),
        Command::Transcript(arg) => records::transcript(bot, ctx, arg).boxed(),
        Command::Forget(arg) => records::forget::forget(bot, ctx, arg).boxed(),
        Command::Search(arg) => records::search::search(bot, ctx, arg).boxed(),
        Command::Reply(arg) => canned::reply(bot, ctx, message, arg).boxed(),
        Command::Withdraw => records::withdraw::withdraw(bot, ctx, message).boxed(),
        Command::Workload => ready(agents::workload(&ctx)).boxed(),
        Command::Agents => agents::agents(bot, ctx).boxed(),
        Command::Invite(arg) => invite::invite(bot, ctx, message, arg).boxed(),
        Command::AddAgent(arg) => agents::add_agent(bot, ctx, arg).boxed(),
        Command::RemoveAgent(arg) => agents::remove_agent(bot, ctx, arg).boxed(),
        Command::AddAdmin(arg) => admins::add_admin(bot, ctx, arg).boxed(),
        Command::RemoveAdmin(arg) => admins::remove_admin(bot, ctx, arg).boxed(),
        Command::DeadLetters => dead_letters::dead_letters(bot, ctx).boxed(),
        Command::Invites => invites::invites(bot, ctx).boxed(),
        Command::SetMax(arg) => capacity::set_max(bot, ctx, arg).boxed(),
        Command::Reassign(arg) => reassign::reassign(bot, ctx, arg).boxed(),
        Command::Priority(arg) => priority::priority(bot, ctx, arg).boxed(),
        Command::Audit(arg) => records::audit::audit(bot, ctx, arg).boxed(),
        Command::Department(arg) => departments::department(bot, ctx, arg).boxed(),
        Command::Category(arg) => departments::category(bot, ctx, message, arg).boxed(),
        Command::Ban(arg) => bans::ban(bot, ctx, arg).boxed(),
        Command::Unban(arg) => bans::unban(bot, ctx, arg).boxed(),
        Command::Replies(arg) => replies::replies(bot, ctx, message, arg).boxed(),
        Command::Topics => ready(topics::topics(&bot, &ctx)).boxed(),
        Command::Settings => settings::settings(bot, ctx).boxed(),
        Command::Stats => statistics::stats(bot, ctx).boxed(),
    };
    handling.await
}
