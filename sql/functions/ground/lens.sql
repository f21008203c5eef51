-- What lenses are written with: whatever words a row comes in, it is saved by one verb of api.
--
-- The trigger of a view hands api.written_fields the map of its columns to core's fields, and
-- gives what comes out to the verb. It runs as the caller, so the row it gives back is read
-- under the caller's own policies.

create or replace function api.written_fields(
  p_words jsonb,
  p_new   jsonb,
  p_old   jsonb default null
)
returns jsonb
language sql
stable
begin atomic
  select coalesce(jsonb_object_agg(w.value, p_new -> w.key), '{}')
  from jsonb_each_text(p_words) as w,
       -- An upserted row that is there is compared with what is there, as an update is.
       coalesce(p_old, nullif(current_setting('app.row', true), '')::jsonb) as o(old)
  where case
    -- The data API names the columns of an upsert: one that is given as null is written, one
    -- that is not given is left. Elsewhere a null of a new row cannot be told from nothing.
    when p_old is null and p_new ->> w.key is null
         and not coalesce(nullif(current_setting('app.columns', true), '')::jsonb ? w.key, false)
      then false
    when w.key in ('id', 'uuid') then p_old is not null or p_new ->> w.key is not null
    else o.old is null or (p_new -> w.key) is distinct from (o.old -> w.key)
  end;
end;

comment on function api.written_fields is $$
The fields a write through a lens gives, in core's words: of a new row those that are not null,
of one that is there those that differ, and always its id or uuid. p_words maps a column to a field:
{"id": "offering_id", "price_cents": "price_minor", ...}. For the triggers of lenses.
$$;

create or replace function internal.on_row_sent()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new      jsonb := to_jsonb(new);
  v_old      jsonb;
  v_writable text[];
  v_key      text := tg_argv[2];
  v_column   text;
begin
  if tg_op = 'UPDATE' then
    v_old := to_jsonb(old);
  elsif api.if_exists(tg_op) = 'merge' and v_key is not null then
    -- A person and the parts they play have one id, so a row of theirs is found without its own.
    execute format('select to_jsonb(v) from %1$s as v where v.%2$I = '
                   '(jsonb_populate_record(null::%1$s, $1)).%2$I', tg_relid::regclass, v_key)
      into v_old
      using v_new || jsonb_build_object(v_key, coalesce(
        v_new -> v_key #>> '{}', v_new ->> 'user_id', v_new ->> 'userId', v_new ->> 'user_uuid',
        v_new ->> 'user_profile_id'));
  end if;
  -- An upsert of a row that is there changes it, where rows can be changed.
  v_writable := tg_argv[case when v_old is null or tg_argv[1] = '{}' then 0 else 1 end]::text[];
  perform set_config('app.row', case tg_op when 'INSERT' then coalesce(v_old::text, '') else '' end,
                     true);

  select k.key into v_column
  from jsonb_each(v_new) as k
  where k.key <> all (v_writable)
    and k.value is distinct from (v_old -> k.key)
    -- When a row was made and changed, the server's clock says.
    and k.key not in ('created_at', 'updated_at', 'createdAt', 'updatedAt')
    -- A new row has nothing yet of what is counted.
    and not (tg_op = 'INSERT' and k.value in ('null', 'false', '0', '""', '[]', '{}'))
  order by k.key
  limit 1;
  if found then
    raise exception using
      errcode = 'M0018',
      message = 'column_read_only',
      detail  = format('%s of %s cannot be %s.', v_column, tg_table_name,
                       case when v_old is null then 'given' else 'changed' end),
      hint    = 'Leave it out, or send it as it was read.';
  end if;
  return new;
end
$$;

comment on function internal.on_row_sent is $$
Trigger: a row may be saved whole, as it was read. A column that is not written may be in it, and
only with the value it has. Arguments: the columns that an insert writes, those that an update
writes, the key of the view. Runs before the trigger that writes. The row that an upsert finds is
left in app.row for api.written_fields.

Raises
  M0018 column_read_only  a column that is not written has another value than the row that is there
$$;

create or replace function api.if_exists(p_command text)
returns text
language sql
stable
return case
  when p_command = 'UPDATE' then 'merge'
  else coalesce(nullif(current_setting('app.on_conflict', true), ''), 'fail')
end;

comment on function api.if_exists is $$
What a write through a lens does with a row that is there already: merge, ignore or fail. An
update merges; an insert does what the request's Prefer header says. For the triggers of lenses.
$$;

create or replace function api.may_write(p_person_id uuid)
returns boolean
language sql
stable
return internal.is_service() or internal.user_id() = p_person_id;

