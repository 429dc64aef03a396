//! Shared parts of cards: status lines, loads, rows of buttons, a ticket's description.
use super::{Arg, Button, Localizer, MAX_TEXT_UNITS, Rendered, labelled, truncate, utf16_units};
use crate::bot::callback::{ButtonAction, Surface, TaskAction};
use crate::bot::cards::views::{ShownAgent, TICKETS_PER_PAGE, TicketView};
use crate::domain::Time;
use crate::domain::person::{Availability, Role};
use crate::domain::ticket::description::Description;
use crate::domain::ticket::{Priority, Status};

/// The longest name on a card, in UTF-16 units.
const MAX_NAME_UNITS: usize = 64;
/// The longest `department - category` on a card, in UTF-16 units.
const MAX_LABEL_UNITS: usize = 128;

/// Returns a name, cut to what a card has room for.
pub(super) fn name(name: &str) -> Arg<'static> {
    truncate(name, MAX_NAME_UNITS).into()
}

/// Returns the tickets of a page with their numbers in the list. It takes no more than a page holds, so that
/// a card always fits into one message.
pub(super) fn numbered(first: u64, tickets: &[TicketView]) -> impl Iterator<Item = (u64, &TicketView)> {
    (first..).zip(tickets.iter().take(usize::from(TICKETS_PER_PAGE)))
}

/// Returns the steps that the holder can take with a ticket, with the keys of their labels; none for a ticket
/// without a holder.
pub(super) fn steps(ticket: &TicketView, surface: Surface) -> Vec<(&'static str, ButtonAction)> {
    let step = |step| ButtonAction::Task(step, ticket.id, ticket.version, surface);
    let complete = ("button-complete", step(TaskAction::Complete));
    let mut steps = match ticket.status {
        Status::Assigned => vec![("button-open", step(TaskAction::Start)), complete],
        Status::InProgress => vec![complete, ("button-hold", step(TaskAction::Pause))],
        Status::Pending => vec![("button-resume", step(TaskAction::Resume)), complete],
        Status::Queued | Status::Completed | Status::Cancelled => return Vec::new(),
    };
    // The queue shows a line of the ticket, so each has a button for the whole.
    if ticket.status != Status::Assigned && matches!(surface, Surface::MyQueue(_)) {
        steps.insert(0, ("button-open", ButtonAction::ShowTask(ticket.id, surface)));
    }
    steps
}

