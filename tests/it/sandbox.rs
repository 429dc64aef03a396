//! The sandbox over real HTTP, compared with the Bot API that it simulates.
mod api_schema;
mod client_api;
mod clients;
mod contents;
mod conversation;
mod faults;
mod mini_apps;
mod polling;
mod raw;
mod refusals;
mod threads;
mod webhook;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use antri::sandbox::{NewUser, Sandbox, SandboxOptions};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const TOKEN: &str = "4242:sandbox-secret";
const SITI: i64 = 100_001;
/// Time limit of every wait.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A served sandbox with one user, Siti, and a clock that only [`Desk::advance`] moves.
struct Desk {
    sandbox: Sandbox,
    address: String,
    http: reqwest::Client,
    clock: Arc<Mutex<DateTime<Utc>>>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Desk {
    async fn open() -> Self {
        let clock = Arc::new(Mutex::new(DateTime::from_timestamp(1_760_000_000, 0).unwrap()));
        let shared_clock = clock.clone();
        let sandbox = Sandbox::new(SandboxOptions {
            token: TOKEN.to_owned(),
            bot_id: 4242,
            bot_username: "antri_bot".to_owned(),
            bot_name: "Antri".to_owned(),
            now: Arc::new(move || *shared_clock.lock().unwrap()),
        });
        sandbox.add_user(NewUser {
            first_name: "Siti".to_owned(),
            username: Some("siti".to_owned()),
            language_code: Some("id".to_owned()),
            ..NewUser::default()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let telegram = sandbox.clone();
        let server =
            tokio::spawn(async move { telegram.serve(listener, async { drop(stopped.await) }).await });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { sandbox, address, http, clock, stop: Some(stop), server }
    }

    /// Returns a desk where Siti has pressed Start and the bot has confirmed the update.
    async fn started() -> Self {
        let desk = Self::open().await;
        desk.sandbox.send_text(SITI, "/start");
        desk.call("getUpdates", json!({"offset": 2})).await;
        desk
    }

    fn advance(&self, by: TimeDelta) {
        *self.clock.lock().unwrap() += by;
    }

    /// Calls a method with a JSON body. Returns the status and the answer.
    async fn raw(&self, method: &str, params: Value) -> (u16, Value) {
        let url = format!("{}/bot{TOKEN}/{method}", self.address);
        let response = self.http.post(url).json(&params).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Calls a method that must succeed. Returns its result.
    async fn call(&self, method: &str, params: Value) -> Value {
        let (status, answer) = self.raw(method, params).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Calls a method that must be refused. Returns "<status> <description>".
    async fn refused(&self, method: &str, params: Value) -> String {
        let (status, answer) = self.raw(method, params).await;
        assert_eq!((&answer["ok"], &answer["error_code"]), (&json!(false), &json!(status)), "{answer}");
        format!("{status} {}", answer["description"].as_str().unwrap())
    }

    fn bot(&self) -> teloxide::Bot {
        teloxide::Bot::with_client(TOKEN, self.http.clone()).set_api_url(self.address.parse().unwrap())
    }

    async fn close(mut self) {
        self.stop.take();
        tokio::time::timeout(WAIT_TIMEOUT, self.server).await.unwrap().unwrap().unwrap();
    }
}
