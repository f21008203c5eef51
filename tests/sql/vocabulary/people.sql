-- The vocabulary of the SQL tests. People and things have names, and ids follow from them,
-- the same as in Rust. pgTAP has a schema of its own, and so do these.

create schema if not exists tap;
create extension if not exists pgtap schema tap;
create extension if not exists pgcrypto schema tap;
create schema if not exists tests;
grant usage on schema tap, tests to public;

-- Whatever currency a test is about, Stripe keeps a balance in it for the platform.
update core.marketplace
set settlement_currencies = array(select c.currency from core.currency as c order by c.currency);

create or replace function tests.id(p_name text)
returns uuid
language sql
immutable
begin atomic
  -- Version 5: SHA-1 of the namespace (OID) and the name.
  select encode(
    set_byte(set_byte(h, 6, (get_byte(h, 6) & 15) | 80), 8, (get_byte(h, 8) & 63) | 128),
    'hex')::uuid
  from (
    select substr(tap.digest('\x6ba7b8129dad11d180b400c04fd430c8'::bytea
                             || convert_to(p_name, 'UTF8'), 'sha1'), 1, 16) as h
  ) as digest;
end;

create or replace function tests.introduce(variadic p_names text[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.person (person_id, display_name)
  select tests.id(name), name
  from unnest(p_names) as name
  on conflict (person_id) do nothing;
end
$$;

-- The person works for the marketplace.
create or replace function tests.make_staff(p_name text)
returns void
language sql
as $$
  select tests.introduce(p_name);
  insert into core.person_role (person_id, role_id)
  select tests.id(p_name), r.role_id from core.role as r where r.name = 'staff';
$$;

-- Everything that follows in this transaction is done by this person.
create or replace function tests.act_as(p_name text)
returns void
language sql
as $$
  select set_config('role', 'authenticated', true),
         set_config('app.user_id', tests.id(p_name)::text, true),
         set_config('request.jwt.claims',
                    json_build_object('sub', tests.id(p_name), 'role', 'authenticated')::text,
                    true);
$$;

create or replace function tests.act_as_anonymous()
returns void
language sql
as $$
  select set_config('role', 'anon', true),
         set_config('app.user_id', '', true),
         set_config('request.jwt.claims', '{"role":"anon"}', true);
$$;

create or replace function tests.act_as_service()
returns void
language sql
as $$
  select set_config('role', 'service_role', true),
         set_config('app.user_id', '', true),
         set_config('request.jwt.claims', '{"role":"service_role"}', true);
$$;

-- A person by name, `nobody` for a caller without a token, `house` for the service key.
create or replace function tests.act_as_any(p_who text)
returns void
language plpgsql
as $$
begin
  case p_who
    when 'nobody' then perform tests.act_as_anonymous();
    when 'house' then perform tests.act_as_service();
    else perform tests.act_as(p_who);
  end case;
end
$$;

-- Back to the superuser, to set the scene or to look at the rows.
create or replace function tests.act_as_nobody()
returns void
language sql
as $$
  select set_config('role', 'none', true),
         set_config('app.user_id', '', true),
         set_config('request.jwt.claims', '', true);
$$;

-- The newest message of a topic in the outbox.
create or replace function tests.last_message(p_topic text)
returns uuid
language sql
security definer
as $$
  select o.outbox_id from core.outbox as o
  where o.topic = p_topic order by o.outbox_id desc limit 1;
$$;

-- Let time pass: what lay ahead of a booking lies nearer, or behind.
create or replace function tests.let_pass(p_time interval)
returns void
language plpgsql
as $$
declare
  v_occupied core.occupancy[] := array(select c from core.occupancy as c);
begin
  update core.booking
  set starts_at = starts_at - p_time, ends_at = ends_at - p_time,
      hold_expires_at = hold_expires_at - p_time, accept_by = accept_by - p_time,
      created_at = created_at - p_time, confirmed_at = confirmed_at - p_time,
      moved_at = moved_at - p_time;
  update core.slot
  set starts_at = starts_at - p_time, ends_at = ends_at - p_time,
      holds = array(select h.until - p_time from unnest(holds) as h(until));
  -- Moved at once: no two of a provider's overlap on the way.
  delete from core.occupancy;
  insert into core.occupancy
  select (jsonb_populate_record(c, jsonb_build_object(
    'busy', tstzrange(lower(c.busy) - p_time, upper(c.busy) - p_time),
    'expires_at', c.expires_at - p_time))).*
  from unnest(v_occupied) as c;
  update core.waitlist_entry set offer_expires_at = offer_expires_at - p_time;
  update core.booking_reminder set starts_at = starts_at - p_time;
end
$$;
