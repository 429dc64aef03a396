//! A WebSocket client that keeps the state of the desk from events, as a web page does.
use crate::support::{ADMIN, Desk, WAIT_TIMEOUT};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::{WebSocketStream, client_async};

/// The state that a web page shows.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Picture {
    pub(super) tickets: BTreeMap<String, Value>,
    pub(super) agents: BTreeMap<String, Value>,
    pub(super) queue: Value,
}

/// An open page with its state.
pub(super) struct Page {
    socket: WebSocketStream<TcpStream>,
    pub(super) picture: Picture,
    /// The active alerts: kind and department.
    pub(super) alerts: BTreeSet<(String, Option<String>)>,
    pub(super) snapshots: usize,
    /// The number of events received.
    pub(super) events: usize,
}

/// Returns the request that opens the socket of a desk, without a token.
pub(super) fn request(address: SocketAddr) -> Request<()> {
    format!("ws://{address}/api/ws").into_client_request().unwrap()
}

/// Returns the request that opens the socket, with a token among the protocols.
pub(super) fn with_token(address: SocketAddr, token: &str) -> Request<()> {
    let mut request = request(address);
    let protocols = format!("antri, bearer.{token}");
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(&protocols).unwrap());
    request
}

/// Returns the status with which a request to open a socket is refused.
pub(super) async fn refused(address: SocketAddr, request: Request<()>) -> u16 {
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {:?}", other.map(drop)),
    }
}

impl Page {
    pub(super) async fn over(stream: TcpStream, request: Request<()>) -> Self {
        let (socket, _) = client_async(request, stream).await.unwrap();
        Self { socket, picture: Picture::default(), alerts: BTreeSet::new(), snapshots: 0, events: 0 }
    }

    /// Returns a page of the token's person at this replica, after its first snapshot.
    pub(super) async fn at(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut page = Self::over(stream, with_token(address, token)).await;
        assert_eq!(page.next().await.unwrap()["event"], "snapshot");
        page
    }

    pub(super) async fn of(desk: &Desk, person: i64) -> Self {
        Self::at(desk.app().addr, &desk.token(person).await).await
    }

    /// Sends a frame that the WebSocket library would not send, as raw bytes.
    pub(super) async fn send_raw(&mut self, bytes: &[u8]) {
        use tokio::io::AsyncWriteExt;
        self.socket.get_mut().write_all(bytes).await.unwrap();
    }

    /// Closes the socket from this side. Returns whether the desk finishes the handshake.
    pub(super) async fn close_cleanly(&mut self) -> bool {
        self.socket.send(Message::Close(None)).await.unwrap();
        loop {
            match tokio::time::timeout(WAIT_TIMEOUT, self.socket.next()).await.expect("nothing comes") {
                Some(Ok(Message::Close(_))) => return true,
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return false,
            }
        }
    }

    pub(super) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Applies the next event and returns it, or returns the close code of the socket.
    pub(super) async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let frame = tokio::time::timeout(WAIT_TIMEOUT, self.socket.next()).await.expect("nothing comes");
            match frame {
                Some(Ok(Message::Text(text))) => {
                    let event: Value = serde_json::from_str(&text).unwrap();
                    self.apply(&event);
                    return Ok(event);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                other => panic!("the socket broke off: {other:?}"),
            }
        }
    }

    /// Reads until the socket is closed. Returns the close code.
    pub(super) async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }

    /// Reads until an event matches.
    pub(super) async fn until(&mut self, matches: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.unwrap();
            if matches(&event) {
                return event;
            }
        }
    }

    fn apply(&mut self, event: &Value) {
        let data = &event["data"];
        let key = |value: &Value, id: &str| value[id].as_str().unwrap().to_owned();
        let by = |list: &Value, id: &str| -> BTreeMap<String, Value> {
            list.as_array().unwrap().iter().map(|value| (key(value, id), value.clone())).collect()
        };
        let alert = |data: &Value| (key(data, "alert"), data["department"].as_str().map(str::to_owned));
        self.events += 1;
        match event["event"].as_str().unwrap() {
            "snapshot" => {
                self.snapshots += 1;
                self.picture.tickets = by(&data["tickets"], "ticket_id");
                self.picture.agents = by(&data["agents"], "agent_id");
                self.picture.queue = data["queue"].clone();
                self.alerts = data["alerts"].as_array().unwrap().iter().map(alert).collect();
            }
            "agent_status" if data["removed"] == true => {
                self.picture.agents.remove(&key(data, "agent_id"));
            }
            "agent_status" => drop(self.picture.agents.insert(key(data, "agent_id"), data.clone())),
            "queue_stats" => self.picture.queue = data.clone(),
            // A page shows them beside the ticket, and reads the others when it opens it.
            "message_created" | "message_updated" | "department_changed" => {}
            "alert" if data["cleared"] == true => drop(self.alerts.remove(&alert(data))),
            "alert" => drop(self.alerts.insert(alert(data))),
            _ if ["completed", "cancelled"].contains(&data["status"].as_str().unwrap()) => {
                self.picture.tickets.remove(&key(data, "ticket_id"));
            }
            _ => drop(self.picture.tickets.insert(key(data, "ticket_id"), data.clone())),
        }
    }
}

/// Returns the same state as the other endpoints report it.
pub(super) async fn reported(desk: &Desk) -> Picture {
    let mut tickets = BTreeMap::new();
    for status in ["queued", "held"] {
        let page = desk.get(ADMIN, &format!("/api/queue?status={status}&limit=500")).await;
        for ticket in page.data()["tickets"].as_array().unwrap() {
            let mut ticket = ticket.clone();
            ticket.as_object_mut().unwrap().remove("position");
            tickets.insert(ticket["ticket_id"].as_str().unwrap().to_owned(), ticket);
        }
    }
    let workload = desk.get(ADMIN, "/api/agent-status/workload?limit=500").await.data().clone();
    let mut agents = BTreeMap::new();
    for agent in workload["agents"].as_array().unwrap() {
        let mut agent = agent.clone();
        let days = ["alias", "last_online", "last_activity", "last_assigned", "assignment_order"];
        let totals = ["total_assigned_today", "total_completed_today"];
        for more in days.iter().chain(&totals) {
            agent.as_object_mut().unwrap().remove(*more);
        }
        agents.insert(agent["agent_id"].as_str().unwrap().to_owned(), agent);
    }
    Picture { tickets, agents, queue: json!(workload["queue"]) }
}
