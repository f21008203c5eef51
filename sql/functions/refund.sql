-- Refunds: asked for here, or begun at Stripe.

create or replace function internal.open_refund(
  p_payment      core.payment,
  p_cause        text,
  p_amount_minor bigint,
  p_reason       text,
  p_actor        text
)
returns core.refund
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
begin
  insert into core.refund as r
    (refund_id, payment_id, cause, amount_minor, reason, status, actor)
  values
    (internal.uuid_v7(), p_payment.payment_id, p_cause, p_amount_minor, left(p_reason, 1000),
     'planned', p_actor)
  on conflict on constraint refund_cause_key do nothing
  returning r.* into v_refund;

  if not found then
    select r.* into v_refund
    from core.refund as r
    where r.payment_id = p_payment.payment_id and r.cause = p_cause;
    return v_refund;
  end if;

  perform internal.settle_payment(p_payment.payment_id);
  perform internal.plan_command(
    'refund', v_refund.refund_id, '/v1/refunds',
    jsonb_build_object(
      'payment_intent', p_payment.external_id,
      'amount', p_amount_minor,
      'reason', case when p_actor = 'customer' then 'requested_by_customer' end,
      'metadata', jsonb_build_object('payment_id', p_payment.payment_id,
                                     'refund_id', v_refund.refund_id)),
    p_payment.payment_id,
    internal.plan_reversals(v_refund));
  perform internal.notify(p_payment.payer_id, 'refund_opened', jsonb_build_object(
    'payment_id', p_payment.payment_id, 'refund_id', v_refund.refund_id,
    'booking_id', p_payment.booking_id));
  return v_refund;
end
$$;

alter function internal.open_refund owner to definer;

comment on function internal.open_refund is $$
Give back part of a captured payment, once per cause: row, ledger, reversal of what the
provider was already paid, command to Stripe. The caller holds the payment's lock
(internal.lock_payment) and has seen that so much is left.
$$;

create or replace function internal.refund_rank(p_status text)
returns integer
language sql
immutable
parallel safe
return array_position(
  array['planned', 'pending', 'succeeded', 'failed', 'rejected'], p_status);

comment on function internal.refund_rank is 'How far a refund has come; it never goes back.';

create or replace function internal.join_refund(p_object jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund_id  uuid;
  v_payment_id uuid;
  v_status     text := case p_object ->> 'status'
                         when 'requires_action' then 'pending'
                         when 'canceled' then 'failed'
                         else p_object ->> 'status' end;
begin
  select r.refund_id, r.payment_id into v_refund_id, v_payment_id
  from core.refund as r
  where r.external_id = p_object ->> 'id';

  if not found then
    select r.refund_id, r.payment_id into v_refund_id, v_payment_id
    from core.refund as r
    where r.refund_id::text = p_object -> 'metadata' ->> 'refund_id';
  end if;

  if not found then
    -- Begun at Stripe, by somebody of the house in its dashboard.
    v_payment_id := internal.payment_of_intent(p_object ->> 'payment_intent');
    if v_payment_id is null then
      return case when p_object -> 'metadata' ? 'payment_id' then 'missing' else 'unknown' end;
    end if;
  end if;

  perform internal.lock_payment(v_payment_id);
  insert into core.refund as r
    (refund_id, payment_id, cause, amount_minor, reason, status, external_id, actor)
  values
    (coalesce(v_refund_id, internal.uuid_v7()), v_payment_id, 'stripe:' || (p_object ->> 'id'),
     (p_object ->> 'amount')::bigint, p_object ->> 'reason', v_status, p_object ->> 'id', 'stripe')
  on conflict do nothing;

  update core.refund as r
  set external_id = p_object ->> 'id',
      status = case when internal.refund_rank(v_status) > internal.refund_rank(r.status)
                    then v_status else r.status end
  where r.refund_id = v_refund_id
     or r.payment_id = v_payment_id and r.external_id = p_object ->> 'id';

  perform internal.settle_payment(v_payment_id);
  return 'done';
end
$$;

alter function internal.join_refund owner to definer;

comment on function internal.join_refund is $$
Join a refund of Stripe's: one of ours by its metadata, or one begun there. Its status moves
forward only: planned, pending, succeeded, failed.
$$;

create or replace function internal.settle_refunds(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
  v_key    text;
begin
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment.payment_id
    order by r.created_at, r.refund_id
  loop
    v_key := 'refund:' || v_refund.refund_id;

    -- Refused before anything was set aside: there is nothing to undo.
    continue when v_refund.status = 'rejected' and v_refund.reserved_at is null;

    if v_refund.reserved_at is null then
      update core.refund as r set reserved_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.share_return(
        p_payment, v_refund.amount_minor, v_key || ':reserve', 'refund', 'refunding',
        v_refund.refund_id, 'pending');
    end if;

    if v_refund.status in ('succeeded', 'failed') and v_refund.settled_at is null then
      update core.refund as r set settled_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.post_transfer(
        v_key || ':settle', 'refund', 'refund', v_refund.refund_id,
        array[internal.ledger_account_id('refunding', p_payment.currency),
              internal.ledger_account_id('processor', p_payment.currency)],
        array[-v_refund.amount_minor, v_refund.amount_minor], 'post', v_key || ':reserve');
    end if;

    if v_refund.status in ('failed', 'rejected') and v_refund.reversed_at is null then
      update core.refund as r set reversed_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.undo_refund(p_payment, v_refund);
    end if;
  end loop;
end
$$;

alter function internal.settle_refunds owner to definer;

comment on function internal.settle_refunds is $$
Bring the ledger to where the refunds of a captured payment are, each step once: set the shares
aside, let the money go, give the shares back when it failed. A failed refund did leave before
it came back, whichever of the two is heard of first.
$$;

create or replace function internal.undo_refund(p_payment core.payment, p_refund core.refund)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := 'refund:' || p_refund.refund_id;
begin
  if p_refund.status = 'rejected' then
    perform internal.share_return(
      p_payment, -p_refund.amount_minor, v_key || ':void', 'refund', 'refunding',
      p_refund.refund_id, 'void', v_key || ':reserve');
    return;
  end if;

  perform internal.share_return(
    p_payment, -p_refund.amount_minor, v_key || ':return', 'refund', 'processor',
    p_refund.refund_id);
  perform internal.announce('staff.refund_failed', null, jsonb_build_object(
    'refund_id', p_refund.refund_id, 'payment_id', p_payment.payment_id));
end
$$;

alter function internal.undo_refund owner to definer;

comment on function internal.undo_refund is $$
Give back what a refund had taken from provider and platform: Stripe refused it, or it failed
and the customer must be paid in another way, of which staff is told.
$$;

create or replace trigger refund_touch before update on core.refund
  for each row execute function internal.on_row_touched();
