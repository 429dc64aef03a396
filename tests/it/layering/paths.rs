//! The paths that a file names: in its `use` declarations, and inline. `crate`, `antri`, `self` and `super` are resolved.
use super::lexer::is_word;

/// A path, or one leaf of a `use` tree: `use super::{x, y::Z as W};` has two.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named<'a> {
    /// The module at which the path begins: the crate's root, or one around the place where it stands.
    pub(super) base: Vec<&'a str>,
    pub(super) names: Vec<&'a str>,
    /// Whether it begins with a plain name, which may be another crate's.
    pub(super) plain: bool,
    /// What a `use` declaration calls it from here on. `None` for an inline path and a glob.
    pub(super) alias: Option<&'a str>,
    /// Whether it is a re-export: a `pub use`, for any reach.
    pub(super) reexport: bool,
}

impl<'a> Named<'a> {
    /// All its names, from the crate's root.
    pub(super) fn full(&self) -> Vec<&'a str> {
        [self.base.as_slice(), &self.names].concat()
    }

    /// The crate's top-level module that it leads into.
    pub(super) fn top_module(&self) -> Option<&'a str> {
        self.base.iter().chain(&self.names).next().copied()
    }
}

/// All paths that the file of this module names.
pub(super) fn named_paths<'a>(tokens: &[&'a str], module: &[&'a str]) -> Vec<Named<'a>> {
    let mut found = Vec::new();
    let mut scope = module.to_vec();
    let mut depth = 0;
    let mut inline_modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            ["mod", name, "{", ..] => {
                scope.push(name);
                inline_modules.push(depth);
                at += 1;
            }
            ["{", ..] => depth += 1,
            ["}", ..] => {
                depth -= 1;
                if inline_modules.pop_if(|outside| *outside == depth).is_some() {
                    scope.pop();
                }
            }
            ["use", "<" | ":", ..] => {}
            ["use", ..] => {
                let reexport = at > 0 && ["pub", ")"].contains(&tokens[at - 1]);
                let mut leaves = Vec::new();
                at = use_tree(tokens, at + 1, Vec::new(), &mut leaves);
                for (names, alias) in leaves {
                    found.extend(resolve(&names, &scope).map(|path| Named { alias, reexport, ..path }));
                }
                continue;
            }
            [name, ":", ":", ..] if is_word(name) && !tokens[..at].ends_with(&[":", ":"]) => {
                let names = inline_path(&tokens[at..]);
                at += 3 * (names.len() - 1);
                found.extend(resolve(&names, &scope));
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The names of the path here: `a::b::<T>::c` ends at the generics.
fn inline_path<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let mut names = vec![tokens[0]];
    let mut rest = &tokens[1..];
    while let [":", ":", name, after @ ..] = rest
        && is_word(name)
    {
        names.push(name);
        rest = after;
    }
    names
}

/// Collects the leaves of the `use` tree that begins here, each with its alias, and returns where the tree ends.
fn use_tree<'a>(
    tokens: &[&'a str],
    mut at: usize,
    mut prefix: Vec<&'a str>,
    leaves: &mut Vec<(Vec<&'a str>, Option<&'a str>)>,
) -> usize {
    loop {
        match &tokens[at.min(tokens.len())..] {
            ["{", ..] => {
                at += 1;
                while !["}", ";"].contains(tokens.get(at).unwrap_or(&";")) {
                    at = use_tree(tokens, at, prefix.clone(), leaves);
                    at += usize::from(tokens.get(at) == Some(&","));
                }
                return at + 1;
            }
            ["*", ..] => {
                leaves.push((prefix, None));
                return at + 1;
            }
            [name, after @ ..] if is_word(name) => {
                if *name != "self" || prefix.is_empty() {
                    prefix.push(name);
                }
                match after {
                    [":", ":", ..] => at += 3,
                    ["as", alias, ..] => {
                        leaves.push((prefix, Some(alias)));
                        return at + 3;
                    }
                    _ => {
                        let alias = prefix.last().copied();
                        leaves.push((prefix, alias));
                        return at + 1;
                    }
                }
            }
            // `::name` is another crate's, and anything else is no tree.
            rest => return at + rest.iter().take_while(|token| **token != ";").count(),
        }
    }
}

/// The path without its leading keywords; `None` if these lead out of the crate.
fn resolve<'a>(names: &[&'a str], scope: &[&'a str]) -> Option<Named<'a>> {
    let (base, names, plain) = match names {
        ["crate" | "antri", rest @ ..] => (Vec::new(), rest, false),
        ["self", rest @ ..] => (scope.to_vec(), rest, false),
        ["super", ..] => {
            let supers = names.iter().take_while(|name| **name == "super").count();
            (scope[..scope.len().checked_sub(supers)?].to_vec(), &names[supers..], false)
        }
        _ => (scope.to_vec(), names, true),
    };
    Some(Named { base, names: names.to_vec(), plain, alias: None, reexport: false })
}

/// The paths that this code names in the module `engine::plan`; a plain one begins with `?::`.
fn written(code: &str) -> Vec<String> {
    let tokens = super::lexer::tokens(code);
    let path = |named: &Named<'_>| {
        let (start, names) = if named.plain { ("?", named.names.clone()) } else { ("crate", named.full()) };
        [vec![start], names].concat().join("::")
    };
    named_paths(&tokens, &["engine", "plan"]).iter().map(path).collect()
}

#[test]
fn paths_are_read_from_use_trees_and_inline() {
    for (code, paths) in [
        ("use crate::a::{self, b::{C, D as E}, f::*};", "crate::a crate::a::b::C crate::a::b::D crate::a::f"),
        ("use super::super::{x, y};", "crate::x crate::y"),
        ("pub(super) use self::round::Round;", "crate::engine::plan::round::Round"),
        (
            "fn f(a: super::A) -> antri::b::B { self::c() }",
            "crate::engine::A crate::b::B crate::engine::plan::c",
        ),
        (
            "mod tests { use super::T; fn f() { super::g(); } } use super::U;",
            "crate::engine::plan::T crate::engine::plan::g crate::engine::U",
        ),
        ("fn f() { a::b::<super::C>::d(); }", "?::a::b crate::engine::C"),
        ("fn f<'a>() -> impl Sized + use<'a> { ::redis::open(); x.y; }", ""),
        ("use ::redis::Client; use super::super::super::lost;", ""),
        ("// use crate::a;\n const A: &str = \"crate::b\";", ""),
    ] {
        assert_eq!(written(code).join(" "), paths, "{code}");
    }
}

#[test]
fn a_use_declaration_keeps_its_alias_and_its_reach() {
    let tokens = super::lexer::tokens("pub(crate) use a::{B, c as d}; use super::E;");
    let found = named_paths(&tokens, &["m"]);
    let kept: Vec<_> = found.iter().map(|named| (named.alias, named.reexport)).collect();
    assert_eq!(kept, [(Some("B"), true), (Some("d"), true), (Some("E"), false)]);
}
