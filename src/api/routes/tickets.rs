//! Routes of `/api/tickets`: opening a ticket, reading one, and the holder's steps.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, OptionalJson, TicketRef};
use crate::api::json::ticket::{PlacedTicket, TicketBody};
use crate::domain::department::Department;
use crate::domain::event::Action;
use crate::domain::ids::{CategoryId, DepartmentId, PersonId, TelegramId, TicketId};
use crate::domain::number::TicketNumber;
use crate::domain::person::Person;
use crate::domain::ticket::description::Description;
use crate::domain::ticket::snooze::MAX_SNOOZE;
use crate::domain::ticket::{Refusal, Ticket, TicketState};
use crate::engine::error::EngineError;
use crate::engine::tickets::open::{NewTicket, SentFrom};
use crate::engine::tickets::steps::Step;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/", post(create))
        .route("/{ticket}", get(show))
        .route("/{ticket}/start", post(start))
        .route("/{ticket}/hold", post(hold))
        .route("/{ticket}/resume", post(resume))
        .route("/{ticket}/complete", post(complete))
        .route("/{ticket}/give-back", post(give_back))
}

/// The longest accepted idempotency key.
const MAX_IDEMPOTENCY_KEY_CHARS: usize = 128;

/// A new ticket of a customer whom the bot knows. One of the two customer ids is required.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewTicketBody {
    /// The customer's id.
    customer_id: Option<Uuid>,
    /// The customer's Telegram id.
    #[schema(example = 1_234_567)]
    customer_telegram_id: Option<i64>,
    /// The department; optional if the category determines it, or if there is only one.
    department_id: Option<Uuid>,
    /// The category; optional if there is only one.
    category_id: Option<Uuid>,
    /// The description; it must contain a visible character.
    #[schema(
        example = "The printer is on fire",
        min_length = 1,
        max_length = 12_288,
        pattern = "[!-~¡-¬®-ʯΑ-ΡΣ-ώА-ҁא-תء-غक-हก-ฮぁ-ゖァ-ヺ一-龥가-힣]"
    )]
    description: String,
}

/// Opens a ticket. A second request with the same `Idempotency-Key` returns 200 with the first ticket.
#[utoipa::path(post, operation_id = "openTicket", path = "/api/tickets", tag = "tickets", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$")),
    request_body = NewTicketBody,
    responses((status = 201, body = Envelope<TicketBody>), (status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn create(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewTicketBody>,
) -> Result<TicketBody> {
    let key = format!("api {} {}", caller.id, api.idempotency_key(&headers)?);
    let customer = api.customer(&body).await?;
    let description = parse_description(&body.description)?;
    let target = target(&body, &api.engine.store().departments().await?);
    if let Some(existing) = api.engine.store().ticket_by_key(&key).await? {
        return api.opened_before(&existing, (customer.id, target.ok(), &description)).await;
    }
    let target = target?;
    let (engine, now, customer_id, wanted) =
        (Arc::clone(&api.engine), api.now(), customer.id, description.clone());
    let open = async move {
        let new = NewTicket { key, customer: &customer, target, description, sent_from: SentFrom::default() };
        engine.open_or_existing(new, now).await
    };
    let (ticket, is_new) = Api::run(open).await.map_err(|error| error.or_missing(not_offered))?;
    if !is_new {
        // A request with the same key was faster.
        return api.opened_before(&ticket, (customer_id, Some(target), &wanted)).await;
    }
    Ok(Answer::ok("Ticket opened", api.ticket_body(&ticket).await?).with_status(StatusCode::CREATED))
}

/// Returns one ticket, by its id or its number.
#[utoipa::path(get, operation_id = "getTicket", path = "/api/tickets/{ticket}", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<PlacedTicket>)))]
pub(in crate::api) async fn show(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
) -> Result<PlacedTicket> {
    let ticket = api.visible(&caller, &ticket).await?;
    let position = api.position(&ticket).await?;
    let body = api.ticket_body(&ticket).await?.with_rating(&ticket, &caller);
    Ok(Answer::ok("Ticket", PlacedTicket::new(body, position)))
}

/// The holder starts the ticket.
#[utoipa::path(post, operation_id = "startTicket", path = "/api/tickets/{ticket}/start", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn start(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
) -> Result<TicketBody> {
    step(state, caller, ticket, Step::Start, "Ticket started").await
}

/// How long a ticket stays on hold.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct HoldBody {
    /// When the desk resumes the ticket: in the future, at most 30 days ahead. Without it, the holder resumes it.
    #[schema(example = "2025-12-04T08:00:00Z")]
    until: Option<DateTime<Utc>>,
}

