//! The demo: a whole desk on this machine, with a simulated Telegram and simulated people. Only the address
//! of the Bot API differs from a real desk.
pub mod script;
pub mod stage;

use clap::Parser;
use stage::Environment;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The default address of the page.
const DEFAULT_ADDRESS: &str = "127.0.0.1:7700";

/// The arguments of the demo.
#[derive(Parser, Debug, Clone)]
pub struct Args {
    /// Play the story in this terminal and check every fact of it, instead of serving the page
    #[arg(long)]
    pub script: bool,
    /// The seed of the random generator; the same seed gives the same story
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The address of the page; port 0 takes any free port
    #[arg(long, default_value = DEFAULT_ADDRESS)]
    pub addr: SocketAddr,
    /// The log filter, as in RUST_LOG
    #[arg(long, default_value = "warn", value_parser = log_filter)]
    pub log: String,
}

/// Validates a log filter.
fn log_filter(text: &str) -> Result<String, tracing_subscriber::filter::ParseError> {
    tracing_subscriber::EnvFilter::builder().parse(text).map(|_| text.to_owned())
}

/// Plays the script, or serves the page until `stop`.
pub async fn main(args: Args, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    if args.script {
        return script::play(args.seed, stop).await;
    }
    let listener = match TcpListener::bind(args.addr).await {
        Ok(listener) => listener,
        // Another process uses the default port, so any free port is taken.
        Err(_) if args.addr.to_string() == DEFAULT_ADDRESS => TcpListener::bind((args.addr.ip(), 0)).await?,
        Err(error) => anyhow::bail!("failed to bind {}: {error}", args.addr),
    };
    let stage = Environment::start(listener, args.seed).await?;
    stage.open().await?;
    println!("Antri's demo is open: {}", stage.url);
    println!("Its side API: http://{} (send /token as an agent or the admin)", stage.app.addr);
    println!("Four people's chats, one desk. Write as the customer, work as an agent. Ctrl-C ends it.");
    stop.cancelled().await;
    stage.shut_down().await?;
    Ok(ExitCode::SUCCESS)
}
