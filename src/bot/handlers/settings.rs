//! Handlers of `/settings`: one card that lists the desk's settings, and shows the choices of each in place.
use crate::bot::callback::SettingAction;
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::{setting_choices, setting_name, setting_value, settings as settings_card};
use crate::bot::toast::Toast;
use crate::domain::policy::setting::Setting;
use std::sync::Arc;

/// `/settings`.
pub async fn settings(bot: Arc<BotContext>, ctx: RequestContext) -> HandlerResult {
    let settings = bot.engine.store().settings().await?;
    Ok(vec![ctx.text(settings_card(&ctx.localizer(&bot), &settings))])
}

/// Handles a press on the card.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: SettingAction,
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    let text = match action {
        SettingAction::List => {
            toast.ack();
            settings_card(&localizer, &bot.engine.store().settings().await?)
        }
        SettingAction::Show(setting) => {
            toast.ack();
            setting_choices(&localizer, setting, &bot.engine.store().settings().await?)
        }
        SettingAction::Set { setting, to, shown, stays } => {
            return set(&bot, &ctx, &toast, pressed, (setting, to, shown, stays)).await;
        }
    };
    Ok(vec![ctx.edit(pressed, text)])
}

/// Sets a setting to a number, unless it has another one than the card showed: then somebody else was faster,
/// and the card shows what they chose.
async fn set(
    bot: &BotContext,
    ctx: &RequestContext,
    toast: &Toast,
    pressed: PressedMessage,
    (setting, to, shown, stays): (Setting, u32, u32, bool),
) -> HandlerResult {
    let localizer = ctx.localizer(bot);
    let settings = bot
        .engine
        .change_settings(&ctx.person, ctx.now, |settings| {
            if setting.value(settings) == shown {
                setting.set(settings, to);
            }
        })
        .await?;
    let number = setting.value(&settings);
    let args = [
        ("name", setting_name(&localizer, setting).into()),
        ("value", setting_value(&localizer, setting, number).into()),
    ];
    let is_set = number == to;
    let key = if is_set { "setting-changed" } else { "setting-changed-meanwhile" };
    toast.say(localizer.toast(key, &args));
    let text = if is_set && !stays {
        settings_card(&localizer, &settings)
    } else {
        setting_choices(&localizer, setting, &settings)
    };
    Ok(vec![ctx.edit(pressed, text)])
}
