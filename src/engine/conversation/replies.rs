//! Replies within a conversation: the message that another one replies to.
use crate::domain::content::MessageSource;
use crate::domain::ticket::conversation::ConversationMessage;
use crate::engine::Engine;
use crate::engine::ports::StoreError;

impl Engine {
    /// Returns the message of the same ticket that a message replies to.
    pub async fn replied_to(
        &self,
        message: &ConversationMessage,
    ) -> Result<Option<ConversationMessage>, StoreError> {
        let content = &message.content;
        let replied = match (content.reply_to_message, message.source, content.reply_to) {
            (Some(id), _, _) => self.store.message(id).await?,
            (None, Some(source), Some(message_id)) => {
                self.store.message_at(MessageSource { message_id, ..source }).await?
            }
            _ => None,
        };
        Ok(replied.filter(|replied| replied.ticket == message.ticket))
    }
}
