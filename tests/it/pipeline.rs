//! Brief reads that share a connection: everybody gets their own answer, and nobody waits for long.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use postgres::{Db, Failure, Limits, Outcome, Transaction};
use tests::EmptyDatabase;
use tokio::time::timeout;

use crate::wire::plain;

/// Enough connections for a pipeline. What takes so long here is brief.
fn db(database: &EmptyDatabase, brief: Duration) -> Db {
    Db::connect(&database.admin_url, Limits { connections: 6, brief, ..Limits::default() }).unwrap()
}

async fn read(db: &Db, sql: &str, value: &str) -> Result<Outcome, Failure> {
    let settings = [("app.said", value), ("transaction_read_only", "on"), ("role", "none")];
    let params = [Some(value)];
    let read = Transaction { settings: &settings, params: &params, writes: false, ..plain(sql) };
    db.transact(&read).await
}

/// Two connections are open, and it is known what the statement takes.
async fn warm(db: &Db, sql: &str) {
    join_all(["1", "1"].map(|seconds| read(db, "select pg_sleep($1::float8 / 20)", seconds))).await;
    read(db, sql, "1").await.unwrap();
}

#[tokio::test]
async fn reads_of_one_moment_share_a_connection_and_each_has_its_own_answer() {
    let database = EmptyDatabase::new().await;
    let db = db(&database, Duration::from_secs(2));
    let sql = "select pg_backend_pid()::bigint, $1 || ' ' || current_setting('app.said')";
    warm(&db, sql).await;
    let ask = async |n: usize| {
        let value = n.to_string();
        let answer = read(&db, sql, &value).await.unwrap();
        assert_eq!(answer.rows[0].text(1), Some(format!("{n} {n}")));
        answer.rows[0].int(0).unwrap()
    };
    let backends: BTreeSet<i64> = join_all((0..40).map(ask)).await.into_iter().collect();
    assert_eq!(backends.len(), 2, "the first is alone, and the others share: {backends:?}");
}

#[tokio::test]
async fn what_is_refused_in_a_pipeline_is_told_to_whom_it_concerns() {
    let database = EmptyDatabase::new().await;
    let db = db(&database, Duration::from_secs(2));
    let sql = "select 6 / $1::bigint";
    warm(&db, sql).await;
    let answers =
        join_all((0..30).map(async |n| read(&db, sql, ["0", "1", "2"][n % 3]).await)).await;
    for (n, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(outcome) => assert_eq!(outcome.rows[0].int(0), Some([0, 6, 3][n % 3])),
            Err(Failure::Refused(refused)) => assert_eq!((n % 3, &*refused.code), (0, "22012")),
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn who_stands_behind_a_slow_read_asks_alone() {
    let database = EmptyDatabase::new().await;
    let db = db(&database, Duration::from_millis(5));
    db.transact(&plain("create table kept (n int)")).await.unwrap();
    let (slow, quick) = ("select count(*) from kept where n::text <> $1", "select $1");
    for sql in [slow, quick] {
        warm(&db, sql).await;
    }
    let (locker, connection) =
        tokio_postgres::connect(&database.admin_url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    locker.batch_execute("begin; lock table kept").await.unwrap();
    let behind = async {
        // Both are in the pipeline, or one of them alone: the others are answered in any case.
        let answers = join_all((0..10).map(|_| read(&db, quick, "1")));
        let answers = timeout(Duration::from_secs(8), answers).await;
        locker.batch_execute("commit").await.unwrap();
        answers.expect("answers before the slow reads have theirs")
    };
    let (first, second, answers) = tokio::join!(read(&db, slow, "1"), read(&db, slow, "1"), behind);
    for answer in [first, second] {
        assert!(answer.is_ok(), "{}", answer.err().unwrap());
    }
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test]
async fn long_requests_with_long_answers_do_not_stop_each_other() {
    let database = EmptyDatabase::new().await;
    let db = db(&database, Duration::from_secs(2));
    // More than the system's buffers hold, in both directions.
    let sql = format!("select repeat($1, 50000) -- {:6000}", "");
    warm(&db, &sql).await;
    let all = join_all((0..64).map(|_| read(&db, &sql, "abcd")));
    for answer in timeout(Duration::from_secs(8), all).await.expect("nobody waits for the deadline")
    {
        assert_eq!(answer.unwrap().rows[0].bytes(0).unwrap().len(), 200_000);
    }
}

#[tokio::test]
async fn who_leaves_a_pipeline_harms_nobody() {
    let database = EmptyDatabase::new().await;
    let db = db(&database, Duration::from_secs(2));
    let sql = "select $1";
    warm(&db, sql).await;
    for left in 0..20 {
        let mut reads: Vec<_> = (0..20).map(|_| Box::pin(read(&db, sql, "1"))).collect();
        for read in &mut reads {
            assert!(futures_util::poll!(read).is_pending());
        }
        // The pipeline has not been sent yet.
        reads.truncate(left);
        for answer in join_all(reads).await {
            assert_eq!(answer.unwrap().rows[0].text(0).as_deref(), Some("1"));
        }
    }
}
