//! Logins on servers that ask for a password, and on those that were there before us.

use std::fs;

use convene::deploy::{self, Outcome};
use local_postgres::{Account, Keep, Server};
use nix::sys::signal::{SigHandler, Signal, signal};
use uuid::Uuid;

/// A server of the test's own where everybody but its superuser needs a password, with an
/// owner who may make roles and databases, and a database of theirs.
async fn server() -> Server {
    // As in a script's background, where nobody hears Ctrl-C: the server must end all the same.
    // SAFETY: no handler is installed.
    #[allow(unsafe_code)]
    unsafe {
        signal(Signal::SIGINT, SigHandler::SigIgn).expect("a server");
    }
    let account = Account::unprivileged().expect("a server");
    let binaries = local_postgres::find(&account).expect("a server");
    let home = std::env::temp_dir().join(format!("convene-login-{}", Uuid::new_v4().simple()));
    account.own(&home).expect("a server");
    let server = Server::start(&binaries, &account, &home, Keep::Nothing).expect("a server");
    let superuser = deploy::connect(&server.url("postgres", "postgres")).await.expect("a server");
    superuser
        .batch_execute("create role owner login createrole createdb password 'p@ss/word'")
        .await
        .expect("a server");
    superuser.batch_execute("create database market owner owner").await.expect("a server");
    let rules = "local all postgres trust\nlocal all all scram-sha-256\n";
    fs::write(home.join("data/pg_hba.conf"), rules).expect("a server");
    superuser.batch_execute("select pg_reload_conf()").await.expect("a server");
    server
}

fn owner(server: &Server) -> String {
    server.url("owner:p%40ss%2Fword", "market")
}

#[tokio::test]
async fn the_owners_password_makes_those_of_the_logins() {
    let server = server().await;
    let owner = owner(&server);
    assert_eq!(deploy::deploy(&owner).await.unwrap(), Outcome::Installed);
    let logins = deploy::derive(&owner).await.unwrap();
    for (url, name) in [(&logins.api, "authenticator"), (&logins.service, "service_authenticator")]
    {
        let client = deploy::connect(url).await.unwrap();
        let row = client.query_one("select current_user::text", &[]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), name);
    }
    // Without the password nobody gets in, so it was asked for.
    let open = server.url("authenticator", "market");
    assert!(deploy::connect(&open).await.is_err());
    // And another process comes to the same answer.
    assert_eq!(deploy::derive(&owner).await.unwrap().api, logins.api);
    server.stop().unwrap();
}

/// What a Supabase project's database has before anybody deploys to it.
const SUPABASE: &str = "
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role authenticator login noinherit password 'theirs';
    grant anon, authenticated, service_role to authenticator;
    create schema auth;
    create table auth.users (id uuid primary key, email text);
    create function auth.uid() returns uuid language sql
      return nullif(current_setting('request.jwt.claim.sub', true), '')::uuid;
    grant usage on schema auth to anon, authenticated, service_role;";

#[tokio::test]
async fn a_supabase_database_keeps_what_it_has() {
    let server = server().await;
    let superuser = deploy::connect(&server.url("postgres", "market")).await.unwrap();
    superuser.batch_execute(SUPABASE).await.unwrap();
    let owner = owner(&server);
    assert_eq!(deploy::deploy(&owner).await.unwrap(), Outcome::Installed);
    // A second deploy of everything, as the next release will be.
    superuser.batch_execute("drop schema convene cascade").await.unwrap();
    assert_eq!(deploy::deploy(&owner).await.unwrap(), Outcome::Updated);

    let there = "select to_regclass('auth.users') is not null
                    and to_regprocedure('auth.uid()') is not null
                    and shobj_description('anon'::regrole, 'pg_authid') is null
                    and has_schema_privilege('anon', 'auth', 'usage')";
    assert!(superuser.query_one(there, &[]).await.unwrap().get::<_, bool>(0));

    // Its login is not ours to change: the password still is what it was.
    let error = deploy::derive(&owner).await.unwrap_err().to_string();
    assert!(error.contains("`authenticator` was not made by Convene"), "{error}");
    assert!(error.contains("API_DATABASE_URL"), "{error}");
    assert!(deploy::connect(&server.url("authenticator:theirs", "market")).await.is_ok());
    server.stop().unwrap();
}
