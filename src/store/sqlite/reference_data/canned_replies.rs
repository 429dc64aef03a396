//! The `ReplyStore` port: canned replies.
use crate::domain::department::canned_reply::CannedReply;
use crate::domain::ids::ReplyId;
use crate::engine::ports::{ReplyStore, StoreError};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::Json;
use crate::store::sqlite::error::is_unique_violation;
use async_trait::async_trait;
use rusqlite::{Connection, params};

const ALL: &str = "SELECT doc FROM canned_replies ORDER BY word, department";
const WRITE: &str = "INSERT INTO canned_replies (id, department, word, doc) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (id) DO UPDATE SET department = excluded.department, word = excluded.word, doc = excluded.doc";
const DELETE: &str = "DELETE FROM canned_replies WHERE id = ?1";

/// Returns false if the word is taken.
fn write(conn: &Connection, reply: &CannedReply) -> rusqlite::Result<bool> {
    let department = reply.department.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default();
    let row = params![reply.id, department, reply.word.to_lowercase(), Json(reply)];
    match conn.prepare_cached(WRITE)?.execute(row) {
        Ok(_) => Ok(true),
        Err(error) if is_unique_violation(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl ReplyStore for Sqlite {
    async fn canned_replies(&self) -> Result<Vec<CannedReply>, StoreError> {
        let all = |conn: &Connection| {
            let mut query = conn.prepare_cached(ALL)?;
            query.query_map([], |row| Ok(row.get::<_, Json<_>>(0)?.0))?.collect()
        };
        self.read(all).await
    }

    async fn put_canned_reply(&self, reply: CannedReply) -> Result<bool, StoreError> {
        self.write(move |conn| write(conn, &reply)).await
    }

    async fn drop_canned_reply(&self, id: ReplyId) -> Result<(), StoreError> {
        self.write(move |conn| conn.prepare_cached(DELETE)?.execute([id]).map(drop)).await
    }
}
