//! The command menus and the bot's descriptions.
use serde_json::{Value, json};

use super::{Answer, Call};
use crate::sandbox::bot_api::refusal::{Refusal, bad};
use crate::sandbox::chats::menus::{Menu, Scope, menu_json};
use crate::sandbox::chats::state::State;

const COMMANDS_MAX: usize = 100;
const NAME_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 256;

pub(in crate::sandbox) fn set_commands(state: &mut State, call: &Call<'_>) -> Answer {
    let list = call.params.get("commands").and_then(Value::as_array);
    let menu: Menu = list.into_iter().flatten().map(command).collect::<Result<_, _>>()?;
    if menu.len() > COMMANDS_MAX {
        return Err(bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let (scope, language) = scope(state, call)?;
    replace(state, scope, language, menu);
    Ok(json!(true))
}

pub(in crate::sandbox) fn delete_commands(state: &mut State, call: &Call<'_>) -> Answer {
    let (scope, language) = scope(state, call)?;
    replace(state, scope, language, Menu::new());
    Ok(json!(true))
}

pub(in crate::sandbox) fn get_commands(state: &State, call: &Call<'_>) -> Answer {
    let (scope, language) = scope(state, call)?;
    Ok(menu_json(state.menus.get(scope, language)))
}

pub(in crate::sandbox) fn set_description(state: &mut State, call: &Call<'_>) -> Answer {
    state.menus.description = at_most(call.text("description"), 512)?;
    Ok(json!(true))
}

pub(in crate::sandbox) fn set_short_description(state: &mut State, call: &Call<'_>) -> Answer {
    state.menus.short_description = at_most(call.text("short_description"), 120)?;
    Ok(json!(true))
}

fn at_most(text: Option<&str>, most: usize) -> Result<String, Refusal> {
    let text = text.unwrap_or_default();
    if text.chars().count() > most { Err(bad("DESCRIPTION_TOO_LONG")) } else { Ok(text.to_owned()) }
}

/// Sets the list and tells the pages of those whose menu looks different now.
fn replace(state: &mut State, scope: Scope, language: &str, menu: Menu) {
    // There may be thousands of people; a list for one chat concerns only one of them.
    let only = if let Scope::Chat(id) = scope { Some(id) } else { None };
    let concerned = |id: &i64| only.is_none_or(|only| only == *id);
    let people: Vec<_> = state.people.values().filter(|user| concerned(&user.id)).collect();
    let before: Vec<Menu> = people.iter().map(|user| state.menus.seen_by(user)).collect();
    state.menus.set(scope, language, menu);
    for (user, before) in people.into_iter().zip(before) {
        let now = state.menus.seen_by(user);
        if now != before {
            state.emit(json!({"type": "commands", "user": user.id, "commands": menu_json(&now)}));
        }
    }
}

fn command(entry: &Value) -> Result<(String, String), Refusal> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let name = text("command");
    let name = name.strip_prefix('/').unwrap_or(name);
    let description = text("description");
    if name.is_empty() {
        return Err(bad("command must be non-empty"));
    }
    if name.chars().count() > NAME_MAX {
        return Err(bad(format!("command length must not exceed {NAME_MAX}")));
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(bad("BOT_COMMAND_INVALID"));
    }
    if description.is_empty() {
        return Err(bad("command description must be non-empty"));
    }
    if description.chars().count() > DESCRIPTION_MAX {
        return Err(bad(format!("command description length must not exceed {DESCRIPTION_MAX}")));
    }
    Ok((name.to_owned(), description.to_owned()))
}

fn scope<'a>(state: &State, call: &Call<'a>) -> Result<(Scope, &'a str), Refusal> {
    let language = call.params.get("language_code").and_then(Value::as_str).unwrap_or_default();
    let code = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    if !language.is_empty() && !code {
        return Err(bad("invalid language code specified"));
    }
    let Some(scope) = call.params.get("scope").filter(|s| !s.is_null()) else {
        return Ok((Scope::Default, language));
    };
    let scope = match scope.get("type").and_then(Value::as_str).unwrap_or_default() {
        "default" => Scope::Default,
        "all_private_chats" => Scope::AllPrivateChats,
        "chat" => Scope::Chat(state.reachable(scope_chat(scope))?),
        "chat_administrators" | "chat_member" => {
            state.reachable(scope_chat(scope))?;
            Scope::InGroups(scope.to_string())
        }
        "all_group_chats" | "all_chat_administrators" => Scope::InGroups(scope.to_string()),
        _ => return Err(bad("can't parse BotCommandScope: Unsupported type specified")),
    };
    Ok((scope, language))
}

fn scope_chat(scope: &Value) -> Option<i64> {
    super::chat_id(scope.as_object()?, "chat_id")
}
