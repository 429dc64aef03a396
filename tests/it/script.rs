//! `antri demo --script`, the program itself: every fact of its story holds, and one seed tells one story.
use std::process::Command;

/// The transcript of a seed, with all that is a time replaced: moments, and the digits of ticket numbers.
fn transcript(seed: &str) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_antri"))
        .args(["demo", "--script", "--seed", seed])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    text.lines().map(timeless).collect::<Vec<_>>().join("\n")
}

fn timeless(line: &str) -> String {
    if line.contains("Dibuat: ") {
        return "Dibuat".into();
    }
    line.split(' ')
        .map(|word| match word.strip_prefix("INC") {
            // 15 digits of time; the letters behind them are chance, which the seed decides.
            Some(rest) if rest.len() >= 17 => format!("INC{}", &rest[15..]),
            _ => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_demo_story_holds_and_is_repeatable_by_seed() {
    let told = transcript("5");
    for fact in [
        "✓ Sari's ticket is Budi's, at #1",
        "✓ Wati's ticket is Citra's, at #2",
        "✓ Joko waits and is told position 1",
        "✓ Ayu waits and is told position 2",
        "✓ Eka, offline, still got nothing",
        "✓ Joko's ticket is at the bottom of Budi's queue",
        "✓ nothing waits",
        "✓ Rina's ticket is Eka's, at #2",
        "The story went as it must.",
    ] {
        assert!(told.contains(fact), "{fact}\n{told}");
    }
    assert_eq!(told, transcript("5"));
    assert_ne!(told, transcript("6"), "the seed decides the letters of ticket numbers");
}
