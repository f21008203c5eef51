//! What a deploy refuses, what it says beforehand, and what it finishes later.

use convene::deploy::{Outcome, Sources, connect, deploy, deploy_sources, plan_sources};
use tests::{
    EmptyDatabase,
    catalog::{assert_same, catalog},
};

use super::{FIRST, ONLINE, next_release};

#[tokio::test]
async fn what_a_release_does_not_know_is_refused() {
    let database = EmptyDatabase::new().await;
    let url = &database.owner_url;
    deploy(url).await.unwrap();
    let refused = async |sources: &Sources, sentence: &str| {
        let error = deploy_sources(url, sources).await.unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
        let planned = plan_sources(url, sources).await.unwrap_err().to_string();
        assert_eq!(error, planned);
    };

    let mut silent = next_release();
    silent.set(FIRST, silent.text(FIRST).unwrap().replace("-- For schema/people/shoe.sql", ""));
    refused(&silent, "sql/schema/people/shoe.sql was changed").await;

    let next = next_release();
    deploy_sources(url, &next).await.unwrap();
    refused(&Sources::embedded(), "a newer release was deployed here").await;

    let mut changed = next_release();
    changed.set(FIRST, format!("{}\nselect 1;", next.text(FIRST).unwrap()));
    refused(&changed, "0001_shoe_size.sql was changed after it had run here").await;

    let mut late = next_release();
    late.set("migrations/0000_late.sql", "-- Late.\nselect 1;");
    refused(&late, "is numbered before migrations that have already run").await;

    let mut twice = next_release();
    twice.set("migrations/0002_again.sql", "-- Again.\nselect 1;");
    refused(&twice, "have the same number").await;

    let owner = connect(url).await.unwrap();
    owner.batch_execute("drop table convene.deployed_file").await.unwrap();
    refused(&next, "Nothing says which release was deployed").await;
}

#[tokio::test]
async fn a_plan_says_what_a_deploy_would_do_and_does_nothing() {
    let database = EmptyDatabase::new().await;
    let url = &database.owner_url;
    let plan = async |sources: &Sources| plan_sources(url, sources).await.unwrap();
    assert!(plan(&Sources::embedded()).await.ends_with("files: the database is empty."));
    deploy(url).await.unwrap();
    let before = catalog(url).await;
    assert_eq!(
        plan(&Sources::embedded()).await,
        "Nothing to do: the same files are already deployed."
    );
    assert_eq!(
        plan(&next_release()).await,
        "Replace code, lenses and permissions: 3 files are new or changed, 0 are gone.\n\
         In the same transaction, change tables:\n  \
         sql/migrations/0001_shoe_size.sql  Keep the size of everybody's shoes, and where shoes \
         are sold.\n\
         After it, while the marketplace is in use:\n  \
         sql/migrations/0002_shoe_index.online.sql  Find people by the size of their shoes."
    );
    assert_same(&before, &catalog(url).await);
}

#[tokio::test]
async fn an_online_migration_that_was_interrupted_is_run_again() {
    let database = EmptyDatabase::new().await;
    let url = &database.owner_url;
    deploy(url).await.unwrap();
    let mut next = next_release();
    let whole = next.text(ONLINE).unwrap().to_owned();
    next.set(ONLINE, format!("{whole}\nselect 1 / 0;"));
    let error = deploy_sources(url, &next).await.unwrap_err().to_string();
    assert!(error.contains("0002_shoe_index.online.sql:"), "{error}");
    // What came before is there to stay, and the rest can be repeated.
    next.set(ONLINE, whole);
    assert!(plan_sources(url, &next).await.unwrap().contains("0002_shoe_index"));
    assert_eq!(deploy_sources(url, &next).await.unwrap(), Outcome::Updated);
    assert_eq!(deploy_sources(url, &next).await.unwrap(), Outcome::Unchanged);
}
