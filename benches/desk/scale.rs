//! The desk at two sizes that differ by a factor of a hundred: agents, departments, past and waiting tickets.
//! Each figure is measured at both in turns.
//!
//! Every agent holds as many tickets as they can, and every department has as many waiting tickets at either
//! size.
#[path = "scale/bare_page.rs"]
mod bare_page;
#[path = "scale/desk.rs"]
mod desk;
#[path = "scale/fill.rs"]
mod fill;
#[path = "scale/start.rs"]
mod start;

use crate::backend::Backend;
use crate::report::goal;
use crate::stats::median;
use desk::{Desk, Figure};
use secrecy::SecretString;
use std::time::{Duration, Instant};

/// The size of the measurement.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// The numbers of departments that are compared, on the embedded store and on MongoDB. All else follows
    /// from them.
    pub(crate) embedded: [u64; 2],
    pub(crate) mongodb: [u64; 2],
    pub(crate) runs: usize,
    /// Repetitions of a figure in one run, and starts.
    pub(crate) repetitions: usize,
}

const AGENTS_PER_DEPARTMENT: u64 = 10;
const WAITING_PER_DEPARTMENT: u64 = 100;
const PAST_PER_DEPARTMENT: u64 = 1_000;
/// Tickets that each agent holds: all that they can.
const CAPACITY: u16 = 5;

/// The most that a figure may cost at the large size, in costs at the small one.
struct Limits {
    figure: f64,
    start: f64,
    /// Whether a bare page of the server is measured, too.
    with_bare_page: bool,
}

const EMBEDDED: Limits = Limits { figure: 1.3, start: 2.0, with_bare_page: false };
const MONGODB: Limits = Limits { figure: 1.5, start: 1.5, with_bare_page: true };

/// The figures of one run at one size, in microseconds a repetition.
#[derive(Clone, Copy)]
struct Sample {
    wall: f64,
    cpu: f64,
}

/// Measures on the embedded store, and on a MongoDB server if there is one.
pub(crate) async fn run(size: Size, mongodb: Result<SecretString, String>) {
    let backends = [Backend::folder(), Backend::folder()];
    compare(size, (size.embedded, "embedded"), backends, EMBEDDED).await;
    match mongodb {
        Ok(uri) => {
            let backends =
                [Backend::server(&uri, "antri_small").await, Backend::server(&uri, "antri_large").await];
            compare(size, (size.mongodb, "MongoDB"), backends, MONGODB).await;
        }
        Err(why) => println!("  MongoDB is not measured: {why}."),
    }
}

/// Fills both stores, measures, and prints the ratios.
async fn compare(size: Size, (departments, store): ([u64; 2], &str), backends: [Backend; 2], limits: Limits) {
    let [small, large] = departments;
    println!(
        "\nScale ({store}): {} agents, {large} departments, {} past and {} waiting tickets, beside the same × {:.3}",
        large * AGENTS_PER_DEPARTMENT,
        large * PAST_PER_DEPARTMENT,
        large * WAITING_PER_DEPARTMENT,
        small as f64 / large as f64
    );
    let mut filled = Vec::new();
    for (backend, departments) in backends.into_iter().zip(departments) {
        let start = Instant::now();
        filled.push(fill::fill(backend, departments).await);
        println!("  filled {departments} departments in {:.0} s", start.elapsed().as_secs_f64());
    }
    println!("  {} runs, medians (least to most)", size.runs);
    println!("                        small                  large                ratio              of CPU");
    let mut ratios = Vec::new();
    let starts = start::measure(&mut filled, size.runs).await;
    ratios.push(("start", report("start", &starts), limits.start));
    let mut desks = Vec::new();
    for (fixture, departments) in filled.into_iter().zip(departments) {
        desks.push(Desk::open(fixture, departments).await);
    }
    if limits.with_bare_page {
        for (desk, departments) in desks.iter().zip(departments) {
            desk.write_bare_pages(departments * WAITING_PER_DEPARTMENT).await;
        }
    }
    for figure in Figure::DESK.into_iter().chain(limits.with_bare_page.then_some(Figure::BarePage)) {
        let mut samples = [Vec::new(), Vec::new()];
        for desk in &mut desks {
            measure(desk, figure, size.repetitions).await;
        }
        for run in 0..size.runs {
            for at in [run % 2, (run + 1) % 2] {
                samples[at].push(measure(&mut desks[at], figure, size.repetitions).await);
            }
        }
        let ratio = report(figure.name(), &samples);
        if figure != Figure::BarePage {
            ratios.push((figure.name(), ratio, limits.figure));
        }
    }
    for desk in desks {
        desk.close().await;
    }
    for (figure, ratio, limit) in ratios {
        goal(
            ratio <= limit,
            &format!("{figure} at the large size ≤ {limit} × the small one ({store}): {ratio:.2}"),
        );
    }
}

/// Measures one run of a figure at one size.
async fn measure(desk: &mut Desk, figure: Figure, repetitions: usize) -> Sample {
    let (mut wall, mut cpu) = (Vec::new(), Duration::ZERO);
    for nth in 0..repetitions {
        desk.prepare(figure, nth).await;
        let (start, before) = (Instant::now(), crate::usage::cpu_time());
        desk.measured(figure, nth).await;
        wall.push(start.elapsed().as_secs_f64() * 1e6);
        cpu += crate::usage::cpu_time().saturating_sub(before);
    }
    Sample { wall: median(wall), cpu: cpu.as_secs_f64() * 1e6 / repetitions as f64 }
}

/// Prints a line, and returns the median of the runs' ratios.
fn report(figure: &str, [small, large]: &[Vec<Sample>; 2]) -> f64 {
    let pairs = || small.iter().zip(large);
    let wall = |samples: &[Sample]| three(samples.iter().map(|sample| sample.wall));
    let ratio = three(pairs().map(|(small, large)| large.wall / small.wall));
    let of_cpu = median(pairs().map(|(small, large)| large.cpu / small.cpu.max(f64::MIN_POSITIVE)));
    let ([s, s0, s1], [l, l0, l1], [r, r0, r1]) = (wall(small), wall(large), ratio);
    println!(
        "  {figure:<10} {s:>8.0} ({s0:.0} to {s1:.0}) µs  {l:>8.0} ({l0:.0} to {l1:.0}) µs  × {r:.2} ({r0:.2} to {r1:.2})  {of_cpu:.2}"
    );
    r
}

/// Returns the median, the least and the most.
fn three(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let values: Vec<f64> = values.collect();
    let of = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or_default();
    [median(values.iter().copied()), of(f64::min), of(f64::max)]
}
