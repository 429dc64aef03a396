//! Command menus of the bot: one list per scope and language, and the list that a user sees. Menu buttons of chats.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sandbox::chats::views::User;

/// Commands with their descriptions.
pub(in crate::sandbox) type Menu = Vec<(String, String)>;

/// The chats for which a list applies (`BotCommandScope`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sandbox) enum Scope {
    Default,
    AllPrivateChats,
    Chat(i64),
    /// A scope that only affects groups, as the JSON of the request.
    InGroups(String),
}

#[derive(Default)]
pub(in crate::sandbox) struct Menus {
    lists: BTreeMap<(Scope, String), Menu>,
    /// The menu button of each chat, and of all chats without one of their own (`None`).
    buttons: BTreeMap<Option<i64>, Value>,
    /// How many Mini Apps were opened.
    launches: u64,
    pub(in crate::sandbox) description: String,
    pub(in crate::sandbox) short_description: String,
}

impl Menus {
    pub(in crate::sandbox) fn get(&self, scope: Scope, language: &str) -> &[(String, String)] {
        self.lists.get(&(scope, language.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Sets a list. An empty list removes the entry, so that wider scopes apply again.
    pub(in crate::sandbox) fn set(&mut self, scope: Scope, language: &str, menu: Menu) {
        let key = (scope, language.to_owned());
        if menu.is_empty() {
            self.lists.remove(&key);
        } else {
            self.lists.insert(key, menu);
        }
    }

    /// Sets the menu button of a chat, or of all chats without one of their own (`None`).
    pub(in crate::sandbox) fn set_button(&mut self, chat: Option<i64>, button: Value) {
        self.buttons.insert(chat, button);
    }

    /// Returns the menu button of a chat, or of all chats without one of their own (`None`).
    pub(in crate::sandbox) fn button(&self, chat: Option<i64>) -> Value {
        let is_own =
            |button: &&Value| chat.is_none() || button.get("type").and_then(Value::as_str) != Some("default");
        let button = self.buttons.get(&chat).filter(is_own).or_else(|| self.buttons.get(&None));
        button.cloned().unwrap_or_else(|| json!({"type": "default"}))
    }

    /// Returns the number of the next launch of a Mini App.
    pub(in crate::sandbox) fn next_launch(&mut self) -> u64 {
        self.launches += 1;
        self.launches
    }

    /// Returns the menu of a private chat. The narrowest scope wins; within a scope, the user's language goes
    /// before the list without a language.
    pub(in crate::sandbox) fn menu_for(&self, user: &User) -> Menu {
        let tag = user.language_code.as_deref().unwrap_or_default();
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let scopes = [Scope::Chat(user.id), Scope::AllPrivateChats, Scope::Default];
        let keys = scopes.into_iter().flat_map(|scope| [(scope.clone(), language), (scope, "")]);
        let mut lists = keys.filter_map(|(scope, lang)| self.lists.get(&(scope, lang.to_owned())));
        lists.next().cloned().unwrap_or_default()
    }
}

pub(in crate::sandbox) fn menu_json(menu: &[(String, String)]) -> Value {
    menu.iter().map(|(command, text)| json!({"command": command, "description": text})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_scope_in_the_users_language_wins() {
        let user = User {
            id: 5,
            first_name: "Siti".to_owned(),
            last_name: None,
            username: None,
            language_code: Some("en-GB".to_owned()),
            label: None,
            blocked: false,
        };
        let mut menus = Menus::default();
        let order = [
            (Scope::Default, ""),
            (Scope::Default, "en"),
            (Scope::AllPrivateChats, ""),
            (Scope::AllPrivateChats, "en"),
            (Scope::Chat(5), ""),
            (Scope::Chat(5), "en"),
        ];
        assert_eq!(menus.menu_for(&user), []);
        for (n, (scope, language)) in order.iter().enumerate() {
            menus.set(scope.clone(), language, vec![(format!("c{n}"), "text".to_owned())]);
            assert_eq!(menus.menu_for(&user)[0].0, format!("c{n}"));
        }
        menus.set(Scope::Chat(9), "en", vec![("other".to_owned(), "text".to_owned())]);
        menus.set(Scope::Chat(5), "en", vec![]);
        assert_eq!(menus.menu_for(&user)[0].0, "c4");
    }
}
