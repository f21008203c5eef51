-- Reading Stripe's list of events, so that an event that no webhook brought is heard all the same.

create or replace function internal.needed_events()
returns table (event_type text, endpoint text)
language sql
immutable
parallel safe
begin atomic
  select e.event_type, e.endpoint
  from (values
    ('payment_intent.amount_capturable_updated', 'platform'),
    ('payment_intent.canceled', 'platform'),
    ('payment_intent.payment_failed', 'platform'),
    ('payment_intent.processing', 'platform'),
    ('payment_intent.requires_action', 'platform'),
    ('payment_intent.succeeded', 'platform'),
    ('charge.dispute.closed', 'platform'),
    ('charge.dispute.created', 'platform'),
    ('charge.dispute.funds_reinstated', 'platform'),
    ('charge.dispute.funds_withdrawn', 'platform'),
    ('charge.dispute.updated', 'platform'),
    ('charge.expired', 'platform'),
    ('charge.refunded', 'platform'),
    ('charge.refund.updated', 'platform'),
    ('charge.succeeded', 'platform'),
    ('refund.created', 'platform'),
    ('refund.failed', 'platform'),
    ('refund.updated', 'platform'),
    ('transfer.reversed', 'platform'),
    ('radar.early_fraud_warning.created', 'platform'),
    ('account.application.deauthorized', 'connect'),
    ('account.external_account.created', 'connect'),
    ('account.external_account.deleted', 'connect'),
    ('account.external_account.updated', 'connect'),
    ('account.updated', 'connect'),
    ('capability.updated', 'connect'),
    ('payout.failed', 'connect')
  ) as e(event_type, endpoint);
end;

comment on function internal.needed_events is $$
The events that Stripe must send, and to which of the two endpoints. docs/operations.md lists the
same ones; a test holds it.
$$;

create or replace function api.next_event_page()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- Stripe's list is not sorted to the second, so the last five minutes are read once more.
  select jsonb_build_object(
    'created_from', extract(epoch from c.heard_at - interval '5 minutes')::bigint,
    'after_id', c.after_id)
  from core.event_cursor as c;
end;

alter function api.next_event_page owner to definer;

comment on function api.next_event_page is $$
Which page of Stripe's list of events is to be read next: events since {created_from}, after
{after_id} when a walk is under way. For the house alone.
$$;

create or replace function api.unheard_events(p_events jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(e.event ->> 'id' order by e.n desc), '[]')
  from jsonb_array_elements(p_events) with ordinality as e(event, n)
  join internal.needed_events() as w
    on w.event_type = e.event ->> 'type' and w.endpoint = 'platform'
  where not exists (select from core.stripe_event as s where s.event_id = e.event ->> 'id');
end;

alter function api.unheard_events owner to definer;

comment on function api.unheard_events is $$
Of a page of Stripe's list, [{id, type}], the newest first: the ids of events that are needed here
and were never heard of, the oldest first. For the house alone.
$$;

create or replace function api.keep_event_page(
  p_after_id  text,
  p_newest_at bigint,
  p_last_id   text,
  p_has_more  boolean
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor core.event_cursor;
begin
  select c.* into v_cursor from core.event_cursor as c for no key update;
  if v_cursor.after_id is distinct from p_after_id then
    return false;
  end if;

  -- The first page of a walk has the newest event; it counts once the walk has reached the end.
  v_cursor.newest_at := coalesce(v_cursor.newest_at, to_timestamp(p_newest_at));
  update core.event_cursor as c
  set heard_at = case when p_has_more then c.heard_at
                      else greatest(c.heard_at, v_cursor.newest_at) end,
      newest_at = case when p_has_more then v_cursor.newest_at end,
      after_id = case when p_has_more then p_last_id end;
  return true;
end
$$;

alter function api.keep_event_page owner to definer;

comment on function api.keep_event_page is $$
Move on after a page of Stripe's list was stored: it was read after p_after_id, ends with p_last_id,
and p_newest_at is the second of its first event. False, and nothing changes, if another process
has moved on meanwhile. Locks the cursor. For the house alone.
$$;

create or replace function api.restart_event_walk()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.event_cursor as c set newest_at = null, after_id = null;
end
$$;

alter function api.restart_event_walk owner to definer;

comment on function api.restart_event_walk is $$
Begin the walk under way anew from the newest event, because Stripe has forgotten the event at which
it stood (after 30 days). Nothing is skipped. For the house alone.
$$;
