//! Requests to a test desk's side API.
use super::{Desk, JWT_SECRET};
use antri::auth_token::{Session, TOKEN_LIFETIME, issue};
use antri::domain::ids::TelegramId;
use antri::domain::person::Person;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// An answer of the side API.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The JSON body; null if it is not JSON.
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Reply {
    /// Returns the data of an answer, which must be a success.
    #[track_caller]
    pub(crate) fn data(&self) -> &Value {
        assert!(self.status < 300 && self.body["success"] == true, "{self:?}");
        assert!(self.body["message"].is_string(), "{self:?}");
        &self.body["data"]
    }

    /// Checks that the answer is this error, in the envelope.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.body["success"], false, "{self:?}");
        assert!(self.body["message"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
    }

    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, body, text }
    }
}

impl Desk {
    /// Returns the URL of a path of the side API.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.app().addr)
    }

    /// Returns the person with this Telegram id.
    pub(crate) async fn person_by_telegram_id(&self, id: i64) -> Person {
        self.app().engine.store().person_by_telegram(TelegramId(id)).await.unwrap().unwrap()
    }

    /// Returns a bearer token of a person.
    pub(crate) async fn token(&self, id: i64) -> String {
        let person = self.person_by_telegram_id(id).await;
        issue(&JWT_SECRET.into(), &Session::new(&person, self.now()), self.now(), TOKEN_LIFETIME).unwrap()
    }

    /// Returns a request without credentials.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        Client::new().request(Method::from_bytes(method.as_bytes()).unwrap(), self.url(path))
    }

    /// Sends a request of a person, with or without a body.
    pub(crate) async fn ask(&self, id: i64, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = self.request(method, path).bearer_auth(self.token(id).await);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::of(request).await
    }

    /// Sends a GET request of a person.
    pub(crate) async fn get(&self, id: i64, path: &str) -> Reply {
        self.ask(id, "GET", path, None).await
    }

    /// Sends a POST request of a person; returns when everything that follows is delivered.
    pub(crate) async fn post(&self, id: i64, path: &str, body: Value) -> Reply {
        let reply = self.ask(id, "POST", path, Some(body).filter(|body| !body.is_null())).await;
        self.settle().await;
        reply
    }

    /// Sends a PATCH request of a person; returns when everything that follows is delivered.
    pub(crate) async fn patch(&self, id: i64, path: &str, body: Value) -> Reply {
        let reply = self.ask(id, "PATCH", path, Some(body)).await;
        self.settle().await;
        reply
    }
}
