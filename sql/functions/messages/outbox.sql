-- From the outbox to the queue, for the relay and the clock.

create or replace function api.claim_outbox(p_limit integer default 100)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with due as (
    select o.outbox_id
    from core.outbox as o
    where o.sent_at is null
      and o.available_at <= now()
      -- An alarm that nobody would read waits until there is somebody.
      and (o.topic not like 'staff.%' or internal.address_of_staff() is not null)
    order by o.available_at
    limit p_limit
    for update skip locked
  ),
  claimed as (
    update core.outbox as o
    set attempts     = o.attempts + 1,
        -- One that no relay survives steps behind those that wait, further each time.
        available_at = now() + least(interval '1 minute' * power(2, least(o.attempts, 4)),
                                     interval '15 minutes')
    from due as d
    where o.outbox_id = d.outbox_id
    returning o.outbox_id, o.attempts
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('outbox_id', c.outbox_id, 'attempt', c.attempts)), '[]')
  from claimed as c;
end;

alter function api.claim_outbox owner to definer;

comment on function api.claim_outbox is $$
Lease messages that are due to this relay for a minute, as [{outbox_id, attempt}].
Alarms to staff wait while nobody would get them (internal.address_of_staff). Relays that run at the same time claim different messages. What is not recorded in time is due
again, so a message may be sent twice; its consumer deduplicates.
$$;

create or replace function api.record_outbox(
  p_outbox_ids uuid[],
  p_attempts   integer[],
  p_errors     text[]
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  -- Rejected messages wait 2, 4, 8 … seconds, at most fifteen minutes, with random variation.
  update core.outbox as o
  set sent_at      = case when r.error is null then now() end,
      last_error   = left(r.error, 500),
      available_at = case
        when r.error is null then o.available_at
        else now() + least(interval '15 minutes', make_interval(secs => 2 ^ least(o.attempts, 10)))
                   * (0.75 + random() / 2)
      end
  from unnest(p_outbox_ids, p_attempts, p_errors) as r(outbox_id, attempt, error)
  where o.outbox_id = r.outbox_id
    and o.attempts = r.attempt
    and o.sent_at is null;

  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function api.record_outbox owner to definer;

comment on function api.record_outbox is $$
Record which claimed messages the queue accepted (a null error) and why it rejected the
others; returns how many rows it changed. A message that was claimed again, or that
its mailer has put back meanwhile, is left as it is.
$$;

create or replace function internal.uuid_v7_floor(p_at timestamptz)
returns uuid
language sql
stable
return encode(
  substring(int8send((extract(epoch from p_at) * 1000)::bigint) from 3)
    || '\x70008000000000000000'::bytea,
  'hex')::uuid;

comment on function internal.uuid_v7_floor is
  'The smallest time-ordered uuid of an instant, to select keys by time.';

create or replace function api.trim_outbox(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  delete from core.outbox as o
  where o.outbox_id in (
    select old.outbox_id
    from core.outbox as old
    where old.outbox_id < internal.uuid_v7_floor(now() - interval '90 days')
      and old.sent_at is not null
    order by old.outbox_id
    limit p_limit
    for update skip locked);

  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function api.trim_outbox owner to definer;

comment on function api.trim_outbox is $$
Delete sent messages that are older than three months, and their deliveries. No queue keeps a
message longer than two weeks. Returns how many. For the clock: safe to run
twice, late or beside itself.
$$;
