-- Import: rows of another system become people, offerings, hours, bookings and reviews.
--
-- A program reads files, gives every row its key here, and calls api.import_rows with a
-- thousand rows at a time. A row that is here already is left alone, so an import that broke off
-- is begun anew. A batch is written by one statement for each table. Only if something in it is
-- refused, its rows are tried one by one, so that each refused row has its reason.
--
-- Rows come as texts. A text that is no number, date or known word is refused as Postgres refuses
-- it, and a rule of a table by the name of the rule.

create or replace function internal.note_imported(p_kind text, p_rows jsonb)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into core.imported_row (row_id, kind, source, legacy_ref)
  select r.id, p_kind, r.source, r.legacy_ref
  from jsonb_to_recordset(p_rows) as r(id uuid, source text, legacy_ref text);
end;

alter function internal.note_imported owner to definer;

comment on function internal.note_imported is
  'Remember the keys that imported rows had in the system they came from.';

create or replace function internal.require_imported(
  p_what text,
  p_ref  text,
  p_here boolean
)
returns void
language plpgsql
immutable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_here then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('there is no %s %s, here or in the files', p_what, coalesce(p_ref, '(empty)'));
  end if;
end
$$;

alter function internal.require_imported owner to definer;

comment on function internal.require_imported is $$
Refuse a row that refers to nothing.

Raises
  23503  p_here is false
$$;

