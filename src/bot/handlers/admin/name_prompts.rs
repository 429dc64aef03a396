//! Admins: names for departments and categories: asked for by a button, answered by a message, or given with a command.
use super::departments::{by_id, department_card, with_category};
use crate::bot::callback::ButtonAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render;
use crate::bot::render::{Arg, Rendered, labelled};
use crate::bot::toast::Toast;
use crate::domain::department::Department;
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Prompt;
use crate::engine::assignment::roster::Seat;
use crate::engine::departments::DepartmentEdit;
use crate::engine::error::EngineError;
use std::sync::Arc;
use teloxide::types::{CallbackQuery, MessageEntityKind, MessageId};
use uuid::Uuid;

/// How many departments of nearly the same name are offered.
const MIN_SIMILARITY: usize = 3;

/// A name for a new department is asked for.
pub async fn new_department(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
) -> HandlerResult {
    asks(&desk, &ask, &toast, place, (Prompt::NewDepartment, "department-ask-name", "")).await
}

/// A new name for a department is asked for.
pub async fn rename_department(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: DepartmentId,
) -> HandlerResult {
    let name = by_id(&desk, id).await?.name;
    asks(&desk, &ask, &toast, place, (Prompt::RenameDepartment(id), "department-ask-rename", &name)).await
}

/// A name for a new category is asked for.
pub async fn new_category(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: DepartmentId,
) -> HandlerResult {
    let name = by_id(&desk, id).await?.name;
    asks(&desk, &ask, &toast, place, (Prompt::NewCategory(id), "category-ask-name", &name)).await
}

/// A new name for a category is asked for.
pub async fn rename_category(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    id: CategoryId,
) -> HandlerResult {
    let name = with_category(&desk, id).await?.1.name;
    asks(&desk, &ask, &toast, place, (Prompt::RenameCategory(id), "category-ask-rename", &name)).await
}

/// The answer to a question for a name. A name that won't do keeps the question open.
pub async fn answered(
    desk: &BotContext,
    ask: &RequestContext,
    prompt: Prompt,
    message: MessageId,
    name: &str,
) -> HandlerResult {
    let answer = match prompt {
        Prompt::NewDepartment => created(desk, ask, message, name).await?,
        Prompt::NewCategory(id) => category_created(desk, ask, message, id, name).await?,
        Prompt::RenameDepartment(id) => {
            let rename = DepartmentEdit::Rename(name.to_owned());
            let department = desk.engine.edit_department(&ask.person, id, &rename).await?;
            department_card(desk, ask, &department, 0).await?
        }
        Prompt::RenameCategory(id) => {
            let (department, rename) =
                (with_category(desk, id).await?.0.id, DepartmentEdit::RenameCategory(id, name.to_owned()));
            let department = desk.engine.edit_department(&ask.person, department, &rename).await?;
            department_card(desk, ask, &department, render::category_page(&department, id)).await?
        }
    };
    desk.engine.answer_prompt(ask.person.id, message.0).await?;
    Ok(vec![ask.text(answer)])
}

/// A question, what asks it, and the name of what it is about.
pub(in crate::bot::handlers) type Question<'a> = (Prompt, &'static str, &'a str);

/// A button that asks becomes its question: pressed twice, it asks once.
async fn asks(
    desk: &BotContext,
    ask: &RequestContext,
    toast: &Toast,
    place: PressedMessage,
    asked: Question<'_>,
) -> HandlerResult {
    toast.ack();
    Ok(vec![ask.edit(place, question(desk, ask, asked).await?)])
}

/// The question in words; the person's next message answers it.
pub(in crate::bot::handlers) async fn question(
    desk: &BotContext,
    ask: &RequestContext,
    (prompt, key, name): Question<'_>,
) -> Result<Rendered, EngineError> {
    desk.engine.set_prompt(ask.person.id, Some(prompt)).await?;
    Ok(ask.words(desk).message(key, &[("name", name.into())]))
}

/// A name that no department has can be a slip of the pen: those that are called nearly so are offered first.
pub(in crate::bot::handlers) async fn whether_to_make(
    desk: &BotContext,
    ask: &RequestContext,
    name: &str,
) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let mut all = desk.engine.store().departments().await?;
    all.retain(|department| is_near(&department.name, name));
    let show = |d: &Department| vec![labelled(&d.name, ButtonAction::Department(d.id, 0))];
    let make = words.button("department-make", ButtonAction::MakeDepartment);
    let rows = all.iter().take(MIN_SIMILARITY).map(show);
    let buttons = rows.chain([vec![make, words.button("button-cancel", ButtonAction::Dismiss)]]).collect();
    Ok(Rendered { html: words.say("department-unknown", &[("name", name.into())]), buttons })
}

/// Whether two names differ by a slip: two letters at most, or one is a part of the other.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one.contains(&other) || other.contains(&one) || strsim::osa_distance(&one, &other) <= 2
}

/// Yes, there is to be a department of that name. The name doesn't fit into a button, so it is read off the message, where
/// it is all that is bold.
pub async fn make_department(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    query: CallbackQuery,
) -> HandlerResult {
    let entities = query.regular_message().and_then(|message| message.parse_entities()).unwrap_or_default();
    let name = entities.iter().find(|entity| *entity.kind() == MessageEntityKind::Bold);
    let name = name.ok_or(EngineError::NotFound)?.text();
    toast.ack();
    Ok(vec![ask.edit(place, created(&desk, &ask, MessageId(place.0), name).await?)])
}

async fn created(
    desk: &BotContext,
    ask: &RequestContext,
    message: MessageId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let words = ask.words(desk);
    let first = words.plain("default-category", &[]);
    let id = DepartmentId(made_by(ask, message));
    let department = desk.engine.add_department(&ask.person, id, name, &first).await?;
    let card = department_card(desk, ask, &department, 0).await?;
    let mut told = words.say("department-created", &[("name", (&department.name).into())]);
    let serves = |seat: &Seat| seat.profile().is_some_and(|p| p.departments.contains(&department.id));
    if !desk.engine.seats().iter().any(serves) {
        told = format!("{told}\n{}", words.say("department-no-agents", &[]));
    }
    Ok(Rendered { html: format!("{told}\n\n{}", card.html), ..card })
}

pub(in crate::bot::handlers) async fn category_created(
    desk: &BotContext,
    ask: &RequestContext,
    message: MessageId,
    department: DepartmentId,
    name: &str,
) -> Result<Rendered, EngineError> {
    let id = CategoryId(made_by(ask, message));
    let (department, category) = desk.engine.add_category(&ask.person, department, id, name).await?;
    let label = Arg::from(department.label(category.id));
    Ok(ask.words(desk).message("category-created", &[("label", label)]))
}

/// The id of what a message makes: the same when the message is handled again, because the desk died before it was marked
/// as handled. A person's id with the message's number in it is nobody else's.
fn made_by(ask: &RequestContext, message: MessageId) -> Uuid {
    Uuid::from_u128(ask.person.id.0.as_u128() ^ u128::from(message.0.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_near() {
        for typed in ["tenkik", "TEKNIK", "Tekn", "Teknik A"] {
            assert!(is_near("Teknik", typed), "{typed}");
        }
        assert!(!is_near("Teknik", "Umum"));
    }
}
