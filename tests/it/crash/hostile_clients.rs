//! Clients that want to use the desk up: silent connections by the thousand, clients that read no answer, and
//! calls of the webhook without its secret. The desk goes on serving others.
use super::{DeskProcess, Environment};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// How quickly another client must be served.
const SERVED_WITHIN: Duration = Duration::from_secs(3);

/// Connects from this address of the machine.
async fn connect_from(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Checks that a client from this address is served in time.
async fn assert_served(from: &str, desk: SocketAddr) {
    let asked = async {
        let mut stream = connect_from(from, desk).await;
        let request = b"GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = tokio::time::timeout(SERVED_WITHIN, asked).await;
    let answer = answer.unwrap_or_else(|_| panic!("{from} is not served"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{from}: {answer}");
}

#[tokio::test]
async fn silent_connections_do_not_use_up_the_descriptors() {
    // This process needs a descriptor for each connection, too.
    assert!(antri::http_server::connection_limit() > 2_000);
    let environment = Environment::new().await;
    let desk = DeskProcess::limited(&environment, 512, &[]);
    let address = desk.http_address().await;
    let mut silent = Vec::new();
    for n in 0..1_500 {
        silent.push(connect_from(&format!("127.0.0.{}", 2 + n % 3), address).await);
        if n % 250 == 0 {
            assert_served("127.0.0.1", address).await;
        }
    }
    assert_served("127.0.0.1", address).await;
    assert_served("127.0.0.2", address).await;
    // The desk also reaches Telegram and its store.
    environment.sandbox.send_text(crate::support::ADMIN, "/status");
    let log = desk.log();
    assert!(!log.contains("failed to accept"), "{}", desk.log_tail());
    desk.stop().await;
}

/// Clients that send requests and read nothing are closed, although their connections are in use.
#[tokio::test]
async fn clients_that_never_read_are_closed() {
    let environment = Environment::new().await;
    let desk = DeskProcess::with(&environment, None, &[("RATE_PER_ADDRESS", "1000000")]);
    let address = desk.http_address().await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let requests = b"GET /api/openapi.json HTTP/1.1\r\nhost: desk\r\n\r\n".repeat(400);
        // The desk stops reading when its answers are not taken.
        let _ = tokio::time::timeout(Duration::from_millis(500), stream.write_all(&requests)).await;
        deaf.push(stream);
    }
    let started = Instant::now();
    for stream in deaf {
        // Writing fails once the desk has closed the connection; nothing is read meanwhile.
        while !is_closed(&stream) {
            assert!(started.elapsed() < Duration::from_secs(50), "a client that never reads is kept");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    assert_served("127.0.0.1", address).await;
    desk.stop().await;
}

/// Returns whether the other side has closed or reset the connection.
fn is_closed(stream: &TcpStream) -> bool {
    stream.try_write(b"\r\n").is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock)
}

#[tokio::test]
async fn webhook_calls_without_the_secret_are_limited_and_do_not_flood_the_log() {
    let environment = Environment::new().await;
    let env = [
        ("WEBHOOK_URL", "https://desk.example/hook"),
        ("WEBHOOK_SECRET", "the-secret-of-the-webhook"),
        ("RATE_PER_ADDRESS", "10"),
        ("RUST_LOG", "antri=info,warn"),
    ];
    let desk = DeskProcess::with(&environment, None, &env);
    let address = desk.http_address().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{address}/hook");
    let mut answers = std::collections::BTreeMap::new();
    for _ in 0..300 {
        let answer = client.post(&url).body("{}").send().await.unwrap();
        *answers.entry(answer.status().as_u16()).or_insert(0) += 1;
    }
    assert!(answers[&401] < 200 && answers[&429] > 100, "{answers:?}");
    // Telegram's calls come through, also from the same address.
    let accepted = client.post(&url).header("X-Telegram-Bot-Api-Secret-Token", "the-secret-of-the-webhook");
    let accepted = accepted.body(r#"{"update_id": 9001}"#).send().await.unwrap();
    assert_eq!(accepted.status(), 200);
    let log = desk.log();
    assert_eq!(log.matches("wrong secret").count(), 1, "{log}");
    desk.stop().await;
}
