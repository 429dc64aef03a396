//! The choice from contacts in a picker.
use crate::bot::callback::{ButtonAction, PickerPurpose};
use crate::bot::render::{Button, Localizer};

/// The numbers of the requests for a contact, by what the person is chosen for.
pub(in crate::bot::handlers::admin) const CONTACT_REQUESTS: [(PickerPurpose, i32); 2] =
    [(PickerPurpose::AddAgent, 1), (PickerPurpose::AddAdmin, 2)];

/// Returns the row of a picker with the button that asks for a contact; `None` if a contact is no choice there.
pub(super) fn contact_row(localizer: &Localizer<'_>, purpose: PickerPurpose) -> Option<Vec<Button>> {
    let is_offered = CONTACT_REQUESTS.iter().any(|(offered, _)| *offered == purpose);
    is_offered.then(|| vec![localizer.button("contact-ask", ButtonAction::AskContact(purpose))])
}
