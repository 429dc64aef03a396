//! One type name, one meaning: a public type is defined once in each top-level module of the crate.
use super::definitions::{Kind, definitions};
use super::lexer::tokens;
use super::source::{File, assert_none, files, planted};
use std::collections::BTreeMap;

fn findings(files: &[File]) -> Vec<String> {
    let mut defined: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for file in files {
        let Some(module) = file.module() else {
            continue;
        };
        let top = module.first().copied().unwrap_or("crate");
        for found in definitions(&tokens(&file.text)) {
            if found.kind == Kind::Type && found.public {
                defined.entry((top, found.name)).or_default().push(file.path.as_str());
            }
        }
    }
    let twice = defined.into_iter().filter(|(_, paths)| paths.len() > 1);
    let finding = |((top, name), paths): ((&str, &str), Vec<&str>)| {
        let places = paths.join(" and ");
        format!(
            "{places} define a public type `{name}`: in {top} it has one meaning; name each for what sets it apart"
        )
    };
    twice.map(finding).collect()
}

#[test]
fn a_public_type_name_has_one_meaning_in_a_top_level_module() {
    assert_none(&findings(&files()));
}

#[test]
fn a_public_type_that_is_defined_twice_is_found() {
    for (one, other) in [
        (("src/store/a.rs", "pub struct Row;"), ("src/store/mongo/b.rs", "pub(super) enum Row { A }")),
        (
            ("src/store.rs", "pub(crate) trait Row {}"),
            ("src/store/b.rs", "pub(in crate::store) type Row = u8;"),
        ),
        (("src/store/a.rs", "pub struct Row;"), ("src/store/a.rs", "mod inner { pub struct Row; }")),
    ] {
        let found = findings(&planted(&[one, other]));
        assert_eq!(found.len(), 1, "{one:?} {other:?}: {found:?}");
        assert!(found[0].starts_with(&format!("{} and {} define", one.0, other.0)), "{found:?}");
        assert!(found[0].contains("`Row`"), "{found:?}");
    }
}

#[test]
fn private_types_and_other_modules_types_of_a_name_are_allowed() {
    let files = [
        ("src/store/a.rs", "pub struct Row; impl Work for Row { type Output = Row; } pub use b::Cell;"),
        ("src/store/b.rs", "struct Row; pub fn row() -> Row {} pub struct Cell;"),
        ("src/engine/a.rs", "pub struct Row; impl Work for Row { type Output = u8; }"),
        ("tests/it/store/a.rs", "pub struct Row;"),
        ("benches/store.rs", "pub struct Row; pub struct Cell;"),
    ];
    assert_eq!(findings(&planted(&files)), Vec::<String>::new());
}
