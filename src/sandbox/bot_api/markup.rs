//! Inline keyboards: validation with Telegram's limits.
use serde_json::{Map, Value};

use super::error::{BotApiError, bad_request};

const MAX_BUTTONS: usize = 100;
const MAX_ROW_BUTTONS: usize = 8;
const MAX_MARKUP_BYTES: usize = 10_000;
const MAX_CALLBACK_DATA_BYTES: usize = 64;
/// The styles of a button.
const STYLES: [&str; 3] = ["primary", "success", "danger"];
/// The fields of which a button must have exactly one.
const ACTION_FIELDS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// Returns the inline keyboard of a request; `None` if it is missing or empty, or another kind of markup.
pub(in crate::sandbox) fn keyboard(params: &Map<String, Value>) -> Result<Option<Value>, BotApiError> {
    let Some(markup) = params.get("reply_markup").filter(|m| !m.is_null()) else { return Ok(None) };
    let Some(rows) = markup.get("inline_keyboard").and_then(Value::as_array) else { return Ok(None) };
    let rows: Vec<&Vec<Value>> = rows.iter().filter_map(Value::as_array).filter(|r| !r.is_empty()).collect();
    let count: usize = rows.iter().map(|row| row.len()).sum();
    if count == 0 {
        return Ok(None);
    }
    let too_wide = rows.iter().any(|row| row.len() > MAX_ROW_BUTTONS);
    if count > MAX_BUTTONS || too_wide || markup.to_string().len() > MAX_MARKUP_BYTES {
        return Err(bad_request("reply markup is too long"));
    }
    rows.into_iter().flatten().try_for_each(check_button)?;
    let mut markup = markup.clone();
    complete_urls(&mut markup);
    Ok(Some(markup))
}

/// Adds the scheme to the buttons' links that have none, as Telegram does.
fn complete_urls(markup: &mut Value) {
    let rows = markup.get_mut("inline_keyboard").and_then(Value::as_array_mut).into_iter().flatten();
    for button in rows.filter_map(Value::as_array_mut).flatten() {
        if let Some(url) = button.get_mut("url") {
            *url = Value::from(full_url(url.as_str().unwrap_or_default()));
        }
    }
}

/// Returns a link with its scheme: `http://` if it has none.
fn full_url(url: &str) -> String {
    let has_scheme = url.contains("://") || url.starts_with("tg:");
    if has_scheme { url.to_owned() } else { format!("http://{url}") }
}

fn is_valid_url(url: &str) -> bool {
    let has_scheme = full_url(url) == url;
    url::Url::parse(&full_url(url)).is_ok_and(|u| match u.scheme() {
        "http" | "https" => has_scheme || u.host_str().is_some_and(|host| host.contains('.')),
        scheme => matches!(scheme, "tg" | "ton" | "tonsite"),
    })
}

/// Checks the address of a Mini App. Telegram opens only those with TLS; as its test servers do, the sandbox opens
/// those on this machine without.
pub(in crate::sandbox) fn check_web_app(button: &Value, what: &str) -> Result<(), BotApiError> {
    let url = button.get("web_app").and_then(|app| app.get("url")?.as_str()).unwrap_or_default();
    let refused = |why: &str| bad_request(format!("{what} Web App URL '{url}' is invalid: {why}"));
    let parsed = url::Url::parse(url).map_err(|_| refused("Wrong HTTP URL"))?;
    let is_local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost"));
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if is_local => Ok(()),
        _ => Err(refused("Only HTTPS links are allowed")),
    }
}

