-- A provider's own hours: setting them, closing a time, opening one. Triggers of horizon.sql make
-- the slots follow, in the same transaction.

create or replace function internal.on_hours_kept()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using errcode = '42501', message = 'Hours stay with their provider.';
end
$$;

comment on function internal.on_hours_kept is
  'Trigger: hours cannot be moved to another provider.';

create or replace trigger availability_rule_keep
  before update of availability_rule_id, provider_id on core.availability_rule
  for each row when (
    (new.availability_rule_id, new.provider_id) <> (old.availability_rule_id, old.provider_id))
  execute function internal.on_hours_kept();

create or replace function internal.on_rule_without_zone()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.timezone := coalesce(
    new.timezone, (select p.timezone from core.person as p where p.person_id = new.provider_id));
  return new;
end
$$;

alter function internal.on_rule_without_zone owner to definer;

comment on function internal.on_rule_without_zone is
  'Trigger: hours without a time zone are in their provider''s.';

-- Named to run before the trigger that checks the zone.
create or replace trigger availability_rule_default_zone before insert on core.availability_rule
  for each row execute function internal.on_rule_without_zone();

create or replace function internal.on_hours_placed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.timezone := (select p.timezone from core.person as p where p.person_id = new.provider_id);
  return new;
end
$$;

alter function internal.on_hours_placed owner to definer;

comment on function internal.on_hours_placed is
  'Trigger: hours without a zone are in that of their provider.';

-- Named to run before the trigger that checks the zone.
create or replace trigger availability_rule_home before insert on core.availability_rule
  for each row when (new.timezone is null)
  execute function internal.on_hours_placed();

create or replace function internal.read_windows(p_windows jsonb, p_timezone text)
returns table (weekday integer, start_local time, end_local time, timezone text)
language sql
stable
begin atomic
  select w.weekday, w.start_local, w.end_local, coalesce(w.timezone, p_timezone)
  from jsonb_to_recordset(p_windows)
    as w(weekday integer, start_local time, end_local time, timezone text);
end;

comment on function internal.read_windows is
  'Weekly windows as a front end writes them, in rows; those without a zone get p_timezone.';

