//! Migrations: a database with data comes to the tables of the next release, and to nothing else.
//!
//! tests/migrations holds a release that does not exist: what a release adds to sql/. It shows
//! that the proof of [`Upgrade`] can be given, and that it notices what is missing.

mod refused;

use std::process::Command;

use convene::deploy::{Outcome, Sources, connect, deploy, deploy_sources};
use tests::{
    EmptyDatabase, World,
    catalog::{assert_same, catalog, columns, rows},
    sources::root,
};
use tokio_postgres::Client;

const PERSON: &str = "schema/people/person.sql";
const FIRST: &str = "migrations/0001_shoe_size.sql";
const ONLINE: &str = "migrations/0002_shoe_index.online.sql";

fn fixture(path: &str) -> String {
    std::fs::read_to_string(root().join("tests").join(path)).expect("a file of tests/migrations")
}

/// The release after this one: its tables, and the migrations that lead to them.
fn next_release() -> Sources {
    let mut sources = Sources::embedded();
    for path in [FIRST, ONLINE] {
        sources.set(path, fixture(path));
    }
    let person = sources.text(PERSON).unwrap();
    let person = person
        .replace("  legacy_ref   text,\n", "  legacy_ref   text,\n  shoe_size    text,\n")
        .replace(
            "  constraint person_pkey",
            "  constraint person_shoe_size_is_short check (length(shoe_size) <= 10),\n  \
             constraint person_pkey",
        )
        .replace(
            "create index person_words_idx",
            "create index person_shoe_size_idx on core.person (shoe_size);\n\n\
             create index person_words_idx",
        );
    sources.set(PERSON, person);
    let shoe = fixture(FIRST);
    let start = shoe.find("create table").unwrap();
    sources.set("schema/people/shoe.sql", &shoe[start..]);
    name_after(&mut sources, PERSON, "schema/people/shoe.sql");
    sources
}

/// Name a file in the installer, after another one.
fn name_after(sources: &mut Sources, path: &str, new: &str) {
    let install = sources.text("install.sql").unwrap();
    let install = install.replace(&format!("\\ir {path}"), &format!("\\ir {path}\n\\ir {new}"));
    sources.set("install.sql", install);
}

/// A database of one release with data in it, and the next release.
struct Upgrade<'a> {
    owner_url: &'a str,
    admin: &'a Client,
    next: &'a Sources,
    /// The texts of `.before.sql` and `.after.sql` of each migration.
    data: Vec<(String, String)>,
}

impl Upgrade<'_> {
    /// The three proofs: the result has the catalog of a fresh install, the data survives and is
    /// what each `.after.sql` says, and a second run changes nothing.
    async fn prove(&self) {
        for (before, _) in &self.data {
            self.admin.batch_execute(before).await.expect("the data of a migration");
        }
        let shape = columns(self.admin).await;
        let data = rows(self.admin, &shape).await;
        assert!(data.values().filter(|(count, _)| *count > 0).count() > 10, "there is data");

        assert_eq!(deploy_sources(self.owner_url, self.next).await.unwrap(), Outcome::Updated);
        let fresh = EmptyDatabase::new().await;
        deploy_sources(&fresh.owner_url, self.next).await.unwrap();
        let upgraded = catalog(self.owner_url).await;
        assert_same(&catalog(&fresh.owner_url).await, &upgraded);
        assert_eq!(rows(self.admin, &shape).await, data);
        assert_eq!(self.broken().await, [""; 0]);

        assert_eq!(deploy_sources(self.owner_url, self.next).await.unwrap(), Outcome::Unchanged);
        assert_same(&upgraded, &catalog(self.owner_url).await);
    }

    /// What each `.after.sql` finds: queries under a sentence, which return what breaks it.
    async fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for query in self.data.iter().flat_map(|(_, after)| after.split(";\n")) {
            if query.lines().any(|line| line.starts_with("select")) {
                let rows = self.admin.query(query, &[]).await.expect("a query of an .after.sql");
                let says = query.trim().lines().next().unwrap_or_default();
                broken
                    .extend(rows.iter().map(|row| format!("{says}: {}", row.get::<_, String>(0))));
            }
        }
        broken
    }
}

async fn with_bookings() -> World {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    world.make_learner("alice").await;
    book(&world).await;
    world
}

async fn book(world: &World) {
    let session = world.make_session("tara", 60, 0, 1).await;
    let slot = world.free_slots(session).await[0].slot_id;
    let body = serde_json::json!({"slot_id": slot});
    let answer = world.post("alice", "/functions/v1/create-booking", body).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
}

