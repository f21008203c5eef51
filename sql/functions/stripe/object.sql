-- Joining what Stripe says about an object to the row that stands for it.
--
-- Every answer, event and look-up ends here. The result is the same in any order, and if an object
-- comes twice.

create or replace function internal.join_stripe_object(
  p_object jsonb,
  p_at     timestamptz default null
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_object ->> 'object'
    when 'payment_intent' then internal.join_payment_intent(p_object, p_at)
    when 'charge' then internal.join_charge(p_object)
    when 'refund' then internal.join_refund(p_object)
    when 'dispute' then internal.join_dispute(p_object)
    when 'transfer' then internal.join_transfer(p_object)
    when 'transfer_reversal' then internal.join_reversal(p_object)
    when 'account' then internal.join_account(p_object, p_at)
    when 'list' then (
      select coalesce(max(internal.join_stripe_object(o.object, p_at)), 'ignored')
      from jsonb_array_elements(p_object -> 'data') as o(object))
    else 'ignored'
  end;
end
$$;

alter function internal.join_stripe_object owner to definer;

comment on function internal.join_stripe_object is $$
Join what Stripe says about one of its objects: answers, events and look-ups all end here. Returns
done, ignored (not ours), missing (ours by its metadata, but there is no row), or unknown (about an
intent that is not known here, or not yet).
$$;

create or replace function internal.must_fit(
  p_object   jsonb,
  p_subject  text,
  p_expected jsonb
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wrong text;
begin
  -- A missing member is as wrong as a different one.
  select string_agg(e.key, ', ' order by e.key) into v_wrong
  from jsonb_each_text(p_expected) as e
  where internal.stripe_id(p_object -> e.key) is distinct from e.value;

  if v_wrong is not null then
    perform internal.refuse_misfit(p_object, p_subject, v_wrong);
  end if;
end
$$;

comment on function internal.must_fit is $$
Compare members of an object of Stripe's with what is known here.

Raises
  22000  a member is missing or differs: the object is not believed
$$;

create or replace function internal.refuse_misfit(
  p_object  jsonb,
  p_subject text,
  p_wrong   text
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = '22000',
    message = format('%s %s does not fit %s: %s.',
                     p_object ->> 'object', p_object ->> 'id', p_subject, p_wrong);
end
$$;

comment on function internal.refuse_misfit is $$
Refuse to believe an object of Stripe's. internal.finish_event keeps its event and tells staff.

Raises
  22000  always
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
  perform internal.intent_must_fit(p_intent, v_payment);

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

  -- Of two events of the same second, the one with the later progress counts.
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
grow, cancellation is final, progress is that of the latest event; so neither order nor repetition
matters. An intent with another amount, or a second intent, raises and changes nothing.
$$;

create or replace function internal.intent_must_fit(p_intent jsonb, p_payment core.payment)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subject text := 'payment ' || (p_payment).payment_id;
begin
  perform internal.must_fit(p_intent, v_subject, jsonb_build_object(
    'id', coalesce((p_payment).external_id, p_intent ->> 'id', 'an id'),
    'amount', (p_payment).amount_minor,
    'currency', lower((p_payment).currency)));

  if (p_payment).processor <> 'stripe' then
    perform internal.refuse_misfit(p_intent, v_subject, 'it costs nothing');
  elsif coalesce((p_intent ->> 'amount_received')::bigint, 0) not in (0, (p_payment).amount_minor)
     or coalesce((p_intent ->> 'amount_capturable')::bigint, 0)
        not between 0 and (p_payment).amount_minor then
    perform internal.refuse_misfit(p_intent, v_subject, 'amount_received, amount_capturable');
  end if;
end
$$;

comment on function internal.intent_must_fit is $$
Whether an intent is the one of a payment: its id once that is known, and exactly its money.

Raises
  22000  it is not
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
  'The id of an object that Stripe sends as an id or in full.';

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

comment on function internal.progress_rank is
  'Decides which of two events of the same second counts.';

create or replace function internal.join_charge(p_charge jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment_id uuid := internal.payment_of_intent(internal.stripe_id(p_charge -> 'payment_intent'));
  v_payment    core.payment;
begin
  if v_payment_id is null then
    return case when p_charge -> 'metadata' ? 'payment_id' then 'missing' else 'unknown' end;
  end if;
  v_payment := internal.lock_payment(v_payment_id);
  perform internal.must_fit(p_charge, 'payment ' || v_payment_id, jsonb_build_object(
    'amount', v_payment.amount_minor,
    'currency', lower(v_payment.currency),
    -- Attempts that failed have charges of their own; one alone succeeds.
    'id', case when p_charge ->> 'status' = 'succeeded'
               then coalesce(v_payment.charge_id, p_charge ->> 'id', 'an id')
               else coalesce(p_charge ->> 'id', 'an id') end));

  update core.payment as p
  set charge_id = p_charge ->> 'id',
      capture_before = coalesce(
        to_timestamp((p_charge #>> '{payment_method_details,card,capture_before}')::bigint),
        p.capture_before)
  where p.payment_id = v_payment_id
    and p_charge ->> 'status' = 'succeeded';

  if p_charge ->> 'status' = 'succeeded' then
    perform internal.note_payment_method(v_payment.payer_id, p_charge);
  end if;
  perform internal.settle_payment(v_payment_id);
  return 'done';
end
$$;

alter function internal.join_charge owner to definer;

comment on function internal.join_charge is $$
Join the charge that succeeded: what transfers name as their source, and when an authorisation
lapses. Money is told by the intent alone: one source for one fact.

Raises
  22000  it is not of the payment's money, or a second one
$$;

create or replace function internal.refund_rank(p_status text)
returns integer
language sql
immutable
parallel safe
return array_position(
  array['owed', 'planned', 'pending', 'succeeded', 'failed', 'rejected', 'by_hand', 'dropped',
        'covered'], p_status);

comment on function internal.refund_rank is 'How far a refund has come; it never goes back.';

create or replace function internal.refund_must_fit(
  p_object  jsonb,
  p_payment core.payment,
  p_refund  core.refund
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subject text := coalesce('refund ' || p_refund.refund_id, 'payment ' || p_payment.payment_id);
  v_amount  bigint := (p_object ->> 'amount')::bigint;
  v_taken   bigint;
begin
  perform internal.must_fit(p_object, v_subject, jsonb_build_object(
    'id', coalesce(p_refund.external_id, p_object ->> 'id', 'an id'),
    'amount', coalesce(p_refund.amount_minor, v_amount, 0),
    'currency', lower(p_payment.currency),
    'payment_intent', coalesce(p_payment.external_id, 'an intent')));
  if p_refund.refund_id is not null then
    return;
  end if;

  if v_amount not between 1 and p_payment.amount_minor then
    perform internal.refuse_misfit(p_object, v_subject, 'amount');
  end if;
  select coalesce(sum(r.amount_minor), 0) into v_taken
  from core.refund as r
  where r.payment_id = p_payment.payment_id
    and r.status not in ('failed', 'rejected', 'by_hand', 'dropped', 'covered');
  if v_amount > p_payment.amount_minor - v_taken then
    -- An earlier refund may have failed, and its event be under way: this one waits for it. Stripe
    -- knows nothing of what was paid by hand, dropped, or taken by the bank instead.
    raise exception using
      message = format('Refund %s is more than is left of payment %s.',
                       p_object ->> 'id', p_payment.payment_id);
  end if;
end
$$;

alter function internal.refund_must_fit owner to definer;

comment on function internal.refund_must_fit is $$
Whether a refund is the one of ours (p_refund), or can be one that was begun at Stripe (a null
one): of this payment's intent and currency, and not more than is left.

Raises
  22000  it is not
  P0001  it is more than is left now: tried again later
$$;

create or replace function internal.join_refund(p_object jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund     core.refund;
  v_payment_id uuid;
  v_status     text := case p_object ->> 'status'
                         when 'requires_action' then 'pending'
                         when 'canceled' then 'failed'
                         else p_object ->> 'status' end;
begin
  select r.payment_id into v_payment_id
  from core.refund as r
  where r.external_id = p_object ->> 'id'
     or r.refund_id::text = p_object -> 'metadata' ->> 'refund_id'
  order by r.external_id = p_object ->> 'id' desc nulls last
  limit 1;

  if not found then
    -- Begun at Stripe, by somebody of the house in its dashboard.
    v_payment_id := internal.payment_of_intent(internal.stripe_id(p_object -> 'payment_intent'));
    if v_payment_id is null then
      return case when p_object -> 'metadata' ? 'payment_id' then 'missing' else 'unknown' end;
    end if;
  end if;

  -- Read under the lock: the same refund may have been joined by another event meanwhile.
  v_payment_id := (internal.lock_payment(v_payment_id)).payment_id;
  select r.* into v_refund
  from core.refund as r
  where r.external_id = p_object ->> 'id'
     or r.refund_id::text = p_object -> 'metadata' ->> 'refund_id'
  order by r.external_id = p_object ->> 'id' desc nulls last
  limit 1;
  perform internal.refund_must_fit(p_object, p, v_refund)
  from core.payment as p
  where p.payment_id = v_payment_id;

  insert into core.refund as r
    (refund_id, payment_id, cause, amount_minor, reason, status, external_id, actor)
  select internal.uuid_v7(), v_payment_id, 'stripe:' || (p_object ->> 'id'),
         (p_object ->> 'amount')::bigint, p_object ->> 'reason', v_status, p_object ->> 'id',
         'stripe'
  where v_refund.refund_id is null;

  update core.refund as r
  set external_id = p_object ->> 'id',
      status = case when internal.refund_rank(v_status) > internal.refund_rank(r.status)
                    then v_status else r.status end
  where r.refund_id = v_refund.refund_id;

  perform internal.settle_payment(v_payment_id);
  return 'done';
end
$$;

alter function internal.join_refund owner to definer;

comment on function internal.join_refund is $$
Join a refund of Stripe's: one of ours by its metadata, or one begun there. Its status moves
forward only: planned, pending, succeeded, failed.

Raises
  22000  it is not of this payment, or of other money (internal.refund_must_fit)
$$;

create or replace function internal.dispute_rank(p_status text)
returns integer
language sql
immutable
parallel safe
return case p_status
  when 'warning_needs_response' then 1
  when 'warning_under_review' then 2
  when 'needs_response' then 3
  when 'under_review' then 4
  when 'won' then 6
  else 5
end;

comment on function internal.dispute_rank is
  'How far a dispute has come; it never goes back. One that was lost can still be won.';

create or replace function internal.is_inquiry(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status like 'warning%' or p_status = 'prevented';

comment on function internal.is_inquiry is
  'Whether the bank only asks: nothing is taken, nothing is held.';

create or replace function internal.dispute_state(p_payment_id uuid)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case
    when bool_or(d.status in ('needs_response', 'under_review')) then 'open'
    when bool_or(d.status = 'lost') then 'lost'
    else 'none'
  end
  from core.dispute as d
  where d.payment_id = p_payment_id;
end;

alter function internal.dispute_state owner to definer;

comment on function internal.dispute_state is
  'The state of a payment by its disputes: lost, open or none.';

create or replace function internal.dispute_must_fit(p_dispute jsonb, p_payment core.payment)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subject text := 'payment ' || p_payment.payment_id;
  v_charge  text := internal.stripe_id(p_dispute -> 'charge');
begin
  perform internal.must_fit(p_dispute, v_subject, jsonb_build_object(
    'id', coalesce(p_dispute ->> 'id', 'an id'),
    'currency', lower(p_payment.currency),
    'charge', coalesce(p_payment.charge_id, v_charge, 'a charge')));

  if coalesce((p_dispute ->> 'amount')::bigint, 0) not between 1 and p_payment.amount_minor then
    perform internal.refuse_misfit(p_dispute, v_subject, 'amount');
  elsif exists (
    select from core.dispute as d
    where d.external_id = p_dispute ->> 'id' and d.payment_id <> p_payment.payment_id) then
    perform internal.refuse_misfit(p_dispute, v_subject, 'it is another payment''s');
  elsif exists (
    select
    from jsonb_array_elements(
      case jsonb_typeof(p_dispute -> 'balance_transactions')
        when 'array' then p_dispute -> 'balance_transactions' else '[]' end) as t(txn)
    where upper(t.txn ->> 'currency') = p_payment.currency
      and abs((t.txn ->> 'amount')::bigint) > p_payment.amount_minor) then
    perform internal.refuse_misfit(p_dispute, v_subject, 'balance_transactions');
  end if;
end
$$;

alter function internal.dispute_must_fit owner to definer;

comment on function internal.dispute_must_fit is $$
Whether a dispute is of this payment's charge and currency, and not of more than was paid.

Raises
  22000  it is not
$$;

create or replace function internal.join_dispute(p_dispute jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
  v_intent  text := internal.stripe_id(p_dispute -> 'payment_intent');
  v_charge  text := internal.stripe_id(p_dispute -> 'charge');
begin
  select p.* into v_payment
  from core.payment as p
  where p.external_id = v_intent
     or v_intent is null and p.charge_id = v_charge;
  if not found then
    return 'unknown';
  end if;
  v_payment := internal.lock_payment(v_payment.payment_id);
  perform internal.dispute_must_fit(p_dispute, v_payment);

  insert into core.dispute as d
    (dispute_id, payment_id, external_id, amount_minor, status, reason, evidence_due_at)
  values
    (internal.uuid_v7(), v_payment.payment_id, p_dispute ->> 'id',
     (p_dispute ->> 'amount')::bigint, p_dispute ->> 'status', p_dispute ->> 'reason',
     to_timestamp((p_dispute #>> '{evidence_details,due_by}')::bigint))
  on conflict (external_id) do update
  set status = case
        when internal.dispute_rank(excluded.status) > internal.dispute_rank(d.status)
        then excluded.status else d.status end;

  -- Post what the bank took or gave back, each movement once, keyed by Stripe's id.
  perform internal.post_transfer(
    'dispute_txn:' || (t.txn ->> 'id'), 'dispute', 'payment', v_payment.payment_id,
    array[internal.ledger_account_id('processor', v_payment.currency),
          internal.ledger_account_id('disputed', v_payment.currency),
          internal.ledger_account_id('fees', v_payment.currency)],
    array[-(t.txn ->> 'net')::bigint, (t.txn ->> 'amount')::bigint, -(t.txn ->> 'fee')::bigint])
  from jsonb_array_elements(
    case jsonb_typeof(p_dispute -> 'balance_transactions')
      when 'array' then p_dispute -> 'balance_transactions' else '[]' end) as t(txn)
  where upper(t.txn ->> 'currency') = v_payment.currency;

  perform internal.settle_payment(v_payment.payment_id);
  return 'done';
end
$$;

alter function internal.join_dispute owner to definer;

comment on function internal.join_dispute is $$
Join a dispute of Stripe's: its status moves forward by rank, and each of its balance
transactions is posted once. The platform's own fee is the platform's cost.

Raises
  22000  it is not of this payment, or of other money (internal.dispute_must_fit)
$$;
