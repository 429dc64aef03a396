//! Actions of people in their chats, and the contents of the chats.
use super::{ADMIN, Desk};
use antri::sandbox::{ChatMessage, MediaKind, NewMedia, NewUser, Side};

impl Desk {
    /// Adds a person who presses Start.
    pub(crate) async fn person(&self, id: i64, name: &str, language: &str) {
        self.sandbox.add_user(NewUser {
            id: Some(id),
            first_name: name.into(),
            username: Some(name.to_lowercase()),
            language_code: Some(language.into()),
            ..NewUser::default()
        });
        self.say(id, "/start").await;
    }

    /// Adds a person whom the admin makes an agent.
    pub(crate) async fn agent(&self, id: i64, name: &str) {
        self.person(id, name, "id").await;
        self.say(ADMIN, &format!("/addagent {id}")).await;
    }

    /// Adds a department as the admin.
    pub(crate) async fn department(&self, name: &str) {
        self.say(ADMIN, &format!("/department {name}")).await;
        self.press(ADMIN, "➕ ").await;
    }

    /// Sends a text; returns when everything that follows is delivered. The bot must answer.
    pub(crate) async fn say(&self, id: i64, text: &str) {
        let before = self.bot_writes(id);
        self.sandbox.send_text(id, text);
        self.settle().await;
        let silent = format!("{id} wrote {text:?} and got no answer:\n{}", self.transcript(id));
        assert!(self.bot_writes(id) > before, "{silent}");
    }

    /// Sends a file. The bot must answer.
    pub(crate) async fn attach(&self, id: i64, kind: MediaKind, caption: Option<&str>) {
        let before = self.bot_writes(id);
        let caption = caption.map(str::to_owned);
        self.sandbox.send_media(id, NewMedia { caption, ..NewMedia::new(kind, *b"bytes") });
        self.settle().await;
        assert!(
            self.bot_writes(id) > before,
            "{id} sent a {kind:?} and got no answer:\n{}",
            self.transcript(id)
        );
    }

    /// Returns the number of messages and edits of the bot in this chat.
    fn bot_writes(&self, id: i64) -> usize {
        let in_chat =
            |params: &serde_json::Value| params["chat_id"].to_string().trim_matches('"') == id.to_string();
        let requests = self.sandbox.requests();
        let shown = requests.iter().filter(|r| r.method.starts_with("send") || r.method.starts_with("edit"));
        shown.filter(|r| r.outcome == 200 && in_chat(&r.params)).count()
    }

    /// Opens a ticket with this text, from the message to the sent preview. The status card holds its number.
    pub(crate) async fn ticket(&self, customer: i64, text: &str) {
        self.say(customer, &format!("/new {text}")).await;
        self.press(customer, "✅").await;
    }

    /// Presses the button with this label on the newest message that has it.
    pub(crate) async fn press(&self, id: i64, label: &str) {
        let (message, data) = self.button(id, label);
        self.press_data(id, message, &data).await;
    }

    /// Returns the newest message with a button of this label, and the data of the button.
    pub(crate) fn button(&self, id: i64, label: &str) -> (i64, String) {
        let messages = self.sandbox.chat(id);
        let found = messages.iter().rev().find_map(|m| Some((m.message_id, m.button(label)?.to_owned())));
        found.unwrap_or_else(|| panic!("{id} has no button {label:?}:\n{}", self.chat_story(id)))
    }

    /// Presses a button with this data on this message. The bot must answer.
    pub(crate) async fn press_data(&self, id: i64, message: i64, data: &str) {
        self.press_in(id, id, message, data).await;
    }

    /// Presses a button on a message of any chat.
    pub(crate) async fn press_in(&self, chat: i64, id: i64, message: i64, data: &str) {
        let query = self.sandbox.press_in(chat, id, message, data);
        self.settle().await;
        let answered = self.sandbox.toasts(id).iter().any(|toast| toast.callback_query_id == query);
        assert!(answered, "{id} pressed {data:?} and the spinner goes on:\n{}", self.chat_story(id));
    }

    /// Returns the newest message of a chat.
    pub(crate) fn last(&self, id: i64) -> ChatMessage {
        self.sandbox.chat(id).into_iter().next_back().expect("an empty chat")
    }

    /// Returns the text of the newest answer to a press.
    pub(crate) fn toast(&self, id: i64) -> String {
        self.sandbox.toasts(id).last().expect("no toast").text.clone()
    }

    /// Returns the newest message that contains `part`.
    pub(crate) fn find(&self, id: i64, part: &str) -> ChatMessage {
        let found = self.sandbox.chat(id).into_iter().rev().find(|m| m.text.contains(part));
        found.unwrap_or_else(|| panic!("{id} has no message with {part:?}:\n{}", self.transcript(id)))
    }

    /// Returns true if a message contains `part`.
    pub(crate) fn has(&self, id: i64, part: &str) -> bool {
        self.sandbox.chat(id).iter().any(|m| m.text.contains(part))
    }

    /// Returns the number of the bot's messages that contain `part`.
    pub(crate) fn count(&self, id: i64, part: &str) -> usize {
        self.sandbox.chat(id).iter().filter(|m| m.from == Side::Bot && m.text.contains(part)).count()
    }

    /// Returns a chat as the person sees it, with files, buttons and answers to presses: for snapshots.
    pub(crate) fn chat_story(&self, id: i64) -> String {
        let mut out: String = self.sandbox.chat(id).iter().map(render_message).collect();
        let toasts: Vec<_> =
            self.sandbox.toasts(id).into_iter().map(|t| t.text).filter(|t| !t.is_empty()).collect();
        if !toasts.is_empty() {
            out.extend(["toasts: ", &toasts.join(" / "), "\n"]);
        }
        out
    }

    /// Returns one message as the person sees it now.
    pub(crate) fn shown(&self, id: i64, message: i64) -> String {
        render_message(&self.sandbox.message(id, message).expect("no such message"))
    }

    /// Returns a chat as text, for failure messages.
    pub(crate) fn transcript(&self, id: i64) -> String {
        let lines = self.sandbox.chat(id).into_iter().map(|m| format!("  {:?} {}\n", m.from, m.text));
        format!("chat {id}\n{}", lines.collect::<String>())
    }

    pub(super) fn transcripts(&self) -> String {
        self.sandbox.users().iter().map(|user| self.transcript(user.id)).collect()
    }
}

fn render_message(message: &ChatMessage) -> String {
    let side = if message.from == Side::Bot { "Antri" } else { "     " };
    let file = message.media.as_ref().map(|media| format!("({:?}) ", media.kind)).unwrap_or_default();
    let text = format!("{file}{}", message.text).replace('\n', "\n      | ");
    let row = |row: &Vec<antri::sandbox::Button>| {
        let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.text)).collect();
        format!("      {}\n", labels.join(" "))
    };
    format!("{side} | {text}\n{}", message.keyboard.iter().map(row).collect::<Vec<_>>().concat())
}