fn shoe_data() -> Vec<(String, String)> {
    let [before, after] =
        ["before", "after"].map(|part| fixture(&(FIRST.replace("sql", part) + ".sql")));
    vec![(before, after)]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_database_is_a_fresh_one_with_its_data() {
    let world = with_bookings().await;
    let admin = world.connection().await;
    let next = next_release();
    let upgrade =
        Upgrade { owner_url: world.owner_url(), admin: &admin, next: &next, data: shoe_data() };
    upgrade.prove().await;
    // The marketplace has not stopped meanwhile.
    book(&world).await;

    admin
        .batch_execute("update core.person set shoe_size = '40' where locale = 'da'")
        .await
        .unwrap();
    assert_eq!(upgrade.broken().await, ["-- Danes have size 38.: Sofie"]);
}

#[tokio::test]
async fn a_migration_that_forgets_something_is_noticed() {
    for (forgotten, named) in [
        ("comment on table core.shoe is 'Who has which shoes.';", "core.shoe"),
        ("alter table core.shoe force row level security;", "core.shoe"),
        ("create index shoe_person_id_idx on core.shoe (person_id);", "shoe_person_id_idx"),
    ] {
        let database = EmptyDatabase::new().await;
        deploy(&database.owner_url).await.unwrap();
        let mut next = next_release();
        let text = next.text(FIRST).unwrap();
        assert!(text.contains(forgotten));
        next.set(FIRST, text.replace(forgotten, ""));
        deploy_sources(&database.owner_url, &next).await.unwrap();
        let fresh = EmptyDatabase::new().await;
        deploy_sources(&fresh.owner_url, &next).await.unwrap();
        let [upgraded, fresh] =
            [catalog(&database.owner_url).await, catalog(&fresh.owner_url).await];
        let differences: Vec<_> = upgraded.symmetric_difference(&fresh).collect();
        assert!(differences.iter().any(|line| line.contains(named)), "{differences:?}");
    }
}

/// The migrations of this release, on a database of the last one, which git remembers.
#[tokio::test(flavor = "multi_thread")]
async fn every_migration_of_this_release_is_proven() {
    let next = Sources::embedded();
    let Some(last) = last_release() else {
        eprintln!("SKIPPED: git knows no released version here.");
        return;
    };
    let new: Vec<&str> = next
        .below("migrations/")
        .map(|(path, _)| path)
        .filter(|path| last.text(path).is_err() && !path.ends_with(".online.sql"))
        .collect();
    let names = new.iter().filter(|path| !path.contains(".before.") && !path.contains(".after."));
    let data = names.map(|path| {
        let part = |part: &str| {
            let path = path.replace(".sql", part);
            next.text(&path).unwrap_or_else(|_| panic!("sql/{path} is missing")).to_owned()
        };
        (part(".before.sql"), part(".after.sql"))
    });
    let database = EmptyDatabase::new().await;
    deploy_sources(&database.owner_url, &last).await.unwrap();
    let admin = connect(&database.admin_url).await.unwrap();
    Upgrade { owner_url: &database.owner_url, admin: &admin, next: &next, data: data.collect() }
        .prove()
        .await;
}

/// The files of sql/ at the newest tag that is a version.
fn last_release() -> Option<Sources> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root()).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let tags = git(&["tag", "--list", "v*", "--sort=-v:refname"])?;
    let tag = tags.lines().next()?;
    let mut sources = Sources::default();
    for path in git(&["ls-tree", "-r", "--name-only", tag, "sql/"])?.lines() {
        sources.set(path.strip_prefix("sql/")?, git(&["show", &format!("{tag}:{path}")])?);
    }
    Some(sources)
}

#[tokio::test]
async fn a_changed_return_type_needs_no_drop_by_hand() {
    let path = "functions/ground/foundation.sql";
    let release = |returned: &str, parameter: &str| {
        let mut sources = Sources::embedded();
        let text = format!(
            "{}
             create or replace function internal.shoes({parameter} text) returns {returned}
             language sql begin atomic select 1::{returned}; end;
             create or replace function api.shoes() returns {returned}
             language sql begin atomic select internal.shoes('red'); end;
             create or replace function internal.on_shoes() returns trigger
             language plpgsql as $$begin return new; end$$;
             create or replace trigger shoes before insert on core.person
             for each row execute function internal.on_shoes();",
            sources.text(path).unwrap()
        );
        sources.set(path, text);
        sources
    };
    let database = EmptyDatabase::new().await;
    let url = &database.owner_url;
    deploy_sources(url, &release("int", "p_colour")).await.unwrap();
    for (returned, parameter) in [("bigint", "p_colour"), ("bigint", "p_color"), ("text", "p_x")] {
        let next = release(returned, parameter);
        assert_eq!(deploy_sources(url, &next).await.unwrap(), Outcome::Updated);
        let fresh = EmptyDatabase::new().await;
        deploy_sources(&fresh.owner_url, &next).await.unwrap();
        assert_same(&catalog(&fresh.owner_url).await, &catalog(url).await);
    }
    // What somebody else has built upon such a function is not dropped with it.
    let owner = connect(url).await.unwrap();
    owner.batch_execute("create view public.report as select api.shoes()").await.unwrap();
    let error = deploy_sources(url, &release("int", "p_x")).await.unwrap_err().to_string();
    assert!(error.contains("internal.shoes(text)"), "{error}");
    owner.batch_execute("select from public.report").await.unwrap();
}

#[tokio::test]
async fn a_schema_file_may_move_and_be_commented_anew() {
    let database = EmptyDatabase::new().await;
    deploy(&database.owner_url).await.unwrap();
    let mut sources = Sources::embedded();
    let text = sources.remove(PERSON).unwrap();
    let half = text.find("create table core.person_private").unwrap();
    sources.set("schema/people/anybody.sql", format!("-- Everybody.\n{}", &text[..half]));
    sources.set("schema/people/secret.sql", text[half..].replace("\n  ", "\n    "));
    name_after(&mut sources, PERSON, "schema/people/secret.sql");
    let install = sources.text("install.sql").unwrap().replace(
        "/person.sql\n\\ir schema/people/secret",
        "/anybody.sql\n\\ir schema/people/secret",
    );
    sources.set("install.sql", install);
    assert_eq!(deploy_sources(&database.owner_url, &sources).await.unwrap(), Outcome::Updated);

    // A statement that is gone is a change, wherever the others are.
    let secret = sources.text("schema/people/secret.sql").unwrap();
    let secret = secret.split_once("comment on").unwrap().0.to_owned();
    sources.set("schema/people/secret.sql", secret);
    let error = deploy_sources(&database.owner_url, &sources).await.unwrap_err().to_string();
    assert!(error.starts_with("sql/schema/people/secret.sql was changed"), "{error}");
}
