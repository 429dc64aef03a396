//! Bot configuration: token, Bot API server, and webhook or long polling.
use super::env::{ConfigError, Reader};
use secrecy::SecretString;
use url::Url;

/// The official Bot API server.
const API_URL: &str = "https://api.telegram.org";

const TOKEN_SHAPE: &str = "a token of @BotFather: digits, a colon, about 35 letters, digits, _ or -";

const WEBHOOK_SHAPE: &str = "an https:// address, without user name, ? and #, { and }, with no part of its path that begins with : or *, and with a path other than those of the side API (/api, all below it, /docs, /healthz, /readyz, /metrics)";

/// First segments of the side API's paths. The router panics if the webhook has the path of one of its routes.
const API_SEGMENTS: [&str; 5] = ["api", "docs", "healthz", "readyz", "metrics"];

/// The bot's account, and its webhook if it has one.
#[derive(Debug, Clone)]
pub struct TelegramConfig {
    /// `TELOXIDE_TOKEN`: the bot's token from @BotFather. Secret. No default. `antri run` needs it, the demo
    /// does not.
    pub token: Option<SecretString>,
    /// `TELEGRAM_API_URL`: the Bot API server, without the token. Default `https://api.telegram.org`.
    pub api_url: Url,
    /// The webhook; `None` means long polling.
    pub webhook: Option<WebhookConfig>,
}

/// Address and secret of the webhook.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// `WEBHOOK_URL`: the public `https` address to which Telegram posts updates. `http` is allowed with
    /// another `TELEGRAM_API_URL`, because such a server allows it. No segment of its path may begin with `:`
    /// or `*`, and its path must not be one of the side API. No default. If it is unset, the bot uses long polling.
    pub url: Url,
    /// `WEBHOOK_SECRET`: 1 to 256 of `A-Z a-z 0-9 _ -`, which Telegram sends with each update. Secret. No
    /// default. Required with `WEBHOOK_URL` and equal on all replicas; a generated secret would invalidate
    /// those of the other replicas.
    pub secret: SecretString,
}

impl Default for TelegramConfig {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant; every test that loads a configuration parses it")]
        let api_url = Url::parse(API_URL).expect("the constant is a URL");
        Self { token: None, api_url, webhook: None }
    }
}

impl TelegramConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let token = read.secret("TELOXIDE_TOKEN", TOKEN_SHAPE, is_token);
        let api_url = read.or(
            "TELEGRAM_API_URL",
            default.api_url.clone(),
            "the http:// or https:// address of a Bot API server, without the token",
            api_server,
        );
        let own_server = api_url != default.api_url;
        let reachable = |text: &str| webhook_url(text, own_server);
        let url = read.optional("WEBHOOK_URL", WEBHOOK_SHAPE, reachable);
        let shape = "1 to 256 letters, digits, _ or -";
        let secret = read.secret("WEBHOOK_SECRET", shape, is_webhook_secret);
        let webhook = match (url, secret) {
            (Some(url), Some(secret)) => Some(WebhookConfig { url, secret }),
            (Some(_), None) => {
                let what = "must be set with WEBHOOK_URL, the same for all replicas; make one with `openssl rand -hex 32`";
                read.problem("WEBHOOK_SECRET", what);
                None
            }
            (None, _) => None,
        };
        Self { token, api_url, webhook }
    }

    /// Returns the token, or an error that says where to get one.
    pub fn require_token(&self) -> Result<&SecretString, ConfigError> {
        self.token.as_ref().ok_or_else(|| {
            ConfigError::one(
                "TELOXIDE_TOKEN",
                &format!("not set, expected {TOKEN_SHAPE}. `antri demo` needs none"),
            )
        })
    }
}

/// Returns whether the text has the form of a bot token. Telegram documents no length; known tokens have 35
/// characters after the colon.
fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(bot, key)| {
        (1..=19).contains(&bot.len())
            && bot.bytes().all(|b| b.is_ascii_digit())
            && (30..=64).contains(&key.len())
            && key.bytes().all(is_key_byte)
    })
}

fn is_webhook_secret(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(is_key_byte)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
}

/// Returns the address of a webhook. Its path is a route of the router, so it must not contain the router's
/// patterns, nor be a path of the side API.
fn webhook_url(text: &str, own_server: bool) -> Option<Url> {
    let plain = |url: &Url| !url.path().split('/').any(|part| part.starts_with([':', '*']));
    let secure = |url: &Url| own_server || url.scheme() == "https";
    let free = |url: &Url| !url.path().split('/').nth(1).is_some_and(|first| API_SEGMENTS.contains(&first));
    server_url(text).filter(|url| secure(url) && plain(url) && free(url) && !text.contains(['{', '}']))
}

/// Returns a server's base address. A path with a colon is rejected, because it contains a token.
fn api_server(text: &str) -> Option<Url> {
    let mut url = server_url(text).filter(|url| !url.path().contains(':'))?;
    // Without a final slash, because the method's name is appended with one.
    url.path_segments_mut().ok()?.pop_if_empty();
    Some(url)
}

/// Returns an `http` or `https` URL without user, password, query and fragment, which may contain secrets.
fn server_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (bare && url.has_host() && ["http", "https"].contains(&url.scheme())).then_some(url)
}
