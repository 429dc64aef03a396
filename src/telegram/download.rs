//! Downloads of files that Telegram stores. The address of a file holds the token, so it never leaves this module.
use super::{CallError, Telegram};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryFutureExt};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a download may take: 20 MB, the most that Telegram serves, over a slow connection.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// A part of a file, or the error that ended its download.
pub(super) type FilePart = Result<Vec<u8>, CallError>;

/// A file that is being downloaded.
pub struct Download {
    /// Its length, if Telegram says it.
    pub length: Option<u64>,
    /// Its parts, in order.
    pub parts: BoxStream<'static, FilePart>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Telegram {
    /// Begins to download the file with this id. A file of more than 20 MB is refused by Telegram.
    pub async fn download(&self, file_id: &str) -> Result<Download, CallError> {
        let file = self.call("getFile", &json!({"file_id": file_id})).await?;
        let path = file.get("file_path").and_then(Value::as_str).unwrap_or_default();
        // A local Bot API server answers with a path on its own disk, and serves no file.
        if path.is_empty() || path.starts_with('/') {
            return Err(CallError::NotSent("the Bot API server serves no file".to_owned()));
        }
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("file").push(&format!("bot{}", self.token.expose_secret()));
            segments.extend(path.split('/'));
        }
        let response = self.client.get(url).timeout(DOWNLOAD_TIMEOUT).send();
        let response = response.map_err(CallError::from_transport).await?;
        if !response.status().is_success() {
            return Err(CallError::NotSent(format!("status {} for a file", response.status().as_u16())));
        }
        let length = response.content_length();
        let parts = stream::try_unfold(response, |mut response| async {
            let part = response.chunk().await.map_err(CallError::from_transport)?;
            Ok(part.map(|part| (part.to_vec(), response)))
        });
        Ok(Download { length, parts: parts.boxed() })
    }
}
