//! The answer to a Bot API call. Only JSON with `ok` and `error_code` is an answer of the Bot API; a page of a
//! proxy in its place says nothing about the call.
use super::CallError;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// The longest answer of `getUpdates`: 100 updates, of which a rich message has some hundred KB.
const MAX_UPDATES_BYTES: usize = 64 << 20;
/// The longest answer of any other method: one message with the message that it replies to.
const MAX_ANSWER_BYTES: usize = 4 << 20;
/// The longest delay that an answer can demand: one day.
const MAX_RETRY_AFTER_S: u32 = 86_400;

/// The envelope of an answer.
#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    #[serde(default)]
    result: Value,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Deserialize, Default)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

/// Returns the most bytes that the Bot API answers to `method`.
pub(super) fn max_bytes(method: &str) -> usize {
    if method == "getUpdates" { MAX_UPDATES_BYTES } else { MAX_ANSWER_BYTES }
}

/// Reads a body of at most `max` bytes. Returns an unknown outcome if it is longer or breaks off.
pub(super) async fn read(mut response: Response, max: usize) -> Result<Vec<u8>, CallError> {
    let too_long = || CallError::Unknown(format!("the answer is longer than {max} bytes"));
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(CallError::from_transport)? {
        if body.len() + chunk.len() > max {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Returns the result that an answer holds, or the error that it reports.
pub(super) fn parse(status: StatusCode, body: &[u8]) -> Result<Value, CallError> {
    match serde_json::from_slice(body) {
        Ok(Envelope { ok: true, result, .. }) => Ok(result),
        Ok(Envelope { error_code: Some(code @ 400..=599), description, parameters, .. }) => {
            Err(CallError::Refused {
                code,
                description,
                retry_after: parameters.retry_after.map(|seconds| seconds.min(MAX_RETRY_AFTER_S)),
                migrate_to: parameters.migrate_to_chat_id,
            })
        }
        _ => Err(of_a_page(status)),
    }
}

/// Returns the error for a body that is no answer of the Bot API. A proxy that redirects or refuses a request
/// does not forward it. Any other page may stand in place of the answer to a call that was carried out.
fn of_a_page(status: StatusCode) -> CallError {
    let may_be_forwarded = status == StatusCode::REQUEST_TIMEOUT;
    if (status.is_redirection() || status.is_client_error()) && !may_be_forwarded {
        CallError::NotSent(format!("a proxy answered {}", status.as_u16()))
    } else {
        CallError::Unknown(format!("status {} without an answer of the Bot API", status.as_u16()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(status: u16, body: &str) -> Result<Value, CallError> {
        super::parse(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn only_an_answer_of_the_bot_api_is_a_refusal() {
        let refusal = parse(400, r#"{"ok":false,"error_code":400,"description":"Bad Request: x"}"#);
        assert_eq!(refusal.unwrap_err().code(), Some(400));
        let pages = ["<html>Forbidden</html>", "", "{}", r#"{"ok":false}"#, r#"{"error":"denied"}"#, "null"];
        let odd = [
            r#"{"ok":false,"error_code":200}"#,
            r#"{"ok":false,"error_code":-1}"#,
            r#"{"ok":"no","error_code":403}"#,
        ];
        for page in pages.into_iter().chain(odd) {
            for status in [301, 302, 307, 308, 400, 401, 403, 404, 407, 413, 429, 451] {
                assert!(matches!(parse(status, page), Err(CallError::NotSent(_))), "{status} {page}");
            }
            for status in [200, 204, 408, 500, 502, 503, 504] {
                assert!(matches!(parse(status, page), Err(CallError::Unknown(_))), "{status} {page}");
            }
        }
    }

    #[test]
    fn a_demanded_delay_has_an_end() {
        let body = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":4294967295}}"#;
        assert_eq!(parse(429, body).unwrap_err().retry_after().unwrap().as_secs(), 86_400);
    }

    #[test]
    fn the_log_text_of_a_refusal_holds_no_quoted_words() {
        let refusal = |description: &str| {
            let body = serde_json::json!({"ok": false, "error_code": 400, "description": description});
            parse(400, &body.to_string()).unwrap_err()
        };
        for quoted in [
            "Bad Request: can't parse entities: Unsupported start tag \"rahasia\" at byte offset 0",
            "Bad Request: inline keyboard button URL 'rahasia' is invalid: rahasia",
            "rahasia: rahasia",
            "Bad Request: rahasia rahasia",
        ] {
            let error = refusal(quoted);
            assert!(!format!("{error} {error:?}").contains("rahasia"), "{error} {error:?}");
        }
        assert_eq!(refusal("Bad Request: chat not found").to_string(), "400 chat not found");
    }
}
