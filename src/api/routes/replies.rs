//! Route of `/api/tickets/{ticket}/replies`: the canned replies for a ticket, with their placeholders filled in.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::extract::TicketRef;
use crate::bot::render::Localizer;
use crate::domain::department::canned_reply::CannedReply;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/tickets/{ticket}/replies", get(list))
}

/// A canned reply for a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ReplyBody {
    /// Its id.
    reply_id: Uuid,
    /// The word by which agents name it.
    #[schema(example = "salam")]
    word: String,
    /// Its text, with the names and the number of the ticket, in the customer's language.
    #[schema(example = "Halo Sari, tiket INC120420251352536CO sedang kami periksa.")]
    text: String,
}

/// Lists the canned replies that an agent can send to the ticket's customer, by word.
#[utoipa::path(get, operation_id = "listReplies", path = "/api/tickets/{ticket}/replies", tag = "conversation",
    security(("bearer" = [])), params(("ticket" = TicketRef, Path)),
    responses((status = 200, body = Envelope<Vec<ReplyBody>>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
) -> Result<Vec<ReplyBody>> {
    let ticket = api.visible(&caller, &ticket).await?;
    let replies = api.engine.canned_replies_of(&BTreeSet::from([ticket.department])).await?;
    let (now, zone) = (api.now(), api.engine.config().zone);
    let localizer = Localizer { texts: &api.texts, locale: caller.locale, now, zone };
    let values = api.views.placeholders(localizer, &ticket, caller.id).await?;
    let body = |reply: CannedReply| ReplyBody {
        reply_id: reply.id.0,
        text: values.fill(&reply.text).text,
        word: reply.word,
    };
    Ok(Answer::ok("Canned replies", replies.into_iter().map(body).collect()))
}
