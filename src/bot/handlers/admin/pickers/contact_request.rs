//! The choice from contacts in a picker.
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::render::{Button, Localizer};
use crate::domain::person::Prompt;

/// A request for a contact: what the person is chosen for, its number for Telegram, and its prompt.
pub(in crate::bot::handlers::admin) struct ContactRequest {
    pub(in crate::bot::handlers::admin) purpose: PickerPurpose,
    pub(in crate::bot::handlers::admin) number: i32,
    pub(in crate::bot::handlers::admin) prompt: Prompt,
}

pub(in crate::bot::handlers::admin) const CONTACT_REQUESTS: [ContactRequest; 2] = [
    ContactRequest { purpose: PickerPurpose::AddAgent, number: 1, prompt: Prompt::AgentContact },
    ContactRequest { purpose: PickerPurpose::AddAdmin, number: 2, prompt: Prompt::AdminContact },
];

/// Returns the row of a picker with the button that asks for a contact; `None` if a contact is no choice there.
pub(super) fn contact_row(localizer: &Localizer<'_>, purpose: PickerPurpose) -> Option<Vec<Button>> {
    let is_offered = CONTACT_REQUESTS.iter().any(|offered| offered.purpose == purpose);
    is_offered.then(|| vec![localizer.button("contact-ask", ButtonAction::AskContact(purpose))])
}
