//! Bot API endpoint: checks the token and the method, applies faults, runs the method, records the request.
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::body::{Input, buffer};
use super::error::BotApiError;
use super::methods;
use super::methods::{Call, Reply};
use crate::sandbox::Sandbox;
use crate::sandbox::control::faults::Fault;
use crate::sandbox::control::listener::ConnectionHandle;

/// The largest request: an upload of 50 MB and the other parts.
const MAX_BODY_BYTES: usize = 51 << 20;

/// The outcome of a request: a reply, or a fault of the connection.
enum RequestOutcome {
    Replied(Result<Reply, BotApiError>),
    Answered(Response),
    Hang,
    Reset,
    /// A page of a proxy: its status, and the address of a redirect.
    Page(u16, Option<String>),
}

impl Sandbox {
    /// Returns the router of the Bot API: `/bot<token>/<method>` by GET or POST, and
    /// `/file/bot<token>/<path>`. It is a fallback, so it can be merged with any router that has none.
    pub fn bot_api(&self) -> Router {
        Router::new()
            .fallback(handle_request)
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }
}

async fn handle_request(State(sandbox): State<Sandbox>, request: Request) -> Response {
    // The whole body is read before any answer. A client that still writes would take an early answer, and then
    // lose the kept connection, because the server closes it over the unread rest.
    let (request, body) = buffer(request).await;
    // Clients may percent-encode the colon in the token and the slash in a file path.
    let path = request.uri.path().replace("%3A", ":").replace("%2F", "/");
    if let Some((token, path)) = path.strip_prefix("/file/bot").and_then(|rest| rest.split_once('/')) {
        return download(&sandbox, token, path);
    }
    let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return BotApiError::NotFound.into_response();
    };
    let connection = request.extensions.get::<ConnectInfo<ConnectionHandle>>().map(|info| info.0.clone());
    if token != sandbox.inner.token {
        let now = sandbox.now();
        sandbox.write(|state| {
            let seq = state.journal.start(now, method, Value::Null);
            state.journal.finish(seq, 401, Some(BotApiError::Unauthorized.to_string()));
        });
        return BotApiError::Unauthorized.into_response();
    }
    match call(&sandbox, method, &request, body).await {
        RequestOutcome::Replied(Ok(reply)) => reply.into_response(),
        RequestOutcome::Replied(Err(error)) => error.into_response(),
        RequestOutcome::Answered(response) => response,
        RequestOutcome::Page(status, location) => page(status, location),
        RequestOutcome::Hang => std::future::pending().await,
        RequestOutcome::Reset => reset(connection).await,
    }
}

