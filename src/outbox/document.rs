//! Documents and pictures that are composed when they are sent, and uploaded with the call.
use crate::telegram::Upload;
use serde_json::{Value, json};

/// A document or a picture without a file id. The field of its file says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedDocument {
    /// The file.
    pub file: Upload,
    /// The caption; HTML.
    pub caption: String,
}

impl ComposedDocument {
    /// Returns the method and its parameters, besides the file.
    pub(super) fn call(&self, chat: crate::domain::ids::ChatId) -> (&'static str, Value) {
        let method = if self.file.field == "photo" { "sendPhoto" } else { "sendDocument" };
        (method, json!({"chat_id": chat.0, "caption": self.caption, "parse_mode": "HTML"}))
    }
}
