//! Messages of prompts about tickets. Buttons are there while the prompt is open.
use crate::bot::callback::{ButtonAction, PromptAction};
use crate::bot::cards::views::{CommentPromptView, LastWordPromptView};
use crate::bot::render::parts::{card, name};
use crate::bot::render::{Localizer, Rendered};

/// Renders the prompt for a comment to a rating.
#[must_use]
pub fn comment_prompt(localizer: &Localizer<'_>, view: CommentPromptView) -> Rendered {
    match view {
        CommentPromptView::Open(ticket) => {
            let skip = ButtonAction::Prompt(PromptAction::SkipComment(ticket));
            card(localizer.html("rating-ask-comment", &[]), [vec![localizer.button("button-skip", skip)]])
        }
        CommentPromptView::Answered => localizer.message("rating-commented", &[]),
        CommentPromptView::Closed => localizer.message("rating-thanks", &[]),
    }
}

/// Renders the prompt for the last word to a customer.
#[must_use]
pub fn last_word_prompt(localizer: &Localizer<'_>, view: &LastWordPromptView) -> Rendered {
    match view {
        LastWordPromptView::Open { ticket, number, completion, customer, after_album } => {
            let key = if *after_album { "last-word-album" } else { "last-word-ask" };
            let html = localizer.html(key, &[("name", name(customer)), ("number", number.into())]);
            let button = |key, action| localizer.button(key, ButtonAction::Prompt(action));
            let none = button("button-last-word-none", PromptAction::LastWordNone(*ticket, *completion));
            let back = button("button-last-word-back", PromptAction::LastWordBack(*ticket));
            card(html, [vec![none, back]])
        }
        LastWordPromptView::Completed { number, with_message } => {
            let key = if *with_message { "last-word-over" } else { "last-word-none" };
            localizer.message(key, &[("number", number.into())])
        }
        LastWordPromptView::Left { number } => {
            localizer.message("last-word-left", &[("number", number.into())])
        }
        LastWordPromptView::Closed => localizer.message("dismissed", &[]),
    }
}
