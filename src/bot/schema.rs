//! The dptree schema: which update goes to which handler.
use super::callback::ButtonAction;
use super::commands::{Command, ParsedCommand};
use super::context::{BotContext, HandlerResult, RequestContext};
use super::handlers::admin::departments::relocation;
use super::handlers::admin::{
    admins, agents, alerts, bans, capacity, choices, console, contacts, dead_letters, departments, invite,
    invites, name_prompts, priority, reassign, replies,
};
use super::handlers::conversation::{canned, choice, last_word};
use super::handlers::{
    agent, agent_tickets, alias, cancel, common, customer, draft_messages, feedback, focus, records,
    settings, statistics, tickets, topics, web,
};
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
        .branch(
            Update::filter_callback_query()
                .branch(dptree::filter_map(common::pressed_message).branch(buttons()))
                .endpoint(common::unknown_button),
        )
}

/// Returns the tree for people who are banned.
fn banned() -> HandlerTree {
    dptree::entry()
        .branch(Update::filter_callback_query().endpoint(bans::answer_press))
        .branch(dptree::endpoint(bans::answer))
}

fn messages() -> HandlerTree {
    dptree::filter_map(|message: Arc<IncomingMessage>, bot: Arc<BotContext>| {
        // A canned reply may begin with a slash.
        let is_own_result = message.via_bot.is_some() && message.via_bot == bot.bot_id;
        ParsedCommand::from_message(&message, &bot.bot_username).filter(|_| !is_own_result)
    })
    .branch(case![ParsedCommand::Unknown(name)].endpoint(common::unknown_command))
    .branch(case![ParsedCommand::OtherBot(name)].endpoint(common::unknown_command))
    .branch(
        case![ParsedCommand::Known(command)]
            .map_async(common::end_prompt)
            .branch(
                dptree::filter(|command: Command, ctx: RequestContext| {
                    !command.audience().admits(&ctx.person)
                })
                .endpoint(common::not_your_command),
            )
            .branch(commands()),
    )
}

fn commands() -> HandlerTree {
    dptree::entry()
        .branch(case![Command::Start(payload)].endpoint(common::start))
        .branch(case![Command::Help].endpoint(common::help))
        .branch(case![Command::Language(arg)].endpoint(common::language))
        .branch(case![Command::Cancel].endpoint(cancel::cancel_draft))
        .branch(case![Command::New(text)].endpoint(draft_messages::new))
        .branch(case![Command::MyTickets].endpoint(customer::my_tickets))
        .branch(case![Command::Ticket(arg)].endpoint(tickets::ticket))
        .branch(case![Command::Online].endpoint(agent::online))
        .branch(case![Command::Offline].endpoint(agent::offline))
        .branch(case![Command::Busy].endpoint(agent::busy))
        .branch(case![Command::Away(end)].endpoint(agent::away::away))
        .branch(case![Command::Hours(plan)].endpoint(agent::working_hours::hours))
        .branch(case![Command::MyQueue].endpoint(agent::my_queue))
        .branch(case![Command::Status].endpoint(agent::status))
        .branch(case![Command::AutoAssign(arg)].endpoint(agent::auto_assign))
        .branch(case![Command::Alias(arg)].endpoint(alias::alias))
        .branch(case![Command::Queue].endpoint(agent::queue))
        .branch(case![Command::Token(argument)].endpoint(web::token))
        .branch(case![Command::Web].endpoint(web::web))
        .branch(case![Command::Transcript(arg)].endpoint(records::transcript))
        .branch(case![Command::Forget(arg)].endpoint(records::forget::forget))
        .branch(case![Command::Search(arg)].endpoint(records::search::search))
        .branch(case![Command::Reply(arg)].endpoint(canned::reply))
        .branch(case![Command::Withdraw].endpoint(records::withdraw::withdraw))
        .branch(case![Command::Workload].endpoint(agents::workload))
        .branch(case![Command::Agents].endpoint(agents::agents))
        .branch(case![Command::Invite(arg)].endpoint(invite::invite))
        .branch(case![Command::AddAgent(arg)].endpoint(agents::add_agent))
        .branch(case![Command::RemoveAgent(arg)].endpoint(agents::remove_agent))
        .branch(case![Command::AddAdmin(arg)].endpoint(admins::add_admin))
        .branch(case![Command::RemoveAdmin(arg)].endpoint(admins::remove_admin))
        .branch(case![Command::DeadLetters].endpoint(dead_letters::dead_letters))
        .branch(case![Command::Invites].endpoint(invites::invites))
        .branch(case![Command::SetMax(arg)].endpoint(capacity::set_max))
        .branch(case![Command::Reassign(arg)].endpoint(reassign::reassign))
        .branch(case![Command::Priority(arg)].endpoint(priority::priority))
        .branch(case![Command::Audit(arg)].endpoint(records::audit::audit))
        .branch(case![Command::Department(arg)].endpoint(departments::department))
        .branch(case![Command::Category(arg)].endpoint(departments::category))
        .branch(case![Command::Ban(arg)].endpoint(bans::ban))
        .branch(case![Command::Unban(arg)].endpoint(bans::unban))
        .branch(case![Command::Replies(arg)].endpoint(replies::replies))
        .branch(case![Command::Topics].endpoint(topics::topics))
        .branch(case![Command::Settings].endpoint(settings::settings))
        .branch(case![Command::Stats].endpoint(statistics::stats))
}