impl Localizer<'_> {
    /// Returns a ticket's state with its coloured dot.
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

    /// Returns a ticket's state for its customer: an assigned ticket is shown as accepted.
    #[must_use]
    pub fn customer_state(&self, status: Status) -> String {
        if status == Status::Assigned { self.plain("track-accepted", &[]) } else { self.state(status) }
    }

    /// Returns the text of a priority.
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

    /// Returns the text of a role.
    #[must_use]
    pub fn role(&self, role: Role) -> String {
        let key = match role {
            Role::Customer => "role-customer",
            Role::Agent => "role-agent",
            Role::Admin => "role-admin",
        };
        self.plain(key, &[])
    }

    /// Returns a category's label, cut to what a card has room for. Names are not translated: a person must
    /// be able to ask for one by the name that everybody sees.
    pub(super) fn label(label: &str) -> Arg<'static> {
        truncate(label, MAX_LABEL_UNITS).into()
    }

    /// Returns the line with the beginning of what the customer wrote, or with the number of files.
    pub(super) fn subject_line(&self, ticket: &TicketView) -> Option<String> {
        let subject = ticket.description.subject();
        match ticket.description.attachments.len() {
            _ if !subject.is_empty() => {
                Some(self.html("ticket-subject", &[("subject", subject.as_str().into())]))
            }
            0 => None,
            count => Some(self.html("line-files", &[("count", count.into())])),
        }
    }

    /// Returns the line that says who the customer is: their name with their @username, or with a link.
    pub(super) fn customer_line(&self, ticket: &TicketView) -> Option<String> {
        let customer = ticket.customer.as_ref()?;
        let shown = name(&customer.name);
        let Some(username) = &customer.username else {
            let id = customer.telegram.0.to_string();
            return Some(self.html("task-customer-link", &[("name", shown), ("id", id.into())]));
        };
        Some(self.html("task-customer", &[("name", shown), ("username", username.as_str().into())]))
    }

    /// Returns the line with a ticket's priority, unless it is normal.
    pub(super) fn priority_line(&self, priority: Priority) -> Option<String> {
        let priority_text = || self.priority_text(priority).into();
        (priority != Priority::Normal).then(|| self.html("line-priority", &[("priority", priority_text())]))
    }

    /// Returns the line that says that the customer cannot be reached, if that is so.
    pub(super) fn unreachable_line(&self, ticket: &TicketView) -> Option<String> {
        (!ticket.customer_reachable).then(|| self.html("ticket-unreachable", &[]))
    }

    /// Returns an agent's availability with its coloured dot. A lost presence takes precedence, except over
    /// offline.
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

    /// Returns the line with an agent's availability, and until when they are away.
    pub(super) fn availability_line_until(
        &self,
        availability: Availability,
        lost: bool,
        until: Option<Time>,
    ) -> String {
        let shown = self.availability_until(availability, lost, until);
        self.html("line-availability", &[("availability", shown.into())])
    }

    /// Returns "on" or "off".
    pub(super) fn on_or_off(&self, on: bool) -> String {
        self.plain(if on { "word-on" } else { "word-off" }, &[])
    }

    /// Returns an agent as customers see them.
    pub(super) fn shown_agent(&self, agent: &ShownAgent) -> Arg<'static> {
        match agent {
            ShownAgent::Name(agent) => name(agent),
            ShownAgent::Alias(number) => {
                self.plain("agent-alias", &[("number", number.to_string().into())]).into()
            }
        }
    }

    /// Returns an agent as customers see them within a sentence; the team if they see nobody.
    #[must_use]
    pub fn agent_in_text(&self, agent: Option<&ShownAgent>) -> String {
        match agent {
            Some(ShownAgent::Name(agent)) => truncate(agent, MAX_NAME_UNITS),
            Some(ShownAgent::Alias(number)) => {
                self.plain("agent-alias", &[("number", number.to_string().into())])
            }
            None => self.plain("agent-hidden", &[]),
        }
    }

    /// Returns names on one line, or the word for none.
    #[must_use]
    pub fn names(&self, names: &[String]) -> String {
        const MAX_NAMES_UNITS: usize = 300;
        if names.is_empty() {
            self.plain("word-none", &[])
        } else {
            truncate(&names.join(", "), MAX_NAMES_UNITS)
        }
    }

    /// Returns a button for a ticket of a list, with its number there.
    #[must_use]
    pub fn numbered_button(&self, key: &str, number: u64, action: ButtonAction) -> Button {
        let button = self.plain(key, &[]);
        labelled(
            &self.plain("button-numbered", &[("button", button.into()), ("number", number.into())]),
            action,
        )
    }

    /// Returns the same button without `#`, where that would read as a position in the queue.
    #[must_use]
    pub fn counted_button(&self, key: &str, number: u64, action: ButtonAction) -> Button {
        let args = [("button", self.plain(key, &[]).into()), ("number", number.into())];
        labelled(&self.plain("button-counted", &args), action)
    }

    /// Returns the row that changes the page; empty for a single page.
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

    /// Returns the row that changes the page of a list with an unknown end. There is at least one page after
    /// this.
    #[must_use]
    pub fn unbounded_page_row(&self, page: u16, to_page: impl Fn(u16) -> ButtonAction) -> Vec<Button> {
        let back = page.checked_sub(1).map(|to| self.button("button-previous", to_page(to)));
        let shown = [("page", (u32::from(page) + 1).into())];
        let current = labelled(&self.plain("button-page-open", &shown), ButtonAction::NoOp);
        let on = self.button("button-next", to_page(page.saturating_add(1)));
        back.into_iter().chain([current, on]).collect()
    }

    /// Returns the buttons for the availabilities that the agent does not have.
    pub(super) fn availability_buttons(&self, availability: Availability, lost: bool) -> Vec<Button> {
        let online = self.button("button-online", ButtonAction::GoOnline);
        let offline = self.button("button-offline", ButtonAction::GoOffline);
        match availability {
            Availability::Offline => vec![online],
            Availability::Online if !lost => vec![offline],
            _ => vec![online, offline],
        }
    }

    /// Returns a card's lines with a description between `above` and `below`. The text is cut to what the
    /// message has room for, and files are counted.
    pub(super) fn with_description(
        &self,
        above: &[String],
        description: &Description,
        below: &[String],
    ) -> String {
        /// Blank lines between the parts, and a margin for differences to Telegram's count.
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
        let quote = self.quote(&description.formatted(), MAX_TEXT_UNITS.saturating_sub(used));
        let middle: Vec<String> = [quote].into_iter().filter(|q| !q.is_empty()).chain(files).collect();
        let parts = [above, lines(&middle), below];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

/// Returns a card of lines and the rows of buttons that are not empty.
pub(super) fn card(html: String, rows: impl IntoIterator<Item = Vec<Button>>) -> Rendered {
    Rendered::new(html, rows.into_iter().filter(|row| !row.is_empty()).collect())
}
