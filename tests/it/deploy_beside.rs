//! Deploying to a database that others use too. A deploy neither drops nor replaces what no deploy
//! made; if it would have to, it stops and names the object.

use convene::deploy::{Lenses, Outcome, Sources, connect, deploy, deploy_lenses};
use tests::EmptyDatabase;
use tokio_postgres::Client;

struct Shared {
    database: EmptyDatabase,
    owner: Client,
}

impl Shared {
    async fn with(sql: &str) -> Self {
        let database = EmptyDatabase::new().await;
        let owner = connect(&database.owner_url).await.unwrap();
        owner.batch_execute(sql).await.unwrap();
        Self { database, owner }
    }

    /// A deployed database, to which something was added afterwards.
    async fn deployed(sql: &str) -> Self {
        let shared = Self::with("").await;
        assert_eq!(deploy(&shared.database.owner_url).await.unwrap(), Outcome::Installed);
        shared.owner.batch_execute(sql).await.unwrap();
        shared
    }

    /// Deploy again, with every file.
    async fn again(&self) -> Result<Outcome, String> {
        let mut sources = Sources::embedded();
        let text = format!("{}\n-- Changed.\n", sources.text("clear.sql").unwrap());
        sources.set("clear.sql", text);
        self.with_lenses(&sources, "").await
    }

    async fn with_lenses(&self, sources: &Sources, setting: &str) -> Result<Outcome, String> {
        let lenses = Lenses::parse(setting).unwrap();
        let outcome = deploy_lenses(&self.database.owner_url, sources, &lenses).await;
        outcome.map_err(|error| error.to_string())
    }

    async fn says(&self, sql: &str) -> String {
        let sql = format!("select ({sql})::text");
        let row = self.owner.query_one(&sql, &[]).await.unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_default()
    }
}

const TUTORING: &str = "
    create schema tutoring;
    create table tutoring.pupil (name text);
    insert into tutoring.pupil values ('Ida');
    create view tutoring.pupils as select * from tutoring.pupil;";

#[tokio::test]
async fn a_schema_of_somebody_else_stops_the_deploy_by_its_name() {
    for name in ["tutoring", "core", "identity", "api", "internal", "convene"] {
        let shared = Shared::with(&TUTORING.replace("tutoring", name)).await;
        let error = deploy(&shared.database.owner_url).await.unwrap_err().to_string();
        assert!(error.contains(&format!("\"{name}\" was not made by Convene")), "{error}");
        assert_eq!(shared.says(&format!("select name from {name}.pupils")).await, "Ida");
    }
}

#[tokio::test]
async fn a_lens_is_left_out_or_renamed_by_a_setting() {
    let shared = Shared::with(TUTORING).await;
    let sources = Sources::embedded();
    for (setting, lenses) in [
        ("none", ""),
        ("tutoring=lessons", "lessons"),
        ("tutoring=courses", "courses"),
        ("none", ""),
    ] {
        shared.with_lenses(&sources, setting).await.unwrap();
        let made = "select string_agg(s::text, ',') from internal.lens_schemas() as s";
        assert_eq!(shared.says(made).await, lenses, "{setting}");
        assert_eq!(shared.says("select name from tutoring.pupils").await, "Ida", "{setting}");
    }
    shared.with_lenses(&sources, "tutoring=lessons").await.unwrap();
    let bound = "select count(*) from pg_proc where prosrc like '%tutoring.%'";
    assert_eq!(shared.says(bound).await, "0", "its triggers call it by its new name");
    assert_eq!(shared.with_lenses(&sources, "tutoring=lessons").await.unwrap(), Outcome::Unchanged);
    let error = shared.with_lenses(&sources, "tutoring, cooking").await.unwrap_err();
    assert!(error.contains("There is no lens \"cooking\""), "{error}");
}

