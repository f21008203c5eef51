//! The rules of `verify`: a deployed database keeps them, and a broken rule is noticed.

mod limits;
mod violations;

use convene::verify::{Rule, verify};
use limits::LIMITS;
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

#[tokio::test]
async fn every_rule_can_be_broken_and_is_seen_to_be() {
    let world = World::new().await;
    let client = world.connection().await;
    let violations = [violations::STATE, violations::CODE, violations::PERMISSION].concat();
    let rules = Rule::all();
    assert_eq!(rules.len(), violations.len());
    let mut unseen = Vec::new();
    for rule in rules {
        let violation = violations.iter().find(|(says, ..)| *says == rule.says);
        let (_, sql, offender) = violation.unwrap_or_else(|| panic!("break: {}", rule.says));
        // Roles belong to the cluster. Other tests must not see this change, so it is never
        // committed.
        client.batch_execute(&format!("begin; {sql}")).await.unwrap();
        let offenders = rule.offenders(&client).await.unwrap();
        client.batch_execute("rollback").await.unwrap();
        if offenders != [*offender] {
            unseen.push(format!("{}: {offenders:?}", rule.says));
        }
    }
    assert_eq!(unseen, Vec::<String>::new());
}

/// On a hosted Supabase the roles exist before us. `verify` explains what that means, and reports
/// no fault that a deploy of ours could not repair.
#[tokio::test]
async fn what_cannot_be_had_on_anothers_database_is_told_and_not_called_wrong() {
    let world = World::new().await;
    assert_eq!(verify(world.owner_url()).await.unwrap().limits, Vec::<String>::new());

    let client = world.connection().await;
    let all: Vec<&str> = LIMITS.iter().map(|(_, sql, _)| *sql).collect();
    client.batch_execute(&format!("begin; {}", all.join(";\n"))).await.unwrap();
    let limits = Rule::limits();
    assert_eq!(limits.len(), LIMITS.len());
    for (limit, (says, _, place)) in limits.iter().zip(LIMITS) {
        assert_eq!(limit.says, *says);
        assert_eq!(limit.offenders(&client).await.unwrap(), [*place], "{says}");
    }
    for rule in Rule::all() {
        let offenders = rule.offenders(&client).await.unwrap();
        assert_eq!(offenders, Vec::<String>::new(), "{}", rule.says);
    }
    // The same is a fault if the roles are ours.
    let ours = "comment on role service_role is 'Made by Convene.'";
    client.batch_execute(ours).await.unwrap();
    let rules = Rule::all();
    let attributes = rules.iter().find(|rule| rule.says.starts_with("our roles have no attr"));
    assert_eq!(attributes.unwrap().offenders(&client).await.unwrap(), ["service_role"]);
    client.batch_execute("rollback").await.unwrap();
}

#[tokio::test]
async fn an_empty_database_is_no_marketplace() {
    let database = EmptyDatabase::new().await;
    let error = verify(&database.owner_url).await.unwrap_err().to_string();
    assert_eq!(error, "Nothing is deployed here: run `convene deploy` first.");
}

/// plpgsql checks a name only when it reaches it; this test checks all names.
#[tokio::test]
async fn every_plpgsql_function_would_run() {
    let world = World::new().await;
    let sql = "select count(*) from pg_available_extensions where name = 'plpgsql_check'";
    if world.value::<i64>(sql, &[]).await == 0 {
        eprintln!("SKIPPED: needs plpgsql_check (apt-get install postgresql-15-plpgsql-check).");
        return;
    }
    world.sql("create schema lint; create extension plpgsql_check schema lint").await;
    let sql = "
        select distinct format('%s: %s %s', p.oid::regprocedure, c.message, c.detail)
        from pg_proc as p
        join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
        left join pg_trigger as t on t.tgfoid = p.oid
        cross join lateral lint.plpgsql_check_function_tb(
          p.oid, coalesce(t.tgrelid, 0), oldtable => t.tgoldtable, newtable => t.tgnewtable) as c
        where (p.pronamespace::regnamespace::text in ('api', 'internal')
               or p.pronamespace in (select internal.lens_schemas()))
          and c.level in ('error', 'warning')";
    world
        .sql(
            "create function api.broken() returns void language plpgsql
               as 'begin perform core.nothing(); end'",
        )
        .await;
    let found: Vec<String> = world.rows(sql, &[]).await.iter().map(|row| row.get(0)).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("api.broken()"), "{found:#?}");
}

#[tokio::test]
async fn a_row_of_the_audit_log_that_is_changed_or_taken_out_is_noticed() {
    let world = World::new().await;
    let write = "select internal.audit('x', 'person', n::text, null, null)
                 from generate_series(1, 3) as n";
    world.sql(write).await;
    assert_eq!(verify(world.owner_url()).await.unwrap().broken, Vec::<String>::new());
    for change in [
        "update core.audit_log set entity_id = '9' where entity_id = '2'",
        "delete from core.audit_log where entity_id = '9'",
    ] {
        let change =
            format!("begin; set local session_replication_role = replica; {change}; commit");
        world.sql(&change).await;
        let broken = verify(world.owner_url()).await.unwrap().broken;
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].starts_with("the audit log is broken at row"), "{broken:?}");
    }
}
