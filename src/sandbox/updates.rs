//! Updates of the sandbox: the queue for `getUpdates` and the webhook.
pub(super) mod queue;
pub(super) mod webhook;
