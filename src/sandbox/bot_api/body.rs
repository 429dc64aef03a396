//! Reads a request's parameters from the query string and from JSON, form or multipart bodies.
use std::collections::HashMap;

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::refusal::{Refusal, bad};

/// An uploaded file.
pub(in crate::sandbox) struct Upload {
    pub(in crate::sandbox) name: Option<String>,
    pub(in crate::sandbox) mime: Option<String>,
    pub(in crate::sandbox) bytes: Bytes,
}

/// A request's parameters, before the schema has looked at them.
#[derive(Default)]
pub(in crate::sandbox) struct Input {
    pub(in crate::sandbox) params: Map<String, Value>,
    pub(in crate::sandbox) files: HashMap<String, Upload>,
    /// Whether all values are text whose type only the schema knows.
    pub(in crate::sandbox) untyped: bool,
}

impl Input {
    pub(in crate::sandbox) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut input = Self { untyped: true, ..Self::default() };
        let query = request.uri().query().unwrap_or_default().to_owned();
        input.take_form(query.as_bytes());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let kind = kind.and_then(|k| k.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "multipart/form-data" => input.take_multipart(request).await?,
            "application/json" => {
                let body = whole(request).await?;
                if !body.trim_ascii().is_empty() {
                    let object = serde_json::from_slice::<Map<String, Value>>(&body);
                    input.params.extend(object.map_err(|_| bad("can't parse JSON object"))?);
                    input.untyped = false;
                }
            }
            _ => {
                let body = whole(request).await?;
                input.take_form(&body);
            }
        }
        Ok(input)
    }

    fn take_form(&mut self, encoded: &[u8]) {
        let pairs = url::form_urlencoded::parse(encoded);
        self.params.extend(pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))));
    }

    async fn take_multipart(&mut self, request: Request) -> Result<(), Refusal> {
        let refuse = |error: axum::extract::multipart::MultipartError| refusal(&error.into_response());
        let mut parts = request.extract::<Multipart, _>().await.map_err(|e| refusal(&e.into_response()))?;
        while let Some(part) = parts.next_field().await.map_err(refuse)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(str::to_owned);
            if file_name.is_none() {
                let text = part.text().await.map_err(refuse)?;
                self.params.insert(name, Value::from(text));
                continue;
            }
            let bytes = part.bytes().await.map_err(refuse)?;
            self.files.insert(name, Upload { name: file_name, mime, bytes });
        }
        Ok(())
    }

    /// Uploads that stand under a parameter's own name become references like all others.
    pub(in crate::sandbox) fn refer_to_files(&mut self, is_param: impl Fn(&str) -> bool) {
        for name in self.files.keys().filter(|name| is_param(name)) {
            self.params.entry(name.clone()).or_insert_with(|| Value::from(format!("attach://{name}")));
        }
    }
}

async fn whole(request: Request) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, &()).await.map_err(|e| refusal(&e.into_response()))
}

fn refusal(rejection: &axum::response::Response) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::TooLarge
    } else {
        bad("can't read the request's body")
    }
}
