//! Log-ins that Telegram signs with the bot's token, checked as it documents: the Login Widget
//! (core.telegram.org/widgets/login) and Mini Apps (core.telegram.org/bots/webapps).
use crate::domain::Time;
use crate::domain::ids::TelegramId;
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How old a log-in may be: pages send it at once, and a stolen one should be worth little.
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(5);
/// How far Telegram's clock may be ahead of ours.
pub const MAX_SKEW: TimeDelta = TimeDelta::minutes(1);

/// Telegram did not sign this, or it can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed by Telegram")]
pub struct LoginProofError;

/// Who uses a Mini App.
#[derive(Deserialize)]
struct MiniAppUser {
    id: i64,
}

/// When the Login Widget's data was signed, if it was. `fields` are all of them but the hash.
pub fn of_widget(
    token: &SecretString,
    fields: Vec<(&str, &str)>,
    hash: &str,
) -> Result<Time, LoginProofError> {
    let secret = Sha256::digest(token.expose_secret().as_bytes());
    check(&secret, fields, hash)
}

/// When a Mini App's data was signed, if it was, and who uses it.
pub fn of_mini_app(token: &SecretString, init_data: &str) -> Result<(Time, TelegramId), LoginProofError> {
    let pairs: Vec<_> = url::form_urlencoded::parse(init_data.as_bytes()).collect();
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref());
    let user = get("user").and_then(|user| serde_json::from_str::<MiniAppUser>(user).ok());
    let (user, hash) = (user.ok_or(LoginProofError)?, get("hash").ok_or(LoginProofError)?);
    let fields = pairs.iter().filter(|(key, _)| key != "hash").map(|(k, v)| (k.as_ref(), v.as_ref()));
    let secret = keyed(b"WebAppData", token.expose_secret().as_bytes())?.finalize().into_bytes();
    Ok((check(&secret, fields.collect(), hash)?, TelegramId(user.id)))
}

/// Whether `hash` is that of the fields, sorted, one a line; compared in constant time.
fn check(secret: &[u8], mut fields: Vec<(&str, &str)>, hash: &str) -> Result<Time, LoginProofError> {
    fields.sort_unstable();
    // A field that is there twice would be one thing to the signature and another to its reader.
    if fields.windows(2).any(|pair| matches!(pair, [one, two] if one.0 == two.0)) {
        return Err(LoginProofError);
    }
    let lines: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let given = bytes(hash).ok_or(LoginProofError)?;
    keyed(secret, lines.join("\n").as_bytes())?.verify_slice(&given).map_err(|_| LoginProofError)?;
    let date = fields.iter().find(|(name, _)| *name == "auth_date").and_then(|(_, date)| date.parse().ok());
    date.and_then(|seconds| Time::from_timestamp(seconds, 0)).ok_or(LoginProofError)
}

fn keyed(key: &[u8], message: &[u8]) -> Result<Hmac<Sha256>, LoginProofError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| LoginProofError)?;
    mac.update(message);
    Ok(mac)
}

/// The bytes that hexadecimal digits stand for.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
