-- Names that are taken. A deploy replaces and drops what a deploy made, and nothing else: a
-- schema that bears one of our names and not our mark stops it.
--
-- The mark is the end of the schema's comment. What was made inside is listed in convene.made.

do $$
declare
  v_taken text;
begin
  select n.nspname into v_taken
  from pg_namespace as n
  where n.nspname in ('core', 'identity', 'api', 'internal', 'convene')
    and coalesce(obj_description(n.oid, 'pg_namespace'), '') not like '%Made by Convene.'
  limit 1;
  if v_taken is not null then
    raise exception using
      message = format('The schema "%s" was not made by Convene, and Convene needs this name.',
                       v_taken),
      hint = 'Rename it, or deploy to a database of its own. If an earlier Convene made it, say '
             || format('so: comment on schema %I is ''Made by Convene.''', v_taken);
  end if;
end
$$;

create schema if not exists convene;
comment on schema convene is
  'What deploys remember from one to the next. Made by Convene.';

create table if not exists convene.made (
  kind text,
  name text,
  constraint made_pkey primary key (kind, name)
);

-- Nobody but the owner, whose record it is.
alter table convene.made enable row level security;

comment on table convene.made is
  'The functions, triggers, policies and parts of lenses that the last deploy made: what may be '
  'replaced and dropped. `foreign` was here and is not ours.';
