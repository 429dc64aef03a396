//! The tables and the goals of the desk on servers, in words.
use super::floor::CALLERS;
use super::heartbeats::Heartbeats;
use super::throughput::Throughput;
use crate::api::Beats;
use crate::report::goal;

pub(crate) fn throughput_head(server: &str) {
    println!(
        "\nMongoDB ({server}; w: majority). The server's processor time is in no figure, but it shares the machine."
    );
    println!(
        "Floors write the same documents of the same collection: findOneAndUpdate of a ticket that waits, by 1, 8 and 32"
    );
    println!(
        "callers; unordered bulks of as many tickets, and of as many documents, as a transaction of the desk has."
    );
    println!(
        "The ordered plan: its own algorithm, one ticket at a time (find, insert, update, insert of the notice)."
    );
}

pub(crate) fn throughput(t: &Throughput) {
    println!("{:>5} agents {:>7} waiting", t.agents, t.backlog);
    println!("     accepted {:>8.0} tickets/s", t.accepted);
    println!(
        "     assigned {:>8.0} tickets/s   group {:.0}, of each: {:.1} documents, {:.2} round trips, {:.0} µs CPU",
        t.assigned, t.group, t.documents, t.commands, t.busy
    );
    let line = |what: &str, floor: f64, unit: &str, ratio: f64| {
        println!("       {what:<34} {floor:>8.0} {unit:<11} desk × {ratio:.2}");
    };
    for (n, (callers, _)) in CALLERS.iter().enumerate() {
        line(&format!("single calls, {callers} at once"), t.single[n], "tickets/s", t.ratios.single[n]);
    }
    line(&format!("bulks of {:.0} tickets", t.group), t.bulk, "tickets/s", t.ratios.bulk);
    line(
        &format!("bulks of {:.0} documents", t.group * t.documents),
        t.bulk_documents,
        "documents/s",
        t.ratios.bulk_documents,
    );
    line("the ordered plan", t.ordered, "tickets/s", t.ratios.ordered);
}

/// The goals, each at its worst stage.
pub(crate) fn goals(found: &[Throughput]) {
    let least = |of: &dyn Fn(&Throughput) -> f64| found.iter().map(of).fold(f64::INFINITY, f64::min);
    for (n, (callers, _)) in CALLERS.iter().enumerate() {
        at_least(1.0, least(&|t| t.ratios.single[n]), &format!("single calls, {callers} at once"));
    }
    at_least(0.5, least(&|t| t.ratios.bulk), "bulk writes, tickets against tickets");
    at_least(0.5, least(&|t| t.ratios.bulk_documents), "bulk writes, documents against documents");
    at_least(5.0, least(&|t| t.ratios.ordered), "the ordered plan");
}

fn at_least(wanted: f64, found: f64, what: &str) {
    goal(found >= wanted, &format!("assigning: at least {wanted:.1} × {what}: {found:.2} at worst"));
}

pub(crate) fn heartbeats_head() {
    println!(
        "\nHeartbeats on Redis, all callers over one connection; bare: SET … EX and two SADD in a pipeline."
    );
}

pub(crate) fn heartbeats(found: &Heartbeats) {
    let Heartbeats { callers, beats, bare, ratio } = found;
    println!("{callers:>5} callers   beats/s {beats:>8.0}   bare/s {bare:>8.0}   beats × {ratio:.2}");
}

pub(crate) fn heartbeat_goals(found: &[Heartbeats]) {
    let worst = found.iter().map(|h| h.ratio).fold(f64::INFINITY, f64::min);
    goal(worst >= 0.5, &format!("heartbeats: at least 0.5 × the bare pipelines: {worst:.2} at worst"));
}

pub(crate) fn beats_head() {
    println!("\nHeartbeats of 10,000 agents through the side API; bare: /healthz of the same server.");
}

pub(crate) fn beats(found: &Beats) {
    let Beats { presence, refused, memory: (first, last), rate, bare, ratio } = found;
    println!(
        "presence {presence:<9}   all at once, 5 times: {refused} refused, {first:.0} MiB then {last:.0} MiB"
    );
    println!("                     beats/s {rate:>8.0}   bare/s {bare:>8.0}   beats × {ratio:.2}");
}

pub(crate) fn beats_goals(found: &[Beats]) {
    for beats in found {
        let wanted = if beats.presence == "Redis" { 0.3 } else { 0.6 };
        let (presence, ratio) = (beats.presence, beats.ratio);
        goal(
            ratio >= wanted,
            &format!("heartbeats, presence {presence}: at least {wanted} × /healthz: {ratio:.2}"),
        );
        goal(
            beats.refused == 0,
            &format!("heartbeats, presence {presence}: none refused: {}", beats.refused),
        );
    }
}