fn check_button(button: &Value) -> Result<(), BotApiError> {
    let text = |name: &str| button.get(name).and_then(Value::as_str);
    let is_set = |name: &&str| button.get(*name).is_some_and(|v| v.as_str() != Some("") && !v.is_null());
    // Telegram treats an empty label as a missing one.
    if text("text").is_none_or(|label| label.trim().is_empty()) {
        return Err(bad_request("can't parse inline keyboard button: Field \"text\" must be non-empty"));
    }
    if ACTION_FIELDS.iter().filter(|name| is_set(name)).count() == 0 {
        return Err(bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ));
    }
    if text("style").is_some_and(|style| !STYLES.contains(&style)) {
        return Err(bad_request("can't parse inline keyboard button: Invalid button style specified"));
    }
    if text("callback_data").is_some_and(|data| data.len() > MAX_CALLBACK_DATA_BYTES) {
        return Err(bad_request("BUTTON_DATA_INVALID"));
    }
    if text("url").is_some_and(|url| !is_valid_url(url)) {
        return Err(bad_request("BUTTON_URL_INVALID"));
    }
    if is_set(&"web_app") {
        check_web_app(button, "inline keyboard button")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(rows: &Value) -> Result<bool, String> {
        let params = json!({"reply_markup": {"inline_keyboard": rows}});
        keyboard(params.as_object().unwrap()).map(|k| k.is_some()).map_err(|r| r.to_string())
    }

    fn row(length: usize) -> Value {
        (0..length).map(|n| json!({"text": "x", "callback_data": n.to_string()})).collect()
    }

    #[test]
    fn keyboards_beyond_a_limit_are_rejected() {
        assert_eq!(check(&json!([])), Ok(false));
        assert_eq!(check(&json!([[]])), Ok(false));
        assert_eq!(check(&json!([row(8)])), Ok(true));
        let long = Err("Bad Request: reply markup is too long".to_owned());
        assert_eq!(check(&json!([row(9)])), long);
        assert_eq!(check(&(0..20).map(|_| row(5)).collect()), Ok(true));
        assert_eq!(check(&(0..21).map(|_| row(5)).collect()), long);
        let fat: Value =
            (0..80).map(|_| json!([{"text": "x".repeat(100), "callback_data": "y".repeat(64)}])).collect();
        assert_eq!(check(&fat), long);
    }

    #[test]
    fn every_button_is_validated() {
        let one = |button: Value| check(&json!([[button]]));
        assert_eq!(one(json!({"text": "x", "callback_data": "é".repeat(32)})), Ok(true));
        assert_eq!(
            one(json!({"text": "x", "callback_data": "é".repeat(33)})),
            Err("Bad Request: BUTTON_DATA_INVALID".to_owned())
        );
        assert!(
            one(json!({"text": "x", "callback_data": ""}))
                .unwrap_err()
                .contains("Text buttons are unallowed")
        );
        assert!(one(json!({"text": "x"})).is_err());
        assert_eq!(one(json!({"text": "x", "callback_data": "a", "style": "danger"})), Ok(true));
        assert!(one(json!({"text": "x", "callback_data": "a", "style": "red"})).is_err());
        assert!(one(json!({"text": " ", "callback_data": "a"})).is_err());
        assert_eq!(one(json!({"text": "x", "url": "https://t.me/a?start=b"})), Ok(true));
        assert_eq!(one(json!({"text": "x", "url": "t.me/a?start=b"})), Ok(true));
        assert_eq!(one(json!({"text": "x", "url": "tg://user?id=5"})), Ok(true));
        let app = |url: &str| one(json!({"text": "x", "web_app": {"url": url}}));
        assert_eq!(app("https://desk.example/app/"), Ok(true));
        assert_eq!(app("http://127.0.0.1:8080/app/"), Ok(true));
        for url in
            ["http://desk.example/", "http://127.0.0.1.desk.example/", "javascript:alert(1)", "desk", ""]
        {
            assert!(app(url).unwrap_err().contains("Web App URL"), "{url}");
        }
        for url in ["javascript:alert(1)", "localhost", "just words", "ftp://a.example/"] {
            let refused = Err("Bad Request: BUTTON_URL_INVALID".to_owned());
            assert_eq!(one(json!({"text": "x", "url": url})), refused, "{url}");
        }
    }

    #[test]
    fn links_without_a_scheme_get_one() {
        let params = json!({"reply_markup": {"inline_keyboard": [[{"text": "x", "url": "t.me/a"}]]}});
        let markup = keyboard(params.as_object().unwrap()).unwrap().unwrap();
        assert_eq!(markup["inline_keyboard"][0][0]["url"], "http://t.me/a");
    }
}
