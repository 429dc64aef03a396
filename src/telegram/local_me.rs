//! A local `getMe` endpoint for teloxide's dispatcher, which asks for the bot before it starts.
//!
//! teloxide refuses an answer without a field that later servers leave out; then it would handle no update.
//! Nothing of the answer is used, so this endpoint gives it on loopback, and Telegram is not asked.
use axum::{Json, Router};
use reqwest::Client;
use serde_json::json;
use std::io;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

/// The token in the requests of the dispatcher. It is no secret.
const TOKEN: &str = "1:dispatcher";

/// The endpoint. It ends when this is dropped.
pub struct LocalMe {
    bot: teloxide::Bot,
    _server: AbortOnDropHandle<io::Result<()>>,
}

impl LocalMe {
    /// Starts the endpoint on a free port of the loopback address.
    pub async fn start(username: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let url = Url::parse(&url).map_err(io::Error::other)?;
        let me = json!({"ok": true, "result": {
            "id": 1, "is_bot": true, "first_name": username, "username": username, "can_join_groups": false,
            "can_read_all_group_messages": false, "supports_inline_queries": false, "has_main_web_app": false,
        }});
        let router = Router::new().fallback(async move || Json(me));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        // A proxy of the environment must not get requests to loopback.
        let client = Client::builder().no_proxy().build().map_err(io::Error::other)?;
        let bot = teloxide::Bot::with_client(TOKEN, client).set_api_url(url);
        Ok(Self { bot, _server: AbortOnDropHandle::new(server) })
    }

    /// Returns the bot for the dispatcher.
    pub fn bot(&self) -> teloxide::Bot {
        self.bot.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use teloxide::requests::Requester;

    #[tokio::test]
    async fn the_dispatcher_gets_an_answer_that_teloxide_reads() {
        let local = LocalMe::start("meja_bot").await.unwrap();
        assert_eq!(local.bot().get_me().await.unwrap().username(), "meja_bot");
    }
}
