//! The minimal update: what teloxide's dispatcher and filters need of an update. It is built field by field:
//! teloxide's reader would refuse content of later API versions, and costs 8 % of what the compiler generates.
use super::Incoming;
use super::message::{IncomingChat, IncomingMessage, IncomingUser};
use super::press::Press;
use super::reaction::IncomingReaction;
use crate::domain::Time;
use teloxide::types::{
    CallbackQuery, CallbackQueryId, Chat, ChatId, ChatKind, ChatMember, ChatMemberKind, ChatMemberUpdated,
    ChatPrivate, ChatPublic, InlineQuery, InlineQueryId, MaybeAnonymousUser, MaybeInaccessibleMessage,
    MediaKind, MediaText, Member, Message, MessageCommon, MessageId, MessageKind, MessageReactionUpdated,
    PublicChatKind, PublicChatSupergroup, Update, UpdateId, UpdateKind, User, UserId,
};

/// Returns the update for the dispatcher: its kind, chat, sender and date. Handlers read the content from
/// [`Incoming`]. Returns `None` for an id that teloxide's types cannot hold: of an update, or of a person.
#[must_use]
pub fn minimal_update(update_id: i64, incoming: &Incoming) -> Option<Update> {
    let kind = match incoming {
        Incoming::Message(message) => UpdateKind::Message(message_of(message)?),
        Incoming::Edited(message) => UpdateKind::EditedMessage(message_of(message)?),
        Incoming::Press(press) => UpdateKind::CallbackQuery(query_of(press)?),
        Incoming::Inline(query) => UpdateKind::InlineQuery(InlineQuery {
            id: InlineQueryId(query.id.clone()),
            from: user(&query.from)?,
            location: None,
            query: String::new(),
            offset: String::new(),
            chat_type: None,
        }),
        Incoming::Reaction(reaction) => UpdateKind::MessageReaction(reaction_of(reaction)?),
        Incoming::Membership { chat, from, is_member } => {
            UpdateKind::MyChatMember(membership(*chat, from, *is_member)?)
        }
    };
    Some(Update { id: UpdateId(u32::try_from(update_id).ok()?), kind })
}

fn message_of(message: &IncomingMessage) -> Option<Message> {
    let from = match &message.from {
        Some(from) => Some(user(from)?),
        None => None,
    };
    Some(empty_message(message.chat, message.message_id, message.date.unwrap_or_default(), from))
}

fn empty_message(at: IncomingChat, message_id: i32, date: Time, from: Option<User>) -> Message {
    let text = MediaText { text: String::new(), entities: Vec::new(), link_preview_options: None };
    let content = MessageCommon {
        author_signature: None,
        paid_star_count: None,
        effect_id: None,
        forward_origin: None,
        reply_to_message: None,
        external_reply: None,
        quote: None,
        reply_to_story: None,
        sender_boost_count: None,
        edit_date: None,
        media_kind: MediaKind::Text(text),
        reply_markup: None,
        is_automatic_forward: false,
        has_protected_content: false,
        is_from_offline: false,
        business_connection_id: None,
    };
    Message {
        id: MessageId(message_id),
        thread_id: None,
        from,
        sender_chat: None,
        date,
        chat: chat(at),
        is_topic_message: false,
        via_bot: None,
        sender_business_bot: None,
        kind: MessageKind::Common(content),
    }
}

/// A press without a message counts as one in the private chat of its sender, so that it keeps its order
/// with their messages.
fn query_of(press: &Press) -> Option<CallbackQuery> {
    let private = IncomingChat { id: press.from.id.into(), is_private: true };
    let (chat, message_id) =
        press.message.as_ref().map_or((private, 1), |message| (message.chat, message.message_id));
    let message = empty_message(chat, message_id, Time::default(), None);
    Some(CallbackQuery {
        id: CallbackQueryId(press.query_id.clone()),
        from: user(&press.from)?,
        message: Some(MaybeInaccessibleMessage::Regular(Box::new(message))),
        inline_message_id: None,
        chat_instance: String::new(),
        data: press.data.clone(),
        game_short_name: None,
    })
}

fn reaction_of(reaction: &IncomingReaction) -> Option<MessageReactionUpdated> {
    let actor = match &reaction.from {
        Some(from) => MaybeAnonymousUser::User(user(from)?),
        None => MaybeAnonymousUser::Chat(chat(reaction.chat)),
    };
    Some(MessageReactionUpdated {
        chat: chat(reaction.chat),
        message_id: MessageId(reaction.message_id),
        actor,
        date: Time::default(),
        old_reaction: Vec::new(),
        new_reaction: Vec::new(),
    })
}

fn membership(at: IncomingChat, from: &IncomingUser, is_member: bool) -> Option<ChatMemberUpdated> {
    let member = |is_member: bool| {
        let kind = if is_member {
            ChatMemberKind::Member(Member { until_date: None })
        } else {
            ChatMemberKind::Left
        };
        Some(ChatMember { user: user(from)?, kind })
    };
    Some(ChatMemberUpdated {
        chat: chat(at),
        from: user(from)?,
        date: Time::default(),
        old_chat_member: member(!is_member)?,
        new_chat_member: member(is_member)?,
        invite_link: None,
        via_join_request: false,
        via_chat_folder_invite_link: false,
    })
}

fn chat(chat: IncomingChat) -> Chat {
    let kind = if chat.is_private {
        ChatKind::Private(ChatPrivate { username: None, first_name: None, last_name: None })
    } else {
        let kind = PublicChatKind::Supergroup(PublicChatSupergroup { username: None, is_forum: false });
        ChatKind::Public(ChatPublic { title: None, kind })
    };
    Chat { id: ChatId(chat.id.0), kind }
}

fn user(user: &IncomingUser) -> Option<User> {
    Some(User {
        id: UserId(u64::try_from(user.id.0).ok()?),
        is_bot: user.is_bot,
        first_name: user.name.clone(),
        last_name: None,
        username: None,
        language_code: None,
        is_premium: false,
        added_to_attachment_menu: false,
    })
}
