//! What several cards share: status lines, loads, rows of buttons, a ticket's description.
use super::{Arg, Button, MAX_TEXT_UNITS, Rendered, Words, labelled, truncate, utf16_units};
use crate::bot::callback::{ButtonAction, Step, Surface};
use crate::bot::cards::views::{TICKETS_PER_PAGE, TicketView};
use crate::domain::person::{Availability, Role};
use crate::domain::text::Description;
use crate::domain::ticket::{Priority, Status};

/// The longest name and the longest `department - category` on a card, in UTF-16 units.
const MAX_NAME_UNITS: usize = 64;
const MAX_LABEL_UNITS: usize = 128;

/// A name, cut to what a card has room for.
pub(super) fn name(name: &str) -> Arg<'static> {
    truncate(name, MAX_NAME_UNITS).into()
}

/// The tickets of a page with their numbers in the list. Takes no more than a page holds, so that a card always fits
/// into one message.
pub(super) fn numbered(first: u64, tickets: &[TicketView]) -> impl Iterator<Item = (u64, &TicketView)> {
    (first..).zip(tickets.iter().take(usize::from(TICKETS_PER_PAGE)))
}

/// What an agent can do with a ticket they hold, with the keys of the labels; nothing once it is in nobody's hands.
pub(super) fn steps(ticket: &TicketView, surface: Surface) -> Vec<(&'static str, ButtonAction)> {
    let step = |step| ButtonAction::Task(step, ticket.id, ticket.version, surface);
    let complete = ("button-complete", step(Step::Complete));
    match ticket.status {
        Status::Assigned => vec![("button-open", step(Step::Start)), complete],
        Status::InProgress => vec![complete, ("button-hold", step(Step::Hold))],
        Status::Pending => vec![("button-resume", step(Step::Resume)), complete],
        Status::Queued | Status::Completed | Status::Cancelled => Vec::new(),
    }
}

