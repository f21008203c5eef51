-- What stands still, of every queue, for staff.

create or replace function api.list_stuck_work(p_limit integer default 100)
returns table (
  queue    text,
  id       text,
  kind     text,
  since    timestamptz,
  attempts integer,
  next_at  timestamptz,
  problem  text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select w.*
  from (
    select 'stripe_event', e.event_id, e.event_type, e.received_at, e.attempts,
           case when e.status = 'new' then e.next_at end, concat_ws(': ', e.status, e.last_error)
    from core.stripe_event as e
    where e.status in ('misfit', 'dead', 'unreadable') or e.status = 'new' and e.attempts >= 5
    union all
    select 'stripe_command', c.stripe_command_id::text, c.kind, c.created_at, c.attempts,
           case when c.alarmed_at is null then c.next_at end,
           concat_ws(': ', c.state, c.error ->> 'reason')
    from core.stripe_command as c
    where c.finished_at is null and (c.alarmed_at is not null or c.attempts >= 5)
    union all
    select 'outbox', o.outbox_id::text, o.topic, o.created_at, o.attempts, o.available_at,
           case when o.topic like 'staff.%' and internal.address_of_staff() is null
                then 'nobody to tell: set support_email' else o.last_error end
    from core.outbox as o
    where o.sent_at is null
      and (o.attempts >= 5
           or o.topic like 'staff.%' and internal.address_of_staff() is null)
    union all
    select 'delivery', d.outbox_id::text, o.topic, d.created_at, d.attempts, d.claimed_until,
           d.detail
    from core.delivery as d
    join core.outbox as o using (outbox_id)
    where d.state = 'waiting' and d.attempts >= 3
    union all
    select 'clock', k.subject_id::text, k.task, k.failed_at, k.attempts, k.next_at, k.last_error
    from core.clock_failure as k
    -- A row that was due an hour ago and did not fail again was done.
    where k.next_at > now() - interval '1 hour'
    union all
    select 'finding', f.external_id, f.problem, f.found_at, 0, null, null
    from core.reconciliation_finding as f
    where f.resolved_at is null
  ) as w(queue, id, kind, since, attempts, next_at, problem)
  order by w.since, w.queue, w.id
  limit least(p_limit, 1000);
end
$$;

alter function api.list_stuck_work owner to definer;

comment on function api.list_stuck_work is $$
What stands still, the oldest first: events that do not fit or are given up, commands that wait
for a person, messages that no queue takes, mail that no server takes, findings of the
reconciliation, rows that a task of the clock has set aside; and of the rest what was tried five
times. Without next_at only a person moves it
(api.retry_stripe_event, api.retry_stripe_command). For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
