-- Make room: the lenses of the last release get other names, and this release makes its own beside
-- them. Nobody waits for that: whoever asks meanwhile is served by the last release. lock.sql takes
-- its lenses and permissions away, and the files after it say who may. These two are among the few
-- places, with close.sql, role.sql, prune.sql and made.sql, that build SQL from text: names come from
-- the catalog and are quoted by format(). What may be run is wiped by prune.sql: a function that was
-- touched before it would look like one of today.
--
-- Nothing is dropped that a deploy did not make: whatever would be, stops the deploy by name.

do $$
declare
  v_foreign text;
begin
  select w.schema into v_foreign
  from internal.wanted_lenses() as w
  where to_regnamespace(w.schema) is not null
    and to_regnamespace(w.schema) not in (select internal.lens_schemas());
  if v_foreign is not null then
    raise exception using
      message = format('The schema "%s" was not made by Convene, and a lens is called so.',
                       v_foreign),
      hint = 'Leave the lens out or rename it (LENSES, docs/operations.md), or rename the schema.';
  end if;

  -- What others keep in the schema of a lens.
  select x.name into v_foreign
  from (
    select c.oid::regclass::text as name
    from pg_class as c
    where c.relnamespace in (select internal.lens_schemas())
      and c.relkind not in ('i', 'I', 't')
    union all
    select p.oid::regprocedure::text
    from pg_proc as p
    where p.pronamespace in (select internal.lens_schemas())
  ) as x
  where x.name not in (select m.name from convene.made as m where m.kind = 'lens')
    and exists (select from convene.made)
  limit 1;

  -- What others have built upon a lens.
  if v_foreign is null then
    select pg_describe_object(d.classid, d.objid, d.objsubid) into v_foreign
    from pg_depend as d
    left join pg_rewrite as w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
    left join pg_trigger as t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
    left join pg_class as c
      on c.oid = coalesce(w.ev_class, t.tgrelid,
                          case d.classid when 'pg_class'::regclass then d.objid end)
    left join pg_proc as p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
    where (d.refclassid = 'pg_class'::regclass
             and d.refobjid in (select r.oid from pg_class as r
                                where r.relnamespace in (select internal.lens_schemas()))
           or d.refclassid = 'pg_type'::regclass
             and d.refobjid in (select y.oid from pg_type as y
                                where y.typnamespace in (select internal.lens_schemas()))
           or d.refclassid = 'pg_proc'::regclass
             and d.refobjid in (select f.oid from pg_proc as f
                                where f.pronamespace in (select internal.lens_schemas())))
      and coalesce(c.relnamespace, p.pronamespace)
          not in (select internal.lens_schemas()::oid)
    limit 1;
  end if;
  if v_foreign is not null then
    raise exception using
      message = format('A lens is made anew, and this would be lost with it: %s.', v_foreign),
      hint = 'Move it to another schema and build it upon core, or drop it, and deploy again.';
  end if;

  select format('%s on %s', p.polname, p.polrelid::regclass) into v_foreign
  from pg_policy as p
  join pg_class as c on c.oid = p.polrelid
  where c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
    and exists (select from convene.made)
    and not exists (
      select from convene.made as m
      where m.kind = 'policy' and m.name = format('%s on %s', p.polname, p.polrelid::regclass))
  limit 1;
  if v_foreign is not null then
    raise exception using
      message = format('The policy %s was not made by Convene.', v_foreign),
      hint = 'A deploy grants every permission anew, and a policy of somebody else''s would widen '
             'them. Drop it, and deploy again.';
  end if;
end
$$;

do $$
declare
  v_lens record;
begin
  for v_lens in select s.space::oid as id, s.space from internal.lens_schemas() as s(space) loop
    execute format('alter schema %s rename to %I', v_lens.space, 'convene lens ' || v_lens.id);
  end loop;
end
$$;

-- Functions and triggers of somebody else's stay. They are remembered, so that prune.sql sees
-- whether one of ours has taken the place of one of theirs.
delete from convene.made where kind = 'foreign';

insert into convene.made (kind, name)
select 'foreign', x.name
from (
  select 'function' as kind, p.oid::regprocedure::text as name
  from pg_proc as p
  where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
    and p.xmin::text::bigint <> pg_current_xact_id()::text::bigint % 4294967296
  union all
  select 'trigger', format('%s on %s', t.tgname, t.tgrelid::regclass)
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  where not t.tgisinternal
    and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
) as x
where exists (select from convene.made)
  and (x.kind, x.name) not in (select m.kind, m.name from convene.made as m);

-- Handing a function to definer takes this; prune.sql takes it back.
grant create on schema api, internal to definer;
