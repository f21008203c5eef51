-- Hours into slots.
--
-- A local day is built as (date, time, zone) and converted once. If a clock change skips a start,
-- there is no slot; if it repeats one, there are two. A window that closes in a repeated hour
-- closes at the second one. A slot always lasts its full length in real minutes.

create or replace function internal.weekly_windows(
  p_provider_id uuid,
  p_from        timestamptz,
  p_until       timestamptz
)
returns table (
  availability_rule_id uuid,
  timezone             text,
  opens                timestamp,
  closes               timestamp
)
language sql
stable
begin atomic
  select
    r.availability_rule_id, r.timezone,
    d.day + r.start_local,
    d.day + r.end_local
      + case when r.end_local <= r.start_local then interval '1 day' else interval '0' end
  from core.availability_rule as r
  cross join lateral generate_series(
    date_trunc('day', p_from at time zone r.timezone) - interval '1 day',
    p_until at time zone r.timezone,
    interval '1 day'
  ) as d(day)
  where r.provider_id = p_provider_id
    and r.is_active
    and extract(dow from d.day) = r.weekday
    and d.day >= coalesce(r.valid_from, d.day)
    and d.day <= coalesce(r.valid_to, d.day);
end;

comment on function internal.weekly_windows is $$
When a provider's weekly rules open and close in a time, in the local time of each rule's zone.
$$;

create or replace function internal.instants_of(p_local timestamp, p_timezone text)
returns setof timestamptz
language sql
stable
begin atomic
  -- When clocks are put back, `at time zone` returns the later of two instants. The earlier one
  -- has the offset of some hours before.
  select i.at
  from (select p_local at time zone p_timezone as at) as later
  cross join lateral (
    select later.at
    union all
    select earlier.at
    from (
      select later.at + ((p_local - (later.at at time zone 'UTC'))
                         - (((later.at - interval '3 hours') at time zone p_timezone)
                            - ((later.at - interval '3 hours') at time zone 'UTC'))) as at
    ) as earlier
    where earlier.at <> later.at
  ) as i
  where i.at at time zone p_timezone = p_local;
end;

comment on function internal.instants_of is $$
When a local time is: once on most days, twice in the hour that is repeated in autumn, never in the
hour that is left out in spring.
$$;

create or replace function internal.desired_slots(
  p_provider_id uuid,
  p_from        timestamptz,
  p_until       timestamptz
)
returns table (
  offering_id          uuid,
  availability_rule_id uuid,
  starts_at            timestamptz,
  ends_at              timestamptz,
  capacity             integer
)
language sql
stable
begin atomic
  with bookable as (
    select
      o.offering_id, o.capacity,
      make_interval(mins => o.duration_min) as duration,
      make_interval(mins => coalesce(o.slot_step_min, o.duration_min)) as step
    from core.offering as o
    where o.provider_id = p_provider_id
      and o.is_active
      and o.kind in ('session', 'service')
      and o.duration_min is not null
  ),
  starts as (
    select
      b.offering_id, b.capacity, b.duration, w.availability_rule_id,
      i.at as starts_at,
      w.closes at time zone w.timezone as closes_at
    from internal.weekly_windows(p_provider_id, p_from, p_until) as w
    cross join bookable as b
    cross join lateral generate_series(w.opens, w.closes - interval '1 minute', b.step) as l(local)
    cross join lateral internal.instants_of(l.local, w.timezone) as i(at)

    union all

    select
      b.offering_id, b.capacity, b.duration, null,
      i.starts_at, upper(x.during)
    from core.availability_exception as x
    cross join bookable as b
    cross join lateral generate_series(
      lower(x.during), upper(x.during) - interval '1 minute', b.step) as i(starts_at)
    where x.provider_id = p_provider_id
      and x.kind = 'open'
      and x.during && tstzrange(p_from, p_until)
  )
  select distinct on (s.offering_id, s.starts_at)
    s.offering_id, s.availability_rule_id, s.starts_at, s.starts_at + s.duration, s.capacity
  from starts as s
  where s.starts_at >= p_from
    and s.starts_at < p_until
    and s.starts_at + s.duration <= s.closes_at
    and not exists (
      select
      from core.availability_exception as x
      where x.provider_id = p_provider_id
        and x.kind = 'block'
        and x.during && tstzrange(s.starts_at, s.starts_at + s.duration)
    )
  order by s.offering_id, s.starts_at, s.availability_rule_id nulls last;
