-- The inbox of Stripe's events: store first, then apply, in a transaction of its own.
--
-- If the Lambda dies before it has stored the event, Stripe sends it again. If it dies later, or
-- applying fails, the row stays `new` and the payouts Lambda's sweep retries it. Applying twice
-- changes nothing, because joining only adds facts.

create or replace function api.store_stripe_event(
  p_event_id    text,
  p_event_type  text,
  p_object_id   text,
  p_account     text,
  p_livemode    boolean,
  p_api_version text,
  p_created     bigint,
  p_payload     bytea,
  p_status      text default 'new'
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.stripe_event
    (event_id, event_type, object_id, account, livemode, api_version, happened_at, payload, status)
  values
    (p_event_id, p_event_type, p_object_id, p_account, p_livemode, p_api_version,
     to_timestamp(p_created), p_payload, p_status)
  on conflict (event_id) do nothing;
  return found;
end
$$;

alter function api.store_stripe_event owner to definer;

comment on function api.store_stripe_event is
  'Store an event, once; false if it was stored before. For the house alone.';

create or replace function internal.needed_object(p_event jsonb)
returns jsonb
language sql
immutable
parallel safe
return case
  when p_event ->> 'type' in ('account.updated', 'capability.updated')
       or p_event ->> 'type' like 'account.external_account.%'
    then jsonb_build_object('object', 'account', 'id', coalesce(
      p_event ->> 'account', p_event #>> '{data,object,account}', p_event #>> '{data,object,id}'))
  when p_event ->> 'type' = 'charge.refunded'
    then jsonb_build_object('object', 'refunds',
      'id', internal.stripe_id(p_event #> '{data,object,payment_intent}'))
  when p_event ->> 'type' = 'charge.expired'
    then jsonb_build_object('object', 'payment_intent',
      'id', internal.stripe_id(p_event #> '{data,object,payment_intent}'))
  when p_event ->> 'type' = 'transfer.reversed'
    then jsonb_build_object('object', 'reversals', 'id', p_event #>> '{data,object,id}')
end;

comment on function internal.needed_object is $$
What must be fetched from Stripe before an event can be applied, because the newest state matters or
the event does not carry the object. Null for most events.
$$;

create or replace function internal.reduce_event(p_event jsonb, p_fetched jsonb, p_asked_at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text := p_event ->> 'type';
begin
  if p_fetched is not null then
    return internal.join_stripe_object(p_fetched, p_asked_at);
  end if;

  if v_kind = 'account.application.deauthorized' then
    update core.payout_account as a
    set is_disconnected = true
    where a.external_id = p_event ->> 'account';
    return case when found then 'done' else 'ignored' end;
  elsif v_kind = 'radar.early_fraud_warning.created' then
    perform internal.announce('staff.fraud_warning', null, jsonb_build_object(
      'payment_id', internal.payment_of_intent(
        internal.stripe_id(p_event #> '{data,object,payment_intent}'))));
    return 'done';
  elsif v_kind = 'payout.failed' and p_event ? 'account' then
    perform internal.notify(a.provider_id, 'payout_bank_failed', '{}')
    from core.payout_account as a
    where a.external_id = p_event ->> 'account';
    return case when found then 'done' else 'ignored' end;
  elsif v_kind ~ '^(payment_intent|charge|refund|transfer)\.' then
    return internal.join_stripe_object(
      p_event #> '{data,object}', to_timestamp((p_event ->> 'created')::bigint));
  end if;
  return 'ignored';
end
$$;

alter function internal.reduce_event owner to definer;

comment on function internal.reduce_event is
  'Apply one event: the object that was fetched for it, or else the object that it carries.';

create or replace function api.apply_stripe_event(
  p_event_id text,
  p_fetched  jsonb default null,
  p_asked_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event  core.stripe_event;
  v_body   jsonb;
  v_result text;
  v_error  text;
begin
  select e.* into v_event from core.stripe_event as e where e.event_id = p_event_id for update;
  if not found or v_event.status <> 'new' then
    return jsonb_build_object('status', v_event.status);
  end if;

  begin
    v_body := convert_from(v_event.payload, 'UTF8')::jsonb;
    if p_fetched is null and internal.needed_object(v_body) ->> 'id' is not null then
      return jsonb_build_object('status', 'new', 'asked_at', now(),
                                'fetch', internal.needed_object(v_body));
    end if;
    v_result := internal.reduce_event(v_body, p_fetched, p_asked_at);
  exception
    when serialization_failure or deadlock_detected then
      raise;
    when others then
      -- The changes are rolled back; the event is kept and tried again.
      v_result := 'failed';
      v_error := sqlstate || ' ' || sqlerrm;
  end;

  perform internal.finish_event(v_event, v_result, v_error);
  return jsonb_build_object('status', v_result);
end
$$;

alter function api.apply_stripe_event owner to definer;

comment on function api.apply_stripe_event is $$
Apply a stored event and all that follows from it, in one transaction, once. Returns {status}:
done or ignored; missing, unknown or failed (kept, tried again later). Or {status: new, fetch,
asked_at}: fetch that object from Stripe and call again with it. Locks the event first, then what
internal.lock_payment and internal.lock_wallet lock. For the house alone.
$$;

create or replace function internal.finish_event(
  p_event  core.stripe_event,
  p_result text,
  p_error  text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_open boolean := p_result in ('missing', 'unknown', 'failed');
  -- With waits that double this is four days, longer than Stripe itself repeats an event.
  v_is_last boolean := p_event.attempts >= 24;
begin
  update core.stripe_event as e
  set status = case
        when not v_is_open then p_result
        when not v_is_last then 'new'
        -- About an intent that never became known here: another system uses the same account.
        when p_result = 'unknown' then 'ignored'
        else 'dead'
      end,
      attempts = e.attempts + 1,
      processed_at = case when not v_is_open then now() end,
      next_at = now() + least(interval '2 seconds' * power(2, least(e.attempts, 20)),
                              interval '6 hours'),
      last_error = coalesce(p_error, case when v_is_open then p_result end)
  where e.event_id = p_event.event_id;

  if v_is_last and p_result in ('missing', 'failed') then
    perform internal.announce('staff.stripe_event_dead', null,
      jsonb_build_object('event_id', p_event.event_id, 'event_type', p_event.event_type));
  end if;
end
$$;

alter function internal.finish_event owner to definer;

comment on function internal.finish_event is
  'Record the result of an event; after each failure it waits twice as long.';

create or replace function api.due_stripe_events(p_limit integer default 100)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(d.event_id order by d.next_at), '[]')
  from (
    select e.event_id, e.next_at
    from core.stripe_event as e
    where e.status = 'new' and e.next_at <= now()
    order by e.next_at
    limit least(p_limit, 1000)
  ) as d;
end;

alter function api.due_stripe_events owner to definer;

comment on function api.due_stripe_events is
  'Ids of events that are stored and not applied, longest waiting first. For the house.';
