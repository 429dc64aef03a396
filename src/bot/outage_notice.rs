//! Outage notices: a person whose update can't be handled now is told that nothing is lost. The notice leaves the chat
//! when an update of the chat was handled.
#[cfg(doc)]
use super::context::AnswerLimits;
use super::context::BotContext;
use super::outage_chats::DelayedUpdate;
use super::render::Localizer;
use serde_json::{Value, json};
use std::pin::pin;
use std::sync::Arc;

impl BotContext {
    /// Runs work that uses the store, for an update. If it takes longer than [`AnswerLimits::update`], the chat gets an
    /// outage notice: a server that hangs returns no error.
    pub async fn with_outage_notice<T>(
        self: &Arc<Self>,
        update: Option<DelayedUpdate>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        if let Ok(output) = tokio::time::timeout(self.answer_limits.update, &mut work).await {
            return output;
        }
        tracing::warn!("store is slow; sending outage notices");
        self.send_outage_notice(update);
        work.await
    }

    /// Sends an outage notice to the chats of these updates, bypassing the outbox, which needs the store. The updates
    /// are not lost: Telegram or the inbox has them. A chat gets at most one a minute, and one for an update. The call
    /// does not wait for the delivery.
    pub fn send_outage_notice(self: &Arc<Self>, updates: impl IntoIterator<Item = DelayedUpdate>) {
        let now = self.clock.steady();
        let is_due = |update: &DelayedUpdate| self.outage_chats.begin(*update, now);
        let due: Vec<_> = updates.into_iter().filter(is_due).collect();
        if due.is_empty() {
            return;
        }
        let bot = Arc::clone(self);
        self.tasks.spawn(async move {
            for update in due {
                bot.send_outage_notice_about(update).await;
            }
        });
    }

    /// Takes the outage notice out of the chat of an update that was handled. The call does not wait for that.
    pub fn end_outage_notice(self: &Arc<Self>, update: Option<DelayedUpdate>) {
        let Some(DelayedUpdate { chat, .. }) = update else { return };
        if let Some(message_id) = self.outage_chats.end_outage(chat) {
            let bot = Arc::clone(self);
            self.tasks.spawn(async move { bot.delete_outage_notice(chat, message_id).await });
        }
    }

    async fn send_outage_notice_about(&self, DelayedUpdate { chat, locale, .. }: DelayedUpdate) {
        let (config, now) = (self.engine.config(), self.clock.now());
        let is_private = chat > 0;
        let locale = locale.filter(|_| is_private).unwrap_or(config.default_locale);
        let localizer = Localizer { texts: &self.texts, locale, now, zone: config.zone };
        let body = json!({"chat_id": chat, "text": localizer.plain("store-away", &[])});
        let sent = self.telegram.call("sendMessage", &body).await;
        if let Err(error) = &sent {
            tracing::debug!(%error, "failed to send outage notice");
        }
        let id = |message: Value| i32::try_from(message.get("message_id")?.as_i64()?).ok();
        for message_id in self.outage_chats.end_sending(chat, sent.ok().and_then(id)) {
            self.delete_outage_notice(chat, message_id).await;
        }
    }

    async fn delete_outage_notice(&self, chat: i64, message_id: i32) {
        let body = json!({"chat_id": chat, "message_id": message_id});
        if let Err(error) = self.telegram.call("deleteMessage", &body).await {
            tracing::debug!(%error, "failed to delete outage notice");
        }
    }
}
