-- Reading the busy times of calendars elsewhere. The database says which are due and takes what was
-- read; the clock fetches them (functions/clock/src/busy).

create or replace function api.add_busy_calendar(p_url text)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_url         text := regexp_replace(btrim(p_url), '^webcals?://', 'https://', 'i');
  v_id          uuid;
begin
  perform internal.require_active(v_provider_id);
  if v_url is null or v_url !~ '^https?://[^[:space:]@]+$' or length(v_url) > 2000 then
    perform internal.refuse('M0113', 'calendar_address_invalid',
      'The address of a calendar begins with https:// or webcal://, names no user, and has at most '
      '2000 characters.');
  end if;

  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  perform internal.require_room(
    (select count(*) from core.busy_calendar as c
     where c.provider_id = v_provider_id and c.url <> v_url), 5, 'busy calendars');

  insert into core.busy_calendar as c (provider_id, url)
  values (v_provider_id, v_url)
  on conflict (provider_id, url) do update set next_at = now()
  returning c.busy_calendar_id into v_id;
  return v_id;
end
$$;

alter function api.add_busy_calendar owner to definer;

comment on function api.add_busy_calendar is $$
Name the address of a calendar (iCalendar, RFC 5545) whose busy times close the caller's time, and
return its id; at most five. The clock reads it within a minute and then every 15 minutes. Safe to
repeat: it is read again soon. Locks the provider.

Raises
  M0113 calendar_address_invalid  it is no web address
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found
  M9002 too_many_made             there are five already
$$;

create or replace function api.remove_busy_calendar(p_busy_calendar_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
begin
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  delete from core.availability_exception as x
  where x.busy_calendar_id = p_busy_calendar_id
    and x.provider_id = v_provider_id;
  delete from core.busy_calendar as c
  where c.busy_calendar_id = p_busy_calendar_id
    and c.provider_id = v_provider_id;
  if not found then
    perform internal.refuse('M4104', 'calendar_not_found',
      format('You have no busy calendar %s.', p_busy_calendar_id));
  end if;
end
$$;

alter function api.remove_busy_calendar owner to definer;

comment on function api.remove_busy_calendar is $$
Read a calendar of the caller's no more, and open the time that it closed. Locks the provider.

Raises
  M1001 sign_in_required, M4001 provider_not_found
  M4104 calendar_not_found  there is none, or it is another provider's
$$;

create or replace function api.list_busy_calendars()
returns table (
  busy_calendar_id uuid,
  url              text,
  busy_times       integer,
  fetched_at       timestamptz,
  last_error       text,
  next_at          timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select
    c.busy_calendar_id, c.url,
    (
      select count(*)
      from core.availability_exception as x
      where x.busy_calendar_id = c.busy_calendar_id and upper(x.during) > now()
    )::integer,
    c.fetched_at, c.last_error, c.next_at
  from core.busy_calendar as c
  where c.provider_id = internal.user_id()
  order by c.created_at, c.busy_calendar_id;
end;

alter function api.list_busy_calendars owner to definer;

comment on function api.list_busy_calendars is $$
The caller's busy calendars: how many coming times each closes, when it was last read, and what went
wrong since. Security definer, because others do not see which calendar closes a time.
$$;

create or replace function api.claim_busy_calendars(p_limit integer default 20)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with due as (
    select c.busy_calendar_id
    from core.busy_calendar as c
    where c.next_at <= now()
    order by c.next_at
    limit p_limit
    for update skip locked
  ),
  claimed as (
    update core.busy_calendar as c
    set attempts = c.attempts + 1, next_at = now() + interval '5 minutes'
    from due as d
    where c.busy_calendar_id = d.busy_calendar_id
    returning c.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'busy_calendar_id', c.busy_calendar_id, 'attempt', c.attempts, 'url', c.url, 'etag', c.etag,
    'timezone', p.timezone, 'from', now(),
    -- An exception lasts 400 days at most.
    'until', now() + make_interval(days => least(m.slot_horizon_days + 1, 399)))), '[]')
  from claimed as c
  join core.person as p on p.person_id = c.provider_id
  cross join core.marketplace as m;
end;

alter function api.claim_busy_calendars owner to definer;

comment on function api.claim_busy_calendars is $$
Lease calendars that are due to this clock for five minutes: [{busy_calendar_id, attempt, url, etag,
timezone, from, until}]. What is not recorded in time is due again.
$$;

create or replace function internal.write_busy_times(p_calendar core.busy_calendar, p_times jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.availability_exception as x
  where x.busy_calendar_id = p_calendar.busy_calendar_id
    and x.during not in (
      select tstzrange(t.starts_at, t.ends_at)
      from jsonb_to_recordset(p_times) as t(starts_at timestamptz, ends_at timestamptz));

  insert into core.availability_exception (provider_id, kind, during, busy_calendar_id)
  select p_calendar.provider_id, 'block', tstzrange(t.starts_at, t.ends_at),
         p_calendar.busy_calendar_id
  from jsonb_to_recordset(p_times) as t(starts_at timestamptz, ends_at timestamptz)
  where not exists (
    select
    from core.availability_exception as x
    where x.busy_calendar_id = p_calendar.busy_calendar_id
      and x.during = tstzrange(t.starts_at, t.ends_at));
end
$$;

alter function internal.write_busy_times owner to definer;

comment on function internal.write_busy_times is $$
Replace the times that a calendar closes. A time that it has already stays as it is, so a calendar
that did not change changes no slot. The caller holds the provider's lock.
$$;

create or replace function api.record_busy_calendar(
  p_busy_calendar_id uuid,
  p_attempt          integer,
  p_times            jsonb,
  p_etag             text default null,
  p_error            text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_calendar core.busy_calendar;
  v_error    text := p_error;
begin
  perform from core.provider as p
  join core.busy_calendar as c using (provider_id)
  where c.busy_calendar_id = p_busy_calendar_id
  for no key update of p;

  select c.* into v_calendar
  from core.busy_calendar as c
  where c.busy_calendar_id = p_busy_calendar_id
  for no key update;
  if not found or v_calendar.attempts <> p_attempt then
    return;
  end if;

  if v_error is null and jsonb_array_length(p_times) > 500 then
    v_error := 'It has more than 500 busy times.';
  end if;
  if v_error is null and p_times is not null then
    perform internal.write_busy_times(v_calendar, p_times);
  end if;

  update core.busy_calendar as c
  set failures = case when v_error is null then 0 else c.failures + 1 end,
      last_error = left(v_error, 500),
      etag = case when v_error is null and p_times is not null then left(p_etag, 500)
                  else c.etag end,
      fetched_at = case when v_error is null then now() else c.fetched_at end,
      next_at = now() + case when v_error is null then interval '15 minutes'
                             else least(interval '15 minutes' * power(2, least(c.failures, 7)),
                                        interval '1 day') end
  where c.busy_calendar_id = p_busy_calendar_id;
end
$$;

alter function api.record_busy_calendar owner to definer;

comment on function api.record_busy_calendar is $$
Record what was read of a claimed calendar: p_times is [{"starts_at", "ends_at"}], or null if it did
not change; p_error says why it could not be read, and then its last times stay. Only the newest
claim is recorded. Safe to repeat. Locks the provider, then the calendar.
$$;