create or replace function internal.replace_hours(
  p_provider_id uuid,
  p_windows     jsonb,
  p_timezone    text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Hours that stay are not touched, and old ones become new ones as far as both go: a change of
  -- every hour is one statement on one table, and refreshes the slots once.
  with asked as (
    select distinct w.weekday, w.start_local, w.end_local, w.timezone
    from internal.read_windows(p_windows, p_timezone) as w
  ),
  new as (
    select a.*, row_number() over (order by a.weekday, a.start_local, a.end_local, a.timezone) as n
    from asked as a
    where not exists (
      select from core.availability_rule as r
      where r.provider_id = p_provider_id and r.is_active
        and (r.weekday, r.start_local, r.end_local, r.timezone)
            = (a.weekday, a.start_local, a.end_local, a.timezone))
  ),
  old as (
    select r.availability_rule_id,
           row_number() over (order by r.weekday, r.start_local, r.end_local, r.seq) as n
    from core.availability_rule as r
    where r.provider_id = p_provider_id and r.is_active
      and (r.weekday, r.start_local, r.end_local, r.timezone) not in (select a.* from asked as a)
  ),
  changed as (
    update core.availability_rule as r
    set weekday = new.weekday, start_local = new.start_local, end_local = new.end_local,
        timezone = new.timezone, valid_from = null, valid_to = null
    from old join new using (n)
    where r.availability_rule_id = old.availability_rule_id
  ),
  gone as (
    delete from core.availability_rule as r
    using old
    where r.availability_rule_id = old.availability_rule_id
      and old.n > (select count(*) from new)
  )
  insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
  select p_provider_id, new.weekday, new.start_local, new.end_local, new.timezone
  from new
  where new.n > (select count(*) from old)
  order by new.n;
end
$$;

alter function internal.replace_hours owner to definer;

comment on function internal.replace_hours is
  'Make windows the weekly hours of a provider. The caller holds the provider''s lock.';

create or replace function api.set_availability(
  p_windows     jsonb,
  p_timezone    text default null,
  p_provider_id uuid default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_identity(coalesce(p_provider_id, internal.user_id()));
  v_timezone    text;
  v_count       integer;
begin
  if p_windows is null or jsonb_typeof(p_windows) <> 'array'
     or jsonb_array_length(p_windows) > 200 then
    perform internal.refuse(
      'M0106', 'windows_invalid', 'Hours are an array of at most 200 windows.',
      'Each has weekday (0 is Sunday), start_local, end_local, and maybe timezone.');
  end if;

  select coalesce(p_timezone, p.timezone) into v_timezone
  from core.person as p
  where p.person_id = v_provider_id;

  -- The second of two writers waits here, so their hours do not mix.
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;

  perform internal.replace_hours(v_provider_id, p_windows, v_timezone);
  perform internal.require_bounded_hours(v_provider_id, 1);
  select count(*) into v_count
  from core.availability_rule as r
  where r.provider_id = v_provider_id and r.is_active;
  return v_count;
end
$$;

alter function api.set_availability owner to definer;

comment on function api.set_availability is $$
Replace the caller's weekly hours and return how many windows there are now. Windows that are
switched off are not in force and stay: what get_availability shows can be written back.
p_windows: [{"weekday": 0..6, "start_local": "09:00", "end_local": "17:00", "timezone"?}].
p_provider_id is the caller; the house sets anybody's.
An end at or before the start means the next day. The zone defaults to p_timezone, then the
person's own. Slots follow in the same transaction; none that is used is touched.

Raises
  M0001 timezone_unknown   a zone is no IANA name
  M0106 windows_invalid    not an array, or more than 200 windows
  M0108 hours_too_many     they would make more slots than the marketplace allows
  M1001 sign_in_required, M4001 provider_not_found
  42501                    p_provider_id is somebody else
  22007, 23502, 23514      a time or a weekday is not one
$$;

create or replace function api.check_day_hours(p_start time, p_end time)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_end <= p_start and p_end <> time '00:00' or p_start = p_end then
    raise exception using
      errcode = 'M0117',
      message = 'hours_reversed',
      detail  = format('From %s to %s is no time of one day.', to_char(p_start, 'HH24:MI'),
                       to_char(p_end, 'HH24:MI')),
      hint    = 'Hours over midnight are two windows: until 24:00, and from 00:00.';
  end if;
end
$$;

comment on function api.check_day_hours is $$
Refuse hours that end before they begin: in systems whose weeks know no nights they are a slip. For
the triggers of lenses.

Raises
  M0117 hours_reversed  the end is not after the start
$$;

create or replace function api.save_hours(p_hours jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule   core.availability_rule;
  v_is_new boolean;
begin
  perform internal.require_fields(p_hours, 'availability_rule_id', 'provider_id', 'weekday',
    'start_local', 'end_local', 'timezone', 'is_active');
  select r.* into v_rule
  from core.availability_rule as r
  where r.availability_rule_id = (p_hours ->> 'availability_rule_id')::uuid;
  v_is_new := not found;
  v_rule.provider_id := internal.require_identity(
    coalesce(v_rule.provider_id, (p_hours ->> 'provider_id')::uuid, internal.user_id()));
  if not v_is_new and not internal.found_to_save('window', p_if_exists) then
    return null;
  end if;

  perform from core.provider as v
  where v.provider_id = v_rule.provider_id for no key update;
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;
  v_rule := jsonb_populate_record(v_rule, p_hours - 'provider_id');
  if v_is_new then
    insert into core.availability_rule as r
      (availability_rule_id, provider_id, weekday, start_local, end_local, timezone, is_active)
    select coalesce(v_rule.availability_rule_id, gen_random_uuid()), v_rule.provider_id,
           v_rule.weekday, v_rule.start_local, v_rule.end_local,
           coalesce(v_rule.timezone, p.timezone), coalesce(v_rule.is_active, true)
    from core.person as p
    where p.person_id = v_rule.provider_id
    returning r.* into v_rule;
  else
    update core.availability_rule as r
    set weekday = v_rule.weekday, start_local = v_rule.start_local, end_local = v_rule.end_local,
        timezone = v_rule.timezone, is_active = v_rule.is_active
    where r.availability_rule_id = v_rule.availability_rule_id;
  end if;
  perform internal.require_bounded_hours(v_rule.provider_id, 1);
  return v_rule.availability_rule_id;
end
$$;

alter function api.save_hours owner to definer;

comment on function api.save_hours is $$
Add one weekly window of the caller's, or change one; return its id. p_hours:
{"availability_rule_id"?, "weekday": 0..6 (0 is Sunday), "start_local", "end_local", "timezone"?
(the person's own), "is_active"?}. api.set_availability replaces all at once. p_if_exists: merge,
ignore or fail. Slots follow in the same transaction. Locks the provider.

Raises
  M0001 timezone_unknown  the zone is no IANA name
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0108 hours_too_many    they would make more slots than the marketplace allows
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found
  22007, 23502, 23514     a time or a weekday is not one
  23505                   p_if_exists is fail, and it is there
  42501                   it is another provider's
$$;

create or replace function api.remove_hours(p_availability_rule_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := (
    select r.provider_id from core.availability_rule as r
    where r.availability_rule_id = p_availability_rule_id);
begin
  if not internal.is_service() then
    perform internal.require_active(internal.require_user_id());
    if v_provider_id is distinct from internal.user_id() then
      return false;
    end if;
  end if;
  perform from core.provider as v where v.provider_id = v_provider_id for no key update;
  delete from core.availability_rule as r
  where r.availability_rule_id = p_availability_rule_id;
  return found;
end
$$;

alter function api.remove_hours owner to definer;

comment on function api.remove_hours is $$
Remove one weekly window of the caller's, and the slots that nobody uses with it; false if there is
none. The house removes anybody's. Locks the provider.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;

create or replace function api.get_availability(p_provider_id uuid)
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object(
    'windows', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'availability_rule_id', r.availability_rule_id, 'weekday', r.weekday,
          'start_local', r.start_local, 'end_local', r.end_local, 'timezone', r.timezone)
        order by r.weekday, r.start_local)
      from core.availability_rule as r
      where r.provider_id = p_provider_id and r.is_active), '[]'),
    'exceptions', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'availability_exception_id', x.availability_exception_id, 'kind', x.kind,
          'starts_at', lower(x.during), 'ends_at', upper(x.during))
        order by x.during)
      from core.availability_exception as x
      where x.provider_id = p_provider_id and upper(x.during) > now()), '[]')
  );
