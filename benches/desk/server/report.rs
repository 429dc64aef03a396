//! Report of the desk on servers: tables and goals on standard output.
use super::baseline::CALLERS;
use super::heartbeats::Heartbeats;
use super::throughput::Throughput;
use crate::api_heartbeats::ApiHeartbeats;
use crate::latency::Latency;
use crate::report::goal;
use crate::stats::ms;

/// The most bare writes that may pass between an arrival and its committed assignment: the 99th percentile of
/// the latency against the median of a bare write.
const MAX_BARE_WRITES: f64 = 80.0;
/// The most by which a backlog may lengthen that latency.
const MAX_BACKLOG_GROWTH: f64 = 1.3;

pub(crate) fn throughput_head(server: &str) {
    println!(
        "\nMongoDB ({server}; w: majority). The figures exclude the server's CPU time, but it shares the machine."
    );
    println!(
        "Baselines write the same documents of the same collection: findOneAndUpdate of a waiting ticket, by 1, 8 and 32"
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
        t.assigned, t.group, t.documents, t.commands, t.cpu_micros
    );
    let line = |what: &str, baseline: f64, unit: &str, ratio: f64| {
        println!("       {what:<34} {baseline:>8.0} {unit:<11} desk × {ratio:.2}");
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

/// Prints the goals, each at its worst scenario.
pub(crate) fn goals(results: &[Throughput]) {
    let least = |of: &dyn Fn(&Throughput) -> f64| results.iter().map(of).fold(f64::INFINITY, f64::min);
    for (n, (callers, _)) in CALLERS.iter().enumerate() {
        at_least(1.0, least(&|t| t.ratios.single[n]), &format!("single calls, {callers} at once"));
    }
    at_least(0.5, least(&|t| t.ratios.bulk), "bulk writes, tickets against tickets");
    at_least(0.5, least(&|t| t.ratios.bulk_documents), "bulk writes, documents against documents");
    at_least(5.0, least(&|t| t.ratios.ordered), "the ordered plan");
}

/// Prints the latency goals as ratios to bare writes of the same server in the same scenario, and to the same
/// agents without a backlog. Absolute times would say more about the server than about the desk.
pub(crate) fn latency_goals(results: &[Latency]) {
    let to_bare = results.iter().map(|l| ms(l.assigned.p99) / ms(l.bare.p50));
    if let Some(worst) = to_bare.reduce(f64::max) {
        goal(
            worst <= MAX_BARE_WRITES,
            &format!(
                "assignment committed within {MAX_BARE_WRITES:.0} bare writes (p99 to p50): {worst:.1} at worst"
            ),
        );
    }
    let empty = |full: &Latency| results.iter().find(|l| l.agents == full.agents && l.backlog == 0);
    let with_backlog = results.iter().filter(|l| l.backlog > 0);
    let growth = with_backlog.filter_map(|l| Some(ms(l.assigned.p99) / ms(empty(l)?.assigned.p99)));
    if let Some(worst) = growth.reduce(f64::max) {
        goal(
            worst <= MAX_BACKLOG_GROWTH,
            &format!(
                "the same with a backlog, at most {MAX_BACKLOG_GROWTH} × that without: {worst:.2} at worst"
            ),
        );
    }
}

fn at_least(minimum: f64, measured: f64, what: &str) {
    goal(measured >= minimum, &format!("assigning: at least {minimum:.1} × {what}: {measured:.2} at worst"));
}

pub(crate) fn heartbeats_head() {
    println!(
        "\nHeartbeats on Redis, all callers over one connection; bare: SET … EX and two SADD in a pipeline."
    );
}

pub(crate) fn heartbeats(result: &Heartbeats) {
    let Heartbeats { callers, per_second, bare, ratio } = result;
    println!(
        "{callers:>5} callers   heartbeats/s {per_second:>8.0}   bare/s {bare:>8.0}   heartbeats × {ratio:.2}"
    );
}

pub(crate) fn heartbeat_goals(results: &[Heartbeats]) {
    let worst = results.iter().map(|h| h.ratio).fold(f64::INFINITY, f64::min);
    goal(worst >= 0.5, &format!("heartbeats: at least 0.5 × the bare pipelines: {worst:.2} at worst"));
}

pub(crate) fn api_heartbeats_head() {
    println!("\nHeartbeats of 10,000 agents through the side API; bare: /healthz of the same server.");
}

pub(crate) fn api_heartbeats(result: &ApiHeartbeats) {
    let ApiHeartbeats { presence, refused, memory: (first, last), rate, bare, ratio } = result;
    println!(
        "presence {presence:<9}   all at once, 5 times: {refused} refused, {first:.0} MiB then {last:.0} MiB"
    );
    println!("                     heartbeats/s {rate:>8.0}   bare/s {bare:>8.0}   heartbeats × {ratio:.2}");
}

pub(crate) fn api_heartbeats_goals(results: &[ApiHeartbeats]) {
    for heartbeats in results {
        let minimum = if heartbeats.presence == "Redis" { 0.3 } else { 0.6 };
        let (presence, ratio) = (heartbeats.presence, heartbeats.ratio);
        goal(
            ratio >= minimum,
            &format!("heartbeats, presence {presence}: at least {minimum} × /healthz: {ratio:.2}"),
        );
        goal(
            heartbeats.refused == 0,
            &format!("heartbeats, presence {presence}: none refused: {}", heartbeats.refused),
        );
    }
}
