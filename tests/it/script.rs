//! The scripted demo, `antri demo --script`: every fact of its story holds, and a seed determines the
//! transcript.
use std::process::Command;

/// Returns the transcript of a seed without times: creation lines, and the time digits of ticket numbers.
fn transcript(seed: &str, more: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_antri"))
        .args(["demo", "--script", "--seed", seed])
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    text.lines().map(without_times).collect::<Vec<_>>().join("\n")
}

/// Returns a line of the transcript without times.
fn without_times(line: &str) -> String {
    for word in ["Dibuat: ", "Created: "] {
        if line.contains(word) {
            return word.into();
        }
    }
    line.split(' ')
        .map(|word| match word.strip_prefix("INC") {
            // 15 digits of time; the letters after them are random and depend on the seed.
            Some(rest) if rest.len() >= 17 => format!("INC{}", &rest[15..]),
            _ => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_demo_story_holds_and_is_repeatable_by_seed() {
    let text = transcript("5", &[]);
    assert_facts(&text);
    assert!(text.contains("[ ✅ Kirim ]") && text.contains("Posisi antrian: #1"), "{text}");
    assert_eq!(text, transcript("5", &[]));
    assert_ne!(text, transcript("6", &[]), "the seed decides the letters of ticket numbers");
}

#[test]
fn the_demo_story_holds_in_english() {
    let text = transcript("5", &["--locale", "en"]);
    assert_facts(&text);
    assert!(text.contains("[ ✅ Send ]") && text.contains("It gets slow every evening."), "{text}");
    assert!(!text.contains("Kirim") && !text.contains("antrian"), "{text}");
}

/// Asserts that a transcript holds every fact of the story.
fn assert_facts(text: &str) {
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
        assert!(text.contains(fact), "{fact}\n{text}");
    }
}
