//! Report of the embedded store: tables and goals on standard output.
use crate::assignment_cost::Cost;
use crate::latency::{Latency, Percentiles};
use crate::stats::ms;
use crate::throughput::{Figures, Throughput};

pub(crate) fn head() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores; medians over rounds that alternate with the baselines.");
    load("at the start");
}

/// Prints the load average, where the system reports it.
pub(crate) fn load(when: &str) {
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        println!(
            "Load average {when}: {}. Above the number of cores, the figures include other programs.",
            load.split(' ').next().unwrap_or("?")
        );
    }
}

pub(crate) fn throughput_head() {
    println!(
        "\nEmbedded store (one SQLite file, WAL, synchronous = FULL). Baseline: as many callers that each commit a bare row,"
    );
    println!(
        "same pragmas, pending rows share a transaction. For a drained queue: transactions of as many bare rows."
    );
    println!("Throughput; the backlog waits in the same departments at low priority, without free slots.");
    println!(
        "                           tickets/s  CPU µs  group  rows each    rows/s  baseline/s  of baseline: rows  tickets"
    );
}

pub(crate) fn throughput(result: &Throughput) {
    let scenario = format!("{:>5} agents {:>7} waiting", result.scenario.agents, result.scenario.backlog);
    println!("{scenario}");
    line("accepted", &result.accepted);
    line("assigned", &result.assigned);
    line("drained ", &result.drained);
}

fn line(what: &str, f: &Figures) {
    println!(
        "                 {what}  {:>9.0} {:>7.0} {:>6.0} {:>10.1} {:>9.0} {:>11.0} {:>18.2} {:>8.2}",
        f.tickets_per_second,
        f.cpu_micros,
        f.group,
        f.rows_each,
        f.rows_per_second,
        f.baseline,
        f.rows_of_baseline,
        f.tickets_of_baseline
    );
}

pub(crate) fn costs(costs: &[Cost]) {
    println!("\nCost of one assignment (a round with one free slot, from wake-up to commit)");
    for Cost { backlog, micros, ratio } in costs {
        println!("        {backlog:>7} waiting  {micros:>7.0} µs   × {ratio:.2}");
    }
}

pub(crate) fn latency_head(store: &str) {
    println!(
        "\nLatency on {store} at 200 arrivals/s, in ms from the planned arrival; the backlog waits for pick-up."
    );
    println!("                           accepted (p50 p99 max)  assigned (p50 p99 max)  sent (p50 p99 max)");
    println!(
        "                                                                  meanwhile: a bare write (p50 p99 max)  calls/s"
    );
}

pub(crate) fn latency(result: &Latency) {
    let Latency { agents, backlog, accepted, assigned, sent, bare, calls_per_second, .. } = result;
    let three = |w: &Percentiles| format!("{:>6.1} {:>6.1} {:>5.0}", ms(w.p50), ms(w.p99), ms(w.max));
    println!(
        "{agents:>5} agents {backlog:>7} waiting  {}     {} {}",
        three(accepted),
        three(assigned),
        three(sent)
    );
    println!("{:>88}  {calls_per_second:>22.0}", three(bare));
}

pub(crate) fn goals(throughput: &[Throughput], costs: &[Cost], latency: &[Latency]) {
    if throughput.is_empty() && costs.is_empty() && latency.is_empty() {
        return;
    }
    println!("\nGoals on the embedded store");
    let least = |of: fn(&Throughput) -> f64| throughput.iter().map(of).fold(f64::INFINITY, f64::min);
    if !throughput.is_empty() {
        let (accepted, assigned) =
            (least(|t| t.accepted.rows_of_baseline), least(|t| t.assigned.rows_of_baseline));
        goal(
            accepted >= 0.5,
            &format!("accepting: at least 0.5 of the baseline's rows/s: {accepted:.2} at worst"),
        );
        goal(
            assigned >= 0.5,
            &format!("assigning: at least 0.5 of the baseline's rows/s: {assigned:.2} at worst"),
        );
    }
    latency_goals(latency);
    if let Some(last) = costs.last() {
        let Cost { backlog, ratio, .. } = last;
        goal(
            *ratio <= 1.2,
            &format!("one assignment at a backlog of {backlog} costs at most 1.2 × that at 0: {ratio:.2}"),
        );
    }
}

/// Prints the latency goals of the embedded store.
fn latency_goals(latency: &[Latency]) {
    if let Some(worst) = latency.iter().map(|l| ms(l.assigned.p99)).reduce(f64::max) {
        goal(
            worst < 50.0,
            &format!("assignment committed within 50 ms (p99, 200 arrivals/s): {worst:.1} ms at worst"),
        );
    }
    if let Some(worst) = latency.iter().map(|l| ms(l.sent.p99)).reduce(f64::max) {
        goal(worst < 100.0, &format!("its notice sent within 100 ms (p99): {worst:.1} ms at worst"));
    }
}

pub(crate) fn goal(holds: bool, what: &str) {
    println!("  goal {}  {what}", if holds { "holds " } else { "MISSED" });
}
