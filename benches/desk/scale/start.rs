//! The start: the program `antri`, from its launch until `/readyz` answers that it is ready.
use super::Sample;
use crate::fixture::Fixture;
use crate::process::DeskProcess;

/// Closes the stores, starts a desk on each in turns, and opens the stores again.
pub(super) async fn measure(filled: &mut [Fixture], runs: usize) -> [Vec<Sample>; 2] {
    for fixture in filled.iter() {
        fixture.backend.storage.close().await;
    }
    let (telegram, _call_log) = crate::telegram::serve().await;
    let mut samples = [Vec::new(), Vec::new()];
    for run in 0..=runs {
        for at in [run % 2, (run + 1) % 2] {
            let (desk, wall) = DeskProcess::launch(&filled[at], &telegram, &[]).await;
            let cpu = desk.cpu_time();
            desk.stop();
            // The first one reads the files into the memory of the system.
            if run > 0 {
                samples[at].push(Sample { wall: wall.as_secs_f64() * 1e6, cpu: cpu.as_secs_f64() * 1e6 });
            }
        }
    }
    for fixture in filled {
        fixture.backend.reopen().await;
        fixture.store = fixture.backend.storage.store();
    }
    samples
}
