//! Rules of the source that no compiler knows, each in a file of its own. Every finding says what to do about it.
//!
//! | file | rule |
//! |---|---|
//! | `layers` | which module may name which, as in ARCHITECTURE.md |
//! | `circles` | files don't import each other in a circle |
//! | `sizes` | files and folders stay small |
//! | `module_docs` | a file begins with a comment, and that with a noun phrase |
//! | `words` | a name is the field's term; `banned_words` is the table |
//! | `type_names` | one word, one meaning: no public type twice in a top-level module |
//!
//! They read tokens (`lexer`), paths (`paths`) and definitions (`definitions`), and need neither the compiler nor a crate.
#[path = "layering/banned_words.rs"]
mod banned_words;
#[path = "layering/circles.rs"]
mod circles;
#[path = "layering/definitions.rs"]
mod definitions;
#[path = "layering/layers.rs"]
mod layers;
#[path = "layering/lexer.rs"]
mod lexer;
#[path = "layering/module_docs.rs"]
mod module_docs;
#[path = "layering/paths.rs"]
mod paths;
#[path = "layering/sizes.rs"]
mod sizes;
#[path = "layering/source.rs"]
mod source;
#[path = "layering/type_names.rs"]
mod type_names;
#[path = "layering/words.rs"]
mod words;
