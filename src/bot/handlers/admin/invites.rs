//! Admin handlers for the list of open invitations, and their revocation.
use super::departments::lookup::{ALL_DEPARTMENTS, department_name};
use super::identity::full_name;
use super::pickers;
use super::pickers::CHOICES_PER_PAGE;
use crate::bot::callback::{ButtonAction, InviteCode, PickerPurpose};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::paging::page_of;
use crate::bot::render::Rendered;
use crate::bot::toast::Toast;
use crate::domain::card::AdminList;
use crate::domain::person::invite::{Grant, Invite};
use crate::engine::error::EngineError;
use std::sync::Arc;

/// Characters at the end of a code by which an invitation is recognized.
const CODE_TAIL: usize = 4;

/// `/invites`.
pub async fn invites(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    Ok(ctx.moved_admin_list(AdminList::Invites, first_page(&bot, &ctx).await?))
}

/// Revokes the pressed invitation, and shows the others.
pub async fn revoke_pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    code: InviteCode,
) -> HandlerResult {
    let revoked = bot.engine.revoke_invite(&ctx.person, code.as_str(), ctx.now).await?;
    let key = if revoked { "invite-revoked" } else { "invite-gone" };
    toast.say(ctx.localizer(&bot).toast(key, &[("code", tail(code.as_str()).into())]));
    Ok(vec![ctx.edit_admin_list(pressed, AdminList::Invites, first_page(&bot, &ctx).await?)])
}

async fn first_page(bot: &BotContext, ctx: &RequestContext) -> Result<Rendered, EngineError> {
    let first = page(bot, ctx, 0).await?;
    Ok(first.unwrap_or_else(|| pickers::empty_picker(bot, ctx, PickerPurpose::Invites)))
}

/// Returns a page of the open invitations, each with a button that revokes it; `None` if there are none.
pub(super) async fn page(
    bot: &BotContext,
    ctx: &RequestContext,
    page: u16,
) -> Result<Option<Rendered>, EngineError> {
    let open = bot.engine.store().valid_invites(ctx.now).await?;
    if open.is_empty() {
        return Ok(None);
    }
    let localizer = ctx.localizer(bot);
    let (page, pages, shown) = page_of(&open, page, CHOICES_PER_PAGE);
    let mut lines = vec![localizer.html("invites-head", &[("count", open.len().into())])];
    let mut buttons = Vec::with_capacity(shown.len());
    for invite in shown {
        lines.push(line(bot, ctx, invite).await?);
        let revoke = ButtonAction::RevokeInvite(InviteCode::new(&invite.code).ok_or(EngineError::NotFound)?);
        let label = localizer.plain("invite-revoke", &[("code", tail(&invite.code).into())]);
        buttons.push(crate::bot::render::labelled(&label, revoke));
    }
    Ok(Some(pickers::picker(&localizer, lines.join("\n"), PickerPurpose::Invites, (page, pages), buttons)))
}

async fn line(bot: &BotContext, ctx: &RequestContext, invite: &Invite) -> Result<String, EngineError> {
    let (localizer, store) = (ctx.localizer(bot), bot.engine.store());
    let departments = store.departments().await?;
    let grant = match &invite.grant {
        Grant::Admin => localizer.plain("invite-of-first-admin", &[]),
        Grant::Agent(ids) => {
            let id = ids.first().copied().unwrap_or(ALL_DEPARTMENTS);
            department_name(bot, ctx, &departments, id)
        }
    };
    let creator = match invite.created_by {
        Some(id) => store.person(id).await?.map(|person| full_name(&person)),
        None => None,
    };
    let args = [
        ("code", tail(&invite.code).into()),
        ("grant", grant.into()),
        ("creator", creator.unwrap_or_else(|| localizer.plain("invite-of-the-desk", &[])).into()),
        ("until", localizer.moment(invite.expires_at).into()),
    ];
    Ok(localizer.html("invite-line", &args))
}

fn tail(code: &str) -> String {
    code.get(code.len().saturating_sub(CODE_TAIL)..).unwrap_or(code).to_owned()
}
