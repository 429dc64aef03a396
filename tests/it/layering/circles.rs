//! Import circles among the files of `src/`. A file imports another if it names a path whose longest module prefix is that
//! other file's module; a name that the module only hands on (`use`) is followed to where it is defined.
//!
//! A parent module and the files below it are a family: the parent uses its children, and they use the parent's items, as is
//! usual in Rust. So a circle that lies within one family and runs through its parent is none. Every other circle is one:
//! between siblings, and across folders even if it runs through a parent. A re-export is no import of what lies below it.
//!
//! Glob re-exports are not followed. `src/main.rs` is a crate of its own, and in no circle.
use super::lexer::tokens;
use super::paths::{Named, named_paths};
use super::source::{File, assert_none, files, planted};
use std::collections::{BTreeMap, BTreeSet};

/// As many `use` declarations as a name is followed through.
const MAX_HOPS: usize = 8;

type Module<'a> = Vec<&'a str>;

/// Each file's imports: the file that is imported, and the path of an item there.
type Imports<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Module<'a>>>;

/// The modules of the crate, the files that define them, and what their `use` declarations bring in.
struct Crate<'a> {
    files: BTreeMap<Module<'a>, &'a str>,
    modules: BTreeMap<&'a str, Module<'a>>,
    named: BTreeMap<&'a str, Vec<Named<'a>>>,
}

impl<'a> Crate<'a> {
    fn read(sources: &'a [File]) -> Self {
        let mut tokens_of = BTreeMap::new();
        let mut modules = BTreeMap::new();
        for file in sources.iter().filter(|file| file.path != "src/main.rs") {
            if let Some(module) = file.module() {
                tokens_of.insert(file.path.as_str(), tokens(&file.text));
                modules.insert(file.path.as_str(), module);
            }
        }
        for (path, tokens) in &tokens_of {
            for (elsewhere, name) in modules_elsewhere(path, tokens) {
                let module = [modules[path].as_slice(), &[name]].concat();
                if let Some(usual) = modules.get_mut(elsewhere.as_str()) {
                    *usual = module;
                }
            }
        }
        let files = modules.iter().map(|(path, module)| (module.clone(), *path)).collect();
        let named =
            tokens_of.iter().map(|(path, tokens)| (*path, named_paths(tokens, &modules[path]))).collect();
        Self { files, modules, named }
    }

    /// Returns the file that a path in `file` leads to, and the path of the item there. Follows `hops` `use` declarations at
    /// most.
    fn target(&self, file: &'a str, named: &Named<'a>, hops: usize) -> Option<(&'a str, Module<'a>)> {
        let base = named.base.len();
        let full = named.full();
        let prefix = (0..=full.len()).rev().find(|length| self.files.contains_key(&full[..*length]));
        // A plain name that is no module here was brought in by a `use` of this file, or is another crate's.
        let outside = named.plain && prefix.is_none_or(|length| length <= base);
        let (holder, length) = if outside { (file, base) } else { (self.files[&full[..prefix?]], prefix?) };
        let declared_use =
            full.get(length).and_then(|name| self.declared_use(holder, name)).filter(|_| hops > 0);
        let followed = declared_use.and_then(|by| {
            let onward = [by.names.as_slice(), &full[length + 1..]].concat();
            self.target(holder, &Named { names: onward, ..by.clone() }, hops - 1)
        });
        followed.or_else(|| (!outside).then_some((holder, full)))
    }

    fn declared_use(&self, file: &str, name: &str) -> Option<&Named<'a>> {
        self.named[file].iter().find(|named| named.alias == Some(name))
    }

    fn imports(&self) -> Imports<'a> {
        let mut imports = Imports::new();
        for (file, named) in &self.named {
            let of_file = imports.entry(*file).or_default();
            for named in named {
                let Some((target, path)) = self.target(file, named, MAX_HOPS) else {
                    continue;
                };
                if target == *file || (named.reexport && self.is_below(target, file)) {
                    continue;
                }
                // An item of the module says more than the module.
                let shown: &mut Module<'_> = of_file.entry(target).or_default();
                if shown.len() <= self.modules[target].len() {
                    *shown = path;
                }
            }
        }
        imports
    }

    fn is_below(&self, file: &str, parent: &str) -> bool {
        let (module, parent) = (&self.modules[file], &self.modules[parent]);
        module.len() > parent.len() && module.starts_with(parent)
    }
}

