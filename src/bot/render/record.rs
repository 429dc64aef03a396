//! The record of a ticket in chats: the summary for a new holder, and the captions of its media.
pub(super) mod transcript;

use super::parts::{card, name};
use super::{Localizer, Rendered, content_kind, truncate};
use crate::bot::callback::{ButtonAction, RecordAction};
use crate::bot::cards::views::{RecordLine, SearchHitView, SummaryView};
use crate::domain::Time;
use crate::domain::ticket::conversation::Direction;
use chrono::TimeDelta;

/// The longest text of a line, in UTF-16 units: ten lines fit into one message.
const MAX_LINE_UNITS: usize = 200;

/// Renders the last messages of a conversation, one line each.
#[must_use]
pub fn summary(localizer: &Localizer<'_>, view: &SummaryView) -> Rendered {
    let args = [("number", (&view.number).into()), ("count", view.lines.len().into())];
    let head = localizer.html("summary-head", &args);
    let lines: Vec<_> = view.lines.iter().map(|line| record_line(localizer, line)).collect();
    let media =
        view.media_until.map(|until| {
            vec![localizer.button(
                "button-summary-media",
                ButtonAction::Record(RecordAction::Media(view.ticket, until)),
            )]
        });
    card(format!("{head}\n\n{}", lines.join("\n")), media)
}

/// Returns one message on one line: who wrote what, and when. It is also the caption of its media.
#[must_use]
pub fn record_line(localizer: &Localizer<'_>, line: &RecordLine) -> String {
    let key = match line.direction {
        Direction::ToAgent => "summary-customer",
        Direction::ToCustomer => "summary-agent",
        Direction::Note => "summary-note",
    };
    let kind = line.kind.as_ref();
    let kind = kind
        .map(|kind| localizer.plain("summary-kind", &[("kind", content_kind(localizer, Some(kind)).into())]));
    let text = [kind.unwrap_or_default(), line.text.clone()].join(" ");
    let args = [
        ("name", name(&line.author)),
        ("time", time(localizer, line.at).into()),
        ("text", truncate(text.trim(), MAX_LINE_UNITS).into()),
    ];
    localizer.html(key, &args)
}

/// Renders a page of what a search has found.
#[must_use]
pub fn search_hits(localizer: &Localizer<'_>, words: &str, found: &[SearchHitView]) -> Rendered {
    if found.is_empty() {
        return localizer.message("search-none", &[("words", name(words))]);
    }
    let mut blocks = vec![localizer.html("search-head", &[("words", name(words))])];
    for hit in found {
        let mut lines = vec![
            localizer.html("search-number", &[("number", (&hit.ticket.number).into())]),
            localizer.html("search-state", &[("state", localizer.state(hit.ticket.status).into())]),
        ];
        if !hit.subject.is_empty() && !repeats_subject(hit) {
            lines.push(localizer.html("search-subject", &[("subject", (&hit.subject).into())]));
        }
        let line = hit.line.as_ref().map(|(author, line)| match author {
            Some(author) if line.is_empty() => localizer.html("search-name", &[("name", name(author))]),
            Some(author) => {
                localizer.html("search-line-of", &[("name", name(author)), ("line", line.into())])
            }
            None => localizer.html("search-line", &[("line", line.into())]),
        });
        lines.extend(line);
        blocks.push(lines.join("\n"));
    }
    Rendered::new(blocks.join("\n\n"), Vec::new())
}

/// Returns true if the line that matched is the beginning of the description, which the subject is, too.
fn repeats_subject(hit: &SearchHitView) -> bool {
    let subject = hit.subject.trim_end_matches('…');
    matches!(&hit.line, Some((None, line)) if line.starts_with(subject))
}

/// Returns the time of day for a moment of the last hours, else the date as well.
fn time(localizer: &Localizer<'_>, at: Time) -> String {
    if localizer.now - at < TimeDelta::hours(12) { localizer.clock(at) } else { localizer.moment(at) }
}
