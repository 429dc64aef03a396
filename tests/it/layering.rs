//! Who may know whom: reads the source and holds it against ARCHITECTURE.md. Every finding says what to do about it.
#[path = "layering/lexer.rs"]
mod lexer;

use lexer::{named_modules, tokens};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Crates that belong to the edges.
const EDGE_CRATES: [&str; 5] = ["teloxide", "mongodb", "redis", "rusqlite", "axum"];

/// Modules that talk to the world.
const ADAPTERS: [&str; 8] = ["store", "presence", "signals", "bot", "api", "sandbox", "inbox", "outbox"];

/// Modules that are chosen at run time, so only what puts a desk together names them.
const CHOSEN: [&str; 5] = ["store", "presence", "signals", "sandbox", "api"];

/// What puts a desk together: the composition root, and the ways to start it. Nothing below knows them.
const TOP: [&str; 3] = ["app", "cli", "demo"];

/// As many adapters as a file may name before it is a second composition root.
const MAX_ADAPTERS: usize = 3;

/// Longest file in lines. No exceptions.
const MAX_LINES: usize = 350;

/// What is wrong with one file; `path` is relative to the repository, with `/`. `tops` are the crate's top-level modules.
fn findings(path: &str, text: &str, tops: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//!") {
        found.push("begins without a //! comment: say in 1 to 6 lines what the module is for".to_owned());
    }
    let Some(inside) = path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")) else {
        return found;
    };
    let modules: Vec<_> = inside.split('/').filter(|name| !["lib", "main"].contains(name)).collect();
    let own = modules.first().copied().unwrap_or("");
    let tokens = tokens(text);
    let mut named: BTreeSet<_> = named_modules(&tokens, modules.len()).into_iter().collect();
    named.retain(|name| *name != own && tops.contains(*name));

    let lines = text.lines().count();
    if lines > MAX_LINES {
        found.push(format!("has {lines} lines, more than {MAX_LINES}: split it by what a reader looks for"));
    }
    if path != "src/clock.rs" {
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
        "app" | "cli" | "demo" | "" => true,
        _ => !CHOSEN.contains(&name) && !TOP.contains(&name),
    };
    let adapters: Vec<_> = named.iter().filter(|name| ADAPTERS.contains(name)).copied().collect();
    if own != "app" && adapters.len() > MAX_ADAPTERS {
        let all = adapters.join(", ");
        found.push(format!(
            "names {all}: only src/app.rs connects so many adapters; move the connecting there"
        ));
    }
    for name in named.into_iter().filter(|name| !may(name)) {
        found.push(format!("names crate::{name}: {}", instead(own)));
    }
    found
}

/// What to do when a module names one that it may not.
fn instead(own: &str) -> &'static str {
    match own {
        "domain" => "the domain is types and transitions and knows nothing above it; move the code up",
        "engine" => {
            "the engine knows the domain and its own two ports; add to a port, or pass the thing as an argument"
        }
        "store" | "presence" | "signals" => {
            "a back end implements a port and knows no other adapter; let src/app.rs connect them"
        }
        "sandbox" => {
            "the sandbox plays Telegram's part and knows the bot by its requests only; let src/app.rs connect them"
        }
        _ => {
            "what is chosen at run time is named in src/app.rs only; take the engine's port, or a handle, as an argument"
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_source_is_layered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests"), &mut files);
    files.sort();
    assert!(files.len() > 20, "found only {} files: is the test looking in the right place?", files.len());
    let path = |file: &Path| file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let top = |file: &PathBuf| path(file).strip_prefix("src/")?.strip_suffix(".rs").map(str::to_owned);
    let tops = files.iter().filter_map(top).filter(|name| !name.contains('/')).collect();
    let mut all = Vec::new();
    for file in files {
        let path = path(&file);
        let text = std::fs::read_to_string(&file).unwrap();
        all.extend(findings(&path, &text, &tops).into_iter().map(|what| format!("{path} {what}")));
    }
    assert!(all.is_empty(), "{} findings:\n{}", all.len(), all.join("\n"));
}

/// The findings in a file with this code.
fn planted(path: &str, code: &str) -> Vec<String> {
    let others = ["app", "demo", "config", "domain", "engine"];
    let tops = ADAPTERS.into_iter().chain(others).map(str::to_owned).collect();
    findings(path, &format!("//! Planted.\n{code}\n"), &tops)
}

#[test]
fn planted_violations_are_found() {
    for (path, code, word) in [
        ("src/domain/ticket.rs", "use teloxide::types::Message;", "teloxide"),
        ("src/domain/ticket.rs", "use crate::engine::Engine;", "crate::engine"),
        ("src/domain/ticket.rs", "use super::super::bot;", "crate::bot"),
        ("src/domain.rs", "use super::store::Sqlite;", "crate::store"),
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
        ("src/demo/stage.rs", "use crate::{bot::x, inbox::y, outbox::z, store::Sqlite};", "only src/app.rs"),
        ("src/bot/context.rs", "let now = chrono::Utc::now();", "Utc::now"),
        ("src/app.rs", "let now = std::time::SystemTime::now();", "SystemTime::now"),
    ] {
        let found = planted(path, code);
        assert_eq!(found.len(), 1, "{path}: {code}: {found:?}");
        assert!(found[0].contains(word) && found[0].contains(": "), "{path}: {code}: {found:?}");
    }
    assert_eq!(findings("src/bot.rs", "pub mod callback;\n", &BTreeSet::new()).len(), 1);
    assert_eq!(planted("src/bot.rs", &"\n".repeat(MAX_LINES)).len(), 1);
}

#[test]
fn what_is_allowed_is_left_alone() {
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
        ("src/demo/stage.rs", "use crate::app::App; use crate::sandbox::Sandbox; use crate::store::Sqlite;"),
        ("src/main.rs", "fn main() { antri::app::run() }"),
        ("src/lib.rs", "pub mod bot; pub mod store;"),
        ("src/clock.rs", "fn now() { chrono::Utc::now(); }"),
        ("src/outbox/worker.rs", "use crate::bot::render; use crate::engine::Engine;"),
    ] {
        assert_eq!(planted(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}
