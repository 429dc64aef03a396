//! Updates for the bot: the queue, `getUpdates` polling, and delivery to the webhook.
pub(super) mod queue;
pub(super) mod webhook;