end;

comment on function api.get_availability is
  'A provider''s weekly hours and coming exceptions: {"windows": [...], "exceptions": [...]}.';

create or replace function internal.add_exception(
  p_kind         text,
  p_starts_at    timestamptz,
  p_ends_at      timestamptz,
  p_reason       text,
  p_provider_id  uuid default null,
  p_exception_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_id          uuid := coalesce(p_exception_id, gen_random_uuid());
begin
  perform internal.require_identity(coalesce(p_provider_id, v_provider_id));
  if p_starts_at is null or p_ends_at is null or p_ends_at <= p_starts_at
     or not isfinite(p_starts_at) or not isfinite(p_ends_at)
     or p_ends_at - p_starts_at > interval '400 days' then
    perform internal.refuse(
      'M0107', 'times_invalid', 'The end must follow the start, by at most 400 days.');
  end if;

  insert into core.availability_exception
    (availability_exception_id, provider_id, kind, during, reason)
  values (v_id, v_provider_id, p_kind, tstzrange(p_starts_at, p_ends_at), p_reason);
  return v_id;
end
$$;

alter function internal.add_exception owner to definer;

comment on function internal.add_exception is $$
Raises
  M0107 times_invalid  the end does not follow the start, or by more than 400 days
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.block_time(
  p_starts_at    timestamptz,
  p_ends_at      timestamptz,
  p_reason       text default null,
  p_provider_id  uuid default null,
  p_exception_id uuid default null
)
returns uuid
language sql
volatile
begin atomic
  select internal.add_exception(
    'block', p_starts_at, p_ends_at, p_reason, p_provider_id, p_exception_id);
end;

comment on function api.block_time is $$
Close a time of the caller, who may be named, and return the exception's id: p_exception_id, if its
client has made one. No slot in it is listed, sold or offered any more, made by hours or by hand.
Bookings are kept.

Raises
  M0107 times_invalid  the end does not follow the start, or by more than 400 days
  M1001 sign_in_required, M4001 provider_not_found
  42501                p_provider_id is somebody else
$$;

create or replace function api.open_time(
  p_starts_at timestamptz,
  p_ends_at   timestamptz,
  p_reason    text default null
)
returns uuid
language sql
volatile
begin atomic
  select internal.add_exception('open', p_starts_at, p_ends_at, p_reason, null);
end;

comment on function api.open_time is $$
Open a time beyond the caller's weekly hours and return the exception's id. A block wins.

Raises
  M0107 times_invalid  the end does not follow the start, or by more than 400 days
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.block_date(
  p_date         date,
  p_reason       text default null,
  p_provider_id  uuid default null,
  p_exception_id uuid default null
)
returns uuid
language sql
volatile
begin atomic
  select internal.add_exception(
    'block', p_date::timestamp at time zone p.timezone,
    (p_date + 1)::timestamp at time zone p.timezone, p_reason,
    p_provider_id, p_exception_id)
  from core.person as p
  where p.person_id = internal.require_provider_id();
end;

comment on function api.block_date is $$
Close a whole day of the caller, who may be named, from midnight to midnight in their zone.

Raises
  M0107 times_invalid  the date is infinite
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.list_exceptions()
returns table (
  availability_exception_id uuid,
  kind                      text,
  starts_at                 timestamptz,
  ends_at                   timestamptz,
  reason                    text,
  created_at                timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select x.availability_exception_id, x.kind, lower(x.during), upper(x.during), x.reason,
         x.created_at
  from core.availability_exception as x
  where x.provider_id = internal.user_id()
    and upper(x.during) > now()
  order by x.during;
end;

alter function api.list_exceptions owner to definer;

comment on function api.list_exceptions is $$
The caller's coming exceptions, soonest first, with their reasons, which nobody else reads.
Security definer, because no column of reasons is granted to anybody.
$$;

create or replace function api.remove_exception(p_availability_exception_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
begin
  delete from core.availability_exception as x
  where x.availability_exception_id = p_availability_exception_id
    and x.provider_id = v_provider_id;

  if not found then
    perform internal.refuse(
      'M4102', 'exception_not_found',
      format('You have no exception %s.', p_availability_exception_id));
  end if;
end
$$;

alter function api.remove_exception owner to definer;

comment on function api.remove_exception is $$
Remove a block or an opening of the caller's; the slots change with it.

Raises
  M1001 sign_in_required, M4001 provider_not_found
  M4102 exception_not_found  there is none, or it is another provider's
$$;

create or replace function internal.is_within_hours(
  p_provider_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns boolean
language sql
stable
begin atomic
  -- Hours that meet are one: nine to twelve and twelve to five hold a time from eleven to one.
  select tstzrange(p_starts_at, p_ends_at) <@ range_agg(h.during)
     and not internal.is_time_blocked(p_provider_id, p_starts_at, p_ends_at)
  from (
    select tstzrange(w.opens at time zone w.timezone, w.closes at time zone w.timezone) as during
    from internal.weekly_windows(p_provider_id, p_starts_at, p_ends_at) as w
    -- Where clocks go forward, a window of an hour that is skipped has no time.
    where w.opens at time zone w.timezone < w.closes at time zone w.timezone
    union all
    select x.during
    from core.availability_exception as x
    where x.provider_id = p_provider_id
      and x.kind = 'open'
      and x.during && tstzrange(p_starts_at, p_ends_at)
  ) as h;
end;

comment on function internal.is_within_hours is
  'Whether all of a time lies in a provider''s hours, openings included, and none of it is blocked.';

create or replace function internal.exception_reason(p_availability_exception_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select x.reason
    from core.availability_exception as x
    where x.availability_exception_id = p_availability_exception_id
      and (x.provider_id = internal.user_id() or internal.is_service()));
end
$$;

alter function internal.exception_reason owner to definer;

comment on function internal.exception_reason is
  'Why a provider has closed a time, for them alone: views ask it for every time they show.';
