//! The layers of the crate, held against ARCHITECTURE.md: which module may name which, and who reads the clock.
use super::lexer::tokens;
use super::paths::{Named, named_paths};
use super::source::{File, assert_none, files, planted};
use std::collections::BTreeSet;

/// Crates that belong to the edges.
const EDGE_CRATES: [&str; 5] = ["teloxide", "mongodb", "redis", "rusqlite", "axum"];

/// Modules that talk to the world.
const ADAPTERS: [&str; 8] = ["store", "presence", "signals", "bot", "api", "sandbox", "inbox", "outbox"];

/// Modules that are chosen at run time, so only what puts a desk together names them.
const CHOSEN: [&str; 5] = ["store", "presence", "signals", "sandbox", "api"];

/// What puts a desk together: the composition root, and the ways to start it. Nothing below knows them.
const TOP: [&str; 2] = ["app", "cli"];

/// As many adapters as a file may name before it is a second composition root.
const MAX_ADAPTERS: usize = 3;

/// The findings in one file; `tops` are the crate's top-level modules.
fn findings(file: &File, tops: &BTreeSet<&str>) -> Vec<String> {
    let Some(module) = file.module() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let own = module.first().copied().unwrap_or("");
    let tokens = tokens(&file.text);
    let paths = named_paths(&tokens, &module);
    let mut named: BTreeSet<_> =
        paths.iter().filter(|path| !path.plain).filter_map(Named::top_module).collect();
    named.retain(|name| *name != own && tops.contains(name));

    if file.path != "src/clock.rs" {
        for window in tokens.windows(4) {
            if let [kind @ ("Utc" | "SystemTime"), ":", ":", "now"] = window {
                found.push(format!(
                    "reads the clock ({kind}::now): take `now` as an argument, or a crate::clock::Clock"
                ));
            }
        }
    }
    if ["domain", "engine"].contains(&own) {
        for name in EDGE_CRATES.iter().filter(|name| tokens.contains(name)) {
            found.push(format!(
                "mentions {name}: the {own} knows no edge; put it behind a port, in an adapter"
            ));
        }
    }
    let may = |name: &str| match own {
        "domain" => false,
        "engine" => name == "domain",
        "store" | "presence" | "signals" => !ADAPTERS.contains(&name) && !TOP.contains(&name),
        "sandbox" => !ADAPTERS.contains(&name) && !TOP.contains(&name) && name != "engine",
        "app" | "cli" | "" => true,
        _ => !CHOSEN.contains(&name) && !TOP.contains(&name),
    };
    let adapters: Vec<_> = named.iter().filter(|name| ADAPTERS.contains(name)).copied().collect();
    if own != "app" && adapters.len() > MAX_ADAPTERS {
        let all = adapters.join(", ");
        found.push(format!("names {all}: only src/app connects so many adapters; move the connecting there"));
    }
    for name in named.iter().filter(|name| !may(name)) {
        found.push(format!("names crate::{name}: {}", instead(own)));
    }
    found.into_iter().map(|what| format!("{} {what}", file.path)).collect()
}

/// What to do when a module names one that it may not.
fn instead(own: &str) -> &'static str {
    match own {
        "domain" => "the domain is types and transitions and knows nothing above it; move the code up",
        "engine" => {
            "the engine knows the domain and its own ports; add to a port, or pass the thing as an argument"
        }
        "store" | "presence" | "signals" => {
            "a back end implements a port and knows no other adapter; let src/app connect them"
        }
        "sandbox" => {
            "the sandbox plays Telegram's part and knows the bot by its requests only; let src/app connect them"
        }
        _ => {
            "what is chosen at run time is named in src/app and src/cli only; take the engine's port, or a handle, as an argument"
        }
    }
}

#[test]
fn the_source_is_layered() {
    let files = files();
    let top = |file| match File::module(file)?[..] {
        [top] => Some(top),
        _ => None,
    };
    let tops = files.iter().filter_map(top).collect();
    let found: Vec<_> = files.iter().flat_map(|file| findings(file, &tops)).collect();
    assert_none(&found);
}

