-- Remove the functions and triggers that this deploy did not make: they are what an earlier
-- deploy made and no file holds any more. Everything of today carries today's transaction.

do $$
declare
  v_stale record;
begin
  for v_stale in
    select t.tgname, t.tgrelid::regclass as relation
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    where not t.tgisinternal
      and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
      and t.xmin::text::bigint <> (pg_current_xact_id()::text::bigint % 4294967296)
  loop
    execute format('drop trigger %I on %s', v_stale.tgname, v_stale.relation);
  end loop;

  for v_stale in
    select p.oid::regprocedure as signature
    from pg_proc as p
    where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
      and p.xmin::text::bigint <> (pg_current_xact_id()::text::bigint % 4294967296)
  loop
    execute format('drop function %s', v_stale.signature);
  end loop;
end
$$;

-- Nobody may run what is left, but its owner: who may not run a function may not replace it
-- either, and the next deploy would fail.
do $$
declare
  v_grant record;
begin
  for v_grant in
    select p.oid::regprocedure as signature,
           case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
    from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
      and a.grantee <> p.proowner
  loop
    execute format('revoke all on function %s from %s', v_grant.signature, v_grant.grantee);
  end loop;
end
$$;

revoke create on schema api, internal from definer;
