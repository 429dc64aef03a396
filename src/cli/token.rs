//! The `antri token` command: prints a bearer token of the side API, for operators and front-end developers.
//! It works while the desk runs.
use crate::auth_token::{Session, TOKEN_LIFETIME, issue};
use crate::clock::Clock;
use crate::config::Config;
use crate::config::storage::StorageConfig;
use crate::domain::ids::TelegramId;
use crate::domain::person::{Person, Role};
use crate::engine::ports::StoreError;
#[cfg(feature = "servers")]
use crate::store::mongo;
use crate::store::sqlite;
use anyhow::{Context, bail};
use std::process::ExitCode;

/// Prints a token for the person with this Telegram id. Errors if they are no agent or admin.
pub(super) async fn token(config: &Config, telegram_id: i64) -> anyhow::Result<ExitCode> {
    let secret =
        config.http.jwt_secret.as_ref().context("JWT_SECRET is not set: the side API has no tokens")?;
    let id = TelegramId(telegram_id);
    let Some(person) = find(&config.storage, id).await? else {
        bail!("the bot does not know the Telegram id {telegram_id}: they have to press Start first")
    };
    if person.role == Role::Customer && person.agent.is_none() {
        bail!("{telegram_id} is a customer: only agents and admins use the side API");
    }
    let now = Clock::system().now();
    println!("{}", issue(secret, &Session::new(&person, now), now, TOKEN_LIFETIME)?);
    Ok(ExitCode::SUCCESS)
}

/// Returns a person of the configured store.
async fn find(config: &StorageConfig, id: TelegramId) -> Result<Option<Person>, StoreError> {
    #[cfg(feature = "servers")]
    if let Some(server) = &config.mongodb {
        return mongo::find_person(&server.uri, &server.database, id).await;
    }
    sqlite::look_up(&config.data_dir, id).await
}
