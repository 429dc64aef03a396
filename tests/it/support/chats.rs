//! What people do in their chats, and what they see there.
use super::{ADMIN, Desk};
use antri::sandbox::{ChatMessage, MediaKind, NewMedia, NewUser, Side};

impl Desk {
    /// A person who has pressed Start.
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

    /// A person who is an agent, made one by the admin.
    pub(crate) async fn agent(&self, id: i64, name: &str) {
        self.person(id, name, "id").await;
        self.say(ADMIN, &format!("/addagent {id}")).await;
    }

    /// A department, made by the admin.
    pub(crate) async fn department(&self, name: &str) {
        self.say(ADMIN, &format!("/department {name}")).await;
        self.press(ADMIN, "➕ ").await;
    }

    /// Somebody writes and is answered; returns when everything that follows from it has been delivered.
    pub(crate) async fn say(&self, id: i64, text: &str) {
        let before = self.told(id);
        self.sandbox.send_text(id, text);
        self.settle().await;
        let silent = format!("{id} wrote {text:?} and got no answer:\n{}", self.transcript(id));
        assert!(self.told(id) > before, "{silent}");
    }

    /// Somebody sends a file and is answered.
    pub(crate) async fn attach(&self, id: i64, kind: MediaKind, caption: Option<&str>) {
        let before = self.told(id);
        let caption = caption.map(str::to_owned);
        self.sandbox.send_media(id, NewMedia { caption, ..NewMedia::new(kind, *b"bytes") });
        self.settle().await;
        assert!(self.told(id) > before, "{id} sent a {kind:?} and got no answer:\n{}", self.transcript(id));
    }

    /// How often the bot wrote into this chat, or changed something there.
    fn told(&self, id: i64) -> usize {
        let to_them =
            |params: &serde_json::Value| params["chat_id"].to_string().trim_matches('"') == id.to_string();
        let requests = self.sandbox.requests();
        let shown = requests.iter().filter(|r| r.method.starts_with("send") || r.method.starts_with("edit"));
        shown.filter(|r| r.outcome == 200 && to_them(&r.params)).count()
    }

    /// A ticket with these words, from the message to the sent preview. The newest number is in the status card.
    pub(crate) async fn ticket(&self, customer: i64, text: &str) {
        self.say(customer, text).await;
        self.press(customer, "✅").await;
    }

    /// Somebody presses the button with this label on their newest message that has it.
    pub(crate) async fn press(&self, id: i64, label: &str) {
        let (message, data) = self.button(id, label);
        self.press_data(id, message, &data).await;
    }

    /// The newest message of somebody's that has a button with this label, and what the button carries.
    pub(crate) fn button(&self, id: i64, label: &str) -> (i64, String) {
        let messages = self.sandbox.chat(id);
        let found = messages.iter().rev().find_map(|m| Some((m.message_id, m.button(label)?.to_owned())));
        found.unwrap_or_else(|| panic!("{id} has no button {label:?}:\n{}", self.chat_story(id)))
    }

    /// Somebody sends a press with this data for this message, and is answered.
    pub(crate) async fn press_data(&self, id: i64, message: i64, data: &str) {
        self.press_in(id, id, message, data).await;
    }

    /// The same on a message of any chat.
    pub(crate) async fn press_in(&self, chat: i64, id: i64, message: i64, data: &str) {
        let query = self.sandbox.press_in(chat, id, message, data);
        self.settle().await;
        let answered = self.sandbox.toasts(id).iter().any(|toast| toast.callback_query_id == query);
        assert!(answered, "{id} pressed {data:?} and the spinner goes on:\n{}", self.chat_story(id));
    }

    /// The newest message in somebody's chat.
    pub(crate) fn last(&self, id: i64) -> ChatMessage {
        self.sandbox.chat(id).into_iter().next_back().expect("an empty chat")
    }

    /// What the newest answer of a press said.
    pub(crate) fn toast(&self, id: i64) -> String {
        self.sandbox.toasts(id).last().expect("no toast").text.clone()
    }

    /// The newest message of the bot that contains `part`.
    pub(crate) fn find(&self, id: i64, part: &str) -> ChatMessage {
        let found = self.sandbox.chat(id).into_iter().rev().find(|m| m.text.contains(part));
        found.unwrap_or_else(|| panic!("{id} has no message with {part:?}:\n{}", self.transcript(id)))
    }

    /// Whether somebody has a message with `part`.
    pub(crate) fn has(&self, id: i64, part: &str) -> bool {
        self.sandbox.chat(id).iter().any(|m| m.text.contains(part))
    }

    /// How many of the bot's messages in somebody's chat contain `part`.
    pub(crate) fn count(&self, id: i64, part: &str) -> usize {
        self.sandbox.chat(id).iter().filter(|m| m.from == Side::Bot && m.text.contains(part)).count()
    }

    /// A chat as its person sees it, with files, buttons and the answers to presses: for snapshots.
    pub(crate) fn chat_story(&self, id: i64) -> String {
        let mut out: String = self.sandbox.chat(id).iter().map(drawn).collect();
        let toasts: Vec<_> =
            self.sandbox.toasts(id).into_iter().map(|t| t.text).filter(|t| !t.is_empty()).collect();
        if !toasts.is_empty() {
            out.extend(["toasts: ", &toasts.join(" / "), "\n"]);
        }
        out
    }

    /// One message of a story, as it is now.
    pub(crate) fn shown(&self, id: i64, message: i64) -> String {
        drawn(&self.sandbox.message(id, message).expect("no such message"))
    }

    /// A chat as text, for failures.
    pub(crate) fn transcript(&self, id: i64) -> String {
        let lines = self.sandbox.chat(id).into_iter().map(|m| format!("  {:?} {}\n", m.from, m.text));
        format!("chat {id}\n{}", lines.collect::<String>())
    }

    pub(super) fn transcripts(&self) -> String {
        self.sandbox.users().iter().map(|user| self.transcript(user.id)).collect()
    }
}

fn drawn(message: &ChatMessage) -> String {
    let side = if message.from == Side::Bot { "Antri" } else { "     " };
    let file = message.media.as_ref().map(|media| format!("({:?}) ", media.kind)).unwrap_or_default();
    let text = format!("{file}{}", message.text).replace('\n', "\n      | ");
    let row = |row: &Vec<antri::sandbox::Button>| {
        let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.text)).collect();
        format!("      {}\n", labels.join(" "))
    };
    format!("{side} | {text}\n{}", message.keyboard.iter().map(row).collect::<Vec<_>>().concat())
}
