//! Rendering: views in, Telegram's HTML and buttons out. No store, no clock, no network.
//!
//! Text that people wrote is escaped here and nowhere else: [`Localizer::html`] escapes every text argument,
//! and [`Localizer::quote`] a description.
mod admin;
mod agent;
mod alias;
mod audit;
mod console;
mod conversation;
mod customer;
mod department;
mod formatted;
mod length;
mod notice;
mod parts;
mod queue;
mod record;
mod service;
mod settings;
mod statistics;
mod style;
mod time;

#[cfg(test)]
mod tests;

pub use admin::{agent_card, workload};
pub use agent::absence::absence_question;
pub use agent::working_hours::working_hours_card;
pub use agent::{new_task_card, status, task_card};
pub use alias::alias_card;
pub use audit::{audit_page, people_of};
pub use console::{agent_console, agent_departments, console_gone, ticket_console};
pub use conversation::prompt::{comment_prompt, last_word_prompt};
pub use conversation::{
    album_head, content_kind, cut_caption, focus, focus_toast, message_failed, message_partly_sent,
    relay_button, relay_caption, relay_head, relay_text, ticket_choice, topic_name,
};
pub use customer::{draft, ended_card, my_tickets, status_card};
pub use department::hours::{hours_card, plan_error};
pub use department::{category_card, category_page, department_card, departments};
pub use formatted::{html_of, truncated};
pub use length::{MAX_TEXT_UNITS, MAX_TOAST_UNITS, truncate, utf16_units};
pub use notice::{alert_card, notice};
pub use queue::{my_queue, pick_up_card, waiting};
pub use record::transcript::{transcript, transcript_name};
pub use record::{record_line, search_hits, summary};
pub use service::{comment_thanks, completed_card, staff_ticket_card};
pub use settings::{setting_choices, setting_name, setting_value, settings};
pub use statistics::{
    AGENTS_ON_A_PAGE, agent_table, chart, daily_summary, day_table, statistics_card, statistics_departments,
    statistics_title,
};

pub use crate::domain::notice::rendered::{Button, Rendered};
pub use crate::i18n::Arg;

use crate::bot::callback::ButtonAction;
use crate::domain::Time;
use crate::domain::person::Locale;
use crate::domain::text::clean;
use crate::domain::text::formatted::FormattedText;
use crate::i18n::Texts;

/// The longest canned reply on its card, in UTF-16 units.
pub const MAX_REPLY_UNITS: usize = 3_000;
/// The longest button label, in UTF-16 units. Every client cuts longer ones, and they count towards the
/// keyboard's size.
const MAX_BUTTON_LABEL_UNITS: usize = 100;
/// The length in UTF-16 units and the number of lines above which a quote is folded.
const MAX_UNFOLDED_QUOTE: (usize, usize) = (400, 8);

/// A localizer: formats texts in the language and the time zone of one recipient, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Localizer<'a> {
    /// The locale files.
    pub texts: &'a Texts,
    /// The recipient's language.
    pub locale: Locale,
    /// The current time, for relative times.
    pub now: Time,
    /// The configured time zone.
    pub zone: chrono_tz::Tz,
}

impl Localizer<'_> {
    /// Returns the text of `key` as Telegram's HTML. Text arguments are cleaned, put on one line and escaped,
    /// so that a name cannot add markup or a line. The markup in the locale file stays.
    #[must_use]
    pub fn html(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.with(key, args, |text| escape(&one_line(text)))
    }

    /// Returns the text of `key` where Telegram takes no markup: labels, toasts, menus. Text arguments are
    /// cleaned and put on one line, not escaped.
    #[must_use]
    pub fn plain(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.with(key, args, one_line)
    }

    /// Returns [`Localizer::plain`], cut to the limit of a toast.
    #[must_use]
    pub fn toast(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        truncate(&self.plain(key, args), MAX_TOAST_UNITS)
    }

    /// Returns a message without buttons.
    #[must_use]
    pub fn message(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Rendered {
        Rendered::new(self.html(key, args), Vec::new())
    }

    /// Returns a button with the label of `key`.
    #[must_use]
    pub fn button(&self, key: &str, action: ButtonAction) -> Button {
        labelled(&self.plain(key, &[]), action)
    }

    /// Returns text that a person wrote, as a block quote of at most `max_units` UTF-16 units; long quotes
    /// are folded. Empty if there is no text, or if `max_units` is 0.
    #[must_use]
    pub fn quote(&self, text: &FormattedText, max_units: usize) -> String {
        let text = truncated(&text.cleaned(), max_units);
        if text.is_empty() {
            return String::new();
        }
        let words = &text.text;
        let long = words.encode_utf16().count() > MAX_UNFOLDED_QUOTE.0
            || words.lines().count() > MAX_UNFOLDED_QUOTE.1;
        let open = if long { "<blockquote expandable>" } else { "<blockquote>" };
        format!("{open}{}</blockquote>", html_of(&text))
    }

    fn with(&self, key: &str, args: &[(&str, Arg<'_>)], map_text: impl Fn(&str) -> String) -> String {
        let mapped: Vec<(&str, Arg<'_>)> = args
            .iter()
            .map(|(name, value)| match value {
                Arg::Text(text) => (*name, Arg::from(map_text(text))),
                Arg::Number(number) => (*name, Arg::Number(*number)),
            })
            .collect();
        self.texts.format(self.locale, key, &mapped)
    }
}

/// Returns a button with a label that is not from the locale files, such as a category's name.
#[must_use]
pub fn labelled(label: &str, action: ButtonAction) -> Button {
    let shown = truncate(&one_line(label), MAX_BUTTON_LABEL_UNITS);
    // Telegram rejects a button without a label; a name may have no visible character.
    let label = if shown.is_empty() { "…".to_owned() } else { shown };
    Button { label, data: action.encode(), web_app: None, style: style::style_of(action) }
}

/// Returns text without markup, such as a toast's, as a message.
#[must_use]
pub fn plain_message(text: &str) -> Rendered {
    Rendered::new(escape(text), Vec::new())
}

fn one_line(text: &str) -> String {
    clean(text).replace(['\n', '\u{2028}', '\u{2029}'], " ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
