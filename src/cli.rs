//! The command line: parses and runs the subcommands. Exit code 0 is success; exit code 1 is a failure,
//! described on standard error.
mod check;
pub mod demo;
#[cfg(feature = "failpoints")]
pub mod failpoints;
mod run;
mod telemetry;
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
    /// Try the whole desk on this machine, without a token: Telegram is simulated, in a web page or in this
    /// terminal
    Demo(demo::Args),
    /// Print the configuration and whether each part can be reached
    Check,
    /// Print a bearer token of the side API for an agent or admin
    Token {
        /// Their Telegram id
        #[arg(long)]
        telegram_id: i64,
    },
}

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return print_failure(&error.into()),
    };
    let result = runtime.block_on(dispatch(cli.command.unwrap_or(Command::Run)));
    // A thread that still blocks, for example in a slow disk read, must not delay the exit.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match result {
        Ok(code) => code,
        Err(error) => print_failure(&error),
    }
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => {
            let log = LogConfig { filter: args.log.clone(), ..LogConfig::default() };
            telemetry::init(&log)?;
            demo::main(args, stop_on_signal()).await
        }
        Command::Run => {
            let config = load_config()?;
            telemetry::init(&config.log)?;
            run::run(&config, stop_on_signal()).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => check::check(&load_config()?).await,
        Command::Token { telegram_id } => token::token(&load_config()?, telegram_id).await,
    }
}

fn load_config() -> anyhow::Result<Config> {
    Ok(Config::load(&Env::process()?)?)
}

/// Returns a token that is cancelled by Ctrl-C, SIGTERM or SIGHUP.
fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        if let Err(error) = wait_for_signal().await {
            tracing::error!(%error, "failed to install signal handlers");
            return;
        }
        tracing::info!("received stop signal; shutting down");
        on_signal.cancel();
    });
    stop
}

async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    // Sent when the terminal closes. Its default action would end the process without draining.
    let mut hangup = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("failed to listen for SIGINT"),
        _ = term.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

fn print_failure(error: &anyhow::Error) -> ExitCode {
    eprintln!("antri: {error:#}");
    ExitCode::FAILURE
}
