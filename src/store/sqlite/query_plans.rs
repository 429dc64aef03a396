//! Query plan tests: no frequent query scans a table, is compiled twice, or costs more steps in a larger
//! store.
use super::inbox::dead_letters;
use super::{cards, events, inbox, outbox, people, queue, reference_data, schema, tickets};
use rusqlite::types::Value;
use rusqlite::{Connection, StatementStatus};
use tempfile::TempDir;

fn empty_store() -> (Connection, TempDir) {
    let dir = TempDir::new().unwrap();
    (schema::open_writer(&dir.path().join("plans.db"), None).unwrap(), dir)
}

/// Returns whether a step of a query plan is allowed. A plan may scan a constant, a subquery, or a partial
/// index of which the query wants every row or has a LIMIT. A word is looked up in the full-text index.
fn is_allowed(step: &str) -> bool {
    let scanned_indexes = [
        "tickets_held",
        "tickets_waiting",
        "tickets_snoozed",
        "outbox_chats_ready",
        "outbox_chats_delayed",
        "outbox_claimed",
    ];
    !step.contains("SCAN")
        || step.contains("CONSTANT ROW")
        || step.contains("SCAN (subquery")
        || step.contains("SCAN i VIRTUAL TABLE INDEX 0:M")
        || scanned_indexes.iter().any(|index| step.contains(&format!("INDEX {index}")))
}

/// The statements that run for every ticket, message or update.
const FREQUENT_STATEMENTS: &[&str] = &[
    tickets::BY_ID,
    tickets::BY_NUMBER,
    tickets::BY_KEY,
    tickets::OPEN_BY_CUSTOMER,
    tickets::ENDED_BY_CUSTOMER,
    tickets::search::ENDED_BY_SUFFIX,
    tickets::COUNT_OPEN,
    tickets::HELD_BY,
    tickets::ALL_HELD,
    tickets::HELD_SLOTS,
    tickets::SNOOZED,
    tickets::AWAITED,
    tickets::NUDGED,
    tickets::ASSIGN,
    tickets::FIRST_IN_QUEUE,
    tickets::UPDATE,
    tickets::END,
    tickets::REOPEN,
    tickets::RATE,
    people::AGENTS,
    people::BANNED,
    queue::HEAD_AUTO,
    queue::OLDEST_WAITING,
    queue::OLDEST_WAITING_OF_DESK,
    queue::DESK_PAGE,
    queue::ORDER_KEYS,
    queue::BY_ARRIVAL,
    queue::POSITION,
    events::HISTORY,
    events::ASSIGNMENT_COUNTS,
    inbox::PENDING,
    inbox::COMPLETE,
    inbox::PRUNE,
    outbox::MAKE_DUE_READY,
    outbox::READY,
    outbox::READY_OLDEST,
    outbox::READY_NEWEST,
    outbox::COUNT_READY,
    outbox::DELETE_DUPLICATE,
    outbox::RELEASE,
    outbox::ADVANCE,
    outbox::DELETE_EMPTY_CHAT,
    outbox::MOVE,
    outbox::MOVE_CARDS,
    outbox::CLAIMED,
    dead_letters::PRUNE_UPDATES,
    dead_letters::PRUNE_DELIVERIES,
    people::OTHER_ADMIN,
    people::OTHER_ALIAS,
    people::HAD_USERNAME,
    people::FORGET_USERNAMES,
    reference_data::OPEN_INVITES,
    reference_data::PRUNE_INVITES,
    reference_data::OLD_DRAFTS,
    cards::PRUNE_LISTS,
    cards::DESK_LISTS,
    cards::PICK_UPS,
    tickets::statistics::ADD,
    tickets::statistics::DAILY,
    tickets::statistics::HOLDS,
    tickets::topics::OF_TICKET,
    tickets::topics::AT,
    tickets::topics::CLOSED,
    tickets::conversation::BY_ID,
    tickets::conversation::BY_SOURCE,
    tickets::conversation::BY_KEY,
    tickets::conversation::BY_TARGET,
    tickets::conversation::OF_TICKET,
    tickets::conversation::DUE,
    tickets::conversation::UNROUTED,
    tickets::webhooks::INSERT,
    tickets::webhooks::DUE,
    tickets::webhooks::NEXT_AT,
    tickets::webhooks::SETTLE,
    tickets::webhooks::DELAY,
    tickets::webhooks::NEWEST,
    tickets::webhooks::NEWEST_DEAD,
    tickets::webhooks::PRUNE,
    cards::PRUNABLE,
    cards::DELETE_BY_PREFIX,
];

