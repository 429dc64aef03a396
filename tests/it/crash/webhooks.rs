//! Crashes of a desk with outgoing webhooks: every change is reported, in the order of its ticket, and a repeat
//! has the id of the first attempt.
use super::environment::Environment;
use super::oracle::check;
use super::process::DeskProcess;
use super::story::play;
use crate::support::receiver::{Received, Receiver, SECRET};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;

async fn crash_at(environment: Environment, point: &str) {
    let receiver = Receiver::start().await;
    let env = [("EVENT_WEBHOOK_URL", receiver.url.as_str()), ("EVENT_WEBHOOK_SECRET", SECRET)];
    let mut process = DeskProcess::with(&environment, Some(point), &env);
    let mut story = Box::pin(play(environment.sandbox.clone()));
    tokio::select! {
        outcome = &mut story => panic!("the story ended without passing {point}: {outcome:?}"),
        status = process.wait_for_exit() => assert_eq!(status.signal(), Some(9), "{}", process.log_tail()),
    }
    let mut process = DeskProcess::with(&environment, None, &env);
    let outcome = tokio::select! {
        outcome = &mut story => outcome,
        status = process.wait_for_exit() => panic!("after {point}, {status}:\n{}", process.log_tail()),
    };
    environment.settle().await;
    let waiting = async {
        while count(&receiver.received(), "ticket.completed") < outcome.tickets.len() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let all = tokio::time::timeout(crate::support::WAIT_TIMEOUT, waiting).await;
    assert!(all.is_ok(), "{point}: not every end was reported");
    process.stop().await;
    check(&environment, &outcome, 1, point).await;
    check_webhooks(&receiver.received(), outcome.tickets.len());
}

/// Returns how many tickets had a webhook of this type.
fn count(received: &[Received], kind: &str) -> usize {
    let tickets: BTreeSet<_> =
        received.iter().filter(|one| one.kind == kind).map(|one| &one.ticket).collect();
    tickets.len()
}

/// Checks that every version of every ticket was reported, in order, and that repeats are equal.
fn check_webhooks(received: &[Received], tickets: usize) {
    let mut bodies: BTreeMap<&str, &str> = BTreeMap::new();
    let mut versions: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for one in received {
        assert_eq!(one.answer, 204, "the signature is wrong: {one:?}");
        let body = *bodies.entry(&one.id).or_insert(&one.body);
        assert_eq!(body, one.body, "a repeat says something else");
        if let Some(version) = one.data["version"].as_u64() {
            let seen = versions.entry(&one.ticket).or_default();
            if seen.last() != Some(&version) {
                seen.push(version);
            }
        }
    }
    assert_eq!(versions.len(), tickets);
    for (ticket, seen) in versions {
        let last = seen.last().copied().unwrap();
        assert!(seen.iter().copied().eq(0..=last), "{ticket}: versions {seen:?}");
    }
    assert_eq!(count(received, "ticket.created"), tickets);
    assert_eq!(count(received, "ticket.completed"), tickets);
}

macro_rules! points {
    ($($test:ident: $point:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            crash_at(Environment::new().await, $point).await;
        })*
        mod on_mongodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::crash_at(super::Environment::on_servers().await, $point).await;
            })*
        }
    };
}

points! {
    before_a_webhook_is_sent: "webhook-before-send:2",
    between_a_webhook_and_its_record: "webhook-after-send:2",
    after_a_commit_with_webhooks: "store-after-commit:6",
}
