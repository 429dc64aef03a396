//! Report of conversations: a line for each round, medians and spread, goals.
use super::chats::Times;
use super::{CONVERSATIONS, Flood, MESSAGE_RATE, Size};
use crate::report::goal;
use crate::stats::{median, ms, quantile};
use std::time::Duration;

/// The result of one round: the baseline's and the desk's.
type Round = (Times, Times);

pub(super) fn head(size: Size) {
    println!(
        "\nConversations on the embedded store: {CONVERSATIONS} at once, {MESSAGE_RATE} messages/s in both directions, {} s a round.",
        size.round.as_secs()
    );
    println!(
        "From a person's message until Telegram holds the copy, in ms, beside a bot that only calls copyMessage."
    );
    println!(
        "              to the agent (p50 p99): baseline       desk     ×p50    to the customer: baseline       desk     ×p50"
    );
}

pub(super) fn round(nth: usize, (bare, desk): &Round) {
    let side = |of: fn(&Times) -> &Vec<Duration>| {
        let (bare, desk) = (of(bare), of(desk));
        let ratio = ms(quantile(desk, 0.5)) / ms(quantile(bare, 0.5));
        format!("{}  {}   {ratio:>6.2}", pair(bare), pair(desk))
    };
    println!(
        "round {nth:>2}                  {}           {}",
        side(|t| &t.to_agent),
        side(|t| &t.to_customer)
    );
}

fn pair(times: &[Duration]) -> String {
    format!("{:>6.1} {:>6.1}", ms(quantile(times, 0.5)), ms(quantile(times, 0.99)))
}

pub(super) fn medians(rounds: &[Round]) {
    println!("Medians of the rounds (least–most):");
    for (name, of) in sides() {
        for (what, q) in [("p50", 0.5), ("p99", 0.99)] {
            let of_round = |times: &Times| ms(quantile(of(times), q));
            let bare: Vec<f64> = rounds.iter().map(|(bare, _)| of_round(bare)).collect();
            let desk: Vec<f64> = rounds.iter().map(|(_, desk)| of_round(desk)).collect();
            let ratios: Vec<f64> = bare.iter().zip(&desk).map(|(bare, desk)| desk / bare).collect();
            println!(
                "  {name:<16} {what}  baseline {}   desk {}   × {}",
                spread(&bare),
                spread(&desk),
                spread(&ratios)
            );
        }
    }
}

type Side = (&'static str, fn(&Times) -> &Vec<Duration>);

fn sides() -> [Side; 2] {
    [("to the agent", |times| &times.to_agent), ("to the customer", |times| &times.to_customer)]
}

fn spread(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    format!("{:.2} ({least:.2}–{most:.2})", median(values.iter().copied()))
}

pub(super) fn flood(flood: &Flood) {
    let Flood { messages, times, drained, notice } = flood;
    println!(
        "Flood, faster than Telegram allows: {messages} messages drained in {:.1} s; to the agent {}, to the customer {} (p50 p99);",
        drained.as_secs_f64(),
        pair(&times.to_agent),
        pair(&times.to_customer)
    );
    println!("  the notice of a ticket that was opened meanwhile: {:.1} ms.", ms(*notice));
}

pub(super) fn goals(rounds: &[Round], flood: &Flood) {
    println!("\nGoals of conversations (nothing lost, doubled or out of order: checked in every round)");
    for (name, of) in sides() {
        let ratio = |(bare, desk): &Round| ms(quantile(of(desk), 0.5)) / ms(quantile(of(bare), 0.5));
        let ratio = median(rounds.iter().map(ratio));
        goal(ratio <= 3.0, &format!("{name}, p50 at most 3 × the baseline's: {ratio:.2} (median of rounds)"));
    }
    let refused: usize = rounds.iter().map(|(bare, desk)| bare.refused + desk.refused).sum();
    goal(refused == 0, &format!("no request beyond Telegram's limits: {refused} in the rounds"));
    let refused = flood.times.refused;
    goal(refused == 0, &format!("no request beyond Telegram's limits: {refused} in the flood"));
    let notice = flood.notice;
    goal(
        notice < Duration::from_secs(1),
        &format!("a notice does not wait behind the flood (< 1 s): {:.1} ms", ms(notice)),
    );
}
