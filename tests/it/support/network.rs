//! The network between a desk under test and Telegram: the sandbox's server, the webhook, and clients.
use super::{Desk, TOKEN, WAIT_TIMEOUT};
use antri::config::telegram::WebhookConfig;
use antri::telegram::Telegram;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

impl Desk {
    /// Serves Telegram on this socket.
    pub(super) fn serve(&self, listener: TcpListener) {
        let (sandbox, server) = (self.sandbox.clone(), CancellationToken::new());
        *self.server.lock().unwrap() = server.clone();
        tokio::spawn(async move { sandbox.serve(listener, server.cancelled_owned()).await });
    }

    /// Makes Telegram unreachable: connections are refused.
    pub(crate) fn cut_off(&self) {
        self.server.lock().unwrap().cancel();
    }

    /// Makes Telegram reachable again, at its old address.
    pub(crate) async fn reconnect(&self) {
        let address = self.api_url.strip_prefix("http://").unwrap();
        self.until("the old address to be free", async || match TcpListener::bind(address).await {
            Ok(listener) => {
                self.serve(listener);
                true
            }
            Err(_) => false,
        })
        .await;
    }

    /// Returns the settings of a webhook at this socket, and records its address.
    pub(super) fn webhook_config(&self, secret: &str, listener: &TcpListener) -> WebhookConfig {
        let url: url::Url = format!("http://{}/hook", listener.local_addr().unwrap()).parse().unwrap();
        *self.webhook_target.lock().unwrap() = Some(url.clone());
        WebhookConfig { url, secret: secret.into() }
    }

    /// Returns a Telegram client for calls of the test itself.
    pub(crate) fn telegram(&self) -> Telegram {
        self.telegram_within(WAIT_TIMEOUT)
    }

    /// Returns a client whose calls take at most this time.
    pub(super) fn telegram_within(&self, timeout: Duration) -> Telegram {
        Telegram::new(self.api_url.parse().unwrap(), TOKEN.into(), timeout).unwrap()
    }
}
