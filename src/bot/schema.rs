//! The tree: which update goes to which handler, and nothing else.
use super::callback::ButtonAction;
use super::commands::{Command, Typed};
use super::context::{BotContext, HandlerResult, RequestContext};
use super::handlers::admin::{
    agents, capacity, department_picker, departments, invite, name_prompts, reassign,
};
use super::handlers::{agent, common, customer};
use dptree::case;
use std::sync::Arc;
use teloxide::dispatching::{DpHandlerDescription, UpdateFilterExt};
use teloxide::types::{Message, Update};

/// A handler of the desk.
pub type DeskHandler = dptree::Handler<'static, HandlerResult, DpHandlerDescription>;

/// Everything that can come in. Takes an [`Update`], an [`Arc<BotContext>`], an [`Ask`] and, for presses, a
/// [`super::toast::Toast`].
#[must_use]
pub fn schema() -> DeskHandler {
    dptree::entry().branch(Update::filter_message().branch(typed()).endpoint(common::message)).branch(
        Update::filter_callback_query()
            .branch(dptree::filter_map(common::pressed_message).branch(presses()))
            .endpoint(common::unknown_press),
    )
}

fn typed() -> DeskHandler {
    dptree::filter_map(|message: Message, desk: Arc<BotContext>| Typed::of(&message, &desk.bot_username))
        .branch(case![Typed::Unknown(name)].endpoint(common::unknown_command))
        .branch(case![Typed::Elsewhere(name)].endpoint(common::unknown_command))
        .branch(
            case![Typed::Known(command)]
                .map_async(common::drop_question)
                .branch(
                    dptree::filter(|command: Command, ask: RequestContext| {
                        !command.audience().admits(&ask.person)
                    })
                    .endpoint(common::not_your_command),
                )
                .branch(commands()),
        )
}

fn commands() -> DeskHandler {
    dptree::entry()
        .branch(case![Command::Start(payload)].endpoint(common::start))
        .branch(case![Command::Help].endpoint(common::help))
        .branch(case![Command::Language(arg)].endpoint(common::language))
        .branch(case![Command::Cancel].endpoint(customer::cancel_draft))
        .branch(case![Command::New(text)].endpoint(customer::new))
        .branch(case![Command::MyTickets].endpoint(customer::my_tickets))
        .branch(case![Command::Online].endpoint(agent::online))
        .branch(case![Command::Offline].endpoint(agent::offline))
        .branch(case![Command::Busy].endpoint(agent::busy))
        .branch(case![Command::Away].endpoint(agent::away))
        .branch(case![Command::MyQueue].endpoint(agent::my_queue))
        .branch(case![Command::Status].endpoint(agent::status))
        .branch(case![Command::AutoAssign(arg)].endpoint(agent::auto_assign))
        .branch(case![Command::Queue].endpoint(agent::queue))
        .branch(case![Command::Token].endpoint(agent::token))
        .branch(case![Command::Workload].endpoint(agents::workload))
        .branch(case![Command::Agents].endpoint(agents::agents))
        .branch(case![Command::Invite(arg)].endpoint(invite::invite))
        .branch(case![Command::AddAgent(arg)].endpoint(agents::add_agent))
        .branch(case![Command::RemoveAgent(arg)].endpoint(agents::remove_agent))
        .branch(case![Command::SetMax(arg)].endpoint(capacity::set_max))
        .branch(case![Command::Reassign(arg)].endpoint(reassign::reassign))
        .branch(case![Command::Department(arg)].endpoint(departments::department))
        .branch(case![Command::Category(arg)].endpoint(departments::category))
}