#[tokio::test]
async fn what_is_built_upon_a_lens_or_kept_in_it_stops_the_deploy_by_its_name() {
    for (sql, name) in [
        ("create view public.report as select id from tutoring.sessions", "report"),
        ("create table public.kept (s tutoring.sessions)", "kept"),
        (
            "create function public.count_sessions() returns bigint language sql
             begin atomic select count(*) from tutoring.sessions; end",
            "count_sessions",
        ),
        ("create table tutoring.notes (note text)", "tutoring.notes"),
        ("create view tutoring.mine as select 1 as one", "tutoring.mine"),
        ("create function tutoring.mine() returns int language sql return 1", "tutoring.mine()"),
    ] {
        let shared = Shared::deployed(sql).await;
        let error = shared.again().await.unwrap_err();
        assert!(error.contains("would be lost") && error.contains(name), "{sql}: {error}");
    }
}

#[tokio::test]
async fn triggers_and_functions_of_the_owner_survive_a_deploy() {
    let shared = Shared::deployed(
        "create function public.on_person() returns trigger language plpgsql
           as 'begin return new; end';
         create trigger owners_own before insert on core.person
           for each row execute function public.on_person();
         create function internal.owners_own() returns int language sql return 1;
         create function api.owners_own() returns int language sql return internal.owners_own();
         revoke all on function api.owners_own() from public;
         grant execute on function api.owners_own() to authenticated",
    )
    .await;
    for _ in 0..2 {
        assert_eq!(shared.again().await, Ok(Outcome::Updated));
        let trigger = "select count(*) from pg_trigger where tgname = 'owners_own'";
        assert_eq!(shared.says(trigger).await, "1");
        let may = "select has_function_privilege('authenticated', 'api.owners_own()', 'execute')";
        assert_eq!(shared.says(may).await, "true");
        shared.owner.batch_execute("drop table convene.deployed_file").await.unwrap();
    }
}

#[tokio::test]
async fn a_release_does_not_replace_a_function_or_trigger_of_the_owner() {
    let shared = Shared::deployed(
        "create function internal.of_tomorrow() returns int language sql return 1;
         create function public.on_person() returns trigger language plpgsql
           as 'begin return new; end';
         create trigger of_tomorrow before insert on core.person
           for each row execute function public.on_person()",
    )
    .await;
    for (sql, name) in [
        (
            "create or replace function internal.of_tomorrow() returns int language sql return 2;",
            "function internal.of_tomorrow()",
        ),
        (
            "create or replace trigger of_tomorrow before update on core.person
               for each row execute function internal.on_row_touched();",
            "trigger of_tomorrow on core.person",
        ),
    ] {
        let mut sources = Sources::embedded();
        let path = "functions/people/person.sql";
        sources.set(path, format!("{}\n{sql}\n", sources.text(path).unwrap()));
        let error = shared.with_lenses(&sources, "").await.unwrap_err();
        assert!(error.contains(&format!("The {name} was not made by Convene")), "{error}");
    }
    assert_eq!(shared.says("select internal.of_tomorrow()").await, "1");
}

#[tokio::test]
async fn a_policy_of_the_owner_stops_the_deploy_by_its_name() {
    let shared =
        Shared::deployed("create policy select_all on core.booking for select using (true)").await;
    let error = shared.again().await.unwrap_err();
    assert!(error.contains("policy select_all on core.booking"), "{error}");
}

/// A vacuum gives way only to whoever waits longer than requests shall wait.
#[tokio::test]
async fn a_deploy_waits_for_a_vacuum_and_nobody_waits_for_the_deploy() {
    let shared = Shared::deployed("").await;
    let vacuum = connect(&shared.database.owner_url).await.unwrap();
    let held = "begin; lock table core.slot in share update exclusive mode";
    vacuum.batch_execute(held).await.unwrap();
    let watch = async {
        let waits = "select l.mode from pg_locks as l
                     where l.relation = 'core.slot'::regclass and not l.granted and l.database =
                         (select d.oid from pg_database as d where d.datname = current_database())";
        let mode = loop {
            let mode = shared.says(waits).await;
            if !mode.is_empty() {
                break mode;
            }
            tokio::task::yield_now().await;
        };
        let write = "set lock_timeout = '1ms'; update core.slot set capacity = 1";
        shared.owner.batch_execute(write).await.expect("a request goes on");
        vacuum.batch_execute("commit").await.unwrap();
        mode
    };
    let (deployed, mode) = tokio::join!(shared.again(), watch);
    assert_eq!(mode, "ShareUpdateExclusiveLock", "who waits in another mode makes others wait");
    assert_eq!(deployed, Ok(Outcome::Updated));
}
