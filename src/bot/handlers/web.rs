//! Access to the desk outside Telegram: links to the web front end, and tokens of the side API.
use crate::auth_token::{LOGIN_LINK_LIFETIME, Purpose, Session, TOKEN_LIFETIME, issue, issue_for};
use crate::bot::context::{BotContext, HandlerResult, RequestContext};
use crate::domain::notice::{Message, Outgoing};
use std::sync::Arc;

/// `/web`: sends a link that logs in once. The token is behind the `#`, so no server and no log sees it in the
/// address.
pub fn web(bot: &BotContext, ctx: &RequestContext) -> HandlerResult {
    let (Some(secret), Some(url)) = (&bot.jwt_secret, &bot.web_url) else {
        return Ok(vec![ctx.message(bot, "web-off", &[])]);
    };
    // The id makes each link another one, also of two in the same second.
    let session = Session { id: Some(bot.engine.new_session_id()), ..Session::new(&ctx.person, ctx.now) };
    let Ok(token) = issue_for(Purpose::LoginLink, secret, &session, ctx.now, LOGIN_LINK_LIFETIME) else {
        return Ok(vec![ctx.message(bot, "web-off", &[])]);
    };
    let link = format!("{url}/app/#login={token}");
    let minutes = LOGIN_LINK_LIFETIME.num_minutes();
    let localizer = ctx.localizer(bot);
    let mut text = localizer.message("web-link", &[("link", link.into()), ("minutes", minutes.into())]);
    let home = if ctx.person.agent.is_some() { "my-queue" } else { "workload" };
    let mut answers = Vec::new();
    if let Some(button) = bot.mini_app.button(&localizer, home) {
        text.buttons.push(vec![button]);
        // Staff from the time before the desk had an address get their menu button here.
        answers.push(Outgoing { chat: ctx.person.chat(), message: Message::MenuButton });
    }
    answers.insert(0, ctx.text(text));
    Ok(answers)
}

/// `/token`: a bearer token for the side API. `/token revoke` ends all sessions of the person.
pub async fn token(bot: Arc<BotContext>, ctx: RequestContext, argument: String) -> HandlerResult {
    if REVOKE.iter().any(|word| argument.trim().eq_ignore_ascii_case(word)) {
        bot.engine.end_sessions(ctx.person.id, ctx.now).await?;
        return Ok(vec![ctx.message(&bot, "token-revoked", &[])]);
    }
    if !argument.trim().is_empty() {
        return Ok(vec![ctx.message(&bot, "token-usage", &[])]);
    }
    let Some(secret) = &bot.jwt_secret else { return Ok(vec![ctx.message(&bot, "token-off", &[])]) };
    let session = Session::new(&ctx.person, ctx.now);
    let Ok(token) = issue(secret, &session, ctx.now, TOKEN_LIFETIME) else {
        return Ok(vec![ctx.message(&bot, "token-off", &[])]);
    };
    let hours = TOKEN_LIFETIME.num_hours();
    Ok(vec![ctx.message(&bot, "token", &[("token", token.into()), ("hours", hours.into())])])
}

/// The arguments of `/token` that end all sessions, in the languages of the desk.
const REVOKE: [&str; 2] = ["revoke", "cabut"];
