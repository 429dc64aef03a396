//! Injected faults as the client sees them, and the effect of the call in the sandbox.
use std::time::Duration;

use antri::sandbox::{Fault, FaultRule};
use serde_json::{Value, json};
use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::types::ChatId;

use super::{Desk, SITI, TOKEN, WAIT_TIMEOUT};

/// Returns a rule that applies to Siti's next `sendMessage`.
fn once(fault: Fault) -> FaultRule {
    FaultRule { method: Some("sendMessage".to_owned()), chat: Some(SITI), times: 1, fault }
}

fn hi() -> Value {
    json!({"chat_id": SITI, "text": "hi"})
}

/// Returns the number of messages that reached Siti.
fn received_count(desk: &Desk) -> usize {
    desk.sandbox.chat(SITI).iter().filter(|m| m.text == "hi").count()
}

#[tokio::test]
async fn a_refusal_fault_sends_nothing_and_applies_once() {
    let desk = Desk::started().await;
    let cases = [
        (Fault::ServerError(502), "502 Bad Gateway"),
        (Fault::Forbidden, "403 Forbidden: bot was blocked by the user"),
        (
            Fault::BadEntities,
            "400 Bad Request: can't parse entities: Unsupported start tag \"fault\" at byte offset 0",
        ),
        (Fault::UnknownMethod, "404 Not Found"),
        (
            Fault::Conflict,
            "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is \
             running",
        ),
        (Fault::Migrate { to: -100_500 }, "400 Bad Request: group chat was upgraded to a supergroup chat"),
        (Fault::TooManyRequests { retry_after: 7 }, "429 Too Many Requests: retry after 7"),
    ];
    for (fault, description) in cases {
        desk.sandbox.faults().add(once(fault));
        assert_eq!(desk.refused("sendMessage", hi()).await, description);
    }
    assert_eq!(received_count(&desk), 0);
    desk.call("sendMessage", hi()).await;
    assert_eq!(received_count(&desk), 1);
}

#[tokio::test]
async fn teloxide_reads_the_parameters_of_refusals() {
    let desk = Desk::started().await;
    let faults = desk.sandbox.faults();
    faults.add(once(Fault::TooManyRequests { retry_after: 7 }));
    faults.add(once(Fault::Migrate { to: -100_500 }));
    let bot = desk.bot();
    let first = bot.send_message(ChatId(SITI), "hi").await;
    assert!(matches!(first, Err(RequestError::RetryAfter(wait)) if wait.seconds() == 7));
    let second = bot.send_message(ChatId(SITI), "hi").await;
    assert!(matches!(second, Err(RequestError::MigrateToChatId(ChatId(-100_500)))));
}

#[tokio::test]
async fn fault_rules_match_method_and_chat_until_cleared() {
    let desk = Desk::started().await;
    let any = FaultRule { method: None, chat: Some(SITI), times: u32::MAX, fault: Fault::ServerError(500) };
    desk.sandbox.faults().add(any);
    desk.call("getMe", json!({})).await;
    let press = desk.sandbox.press(SITI, 1, "x");
    for _ in 0..3 {
        assert_eq!(desk.refused("sendMessage", hi()).await, "500 Internal Server Error");
        let answer = json!({"callback_query_id": press});
        assert_eq!(desk.refused("answerCallbackQuery", answer).await, "500 Internal Server Error");
    }
    desk.sandbox.faults().clear();
    desk.call("sendMessage", hi()).await;
}

#[tokio::test]
async fn a_reset_gives_no_answer_and_after_success_the_call_took_effect() {
    let desk = Desk::started().await;
    let url = format!("{}/bot{TOKEN}/sendMessage", desk.address);
    for (fault, expected) in [(Fault::ResetBefore, 0), (Fault::ResetAfterSuccess, 1)] {
        desk.sandbox.faults().add(once(fault));
        let error = desk.http.post(&url).json(&hi()).send().await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{error:?}");
        assert_eq!(received_count(&desk), expected);
    }
    let outcomes: Vec<_> =
        desk.sandbox.requests().into_iter().skip(1).map(|r| (r.outcome, r.error.unwrap())).collect();
    assert_eq!(
        outcomes,
        [(0, "fault: ResetBefore".to_owned()), (200, "fault: ResetAfterSuccess".to_owned())]
    );
    desk.sandbox.faults().add(once(Fault::ResetAfterSuccess));
    let error = desk.bot().send_message(ChatId(SITI), "hi").await.unwrap_err();
    assert!(matches!(error, RequestError::Network(_)), "{error:?}");
    assert_eq!(received_count(&desk), 2);
}

#[tokio::test]
async fn a_reset_behind_another_listener_truncates_the_answer() {
    let desk = Desk::started().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/bot{TOKEN}/sendMessage", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, desk.sandbox.bot_api()).into_future());
    desk.sandbox.faults().add(once(Fault::ResetAfterSuccess));
    let answer = async { desk.http.post(&url).json(&hi()).send().await?.bytes().await };
    assert!(answer.await.is_err());
    assert_eq!(received_count(&desk), 1);
    server.abort();
}

#[tokio::test]
async fn a_hang_gives_no_answer_until_the_client_disconnects() {
    let desk = Desk::started().await;
    for (fault, expected) in [(Fault::HangBefore, 0), (Fault::HangAfterSuccess, 1)] {
        let name = format!("fault: {fault:?}");
        desk.sandbox.faults().add(once(fault));
        let call = desk.call("sendMessage", hi());
        let hung = desk.sandbox.wait_for("the hang", WAIT_TIMEOUT, |s| {
            s.requests().iter().any(|r| r.error.as_deref() == Some(&name)).then_some(())
        });
        tokio::select! { _ = call => panic!("answered"), () = hung => {} }
        assert_eq!(received_count(&desk), expected);
    }
    desk.call("sendMessage", hi()).await;
    assert_eq!(received_count(&desk), 2);
}

#[tokio::test]
async fn a_delayed_call_succeeds() {
    let desk = Desk::started().await;
    desk.sandbox.faults().add(once(Fault::Delay(Duration::from_millis(1))));
    desk.call("sendMessage", hi()).await;
    assert_eq!((received_count(&desk), desk.sandbox.faults().remaining()), (1, 0));
}

#[tokio::test]
async fn shutdown_ends_open_polls_hangs_and_pages_at_once() {
    let desk = Desk::started().await;
    desk.sandbox.faults().add(once(Fault::HangBefore));
    let poll = desk.http.post(format!("{}/bot{TOKEN}/getUpdates", desk.address));
    let poll = tokio::spawn(poll.json(&json!({"offset": 2, "timeout": 50})).send());
    let hang = desk.http.post(format!("{}/bot{TOKEN}/sendMessage", desk.address));
    let hang = tokio::spawn(hang.json(&hi()).send());
    let page = desk.http.get(format!("{}/sandbox/events", desk.address)).send().await.unwrap();
    desk.sandbox
        .wait_for("both to wait", WAIT_TIMEOUT, |s| {
            (s.is_idle() && s.faults().remaining() == 0).then_some(())
        })
        .await;
    desk.close().await;
    assert!(poll.await.unwrap().is_err());
    assert!(hang.await.unwrap().is_err());
    assert!(page.bytes().await.is_err());
}
