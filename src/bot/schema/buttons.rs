//! The handler of each button.
use crate::bot::callback::ButtonAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::handlers::admin::departments::relocation;
use crate::bot::handlers::admin::{
    admins, agents, alerts, bans, capacity, choices, console, contacts, dead_letters, departments, invite,
    invites, name_prompts, priority, reassign, replies,
};
use crate::bot::handlers::conversation::{canned, choice, last_word, prompt};
use crate::bot::handlers::{
    agent, agent_tickets, alias, cancel, common, customer, feedback, focus, records, settings, statistics,
    tickets, topics,
};
use crate::bot::toast::Toast;
use crate::engine::error::EngineError;
use crate::telegram::incoming::Press;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::future::ready;
use std::sync::Arc;

/// Carries out the action of a button that a person of its audience pressed.
#[expect(clippy::too_many_lines, reason = "a line for each button")]
pub(super) async fn handle(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    press: Arc<Press>,
    action: ButtonAction,
) -> HandlerResult {
    if !action.audience().admits(&ctx.person) {
        return Err(EngineError::Forbidden);
    }
    let handling: BoxFuture<'static, HandlerResult> = match action {
        ButtonAction::Task(step, ticket, version, surface) => {
            agent_tickets::task(bot, ctx, toast, pressed, (step, ticket, version, surface)).boxed()
        }
        ButtonAction::ShowTask(ticket, surface) => {
            agent_tickets::show(bot, ctx, toast, pressed, (ticket, surface)).boxed()
        }
        ButtonAction::Focus(ticket) => focus::choose(bot, ctx, toast, ticket).boxed(),
        ButtonAction::Record(action) => records::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::Canned(action) => canned::chosen(bot, ctx, toast, pressed, press, action).boxed(),
        ButtonAction::Choice(action) => choice::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::PickUp(ticket, version, surface) => {
            agent_tickets::pick_up(bot, ctx, toast, pressed, (ticket, version, surface)).boxed()
        }
        ButtonAction::CancelTicket(ticket, version, surface) => {
            cancel::ask_ticket(bot, ctx, toast, pressed, (ticket, version, surface)).boxed()
        }
        ButtonAction::CancelConfirmed(ticket, version, surface) => {
            cancel::cancel_ticket(bot, ctx, toast, pressed, (ticket, version, surface)).boxed()
        }
        ButtonAction::KeepTicket(ticket, surface) => {
            ready(cancel::keep_ticket(&ctx, &toast, pressed, (ticket, surface))).boxed()
        }
        ButtonAction::CancelUndo(ticket) => cancel::undo_ticket(bot, ctx, toast, pressed, ticket).boxed(),
        ButtonAction::Reopen(ticket, completion) => {
            feedback::reopen(bot, ctx, toast, pressed, (ticket, completion)).boxed()
        }
        ButtonAction::Rate(ticket, completion, stars) => {
            feedback::rate(bot, ctx, toast, pressed, (ticket, completion, stars)).boxed()
        }
        ButtonAction::CommentContinue(ticket, completion, comment) => {
            feedback::continue_with_comment(bot, ctx, toast, pressed, (ticket, completion, comment)).boxed()
        }
        ButtonAction::DraftCategory(draft, category) => {
            customer::choose_category(bot, ctx, toast, pressed, (draft, category)).boxed()
        }
        ButtonAction::DraftCategories(draft, page) => {
            customer::categories(bot, ctx, toast, pressed, (draft, page)).boxed()
        }
        ButtonAction::DraftSend(draft) => customer::send(bot, ctx, toast, pressed, draft).boxed(),
        ButtonAction::DraftContinue(draft, ticket, completion) => {
            feedback::continue_ticket(bot, ctx, toast, pressed, (draft, ticket, completion)).boxed()
        }
        ButtonAction::DraftCancel(draft) => cancel::ask_draft(bot, ctx, toast, pressed, draft).boxed(),
        ButtonAction::DraftDrop(draft) => cancel::drop_draft(bot, ctx, toast, pressed, draft).boxed(),
        ButtonAction::DraftKeep(draft) => cancel::keep_draft(bot, ctx, toast, pressed, draft).boxed(),
        ButtonAction::DraftUndo(draft) => cancel::undo_draft(bot, ctx, toast, pressed, draft).boxed(),
        ButtonAction::StillHere => ready(agent::still_here(&bot, &ctx, &toast, pressed)).boxed(),
        ButtonAction::GoOnline => agent::go_online(bot, ctx, toast, pressed, press).boxed(),
        ButtonAction::GoOffline => agent::go_offline(bot, ctx, toast, pressed, press).boxed(),
        ButtonAction::ShowPage(list, page) => {
            ready(common::show_page(&ctx, &toast, pressed, (list, page))).boxed()
        }
        ButtonAction::Language(locale) => common::set_language(bot, ctx, toast, pressed, locale).boxed(),
        ButtonAction::AutoAssign(on) => agent::set_auto(bot, ctx, toast, pressed, on).boxed(),
        ButtonAction::AskLastWord(on) => last_word::set(bot, ctx, toast, pressed, on).boxed(),
        ButtonAction::Prompt(action) => prompt::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::WorkingHours(action) => {
            agent::working_hours::pressed(bot, ctx, toast, pressed, action).boxed()
        }
        ButtonAction::Absence(action) => agent::away::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::Alias(action) => alias::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::ShowTicket(ticket) => tickets::show_ticket(bot, ctx, toast, pressed, ticket).boxed(),
        ButtonAction::Dismiss => ready(common::dismiss(&bot, &ctx, &toast, pressed)).boxed(),
        ButtonAction::NoOp => ready(common::no_op(&toast)).boxed(),
        ButtonAction::Settings(action) => settings::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::Console(action, list) => {
            console::pressed(bot, ctx, toast, pressed, (action, list)).boxed()
        }
        ButtonAction::Statistics(action) => statistics::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::Alert(action) => alerts::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::AskContact(purpose) => contacts::ask(bot, ctx, toast, purpose).boxed(),
        ButtonAction::PickPage(purpose, page) => {
            choices::pick_page(bot, ctx, toast, pressed, (purpose, page)).boxed()
        }
        ButtonAction::PickPerson(purpose, person) => {
            choices::pick_person(bot, ctx, toast, pressed, (purpose, person)).boxed()
        }
        ButtonAction::PickTicket(purpose, ticket) => {
            choices::pick_ticket(bot, ctx, toast, pressed, (purpose, ticket)).boxed()
        }
        ButtonAction::SetMax(agent, max) => {
            capacity::set_max_pressed(bot, ctx, toast, pressed, (agent, max)).boxed()
        }
        ButtonAction::RemoveAgent(agent) => {
            agents::remove_agent_pressed(bot, ctx, toast, pressed, agent).boxed()
        }
        ButtonAction::SetAdmin(person, grants) => {
            admins::set_admin_pressed(bot, ctx, toast, pressed, (person, grants)).boxed()
        }
        ButtonAction::RetryDeadLetter(id) => {
            dead_letters::retry_pressed(bot, ctx, toast, pressed, id).boxed()
        }
        ButtonAction::RevokeInvite(code) => invites::revoke_pressed(bot, ctx, toast, pressed, code).boxed(),
        ButtonAction::AddAgent(person, department) => {
            agents::add_agent_pressed(bot, ctx, toast, pressed, (person, department)).boxed()
        }
        ButtonAction::Invite(department) => {
            invite::invite_pressed(bot, ctx, toast, pressed, department).boxed()
        }
        ButtonAction::Reassign(ticket, version, agent, even_if_full) => {
            reassign::reassign_pressed(bot, ctx, toast, pressed, (ticket, version, agent, even_if_full))
                .boxed()
        }
        ButtonAction::Priority(ticket, priority) => {
            priority::pressed(bot, ctx, toast, pressed, (ticket, priority)).boxed()
        }
        ButtonAction::Audit(ticket, page) => {
            records::audit::show_page(bot, ctx, toast, pressed, (ticket, page)).boxed()
        }
        ButtonAction::ReassignPage(ticket, page) => {
            reassign::agent_page(bot, ctx, toast, pressed, (ticket, page)).boxed()
        }
        ButtonAction::Requeue(ticket, version) => {
            reassign::requeue_pressed(bot, ctx, toast, pressed, (ticket, version)).boxed()
        }
        ButtonAction::AgentDepartment(agent, department, serves) => {
            agents::agent_department(bot, ctx, toast, pressed, (agent, department, serves)).boxed()
        }
        ButtonAction::Departments(purpose, page) => {
            choices::department_page(bot, ctx, toast, pressed, (purpose, page)).boxed()
        }
        ButtonAction::Department(department, page) => {
            departments::show_department(bot, ctx, toast, pressed, (department, page)).boxed()
        }
        ButtonAction::NewDepartment => name_prompts::new_department(bot, ctx, toast, pressed).boxed(),
        ButtonAction::CreateDepartment => {
            name_prompts::create_department_pressed(bot, ctx, toast, pressed, press).boxed()
        }
        ButtonAction::RenameDepartment(department) => {
            name_prompts::rename_department(bot, ctx, toast, pressed, department).boxed()
        }
        ButtonAction::CriticalDepartment(department, critical) => {
            departments::set_critical(bot, ctx, toast, pressed, (department, critical)).boxed()
        }
        ButtonAction::Hours(action) => departments::hours::pressed(bot, ctx, toast, pressed, action).boxed(),
        ButtonAction::RetireDepartment(department, retired) => {
            departments::set_retired(bot, ctx, toast, pressed, (department, retired)).boxed()
        }
        ButtonAction::RelocateQueue(from, to) => {
            relocation::relocate_pressed(bot, ctx, toast, pressed, (from, to)).boxed()
        }
        ButtonAction::CancelTicketsOf(customer) => {
            bans::cancel_tickets(bot, ctx, toast, pressed, customer).boxed()
        }
        ButtonAction::SetTopics(on) => topics::set(bot, ctx, toast, pressed, on).boxed(),
        ButtonAction::Replies(page) => replies::show_page(bot, ctx, toast, pressed, page).boxed(),
        ButtonAction::Reply(reply) => replies::show(bot, ctx, toast, pressed, reply).boxed(),
        ButtonAction::NewReply => replies::new_reply(bot, ctx, toast, pressed).boxed(),
        ButtonAction::EditReply(reply) => replies::edit(bot, ctx, toast, pressed, reply).boxed(),
        ButtonAction::ReplyDepartment(reply, department) => {
            replies::set_department(bot, ctx, toast, pressed, (reply, department)).boxed()
        }
        ButtonAction::RemoveReply(reply) => replies::ask_removal(bot, ctx, toast, pressed, reply).boxed(),
        ButtonAction::RemoveReplyConfirmed(reply) => replies::remove(bot, ctx, toast, pressed, reply).boxed(),
        ButtonAction::NewCategory(department) => {
            name_prompts::new_category(bot, ctx, toast, pressed, department).boxed()
        }
        ButtonAction::Category(category) => {
            departments::show_category(bot, ctx, toast, pressed, category).boxed()
        }
        ButtonAction::RenameCategory(category) => {
            name_prompts::rename_category(bot, ctx, toast, pressed, category).boxed()
        }
        ButtonAction::RetireCategory(category, retired) => {
            departments::set_category_retired(bot, ctx, toast, pressed, (category, retired)).boxed()
        }
    };
    handling.await
}
