//! Event stream of an open page: first a snapshot, then every change.
use futures::Stream;
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::sandbox::Sandbox;
use crate::sandbox::chats::menus::menu_json;
use crate::sandbox::state::State;

impl State {
    pub(in crate::sandbox) fn bot_info(&self) -> Value {
        let bot = &self.bot;
        json!({"id": bot.id, "username": bot.username, "name": bot.name, "has_topics": bot.has_topics})
    }

    /// Returns the topics of a chat, its pinned message, its keyboard and its menu button.
    fn chat_info(&self, chat: i64) -> Value {
        let topics = self.chats.get(&chat).into_iter().flat_map(|found| &found.topics);
        let topics = topics.filter_map(|(id, name)| Some(json!({"id": id, "name": name.as_ref()?})));
        let keyboard = self.chats.get(&chat).and_then(|found| found.keyboard.as_ref());
        let menu_button = self.menus.button(Some(chat));
        json!({"topics": topics.collect::<Vec<_>>(), "pinned": self.pinned(chat), "keyboard": keyboard, "menu_button": menu_button})
    }

    /// Tells the pages that the topics of a chat, its pinned message, its keyboard or its menu button changed.
    pub(in crate::sandbox) fn emit_chat_info(&self, chat: i64) {
        self.emit(json!({"type": "info", "chat": chat, "info": self.chat_info(chat)}));
    }

    fn snapshot(&self) -> Value {
        let mut chats = Map::new();
        let (mut commands, mut info) = (Map::new(), Map::new());
        for (id, user) in &self.users {
            chats.insert(id.to_string(), json!(self.visible_messages(*id)));
            info.insert(id.to_string(), self.chat_info(*id));
            commands.insert(id.to_string(), menu_json(&self.menus.menu_for(user)));
        }
        let users: Vec<_> = self.users.values().collect();
        json!({
            "type": "snapshot",
            "bot": self.bot_info(),
            "users": users,
            "chats": chats,
            "commands": commands,
            "info": info,
        })
    }
}

impl Sandbox {
    /// Returns a stream of a snapshot and the events since. A reader that lags too far behind gets a new
    /// snapshot.
    pub(in crate::sandbox) fn event_stream(&self) -> impl Stream<Item = Value> + Send + use<> {
        let (first, events) = self.read(|state| (state.snapshot(), state.events.subscribe()));
        let rest = futures::stream::unfold((self.clone(), events), |(sandbox, mut events)| async move {
            match events.recv().await {
                Ok(event) => Some((event, (sandbox, events))),
                Err(RecvError::Lagged(_)) => {
                    let (snapshot, events) =
                        sandbox.read(|state| (state.snapshot(), state.events.subscribe()));
                    Some((snapshot, (sandbox, events)))
                }
                Err(RecvError::Closed) => None,
            }
        });
        futures::StreamExt::chain(futures::stream::once(async move { first }), rest)
    }
}
