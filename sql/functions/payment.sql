-- Payments: joining what Stripe says, and what follows from it.
--
-- `join` adds facts; `settle` brings everything else to where the facts are, each effect once,
-- guarded by a mark on the row or by a ledger key. Both run under the locks of
-- internal.lock_payment.

create or replace function internal.booking_payment(p_booking_id uuid)
returns core.payment
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.*
  from core.payment as p
  where p.booking_id = p_booking_id
  order by p.attempt desc, p.created_at desc
  limit 1;
end;

alter function internal.booking_payment owner to definer;

comment on function internal.booking_payment is 'The newest payment attempt of a booking.';

create or replace function internal.payment_of_intent(p_external_id text)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.payment_id from core.payment as p where p.external_id = p_external_id;
end;

alter function internal.payment_of_intent owner to definer;

comment on function internal.payment_of_intent is 'The payment behind an intent of Stripe''s.';

create or replace function internal.lock_payment(p_payment_id uuid)
returns core.payment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  select p.* into strict v_payment from core.payment as p where p.payment_id = p_payment_id;

  perform from core.provider as v where v.provider_id = v_payment.payee_id for no key update;
  perform from core.booking as b where b.booking_id = v_payment.booking_id for no key update;
  perform from core.order as o where o.order_id = v_payment.order_id for no key update;

  select p.* into v_payment
  from core.payment as p
  where p.payment_id = p_payment_id
  for no key update;
  return v_payment;
end
$$;

alter function internal.lock_payment owner to definer;

comment on function internal.lock_payment is $$
Lock a payment and what stands before it in the order of locks: provider, booking, order. The
provider comes first because confirming the booking takes their time.
$$;

create or replace function internal.join_payment_intent(p_intent jsonb, p_at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment_id uuid := internal.payment_of_intent(p_intent ->> 'id');
  v_payment    core.payment;
  v_progress   text := internal.intent_progress(p_intent);
begin
  if v_payment_id is null then
    select p.payment_id into v_payment_id
    from core.payment as p
    where p.payment_id::text = p_intent -> 'metadata' ->> 'payment_id';
  end if;
  if v_payment_id is null then
    return case when p_intent -> 'metadata' ? 'payment_id' then 'missing' else 'ignored' end;
  end if;

  v_payment := internal.lock_payment(v_payment_id);
  if v_payment.external_id <> p_intent ->> 'id'
     or v_payment.currency <> upper(p_intent ->> 'currency')
     or v_payment.amount_minor <> (p_intent ->> 'amount')::bigint then
    -- Never believed: another intent for the same payment, or other money than was asked for.
    raise exception using
      errcode = '22000',
      message = format('Intent %s does not fit payment %s.', p_intent ->> 'id', v_payment_id);
  end if;

  update core.payment as p
  set external_id = p_intent ->> 'id',
      charge_id = case when p_intent ->> 'status' in ('succeeded', 'requires_capture')
                       then coalesce(internal.stripe_id(p_intent -> 'latest_charge'), p.charge_id)
                       else p.charge_id end,
      authorized_minor = greatest(p.authorized_minor,
                                  (p_intent ->> 'amount_capturable')::bigint),
      captured_minor = greatest(p.captured_minor, (p_intent ->> 'amount_received')::bigint),
      is_cancelled = p.is_cancelled or p_intent ->> 'status' = 'canceled'
  where p.payment_id = v_payment_id;

  -- Of two events of one second the one that is further along counts.
  update core.payment as p
  set progress = v_progress, progress_at = p_at,
      failure_code = p_intent -> 'last_payment_error' ->> 'code'
  where p.payment_id = v_payment_id
    and v_progress is not null
    and (p_at, internal.progress_rank(v_progress))
        > (coalesce(p.progress_at, '-infinity'), internal.progress_rank(p.progress));

  perform internal.settle_payment(v_payment_id);
  return 'done';
end
$$;

alter function internal.join_payment_intent owner to definer;

comment on function internal.join_payment_intent is $$
Join what Stripe says about a payment intent, from an answer or from an event. Amounts only
grow, cancellation is for ever, progress is what the latest event says; so neither order nor
repetition matters. An intent of other money, or a second one, raises and changes nothing.
$$;

create or replace function internal.stripe_id(p_reference jsonb)
returns text
language sql
immutable
parallel safe
return case jsonb_typeof(p_reference)
  when 'object' then p_reference ->> 'id'
  else p_reference #>> '{}'
end;

comment on function internal.stripe_id is
  'The id of an object that Stripe may name or show in full.';

create or replace function internal.intent_progress(p_intent jsonb)
returns text
language sql
immutable
parallel safe
return case p_intent ->> 'status'
  when 'processing' then 'processing'
  when 'requires_payment_method' then
    case when jsonb_typeof(p_intent -> 'last_payment_error') = 'object'
         then 'failed' else 'requires_payment' end
  when 'requires_action' then 'requires_payment'
  when 'requires_confirmation' then 'requires_payment'
end;

comment on function internal.intent_progress is
  'How far the payer has come; null once money is attached, or the intent is cancelled.';

create or replace function internal.progress_rank(p_progress text)
returns integer
language sql
immutable
parallel safe
return array_position(array['requires_payment', 'failed', 'processing'], p_progress);

comment on function internal.progress_rank is 'Which of two events of the same second counts.';

create or replace function internal.join_charge(p_charge jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment_id uuid := internal.payment_of_intent(internal.stripe_id(p_charge -> 'payment_intent'));
begin
  if v_payment_id is null then
    return case when p_charge -> 'metadata' ? 'payment_id' then 'missing' else 'unknown' end;
  end if;
  perform internal.lock_payment(v_payment_id);

  update core.payment as p
  set charge_id = p_charge ->> 'id',
      capture_before = coalesce(
        to_timestamp((p_charge #>> '{payment_method_details,card,capture_before}')::bigint),
        p.capture_before)
  where p.payment_id = v_payment_id
    and p_charge ->> 'status' = 'succeeded';

  perform internal.settle_payment(v_payment_id);
  return 'done';
end
$$;

alter function internal.join_charge owner to definer;

comment on function internal.join_charge is $$
Join the charge that succeeded: what transfers name as their source, and when an authorisation
lapses. Money is told by the intent alone: one source for one fact.
$$;

create or replace function internal.payment_external_id(p_payment_id uuid)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.external_id
  from core.payment as p
  where p.payment_id = p_payment_id
    and (p.payer_id = internal.user_id() or internal.is_service());
end;

alter function internal.payment_external_id owner to definer;

comment on function internal.payment_external_id is
  'The processor''s id of a payment, for who pays it.';