create or replace function internal.import_people(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.person
    (person_id, display_name, first_name, last_name, bio, timezone, locale, is_listed, legacy_ref,
     created_at)
  select r.id,
         coalesce(r.display_name, nullif(concat_ws(' ', r.first_name, r.last_name), ''), ''),
         r.first_name, r.last_name, r.bio, coalesce(r.timezone, m.default_timezone),
         coalesce(r.locale, 'en'), coalesce(r.is_provider, false), r.legacy_ref,
         coalesce(r.created_at, now())
  from jsonb_to_recordset(p_rows) as r(
    id uuid, legacy_ref text, display_name text, first_name text, last_name text, bio text,
    timezone text, locale text, is_provider boolean, created_at timestamptz)
  cross join core.marketplace as m;

  insert into core.person_private (person_id, contact_email, phone)
  select r.id, lower(r.email), r.phone
  from jsonb_to_recordset(p_rows) as r(id uuid, email text, phone text);

  insert into core.customer (customer_id)
  select r.id from jsonb_to_recordset(p_rows) as r(id uuid);

  insert into core.provider
    (provider_id, provider_type, currency, hourly_rate_minor, specialties)
  select r.id, r.provider_type, coalesce(r.currency, m.default_currency),
         internal.to_minor(r.hourly_rate, coalesce(r.currency, m.default_currency)),
         coalesce(string_to_array(r.specialties, ';'), '{}')
  from jsonb_to_recordset(p_rows) as r(
    id uuid, is_provider boolean, provider_type text, currency text, hourly_rate numeric,
    specialties text)
  cross join core.marketplace as m
  where r.is_provider;

  -- Whoever has no address has no login yet: api.auth_create_user makes one later.
  insert into identity.account
    (account_id, email, password_hash, email_confirmed_at)
  select r.id, lower(r.email), r.password_hash, case when r.email_confirmed then now() end
  from jsonb_to_recordset(p_rows) as r(
    id uuid, email text, password_hash text, email_confirmed boolean)
  where r.email is not null;

  insert into identity.external_login (account_id, provider, provider_subject)
  select r.id, 'email', r.id::text
  from jsonb_to_recordset(p_rows) as r(id uuid, email text)
  where r.email is not null;
end
$$;

alter function internal.import_people owner to definer;

comment on function internal.import_people is $$
Make people of imported rows: everybody is a customer, and who has an address has a login.

Raises
  M0101 currency_unknown, M0015 amount_too_fine
  22P02, 22007  a text is not what its column takes
  23505, 23514  an address or a legacy_ref is taken, or a rule of a table is broken
$$;

create or replace function internal.import_offerings(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_imported('provider', r.provider_ref, p.provider_id is not null)
  from jsonb_to_recordset(p_rows) as r(provider_id uuid, provider_ref text)
  left join core.provider as p using (provider_id);

  insert into core.offering
    (offering_id, provider_id, kind, title, description, duration_min, capacity, price_minor,
     currency, is_active, published_at)
  select r.id, r.provider_id, coalesce(r.kind, 'session'), r.title, r.description, r.duration_min,
         coalesce(r.capacity, 1),
         internal.to_minor(r.price, coalesce(r.currency, p.currency)),
         coalesce(r.currency, p.currency), coalesce(r.is_active, true), now()
  from jsonb_to_recordset(p_rows) as r(
    id uuid, provider_id uuid, kind text, title text, description text, duration_min integer,
    capacity integer, price numeric, currency text, is_active boolean)
  join core.provider as p using (provider_id)
  order by r.provider_id;

  perform internal.note_imported('offering', p_rows);
end
$$;

alter function internal.import_offerings owner to definer;

comment on function internal.import_offerings is $$
Make offerings of imported rows.

Raises
  23503  the provider is not here
  and what Postgres and the rules of core.offering raise
$$;

create or replace function internal.import_hours(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_imported('provider', r.provider_ref, p.provider_id is not null)
  from jsonb_to_recordset(p_rows) as r(provider_id uuid, provider_ref text)
  left join core.provider as p using (provider_id);

  insert into core.availability_rule
    (availability_rule_id, provider_id, weekday, start_local, end_local, timezone, valid_from,
     valid_to)
  select r.id, r.provider_id, r.weekday, r.start_local, r.end_local, r.timezone, r.valid_from,
         r.valid_to
  from jsonb_to_recordset(p_rows) as r(
    id uuid, provider_id uuid, weekday integer, start_local time, end_local time, timezone text,
    valid_from date, valid_to date)
  order by r.provider_id;

  perform internal.note_imported('hours', p_rows);
end
$$;

alter function internal.import_hours owner to definer;

comment on function internal.import_hours is $$
Make weekly hours of imported rows; slots follow from them.

Raises
  23503  the provider is not here
  and what Postgres and the rules of core.availability_rule raise
$$;

create or replace function internal.import_slots(p_rows jsonb)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- What is over takes no time of its provider any more, so it is closed.
  insert into core.slot
    (slot_id, offering_id, provider_id, origin, starts_at, ends_at, capacity, state)
  select gen_random_uuid(), o.offering_id, o.provider_id, 'manual', r.starts_at, max(r.ends_at),
         greatest(o.capacity, sum(coalesce(r.seats, 1))),
         case when max(r.ends_at) > now() then 'open' else 'closed' end
  from jsonb_to_recordset(p_rows) as r(
    offering_id uuid, starts_at timestamptz, ends_at timestamptz, seats integer)
  join core.offering as o using (offering_id)
  group by o.offering_id, r.starts_at
  on conflict (offering_id, starts_at) do nothing;
end;

alter function internal.import_slots owner to definer;

comment on function internal.import_slots is
  'Make the slots that imported bookings are in, as far as hours have not made them.';

create or replace function internal.prepare_bookings(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_imported('offering', r.offering_ref, o.provider_id is not null),
          internal.require_imported('customer', r.customer_ref, c.customer_id is not null)
  from jsonb_to_recordset(p_rows) as r(
    offering_id uuid, offering_ref text, customer_id uuid, customer_ref text)
  left join core.offering as o using (offering_id)
  left join core.customer as c using (customer_id);

  if exists (
    select from jsonb_to_recordset(p_rows) as r(status text)
    where r.status is null or r.status in ('pending_payment', 'requested', 'expired')
  ) then
    raise exception using
      errcode = 'check_violation',
      message = 'the status must be confirmed, completed, cancelled, declined, no_show_customer or '
                'no_show_provider';
  end if;

  perform from core.provider as p
  where p.provider_id in (
    select o.provider_id
    from jsonb_to_recordset(p_rows) as r(offering_id uuid)
    join core.offering as o using (offering_id))
  order by p.provider_id
  for no key update;
end
$$;

alter function internal.prepare_bookings owner to definer;

comment on function internal.prepare_bookings is $$
Refuse rows that cannot become bookings, and lock the providers in the order of their keys.

Raises
  23503  the offering or the customer is not here
  23514  the status is none that a booking can come with: it would still wait for something here
$$;

create or replace function internal.import_bookings(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.prepare_bookings(p_rows);
  perform internal.import_slots(p_rows);

  insert into core.booking
    (booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, seats, status,
     offering_title, price_minor, currency, policy_tiers, customer_notes, confirmed_at,
     completed_at, cancelled_by, cancelled_at, created_at)
  select r.id, s.slot_id, o.offering_id, o.provider_id, r.customer_id, s.starts_at, s.ends_at,
         coalesce(r.seats, 1), k.status, o.title,
         internal.to_minor(coalesce(r.price, 0), coalesce(r.currency, o.currency)),
         coalesce(r.currency, o.currency), c.tiers, r.notes,
         case when k.status = 'confirmed' then coalesce(r.created_at, now()) end,
         case when k.status = 'completed' then s.ends_at end,
         case when k.status = 'cancelled' then coalesce(r.cancelled_by, 'system') end,
         case when k.status = 'cancelled' then coalesce(r.created_at, now()) end,
         coalesce(r.created_at, now())
  from jsonb_to_recordset(p_rows) as r(
    id uuid, offering_id uuid, customer_id uuid, starts_at timestamptz, seats integer, status text,
    price numeric, currency text, notes text, cancelled_by text, created_at timestamptz)
  join core.offering as o using (offering_id)
  join core.cancellation_policy as c using (cancellation_policy_id)
  join core.slot as s using (offering_id, starts_at)
  -- What was confirmed and is over has taken place; nobody is told now.
  cross join lateral (
    select case when r.status = 'confirmed' and s.ends_at <= now() then 'completed'
                else r.status end
  ) as k(status);

  insert into core.booking_event
    (booking_event_id, booking_id, from_status, to_status, actor, reason)
  select internal.uuid_v7(), b.booking_id, null, b.status, 'system', 'imported'
  from jsonb_to_recordset(p_rows) as r(id uuid)
  join core.booking as b on b.booking_id = r.id;

  perform internal.settle_imported(p_rows);
  perform internal.note_imported('booking', p_rows);
end
$$;

alter function internal.import_bookings owner to definer;

comment on function internal.import_bookings is $$
Make bookings of imported rows. They were paid elsewhere, so they have no order and earn nothing
here. One that is to come takes its provider's time. Locks the providers, in the order of their keys.

Raises
  what internal.prepare_bookings raises
  and what Postgres and the rules of core.booking raise
$$;

create or replace function internal.settle_imported(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot;
begin
  for v_slot in
    select distinct s.*
    from jsonb_to_recordset(p_rows) as r(id uuid)
    join core.booking as b on b.booking_id = r.id
    join core.slot as s using (slot_id)
    where s.ends_at > now()
    order by s.slot_id
  loop
    perform internal.settle_slot(v_slot.slot_id);
  end loop;

  update core.provider as p
  set sessions_completed = p.sessions_completed + n.count
  from (
    select b.provider_id, count(*)
    from jsonb_to_recordset(p_rows) as r(id uuid)
    join core.booking as b on b.booking_id = r.id
    where b.status = 'completed'
    group by b.provider_id
  ) as n
  where p.provider_id = n.provider_id;
end
$$;

alter function internal.settle_imported owner to definer;

comment on function internal.settle_imported is
  'Take the time of imported bookings that are to come, and count those that took place.';

create or replace function internal.import_reviews(p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_imported('booking', r.booking_ref, b.booking_id is not null)
  from jsonb_to_recordset(p_rows) as r(booking_id uuid, booking_ref text)
  left join core.booking as b using (booking_id);

  insert into core.review
    (review_id, booking_id, author_side, author_id, provider_id, offering_id, rating, comment,
     reply, created_at)
  select r.id, b.booking_id, k.side,
         case when k.side = 'provider' then b.provider_id else b.customer_id end,
         b.provider_id, b.offering_id, r.rating, r.comment, r.reply, coalesce(r.created_at, now())
  from jsonb_to_recordset(p_rows) as r(
    id uuid, booking_id uuid, author_side text, rating integer, comment text, reply text,
    created_at timestamptz)
  join core.booking as b using (booking_id)
  cross join lateral (select coalesce(r.author_side, 'customer')) as k(side);

  perform internal.count_ratings(p.provider_id)
  from core.provider as p
  where p.provider_id in (
    select b.provider_id
    from jsonb_to_recordset(p_rows) as r(booking_id uuid)
    join core.booking as b using (booking_id));

  perform internal.note_imported('review', p_rows);
end
$$;

alter function internal.import_reviews owner to definer;

comment on function internal.import_reviews is $$
Make reviews of imported rows, and count the ratings again.

Raises
  23503  the booking is not here
  and what Postgres and the rules of core.review raise
$$;

create or replace function internal.import_batch(p_kind text, p_rows jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  case p_kind
    when 'people' then perform internal.import_people(p_rows);
    when 'offerings' then perform internal.import_offerings(p_rows);
    when 'hours' then perform internal.import_hours(p_rows);
    when 'bookings' then perform internal.import_bookings(p_rows);
    when 'reviews' then perform internal.import_reviews(p_rows);
  end case;
end
$$;

alter function internal.import_batch owner to definer;

comment on function internal.import_batch is 'Import rows of one kind, all of them or none.';

create or replace function internal.rows_to_import(p_kind text, p_rows jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(r.value), '[]')
  from jsonb_array_elements(p_rows) as r
  where case p_kind
    when 'people' then not exists (
      select from core.person as p where p.person_id = (r.value ->> 'id')::uuid)
    else not exists (
      select from core.imported_row as i where i.row_id = (r.value ->> 'id')::uuid)
  end;
end;

alter function internal.rows_to_import owner to definer;

comment on function internal.rows_to_import is 'Those of some rows that are not here yet.';

create or replace function api.import_rows(p_kind text, p_rows jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows    constant jsonb := internal.rows_to_import(p_kind, p_rows);
  v_count   constant integer := jsonb_array_length(v_rows);
  v_known   constant integer := jsonb_array_length(p_rows) - v_count;
  v_refused jsonb := jsonb '[]';
  v_row     jsonb;
  v_detail  text;
begin
  begin
    perform internal.import_batch(p_kind, v_rows);
    return jsonb_build_object('done', v_count, 'known', v_known, 'refused', v_refused);
  exception
    when deadlock_detected or lock_not_available or serialization_failure then raise;
    -- Some row is refused. Below, each row is tried by itself.
    when others then null;
  end;

  for v_row in select r.value from jsonb_array_elements(v_rows) as r loop
    begin
      perform internal.import_batch(p_kind, jsonb_build_array(v_row));
    exception
      when deadlock_detected or lock_not_available or serialization_failure then raise;
      when others then
        get stacked diagnostics v_detail = pg_exception_detail;
        v_refused := v_refused || jsonb_build_object(
          'line', v_row -> 'line',
          'reason', concat_ws(' ', sqlerrm || '.', nullif(v_detail, '')));
    end;
  end loop;
  return jsonb_build_object(
    'done', v_count - jsonb_array_length(v_refused), 'known', v_known, 'refused', v_refused);
end
$$;

alter function api.import_rows owner to definer;

comment on function api.import_rows is $$
Import rows of another system: people, offerings, hours, bookings or reviews, in this order. A row
is an object of texts with "id" (its key here), "legacy_ref", "source" and "line"; docs/import.md
lists the others. Returns {"done", "known", "refused": [{"line", "reason"}]}: how many rows were
written, how many were here already, and which were refused. Safe to repeat.

Raises
  20000  there is no such kind
$$;
