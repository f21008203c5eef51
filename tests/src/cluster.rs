//! One database server per test process, one template on it, one clone per test.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use anyhow::{Context, Result};
use convene::{
    deploy::{self, with_database},
    open_files,
};
use local_postgres::{Account, Binaries, Keep, Server};
use tokio::sync::OnceCell;
use tokio_postgres::Client;
use uuid::Uuid;

/// How the tests of this process reach their databases.
pub(crate) struct Cluster {
    /// A superuser, for tests that look at every row or install pgTAP.
    admin_url: String,
    /// The deploying user, who is not a superuser.
    owner_url: String,
    /// The template of this process's databases.
    prefix: String,
    clones: AtomicU32,
}

/// Connection strings of the superuser and the deploying user for one database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) admin_url: String,
    pub(crate) owner_url: String,
}

const OWNER: &str = "convene";
const SETTING: &str = "DATABASE_URL";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

impl Cluster {
    /// The cluster of this process, started and its template deployed on first use.
    pub(crate) async fn get() -> Result<&'static Self> {
        CLUSTER.get_or_try_init(Self::start).await
    }

    async fn start() -> Result<Self> {
        open_files::raise();
        let run = Uuid::new_v4().simple().to_string();
        let (admin_url, server) = match environment::optional(SETTING) {
            Some(url) => (url, None),
            None => {
                let server =
                    tokio::task::spawn_blocking(|| private_server(local_postgres::find)).await??;
                (server.url("postgres", "postgres"), Some(server))
            }
        };
        let admin = deploy::connect(&admin_url).await?;
        if server.is_none() {
            sweep(&admin).await?;
            mark_alive(&admin_url, &run);
        }
        let owner_url = owner(&admin, &admin_url, server.as_ref()).await?;
        let prefix = format!("convene_test_{}", &run[..RUN_LENGTH]);
        let template = format!("{prefix}_template");
        admin.batch_execute(&format!("create database {template} owner {OWNER}")).await?;
        deploy::deploy(&with_database(&owner_url, &template)).await?;
        // Tests use many currencies, but the marketplace settles in only one until it is
        // configured.
        let settled = "update core.marketplace
                       set settlement_currencies = array(select currency from core.currency)";
        deploy::connect(&with_database(&admin_url, &template))
            .await?
            .batch_execute(settled)
            .await?;
        Ok(Self { admin_url, owner_url, prefix, clones: AtomicU32::new(0) })
    }

    /// A database as it is right after a deploy, for one test.
    pub(crate) async fn clone_template(&self) -> Result<Database> {
        let template = format!("{}_template", self.prefix);
        let name = format!("{}_{}", self.prefix, self.clones.fetch_add(1, Ordering::Relaxed));
        let admin = deploy::connect(&self.admin_url).await?;
        let create = format!("create database {name} template {template} owner {OWNER}");
        admin.batch_execute(&create).await?;
        copy_privileges(&admin, &template, &name).await?;
        Ok(self.database(name))
    }

    /// A database with nothing in it, for tests of the deploy itself.
    pub(crate) async fn empty(&self) -> Result<Database> {
        let name = format!("{}_{}", self.prefix, self.clones.fetch_add(1, Ordering::Relaxed));
        let admin = deploy::connect(&self.admin_url).await?;
        let create = format!("create database {name} template template0 owner {OWNER}");
        admin.batch_execute(&create).await?;
        Ok(self.database(name))
    }

    fn database(&self, name: String) -> Database {
        Database {
            admin_url: with_database(&self.admin_url, &name),
            owner_url: with_database(&self.owner_url, &name),
            name,
        }
    }

    /// Drop a database from another thread, because the test's runtime is about to end.
    pub(crate) fn discard(&self, name: String) {
        let admin_url = self.admin_url.clone();
        thread::spawn(move || {
            block_on(async {
                let admin = deploy::connect(&admin_url).await?;
                admin.batch_execute(&format!("drop database {name} with (force)")).await?;
                anyhow::Ok(())
            })
        });
    }
}

