//! The baseline of `/queue` on a server: the first documents of a bare collection, in the order of its one index.
use mongodb::bson::{Document, doc};
use mongodb::{Database, IndexModel};

const COLLECTION: &str = "bare_page";
/// Documents of a page, as many as a page of `/queue` has tickets.
const PAGE: i64 = 8;
/// Documents of one insertion.
const BATCH: usize = 1_000;

/// Writes the collection with this number of documents.
pub(super) async fn fill(database: &Database, documents: u64) {
    let collection = database.collection::<Document>(COLLECTION);
    let index = IndexModel::builder().keys(doc! { "position": 1 }).build();
    collection.create_index(index).await.expect("an index");
    let body = "x".repeat(crate::baseline::BODY_BYTES);
    let documents: Vec<Document> =
        (0..documents.cast_signed()).map(|n| doc! { "position": n, "body": &body }).collect();
    for batch in documents.chunks(BATCH) {
        collection.insert_many(batch).await.expect("documents are inserted");
    }
}

/// Reads the first page.
pub(super) async fn read(database: &Database) {
    let collection = database.collection::<Document>(COLLECTION);
    let page = collection.find(doc! {}).sort(doc! { "position": 1 }).limit(PAGE);
    let mut found = page.await.expect("a page");
    let mut count = 0;
    while found.advance().await.expect("a document") {
        count += 1;
    }
    assert_eq!(count, PAGE);
}
