//! Card of an agent's alias.
use super::parts::{card, name};
use super::{Localizer, Rendered};
use crate::bot::callback::{AliasAction, ButtonAction};
use crate::bot::cards::views::{AliasView, ShownAgent};
use crate::domain::person::alias::MAX_ALIAS_CHARS;
use crate::domain::policy::AgentNaming;

/// Renders the alias of an agent, with a button that clears it.
#[must_use]
pub fn alias_card(localizer: &Localizer<'_>, view: &AliasView) -> Rendered {
    let who = [("name", name(&view.name))];
    let standard = localizer.shown_agent(&ShownAgent::Alias(view.number));
    let alias = view.alias.as_deref().map_or_else(|| standard.clone(), name);
    let head = if view.is_own { "alias-head-own" } else { "alias-head-of" };
    let mut lines = vec![localizer.html(head, &who)];
    let (key, args) = match view.naming {
        AgentNaming::Alias => ("alias-shown", [("alias", alias.clone())]),
        AgentNaming::Name => ("alias-name-shown", [("name", name(&view.name))]),
        AgentNaming::Hidden => ("alias-nothing-shown", [("alias", alias.clone())]),
    };
    lines.push(localizer.html(key, &args));
    if view.naming != AgentNaming::Alias {
        lines.push(localizer.html("alias-kept", &[("alias", alias)]));
    }
    let mut html = lines.join("\n");
    if view.is_own {
        let max = [("max", MAX_ALIAS_CHARS.into())];
        html = format!("{html}\n\n{}", localizer.html("alias-hint", &max));
    }
    let clear = view.alias.is_some().then(|| {
        let label = localizer.plain("alias-clear", &[("alias", standard)]);
        super::labelled(&label, ButtonAction::Alias(AliasAction::Clear(view.agent)))
    });
    card(html, [clear.into_iter().collect()])
}
