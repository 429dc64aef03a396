//! The web front end as a Mini App: its address, and the button that opens it.
use super::render::{Button, Localizer};

/// The address of the web front end as a Mini App, if Telegram opens it.
#[derive(Debug, Clone, Default)]
pub struct MiniApp(pub Option<String>);

impl MiniApp {
    /// Returns the button that opens this view of the front end, if Telegram opens it.
    #[must_use]
    pub fn button(&self, localizer: &Localizer<'_>, view: &str) -> Option<Button> {
        let url = self.0.as_ref()?;
        Some(Button::web_app(localizer.plain("button-dashboard", &[]), format!("{url}?view={view}")))
    }
}
