//! Rendered messages: Telegram's HTML with buttons, as cards, notices and answers are sent.
use serde::{Deserialize, Serialize};

/// A rendered message: Telegram's HTML, with buttons or a keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Rendered {
    /// HTML in Telegram's dialect. Text that people wrote is already escaped.
    pub html: String,
    /// Rows of buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
    /// What happens to the keyboard in the place of the phone's. A message with buttons has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyboard: Option<Keyboard>,
}

impl Rendered {
    /// Returns a message with this HTML and rows of buttons.
    #[must_use]
    pub fn new(html: String, buttons: Vec<Vec<Button>>) -> Self {
        Self { html, buttons, keyboard: None }
    }

    /// Returns a message with this HTML and keyboard.
    #[must_use]
    pub fn with_keyboard(html: String, keyboard: Keyboard) -> Self {
        Self { html, buttons: Vec::new(), keyboard: Some(keyboard) }
    }
}

/// A keyboard in the place of the phone's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyboard {
    /// One button: the person chooses somebody from their contacts. Telegram shares who that is, with the
    /// request's number.
    ChoosePerson {
        /// The label of the button.
        label: String,
        /// The number of the request.
        request: i32,
    },
    /// The phone's keyboard again.
    Remove,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Its label.
    pub label: String,
    /// Callback data that Telegram sends back when it is pressed: at most 64 bytes. Empty if it opens a page.
    pub data: String,
    /// The address of the Mini App that it opens instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_app: Option<String>,
    /// Its colour; without one the app chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<ButtonStyle>,
}

impl Button {
    /// Returns a button that opens a Mini App.
    #[must_use]
    pub fn web_app(label: String, url: String) -> Self {
        Self { label, data: String::new(), web_app: Some(url), style: None }
    }
}

/// The colour of a button, by the kind of its action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonStyle {
    /// The next step with a ticket: blue.
    Primary,
    /// A step that ends well: green.
    Success,
    /// A step that takes something away: red.
    Danger,
}