/// The findings in a file with this code.
fn found_in(path: &str, code: &str) -> Vec<String> {
    let others = ["app", "config", "domain", "engine"];
    let tops = ADAPTERS.into_iter().chain(others).collect();
    planted(&[(path, code)]).iter().flat_map(|file| findings(file, &tops)).collect()
}

#[test]
fn a_name_of_a_layer_above_is_found() {
    for (path, code, word) in [
        ("src/domain/ticket.rs", "use teloxide::types::Message;", "teloxide"),
        ("src/domain/ticket.rs", "use crate::engine::Engine;", "crate::engine"),
        ("src/domain/ticket.rs", "use super::super::bot;", "crate::bot"),
        ("src/domain.rs", "use super::store::Sqlite;", "crate::store"),
        ("src/domain.rs", "mod tests { fn f(store: super::super::store::Sqlite) {} }", "crate::store"),
        ("src/engine/plan.rs", "fn f(c: rusqlite::Connection) {}", "rusqlite"),
        ("src/engine/plan.rs", "use crate::{domain::ids, store::{sqlite, x}};", "crate::store"),
        ("src/engine/plan.rs", "use super::super::{self as root, presence::Memory};", "crate::presence"),
        ("src/engine/plan.rs", "fn f() { crate::outbox::send() }", "crate::outbox"),
        ("src/engine.rs", "fn f() { let _ = crate :: config :: Config::default(); }", "crate::config"),
        ("src/store/sqlite.rs", "use crate::bot::render;", "crate::bot"),
        ("src/presence/memory.rs", "use crate::store;", "crate::store"),
        ("src/sandbox/people.rs", "use crate::engine::Engine;", "crate::engine"),
        ("src/bot/handlers/agent.rs", "use crate::store::Sqlite;", "crate::store"),
        ("src/outbox.rs", "use crate::presence::Memory;", "crate::presence"),
        ("src/bot/context.rs", "fn f(app: &crate::app::App) {}", "crate::app"),
        ("src/cli/demo/stage.rs", "use crate::{bot::x, inbox::y, outbox::z, store::Sqlite};", "only src/app"),
        ("src/bot/context.rs", "let now = chrono::Utc::now();", "Utc::now"),
        ("src/app.rs", "let now = std::time::SystemTime::now();", "SystemTime::now"),
    ] {
        let found = found_in(path, code);
        assert_eq!(found.len(), 1, "{path}: {code}: {found:?}");
        assert!(found[0].contains(word) && found[0].contains(": "), "{path}: {code}: {found:?}");
    }
}

#[test]
fn names_of_the_layers_below_are_allowed() {
    for (path, code) in [
        ("src/domain/ticket.rs", "// Not teloxide's.\n/* nor /* axum */ redis */ use super::ids::TicketId;"),
        ("src/engine/plan.rs", r##"const A: &str = "crate::bot\""; const B: &str = r#"use "redis"; "#;"##),
        (
            "src/engine/plan.rs",
            "fn f<'a>(s: &'a S) -> char { s.store.presence(); '\"' } use crate::domain::presence;",
        ),
        ("src/engine.rs", "use ports::{Presence, Store}; mod tests { use super::ports; }"),
        (
            "src/store/sqlite/queue.rs",
            "use super::store; use crate::engine::ports::Store; use rusqlite::Row;",
        ),
        ("src/app.rs", "use crate::{bot, presence, sandbox, store};"),
        (
            "src/cli/demo/stage.rs",
            "use crate::app::App; use crate::sandbox::Sandbox; use crate::store::Sqlite;",
        ),
        ("src/main.rs", "fn main() { antri::app::run() }"),
        ("src/lib.rs", "pub mod bot; pub mod store;"),
        ("src/clock.rs", "fn now() { chrono::Utc::now(); }"),
        ("src/outbox/worker.rs", "use crate::bot::render; use crate::engine::Engine;"),
    ] {
        assert_eq!(found_in(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}
