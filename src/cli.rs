//! The command line: what is asked for, done, and the exit code. 0: done. 1: something is wrong, said on standard error.
mod check;
pub mod demo;
#[cfg(feature = "failpoints")]
pub mod failpoints;
mod run;
mod token;

use crate::config::log::LogConfig;
use crate::config::{Config, Env};
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// The ticket desk that lives in Telegram.
#[derive(Parser)]
#[command(name = "antri", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the desk (the default): needs TELOXIDE_TOKEN, in the environment or in .env
    Run,
    /// Try the whole desk on this machine, without a token: Telegram is simulated, in a web page or in this terminal
    Demo(demo::Args),
    /// Say what is configured and what can be reached
    Check,
    /// Print a bearer token of the side API for somebody the bot knows
    Token {
        /// Their Telegram id
        #[arg(long)]
        telegram_id: i64,
    },
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let result = runtime.block_on(dispatch(cli.command.unwrap_or(Command::Run)));
    // What still blocks a thread (a read of a slow disk) must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match result {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => {
            let log = LogConfig { filter: args.log.clone(), ..LogConfig::default() };
            crate::telemetry::init(&log)?;
            demo::main(args, until_signal()).await
        }
        Command::Run => {
            let config = load()?;
            crate::telemetry::init(&config.log)?;
            run::run(&config, until_signal()).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => check::check(&load()?).await,
        Command::Token { telegram_id } => token::token(&load()?, telegram_id).await,
    }
}

fn load() -> anyhow::Result<Config> {
    Ok(Config::load(&Env::process()?)?)
}

/// A token that is cancelled by Ctrl-C or SIGTERM.
fn until_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let signalled = stop.clone();
    tokio::spawn(async move {
        if let Err(error) = signal().await {
            tracing::error!(%error, "signals can't be awaited");
            return;
        }
        tracing::info!("stopping");
        signalled.cancel();
    });
    stop
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).context("SIGTERM")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("SIGINT"),
        _ = term.recv() => Ok(()),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("antri: {error:#}");
    ExitCode::FAILURE
}
