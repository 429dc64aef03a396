//! Handlers of the buttons on alerts: mutes, for all admins.
use crate::bot::callback::{AlertAction, MuteTime};
use crate::bot::context::{BotContext, HandlerResult, PressedMessage, RequestContext};
use crate::bot::render::alert_card;
use crate::bot::toast::Toast;
use crate::domain::Time;
use crate::domain::ticket::snooze::next_morning;
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::sync::Arc;

/// Handles a press on an alert. The message then says until when the alert is muted.
pub async fn pressed(
    bot: Arc<BotContext>,
    ctx: RequestContext,
    toast: Toast,
    pressed: PressedMessage,
    action: AlertAction,
) -> HandlerResult {
    let localizer = ctx.localizer(&bot);
    let alert = match action {
        AlertAction::Mute(alert, time) => {
            let until = time.until(ctx.now, bot.engine.config().zone);
            let mute = bot.engine.mute_alert(&ctx.person, alert, until, ctx.now).await?;
            toast.say(localizer.toast("toast-muted", &[("time", localizer.upcoming(mute.until).into())]));
            alert
        }
        AlertAction::Unmute(alert) => {
            bot.engine.unmute_alert(&ctx.person, alert, ctx.now).await?;
            toast.say(localizer.toast("toast-unmuted", &[]));
            alert
        }
    };
    let view = bot.views.current_alert(alert, ctx.now).await?;
    Ok(vec![ctx.edit(pressed, alert_card(&localizer, &view))])
}

impl MuteTime {
    /// Returns when the mute ends.
    fn until(self, now: Time, zone: Tz) -> Time {
        match self {
            Self::Hour => now + TimeDelta::hours(1),
            Self::EightHours => now + TimeDelta::hours(8),
            Self::Tomorrow => next_morning(now, zone),
        }
    }
}
