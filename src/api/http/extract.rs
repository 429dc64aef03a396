//! What was sent: bodies, ids in paths and queries, each refused with the status and the sentence that fits.
use super::error::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A JSON body. Not JSON: 400. JSON of another shape, or with fields that don't belong: 422.
#[derive(Debug)]
pub(in crate::api) struct Sent<T>(pub(in crate::api) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        parse(&bytes(request, state).await?).map(Self)
    }
}

/// A JSON body that may be left out, or be null.
#[derive(Debug)]
pub(in crate::api) struct MaybeSent<T>(pub(in crate::api) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for MaybeSent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request, state).await?;
        let is_there = !bytes.is_empty() && bytes.trim_ascii() != b"null";
        if is_there { parse(&bytes).map(Self) } else { Ok(Self(T::default())) }
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|_| ApiError::bad("bad_body", "the body can't be read"))
}

#[expect(clippy::cast_possible_truncation, reason = "it is whole, and within bounds")]
fn to_whole(whole: f64) -> i64 {
    whole as i64
}

/// Up to here every whole number is one of a `f64`.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let misfit = |why: String| ApiError::unprocessable("bad_body", format!("the body does not fit: {why}"));
    let value = serde_json::from_slice(bytes);
    // In two steps, because a list would pass for an object's fields in their order.
    let value: Value = value.map_err(|_| ApiError::bad("bad_json", "the body is not JSON"))?;
    if !value.is_object() {
        return Err(misfit("it is no object".into()));
    }
    serde_json::from_value(counted(value)).map_err(|error| misfit(error.to_string()))
}

/// To JSON `2.0` is as whole as `2`, and some clients write the one for the other.
fn counted(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < MAX_EXACT_INTEGER => json!(to_whole(whole)),
            _ => Value::Number(number),
        },
        Value::Array(values) => values.into_iter().map(counted).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, counted(value))).collect(),
        other => other,
    }
}

/// A UUID in the path.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) struct Id(pub(in crate::api) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        word(parts, state).await?.parse().map(Self).map_err(|_| ApiError::bad("bad_id", "an id is a UUID"))
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
        word(parts, state).await.map(Self)
    }
}

/// The one variable part of the path.
async fn word<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, ApiError> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    path.map(|Path(text)| text).map_err(|_| ApiError::bad("bad_id", "the path can't be read"))
}

/// What stands behind the `?`.
#[derive(Debug)]
pub(in crate::api) struct Asked<T>(pub(in crate::api) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| ApiError::bad("bad_query", error.body_text()))
    }
}

/// As many things as one answer lists at most.
const MAX_LIMIT: usize = 500;
/// As far down a list as one can look.
const MAX_OFFSET: usize = 1_000_000;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Paging {
    /// How many to leave out at the beginning.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    pub(in crate::api) offset: usize,
    /// How many to list.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 500, default = 100)]
    pub(in crate::api) limit: usize,
}

pub(in crate::api) fn usual() -> usize {
    100
}

/// Offset and limit, if they are within bounds.
pub(in crate::api) fn bounds(offset: usize, limit: usize) -> Result<(usize, usize), ApiError> {
    if offset > MAX_OFFSET || !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::bad("bad_query", "offset is 0 to 1000000, limit is 1 to 500"));
    }
    Ok((offset, limit))
}