/// The holder puts the ticket on hold. With `until` the desk resumes it at that time; for a ticket on hold this
/// changes the time.
#[utoipa::path(post, operation_id = "holdTicket", path = "/api/tickets/{ticket}/hold", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), request_body(content = Option<HoldBody>),
    responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn hold(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
    OptionalJson(body): OptionalJson<HoldBody>,
) -> Result<TicketBody> {
    // The stores keep microseconds.
    let until = body.until.map(|until| until.trunc_subsecs(6));
    let pause = until.map_or(Step::Pause, |until| Step::Snooze(Some(until)));
    step(state, caller, ticket, pause, "Ticket on hold").await
}

/// The holder resumes the ticket.
#[utoipa::path(post, operation_id = "resumeTicket", path = "/api/tickets/{ticket}/resume", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn resume(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
) -> Result<TicketBody> {
    step(state, caller, ticket, Step::Resume, "Ticket resumed").await
}

/// The holder completes the ticket; the next waiting ticket is assigned automatically.
#[utoipa::path(post, operation_id = "completeTicket", path = "/api/tickets/{ticket}/complete", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn complete(
    state: State<Arc<Api>>,
    caller: Staff,
    ticket: TicketRef,
) -> Result<TicketBody> {
    step(state, caller, ticket, Step::Complete, "Ticket completed").await
}

/// The holder puts the ticket back into the queue, at its old place. It goes to another agent first.
#[utoipa::path(post, operation_id = "giveTicketBack", path = "/api/tickets/{ticket}/give-back", tag = "tickets", security(("bearer" = [])),
    params(("ticket" = TicketRef, Path)), responses((status = 200, body = Envelope<TicketBody>)))]
pub(in crate::api) async fn give_back(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
) -> Result<TicketBody> {
    let id = api.visible(&caller, &ticket).await?.id;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let ticket = Api::run(async move { engine.give_back(caller.id, id, None, now).await }).await?;
    Ok(Answer::ok("Ticket given back", api.ticket_body(&ticket).await?))
}

async fn step(
    State(api): State<Arc<Api>>,
    Staff(caller): Staff,
    TicketRef(ticket): TicketRef,
    step: Step,
    message: &'static str,
) -> Result<TicketBody> {
    let ticket = api.visible(&caller, &ticket).await?;
    let (id, now) = (ticket.id, api.now());
    if let Step::Snooze(Some(until)) = step {
        // Other people are told first that the ticket is not theirs.
        if ticket.hold().is_some_and(|hold| hold.agent != caller.id) {
            return Err(EngineError::Refused(Refusal::NotYours, Box::new(ticket)).into());
        }
        if until <= now || until - now > MAX_SNOOZE {
            // A conflict: whether a valid time lies ahead depends on the clock.
            let message = "a ticket stays on hold until a time in the future, at most 30 days ahead";
            return Err(ApiError::conflict("bad_until", message));
        }
    }
    let engine = Arc::clone(&api.engine);
    let ticket = Api::run(async move { engine.step(caller.id, id, step, None, now).await }).await?;
    Ok(Answer::ok(message, api.ticket_body(&ticket).await?))
}

impl Api {
    /// Returns the answer for a ticket that the key of the request opened before. Errors unless the request is
    /// the same. Without a target, which may have been retired since, the rest is compared.
    async fn opened_before(
        &self,
        existing: &Ticket,
        (customer, target, description): (PersonId, Option<(DepartmentId, CategoryId)>, &Description),
    ) -> Result<TicketBody> {
        let is_same_target = match target {
            Some(target) if target != (existing.department, existing.category) => {
                // A ticket that was moved since had another target when it was opened.
                let history = self.engine.store().history(existing.id).await?;
                history.iter().any(|event| matches!(event.what, Action::Relocated { .. }))
            }
            _ => true,
        };
        if existing.customer != customer || existing.description != *description || !is_same_target {
            return Err(ApiError::conflict("idempotency_conflict", "this key opened another ticket"));
        }
        Ok(Answer::ok("The ticket was opened before", self.ticket_body(existing).await?))
    }

