//! Deploying: all or nothing, twice changes nothing, and no superuser is needed.

use std::{path::Path, process::Command};

use convene::deploy::{Outcome, Sources, connect, deploy, deploy_sources};
use tests::{
    EmptyDatabase, World,
    catalog::{assert_same, catalog},
};

#[tokio::test]
async fn deploying_twice_changes_nothing() {
    let database = EmptyDatabase::new().await;
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Installed);
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Unchanged);
}

/// `pg_dump` without `--create` leaves out what was granted on the database itself.
#[tokio::test]
async fn a_database_that_was_restored_from_a_dump_is_closed_again() {
    let database = EmptyDatabase::new().await;
    deploy(&database.owner_url).await.unwrap();
    let owner = connect(&database.owner_url).await.unwrap();
    let open = "do $$ begin
                  execute format('grant temporary on database %I to public', current_database());
                end $$";
    owner.batch_execute(open).await.unwrap();
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Unchanged);
    let may = "select has_database_privilege('anon', current_database(), 'temporary')";
    assert!(!owner.query_one(may, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn running_every_file_again_changes_nothing_either() {
    let database = EmptyDatabase::new().await;
    deploy(&database.owner_url).await.unwrap();
    let before = catalog(&database.owner_url).await;
    let owner = connect(&database.owner_url).await.unwrap();
    owner.batch_execute("drop schema convene cascade").await.unwrap();
    deploy(&database.owner_url).await.unwrap();
    let after = catalog(&database.owner_url).await;
    assert_same(&before, &after);
}

#[tokio::test]
async fn six_deploys_at_once_install_once() {
    let database = EmptyDatabase::new().await;
    let deploys = (0..6).map(|_| {
        let url = database.owner_url.clone();
        tokio::spawn(async move { deploy(&url).await })
    });
    let mut installed = 0;
    for task in deploys.collect::<Vec<_>>() {
        match task.await.unwrap().unwrap() {
            Outcome::Installed => installed += 1,
            outcome => assert_eq!(outcome, Outcome::Unchanged),
        }
    }
    assert_eq!(installed, 1);
}

#[tokio::test]
async fn databases_of_one_server_can_be_deployed_at_once() {
    let databases = [EmptyDatabase::new().await, EmptyDatabase::new().await];
    let deploys = databases.each_ref().map(|database| {
        let url = database.owner_url.clone();
        tokio::spawn(async move { deploy(&url).await })
    });
    for task in deploys {
        assert_eq!(task.await.unwrap().unwrap(), Outcome::Installed);
    }
}

#[tokio::test]
async fn a_failing_statement_is_named_and_leaves_nothing_behind() {
    let database = EmptyDatabase::new().await;
    let mut sources = Sources::embedded();
    sources.set("broken.sql", "-- why\nselect 1;\n\nselect\n  no_such_column;\n");
    let install = sources.text("install.sql").unwrap();
    let install = install.replace("commit;", "\\ir broken.sql\ncommit;");
    sources.set("install.sql", install);
    let error = deploy_sources(&database.owner_url, &sources).await.unwrap_err().to_string();
    assert!(
        error.starts_with("sql/broken.sql:5: column \"no_such_column\" does not exist"),
        "{error}"
    );
    assert!(error.contains("statement: select"), "{error}");
    let owner = connect(&database.owner_url).await.unwrap();
    let sql = "select to_regnamespace('core') is null and to_regnamespace('convene') is null";
    assert!(owner.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn a_changed_table_is_refused_on_a_database_that_exists() {
    let database = EmptyDatabase::new().await;
    deploy(&database.owner_url).await.unwrap();
    let mut sources = Sources::embedded();
    let path = "schema/people/person.sql";
    let text = format!(
        "{}\nalter table core.person add column shoe_size int;",
        sources.text(path).unwrap()
    );
    sources.set(path, text);
    let error = deploy_sources(&database.owner_url, &sources).await.unwrap_err().to_string();
    assert!(error.starts_with("sql/schema/people/person.sql was changed"), "{error}");
    assert!(error.contains("--reset"), "{error}");
    // A new database accepts the same change.
    let fresh = EmptyDatabase::new().await;
    assert_eq!(deploy_sources(&fresh.owner_url, &sources).await.unwrap(), Outcome::Installed);
}

#[tokio::test]
async fn a_function_that_no_file_holds_any_more_is_pruned() {
    let database = EmptyDatabase::new().await;
    let mut sources = Sources::embedded();
    let path = "functions/ground/foundation.sql";
    let before = sources.text(path).unwrap().to_owned();
    let stale = "create or replace function internal.of_yesterday() returns int \
                 language sql return 1;";
    sources.set(path, format!("{before}\n{stale}"));
    deploy_sources(&database.owner_url, &sources).await.unwrap();
    let owner = connect(&database.owner_url).await.unwrap();
    let known = "select to_regprocedure('internal.of_yesterday()') is not null";
    assert!(owner.query_one(known, &[]).await.unwrap().get::<_, bool>(0));
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Updated);
    assert!(!owner.query_one(known, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn plain_psql_installs_the_same() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql/install.sql");
    let [by_psql, by_convene] = [EmptyDatabase::new().await, EmptyDatabase::new().await];
    let psql = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", "--dbname", &by_psql.owner_url, "--file"])
        .arg(file)
        .output();
    let Ok(output) = psql else {
        eprintln!("SKIPPED: there is no psql here.");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    deploy(&by_convene.owner_url).await.unwrap();
    assert_same(&catalog(&by_psql.owner_url).await, &catalog(&by_convene.owner_url).await);
}

#[tokio::test]
async fn the_deploying_user_is_no_superuser() {
    let database = EmptyDatabase::new().await;
    let owner = connect(&database.owner_url).await.unwrap();
    let sql = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user";
    assert!(!owner.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn both_logins_are_let_in() {
    let world = World::new().await;
    assert_eq!(world.get("alice", "/ready").await.ok()["status"], "ready");
}
