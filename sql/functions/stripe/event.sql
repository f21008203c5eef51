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

create or replace function internal.event_must_fit(
  p_event   core.stripe_event,
  p_body    jsonb,
  p_fetched jsonb
)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_object jsonb := coalesce(p_fetched, p_body #> '{data,object}');
  v_needed jsonb := internal.needed_object(p_body);
begin
  perform internal.must_fit(p_body, 'its envelope', jsonb_build_object(
    'id', p_event.event_id, 'type', p_event.event_type));
  if (p_body ->> 'account', (p_body ->> 'livemode')::boolean)
     is distinct from (p_event.account, p_event.livemode) or p_event.livemode is null then
    perform internal.refuse_misfit(p_body, 'its envelope', 'account, livemode');
  end if;

  -- Money is moved on the platform's own account. What a connected account does with its own
  -- is not ours, whatever its metadata says.
  if p_event.account is not null
     and p_event.event_type ~ '^(payment_intent|charge|refund|transfer|radar)\.' then
    if internal.is_about_ours(v_object) then
      perform internal.refuse_misfit(v_object, 'the platform', 'account');
    end if;
    return false;
  end if;

  if (v_object ->> 'object' in ('payment_intent', 'charge', 'dispute', 'transfer')
      or v_object ? 'livemode')
     and (v_object ->> 'livemode')::boolean is distinct from p_event.livemode then
    perform internal.refuse_misfit(v_object, 'its event', 'livemode');
  end if;

  if p_fetched is not null and not internal.is_what_was_asked(p_fetched, v_needed) then
    perform internal.refuse_misfit(p_fetched, format('%s %s', v_needed ->> 'object',
      v_needed ->> 'id'), 'it is not what Stripe was asked for');
  end if;
  return true;
end
$$;

alter function internal.event_must_fit owner to definer;

comment on function internal.event_must_fit is $$
Whether an event is what its envelope says, of the account and mode that its object belongs to;
false when it is a connected account's own business.

Raises
  22000  it is not: nothing of it is believed
$$;

create or replace function internal.is_about_ours(p_object jsonb)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(
    p_object -> 'metadata' ?| array['payment_id', 'refund_id', 'payout_leg_id',
                                    'payout_reversal_id'], false)
    or internal.payment_of_intent(coalesce(
      internal.stripe_id(p_object -> 'payment_intent'), p_object ->> 'id')) is not null;
end;

alter function internal.is_about_ours owner to definer;

comment on function internal.is_about_ours is
  'Whether an object of Stripe''s names something of ours, rightly or not.';

create or replace function internal.is_what_was_asked(p_fetched jsonb, p_needed jsonb)
returns boolean
language sql
immutable
parallel safe
return case p_needed ->> 'object'
  when 'refunds' then not exists (
    select from jsonb_array_elements(p_fetched -> 'data') as o(object)
    where internal.stripe_id(o.object -> 'payment_intent') is distinct from p_needed ->> 'id')
  when 'reversals' then not exists (
    select from jsonb_array_elements(p_fetched -> 'data') as o(object)
    where internal.stripe_id(o.object -> 'transfer') is distinct from p_needed ->> 'id')
  else (p_fetched ->> 'object', p_fetched ->> 'id')
       is not distinct from (p_needed ->> 'object', p_needed ->> 'id')
end;

comment on function internal.is_what_was_asked is
  'Whether an answer of Stripe''s is about the object that an event needed.';

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
  v_event   core.stripe_event;
  v_body    jsonb;
  v_is_ours boolean;
  v_needed  jsonb;
  v_result  text;
  v_error   text;
begin
  select e.* into v_event from core.stripe_event as e where e.event_id = p_event_id for update;
  if not found or v_event.status <> 'new' then
    return jsonb_build_object('status', v_event.status);
  end if;

  begin
    v_body := convert_from(v_event.payload, 'UTF8')::jsonb;
    v_is_ours := internal.event_must_fit(v_event, v_body, p_fetched);
    v_needed := internal.needed_object(v_body);
    v_result := case
      when not v_is_ours then 'ignored'
      when p_fetched is null and v_needed ->> 'id' is not null then 'asked'
      else internal.reduce_event(v_body, p_fetched, p_asked_at)
    end;
  exception
    when serialization_failure or deadlock_detected then
      raise;
    when others then
      -- Whatever it had changed is undone; the event is kept. What does not fit stays away until
      -- a person has looked, anything else is tried again.
      v_result := case when sqlstate = '22000' then 'misfit' else 'failed' end;
      v_error := sqlstate || ' ' || sqlerrm;
  end;

  if v_result = 'asked' then
    perform internal.postpone_event(v_event);
    return jsonb_build_object('status', 'new', 'asked_at', now(), 'fetch', v_needed);
  end if;

  perform internal.finish_event(v_event, v_result, v_error);
  return jsonb_build_object('status', v_result);
end
$$;

alter function api.apply_stripe_event owner to definer;

comment on function api.apply_stripe_event is $$
Apply a stored event and everything that follows from it, in one transaction, once. Returns
{status}: done or ignored; missing, unknown or failed (kept, tried again later); misfit (kept, not
believed, staff is told); or {status: new, fetch, asked_at}: ask Stripe for that object and call
again with it. The event is put off before Stripe is asked, so that one which Stripe never
explains does not stand in the way of others. Locks the event first, then what
internal.lock_payment and internal.lock_wallet lock. For the house alone.
$$;

create or replace function internal.event_delay(p_attempts integer)
returns interval
language sql
immutable
parallel safe
return least(interval '2 seconds' * power(2, least(p_attempts, 20)), interval '6 hours');

comment on function internal.event_delay is
  'How long an event waits before it is tried again: twice as long each time, six hours at most.';

create or replace function internal.postpone_event(p_event core.stripe_event)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Counted before the question: the answer may never come.
  if p_event.attempts >= 24 then
    perform internal.finish_event(p_event, 'failed', 'Stripe does not explain it.');
    return;
  end if;
  update core.stripe_event as e
  set attempts = e.attempts + 1,
      next_at = now() + internal.event_delay(e.attempts),
      last_error = 'Stripe was asked and has not answered.'
  where e.event_id = p_event.event_id;
end
$$;

alter function internal.postpone_event owner to definer;

comment on function internal.postpone_event is
  'Put an event off while Stripe is asked about it; given up after as many tries as any other.';

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
  v_status  text;
begin
  v_status := case
    when not v_is_open then p_result
    when not v_is_last then 'new'
    -- Of an intent that nobody ever knew: somebody else's, in an account that is shared.
    when p_result = 'unknown' then 'ignored'
    else 'dead'
  end;

  update core.stripe_event as e
  set status = v_status,
      attempts = e.attempts + 1,
      processed_at = case when not v_is_open then now() end,
      next_at = now() + internal.event_delay(e.attempts),
      last_error = coalesce(p_error, case when v_is_open then p_result end)
  where e.event_id = p_event.event_id;

  if v_status in ('dead', 'misfit') then
    perform internal.announce('staff.stripe_event_' || v_status, null, jsonb_build_object(
      'event_id', p_event.event_id, 'event_type', p_event.event_type));
  end if;
end
$$;

alter function internal.finish_event owner to definer;

comment on function internal.finish_event is $$
Write down what came of an event; one that failed waits twice as long each time. Staff is told of
one that does not fit, at once, and of one that is given up.
$$;

create or replace function api.retry_stripe_event(p_event_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  update core.stripe_event as e
  set status = 'new', attempts = 0, next_at = now(), processed_at = null
  where e.event_id = p_event_id
    and e.status in ('misfit', 'dead');
  if not found then
    return false;
  end if;
  perform internal.audit('retry_stripe_event', 'stripe_event', p_event_id, null, null);
  return true;
end
$$;

alter function api.retry_stripe_event owner to definer;

comment on function api.retry_stripe_event is $$
Try an event again that did not fit or was given up, after its cause was mended; false when there
is no such event. For staff; audited.

Raises
  M3301 staff_only  the caller is not staff
$$;

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