fn buttons() -> HandlerTree {
    dptree::filter_map(common::decode_action)
        .map_async(common::end_prompt_on_press)
        .branch(
            dptree::filter(|action: ButtonAction, ctx: RequestContext| {
                is_agent_action(action) && ctx.person.agent.is_none()
            })
            .endpoint(common::not_your_button),
        )
        .branch(case![ButtonAction::Task(step, ticket, version, surface)].endpoint(agent_tickets::task))
        .branch(case![ButtonAction::ShowTask(ticket, surface)].endpoint(agent_tickets::show))
        .branch(case![ButtonAction::Focus(ticket)].endpoint(focus::choose))
        .branch(case![ButtonAction::Record(action)].endpoint(records::pressed))
        .branch(case![ButtonAction::Canned(action)].endpoint(canned::chosen))
        .branch(case![ButtonAction::ChooseTicket(ticket)].endpoint(choice::choose_ticket))
        .branch(case![ButtonAction::ChooseNewTicket].endpoint(choice::choose_new_ticket))
        .branch(case![ButtonAction::PickUp(ticket, version, surface)].endpoint(agent_tickets::pick_up))
        .branch(case![ButtonAction::CancelTicket(ticket, version, surface)].endpoint(cancel::ask_ticket))
        .branch(
            case![ButtonAction::CancelConfirmed(ticket, version, surface)].endpoint(cancel::cancel_ticket),
        )
        .branch(case![ButtonAction::KeepTicket(ticket, surface)].endpoint(cancel::keep_ticket))
        .branch(case![ButtonAction::CancelUndo(ticket)].endpoint(cancel::undo_ticket))
        .branch(case![ButtonAction::Reopen(ticket, completion)].endpoint(feedback::reopen))
        .branch(case![ButtonAction::Rate(ticket, completion, stars)].endpoint(feedback::rate))
        .branch(case![ButtonAction::DraftCategory(draft, category)].endpoint(customer::choose_category))
        .branch(case![ButtonAction::DraftCategories(draft, page)].endpoint(customer::categories))
        .branch(case![ButtonAction::DraftSend(draft)].endpoint(customer::send))
        .branch(case![ButtonAction::DraftCancel(draft)].endpoint(cancel::ask_draft))
        .branch(case![ButtonAction::DraftDrop(draft)].endpoint(cancel::drop_draft))
        .branch(case![ButtonAction::DraftKeep(draft)].endpoint(cancel::keep_draft))
        .branch(case![ButtonAction::DraftUndo(draft)].endpoint(cancel::undo_draft))
        .branch(case![ButtonAction::StillHere].endpoint(agent::still_here))
        .branch(case![ButtonAction::GoOnline].endpoint(agent::go_online))
        .branch(case![ButtonAction::GoOffline].endpoint(agent::go_offline))
        .branch(case![ButtonAction::ShowPage(list, page)].endpoint(common::show_page))
        .branch(case![ButtonAction::Language(locale)].endpoint(common::set_language))
        .branch(case![ButtonAction::AutoAssign(on)].endpoint(agent::set_auto))
        .branch(case![ButtonAction::AskLastWord(on)].endpoint(last_word::set))
        .branch(case![ButtonAction::LastWordNone(ticket, completion)].endpoint(last_word::none))
        .branch(case![ButtonAction::WorkingHours(action)].endpoint(agent::working_hours::pressed))
        .branch(case![ButtonAction::Absence(action)].endpoint(agent::away::pressed))
        .branch(case![ButtonAction::Alias(action)].endpoint(alias::pressed))
        .branch(case![ButtonAction::ShowTicket(ticket)].endpoint(tickets::show_ticket))
        .branch(case![ButtonAction::Dismiss].endpoint(common::dismiss))
        .branch(case![ButtonAction::NoOp].endpoint(common::no_op))
        .branch(
            dptree::filter(|ctx: RequestContext| !ctx.person.is_admin()).endpoint(common::not_your_button),
        )
        .branch(admin_buttons())
}

