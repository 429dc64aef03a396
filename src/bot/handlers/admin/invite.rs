//! Admins: links that make people agents.
use super::department_picker::{
    ALL, department_name, is_gone, named, no_such_department, open_departments, which_department,
};
use crate::bot::callback::{ButtonAction, DepartmentPickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::Time;
use crate::domain::department::Department;
use crate::domain::ids::{ChatId, DepartmentId};
use crate::domain::invite::{Grant, Invite};
use crate::engine::error::EngineError;
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use teloxide::types::Message;

/// How long a message's link is remembered: longer than a press takes to come twice.
const CACHE_TTL: TimeDelta = TimeDelta::minutes(10);

/// `/invite [department]`.
pub async fn invite(
    desk: Arc<BotContext>,
    ask: RequestContext,
    message: Message,
    arg: String,
) -> HandlerResult {
    let departments = open_departments(&desk).await?;
    if arg.trim().is_empty() && departments.len() > 1 {
        return Ok(vec![ask.text(invite_to_which(&desk, &ask, &departments, 0))]);
    }
    let Some(department) = named(&departments, &arg) else {
        return Ok(no_such_department(&desk, &ask, &arg));
    };
    let asked = (ask.chat, message.id.0);
    Ok(vec![ask.text(invitation(&desk, &ask, asked, (&departments, department)).await?)])
}

/// The department of an invitation was chosen.
pub async fn invite_pressed(
    desk: Arc<BotContext>,
    ask: RequestContext,
    toast: Toast,
    place: PressedMessage,
    department: DepartmentId,
) -> HandlerResult {
    let departments = open_departments(&desk).await?;
    if is_gone(&departments, department) {
        toast.say(ask.words(&desk).toast("department-gone", &[]));
        return Ok(vec![ask.edit(place, invite_to_which(&desk, &ask, &departments, 0))]);
    }
    toast.ack();
    let asked = (ask.chat, place.0);
    Ok(vec![ask.edit(place, invitation(&desk, &ask, asked, (&departments, department)).await?)])
}

pub(in crate::bot::handlers) fn invite_to_which(
    desk: &BotContext,
    ask: &RequestContext,
    open: &[Department],
    page: u16,
) -> Rendered {
    let words = ask.words(desk);
    which_department(
        &words,
        words.say("invite-which", &[]),
        open,
        (DepartmentPickerPurpose::Invite, page),
        ButtonAction::Invite,
    )
}

async fn invitation(
    desk: &BotContext,
    ask: &RequestContext,
    asked: (ChatId, i32),
    (open, department): (&[Department], DepartmentId),
) -> Result<Rendered, EngineError> {
    let departments = if department == ALL { Vec::new() } else { vec![department] };
    let grant = Grant::Agent(departments);
    let invite = match desk.links.made(asked, &grant, ask.now) {
        Some(invite) => invite,
        None => desk.links.keep(asked, desk.engine.invite(grant, ask.now).await?, ask.now),
    };
    let link = desk.link(&format!("join_{}", invite.code));
    let name = department_name(desk, ask, open, department);
    Ok(ask.words(desk).message("invite-link", &[("department", name.into()), ("link", link.into())]))
}

/// The links that were made lately, by the message that asked for one: a press that comes twice, or a command that is
/// handled again, shows the same link.
#[derive(Default)]
pub struct InviteCache(Mutex<HashMap<(ChatId, i32), (Time, Invite)>>);

impl InviteCache {
    fn made(&self, asked: (ChatId, i32), grant: &Grant, now: Time) -> Option<Invite> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|_, (at, _)| now - *at < CACHE_TTL);
        made.get(&asked).map(|(_, invite)| invite.clone()).filter(|invite| invite.grant == *grant)
    }

    fn keep(&self, asked: (ChatId, i32), invite: Invite, now: Time) -> Invite {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(asked, (now, invite.clone()));
        invite
    }
}
