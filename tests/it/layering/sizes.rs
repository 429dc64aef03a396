//! The sizes that a reader can take in: lines of a file of the library, and files in a folder.
use super::source::{File, assert_none, files, planted};
use std::collections::BTreeMap;

/// Longest file in lines. No exceptions.
const MAX_LINES: usize = 350;

/// As many files as lie directly in a folder, of any kind. Snapshots are exempt: they are data that a tool writes and names.
const MAX_FILES: usize = 20;

fn findings(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: BTreeMap<_, usize> = BTreeMap::new();
    for file in files {
        let lines = file.text.lines().count();
        if file.module().is_some() && lines > MAX_LINES {
            let path = &file.path;
            found.push(format!(
                "{path} has {lines} lines, more than {MAX_LINES}: split it by what a reader looks for"
            ));
        }
        if let Some((folder, _)) = file.path.rsplit_once('/') {
            *folders.entry(folder).or_default() += 1;
        }
    }
    for (folder, count) in folders.into_iter().filter(|(folder, _)| !folder.ends_with("/snapshots")) {
        if count > MAX_FILES {
            found.push(format!(
                "{folder}/ holds {count} files, more than {MAX_FILES}: give those that belong together a folder with a \
                 module of its own"
            ));
        }
    }
    found
}

#[test]
fn files_and_folders_stay_small() {
    assert_none(&findings(&files()));
}

/// As many files in a folder.
fn folder(folder: &str, count: usize) -> Vec<File> {
    let path = |number| format!("{folder}/f{number}.sql");
    (0..count).map(|number| File { path: path(number), text: String::new() }).collect()
}

#[test]
fn a_file_with_too_many_lines_is_found() {
    let found = findings(&planted(&[("src/bot.rs", &"\n".repeat(MAX_LINES + 1))]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("src/bot.rs has 351 lines"), "{found:?}");
}

#[test]
fn a_folder_with_too_many_files_is_found() {
    for path in ["src", "src/store/mongo", "tests/it/conversation", "benches/desk"] {
        let found = findings(&folder(path, MAX_FILES + 1));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].starts_with(&format!("{path}/ holds 21 files")), "{found:?}");
    }
}

#[test]
fn full_files_full_folders_and_snapshots_are_allowed() {
    let mut files = planted(&[("src/bot.rs", &"\n".repeat(MAX_LINES))]);
    files.extend(folder("src/engine", MAX_FILES));
    files.extend(folder("src/engine/tickets", MAX_FILES));
    files.extend(folder("src/bot/render/snapshots", MAX_FILES * 4));
    assert_eq!(findings(&files), Vec::<String>::new());
}