/// Returns true if only agents have this button. Buttons for admins have a branch of their own.
fn is_agent_action(action: ButtonAction) -> bool {
    use ButtonAction::{
        Absence, AskLastWord, AutoAssign, Canned, Focus, GoOffline, GoOnline, LastWordNone, PickUp, ShowTask,
        StillHere, Task,
    };
    matches!(
        action,
        Task(..)
            | Canned(_)
            | Focus(_)
            | ShowTask(..)
            | PickUp(..)
            | StillHere
            | GoOnline
            | GoOffline
            | Absence(_)
            | AutoAssign(_)
            | AskLastWord(_)
            | LastWordNone(..)
    )
}

fn admin_buttons() -> HandlerTree {
    dptree::entry()
        .branch(case![ButtonAction::Settings(action)].endpoint(settings::pressed))
        .branch(case![ButtonAction::Console(action, list)].endpoint(console::pressed))
        .branch(case![ButtonAction::Statistics(action)].endpoint(statistics::pressed))
        .branch(case![ButtonAction::Alert(action)].endpoint(alerts::pressed))
        .branch(case![ButtonAction::AskContact(purpose)].endpoint(contacts::ask))
        .branch(case![ButtonAction::PickPage(purpose, page)].endpoint(choices::pick_page))
        .branch(case![ButtonAction::PickPerson(purpose, person)].endpoint(choices::pick_person))
        .branch(case![ButtonAction::PickTicket(purpose, ticket)].endpoint(choices::pick_ticket))
        .branch(case![ButtonAction::SetMax(agent, max)].endpoint(capacity::set_max_pressed))
        .branch(case![ButtonAction::RemoveAgent(agent)].endpoint(agents::remove_agent_pressed))
        .branch(case![ButtonAction::SetAdmin(person, grants)].endpoint(admins::set_admin_pressed))
        .branch(case![ButtonAction::RetryDeadLetter(id)].endpoint(dead_letters::retry_pressed))
        .branch(case![ButtonAction::RevokeInvite(code)].endpoint(invites::revoke_pressed))
        .branch(case![ButtonAction::AddAgent(person, department)].endpoint(agents::add_agent_pressed))
        .branch(case![ButtonAction::Invite(department)].endpoint(invite::invite_pressed))
        .branch(
            case![ButtonAction::Reassign(ticket, version, agent, even_if_full)]
                .endpoint(reassign::reassign_pressed),
        )
        .branch(case![ButtonAction::Priority(ticket, priority)].endpoint(priority::pressed))
        .branch(case![ButtonAction::Audit(ticket, page)].endpoint(records::audit::show_page))
        .branch(case![ButtonAction::ReassignPage(ticket, page)].endpoint(reassign::agent_page))
        .branch(case![ButtonAction::Requeue(ticket, version)].endpoint(reassign::requeue_pressed))
        .branch(
            case![ButtonAction::AgentDepartment(agent, department, serves)]
                .endpoint(agents::agent_department),
        )
        .branch(case![ButtonAction::Departments(purpose, page)].endpoint(choices::department_page))
        .branch(case![ButtonAction::Department(department, page)].endpoint(departments::show_department))
        .branch(case![ButtonAction::NewDepartment].endpoint(name_prompts::new_department))
        .branch(case![ButtonAction::CreateDepartment].endpoint(name_prompts::create_department_pressed))
        .branch(case![ButtonAction::RenameDepartment(department)].endpoint(name_prompts::rename_department))
        .branch(
            case![ButtonAction::CriticalDepartment(department, critical)].endpoint(departments::set_critical),
        )
        .branch(case![ButtonAction::Hours(action)].endpoint(departments::hours::pressed))
        .branch(case![ButtonAction::RetireDepartment(department, retired)].endpoint(departments::set_retired))
        .branch(case![ButtonAction::RelocateQueue(from, to)].endpoint(relocation::relocate_pressed))
        .branch(case![ButtonAction::CancelTicketsOf(customer)].endpoint(bans::cancel_tickets))
        .branch(case![ButtonAction::SetTopics(on)].endpoint(topics::set))
        .branch(case![ButtonAction::Replies(page)].endpoint(replies::show_page))
        .branch(case![ButtonAction::Reply(reply)].endpoint(replies::show))
        .branch(case![ButtonAction::NewReply].endpoint(replies::new_reply))
        .branch(case![ButtonAction::EditReply(reply)].endpoint(replies::edit))
        .branch(case![ButtonAction::ReplyDepartment(reply, department)].endpoint(replies::set_department))
        .branch(case![ButtonAction::RemoveReply(reply)].endpoint(replies::ask_removal))
        .branch(case![ButtonAction::RemoveReplyConfirmed(reply)].endpoint(replies::remove))
        .branch(case![ButtonAction::NewCategory(department)].endpoint(name_prompts::new_category))
        .branch(case![ButtonAction::Category(category)].endpoint(departments::show_category))
        .branch(case![ButtonAction::RenameCategory(category)].endpoint(name_prompts::rename_category))
        .branch(
            case![ButtonAction::RetireCategory(category, retired)]
                .endpoint(departments::set_category_retired),
        )
}
