//! Checks that no query on a hot path reads what it doesn't return: its plan, and the steps it takes at two depths.
use super::{cards, inbox, outbox, people, queue, record, schema, tickets};
use rusqlite::types::Value;
use rusqlite::{Connection, StatementStatus};
use tempfile::TempDir;

fn empty() -> (Connection, TempDir) {
    let dir = TempDir::new().unwrap();
    (schema::writer(&dir.path().join("plans.db"), None).unwrap(), dir)
}

/// A scan is allowed of a constant, of a result that a query builds, and of a partial index that holds only what is
/// asked for (and there is a LIMIT, or all of it is wanted).
fn harmless(step: &str) -> bool {
    let whole = ["tickets_held", "outbox_ready", "outbox_later", "outbox_claimed"];
    !step.contains("SCAN")
        || step.contains("CONSTANT ROW")
        || step.contains("SCAN (subquery")
        || whole.iter().any(|index| step.contains(&format!("INDEX {index}")))
}

/// What is asked or done with every ticket, message and update.
const HOT: &[&str] = &[
    tickets::BY_ID,
    tickets::BY_NUMBER,
    tickets::BY_KEY,
    tickets::OPEN_OF,
    tickets::ENDED_OF,
    tickets::COUNT_OPEN,
    tickets::HELD_BY,
    tickets::ALL_HELD,
    tickets::ASSIGN,
    tickets::NEXT,
    tickets::MOVE,
    tickets::END,
    queue::HEAD_AUTO,
    queue::SINCE,
    queue::PLACES,
    queue::BY_ARRIVAL,
    queue::POSITION,
    record::HISTORY,
    record::TALLY,
    inbox::UNHANDLED,
    inbox::HANDLED,
    inbox::PRUNE,
    outbox::DUE,
    outbox::READY,
    outbox::YOUNGER_TWIN,
    outbox::RELEASE,
    outbox::ADVANCE,
    outbox::EMPTY_CHAT,
    outbox::MOVE,
    outbox::MOVE_CARDS,
    outbox::CLAIMED,
    outbox::PRUNE,
    cards::ENDED,
    cards::FORGET_ALL,
];

#[test]
fn no_hot_query_scans_a_table() {
    let (conn, _dir) = empty();
    for &sql in HOT {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let unbound = vec![Value::Null; explain.parameter_count()];
        let rows =
            explain.query_map(rusqlite::params_from_iter(unbound), |row| row.get::<_, String>(3)).unwrap();
        for step in rows.map(Result::unwrap) {
            assert!(harmless(&step), "{step}\nin {sql}");
            let sorts = step.contains("TEMP B-TREE");
            assert!(!sorts || sql == tickets::HELD_BY, "{step}\nin {sql}");
        }
    }
}

#[test]
fn no_statement_is_compiled_more_than_once() {
    let (conn, _dir) = empty();
    for sql in HOT.iter().chain([&people::BY_ID, &people::BY_TELEGRAM]) {
        let mut statement = conn.prepare(sql).unwrap();
        for n in 0..3 {
            for at in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(at, n).unwrap();
            }
            // Constraints may well refuse such values; it is the next use that would compile the statement again.
            let mut rows = statement.raw_query();
            while let Ok(Some(_)) = rows.next() {}
            drop(rows);
            statement.clear_bindings();
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
    }
}

/// Fills a desk's queue: of `depth` tickets in one department each second may be assigned, after `depth` that may not.
fn fill_queue(conn: &Connection, depth: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * ?1)
        INSERT INTO tickets (id, number, key, version, customer, customer_chat, created_at, department,
            category, priority, auto, status, description)
        SELECT randomblob(16), i, i, 0, zeroblob(16), 0, 0, zeroblob(16), zeroblob(16), 2, i > ?1 AND i % 2,
            'queued', '' FROM n";
    conn.execute(sql, [depth]).unwrap();
}

/// Fills the outbox: `depth` messages and as many refreshes wait for chat 1, one message for each of ten others.
fn fill_outbox(conn: &Connection, depth: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO outbox (chat, lane, since, message) SELECT ?2, ?3, 0, '\"menu\"' FROM n";
    for (rows, chat, lane) in
        [(depth, 1, 0), (depth, 1, 1)].into_iter().chain((2..12).map(|chat| (1, chat, 0)))
    {
        conn.execute(sql, [rows, chat, lane]).unwrap();
        conn.execute(outbox::ADVANCE, [chat, 0]).unwrap();
    }
}

/// How many steps of SQLite's machine a query takes to its end.
fn steps(conn: &Connection, sql: &str, values: &[Value]) -> i32 {
    let mut query = conn.prepare(sql).unwrap();
    {
        let mut rows = query.query(rusqlite::params_from_iter(values)).unwrap();
        while rows.next().unwrap().is_some() {}
    }
    query.get_status(StatementStatus::VmStep)
}

#[test]
fn the_queue_costs_the_same_at_any_depth() {
    let department = Value::Blob(vec![0; 16]);
    let cost = |depth: i64| {
        let (conn, _dir) = empty();
        fill_queue(&conn, depth);
        let tail = Value::Integer(2 * depth);
        [
            steps(&conn, queue::HEAD_AUTO, &[department.clone(), Value::Integer(5)]),
            steps(&conn, queue::SINCE, &[department.clone(), Value::Integer(2)]),
            steps(&conn, queue::PLACES, &[department.clone(), Value::Integer(5)]),
            steps(&conn, queue::POSITION, &[department.clone(), Value::Integer(2), tail]),
            steps(&conn, queue::DEPTHS, &[]),
        ]
    };
    assert_eq!(cost(100), cost(20_000));
}

#[test]
fn a_claim_costs_the_same_whatever_waits_behind() {
    let cost = |depth: i64| {
        let (conn, _dir) = empty();
        fill_outbox(&conn, depth);
        let due = steps(&conn, outbox::DUE, &[Value::Integer(1)]);
        let ready = steps(&conn, outbox::READY, &[Value::Integer(100)]);
        let first = outbox::claim(&conn, 100, crate::domain::Time::UNIX_EPOCH).unwrap();
        assert_eq!(first.len(), 11);
        conn.execute("DELETE FROM outbox WHERE id = 1", []).unwrap();
        [due, ready, steps(&conn, outbox::ADVANCE, &[Value::Integer(1), Value::Integer(0)])]
    };
    assert_eq!(cost(100), cost(50_000));
}
