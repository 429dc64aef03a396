//! Extractors for bodies, path parameters and queries, which reject with the API's own errors.
use super::error::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An extractor for a JSON body. Rejects with 400 if it is not JSON, with 422 if its shape or a field is
/// unknown.
#[derive(Debug)]
pub(in crate::api) struct JsonBody<T>(pub(in crate::api) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        parse(&read_body(request, state).await?).map(Self)
    }
}

/// An extractor for an optional JSON body, which may be absent or null.
#[derive(Debug)]
pub(in crate::api) struct OptionalJson<T>(pub(in crate::api) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        let bytes = read_body(request, state).await?;
        let is_present = !bytes.is_empty() && bytes.trim_ascii() != b"null";
        if is_present { parse(&bytes).map(Self) } else { Ok(Self(T::default())) }
    }
}

async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|_| ApiError::bad("bad_body", "the body can't be read"))
}

#[expect(clippy::cast_possible_truncation, reason = "the caller checks that it is integral and in range")]
fn to_integer(value: f64) -> i64 {
    value as i64
}

/// The largest number up to which `f64` represents every integer exactly.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mismatch = |why: String| ApiError::unprocessable("bad_body", format!("the body does not fit: {why}"));
    let value = serde_json::from_slice(bytes);
    // Parsed in two steps, because serde accepts an array as a struct's fields in order.
    let value: Value = value.map_err(|_| ApiError::bad("bad_json", "the body is not JSON"))?;
    if !value.is_object() {
        return Err(mismatch("it is no object".into()));
    }
    serde_json::from_value(normalize_integers(value)).map_err(|error| mismatch(error.to_string()))
}

/// Turns integral floats into integers: in JSON `2.0` equals `2`, and some clients send the former.
fn normalize_integers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) if float.fract() == 0.0 && float.abs() < MAX_EXACT_INTEGER => {
                json!(to_integer(float))
            }
            _ => Value::Number(number),
        },
        Value::Array(values) => values.into_iter().map(normalize_integers).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, normalize_integers(value))).collect()
        }
        other => other,
    }
}

/// An extractor for a UUID in the path.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct PathId(pub(in crate::api) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_parameter(parts, state)
            .await?
            .parse()
            .map(Self)
            .map_err(|_| ApiError::bad("bad_id", "an id is a UUID"))
    }
}

/// An extractor for two UUIDs in the path.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct PathIds(pub(in crate::api) Uuid, pub(in crate::api) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for PathIds {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<(Uuid, Uuid)>::from_request_parts(parts, state).await;
        path.map(|Path((first, second))| Self(first, second))
            .map_err(|_| ApiError::bad("bad_id", "an id is a UUID"))
    }
}

/// A ticket's id or number.
#[derive(Debug, Clone, ToSchema)]
#[schema(
    example = "INC120420251352536CO",
    pattern = "^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|INC[0-9]{15}[A-Z]{2})$"
)]
pub(in crate::api) struct TicketRef(pub(in crate::api) String);

impl<S: Send + Sync> FromRequestParts<S> for TicketRef {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_parameter(parts, state).await.map(Self)
    }
}

/// An extractor for a ticket and a part of it in the path.
#[derive(Debug, Clone)]
pub(in crate::api) struct TicketPart(pub(in crate::api) String, pub(in crate::api) String);

impl<S: Send + Sync> FromRequestParts<S> for TicketPart {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((ticket, part))| Self(ticket, part))
            .map_err(|_| ApiError::bad("bad_id", "the path can't be read"))
    }
}

/// A dead letter's id.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = "delivery-17", pattern = "^(update|delivery)-[0-9]{1,19}$")]
pub(in crate::api) struct DeadLetterRef(pub(in crate::api) String);

impl<S: Send + Sync> FromRequestParts<S> for DeadLetterRef {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_parameter(parts, state).await.map(Self)
    }
}

/// Returns the only parameter of the path.
async fn path_parameter<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, ApiError> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    path.map(|Path(text)| text).map_err(|_| ApiError::bad("bad_id", "the path can't be read"))
}

/// An extractor for the query string.
#[derive(Debug)]
pub(in crate::api) struct QueryParams<T>(pub(in crate::api) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|error| ApiError::bad("bad_query", error.body_text()))
    }
}

/// The largest `limit` of a list.
const MAX_LIMIT: usize = 500;
/// The largest `offset` of a list.
pub(in crate::api) const MAX_OFFSET: usize = 1_000_000;

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Paging {
    /// How many entries to skip.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    pub(in crate::api) offset: usize,
    /// The largest number of entries to return.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 500, default = 100)]
    pub(in crate::api) limit: usize,
}

pub(in crate::api) fn default_limit() -> usize {
    100
}

/// Returns offset and limit. Errors if one is out of range.
pub(in crate::api) fn check_paging(offset: usize, limit: usize) -> Result<(usize, usize), ApiError> {
    if offset > MAX_OFFSET || !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::bad("bad_query", "offset is 0 to 1000000, limit is 1 to 500"));
    }
    Ok((offset, limit))
}
