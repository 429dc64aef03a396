//! A transcript of a ticket: an HTML document without scripts and without anything from the network.
use crate::bot::cards::views::{RecordLine, TranscriptView};
use crate::bot::render::{Localizer, content_kind, escape};
use crate::domain::content::ContentKind;
use crate::domain::text::clean;
use crate::domain::ticket::Status;
use crate::domain::ticket::conversation::{Direction, Relay};

/// The look: readable on a phone, in the colours of the reader's system.
const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f4f5f7;--fg:#1c1e21;--dim:#5f6670;--in:#fff;--out:#d9f2e3;--note:#fff3cd;--line:#d5d9de}
@media(prefers-color-scheme:dark){:root{--bg:#17191c;--fg:#e6e8ea;--dim:#9aa2ab;--in:#24272b;--out:#1f3a2c;--note:#3d3517;--line:#3a3f45}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:46rem;margin:0 auto;padding:1rem}
h1{font-size:1.25rem;margin:0 0 .75rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .9rem;margin:0 0 1rem}
dt,time,.what,footer{color:var(--dim);font-size:.85rem}
dd{margin:0}
article{background:var(--in);border:1px solid var(--line);border-radius:.75rem;padding:.5rem .75rem;margin:.5rem 0;max-width:88%}
article.out{background:var(--out);margin-left:auto}
article.note{background:var(--note);max-width:none}
article header{display:flex;flex-wrap:wrap;gap:.15rem .6rem;align-items:baseline}
p{margin:.2rem 0;white-space:pre-wrap}
blockquote{margin:.2rem 0;padding-left:.6rem;border-left:3px solid var(--line);color:var(--dim);white-space:pre-wrap}
footer{margin-top:1rem;border-top:1px solid var(--line);padding-top:.5rem}
@media print{body{background:#fff}}";

/// Returns the name of the document's file.
#[must_use]
pub fn transcript_name(localizer: &Localizer<'_>, view: &TranscriptView) -> String {
    let number = view.ticket.number.to_string();
    format!("{}.html", localizer.plain("transcript-file", &[("number", number.into())]))
}

/// Renders the whole record of a ticket. Everything that people wrote is escaped.
#[must_use]
pub fn transcript(localizer: &Localizer<'_>, view: &TranscriptView) -> String {
    let word = |key: &str| escape(&localizer.plain(key, &[]));
    let ticket = &view.ticket;
    let title = escape(&localizer.plain("transcript-title", &[("number", (&ticket.number).into())]));
    let mut facts = vec![
        ("transcript-customer", view.customer.clone()),
        ("transcript-category", ticket.label.clone()),
        ("transcript-state", localizer.state(ticket.status)),
        ("transcript-opened", localizer.moment(ticket.created_at)),
    ];
    facts.extend(ticket.holder.clone().map(|holder| ("transcript-agent", holder)));
    let fact = |(key, value): &(&str, String)| {
        ["<dt>", &word(key), "</dt><dd>", &escape(&clean(value)), "</dd>"].concat()
    };
    let facts = facts.iter().map(fact).collect::<Vec<_>>().concat();
    let description = description(localizer, view);
    let mut messages: String =
        view.lines.iter().map(|line| message(localizer, line, ticket.status)).collect();
    if messages.is_empty() {
        messages = format!("<p class=\"what\">{}</p>", word("transcript-empty"));
    }
    let made = localizer.plain(
        "transcript-made",
        &[("time", localizer.moment(localizer.now).into()), ("zone", localizer.zone.name().into())],
    );
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>\n{STYLE}\n</style>\n\
        </head>\n<body>\n<main>\n<h1>{title}</h1>\n<dl>{facts}</dl>\n{description}{messages}\
        <footer>{made}</footer>\n</main>\n</body>\n</html>\n",
        lang = localizer.locale.tag(),
        made = escape(&made),
    )
}

fn description(localizer: &Localizer<'_>, view: &TranscriptView) -> String {
    let text = clean(&view.ticket.description.text);
    let files: String = view.attachments.iter().map(|kind| media(localizer, kind)).collect();
    let head = escape(&localizer.plain("transcript-description", &[]));
    let at = escape(&localizer.moment(view.ticket.created_at));
    let customer = escape(&clean(&view.customer));
    let text = paragraph(&text);
    format!(
        "<article><header><strong>{customer}</strong><time>{at}</time><span class=\"what\">{head}</span>\
        </header>{text}{files}</article>\n"
    )
}

fn message(localizer: &Localizer<'_>, line: &RecordLine, status: Status) -> String {
    let class = match line.direction {
        Direction::ToAgent => "in",
        Direction::ToCustomer => "out",
        Direction::Note => "note",
    };
    let marks = [
        (line.direction == Direction::Note).then_some("transcript-note"),
        line.edited_at.map(|_| "transcript-edited"),
        line.forwarded_from.as_deref().filter(|origin| origin.is_empty()).map(|_| "transcript-forwarded"),
        match line.relay {
            relay if relay.is_lost(line.direction, status) => Some("transcript-failed"),
            Relay::Waiting | Relay::Enqueued { .. } => Some("transcript-waiting"),
            Relay::Failed { .. } => Some("transcript-failed"),
            Relay::Withdrawn { .. } => Some("transcript-withdrawn"),
            Relay::Delivered { .. } | Relay::Kept => None,
        },
    ];
    let mut marks: Vec<String> = marks.into_iter().flatten().map(|key| localizer.plain(key, &[])).collect();
    if let Some(origin) = line.forwarded_from.as_deref().filter(|origin| !origin.is_empty()) {
        marks.push(localizer.plain("transcript-forwarded-from", &[("name", origin.into())]));
    }
    let mark = |mark: &String| ["<span class=\"what\">", &escape(mark), "</span>"].concat();
    let marks = marks.iter().map(mark).collect::<Vec<_>>().concat();
    let quote =
        line.quote.as_deref().map(|quote| format!("<blockquote>{}</blockquote>", escape(&clean(quote))));
    let file = line.kind.as_ref().map(|kind| media(localizer, kind));
    format!(
        "<article class=\"{class}\"><header><strong>{}</strong><time datetime=\"{}\">{}</time>{marks}</header>\
        {}{}{}</article>\n",
        escape(&clean(&line.author)),
        line.at.format("%Y-%m-%dT%H:%M:%SZ"),
        escape(&localizer.moment(line.at)),
        quote.unwrap_or_default(),
        file.unwrap_or_default(),
        paragraph(&clean(&line.text)),
    )
}

fn media(localizer: &Localizer<'_>, kind: &ContentKind) -> String {
    let kind = content_kind(localizer, Some(kind));
    format!("<p class=\"what\">{}</p>", escape(&localizer.plain("summary-kind", &[("kind", kind.into())])))
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{}</p>", escape(text)) }
}
