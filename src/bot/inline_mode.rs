//! Inline mode of the bot: whether Telegram sends it inline queries.
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether people can use the bot inline. It is switched in BotFather, or by `setMySettings`.
#[derive(Debug, Default)]
pub struct InlineMode(AtomicBool);

impl InlineMode {
    /// Takes over what `getMe` has answered.
    pub fn learn(&self, me: &Value) {
        let is_enabled = me.get("supports_inline_queries").and_then(Value::as_bool).unwrap_or_default();
        self.0.store(is_enabled, Ordering::SeqCst);
    }

    /// Returns true if the bot gets inline queries.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
