//! Configuration of the outgoing webhooks: the receiver of the desk's events.
use super::env::Reader;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The prefix of a secret, as Standard Webhooks has it.
const SECRET_PREFIX: &str = "whsec_";
/// The shortest and the longest key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

const URL_SHAPE: &str =
    "an https:// address without user name and fragment; http:// only for this machine, such as 127.0.0.1";
const SECRET_SHAPE: &str =
    "whsec_ and 24 to 64 bytes in base64; make one with `echo whsec_$(openssl rand -base64 32)`";

/// The receiver of the outgoing webhooks.
#[derive(Debug, Clone)]
pub struct EventWebhookConfig {
    /// `EVENT_WEBHOOK_URL`: the `https` address to which the desk posts its events as webhooks. `http` is
    /// allowed for this machine only. No default. If it is unset, there are none.
    pub url: Url,
    /// `EVENT_WEBHOOK_SECRET`: the key that signs the webhooks, as Standard Webhooks writes it: `whsec_` and 24
    /// to 64 bytes in base64. Secret. No default. Required with `EVENT_WEBHOOK_URL`.
    pub secret: SecretString,
}

impl EventWebhookConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        let url = read.optional("EVENT_WEBHOOK_URL", URL_SHAPE, receiver);
        let secret = read.secret("EVENT_WEBHOOK_SECRET", SECRET_SHAPE, |text| decode(text).is_some());
        match (url, secret) {
            (Some(url), Some(secret)) => Some(Self { url, secret }),
            (Some(_), None) if !read.is_set("EVENT_WEBHOOK_SECRET") => {
                let what = format!("must be set with EVENT_WEBHOOK_URL: {SECRET_SHAPE}");
                read.problem("EVENT_WEBHOOK_SECRET", &what);
                None
            }
            _ => None,
        }
    }

    /// Returns the key that signs the webhooks.
    #[must_use]
    pub fn key(&self) -> Vec<u8> {
        // The reader checked it.
        decode(self.secret.expose_secret()).unwrap_or_default()
    }
}

fn decode(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}

/// Returns the address of a receiver. Webhooks carry what people write, so they leave the machine encrypted
/// only.
fn receiver(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_safe = match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(&url),
        _ => false,
    };
    (is_bare && is_safe).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
