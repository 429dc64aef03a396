//! The `getUpdates` call. It returns the bytes of the answer, because one update in it that is no valid JSON must
//! not hide the others.
use super::{CallError, Telegram};
use serde_json::Value;
use std::time::Duration;

/// How much of an answer is read: 100 of the largest updates. The rest is cut off.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// The longest answer that can be a refusal.
const MAX_REFUSAL_BYTES: usize = 1 << 16;

impl Telegram {
    /// Calls `getUpdates` and returns the answer as it came, cut after `MAX_ANSWER_BYTES`.
    pub async fn get_updates(&self, parameters: &Value, timeout: Duration) -> Result<Vec<u8>, CallError> {
        let result = self.try_get_updates(parameters, timeout).await;
        if let Err(error) = &result {
            self.errors.count(error);
        }
        result
    }

    async fn try_get_updates(&self, parameters: &Value, timeout: Duration) -> Result<Vec<u8>, CallError> {
        let request = self.client.post(self.url("getUpdates")).json(parameters).timeout(timeout);
        let mut response = request.send().await.map_err(CallError::from_transport)?;
        let is_success = response.status().is_success();
        let mut body = Vec::new();
        while body.len() < MAX_ANSWER_BYTES
            && let Some(chunk) = response.chunk().await.map_err(CallError::from_transport)?
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(MAX_ANSWER_BYTES);
        match refusal(&body) {
            Some(refused) => Err(refused),
            None if is_success => Ok(body),
            None => Err(CallError::Unknown(format!("{}, and no answer of the Bot API", response.status()))),
        }
    }
}

/// Returns the refusal that `body` is. Only an answer of the Bot API can be one.
fn refusal(body: &[u8]) -> Option<CallError> {
    let answer: Value = serde_json::from_slice(body.get(..MAX_REFUSAL_BYTES).unwrap_or(body)).ok()?;
    let number = |value: Option<&Value>| value.and_then(Value::as_u64);
    (answer.get("ok") == Some(&Value::Bool(false))).then_some(())?;
    Some(CallError::Refused {
        code: u16::try_from(number(answer.get("error_code"))?).ok()?,
        description: answer.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        retry_after: number(answer.pointer("/parameters/retry_after")).and_then(|s| u32::try_from(s).ok()),
        migrate_to: None,
    })
}