impl Words<'_> {
    /// A ticket's state as the desk says it, with its dot.
    #[must_use]
    pub fn state(&self, status: Status) -> String {
        let key = match status {
            Status::Queued => "state-queued",
            Status::Assigned => "state-assigned",
            Status::InProgress => "state-in-progress",
            Status::Pending => "state-pending",
            Status::Completed => "state-completed",
            Status::Cancelled => "state-cancelled",
        };
        self.plain(key, &[])
    }

    /// A ticket's state as its customer sees it: one that an agent has is not waiting any more.
    #[must_use]
    pub fn customer_state(&self, status: Status) -> String {
        if status == Status::Assigned { self.plain("track-accepted", &[]) } else { self.state(status) }
    }

    /// How urgent a ticket is.
    #[must_use]
    pub fn priority_text(&self, priority: Priority) -> String {
        let key = match priority {
            Priority::Urgent => "priority-urgent",
            Priority::High => "priority-high",
            Priority::Normal => "priority-normal",
            Priority::Low => "priority-low",
        };
        self.plain(key, &[])
    }

    /// What a person may do, as a word.
    #[must_use]
    pub fn role(&self, role: Role) -> String {
        let key = match role {
            Role::Customer => "role-customer",
            Role::Agent => "role-agent",
            Role::Admin => "role-admin",
        };
        self.plain(key, &[])
    }

    /// A category's label, cut to what a card has room for. Names are the desk's own words, in no language but theirs: a name
    /// that differed from reader to reader could not be asked for.
    pub(super) fn label(label: &str) -> Arg<'static> {
        truncate(label, MAX_LABEL_UNITS).into()
    }

    /// The line with a ticket's priority, where it is not the usual one.
    pub(super) fn priority_line(&self, priority: Priority) -> Option<String> {
        let priority_text = || self.priority_text(priority).into();
        (priority != Priority::Normal).then(|| self.html("line-priority", &[("priority", priority_text())]))
    }

    /// The line that says that a ticket's customer can't be reached, when that is so.
    pub(super) fn unreachable_line(&self, ticket: &TicketView) -> Option<String> {
        (!ticket.customer_reachable).then(|| self.html("ticket-unreachable", &[]))
    }

    /// What an agent says of themselves, with its dot; a lost presence before everything else.
    #[must_use]
    pub fn availability(&self, availability: Availability, lost: bool) -> String {
        let key = match availability {
            Availability::Offline => "availability-offline",
            _ if lost => "availability-lost",
            Availability::Online => "availability-online",
            Availability::Busy => "availability-busy",
            Availability::Away => "availability-away",
        };
        self.plain(key, &[])
    }

    /// The line with an agent's availability.
    pub(super) fn availability_line(&self, availability: Availability, lost: bool) -> String {
        self.html("line-availability", &[("availability", self.availability(availability, lost).into())])
    }

    /// The word for a switch.
    pub(super) fn on_or_off(&self, on: bool) -> String {
        self.plain(if on { "word-on" } else { "word-off" }, &[])
    }

    /// A list of names on one line, or the word for none.
    #[must_use]
    pub fn names(&self, names: &[String]) -> String {
        const MAX_NAMES_UNITS: usize = 300;
        if names.is_empty() {
            self.plain("word-none", &[])
        } else {
            truncate(&names.join(", "), MAX_NAMES_UNITS)
        }
    }

    /// A button on a ticket in a list, with its number there.
    #[must_use]
    pub fn numbered_button(&self, key: &str, number: u64, action: ButtonAction) -> Button {
        let button = self.plain(key, &[]);
        labelled(
            &self.plain("button-numbered", &[("button", button.into()), ("number", number.into())]),
            action,
        )
    }

    /// The same where `#` would be taken for a position in the queue.
    #[must_use]
    pub fn counted_button(&self, key: &str, number: u64, action: ButtonAction) -> Button {
        let args = [("button", self.plain(key, &[]).into()), ("number", number.into())];
        labelled(&self.plain("button-counted", &args), action)
    }

    /// The row that turns pages; none where there is one page.
    #[must_use]
    pub fn page_row(&self, page: u16, pages: u16, to_page: impl Fn(u16) -> ButtonAction) -> Vec<Button> {
        if pages <= 1 {
            return Vec::new();
        }
        let back = page.checked_sub(1).map(|to| self.button("button-previous", to_page(to)));
        let next = page.saturating_add(1);
        let on = (next < pages).then(|| self.button("button-next", to_page(next)));
        let shown = [("page", (u32::from(page) + 1).into()), ("pages", pages.into())];
        let current = labelled(&self.plain("button-page", &shown), ButtonAction::NoOp);
        back.into_iter().chain([current]).chain(on).collect()
    }

    /// The row that turns the pages of a list whose end is not known: there is at least one page after this.
    #[must_use]
    pub fn open_page_row(&self, page: u16, to_page: impl Fn(u16) -> ButtonAction) -> Vec<Button> {
        let back = page.checked_sub(1).map(|to| self.button("button-previous", to_page(to)));
        let shown = [("page", (u32::from(page) + 1).into())];
        let current = labelled(&self.plain("button-page-open", &shown), ButtonAction::NoOp);
        let on = self.button("button-next", to_page(page.saturating_add(1)));
        back.into_iter().chain([current, on]).collect()
    }

    /// The buttons that change an agent's availability: what they are already is not offered.
    pub(super) fn availability_buttons(&self, availability: Availability, lost: bool) -> Vec<Button> {
        let online = self.button("button-online", ButtonAction::GoOnline);
        let offline = self.button("button-offline", ButtonAction::GoOffline);
        match availability {
            Availability::Offline => vec![online],
            Availability::Online if !lost => vec![offline],
            _ => vec![online, offline],
        }
    }

    /// The lines of a card with a description between `above` and `below`: the words are cut to what the message has
    /// room for, and files are counted.
    pub(super) fn with_description(
        &self,
        above: &[String],
        description: &Description,
        below: &[String],
    ) -> String {
        /// Blank lines between the parts, and a margin for what Telegram may count otherwise than we do.
        const MARGIN_UNITS: usize = 64;
        let files = match description.attachments.len() {
            0 => None,
            count => Some(self.html("line-files", &[("count", count.into())])),
        };
        let lines = |lines: &[String]| lines.join("\n");
        let (above, below) = (lines(above), lines(below));
        let used = utf16_units(&above)
            + utf16_units(&below)
            + files.as_deref().map_or(0, utf16_units)
            + MARGIN_UNITS;
        let quote = self.quote(&description.text, MAX_TEXT_UNITS.saturating_sub(used));
        let middle: Vec<String> = [quote].into_iter().filter(|q| !q.is_empty()).chain(files).collect();
        let parts = [above, lines(&middle), below];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

/// A card of lines, with the rows of buttons that are not empty.
pub(super) fn card(html: String, rows: impl IntoIterator<Item = Vec<Button>>) -> Rendered {
    Rendered { html, buttons: rows.into_iter().filter(|row| !row.is_empty()).collect() }
}
