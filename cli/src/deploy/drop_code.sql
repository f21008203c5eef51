-- Drop the triggers and functions that earlier deploys made, because one of them has another
-- return type in this release, or a table that they depend on changes. The deploy makes all of
-- them anew.
--
-- A function stays if something else depends on it: auth.uid(), which the policies of an owner may
-- call, or a view of theirs. If such a function is to change its type, the deploy stops and names it.

do $$
declare
  v_trigger   record;
  v_functions text;
begin
  for v_trigger in
    select t.tgname, t.tgrelid::regclass as relation
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    where not t.tgisinternal
      and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
      and exists (
        select
        from convene.made as m
        where m.kind = 'trigger' and m.name = format('%s on %s', t.tgname, t.tgrelid::regclass))
  loop
    execute format('drop trigger %I on %s', v_trigger.tgname, v_trigger.relation);
  end loop;

  -- One statement, so that functions that depend on each other go together.
  with recursive made (oid) as (
    select p.oid
    from pg_proc as p
    join convene.made as m on m.kind = 'function' and m.name = p.oid::regprocedure::text
    where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
      -- The list of lenses is made anew before anything is cleared.
      and p.xmin::text::bigint <> pg_current_xact_id()::text::bigint % 4294967296
  ), kept (oid) as (
    select d.refobjid
    from pg_depend as d
    where d.refclassid = 'pg_proc'::regclass
      and d.refobjid in (select m.oid from made as m)
      and not (d.classid = 'pg_proc'::regclass and d.objid in (select m.oid from made as m))
    union
    select d.refobjid
    from kept as k
    join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = k.oid
    where d.refclassid = 'pg_proc'::regclass
  )
  select string_agg(m.oid::regprocedure::text, ', ') into v_functions
  from made as m
  where m.oid not in (select k.oid from kept as k);
  if v_functions is not null then
    execute 'drop routine ' || v_functions;
  end if;
end
$$;
