//! The repository's own source, as the rules read it.
use std::path::Path;

pub(super) struct File {
    /// Relative to the repository, with `/`.
    pub(super) path: String,
    /// Empty unless it is Rust.
    pub(super) text: String,
}

impl File {
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The module that the file defines, if it is one of the crate: `src/engine/ports.rs` is `engine::ports`.
    pub(super) fn module(&self) -> Option<Vec<&str>> {
        let inside = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        Some(inside.split('/').filter(|name| !["lib", "main", "mod"].contains(name)).collect())
    }
}

/// All files of the library, the tests and the benchmarks, in the order of their paths.
pub(super) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        read(root, &root.join(folder), &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(found.len() > 100, "found only {} files: is this the right folder?", found.len());
    found
}

fn read(root: &Path, folder: &Path, found: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let full = entry.unwrap().path();
        if full.is_dir() {
            read(root, &full, found);
            continue;
        }
        let path = full.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let mut file = File { path, text: String::new() };
        if file.is_rust() {
            file.text = std::fs::read_to_string(&full).unwrap();
        }
        found.push(file);
    }
}

/// Files for a test of a rule, each as path and text.
pub(super) fn planted(files: &[(&str, &str)]) -> Vec<File> {
    let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
    files.iter().map(file).collect()
}

/// Fails with all findings, if there are any.
#[track_caller]
pub(super) fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