async fn call(
    sandbox: &Sandbox,
    requested: &str,
    request: &Parts,
    body: Result<Bytes, BotApiError>,
) -> RequestOutcome {
    let schema = &sandbox.inner.schema;
    let method = schema.method(requested);
    let name = method.unwrap_or(requested);
    let input = match body {
        Ok(body) => Input::read(request, body).await,
        Err(error) => Err(error),
    };
    let input = input.map(|mut input| {
        input.add_attach_params(|part| schema.has_param(name, part));
        schema.coerce(name, &mut input.params);
        input
    });
    let now = sandbox.now();
    let params = input.as_ref().map_or(Value::Null, |input| Value::Object(input.params.clone()));
    let seq = sandbox.write(|state| state.journal.start(now, name, params));
    let finish = |outcome: u16, error: Option<String>| {
        sandbox.write(|state| state.journal.finish(seq, outcome, error));
    };
    let reject = |error: BotApiError| {
        finish(error.status(), Some(error.to_string()));
        RequestOutcome::Replied(Err(error))
    };
    let (input, method) = match (input, method) {
        (Err(error), _) => return reject(error),
        (Ok(_), None) => {
            sandbox.write(|s| s.journal.violations.push(format!("{requested}: no such method")));
            return reject(BotApiError::NotFound);
        }
        (Ok(input), Some(method)) => (input, method),
    };
    let mut fault = sandbox.inner.faults.take(method, chat_of(sandbox, &input.params));
    if let Some(Fault::After(delay, later)) = fault {
        tokio::time::sleep(delay).await;
        fault = Some(*later);
    }
    if let Some(error) = fault.as_ref().and_then(Fault::error) {
        return reject(error);
    }
    match &fault {
        Some(Fault::RawAnswer { status, content_type, body }) => {
            finish(*status, Some("fault: RawAnswer".to_owned()));
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let headers = [(header::CONTENT_TYPE, content_type.clone())];
            return RequestOutcome::Answered((status, headers, body.clone()).into_response());
        }
        Some(Fault::HangBefore) => {
            finish(0, Some("fault: HangBefore".to_owned()));
            return RequestOutcome::Hang;
        }
        Some(Fault::ResetBefore) => {
            finish(0, Some("fault: ResetBefore".to_owned()));
            return RequestOutcome::Reset;
        }
        Some(Fault::Page(status)) => {
            finish(*status, Some("fault: Page".to_owned()));
            return RequestOutcome::Page(*status, None);
        }
        Some(Fault::Redirect(location)) => {
            finish(307, Some("fault: Redirect".to_owned()));
            return RequestOutcome::Page(307, Some(location.clone()));
        }
        Some(Fault::Delay(delay)) => tokio::time::sleep(*delay).await,
        _ => {}
    }
    let result = validate_and_run(sandbox, method, &input).await;
    let status = result.as_ref().map_or_else(BotApiError::status, |_| 200);
    match fault {
        Some(Fault::HangAfterSuccess) => {
            finish(status, Some("fault: HangAfterSuccess".to_owned()));
            RequestOutcome::Hang
        }
        Some(Fault::PageAfterSuccess(page)) => {
            finish(status, Some("fault: PageAfterSuccess".to_owned()));
            RequestOutcome::Page(page, None)
        }
        Some(Fault::ResetAfterSuccess) => {
            finish(status, Some("fault: ResetAfterSuccess".to_owned()));
            RequestOutcome::Reset
        }
        _ => {
            finish(status, result.as_ref().err().map(ToString::to_string));
            RequestOutcome::Replied(result)
        }
    }
}

/// Returns a page of a proxy.
fn page(status: u16, location: Option<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, Html("<html><h1>This is a proxy.</h1></html>")).into_response();
    if let Some(Ok(location)) = location.map(TryInto::try_into) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn validate_and_run(sandbox: &Sandbox, method: &str, input: &Input) -> Result<Reply, BotApiError> {
    let unknown = sandbox.inner.schema.check(method, &input.params)?;
    if !unknown.is_empty() {
        sandbox.write(|state| state.journal.violations.extend(unknown));
    }
    let call = Call { method, params: &input.params, files: &input.files };
    methods::run(sandbox, &call).await
}

/// Returns the chat of a request: its `chat_id`, or the chat of the press that it answers.
fn chat_of(sandbox: &Sandbox, params: &Map<String, Value>) -> Option<i64> {
    let press = params.get("callback_query_id").and_then(Value::as_str);
    methods::chat_id(params, "chat_id")
        .or_else(|| sandbox.read(|state| state.presses.get(press?).map(|press| press.chat)))
}

/// Resets the connection without a reply. Behind another listener, the reply is a body that fails.
async fn reset(connection: Option<ConnectionHandle>) -> Response {
    if let Some(connection) = connection {
        connection.reset();
        // The reset drops this request.
        std::future::pending::<()>().await;
    }
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(futures::stream::once(async { Err::<&[u8], _>(broken) })).into_response()
}

fn download(sandbox: &Sandbox, token: &str, path: &str) -> Response {
    if token != sandbox.inner.token {
        return BotApiError::Unauthorized.into_response();
    }
    match sandbox.read(|state| state.files.at_path(path).cloned()) {
        Some(file) => ([(header::CONTENT_TYPE, "application/octet-stream")], file.bytes).into_response(),
        None => BotApiError::NotFound.into_response(),
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        if let Some(raw) = self.raw {
            return ([(header::CONTENT_TYPE, "application/json")], raw).into_response();
        }
        let mut body = json!({"ok": true, "result": self.result});
        if let (Some(description), Some(body)) = (self.description, body.as_object_mut()) {
            body.insert("description".to_owned(), Value::from(description));
        }
        axum::Json(body).into_response()
    }
}
