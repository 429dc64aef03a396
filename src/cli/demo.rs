//! The demo: a whole desk on this machine, with a simulated Telegram and simulated people. Only the address
//! of the Bot API differs from a real desk.
pub mod script;
pub mod stage;

use crate::config::log::log_filter;
use crate::domain::person::Locale;
use anyhow::Context;
use clap::Parser;
use stage::Environment;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The default address of the page.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7700);

/// The arguments of the demo.
#[derive(Parser, Debug, Clone)]
pub struct Args {
    /// Play the story in this terminal and check every fact of it, instead of serving the page
    #[arg(long)]
    pub script: bool,
    /// The seed of the random generator; the same seed gives the same story
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The address of the page, one of this machine's own, such as 127.0.0.1:7700; port 0 takes any free port.
    /// Without it, 127.0.0.1:7700, or any free port if that one is taken
    #[arg(long, value_parser = loopback_address)]
    pub addr: Option<SocketAddr>,
    /// The language of the people in the demo: id or en
    #[arg(long, default_value = "id", value_parser = locale)]
    pub locale: Locale,
    /// The log filter, as in RUST_LOG
    #[arg(long, default_value = "warn", value_parser = |text: &str| log_filter(text).map(|_| text.to_owned()))]
    pub log: String,
}

/// Reads an address of the page. Anybody who reaches the page can act as every person in the demo, so only this
/// machine may.
fn loopback_address(text: &str) -> Result<SocketAddr, String> {
    let addr: SocketAddr =
        text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:7700".to_owned())?;
    if addr.ip().is_loopback() {
        return Ok(addr);
    }
    let port = addr.port();
    Err(format!(
        "the demo's page has no log-in, so it is served to this machine only: use 127.0.0.1:{port}. From another \
         machine, forward the port, for example with `ssh -L {port}:127.0.0.1:{port}`"
    ))
}

/// Reads the tag of a locale.
fn locale(text: &str) -> Result<Locale, &'static str> {
    Locale::ALL.into_iter().find(|locale| locale.tag() == text).ok_or("must be id or en")
}

/// Binds the address of the page: the given one, or else the default or any free port.
async fn bind(given: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    if let Some(addr) = given {
        return TcpListener::bind(addr).await.with_context(|| format!("failed to bind --addr {addr}"));
    }
    match TcpListener::bind(DEFAULT_ADDRESS).await {
        Ok(listener) => Ok(listener),
        // Another process uses the default port.
        Err(_) => Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?),
    }
}

/// Plays the script, or serves the page until `stop`.
pub async fn main(args: Args, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    if args.script {
        return script::play(args.seed, args.locale, stop).await;
    }
    let stage = Environment::start(bind(args.addr).await?, args.seed, args.locale).await?;
    stage.open().await?;
    println!("Antri's demo is open: {}", stage.url);
    println!("Its side API: http://{} (send /token as an agent or the admin)", stage.app.addr);
    println!("Four people's chats, one desk. Write as the customer, work as an agent. Ctrl-C ends it.");
    stop.cancelled().await;
    stage.shut_down().await?;
    Ok(ExitCode::SUCCESS)
}