comment on function api.may_write is
  'Whether the caller writes rows of this person: an update without a filter skips those of others. '
  'For the triggers of lenses.';

create or replace function internal.refuse_key(p_noun text, p_number bigint, p_is_known boolean)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_is_known then
    raise exception using
      errcode = '42501',
      message = format('The two keys of this %s are not the same.', p_noun);
  end if;
  perform internal.refuse(
    'M4021', 'number_not_found', format('There is no %s %s.', p_noun, p_number));
  return null;
end
$$;

alter function internal.refuse_key owner to definer;

comment on function internal.refuse_key is $$
Raises
  M4021 number_not_found  nothing that the caller may see has this number
  42501                   the number and the key given beside it are of two rows
$$;

create or replace function api.key_of(
  p_noun   text,
  p_number bigint,
  p_found  uuid,
  p_key    uuid default null
)
returns uuid
language sql
stable
return case
  when p_number is null then p_key
  when p_found is null then internal.refuse_key(p_noun, p_number, false)
  when p_key <> p_found then internal.refuse_key(p_noun, p_number, true)
  else p_found
end;

comment on function api.key_of is $$
The key behind the number that a lens shows of it. p_found is the row of that number, as the caller
sees it; p_key is the key that was given beside the number, if one was. For the triggers of lenses.

Raises
  M4021 number_not_found  nothing that the caller may see has this number
  42501                   the number and the key given beside it are of two rows
$$;

create or replace function api.one_of(p_column text, p_word text, variadic p_words text[])
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_word <> all (p_words) then
    perform internal.refuse('M0019', 'word_unknown',
      format('%s cannot be %s.', p_column, left(quote_literal(p_word), 60)),
      format('It is one of: %s.', array_to_string(p_words, ', ')));
  end if;
  return p_word;
end
$$;

alter function api.one_of owner to definer;

comment on function api.one_of is $$
The word that is written to a column of a lens, which is null or one of p_words. For the triggers of
lenses, whose systems have enums where core has a wider list.

Raises
  M0019 word_unknown  it is another word; the hint has the list
$$;

create or replace function api.keep_column(p_is_kept boolean, p_why text, p_hint text default '')
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_is_kept is not true then
    perform internal.refuse('M0018', 'column_read_only', p_why, p_hint);
  end if;
end
$$;

alter function api.keep_column owner to definer;

comment on function api.keep_column is $$
Refuse a value that follows from something else, and say from what. For the triggers of lenses.

Raises
  M0018 column_read_only  p_is_kept is not true
$$;

create or replace function internal.found_to_save(p_noun text, p_if_exists text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_if_exists = 'fail' then
    raise exception using
      errcode = '23505',
      message = format('This %s exists already.', p_noun),
      hint    = 'Update it, or upsert.';
  end if;
  if p_if_exists is null or p_if_exists not in ('merge', 'ignore') then
    perform internal.refuse('M0011', 'if_exists_unknown', 'merge, ignore or fail is expected.');
  end if;
  return p_if_exists = 'merge';
end
$$;

comment on function internal.found_to_save is $$
Whether a row that is there already is to be changed. False leaves it as it is.

Raises
  M0011 if_exists_unknown  p_if_exists is none of merge, ignore, fail
  23505                    the row must not be there
$$;

create or replace function internal.require_fields(
  p_fields         jsonb,
  variadic p_known text[]
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown text;
begin
  if p_fields is null or jsonb_typeof(p_fields) <> 'object' then
    perform internal.refuse('M0012', 'fields_invalid', 'The fields to save are a JSON object.');
  end if;
  select k.field into v_unknown
  from jsonb_object_keys(p_fields) as k(field)
  where k.field <> all (p_known)
  order by k.field
  limit 1;
  if found then
    perform internal.refuse('M0013', 'field_unknown',
      format('%s cannot be saved here.', left(quote_ident(v_unknown), 80)),
      format('Fields that can be saved: %s.', array_to_string(p_known, ', ')));
  end if;
end
$$;

comment on function internal.require_fields is $$
Refuse what is no object of fields that can be saved, with the list of those that can.

Raises
  M0012 fields_invalid  it is no JSON object
  M0013 field_unknown   it has a field that nobody may save
$$;

create or replace function internal.read_words(p_words jsonb)
returns jsonb
language sql
immutable
return case jsonb_typeof(p_words)
  -- Some systems keep an array as the text of one.
  when 'string' then
    case when p_words #>> '{}' ~ '^\s*\[' then (p_words #>> '{}')::jsonb
         else jsonb_build_array(p_words) end
  else p_words
end;

comment on function internal.read_words is
  'An array of words, given as an array, as the text of one, or as a single word.';
