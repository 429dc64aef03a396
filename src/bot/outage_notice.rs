//! Outage notices: a person whose update can't be handled now is told that nothing is lost.
#[cfg(doc)]
use super::context::AnswerLimits;
use super::context::BotContext;
use super::render::Localizer;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How often a chat may get an outage notice.
const OUTAGE_NOTICE_INTERVAL: Duration = Duration::from_secs(60);

impl BotContext {
    /// Runs work that uses the store. If it takes longer than [`AnswerLimits::update`], the chats
    /// get an outage notice: a server that hangs returns no error.
    pub async fn with_outage_notice<T>(
        self: &Arc<Self>,
        chats: impl IntoIterator<Item = i64>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        if let Ok(output) = tokio::time::timeout(self.answer_limits.update, &mut work).await {
            return output;
        }
        tracing::warn!("store is slow; sending outage notices");
        self.send_outage_notice(chats);
        work.await
    }

    /// Sends an outage notice to these chats, bypassing the outbox, which needs the store. Their updates are
    /// not lost: Telegram or the inbox has them. A chat gets at most one a minute. The call does not wait for
    /// the delivery.
    pub fn send_outage_notice(self: &Arc<Self>, chats: impl IntoIterator<Item = i64>) {
        let (bot, chats) = (Arc::clone(self), chats.into_iter().collect::<Vec<_>>());
        self.tasks.spawn(async move { bot.send_outage_notice_to(chats).await });
    }

    async fn send_outage_notice_to(&self, chats: Vec<i64>) {
        let (now, steady) = (self.clock.now(), self.clock.steady());
        for chat in chats {
            let is_repeated = {
                let mut sent = self.outage_notices_sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.retain(|_, at| steady.saturating_sub(*at) < OUTAGE_NOTICE_INTERVAL);
                let is_repeated = sent.contains_key(&chat);
                sent.entry(chat).or_insert(steady);
                is_repeated
            };
            if !is_repeated {
                let config = self.engine.config();
                let localizer =
                    Localizer { texts: &self.texts, locale: config.default_locale, now, zone: config.zone };
                let body = serde_json::json!({"chat_id": chat, "text": localizer.plain("store-away", &[])});
                if let Err(error) = self.telegram.call("sendMessage", &body).await {
                    tracing::debug!(%error, "failed to send outage notice");
                }
            }
        }
    }
}