#[test]
fn no_frequent_query_scans_a_table() {
    let (conn, _dir) = empty_store();
    for &sql in FREQUENT_STATEMENTS {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let unbound = vec![Value::Null; explain.parameter_count()];
        let rows =
            explain.query_map(rusqlite::params_from_iter(unbound), |row| row.get::<_, String>(3)).unwrap();
        for step in rows.map(Result::unwrap) {
            assert!(is_allowed(&step), "{step}\nin {sql}");
            let sorts = step.contains("TEMP B-TREE");
            let may_sort = [tickets::HELD_BY, tickets::search::ENDED_BY_SUFFIX].contains(&sql);
            assert!(!sorts || may_sort, "{step}\nin {sql}");
        }
    }
}

#[test]
fn each_statement_is_compiled_once() {
    let (conn, _dir) = empty_store();
    for sql in FREQUENT_STATEMENTS.iter().chain([&people::BY_ID, &people::BY_TELEGRAM]) {
        let mut statement = conn.prepare(sql).unwrap();
        for n in 0..3 {
            for at in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(at, n).unwrap();
            }
            // A constraint may reject such values, which does not matter: a later use would compile the
            // statement again.
            let mut rows = statement.raw_query();
            while let Ok(Some(_)) = rows.next() {}
            drop(rows);
            statement.clear_bindings();
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
    }
}

/// Fills the queue of one department with `depth` tickets that the engine may not assign, then with `depth`
/// of which it may assign every second one.
fn fill_queue(conn: &Connection, depth: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * ?1)
        INSERT INTO tickets (id, number, idempotency_key, version, customer, customer_chat, created_at,
            department, category, priority, auto_assignment, status, description)
        SELECT randomblob(16), i, i, 0, zeroblob(16), 0, 0, zeroblob(16), zeroblob(16), 2, i > ?1 AND i % 2,
            'queued', '' FROM n";
    conn.execute(sql, [depth]).unwrap();
    let count = "INSERT INTO queue_depths SELECT department, priority, count(*) FROM tickets GROUP BY 1, 2";
    conn.execute(count, []).unwrap();
}

/// Fills the outbox with `depth` messages and as many refreshes to chat 1, and one message to each of ten
/// other chats.
fn fill_outbox(conn: &Connection, depth: i64) {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO outbox (chat, priority_class, traffic_class, committed_at, message)
        SELECT ?2, ?3, 2 * ?3 + 1, 0, '\"menu\"' FROM n";
    for (rows, chat, class) in
        [(depth, 1, 0), (depth, 1, 1)].into_iter().chain((2..12).map(|chat| (1, chat, 0)))
    {
        conn.execute(sql, [rows, chat, class]).unwrap();
        conn.execute(outbox::ADVANCE, [chat, 0, 9]).unwrap();
    }
}

/// Returns the number of virtual machine steps that a query takes to its end.
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
        let (conn, _dir) = empty_store();
        fill_queue(&conn, depth);
        let tail = Value::Integer(2 * depth);
        [
            steps(&conn, queue::HEAD_AUTO, &[department.clone(), Value::Integer(5)]),
            steps(&conn, queue::OLDEST_WAITING, &[department.clone(), Value::Integer(2)]),
            steps(&conn, queue::ORDER_KEYS, &[department.clone(), Value::Integer(5)]),
            steps(&conn, queue::POSITION, &[department.clone(), Value::Integer(2), tail]),
            steps(&conn, queue::DEPTHS, &[]),
        ]
    };
    assert_eq!(cost(100), cost(20_000));
}

#[test]
fn a_claim_costs_the_same_with_any_backlog() {
    let cost = |depth: i64| {
        let (conn, _dir) = empty_store();
        fill_outbox(&conn, depth);
        let due = steps(&conn, outbox::MAKE_DUE_READY, &[Value::Integer(1)]);
        let ready = steps(&conn, outbox::READY, &[Value::Integer(100)]);
        let first = outbox::claim(&conn, 100, 0, crate::domain::Time::UNIX_EPOCH).unwrap();
        assert_eq!(first.len(), 11);
        conn.execute("DELETE FROM outbox WHERE id = 1", []).unwrap();
        [
            due,
            ready,
            steps(&conn, outbox::ADVANCE, &[Value::Integer(1), Value::Integer(0), Value::Integer(1)]),
        ]
    };
    assert_eq!(cost(100), cost(50_000));
}
