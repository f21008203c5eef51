-- Remove the functions and triggers that an earlier deploy made and no file holds any more.
-- Everything of today carries today's transaction. What no deploy made stays as it is.

do $$
declare
  v_stale record;
begin
  for v_stale in
    select format('%s on %s', t.tgname, t.tgrelid::regclass) as name, 'trigger' as kind,
           t.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296 as is_of_today,
           format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass) as command
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    where not t.tgisinternal
      and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
    union all
    select p.oid::regprocedure::text, 'function',
           p.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296,
           format('drop function %s', p.oid::regprocedure)
    from pg_proc as p
    where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
    order by kind desc
  loop
    if v_stale.is_of_today
       and exists (select from convene.made as m
                   where m.kind = 'foreign' and m.name = v_stale.name) then
      raise exception using
        message = format('The %s %s was not made by Convene, and this release has one of the '
                         'same name.', v_stale.kind, v_stale.name),
        hint = 'Rename yours, and deploy again.';
    elsif v_stale.is_of_today then
      continue;
    elsif exists (select from convene.made as m
                  where m.kind = v_stale.kind and m.name = v_stale.name) then
      execute v_stale.command;
    elsif not exists (select from convene.made as m
                      where m.kind = 'foreign' and m.name = v_stale.name) then
      -- A database whose record is gone: whose it is cannot be told any more.
      raise warning 'No deploy is known to have made the % %: it stays.',
        v_stale.kind, v_stale.name;
    end if;
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
      and not exists (select from convene.made as m
                      where m.kind = 'foreign' and m.name = p.oid::regprocedure::text)
  loop
    execute format('revoke all on function %s from %s', v_grant.signature, v_grant.grantee);
  end loop;
end
$$;

revoke create on schema api, internal from definer;
