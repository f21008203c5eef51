//! The rules of the house: kept by what is deployed, and noticed when broken.

use convene::verify::{RULES, verify};
use tests::{EmptyDatabase, World};

#[tokio::test]
async fn the_house_keeps_its_rules() {
    let world = World::new().await;
    let findings = verify(world.owner_url()).await.unwrap();
    assert_eq!(findings.broken, Vec::<String>::new());
    assert!(!findings.warnings.iter().any(|warning| warning.contains("convene deploy")));
}

#[tokio::test]
async fn what_was_never_deployed_is_noticed() {
    let world = World::new().await;
    world.sql("update convene.deployed_file set sha256 = '' where path = 'install.sql'").await;
    let findings = verify(world.owner_url()).await.unwrap();
    assert!(findings.warnings.iter().any(|warning| warning.contains("convene deploy")));
}

/// One way to break each rule, and whom the rule must name then.
const VIOLATIONS: [(&str, &str, &str); 17] = [
    (
        "every table has row-level security enabled and forced",
        "alter table core.booking no force row level security",
        "core.booking",
    ),
    (
        "state holds no code, code holds no state, a lens holds views and functions",
        "create table api.scratch (n int)",
        "api.scratch",
    ),
    (
        "a view of a lens runs as whoever asks",
        "alter view tutoring.bookings reset (security_invoker)",
        "tutoring.bookings",
    ),
    (
        "nothing is executable by PUBLIC",
        "create function api.open() returns int language sql return 1",
        "api.open()",
    ),
    (
        "callers have no usage on core, identity and internal",
        "grant usage on schema core to authenticated",
        "authenticated on core",
    ),
    (
        "insert and update on a table are granted by column to those who call",
        "grant update on core.booking to authenticated",
        "update to authenticated on core.booking",
    ),
    (
        "nobody who calls may truncate a table, refer to it or put a trigger on it",
        "grant truncate on core.booking to service_role",
        "truncate to service_role on core.booking",
    ),
    (
        "those who call make no temporary tables",
        "do $$ begin execute format('grant temporary on database %I to anon', current_database()); end $$",
        "anon",
    ),
    (
        "a security definer function belongs to definer, and no other function does harm",
        "create function api.mine() returns int language sql security definer return 1",
        "api.mine()",
    ),
    (
        "a plpgsql function pins search_path to pg_catalog, pg_temp",
        "create function api.loose() returns void language plpgsql as 'begin end'",
        "api.loose()",
    ),
    (
        "a function of api or internal says what it does",
        "create function api.silent() returns int language sql return 1",
        "api.silent()",
    ),
    ("a table says what it holds", "comment on table core.booking is null", "core.booking"),
    (
        "every foreign key has an index that starts with it",
        "create table core.t (person_id uuid constraint t_fk references core.person)",
        "t_fk on core.t",
    ),
    (
        "a policy asks for the caller once per query, not once per row",
        "create policy slow on core.booking using (customer_id = internal.user_id())",
        "slow on core.booking",
    ),
    ("no enum types and no rules", "create type core.mood as enum ('glad')", "core.mood"),
    (
        "definer, the logins and the roles of callers are bound by policies",
        "alter role definer bypassrls",
        "definer",
    ),
    (
        "a login becomes its own roles and inherits nothing",
        "grant service_role to authenticator",
        "authenticator becomes service_role",
    ),
];

#[tokio::test]
async fn every_rule_can_be_broken_and_is_seen_to_be() {
    let world = World::new().await;
    let client = world.connection().await;
    for rule in RULES {
        let violation = VIOLATIONS.iter().find(|(says, ..)| *says == rule.says);
        let (says, sql, offender) = violation.unwrap_or_else(|| panic!("break: {}", rule.says));
        // Roles belong to the cluster: nobody else may see this, so it is never committed.
        client.batch_execute(&format!("begin; {sql}")).await.unwrap();
        let offenders = rule.offenders(&client).await.unwrap();
        client.batch_execute("rollback").await.unwrap();
        assert_eq!(offenders, [*offender], "{says}");
    }
}

#[tokio::test]
async fn an_empty_database_is_no_marketplace() {
    let database = EmptyDatabase::new().await;
    let error = verify(&database.owner_url).await.unwrap_err().to_string();
    assert_eq!(error, "Nothing is deployed here: run `convene deploy` first.");
}
