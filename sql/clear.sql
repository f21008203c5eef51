-- Clear the slate: lenses are dropped, and after this nobody may do anything. The files that
-- follow say who may. The one place, with role.sql and prune.sql, that builds SQL from text:
-- names come from the catalog and are quoted by format(). What may be run is wiped by
-- prune.sql: a function that was touched before it would look like one of today.

do $$
declare
  v_item record;
begin
  for v_item in
    select n.nspname
    from pg_namespace as n
    where n.nspname in ('tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
  loop
    execute format('drop schema %I cascade', v_item.nspname);
  end loop;

  for v_item in
    select p.policyname, p.schemaname, p.tablename
    from pg_policies as p
    where p.schemaname in ('core', 'identity')
  loop
    execute format('drop policy %I on %I.%I',
                   v_item.policyname, v_item.schemaname, v_item.tablename);
  end loop;

  -- A temporary table of a caller's could stand in the way of a name of ours.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;

revoke all on all tables in schema core, identity
  from public, anon, authenticated, service_role, definer;
revoke all on all sequences in schema core, identity
  from public, anon, authenticated, service_role, definer;
revoke all on schema core, identity, api, internal
  from public, anon, authenticated, service_role, definer;

-- Handing a function to definer takes this; prune.sql takes it back.
grant create on schema api, internal to definer;
