//! Methods for the command menus and the bot's descriptions.
use serde_json::{Value, json};

use super::{Call, MethodResult};
use crate::sandbox::bot_api::error::{BotApiError, bad_request};
use crate::sandbox::chats::menus::{Menu, Scope, menu_json};
use crate::sandbox::state::State;

const MAX_COMMANDS: usize = 100;
const MAX_NAME_CHARS: usize = 32;
const MAX_COMMAND_DESCRIPTION_CHARS: usize = 256;
const MAX_DESCRIPTION_CHARS: usize = 512;
const MAX_SHORT_DESCRIPTION_CHARS: usize = 120;

pub(in crate::sandbox) fn set_commands(state: &mut State, call: &Call<'_>) -> MethodResult {
    let list = call.params.get("commands").and_then(Value::as_array);
    let menu: Menu = list.into_iter().flatten().map(command).collect::<Result<_, _>>()?;
    if menu.len() > MAX_COMMANDS {
        return Err(bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    let (scope, language) = scope(state, call)?;
    replace(state, scope, language, menu);
    Ok(json!(true))
}

pub(in crate::sandbox) fn delete_commands(state: &mut State, call: &Call<'_>) -> MethodResult {
    let (scope, language) = scope(state, call)?;
    replace(state, scope, language, Menu::new());
    Ok(json!(true))
}

pub(in crate::sandbox) fn get_commands(state: &State, call: &Call<'_>) -> MethodResult {
    let (scope, language) = scope(state, call)?;
    Ok(menu_json(state.menus.get(scope, language)))
}

pub(in crate::sandbox) fn set_description(state: &mut State, call: &Call<'_>) -> MethodResult {
    state.menus.description = limited(call.text("description"), MAX_DESCRIPTION_CHARS)?;
    Ok(json!(true))
}

pub(in crate::sandbox) fn set_short_description(state: &mut State, call: &Call<'_>) -> MethodResult {
    state.menus.short_description = limited(call.text("short_description"), MAX_SHORT_DESCRIPTION_CHARS)?;
    Ok(json!(true))
}

fn limited(text: Option<&str>, max_chars: usize) -> Result<String, BotApiError> {
    let text = text.unwrap_or_default();
    if text.chars().count() > max_chars {
        Err(bad_request("DESCRIPTION_TOO_LONG"))
    } else {
        Ok(text.to_owned())
    }
}

/// Sets the list and publishes an event for each user whose menu changed.
fn replace(state: &mut State, scope: Scope, language: &str, menu: Menu) {
    // There may be thousands of users; a list for one chat affects only one of them.
    let only = if let Scope::Chat(id) = scope { Some(id) } else { None };
    let is_affected = |id: &i64| only.is_none_or(|only| only == *id);
    let users: Vec<_> = state.users.values().filter(|user| is_affected(&user.id)).collect();
    let before: Vec<Menu> = users.iter().map(|user| state.menus.menu_for(user)).collect();
    state.menus.set(scope, language, menu);
    for (user, before) in users.into_iter().zip(before) {
        let after = state.menus.menu_for(user);
        if after != before {
            state.emit(json!({"type": "commands", "user": user.id, "commands": menu_json(&after)}));
        }
    }
}

fn command(entry: &Value) -> Result<(String, String), BotApiError> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let name = text("command");
    let name = name.strip_prefix('/').unwrap_or(name);
    let description = text("description");
    if name.is_empty() {
        return Err(bad_request("command must be non-empty"));
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(bad_request(format!("command length must not exceed {MAX_NAME_CHARS}")));
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(bad_request("BOT_COMMAND_INVALID"));
    }
    if description.is_empty() {
        return Err(bad_request("command description must be non-empty"));
    }
    if description.chars().count() > MAX_COMMAND_DESCRIPTION_CHARS {
        return Err(bad_request(format!(
            "command description length must not exceed {MAX_COMMAND_DESCRIPTION_CHARS}"
        )));
    }
    Ok((name.to_owned(), description.to_owned()))
}

fn scope<'a>(state: &State, call: &Call<'a>) -> Result<(Scope, &'a str), BotApiError> {
    let language = call.params.get("language_code").and_then(Value::as_str).unwrap_or_default();
    let is_code = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    if !language.is_empty() && !is_code {
        return Err(bad_request("invalid language code specified"));
    }
    let Some(scope) = call.params.get("scope").filter(|s| !s.is_null()) else {
        return Ok((Scope::Default, language));
    };
    let scope = match scope.get("type").and_then(Value::as_str).unwrap_or_default() {
        "default" => Scope::Default,
        "all_private_chats" => Scope::AllPrivateChats,
        "chat" => Scope::Chat(state.readable_chat(scope_chat(scope))?),
        "chat_administrators" | "chat_member" => {
            state.readable_chat(scope_chat(scope))?;
            Scope::InGroups(scope.to_string())
        }
        "all_group_chats" | "all_chat_administrators" => Scope::InGroups(scope.to_string()),
        _ => return Err(bad_request("can't parse BotCommandScope: Unsupported type specified")),
    };
    Ok((scope, language))
}

fn scope_chat(scope: &Value) -> Option<i64> {
    super::chat_id(scope.as_object()?, "chat_id")
}
