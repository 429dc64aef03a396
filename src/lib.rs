//! Antri: the ticket desk that lives in Telegram.
//!
//! A customer writes to a bot; the ticket joins a queue; the engine hands it to an agent who is online and has room; the
//! agent closes it with buttons. This library is all of it, and the program only calls [`cli::main`].
//!
//! The way of an update is the way through the modules:
//!
//! - [`inbox`]: writes every update down before Telegram is told, and handles it to its end once.
//! - [`bot`]: the tree of handlers, what buttons carry, and the words for everything that people read.
//! - [`engine`]: the verbs of the desk. They plan with pure functions and commit through two ports, [`engine::ports::Store`]
//!   and [`engine::ports::Presence`].
//! - [`domain`]: tickets, people, departments, policy: types and transitions, and nothing else.
//! - [`store`], [`presence`], [`signals`]: the back ends behind the ports.
//! - [`api`]: the side API: the same verbs over HTTP, for web front ends and integrations.
//! - [`outbox`]: delivers what was committed to be told, at Telegram's pace; [`telegram`] makes the calls.
//! - [`app`]: the composition root, and the tasks that run side by side.
//! - [`serve`]: the socket of what is reached over HTTP, with its limits.
//! - [`config`], [`telemetry`], [`clock`], [`i18n`], [`token`]: what the others stand on.
//! - [`sandbox`]: a Telegram in this process, for [`demo`] and for the tests. Only the Bot API's address differs from the
//!   real thing.
//!
//! `ARCHITECTURE.md` walks one ticket through these files.
pub mod api;
pub mod app;
pub mod auth_token;
pub mod bot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http_server;
pub mod i18n;
pub mod inbox;
pub mod outbox;
pub mod presence;
pub mod sandbox;
pub mod signals;
pub mod store;
pub mod telegram;
pub mod telemetry;

/// A desk makes and drops small things on all threads: some thousand documents, requests and strings a second. The C library's
/// own allocator took a quarter of its processor time for that, and musl's, which the container has, is slower still.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
