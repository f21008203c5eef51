-- Mark the lenses, and write down what this deploy made.

do $$
declare
  v_lens record;
begin
  for v_lens in select * from internal.wanted_lenses() loop
    if to_regnamespace(v_lens.schema) is null then
      raise exception using
        message = format('The lens %s cannot be called "%s" here.', v_lens.lens, v_lens.schema),
        hint = 'Renaming a lens takes `convene deploy`; psql can only leave one out.';
    end if;
    execute format('comment on schema %I is %L', v_lens.schema,
      concat_ws(' ', obj_description(to_regnamespace(v_lens.schema), 'pg_namespace'),
                'Made by Convene.'));
  end loop;
end
$$;

delete from convene.made where kind <> 'foreign';

-- A function of somebody else's was touched too: permissions were granted on it.
insert into convene.made (kind, name)
select 'function', p.oid::regprocedure::text
from pg_proc as p
where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
  and p.oid::regprocedure::text not in (
    select m.name from convene.made as m where m.kind = 'foreign')
  and p.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
union all
select 'trigger', format('%s on %s', t.tgname, t.tgrelid::regclass)
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid
where not t.tgisinternal
  and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
  and t.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
union all
select 'policy', format('%s on %s', p.polname, p.polrelid::regclass)
from pg_policy as p
join pg_class as c on c.oid = p.polrelid
where c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
union all
select 'lens', c.oid::regclass::text
from pg_class as c
where c.relnamespace in (select internal.lens_schemas())
union all
select 'lens', p.oid::regprocedure::text
from pg_proc as p
where p.pronamespace in (select internal.lens_schemas());