/// The files that `#[path = "…"] mod name;` gives another place among the modules, each with its name there.
fn modules_elsewhere<'a>(path: &str, tokens: &[&'a str]) -> Vec<(String, &'a str)> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let declared = tokens.windows(8).filter_map(|window| match window {
        ["[", "path", "=", file, "]", "mod", name, ";"] => {
            Some((format!("{folder}/{}", file.trim_matches('"')), *name))
        }
        _ => None,
    });
    declared.collect()
}

/// Returns the circles, each as a set of files. A parent is taken out of a component that is its family; what stays connected
/// without it is a circle among its children.
fn circles<'a>(tree: &Crate<'a>, imports: &Imports<'a>) -> Vec<BTreeSet<&'a str>> {
    let mut found = Vec::new();
    let mut open = components(imports, &imports.keys().copied().collect());
    while let Some(mut component) = open.pop() {
        let parent = component.iter().copied().find(|file| {
            let mut others = component.iter().filter(|other| *other != file);
            others.all(|other| tree.is_below(other, file))
        });
        if let Some(parent) = parent {
            component.remove(parent);
            open.extend(components(imports, &component));
        } else {
            found.push(component);
        }
    }
    found.sort();
    found
}

/// Returns the strongly connected components of two and more files: in each, every file imports every other, directly or
/// through others of them.
fn components<'a>(imports: &Imports<'a>, files: &BTreeSet<&'a str>) -> Vec<BTreeSet<&'a str>> {
    let reached: BTreeMap<_, _> = files.iter().map(|file| (*file, reached(imports, files, file))).collect();
    let mutual = |file: &&'a str| {
        let others = reached[file].iter().filter(|other| reached[*other].contains(file));
        others.copied().collect::<BTreeSet<_>>()
    };
    let components: BTreeSet<_> = files.iter().map(mutual).filter(|component| component.len() > 1).collect();
    components.into_iter().collect()
}

/// Returns what a file imports, directly or through others of these files.
fn reached<'a>(imports: &Imports<'a>, files: &BTreeSet<&'a str>, from: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        let next = imports[file].keys().filter(|next| files.contains(*next));
        open.extend(next.filter(|next| reached.insert(**next)));
    }
    reached
}

/// Returns a finding for each circle, with its files and an import of each that stays in the circle.
fn findings(sources: &[File]) -> Vec<String> {
    let tree = Crate::read(sources);
    let imports = tree.imports();
    let finding = |circle: BTreeSet<&str>| {
        let lines = circle.iter().filter_map(|file| {
            let (other, path) = imports[file].iter().find(|(other, _)| circle.contains(*other))?;
            Some(format!("\n    {file} imports {other} for crate::{}", path.join("::")))
        });
        format!(
            "{} files import each other in a circle: move what they share to a file below them, or pass it as an \
             argument{}",
            circle.len(),
            lines.collect::<String>()
        )
    };
    circles(&tree, &imports).into_iter().map(finding).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    assert_none(&findings(&files()));
}

