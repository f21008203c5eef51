-- The lenses of this release, and the one list of them: the installer, the rules of `convene
-- verify`, the data API and the tests read it from here. A lens has a folder of its name beside
-- this file, and a block in install.sql. The first is the one of callers who name none.

create or replace function internal.lenses()
returns table (lens text)
language sql
immutable
parallel safe
begin atomic
  select l.lens
  from (values
    ('tutoring'),
    ('trainers'),
    ('fitness'),
    ('dogs'),
    ('avenrae')
  ) as l(lens);
end;

comment on function internal.lenses is 'The lenses that this release has.';

create or replace function internal.wanted_lenses()
returns table (lens text, schema text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Set by `convene deploy` from LENSES, or by whoever installs with psql.
  v_setting text := nullif(btrim(current_setting('convene.lenses', true)), '');
  v_unknown text;
begin
  if v_setting is null then
    return query select l.lens, l.lens from internal.lenses() as l;
    return;
  end if;

  select w.word into v_unknown
  from regexp_split_to_table(v_setting, '\s*,\s*') as w(word)
  where w.word !~ '^[a-z_]+(=[a-z][a-z0-9_]{0,62})?$'
     or split_part(w.word, '=', 1) not in (select l.lens from internal.lenses() as l union select 'none')
  limit 1;
  if v_unknown is not null then
    raise exception using message = format('There is no lens "%s".', v_unknown),
      hint = 'LENSES lists lenses of this release, or "none"; "lens=schema" renames one.';
  end if;

  return query
  select split_part(w.word, '=', 1),
         coalesce(nullif(split_part(w.word, '=', 2), ''), w.word)
  from regexp_split_to_table(v_setting, '\s*,\s*') as w(word)
  where w.word <> 'none';
end
$$;

comment on function internal.wanted_lenses is $$
The lenses that this database is to have, and the schemas they are to be called: all of them,
unless the setting convene.lenses says otherwise ("tutoring, dogs=kennels"; "none").
$$;

create or replace function internal.lens_schemas()
returns setof regnamespace
language sql
stable
begin atomic
  select n.oid::regnamespace
  from pg_namespace as n
  where obj_description(n.oid, 'pg_namespace') like '%Made by Convene.'
    and n.nspname not in ('core', 'identity', 'api', 'internal', 'convene');
end;

comment on function internal.lens_schemas is
  'The lenses that a deploy has made here, whatever they are called: their comments say so.';
