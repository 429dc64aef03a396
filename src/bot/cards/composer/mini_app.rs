//! Composition of what opens the web front end as a Mini App: the menu button of staff, and buttons of their cards.
use super::Composer;
use crate::bot::render::{Localizer, Rendered};
use crate::domain::person::{Person, Role};
use crate::outbox::TelegramAction;

impl Composer {
    /// Returns the call that sets a person's menu button. Telegram's own button is in the chats of customers.
    pub(super) fn menu_button(
        &self,
        recipient: Option<&Person>,
        localizer: &Localizer<'_>,
    ) -> TelegramAction {
        let (Some(person), Some(url)) = (recipient, &self.mini_app.0) else { return TelegramAction::Nothing };
        let is_staff = person.role != Role::Customer;
        let button = is_staff.then(|| (localizer.plain("menu-dashboard", &[]), url.clone()));
        TelegramAction::MenuButton(button)
    }

    /// Returns the call that takes the desk's menu button away, unless the desk has it again.
    pub(super) fn reset_menu_button(
        &self,
        recipient: Option<&Person>,
        localizer: &Localizer<'_>,
    ) -> TelegramAction {
        match self.mini_app.0 {
            Some(_) => self.menu_button(recipient, localizer),
            None => TelegramAction::MenuButton(None),
        }
    }

    /// Returns a card with a button that opens this view of the front end.
    pub(super) fn with_dashboard(
        &self,
        mut card: Rendered,
        view: &str,
        localizer: &Localizer<'_>,
    ) -> Rendered {
        card.buttons.extend(self.mini_app.button(localizer, view).map(|button| vec![button]));
        card
    }
}
