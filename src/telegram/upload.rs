//! Calls that upload a file, as `multipart/form-data`.
use super::{CallError, Telegram, answer};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use std::time::Duration;

/// The slowest upload that is waited for, in bytes per millisecond: four megabits per second.
const MIN_BYTES_PER_MILLISECOND: u64 = 512;

/// A file to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The parameter that takes the file.
    pub field: &'static str,
    /// The name of the file.
    pub name: String,
    /// The mime type.
    pub mime: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Telegram {
    /// Calls `method` with these parameters and a file, and returns the result.
    pub async fn call_with_file(
        &self,
        method: &str,
        params: &Value,
        file: &Upload,
    ) -> Result<Value, CallError> {
        let result = self.try_upload(method, params, file).await;
        if let Err(error) = &result {
            self.errors.count(error);
        }
        result
    }

    async fn try_upload(&self, method: &str, params: &Value, file: &Upload) -> Result<Value, CallError> {
        let part = Part::bytes(file.bytes.clone()).file_name(file.name.clone()).mime_str(&file.mime);
        let part = part.map_err(|error| CallError::NotSent(error.without_url().to_string()))?;
        let mut form = Form::new().part(file.field, part);
        for (name, value) in params.as_object().into_iter().flatten() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            form = form.text(name.clone(), text);
        }
        // A large file takes its time on a slow line.
        let extra_millis = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX) / MIN_BYTES_PER_MILLISECOND;
        let timeout = self.timeout + Duration::from_millis(extra_millis);
        let request = self.client.post(self.url(method)).multipart(form).timeout(timeout);
        let response = request.send().await.map_err(CallError::from_transport)?;
        let status = response.status();
        answer::parse(status, &answer::read(response, answer::max_bytes(method)).await?)
    }
}
