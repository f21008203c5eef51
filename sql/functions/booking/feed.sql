-- A person's bookings as a calendar that other programs subscribe to.

create or replace function api.make_calendar_feed()
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person_id uuid := internal.require_user_id();
  v_key       text := encode(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex');
begin
  perform internal.require_active(v_person_id);
  insert into core.calendar_feed as f (person_id, key_hash)
  values (v_person_id, sha256(convert_to(v_key, 'UTF8')))
  on conflict (person_id) do update
    set key_hash = excluded.key_hash, created_at = now(), read_at = null;
  return v_key;
end
$$;

alter function api.make_calendar_feed owner to definer;

comment on function api.make_calendar_feed is $$
Make the caller's calendar feed and return its key. Calendar programs subscribe to
webcal://<the API>/functions/v1/calendar?key=<the key>. The key is told once and only its hash is
stored; a second call makes another one, and the old address ends.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;

create or replace function api.remove_calendar_feed()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person_id uuid := internal.require_user_id();
begin
  delete from core.calendar_feed as f where f.person_id = v_person_id;
end
$$;

alter function api.remove_calendar_feed owner to definer;

comment on function api.remove_calendar_feed is $$
Revoke the caller's calendar feed: its address leads nowhere from now on. Safe to repeat.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function api.calendar_feed()
returns table (created_at timestamptz, read_at timestamptz)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select f.created_at, f.read_at from core.calendar_feed as f
  where f.person_id = internal.user_id();
end;

alter function api.calendar_feed owner to definer;

comment on function api.calendar_feed is $$
Whether the caller has a calendar feed, since when, and when it was last read.
Security definer, because nobody reads the table.
$$;

create or replace function internal.feed_entries(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(to_jsonb(e)), '[]')
  from (
    select
      b.booking_id, b.offering_title as title, b.starts_at, b.ends_at, b.status,
      internal.name_of(case b.provider_id when p_person_id then b.customer_id
                                          else b.provider_id end) as other_name,
      v.place, v.meeting_url, b.customer_notes as notes, b.ics_sequence, b.updated_at
    from core.booking as b
    left join core.offering_venue as v
      on v.offering_id = b.offering_id and b.confirmed_at is not null
    where p_person_id in (b.customer_id, b.provider_id)
      and b.status in ('requested', 'confirmed', 'completed')
      and b.ends_at > now() - interval '60 days'
    order by b.starts_at, b.booking_id
    limit 2000
  ) as e;
end;

alter function internal.feed_entries owner to definer;

comment on function internal.feed_entries is $$
The bookings in a person's feed, on either side: those that stand, from 60 days ago on, at most
2,000, as their mails tell them.
$$;

create or replace function api.read_calendar_feed(p_key text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person_id uuid;
begin
  select f.person_id into v_person_id
  from core.calendar_feed as f
  join core.person as p using (person_id)
  where f.key_hash = sha256(convert_to(p_key, 'UTF8'))
    and p.status = 'active';
  if not found then
    perform internal.refuse('M4207', 'feed_not_found',
      'This address is unknown or was revoked.', 'Make another one (make_calendar_feed).');
  end if;

  -- To the hour: programs ask often, and the owner wants to know no more.
  update core.calendar_feed as f
  set read_at = now()
  where f.person_id = v_person_id
    and coalesce(f.read_at, '-infinity') < now() - interval '1 hour';

  return (
    select jsonb_build_object('name', m.name, 'entries', internal.feed_entries(v_person_id))
    from core.marketplace as m);
end
$$;

alter function api.read_calendar_feed owner to definer;

comment on function api.read_calendar_feed is $$
What the feed with this key shows: {"name", "entries": [...]}. The key is the permission, so nobody
needs to sign in. Entries have booking_id, title, other_name, starts_at, ends_at, status, place,
meeting_url, notes, ics_sequence, updated_at.

Raises
  M4207 feed_not_found  no feed has this key, or not any more
$$;
