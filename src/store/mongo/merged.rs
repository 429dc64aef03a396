//! Statements that write many documents of a collection, each with fields of its own. What a statement costs is mostly for the
//! server to find out which indexes there are, so one for all of them is cheaper than one for each; and it can compare more than
//! their `_id`, which in the question would keep a server from going by `_id` alone.
use mongodb::bson::{Bson, Document, doc};

/// How many documents a statement is about, of the usual weight: each of them is looked for among all of its statement's.
pub(super) const MOST: usize = 32;

/// A document that gets some fields, if it still is what it was taken for.
pub(super) struct Merged {
    /// Its `_id`.
    pub(super) row: Bson,
    /// What counts its writes, as it was read or is remembered; null where it has not been counted yet.
    pub(super) seen: Bson,
    /// The fields, among them the next count.
    pub(super) set: Document,
    /// How much of a statement it takes up: 1 for a small one.
    pub(super) weight: usize,
}

/// The statements for these. One that is not where it was seen, by the field that counts its writes, stays as it is, and is
/// not among those that the server says it has modified.
pub(super) fn statements(counted: &str, merged: Vec<Merged>) -> Vec<Document> {
    let (mut statements, mut merged) = (Vec::new(), merged.into_iter().peekable());
    while merged.peek().is_some() {
        let (mut rows, mut branches, mut sets) = (Vec::new(), Vec::new(), Document::new());
        let mut weight = 0;
        while let Some(this) = merged.next_if(|this| weight == 0 || weight + this.weight <= MOST) {
            weight += this.weight;
            let name = format!("set{}", rows.len());
            let seen = doc! { "$literal": [this.row.clone(), this.seen] };
            // In an array a field that is not there is null.
            let is_as_seen = doc! { "$eq": [["$_id", format!("${counted}")], seen] };
            branches.push(doc! { "case": is_as_seen, "then": format!("$${name}") });
            rows.push(this.row);
            sets.insert(name, this.set);
        }
        // A name for each: out of one array of them a server may copy all for every document.
        let chosen = doc! { "$switch": { "branches": branches, "default": {} } };
        statements.push(doc! {
            "q": { "_id": { "$in": rows } },
            "u": [{ "$replaceWith": { "$mergeObjects": ["$$ROOT", chosen] } }],
            "c": sets,
            "multi": true,
        });
    }
    statements
}
