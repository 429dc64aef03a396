//! Bots of other libraries against the sandbox: what aiogram, python-telegram-bot and grammY send, it takes.
//!
//! The tests that run the libraries install them from PyPI and npm into a temporary folder. They need a network, so
//! they are ignored; `cargo test -- --ignored bots_of` runs them. The others repeat what those libraries do.
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use antri::sandbox::{MediaKind, Side};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Desk, SITI, TOKEN};

/// Reads one answer of a kept connection. Returns its status line and JSON body.
async fn read_answer(stream: &mut tokio::net::TcpStream) -> (String, Value) {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the connection was closed after {:?}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| body.len() == length.parse::<usize>().unwrap()) {
            let status = head.lines().next().unwrap().to_owned();
            return (status, serde_json::from_str(body).unwrap());
        }
    }
}

#[tokio::test]
async fn an_upload_is_read_to_its_end_and_the_connection_is_kept() {
    let desk = Desk::started().await;
    let address = desk.address.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    // Bytes after the last boundary are a part of the body, and a client may send them late.
    let end = vec![b' '; 2 << 20];
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{SITI}\r\n--x\r\nContent-Disposition: \
         form-data; name=\"document\"; filename=\"a.txt\"\r\n\r\nisi\r\n--x--\r\n"
    );
    for token in [TOKEN, "4242:wrong"] {
        let head = format!(
            "POST /bot{token}/sendDocument HTTP/1.1\r\nHost: {address}\r\nContent-Type: multipart/form-data; \
             boundary=x\r\nContent-Length: {}\r\n\r\n{form}",
            form.len() + end.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&end).await.unwrap();
        let (status, answer) = read_answer(&mut stream).await;
        let expected = if token == TOKEN { "HTTP/1.1 200 OK" } else { "HTTP/1.1 401 Unauthorized" };
        assert_eq!(status, expected, "{answer}");
    }
    let next = format!("GET /bot{TOKEN}/getMe HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(next.as_bytes()).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.1["result"]["username"], "antri_bot");
}

#[tokio::test]
async fn values_are_taken_as_leniently_as_by_telegram() {
    let desk = Desk::started().await;
    let keyboard = json!({"inline_keyboard": [[{"text": "Buka", "url": "t.me/antri_bot?start=1"}]]});
    let params = json!({"chat_id": SITI.to_string(), "text": 5, "disable_notification": "true",
        "reply_markup": keyboard.to_string(), "reply_parameters": json!({"message_id": "1"}).to_string()});
    let sent = desk.call("sendMessage", params).await;
    assert_eq!((&sent["text"], &sent["reply_to_message"]["text"]), (&json!("5"), &json!("/start")));
    let url = desk.sandbox.chat(SITI)[1].keyboard[0][0].url.clone();
    assert_eq!(url.as_deref(), Some("http://t.me/antri_bot?start=1"));
    let id = sent["message_id"].to_string();
    desk.call("deleteMessage", json!({"chat_id": SITI, "message_id": id})).await;
}

#[tokio::test]
async fn entities_of_plain_text_are_found_in_messages_of_users_and_of_the_bot() {
    let desk = Desk::started().await;
    let text = "#gangguan $IDR a@toko.com t.me/x +6281234567890";
    let kinds = ["hashtag", "cashtag", "email", "url", "phone_number"];
    desk.sandbox.send_text(SITI, text);
    let update = desk.call("getUpdates", json!({"offset": -1})).await[0]["message"].clone();
    let sent = desk.call("sendMessage", json!({"chat_id": SITI, "text": text})).await;
    for message in [update, sent] {
        let entities = message["entities"].as_array().unwrap().clone();
        let found: Vec<_> = entities.iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(found, kinds);
    }
}

/// A running bot.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the file of a bot.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/bots").join(name)
}

/// Runs an installer to its end.
fn install(command: &mut Command) {
    let out = command.stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

/// Talks with a bot that greets with two files, echoes, and answers presses, three times over.
async fn talk_with(command: &mut Command) {
    let desk = Desk::open().await;
    let sandbox = &desk.sandbox;
    command.env("BOT_TOKEN", TOKEN).env("BOT_API_URL", &desk.address).env("NO_PROXY", "*");
    let _bot = Bot(command.stdin(Stdio::null()).spawn().unwrap());
    let limit = std::time::Duration::from_secs(60);
    for round in 0..3 {
        let before = sandbox.send_text(SITI, "/start");
        // A photo, a document, an album of two, then the text with a button.
        let greeting = sandbox
            .wait_for("the greeting", limit, |s| {
                let new = s.messages_after(SITI, before);
                (new.len() == 5 && new[4].text == "Halo Siti").then_some(new)
            })
            .await;
        let kinds: Vec<_> = greeting.iter().map(|m| m.media.as_ref().map(|media| media.kind)).collect();
        let expected = [MediaKind::Photo, MediaKind::Document, MediaKind::Photo, MediaKind::Photo];
        assert_eq!(kinds[..4], expected.map(Some), "round {round}");
        assert_eq!(greeting[2].media_group_id, greeting[3].media_group_id);
        sandbox.press(SITI, greeting[4].message_id, "open:1");
        sandbox
            .wait_for("the edit and the toast", limit, |s| {
                let edited = s.message(SITI, greeting[4].message_id)?.text == "Dibuka";
                (edited && s.toasts(SITI).len() == round + 1).then_some(())
            })
            .await;
        let asked = sandbox.send_text(SITI, "internet mati #wifi");
        let echo = sandbox
            .wait_for("the echo", limit, |s| {
                s.messages_after(SITI, asked).into_iter().find(|m| m.from == Side::Bot)
            })
            .await;
        assert_eq!((echo.html.as_str(), echo.reply_to), ("<b>internet mati #wifi</b>", Some(asked)));
    }
    assert_eq!(sandbox.violations(), Vec::<String>::new());
    let refused: Vec<_> = sandbox.requests().into_iter().filter(|r| r.outcome >= 400).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test]
#[ignore = "installs packages from PyPI"]
async fn bots_of_aiogram_run() {
    let dir = tempfile::tempdir().unwrap();
    install(Command::new("pip").args(["install", "-q", "aiogram==3.31.0", "--target"]).arg(dir.path()));
    talk_with(Command::new("python3").arg(script("aiogram_bot.py")).env("PYTHONPATH", dir.path())).await;
}

#[tokio::test]
#[ignore = "installs packages from PyPI"]
async fn bots_of_python_telegram_bot_run() {
    let dir = tempfile::tempdir().unwrap();
    install(
        Command::new("pip").args(["install", "-q", "python-telegram-bot==22.5", "--target"]).arg(dir.path()),
    );
    talk_with(Command::new("python3").arg(script("ptb_bot.py")).env("PYTHONPATH", dir.path())).await;
}

#[tokio::test]
#[ignore = "installs packages from npm"]
async fn bots_of_grammy_run() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["install", "--silent", "--no-fund", "--no-audit", "grammy@1.46.0", "--prefix"];
    install(Command::new("npm").args(args).arg(dir.path()));
    // Node looks for packages beside the script.
    let bot = dir.path().join("bot.mjs");
    std::fs::copy(script("grammy_bot.mjs"), &bot).unwrap();
    talk_with(Command::new("node").arg(bot)).await;
}
