//! The `antri check` command: prints one line per part with its configuration and whether it can be reached.
//! Secrets are never printed.
use crate::clock::Clock;
use crate::config::Config;
use crate::store::sqlite::{FileState, inspect};
use crate::telegram::{CALL_TIMEOUT, Telegram};
#[cfg(feature = "servers")]
use crate::{presence::RedisPresence, store::mongo};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;

/// One line: the name of the part, and its description or its error.
type Line = (&'static str, Result<String, String>);

/// Prints a line for each part. Returns exit code 1 if a part fails.
pub(super) async fn check(config: &Config) -> anyhow::Result<ExitCode> {
    let lines = [
        telegram(config).await,
        webhook(config).await,
        store(config).await,
        presence(config).await,
        http(config).await,
        tokens(config),
        admins(config),
        texts(config),
    ];
    for (part, result) in &lines {
        match result {
            Ok(text) => println!("ok    {part:<9} {text}"),
            Err(text) => println!("FAIL  {part:<9} {text}"),
        }
    }
    let all_ok = lines.iter().all(|(_, result)| result.is_ok());
    Ok(if all_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// For how many seconds after a failed delivery the webhook counts as broken: Telegram retries more often
/// than that.
const WEBHOOK_ERROR_SECONDS: i64 = 300;

/// Calls a method of the Bot API. The error names the server's origin only, since the rest of the URL may
/// hold secrets.
async fn call(config: &Config, method: &str) -> Result<Value, String> {
    let server = config.telegram.api_url.origin().ascii_serialization();
    let token = config.telegram.require_token().map_err(|error| error.to_string())?.clone();
    let telegram = Telegram::new(config.telegram.api_url.clone(), token, CALL_TIMEOUT)
        .map_err(|error| error.to_string())?;
    telegram.call(method, &json!({})).await.map_err(|error| format!("{server}: {error}"))
}

async fn telegram(config: &Config) -> Line {
    let result = async {
        let me = call(config, "getMe").await?;
        let name = me.get("username").and_then(Value::as_str).unwrap_or("?");
        Ok(format!("@{name} at {}", config.telegram.api_url))
    };
    ("telegram", result.await)
}

async fn webhook(config: &Config) -> Line {
    let Some(hook) = &config.telegram.webhook else { return ("updates", Ok("long polling".into())) };
    let result = async {
        let info = call(config, "getWebhookInfo").await?;
        let set = info.get("url").and_then(Value::as_str).unwrap_or_default();
        let waiting = info.get("pending_update_count").and_then(Value::as_u64).unwrap_or(0);
        let failed_at = info.get("last_error_date").and_then(Value::as_i64).unwrap_or(0);
        let why = info.get("last_error_message").and_then(Value::as_str).unwrap_or("no reason");
        // Telegram keeps the last error forever, so only a recent one counts.
        let age = Clock::system().now().timestamp().saturating_sub(failed_at);
        if age < WEBHOOK_ERROR_SECONDS {
            return Err(format!("webhook {}: Telegram said {age} s ago: {why}", hook.url));
        }
        Ok(if set == hook.url.as_str() {
            format!("webhook {}, {waiting} updates waiting", hook.url)
        } else {
            format!("webhook {} (set when the desk starts)", hook.url)
        })
    };
    ("updates", result.await)
}

async fn store(config: &Config) -> Line {
    #[cfg(feature = "servers")]
    if let Some(server) = &config.storage.mongodb {
        let describe = |topology: &str| format!("MongoDB, {topology}, database {}", server.database);
        let result = match mongo::check_server(&server.uri).await {
            Ok(mongo::Server::ReplicaSet(name)) => Ok(describe(&format!("replica set {name}"))),
            Ok(mongo::Server::Cluster) => Ok(describe("a sharded cluster")),
            Err(error) => Err(error.to_string()),
        };
        return ("store", result);
    }
    ("store", sqlite(&config.storage.data_dir))
}

fn sqlite(dir: &Path) -> Result<String, String> {
    match inspect(dir) {
        Ok(FileState::Idle) => Ok(format!("SQLite in {}", dir.display())),
        Ok(FileState::InUse) => Ok(format!("SQLite in {}, in use by a running desk", dir.display())),
        Ok(FileState::Missing) => Ok(format!("SQLite in {} (will be created)", dir.display())),
        Err(error) => Err(error.to_string()),
    }
}

async fn presence(config: &Config) -> Line {
    let ttl = config.presence.status_ttl.as_secs();
    #[cfg(feature = "servers")]
    if let Some(redis) = &config.storage.redis {
        let result = async {
            let redis = RedisPresence::open(&redis.address()).map_err(|error| error.to_string())?;
            redis.ping().await.map_err(|error| error.to_string())?;
            Ok(format!("Redis, records live {ttl} s"))
        };
        return ("presence", result.await);
    }
    ("presence", Ok(format!("in memory, records live {ttl} s")))
}

fn tokens(config: &Config) -> Line {
    let text = match &config.http.jwt_secret {
        Some(_) => "JWT_SECRET is set",
        None => "JWT_SECRET is not set: the side API accepts no token, and /token gives none",
    };
    ("tokens", Ok(text.to_owned()))
}

fn admins(config: &Config) -> Line {
    let ids: Vec<String> = config.desk.admin_ids.iter().map(|id| id.0.to_string()).collect();
    let text = if ids.is_empty() {
        "ADMIN_IDS is not set: while there is no admin, the log has a link for the first one".to_owned()
    } else {
        format!("Telegram ids {}", ids.join(", "))
    };
    ("admins", Ok(text))
}

fn texts(config: &Config) -> Line {
    let desk = &config.desk;
    let now = Clock::system().now().with_timezone(&desk.timezone);
    let text = format!(
        "language {} (DEFAULT_LOCALE), time zone {} (TIMEZONE), now {}",
        desk.default_locale.tag(),
        desk.timezone.name(),
        now.format("%Y-%m-%d %H:%M")
    );
    ("texts", Ok(text))
}

async fn http(config: &Config) -> Line {
    let addr = config.http.addr;
    let result = match TcpListener::bind(addr).await {
        Ok(_) => Ok(format!("{addr} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => running_desk(addr).await,
        Err(error) => Err(format!("{addr}: {error}")),
    };
    ("http", result)
}

/// How long a running desk may take to say whether it is ready.
const READINESS_TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the program at the address whether it is a desk that is ready.
async fn running_desk(addr: SocketAddr) -> Result<String, String> {
    let other = || format!("{addr} in use by a program that is no desk");
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let client = reqwest::Client::builder().timeout(READINESS_TIMEOUT).no_proxy().build();
    let client = client.map_err(|error| error.to_string())?;
    let url = format!("http://{}/readyz", SocketAddr::new(ip, addr.port()));
    let answer = client.get(url).send().await.map_err(|_| other())?;
    let body: Value = answer.json().await.map_err(|_| other())?;
    let parts = body.get("data").and_then(Value::as_object).ok_or_else(other)?;
    if parts.get("ready").and_then(Value::as_bool).ok_or_else(other)? {
        return Ok(format!("{addr} in use by a running desk, which is ready"));
    }
    let missing = parts.iter().filter(|(part, works)| *part != "ready" && **works == Value::Bool(false));
    let missing: Vec<_> = missing.map(|(part, _)| part.as_str()).collect();
    Err(format!("{addr} in use by a running desk, which is not ready: {}", missing.join(", ")))
}