end;

comment on function internal.desired_slots is $$
The slots a provider's hours make in a time: weekly rules and open exceptions, less blocks,
for each active offering. It only computes them; internal.refresh_slots writes them.
$$;

create or replace function internal.tell_waiting(p_provider_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot_id uuid;
begin
  for v_slot_id in
    update core.waitlist_entry as w
    set state = 'waiting', offer_expires_at = null
    from core.slot as s
    where s.slot_id = w.slot_id
      and s.provider_id = p_provider_id
      and s.state = 'closed'
      and s.starts_at > now()
      and w.state = 'offered'
    returning s.slot_id
  loop
    perform internal.settle_slot(v_slot_id);
  end loop;

  for v_slot_id in
    select distinct s.slot_id
    from core.slot as s
    join core.waitlist_entry as w using (slot_id)
    where s.provider_id = p_provider_id
      and s.state = 'open'
      and s.starts_at > now()
      and w.state = 'waiting'
    order by s.slot_id
  loop
    perform internal.offer_freed_seats(v_slot_id);
  end loop;
end
$$;

alter function internal.tell_waiting owner to definer;

comment on function internal.tell_waiting is $$
Withdraw waitlist offers in slots that have closed, and offer free seats in slots that have opened
or grown. The caller holds the provider's lock.
$$;

create or replace function internal.slot_changes(p_provider_id uuid, p_until timestamptz)
returns table (
  slot_id              uuid,
  state                text,
  ends_at              timestamptz,
  capacity             integer,
  is_capacity_own      boolean,
  offering_id          uuid,
  starts_at            timestamptz,
  availability_rule_id uuid,
  desired_end          timestamptz,
  desired_capacity     integer,
  is_new               boolean,
  is_gone              boolean,
  new_end              timestamptz,
  is_open              boolean,
  current_capacity     integer
)
language sql
stable
begin atomic
  -- A full join is hashed or merged, however many rows the planner expects of the function. Other
  -- joins of the two lists were seen to go through all pairs.
  select
    e.slot_id, e.state, e.ends_at, e.capacity, e.is_capacity_own,
    coalesce(d.offering_id, e.offering_id) as offering_id,
    coalesce(d.starts_at, e.starts_at) as starts_at,
    d.availability_rule_id, d.ends_at as desired_end, d.capacity as desired_capacity,
    e.slot_id is null as is_new,
    e.is_unused and d.starts_at is null as is_gone,
    -- An idle slot of hours becomes what the hours make there now. A slot in use does not change,
    -- and sells its other seats only while the hours make exactly this slot.
    case when e.is_unused then d.ends_at else e.ends_at end as new_end,
    case
      when e.origin = 'manual'
      then not internal.is_time_blocked(p_provider_id, e.starts_at, e.ends_at)
      else d.starts_at is not null and (e.is_unused or d.ends_at = e.ends_at)
    end as is_open,
    e.current_capacity
  from internal.desired_slots(p_provider_id, now(), p_until) as d
  full join (
    select
      s.*, internal.capacity_of(s, o.capacity) as current_capacity,
      s.origin = 'hours' and internal.slot_is_idle(s) as is_unused
    from core.slot as s
    join core.offering as o using (offering_id)
    where s.provider_id = p_provider_id and s.starts_at >= now()
  ) as e using (offering_id, starts_at);
end;

comment on function internal.slot_changes is $$
The slots of a provider from now until a time, each beside what the hours make there: new ones,
ones that are gone, and what the others become.
$$;

create or replace function internal.refresh_slots(p_provider_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- A connection keeps the plan it made while the tables were a page long. A table that must be read
-- all the same makes a plan look so dear that it would be compiled.
set enable_seqscan = off
set jit = off
as $$
declare
  v_until timestamptz := (
    select now() + make_interval(days => m.slot_horizon_days)
    from core.marketplace as m
    where m.is_only);
begin
  -- Whoever books with this provider waits at this row, so an unused slot stays unused.
  perform from core.provider as p where p.provider_id = p_provider_id for no key update;

  with change as materialized (
    select c.* from internal.slot_changes(p_provider_id, v_until) as c
  ),
  gone as (
    delete from core.slot as s
    using change as c
    where s.slot_id = c.slot_id
      and c.is_gone
      and not exists (select from core.booking as b where b.slot_id = c.slot_id)
      and not exists (select from core.waitlist_entry as w where w.slot_id = c.slot_id)
    returning s.slot_id
  ),
  adjusted as (
    update core.slot as s
    set state = case when c.is_open then 'open' else 'closed' end,
        ends_at = coalesce(c.new_end, s.ends_at),
        capacity = c.current_capacity,
        availability_rule_id = coalesce(c.availability_rule_id, s.availability_rule_id)
    from change as c
    where s.slot_id = c.slot_id
      and c.state <> 'removed'
      and (c.is_open, coalesce(c.new_end, c.ends_at), c.current_capacity)
          is distinct from (c.state = 'open', c.ends_at, c.capacity)
      and not exists (select from gone as g where g.slot_id = c.slot_id)
  )
  insert into core.slot
    (offering_id, provider_id, availability_rule_id, origin, starts_at, ends_at, capacity)
  select c.offering_id, p_provider_id, c.availability_rule_id, 'hours', c.starts_at,
         c.desired_end, c.desired_capacity
  from change as c
  where c.is_new
  order by c.starts_at
  on conflict do nothing;

  update core.provider as p set slots_until = v_until where p.provider_id = p_provider_id;
  perform internal.tell_waiting(p_provider_id);
end
$$;

alter function internal.refresh_slots owner to definer;

comment on function internal.refresh_slots is $$
Bring a provider's future slots in line with their hours, up to the marketplace's horizon. Safe to
repeat. Slots whose hours are gone, and slots in a blocked time, are closed: their bookings stand,
and nothing more is sold or offered in them. They open again with their hours, or when the block is
removed. Slots of hours that nobody ever used are deleted. A slot in use keeps its times; its seats
follow the offering unless the provider has set them.
Locks the provider.
$$;

create or replace function internal.estimated_slots(p_provider_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with step as (
    select coalesce(sum(1.0 / coalesce(o.slot_step_min, o.duration_min)), 0) as per_minute
    from core.offering as o
    where o.provider_id = p_provider_id
      and o.is_active
      and o.kind in ('session', 'service')
      and o.duration_min is not null
  ),
  minutes as (
    select
      extract(epoch from r.end_local - r.start_local
        + case when r.end_local <= r.start_local then interval '1 day' else interval '0' end) / 60
        * m.slot_horizon_days / 7 as open
    from core.availability_rule as r
    cross join core.marketplace as m
    where r.provider_id = p_provider_id
      and r.is_active
      and coalesce(r.valid_to, 'infinity') >= now()
    union all
    select extract(epoch from upper(x.during) - greatest(lower(x.during), now())) / 60
    from core.availability_exception as x
    where x.provider_id = p_provider_id
      and x.kind = 'open'
      and upper(x.during) > now()
  )
  select ceil(s.per_minute * coalesce(sum(n.open), 0))::bigint
  from step as s
  left join minutes as n on true
  group by s.per_minute;
end;

alter function internal.estimated_slots owner to definer;

comment on function internal.estimated_slots is $$
How many slots a provider's hours would make at most, from durations alone: asked before the work
is begun.
$$;

create or replace function internal.require_bounded_hours(p_provider_id uuid, p_times integer)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most integer := (select m.max_slots from core.marketplace as m);
begin
  if (select count(*) > 200 from core.availability_rule as r where r.provider_id = p_provider_id)
     or (select count(*) > 1000 from core.availability_exception as x
         where x.provider_id = p_provider_id and x.busy_calendar_id is null
           and upper(x.during) > now())
     or internal.estimated_slots(p_provider_id) > p_times::bigint * v_most then
    perform internal.refuse('M0108', 'hours_too_many',
      format('A provider has at most 200 windows, 1000 coming exceptions and %s coming slots.',
             v_most),
      'Take some away first, or make longer sessions.');
  end if;
end
$$;

alter function internal.require_bounded_hours owner to definer;

comment on function internal.require_bounded_hours is $$
Refuse hours that would make more work than one request may: before it is done, not after.

Raises
  M0108 hours_too_many  too many windows, exceptions, or slots that they would make
$$;

create or replace function internal.on_hours_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid;
begin
  for v_provider_id in select distinct c.provider_id from changed as c order by 1 loop
    if tg_op <> 'DELETE' then
      -- While hours are replaced the old and the new stand side by side for a moment.
      perform internal.require_bounded_hours(
        v_provider_id, case tg_table_name when 'availability_rule' then 2 else 1 end);
    end if;
    perform internal.refresh_slots(v_provider_id);
  end loop;
  return null;
end
$$;

alter function internal.on_hours_changed owner to definer;

comment on function internal.on_hours_changed is $$
Trigger: change the slots in the transaction that changes hours, exceptions or offerings.

Raises
  M0108 hours_too_many  one provider would keep the clock busy for everybody
$$;

create or replace trigger availability_rule_inserted after insert on core.availability_rule
  referencing new table as changed
  for each statement execute function internal.on_hours_changed();
create or replace trigger availability_rule_updated after update on core.availability_rule
  referencing new table as changed
  for each statement execute function internal.on_hours_changed();
create or replace trigger availability_rule_deleted after delete on core.availability_rule
  referencing old table as changed
  for each statement execute function internal.on_hours_changed();
create or replace trigger availability_exception_inserted
  after insert on core.availability_exception
  referencing new table as changed
  for each statement execute function internal.on_hours_changed();
create or replace trigger availability_exception_updated
  after update on core.availability_exception
  referencing new table as changed
  for each statement execute function internal.on_hours_changed();
create or replace trigger availability_exception_deleted
  after delete on core.availability_exception
  referencing old table as changed
  for each statement execute function internal.on_hours_changed();
create or replace function internal.on_offerings_made()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_room(c.n - 1, m.max_offerings, 'offerings')
  from (
    select count(*) as n
    from core.offering as o
    where o.provider_id in (select made.provider_id from changed as made)
    group by o.provider_id
  ) as c
  cross join core.marketplace as m;
  perform internal.require_bounded_hours(c.provider_id, 1)
  from (
    -- Time by the hour makes no slots, and a customer asks for it.
    select distinct made.provider_id
    from changed as made
    where made.kind in ('session', 'service')
    order by 1
  ) as c;
  perform internal.refresh_slots(c.provider_id)
  from (select distinct made.provider_id from changed as made order by 1) as c;
  return null;
end
$$;

alter function internal.on_offerings_made owner to definer;

comment on function internal.on_offerings_made is $$
Trigger: a provider has so many offerings at most, and slots of new ones are made.

Raises
  M0108 hours_too_many  one provider would keep the clock busy for everybody
  M9002 too_many_made   there are as many as are allowed
$$;

create or replace function internal.on_offerings_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_bounded_hours(c.provider_id, 1)
  from (
    select distinct o.provider_id
    from changed as o
    join before as b using (offering_id)
    where o.is_active
      and (o.duration_min, o.slot_step_min, o.is_active)
          is distinct from (b.duration_min, b.slot_step_min, b.is_active)
    order by 1
  ) as c;
  -- A new title or price changes no slot.
  perform internal.refresh_slots(c.provider_id)
  from (
    select distinct o.provider_id
    from changed as o
    join before as b using (offering_id)
    where (o.kind, o.duration_min, o.slot_step_min, o.capacity, o.is_active)
          is distinct from (b.kind, b.duration_min, b.slot_step_min, b.capacity, b.is_active)
    order by 1
  ) as c;
  return null;
end
$$;

alter function internal.on_offerings_changed owner to definer;

comment on function internal.on_offerings_changed is $$
Trigger: slots follow their offerings. A change that makes no more slots than there were is never
refused for their number.

Raises
  M0108 hours_too_many  one provider would keep the clock busy for everybody
$$;

create or replace trigger offering_inserted after insert on core.offering
  referencing new table as changed
  for each statement execute function internal.on_offerings_made();
create or replace trigger offering_updated after update on core.offering
  referencing old table as before new table as changed
  for each statement execute function internal.on_offerings_changed();

create or replace function api.extend_slots(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid;
  v_count       integer := 0;
begin
  for v_provider_id in
    select p.provider_id
    from core.provider as p
    cross join core.marketplace as m
    where (p.slots_until is null
           or p.slots_until < now() + make_interval(days => m.slot_horizon_days - 1))
      and p.provider_id <> all (internal.aside('extend_slots'))
    order by p.provider_id
    limit least(p_limit, 10000)
    for no key update of p skip locked
  loop
    begin
      perform internal.refresh_slots(v_provider_id);
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('extend_slots', v_provider_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.extend_slots owner to definer;

comment on function api.extend_slots is $$
Make slots up to the horizon for providers whose slots end before it; return how many providers.
For the clock: safe to run twice, late or beside itself.
$$;
