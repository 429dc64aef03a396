//! Request parameters, read from the query string and from JSON, form or multipart bodies.
use std::collections::HashMap;

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::error::{BotApiError, bad_request};

/// An uploaded file.
pub(in crate::sandbox) struct Upload {
    pub(in crate::sandbox) name: Option<String>,
    pub(in crate::sandbox) mime: Option<String>,
    pub(in crate::sandbox) bytes: Bytes,
}

/// The parameters of a request before validation.
#[derive(Default)]
pub(in crate::sandbox) struct Input {
    pub(in crate::sandbox) params: Map<String, Value>,
    pub(in crate::sandbox) files: HashMap<String, Upload>,
}

impl Input {
    /// Reads the parameters. Errors if the body is malformed.
    pub(in crate::sandbox) async fn read(request: &Parts, body: Bytes) -> Result<Self, BotApiError> {
        let mut input = Self::default();
        input.add_form(request.uri.query().unwrap_or_default().as_bytes());
        let content_type = request.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let content_type =
            content_type.and_then(|k| k.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        match content_type.as_str() {
            "multipart/form-data" => {
                input.add_multipart(Request::from_parts(request.clone(), Body::from(body))).await?;
            }
            "application/json" => {
                if !body.trim_ascii().is_empty() {
                    let object = serde_json::from_slice::<Map<String, Value>>(&body);
                    input.params.extend(object.map_err(|_| bad_request("can't parse JSON object"))?);
                }
            }
            _ => input.add_form(&body),
        }
        Ok(input)
    }

    fn add_form(&mut self, encoded: &[u8]) {
        let pairs = url::form_urlencoded::parse(encoded);
        self.params.extend(pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))));
    }

    async fn add_multipart(&mut self, request: Request) -> Result<(), BotApiError> {
        let to_error =
            |error: axum::extract::multipart::MultipartError| rejection_error(&error.into_response());
        let mut parts =
            request.extract::<Multipart, _>().await.map_err(|e| rejection_error(&e.into_response()))?;
        while let Some(part) = parts.next_field().await.map_err(to_error)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(str::to_owned);
            if file_name.is_none() {
                let text = part.text().await.map_err(to_error)?;
                self.params.insert(name, Value::from(text));
                continue;
            }
            let bytes = part.bytes().await.map_err(to_error)?;
            self.files.insert(name, Upload { name: file_name, mime, bytes });
        }
        Ok(())
    }

    /// Adds an `attach://` parameter for each upload whose part has the name of a parameter.
    pub(in crate::sandbox) fn add_attach_params(&mut self, is_param: impl Fn(&str) -> bool) {
        for name in self.files.keys().filter(|name| is_param(name)) {
            self.params.entry(name.clone()).or_insert_with(|| Value::from(format!("attach://{name}")));
        }
    }
}

/// Reads the whole body of a request. Errors if it is too large or was cut off.
pub(in crate::sandbox) async fn buffer(request: Request) -> (Parts, Result<Bytes, BotApiError>) {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(whole, &()).await.map_err(|e| rejection_error(&e.into_response()));
    (parts, body)
}

fn rejection_error(rejection: &axum::response::Response) -> BotApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        BotApiError::TooLarge
    } else {
        bad_request("can't read the request's body")
    }
}
