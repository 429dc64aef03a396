//! The definitions in a file, each with its kind, its name and whether it is public. A use of a name is no definition.
use super::lexer::is_word;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Constant,
    Field,
    Function,
    Macro,
    Module,
    Type,
    Variant,
}

impl Kind {
    /// The kind in a message: `a field`.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Constant => "a constant",
            Self::Field => "a field",
            Self::Function => "a function",
            Self::Macro => "a macro",
            Self::Module => "a module",
            Self::Type => "a type",
            Self::Variant => "a variant",
        }
    }
}

#[derive(Debug, PartialEq)]
pub(super) struct Definition<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    /// Whether there is a `pub` before it, of any reach.
    pub(super) public: bool,
}

/// All definitions, in their order. A file's own module is none: its name is the file's.
pub(super) fn definitions<'a>(tokens: &[&'a str]) -> Vec<Definition<'a>> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let (before, here) = tokens.split_at(at);
        let (kind, name) = match here {
            ["fn", name, ..] => (Kind::Function, name),
            ["struct" | "enum" | "trait" | "type", name, ..] => (Kind::Type, name),
            ["static", "mut", name, ..] => (Kind::Constant, name),
            // Not `*const T`, and not `const fn`.
            ["const" | "static", name, ":", ..] if before.last() != Some(&"*") => (Kind::Constant, name),
            ["mod", name, "{", ..] => (Kind::Module, name),
            ["macro_rules", "!", name, ..] => (Kind::Macro, name),
            _ => continue,
        };
        if !is_word(name) {
            continue;
        }
        found.push(Definition { kind, name, public: is_public(before) });
        match here[0] {
            "struct" => members(body(here), Kind::Field, &mut found),
            "enum" => members(body(here), Kind::Variant, &mut found),
            _ => {}
        }
    }
    found
}

fn is_public(before: &[&str]) -> bool {
    match before {
        [.., "pub"] => true,
        [before @ .., "unsafe"] => is_public(before),
        [.., ")"] => {
            let open = before.iter().rposition(|token| *token == "(");
            open.is_some_and(|open| before[..open].last() == Some(&"pub"))
        }
        _ => false,
    }
}

/// Returns what stands between the braces of the struct or enum that begins here: nothing for a tuple or unit struct.
fn body<'t, 'a>(tokens: &'t [&'a str]) -> &'t [&'a str] {
    let mut angles = 0;
    let mut bounds = false;
    for at in 2..tokens.len() {
        match tokens[at] {
            "<" => angles += 1,
            ">" if tokens[at - 1] != "-" => angles -= 1,
            "where" => bounds = true,
            "{" => return group(&tokens[at..]),
            ";" => return &[],
            "(" if angles == 0 && !bounds => return &[],
            _ => {}
        }
    }
    &[]
}

/// Returns what stands inside the brackets that open here.
fn group<'t, 'a>(tokens: &'t [&'a str]) -> &'t [&'a str] {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return tokens.get(1..at).unwrap_or_default();
        }
    }
    tokens
}

/// The fields or variants of a body, and the fields of its variants. Each begins after a comma that stands in no brackets; an
/// angle bracket is one only among fields, because `1 << 2` may stand among variants.
fn members<'a>(body: &[&'a str], kind: Kind, found: &mut Vec<Definition<'a>>) {
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            ("#", ["[", ..]) | ("pub", ["(", ..]) => rest = &after[group(after).len() + 2..],
            (name, _) if is_word(name) && name != "pub" => {
                let before = &body[..body.len() - after.len() - 1];
                found.push(Definition { kind, name, public: is_public(before) });
                if let (Kind::Variant, ["{", ..]) = (kind, after) {
                    members(group(after), Kind::Field, found);
                }
                rest = &after[member_end(after, kind)..];
            }
            _ => {}
        }
    }
}

/// Returns where the member ends that is being read: after its comma.
fn member_end(tokens: &[&str], kind: Kind) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            "<" if kind == Kind::Field => depth += 1,
            ">" if kind == Kind::Field && tokens[at - 1] != "-" => depth -= 1,
            "," if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The definitions in this code, as `kind name`; `+` marks a public one.
fn listed(code: &str) -> String {
    let tokens = super::lexer::tokens(code);
    let mark = |found: &Definition<'_>| if found.public { "+" } else { "" };
    let one = |found: &Definition<'_>| format!("{}{:?} {}", mark(found), found.kind, found.name);
    definitions(&tokens).iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn definitions_of_every_kind_are_read() {
    for (code, names) in [
        ("pub(in crate::a) fn f(x: u8) { let y = g(); }", "+Function f"),
        (
            "pub unsafe trait T { type Out; const N: u8; fn g(); }",
            "+Type T, Type Out, Constant N, Function g",
        ),
        ("static mut A: u8 = 0; pub const B: u8 = 1; const fn c() {}", "Constant A, +Constant B, Function c"),
        ("mod inline { } mod file; macro_rules! m { () => {} }", "Module inline, Macro m"),
        ("struct Unit; struct Tuple(pub A, B); pub type X = Y;", "Type Unit, Type Tuple, +Type X"),
        (
            "struct S<F: Fn(A) -> B> where F: Fn() { #[x(y, z)] pub(super) a: Map<K, fn(A) -> B>, b: [u8; 2] }",
            "Type S, +Field a, Field b",
        ),
        (
            "pub enum E { #[x] A = 1 << 2, B(C, D), E { f: G, h: I }, J }",
            "+Type E, Variant A, Variant B, Variant E, Field f, Field h, Variant J",
        ),
    ] {
        assert_eq!(listed(code), names, "{code}");
    }
}

#[test]
fn uses_of_a_name_are_no_definitions() {
    for code in [
        "use a::told; fn_pointer(told); x.told(); let told = fate;",
        "impl Told for Fate {}",
        "type_of(&told as *const Told); let f: fn(Told) -> &'static Fate;",
        "match x { Told { fate: lane } => Lane { fate: 1 } }",
    ] {
        assert_eq!(listed(code), "", "{code}");
    }
}