fn presses() -> DeskHandler {
    dptree::filter_map(common::pressed)
        .branch(
            dptree::filter(|press: ButtonAction, ask: RequestContext| {
                is_agents(press) && ask.person.agent.is_none()
            })
            .endpoint(common::not_your_press),
        )
        .branch(case![ButtonAction::Task(step, ticket, version, surface)].endpoint(agent::task))
        .branch(case![ButtonAction::PickUp(ticket, version, surface)].endpoint(agent::pick_up))
        .branch(case![ButtonAction::CancelTicket(ticket, version, surface)].endpoint(customer::cancel_ticket))
        .branch(case![ButtonAction::DraftCategory(draft, category)].endpoint(customer::choose_category))
        .branch(case![ButtonAction::DraftCategories(draft, page)].endpoint(customer::categories))
        .branch(case![ButtonAction::DraftSend(draft)].endpoint(customer::send))
        .branch(case![ButtonAction::DraftCancel(draft)].endpoint(customer::drop_draft))
        .branch(case![ButtonAction::StillHere].endpoint(agent::still_here))
        .branch(case![ButtonAction::GoOnline].endpoint(agent::go_online))
        .branch(case![ButtonAction::GoOffline].endpoint(agent::go_offline))
        .branch(case![ButtonAction::Turn(list, page)].endpoint(common::turn_page))
        .branch(case![ButtonAction::Language(locale)].endpoint(common::set_language))
        .branch(case![ButtonAction::AutoAssign(on)].endpoint(agent::set_auto))
        .branch(case![ButtonAction::Dismiss].endpoint(common::dismiss))
        .branch(case![ButtonAction::Nothing].endpoint(common::nothing))
        .branch(dptree::filter(|ask: RequestContext| !ask.person.is_admin()).endpoint(common::not_your_press))
        .branch(admin_presses())
}

/// Whether only agents have a button like this one; admins' have a branch of the tree to themselves.
fn is_agents(press: ButtonAction) -> bool {
    use ButtonAction::{AutoAssign, GoOffline, GoOnline, PickUp, StillHere, Task};
    matches!(press, Task(..) | PickUp(..) | StillHere | GoOnline | GoOffline | AutoAssign(_))
}

fn admin_presses() -> DeskHandler {
    dptree::entry()
        .branch(case![ButtonAction::PickPage(pick, page)].endpoint(agents::pick_page))
        .branch(case![ButtonAction::PickPerson(pick, person)].endpoint(agents::pick_person))
        .branch(case![ButtonAction::PickTicket(pick, ticket)].endpoint(reassign::pick_ticket))
        .branch(case![ButtonAction::SetMax(agent, max)].endpoint(capacity::set_max_pressed))
        .branch(case![ButtonAction::RemoveAgent(agent)].endpoint(agents::remove_agent_pressed))
        .branch(case![ButtonAction::AddAgent(person, department)].endpoint(agents::add_agent_pressed))
        .branch(case![ButtonAction::Invite(department)].endpoint(invite::invite_pressed))
        .branch(
            case![ButtonAction::Reassign(ticket, version, agent, anyway)]
                .endpoint(reassign::reassign_pressed),
        )
        .branch(case![ButtonAction::Requeue(ticket, version)].endpoint(reassign::requeue_pressed))
        .branch(
            case![ButtonAction::AgentDepartment(agent, department, serves)]
                .endpoint(agents::agent_department),
        )
        .branch(case![ButtonAction::Departments(why, page)].endpoint(department_picker::departments))
        .branch(case![ButtonAction::Department(department, page)].endpoint(departments::show_department))
        .branch(case![ButtonAction::NewDepartment].endpoint(name_prompts::new_department))
        .branch(case![ButtonAction::MakeDepartment].endpoint(name_prompts::make_department))
        .branch(case![ButtonAction::RenameDepartment(department)].endpoint(name_prompts::rename_department))
        .branch(
            case![ButtonAction::CriticalDepartment(department, critical)].endpoint(departments::set_critical),
        )
        .branch(case![ButtonAction::RetireDepartment(department, retired)].endpoint(departments::set_retired))
        .branch(case![ButtonAction::NewCategory(department)].endpoint(name_prompts::new_category))
        .branch(case![ButtonAction::Category(category)].endpoint(departments::show_category))
        .branch(case![ButtonAction::RenameCategory(category)].endpoint(name_prompts::rename_category))
        .branch(
            case![ButtonAction::RetireCategory(category, retired)]
                .endpoint(departments::set_category_retired),
        )
}
