//! Personal data in raw updates: whose update it is.
use serde_json::Value;

/// Returns true if the update was sent by this person, or in their chat with the bot. Its id is that of the
/// person.
pub(super) fn is_update_of(update: &Value, telegram: i64) -> bool {
    let is_theirs = |content: &Value| {
        let mut ids = ["/from/id", "/chat/id", "/message/chat/id"].iter().map(|path| content.pointer(path));
        ids.any(|id| id.and_then(Value::as_i64) == Some(telegram))
    };
    update.as_object().is_some_and(|fields| fields.values().any(is_theirs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_update_belongs_to_its_sender_and_to_the_chat() {
        let message = json!({"update_id": 5, "message": {"from": {"id": 7}, "chat": {"id": 7}, "text": "8"}});
        let press =
            json!({"update_id": 7, "callback_query": {"from": {"id": 9}, "message": {"chat": {"id": 8}}}});
        assert!(is_update_of(&message, 7) && !is_update_of(&message, 5) && !is_update_of(&message, 8));
        assert!(is_update_of(&press, 9) && is_update_of(&press, 8) && !is_update_of(&press, 7));
        assert!(!is_update_of(&json!("not an update: 7"), 7));
    }
}
