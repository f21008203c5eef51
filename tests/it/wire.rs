//! The connections of the data API: a client that leaves early, or is cut off, harms nobody else.

use std::time::Duration;

use postgres::{Check, Db, End, Failure, Limits, Outcome, Transaction};
use tests::EmptyDatabase;
use tokio_postgres::NoTls;

/// A single connection, so that the next request gets the same one.
fn one(url: &str) -> Db {
    Db::connect(url, Limits { connections: 1, ..Limits::default() }).unwrap()
}

/// A transaction of one statement, with the login's own rights.
pub fn plain(sql: &str) -> Transaction<'_> {
    Transaction {
        begin: None,
        settings: &[("role", "none")],
        first: None,
        sql,
        params: &[],
        then: None,
        writes: true,
        prepared: true,
        end: End::Commit,
    }
}

async fn number(db: &Db, sql: &str) -> i64 {
    db.transact(&plain(sql)).await.unwrap().rows[0].int(0).unwrap()
}

fn code(outcome: Result<Outcome, Failure>) -> String {
    match outcome {
        Err(Failure::Refused(refused)) => refused.code,
        Err(other) => other.to_string(),
        Ok(_) => "nothing was refused".into(),
    }
}

#[tokio::test]
async fn plans_are_kept_unless_a_pooler_cannot_bear_it() {
    let database = EmptyDatabase::new().await;
    let kept = "select count(*) from pg_prepared_statements";
    let db = one(&database.admin_url);
    number(&db, kept).await;
    assert!(number(&db, kept).await > 0);

    let limits = Limits { connections: 1, prepared: false, ..Limits::default() };
    let db = Db::connect(&database.admin_url, limits).unwrap();
    number(&db, kept).await;
    assert_eq!(number(&db, kept).await, 0);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let database = EmptyDatabase::new().await;
    let db = one(&database.admin_url);
    let table = "create table kept (n int check (n > 0), \
                 m int unique deferrable initially deferred)";
    db.transact(&plain(table)).await.unwrap();
    let count = "select count(*) from kept";

    let two = Transaction {
        then: Some(("select 1 / 0", &[])),
        ..plain("insert into kept values (1, 1)")
    };
    assert_eq!(code(db.transact(&two).await), "22012");
    assert_eq!(code(db.transact(&plain("insert into kept values (1, 1), (1, 1)")).await), "23505");
    assert_eq!(number(&db, count).await, 0, "without `begin`, too, all or nothing");

    let good: Check<'_> = &|rows| rows.len() == 1;
    let insert = "insert into kept values (1, 2), (2, 3) returning n::bigint";
    let checked = Transaction { end: End::After(good), ..plain(insert) };
    assert_eq!(db.transact(&checked).await.unwrap().rows.len(), 2);
    let undone = Transaction { end: End::Rollback, ..plain("insert into kept values (3, 4)") };
    db.transact(&undone).await.unwrap();
    assert_eq!(number(&db, count).await, 0);

    let level = "select (current_setting('transaction_isolation') = 'serializable')::int::bigint";
    let begin = Some("begin isolation level serializable");
    let serializable = Transaction { begin, ..plain(level) };
    assert_eq!(db.transact(&serializable).await.unwrap().rows[0].int(0), Some(1));
    assert_eq!(number(&db, level).await, 0);
}

#[tokio::test]
async fn settings_last_as_long_as_their_transaction() {
    let database = EmptyDatabase::new().await;
    let db = one(&database.admin_url);
    let said = "select coalesce(current_setting('app.said', true), '')";
    let settings = [("app.said", "yes"), ("transaction_read_only", "on"), ("role", "none")];
    let set = Transaction { settings: &settings, ..plain(said) };
    assert_eq!(db.transact(&set).await.unwrap().rows[0].text(0).as_deref(), Some("yes"));
    let write = Transaction { settings: &settings, ..plain("create table never (n int)") };
    assert_eq!(code(db.transact(&write).await), "25006");
    assert_eq!(db.transact(&plain(said)).await.unwrap().rows[0].text(0).as_deref(), Some(""));
}

#[tokio::test]
async fn who_leaves_early_spoils_nothing_for_who_comes_next() {
    let database = EmptyDatabase::new().await;
    let db = one(&database.admin_url);
    let backend = "select pg_backend_pid()::bigint";
    let first = number(&db, backend).await;
    // The client leaves before the answer: short work is awaited, long work costs the connection.
    for (sql, same) in [("select pg_sleep(0.03)", true), ("select pg_sleep(5)", false)] {
        let asked = plain(sql);
        let left = tokio::time::timeout(Duration::from_millis(10), db.transact(&asked));
        assert!(left.await.is_err());
        assert_eq!(number(&db, backend).await == first, same, "{sql}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced() {
    let database = EmptyDatabase::new().await;
    let db = one(&database.admin_url);
    let (admin, connection) = tokio_postgres::connect(&database.admin_url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let first = number(&db, "select pg_backend_pid()::bigint").await;
    let gone = "select count(*) from pg_stat_activity where pid = $1";
    admin.execute("select pg_terminate_backend($1, 5000)", &[&(first as i32)]).await.unwrap();
    let left: i64 = admin.query_one(gone, &[&(first as i32)]).await.unwrap().get(0);
    assert_eq!(left, 0);
    assert_ne!(number(&db, "select pg_backend_pid()::bigint").await, first);
}

#[tokio::test]
async fn the_server_keeps_a_bounded_number_of_plans_and_fewer_of_long_ones() {
    let database = EmptyDatabase::new().await;
    for (length, most) in [(10, 130), (30_000, 20)] {
        let db = one(&database.admin_url);
        for n in 0..300 {
            assert_eq!(number(&db, &format!("select {n}::bigint {:length$}", "")).await, n);
        }
        let kept = number(&db, "select count(*) from pg_prepared_statements").await;
        // What was asked for last is there, and what is forgotten here is forgotten there.
        assert!((most / 2..=most).contains(&kept), "{kept} of {length}");
    }
}

#[tokio::test]
async fn values_come_as_postgres_wrote_them() {
    let database = EmptyDatabase::new().await;
    let db = one(&database.admin_url);
    let sql =
        r#"select '{"a": 1}'::jsonb, '[1 ]'::json, 'é', null::text, '\x00ff'::bytea, $1::int + 1"#;
    let asked = Transaction { params: &[Some("41")], ..plain(sql) };
    let rows = db.transact(&asked).await.unwrap().rows;
    let text = |column| rows[0].text(column);
    assert_eq!(text(0).as_deref(), Some(r#"{"a": 1}"#));
    assert_eq!((text(1).as_deref(), text(2).as_deref(), text(3)), (Some("[1 ]"), Some("é"), None));
    assert_eq!(rows[0].bytes(4).unwrap().as_ref(), [0x00, 0xff]);
    assert_eq!(rows[0].bytes(5).unwrap().as_ref(), 42_i32.to_be_bytes());
}

#[tokio::test]
async fn a_login_that_does_not_exist_is_refused_by_postgres_itself() {
    let database = EmptyDatabase::new().await;
    let (_, place) = database.admin_url.split_once('@').unwrap();
    let db = one(&format!("postgres://nobody_here@{place}"));
    assert_eq!(code(db.transact(&plain("select 1")).await), "28000");
}
