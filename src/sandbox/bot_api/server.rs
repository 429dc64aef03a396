//! The Bot API's door: which token, which method, which fault; then the method's work, and the record of it.
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::body::Input;
use super::methods;
use super::methods::{Call, Reply};
use super::refusal::Refusal;
use crate::sandbox::Sandbox;
use crate::sandbox::control::faults::Fault;
use crate::sandbox::serve::Cord;

/// Uploads of 50 MB, and some room for the other parts.
const BODY_MAX: usize = 51 << 20;

/// What becomes of a request.
enum RequestOutcome {
    Answered(Result<Reply, Refusal>),
    Hanging,
    Cut,
}

impl Sandbox {
    /// The Bot API: `/bot<token>/<method>` by GET or POST, and `/file/bot<token>/<path>`. Everything that
    /// other routers do not take comes here, so it can be merged with any router that has no fallback.
    pub fn bot_api(&self) -> Router {
        Router::new().fallback(handle_request).layer(DefaultBodyLimit::max(BODY_MAX)).with_state(self.clone())
    }
}

async fn handle_request(State(sandbox): State<Sandbox>, request: Request) -> Response {
    // Clients may escape the colon in the token and the slash in a file's path.
    let path = request.uri().path().replace("%3A", ":").replace("%2F", "/");
    if let Some((token, path)) = path.strip_prefix("/file/bot").and_then(|rest| rest.split_once('/')) {
        return file(&sandbox, token, path);
    }
    let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return Refusal::NotFound.into_response();
    };
    let cord = request.extensions().get::<ConnectInfo<Cord>>().map(|info| info.0.clone());
    if token != sandbox.inner.token {
        let now = sandbox.now();
        sandbox.write(|state| {
            let seq = state.journal.arrive(now, method, Value::Null);
            state.journal.finish(seq, 401, Some(Refusal::Unauthorized.to_string()));
        });
        return Refusal::Unauthorized.into_response();
    }
    match call(&sandbox, method, request).await {
        RequestOutcome::Answered(Ok(reply)) => reply.into_response(),
        RequestOutcome::Answered(Err(refusal)) => refusal.into_response(),
        RequestOutcome::Hanging => std::future::pending().await,
        RequestOutcome::Cut => cut(cord).await,
    }
}

async fn call(sandbox: &Sandbox, asked: &str, request: Request) -> RequestOutcome {
    let schema = &sandbox.inner.schema;
    let method = schema.method(asked);
    let name = method.unwrap_or(asked);
    let input = Input::read(request).await.map(|mut input| {
        input.refer_to_files(|part| schema.has_param(name, part));
        if input.untyped {
            schema.coerce(name, &mut input.params);
        }
        input
    });
    let now = sandbox.now();
    let params = input.as_ref().map_or(Value::Null, |input| Value::Object(input.params.clone()));
    let seq = sandbox.write(|state| state.journal.arrive(now, name, params));
    let finish = |outcome: u16, error: Option<String>| {
        sandbox.write(|state| state.journal.finish(seq, outcome, error));
    };
    let refuse = |refusal: Refusal| {
        finish(refusal.status(), Some(refusal.to_string()));
        RequestOutcome::Answered(Err(refusal))
    };
    let (input, method) = match (input, method) {
        (Err(refusal), _) => return refuse(refusal),
        (Ok(_), None) => {
            sandbox.write(|s| s.journal.violations.push(format!("{asked}: no such method")));
            return refuse(Refusal::NotFound);
        }
        (Ok(input), Some(method)) => (input, method),
    };
    let fault = sandbox.inner.faults.take(method, subject(sandbox, &input.params));
    if let Some(refusal) = fault.as_ref().and_then(Fault::refusal) {
        return refuse(refusal);
    }
    match &fault {
        Some(Fault::HangBefore) => {
            finish(0, Some("fault: HangBefore".to_owned()));
            return RequestOutcome::Hanging;
        }
        Some(Fault::ResetBefore) => {
            finish(0, Some("fault: ResetBefore".to_owned()));
            return RequestOutcome::Cut;
        }
        Some(Fault::Delay(late)) => tokio::time::sleep(*late).await,
        _ => {}
    }
    let result = work(sandbox, method, &input).await;
    let status = result.as_ref().map_or_else(Refusal::status, |_| 200);
    match fault {
        Some(Fault::HangAfterSuccess) => {
            finish(status, Some("fault: HangAfterSuccess".to_owned()));
            RequestOutcome::Hanging
        }
        Some(Fault::ResetAfterSuccess) => {
            finish(status, Some("fault: ResetAfterSuccess".to_owned()));
            RequestOutcome::Cut
        }
        _ => {
            finish(status, result.as_ref().err().map(ToString::to_string));
            RequestOutcome::Answered(result)
        }
    }
}

async fn work(sandbox: &Sandbox, method: &str, input: &Input) -> Result<Reply, Refusal> {
    let odd = sandbox.inner.schema.check(method, &input.params)?;
    if !odd.is_empty() {
        sandbox.write(|state| state.journal.violations.extend(odd));
    }
    let call = Call { method, params: &input.params, files: &input.files };
    methods::run(sandbox, &call).await
}

/// The chat that a request is about: by its `chat_id`, or by the press that it answers.
fn subject(sandbox: &Sandbox, params: &Map<String, Value>) -> Option<i64> {
    let press = params.get("callback_query_id").and_then(Value::as_str);
    methods::chat_id(params, "chat_id")
        .or_else(|| sandbox.read(|state| state.presses.get(press?).map(|press| press.chat)))
}

/// Ends the connection without an answer; behind a foreign listener, with a broken one.
async fn cut(cord: Option<Cord>) -> Response {
    if let Some(cord) = cord {
        cord.cut();
        // The connection takes this request with it.
        std::future::pending::<()>().await;
    }
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(futures::stream::once(async { Err::<&[u8], _>(broken) })).into_response()
}

fn file(sandbox: &Sandbox, token: &str, path: &str) -> Response {
    if token != sandbox.inner.token {
        return Refusal::Unauthorized.into_response();
    }
    match sandbox.read(|state| state.files.at_path(path).cloned()) {
        Some(file) => ([(header::CONTENT_TYPE, "application/octet-stream")], file.bytes).into_response(),
        None => Refusal::NotFound.into_response(),
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut body = json!({"ok": true, "result": self.result});
        if let (Some(note), Some(body)) = (self.note, body.as_object_mut()) {
            body.insert("description".to_owned(), Value::from(note));
        }
        axum::Json(body).into_response()
    }
}