#[test]
fn a_circle_is_found_with_an_import_of_each_file() {
    let siblings = [
        ("src/a.rs", "mod b; mod c;"),
        ("src/a/b.rs", "use super::c::C;"),
        ("src/a/c.rs", "fn f() { super::b::g() }"),
    ];
    let found = findings(&planted(&siblings));
    assert_eq!(found.len(), 1, "{found:?}");
    for line in [
        "src/a/b.rs imports src/a/c.rs for crate::a::c::C",
        "src/a/c.rs imports src/a/b.rs for crate::a::b::g",
    ] {
        assert!(found[0].contains(line), "{line}: {found:?}");
    }
    for (what, sources) in [
        (
            "across folders",
            &[("src/a/b.rs", "use crate::c::d::D;"), ("src/c/d.rs", "use antri::{a::b::B, x};")][..],
        ),
        (
            "of three",
            &[
                ("src/a.rs", "use crate::b;"),
                ("src/b.rs", "use crate::c;"),
                ("src/c.rs", "mod t { use super::super::a; }"),
            ],
        ),
        (
            "through a re-export",
            &[
                ("src/a.rs", "mod b; mod c; pub use c::C;"),
                ("src/a/b.rs", "use super::C;"),
                ("src/a/c.rs", "use super::b::B;"),
            ],
        ),
        (
            "through a name brought in",
            &[
                ("src/a.rs", "use crate::b; fn f() { b::c::g() }"),
                ("src/b.rs", "mod c;"),
                ("src/b/c.rs", "use crate::a::f;"),
            ],
        ),
        (
            "through a parent, from outside",
            &[
                ("src/a.rs", "mod b; fn f() { b::g() }"),
                ("src/a/b.rs", "use crate::x::h;"),
                ("src/x.rs", "use crate::a::f;"),
            ],
        ),
        (
            "between cousins",
            &[
                ("src/a.rs", "mod b; mod c; use b::B;"),
                ("src/a/b.rs", "mod d; use super::c::C;"),
                ("src/a/b/d.rs", ""),
                ("src/a/c.rs", "use super::b::B; use super::A;"),
            ],
        ),
        (
            "with a file that stands elsewhere",
            &[
                ("src/a.rs", "#[path = \"a_more.rs\"] mod more;"),
                ("src/a_more.rs", "use crate::b::B;"),
                ("src/b.rs", "use crate::a::more::M;"),
            ],
        ),
    ] {
        let found = findings(&planted(sources));
        assert_eq!(found.len(), 1, "{what}: {found:?}");
    }
}

#[test]
fn a_family_and_a_tree_of_imports_are_no_circles() {
    for (what, sources) in [
        (
            "a parent and its child",
            &[("src/a.rs", "mod b; pub use b::B; fn f() { b::g() }"), ("src/a/b.rs", "use super::A;")][..],
        ),
        (
            "siblings through their parent",
            &[
                ("src/a.rs", "mod b; mod c; fn f() { c::g() }"),
                ("src/a/b.rs", "use super::f;"),
                ("src/a/c.rs", "use super::b::B;"),
            ],
        ),
        (
            "a family within a family",
            &[
                ("src/a.rs", "mod b; use b::c::C;"),
                ("src/a/b.rs", "mod c; use c::C; use super::A;"),
                ("src/a/b/c.rs", "use super::B; use super::super::A;"),
            ],
        ),
        (
            "a re-export for those outside",
            &[
                ("src/a.rs", "mod b; pub use b::B;"),
                ("src/a/b.rs", "use crate::x::X;"),
                ("src/x.rs", "use crate::a::A;"),
            ],
        ),
        (
            "a tree",
            &[
                ("src/a.rs", "use crate::{b, c};"),
                ("src/b.rs", "use crate::c;"),
                ("src/c.rs", "use serde::b;"),
            ],
        ),
        (
            "another crate of a module's name",
            &[("src/redis.rs", "use redis::a; use ::a::A;"), ("src/a.rs", "use crate::redis;")],
        ),
        (
            "a comment and a string",
            &[("src/a.rs", "use crate::b;"), ("src/b.rs", "// crate::a\nconst A: &str = \"crate::a\";")],
        ),
        (
            "the program and the library",
            &[("src/main.rs", "fn main() { antri::run() }"), ("src/lib.rs", "fn run() {}")],
        ),
    ] {
        assert_eq!(findings(&planted(sources)), Vec::<String>::new(), "{what}");
    }
}
