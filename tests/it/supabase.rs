//! Users of Supabase: SQL that uses its schema `auth`, and the owner's own part of a sign-up.

use convene::deploy::{connect, deploy};
use serde_json::json;
use tests::{EmptyDatabase, Who, World};
use tokio_postgres::Client;

use crate::auth::{PASSWORD, auth};

/// SQL as an owner writes it who comes from Supabase: rows of people, and a trigger that fills
/// them.
const OWN: &str = "
    create schema shop;
    create table shop.profile (
      id    uuid primary key references core.person (person_id),
      email text
    );
    alter table shop.profile enable row level security;
    create policy own on shop.profile for select to authenticated using (id = auth.uid());
    create or replace function hooks.after_sign_up(p_user jsonb)
    returns void language sql security definer set search_path = ''
    as $$
      insert into shop.profile (id, email)
      values ((p_user ->> 'id')::uuid, p_user ->> 'email')
    $$;";

async fn sign_up(world: &World, email: &str) {
    auth(world, "signup", json!({"email": email, "password": PASSWORD})).await.ok();
}

async fn profiles(world: &World) -> i64 {
    world.value("select count(*) from shop.profile", &[]).await
}

/// Run every file once more, as a deploy of another version does.
async fn deploy_again(url: &str) {
    let owner = connect(url).await.expect("the owner's login");
    owner.batch_execute("drop schema convene cascade").await.expect("the record goes");
    deploy(url).await.expect("a deploy");
}

#[tokio::test]
async fn no_deploy_takes_away_what_an_owner_does_at_a_sign_up() {
    let world = World::new().await;
    let owner = connect(world.owner_url()).await.expect("the owner's login");
    owner.batch_execute(OWN).await.expect("the owner needs no superuser for it");
    sign_up(&world, "first@example.com").await;
    assert_eq!(profiles(&world).await, 1);

    deploy_again(world.owner_url()).await;
    sign_up(&world, "second@example.com").await;
    assert_eq!(profiles(&world).await, 2);
    let policies = "select count(*) from pg_policies where schemaname = 'shop'";
    assert_eq!(world.value::<i64>(policies, &[]).await, 1, "nor a policy that asks auth.uid()");
}

#[tokio::test]
async fn an_owner_who_refuses_leaves_no_account() {
    let world = World::new().await;
    world
        .sql(
            "create or replace function hooks.after_sign_up(p_user jsonb)
             returns void language plpgsql as $$ begin raise exception 'full'; end $$",
        )
        .await;
    let body = json!({"email": "late@example.com", "password": PASSWORD});
    let refused = world.post(Who::Anonymous, "/auth/v1/signup", body).await;
    assert_eq!(refused.status, 500, "{refused:?}");
    let left: i64 = world
        .value(
            "select (select count(*) from identity.account) + (select count(*) from core.person)",
            &[],
        )
        .await;
    assert_eq!(left, 0);
}

async fn functions(owner: &Client) -> String {
    let sql = "select coalesce(string_agg(p.proname, ' ' order by p.proname), '')
               from pg_proc as p where p.pronamespace = 'auth'::regnamespace";
    owner.query_one(sql, &[]).await.expect("the catalog").get(0)
}

#[tokio::test]
async fn a_schema_auth_of_somebody_elses_is_left_alone() {
    let database = EmptyDatabase::new().await;
    let owner = connect(&database.owner_url).await.expect("the owner's login");
    let theirs = "create schema auth;
                  create function auth.uid() returns uuid language sql return null::uuid;";
    owner.batch_execute(theirs).await.expect("their schema");
    deploy(&database.owner_url).await.expect("a deploy");
    assert_eq!(functions(&owner).await, "uid");
    let empty = EmptyDatabase::new().await;
    deploy(&empty.owner_url).await.expect("a deploy");
    let owner = connect(&empty.owner_url).await.expect("the owner's login");
    assert_eq!(functions(&owner).await, "email jwt role uid", "where there is none it is made");
}