/// The server ends and deletes its data when this process ends, so nobody has to stop it.
pub fn private_server(binaries: impl FnOnce(&Account) -> Result<Binaries>) -> Result<Server> {
    let account = Account::unprivileged()?;
    let binaries = binaries(&account)?;
    let home = std::env::temp_dir().join(format!("convene-test-{}", Uuid::new_v4().simple()));
    account.own(&home)?;
    Server::start(&binaries, &account, &home, Keep::Nothing)
}

/// The deploying user may create roles and databases and is not a superuser.
async fn owner(admin: &Client, admin_url: &str, server: Option<&Server>) -> Result<String> {
    let is_superuser: bool = admin
        .query_one("select rolsuper from pg_roles where rolname = current_user", &[])
        .await?
        .get(0);
    anyhow::ensure!(is_superuser, "DATABASE_URL must be a superuser's for the tests, or unset");
    admin
        .batch_execute(&format!(
            "do $$ begin
               create role {OWNER} login createrole createdb;
               comment on role {OWNER} is 'Made by Convene.';
             exception when duplicate_object or unique_violation then null;
             end $$"
        ))
        .await?;
    match server {
        Some(server) => Ok(server.url(OWNER, "postgres")),
        None => deploy::login(admin_url, OWNER, SETTING).await,
    }
}

/// A clone copies the rows of its template, but not the privileges on the database or the settings
/// of its roles, which belong to the cluster.
async fn copy_privileges(admin: &Client, from: &str, to: &str) -> Result<()> {
    let sql = "
        select format('revoke all on database %I from public', $2::text)
        union all
        select format('grant %s on database %I to %s', a.privilege_type, $2::text,
                      case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
        from pg_database as d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as a
        where d.datname = $1
        union all
        select format('alter %s %I %s set %s = %L',
                      case s.setrole when 0 then 'database' else 'role' end,
                      case s.setrole when 0 then $2::text else s.setrole::regrole::text end,
                      case s.setrole when 0 then '' else format('in database %I', $2::text) end,
                      split_part(c, '=', 1), substr(c, strpos(c, '=') + 1))
        from pg_db_role_setting as s
        join pg_database as d on d.oid = s.setdatabase, unnest(s.setconfig) as c
        where d.datname = $1";
    for row in admin.query(sql, &[&from, &to]).await? {
        admin.batch_execute(row.get(0)).await?;
    }
    Ok(())
}

/// How many characters of a run's id are in the names of its databases.
const RUN_LENGTH: usize = 12;

/// Hold a lock while this process lives, so that others do not drop its databases.
fn mark_alive(admin_url: &str, run: &str) {
    let (admin_url, run) = (admin_url.to_owned(), run[..RUN_LENGTH].to_owned());
    thread::spawn(move || {
        block_on(async {
            let admin = deploy::connect(&admin_url).await?;
            let lock = "select pg_advisory_lock(hashtextextended($1, 0))";
            admin.execute(lock, &[&run]).await?;
            std::future::pending::<Result<()>>().await
        })
    });
}

/// Drop the databases of earlier processes: nobody holds their lock.
async fn sweep(admin: &Client) -> Result<()> {
    let left = admin
        .query(
            r"select d.datname, split_part(d.datname, '_', 3) as run
              from pg_database as d
              where d.datname like 'convene\_test\_%'",
            &[],
        )
        .await?;
    for row in left {
        let (name, run): (String, String) = (row.get(0), row.get(1));
        let free = "select pg_try_advisory_lock(hashtextextended($1, 0))";
        if admin.query_one(free, &[&run]).await?.get(0) {
            admin.batch_execute(&format!("drop database if exists {name} with (force)")).await?;
            admin.execute("select pg_advisory_unlock(hashtextextended($1, 0))", &[&run]).await?;
        }
    }
    Ok(())
}

fn block_on(task: impl Future<Output = Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.context("no runtime").and_then(|runtime| runtime.block_on(task));
    // The process, and its server, may be ending.
    drop(done);
}
