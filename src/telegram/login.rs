//! Verification of log-ins that Telegram signs with the bot token: the Login Widget
//! (core.telegram.org/widgets/login) and Mini Apps (core.telegram.org/bots/webapps).
use crate::domain::Time;
use crate::domain::ids::TelegramId;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The maximum age of a log-in. Pages send it immediately; a short validity limits the use of a stolen one.
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(5);
/// How far the clock of Telegram may be ahead of the local clock.
pub const MAX_SKEW: TimeDelta = TimeDelta::minutes(1);

/// The data cannot be parsed, or its signature is not from Telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed by Telegram")]
pub struct LoginProofError;

/// A log-in that Telegram signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginProof {
    /// When it was signed.
    pub signed_at: Time,
    /// The user.
    pub user: TelegramId,
    /// The signature, which no other log-in has.
    pub hash: String,
}

/// The user of a Mini App.
#[derive(Deserialize)]
struct MiniAppUser {
    id: i64,
}

/// Verifies data of the Login Widget and returns when it was signed. `fields` are all fields except the hash.
pub fn verify_widget(
    token: &SecretString,
    fields: Vec<(&str, &str)>,
    hash: &str,
) -> Result<Time, LoginProofError> {
    let secret = Sha256::digest(token.expose_secret().as_bytes());
    verify(&secret, fields, hash)
}

/// Verifies data of a Mini App.
pub fn verify_mini_app(token: &SecretString, init_data: &str) -> Result<LoginProof, LoginProofError> {
    let pairs: Vec<_> = url::form_urlencoded::parse(init_data.as_bytes()).collect();
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref());
    let user = get("user").and_then(|user| serde_json::from_str::<MiniAppUser>(user).ok());
    let (user, hash) = (user.ok_or(LoginProofError)?, get("hash").ok_or(LoginProofError)?);
    let fields = pairs.iter().filter(|(key, _)| key != "hash").map(|(k, v)| (k.as_ref(), v.as_ref()));
    let secret = hmac(b"WebAppData", token.expose_secret().as_bytes())?.finalize().into_bytes();
    let signed_at = verify(&secret, fields.collect(), hash)?;
    Ok(LoginProof { signed_at, user: TelegramId(user.id), hash: hash.to_owned() })
}

/// Verifies that `hash` is the MAC of the sorted fields, one per line, in constant time. Returns the signing
/// time.
fn verify(secret: &[u8], mut fields: Vec<(&str, &str)>, hash: &str) -> Result<Time, LoginProofError> {
    fields.sort_unstable();
    // A duplicate field is rejected, because its reader could use another value than the signer meant.
    if fields.windows(2).any(|pair| matches!(pair, [one, two] if one.0 == two.0)) {
        return Err(LoginProofError);
    }
    // The signed text has one field a line, so a field with a line feed could stand for two.
    if fields.iter().any(|(name, value)| [name, value].iter().any(|text| text.contains(char::is_control))) {
        return Err(LoginProofError);
    }
    let lines: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = decode_hex(hash).ok_or(LoginProofError)?;
    hmac(secret, lines.join("\n").as_bytes())?.verify_slice(&signature).map_err(|_| LoginProofError)?;
    let date = fields.iter().find(|(name, _)| *name == "auth_date").and_then(|(_, date)| date.parse().ok());
    date.and_then(|seconds| Time::from_timestamp(seconds, 0)).ok_or(LoginProofError)
}

fn hmac(key: &[u8], message: &[u8]) -> Result<Hmac<Sha256>, LoginProofError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| LoginProofError)?;
    mac.update(message);
    Ok(mac)
}

/// Decodes hexadecimal digits. Returns `None` if they are invalid.
fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
