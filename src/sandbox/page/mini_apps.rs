//! Launch of Mini Apps: the page's frame is sent to the app's address, with the data of the user behind the `#`.
//! Telegram signs it with a key that is made of the bot's token (core.telegram.org/bots/webapps).
use axum::Router;
use axum::extract::{Path, Query, State as Injected};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use crate::sandbox::Sandbox;
use crate::sandbox::state::State;

/// The version of the interface between Telegram and Mini Apps.
const VERSION: &str = "9.1";

pub(super) fn routes() -> Router<Sandbox> {
    Router::new().route("/sandbox/users/{id}/mini-app", get(launch))
}

/// A Mini App that a pane opens.
#[derive(Deserialize)]
struct Launch {
    /// The address of the Mini App, as the bot gave it.
    url: String,
    /// The colours of the page's theme, as JSON.
    #[serde(default)]
    theme: String,
}

/// Sends the browser to a Mini App that the bot offers to this user.
async fn launch(
    Injected(sandbox): Injected<Sandbox>,
    Path(user): Path<i64>,
    Query(launch): Query<Launch>,
) -> Response {
    match sandbox.mini_app_address(user, &launch.url, &launch.theme) {
        Some(address) => {
            let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
            (headers, Redirect::to(&address)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "The bot offers this user no such Mini App.\n").into_response(),
    }
}

impl Sandbox {
    /// Returns the address at which Telegram opens a Mini App for a user, with signed data and the theme. `None` if
    /// the bot offers no such Mini App in their chat: nobody else gets the data.
    #[must_use]
    pub fn mini_app_address(&self, user: i64, url: &str, theme: &str) -> Option<String> {
        let data = self.write(|state| state.offers_mini_app(user, url).then(|| state.init_data(user)))??;
        let theme: Map<String, Value> = serde_json::from_str(theme).unwrap_or_default();
        let launch = Serializer::new(String::new())
            .append_pair("tgWebAppData", &signed(&self.inner.token, data)?)
            .append_pair("tgWebAppVersion", VERSION)
            .append_pair("tgWebAppPlatform", "web")
            .append_pair("tgWebAppThemeParams", &Value::Object(theme).to_string())
            .finish();
        Some(format!("{url}#{launch}"))
    }
}

impl State {
    /// Returns whether the menu button of a user's chat or a button of its messages opens this Mini App.
    fn offers_mini_app(&self, user: i64, url: &str) -> bool {
        let in_menu = self.menus.button(Some(user));
        in_menu.pointer("/web_app/url").and_then(Value::as_str) == Some(url)
            || self
                .visible_messages(user)
                .iter()
                .flat_map(|message| message.keyboard.iter().flatten())
                .any(|button| button.web_app.as_deref() == Some(url))
    }

    /// Returns the fields that Telegram signs for a user. No two of them are equal.
    fn init_data(&mut self, user: i64) -> Option<Vec<(&'static str, String)>> {
        let query = format!("AAF{:019}", self.menus.next_launch());
        let user = self.users.get(&user)?;
        let mut person = json!({"id": user.id, "first_name": user.first_name, "allows_write_to_pm": true});
        let optional = [
            ("last_name", &user.last_name),
            ("username", &user.username),
            ("language_code", &user.language_code),
        ];
        for (name, value) in optional {
            if let (Some(fields), Some(value)) = (person.as_object_mut(), value) {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        let date = self.now().timestamp().to_string();
        Some(vec![("auth_date", date), ("query_id", query), ("user", person.to_string())])
    }
}

/// Returns the fields as a query, with their signature. The fields must be sorted by their names.
fn signed(token: &str, fields: Vec<(&'static str, String)>) -> Option<String> {
    let mac = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(text.as_bytes());
        Some(mac.finalize().into_bytes())
    };
    let lines: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let hash = mac(&mac(b"WebAppData", token)?, &lines.join("\n"))?;
    let hash = hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    Some(Serializer::new(String::new()).extend_pairs(fields).append_pair("hash", &hash).finish())
}