    /// Returns the ticket of a path. Errors with 404 also if the caller may not see it, so as not to reveal
    /// that it exists.
    pub(in crate::api) async fn visible(
        &self,
        caller: &Person,
        text: &str,
    ) -> std::result::Result<Ticket, ApiError> {
        let store = self.engine.store();
        let found = match (text.parse().map(TicketId), TicketNumber::parse(text)) {
            (Ok(id), _) => store.ticket(id).await?,
            (Err(_), Some(number)) => store.ticket_by_number(&number).await?,
            (Err(_), None) => {
                return Err(ApiError::bad("bad_id", "a ticket is named by its id or its number"));
            }
        };
        let not_found = || {
            ApiError::not_found("ticket_not_found", "there is no such ticket among those that you may see")
        };
        found.filter(|ticket| ticket.is_visible_to(caller)).ok_or_else(not_found)
    }

    /// Returns a ticket's position in its department's queue or in its holder's.
    async fn position(&self, ticket: &Ticket) -> std::result::Result<Option<u64>, ApiError> {
        let store = self.engine.store();
        Ok(match &ticket.state {
            TicketState::Queued => {
                Some(store.position(ticket.department, ticket.priority, ticket.arrival).await?)
            }
            TicketState::Held(hold) => {
                let all = store.held_by(hold.agent).await?;
                all.iter().zip(1..).find(|(held, _)| held.id == ticket.id).map(|(_, position)| position)
            }
            TicketState::Completed { .. } | TicketState::Cancelled { .. } => None,
        })
    }

    /// Returns the caller's idempotency key, or a unique one if there is none.
    pub(in crate::api) fn idempotency_key(
        &self,
        headers: &HeaderMap,
    ) -> std::result::Result<String, ApiError> {
        let Some(given) = headers.get("idempotency-key") else {
            return Ok(format!("once {}", self.engine.draft_id(self.now())));
        };
        let printable = |text: &&str| text.bytes().all(|b| b.is_ascii_graphic());
        let key = given
            .to_str()
            .ok()
            .filter(|text| (1..=MAX_IDEMPOTENCY_KEY_CHARS).contains(&text.len()))
            .filter(printable);
        let invalid = || ApiError::bad("bad_idempotency_key", "a key has 1 to 128 visible ASCII characters");
        key.map(str::to_owned).ok_or_else(invalid)
    }

    async fn customer(&self, body: &NewTicketBody) -> std::result::Result<Person, ApiError> {
        let store = self.engine.store();
        let found = match (body.customer_id, body.customer_telegram_id) {
            (Some(id), _) => store.person(PersonId(id)).await?,
            (None, Some(id)) => store.person_by_telegram(TelegramId(id)).await?,
            (None, None) => {
                let message = "name the customer with customer_id or customer_telegram_id";
                return Err(ApiError::unprocessable("bad_customer", message));
            }
        };
        let not_found = || ApiError::not_found("customer_not_found", "the bot knows no such person");
        let person = found.ok_or_else(not_found)?;
        if body.customer_telegram_id.is_some_and(|id| id != person.telegram.0) {
            return Err(ApiError::conflict("customer_conflict", "the two ids are of two people"));
        }
        Ok(person)
    }
}

/// Returns the department and category of a new ticket. Errors unless exactly one offered category matches
/// the body.
fn target(
    body: &NewTicketBody,
    departments: &[Department],
) -> std::result::Result<(DepartmentId, CategoryId), ApiError> {
    let is_department = |d: &&Department| body.department_id.is_none_or(|id| id == d.id.0);
    let mut candidates = departments.iter().filter(is_department).peekable();
    if candidates.peek().is_none() {
        return Err(ApiError::no_department());
    }
    let offers = candidates.flat_map(|d| d.offered().map(|c| (d.id, c.id)));
    let mut matching = offers.filter(|(_, c)| body.category_id.is_none_or(|id| id == c.0));
    match (matching.next(), matching.next()) {
        (Some(target), None) => Ok(target),
        (Some(_), Some(_)) => {
            let message = "there are several categories: name one of /api/departments with category_id";
            Err(ApiError::unprocessable("category_needed", message))
        }
        (None, _) => Err(not_offered()),
    }
}

/// Returns the 404 of a category that takes no new tickets.
fn not_offered() -> ApiError {
    let message = "no such category takes new tickets; /api/departments lists those that do";
    ApiError::not_found("category_not_found", message)
}

fn parse_description(text: &str) -> std::result::Result<Description, ApiError> {
    let description = Description::of_text(text);
    let description = description.map_err(EngineError::from)?;
    if description.is_empty() {
        return Err(ApiError::unprocessable("bad_description", "the description says nothing"));
    }
    Ok(description)
}
