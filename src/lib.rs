//! Antri: a ticket desk in Telegram.
//!
//! A customer writes to a bot and the ticket joins a queue. The engine assigns it to an agent who is online
//! and has a free slot; the agent completes it with buttons. The library contains all of it; the program only
//! calls [`cli::main`].
//!
//! Modules in the order in which an update passes through them:
//!
//! - [`inbox`]: stores each update before it is acknowledged to Telegram, and handles it to completion once.
//! - [`bot`]: the handler tree, the callback data of buttons, and the rendering of everything that people
//!   read.
//! - [`engine`]: the operations of the desk. They plan with pure functions and commit through
//!   [`engine::ports`].
//! - [`domain`]: tickets, people, departments, policies: types and transitions only.
//! - [`store`], [`presence`], [`signals`]: the back ends of the ports.
//! - [`api`]: the side API: the same operations over HTTP, for web clients and integrations.
//! - [`outbox`]: sends committed deliveries within Telegram's rate limits; [`telegram`] makes the calls.
//! - [`app`]: the composition root, and the concurrent tasks.
//! - [`http_server`]: the HTTP listener with its limits.
//! - [`config`], [`clock`], [`i18n`], [`auth_token`]: infrastructure of the other modules.
//! - [`sandbox`]: a Telegram server in this process, for the demo and the tests. Only the address of the Bot
//!   API differs from the real one.
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
#[cfg(feature = "servers")]
pub mod signals;
pub mod store;
pub mod telegram;

/// The desk allocates small objects on all threads: thousands of documents, requests and strings a second.
/// The C library's allocator took a quarter of the CPU time for that, and musl's, which the container has, is
/// even slower.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
