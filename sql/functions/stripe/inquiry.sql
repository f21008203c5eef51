-- Asking Stripe for what should have been heard of: events get lost, and a webhook may be off.
--
-- What is open here and could have moved there is asked for, less and less often as it grows
-- older, so many things a run. The answer is joined as any other; asking again does no harm. Dies
-- the process after it claimed and before it asked, the same thing is asked for again later.

create or replace function internal.is_time_to_ask(
  p_created_at timestamptz,
  p_asked_at   timestamptz,
  p_least      interval
)
returns boolean
language sql
stable
return coalesce(p_asked_at, p_created_at)
       < now() - greatest(p_least, (now() - p_created_at) / 5);

comment on function internal.is_time_to_ask is
  'Whether to ask again: not sooner than p_least, nor than a fifth of the age.';

create or replace function internal.claim_account_inquiries(p_limit integer)
returns setof jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update core.payout_account as a
  set asked_at = now()
  where a.payout_account_id in (
    select q.payout_account_id
    from core.payout_account as q
    where q.rail = 'stripe_connect'
      and q.external_id is not null
      and q.replaced_at is null
      and not q.is_disconnected
      and internal.is_time_to_ask(
        q.created_at, q.asked_at,
        case when q.can_transfer then interval '1 day' else interval '1 hour' end)
    order by coalesce(q.asked_at, q.created_at)
    limit least(p_limit, 500)
    for no key update skip locked)
  returning jsonb_build_object('object', 'account', 'id', a.external_id);
end;

alter function internal.claim_account_inquiries owner to definer;

comment on function internal.claim_account_inquiries is
  'The part of api.claim_stripe_inquiries about connected accounts: those not asked for in time.';

create or replace function internal.claim_return_inquiries(p_limit integer)
returns setof jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update core.refund as r
  set asked_at = now()
  from core.payment as p
  where p.payment_id = r.payment_id and r.refund_id in (
    select q.refund_id
    from core.refund as q
    where q.status in ('failed', 'rejected')
      and q.failed_at is not null
      and q.resent_as is null
      and q.checked_at is null
      and (q.asked_at is null or q.asked_at <= q.failed_at
           or internal.is_time_to_ask(q.failed_at, q.asked_at, interval '1 minute'))
    order by q.failed_at
    limit least(p_limit, 500)
    for no key update skip locked)
  returning jsonb_build_object('object', 'returns', 'id', p.external_id);
end;

alter function internal.claim_return_inquiries owner to definer;

comment on function internal.claim_return_inquiries is
  'The part of api.claim_stripe_inquiries about payments whose refund failed, one for each refund.';

create or replace function api.claim_stripe_inquiries(p_limit integer default 25)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with intent as (
    update core.payment as p
    set asked_at = now()
    where p.payment_id in (
      select q.payment_id
      from core.payment as q
      where q.status in ('requires_payment', 'processing', 'authorized', 'failed')
        and q.external_id is not null
        and q.created_at > now() - interval '9 days'
        and internal.is_time_to_ask(q.created_at, q.asked_at, interval '2 minutes')
      order by coalesce(q.asked_at, q.created_at)
      limit least(p_limit, 500)
      for no key update skip locked)
    returning jsonb_build_object('object', 'payment_intent', 'id', p.external_id) as inquiry
  ),
  refund as (
    update core.refund as r
    set asked_at = now()
    where r.refund_id in (
      select q.refund_id
      from core.refund as q
      where q.status = 'pending'
        and q.created_at > now() - interval '60 days'
        and internal.is_time_to_ask(q.created_at, q.asked_at, interval '1 hour')
      order by q.created_at
      limit least(p_limit, 500)
      for no key update skip locked)
    returning jsonb_build_object('object', 'refund', 'id', r.external_id) as inquiry
  ),
  dispute as (
    update core.dispute as d
    set asked_at = now()
    where d.dispute_id in (
      select q.dispute_id
      from core.dispute as q
      where q.closed_at is null
        and q.created_at > now() - interval '200 days'
        and internal.is_time_to_ask(q.created_at, q.asked_at, interval '6 hours')
      order by q.created_at
      limit least(p_limit, 500)
      for no key update skip locked)
    returning jsonb_build_object('object', 'dispute', 'id', d.external_id) as inquiry
  )
  select coalesce(jsonb_agg(a.inquiry), '[]')
  from (
    select i.inquiry from intent as i
    union all
    select r.inquiry from refund as r
    union all
    select distinct t.inquiry from internal.claim_return_inquiries(p_limit) as t(inquiry)
    union all
    select d.inquiry from dispute as d
    union all
    select t.inquiry from internal.claim_account_inquiries(p_limit) as t(inquiry)
  ) as a;
end;

alter function api.claim_stripe_inquiries owner to definer;

comment on function api.claim_stripe_inquiries is $$
What Stripe is to be asked for now: up to p_limit each of intents that wait for money, refunds that
have not arrived, all that was returned of payments whose refund failed (`returns` of an intent),
disputes that are open and accounts that providers are paid to, as [{object, id}]. Each is asked for
less and less often as it grows older. For the house alone.
$$;

create or replace function api.unexplained_objects(p_limit integer default 50)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.compare_lines();
  return (
  select coalesce(jsonb_agg(jsonb_build_object('object', s.object, 'id', s.source_id)), '[]')
  from (
    select distinct b.source_id,
      case
        when b.source_id ~ '^(re|pyr)_' then 'refund'
        when b.source_id ~ '^(ch|py)_' then 'charge'
        when b.source_id ~ '^(dp|du)_' then 'dispute'
        when b.source_id ~ '^tr_' then 'transfer'
      end as object
    from core.balance_transaction as b
    where b.agreed_at is null
      and b.source_id ~ '^(re|pyr|ch|py|dp|du|tr)_'
    order by b.source_id
    limit least(p_limit, 500)
  ) as s);
end
$$;

alter function api.unexplained_objects owner to definer;

comment on function api.unexplained_objects is $$
What lines of Stripe's books are about that ours do not explain: a refund made in its dashboard, a
charge whose event was lost. Asked for before the books are compared. For the house alone.
$$;

create or replace function api.record_stripe_object(p_object jsonb, p_asked_at text default null)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_result text := internal.join_stripe_object(p_object, p_asked_at::timestamptz);
begin
  if p_object ->> 'object' = 'payment_intent' and p_object ->> 'status' = 'requires_capture' then
    perform internal.capture_again(p.payment_id)
    from core.payment as p
    where p.external_id = p_object ->> 'id';
  end if;
  if p_object ? 'returned_of' then
    perform internal.release_checked_refunds(p.payment_id, p_asked_at::timestamptz)
    from core.payment as p
    where p.external_id = p_object ->> 'returned_of';
  end if;
  -- What Stripe's books say of it may be explained now, so it is compared at once.
  update core.balance_transaction as b
  set next_check_at = now()
  where b.agreed_at is null
    and b.source_id in (p_object ->> 'id', internal.stripe_id(p_object -> 'latest_charge'));
  return v_result;
end
$$;

alter function api.record_stripe_object owner to definer;

comment on function api.record_stripe_object is $$
Join what Stripe answered when it was asked for an object. A list with `returned_of`, an intent, has
all refunds and disputes of this intent: refunds of it that failed may be sent again now. For the
house alone.
$$;

create or replace function internal.capture_again(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment := internal.lock_payment(p_payment_id);
  v_last    core.stripe_command;
begin
  if v_payment.captured_minor > 0 or v_payment.is_cancelled
     or v_payment.release_asked_at is not null
     or not exists (
       select from core.booking as b
       where b.booking_id = v_payment.booking_id and b.status in ('confirmed', 'completed')) then
    return;
  end if;

  select c.* into v_last
  from core.stripe_command as c
  where c.kind = 'capture_payment' and c.subject_id = p_payment_id
  order by c.generation desc
  limit 1;
  if v_last.state = 'rejected' and v_last.finished_at < now() - interval '10 minutes' then
    perform internal.plan_command(
      v_last.kind, v_last.subject_id, v_last.path, v_last.params, v_last.payment_id, null,
      v_last.generation + 1);
  end if;
end
$$;

alter function internal.capture_again owner to definer;

comment on function internal.capture_again is $$
A booking was accepted, Stripe refused to take the money, and says that it is still authorised: ask
again, under a new key. Locks what internal.lock_payment locks.
$$;

create or replace function api.close_stale_commands()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  -- Nobody can pay an intent whose secret never arrived, and after a day the same key might make
  -- a second one.
  update core.stripe_command as c
  set state = 'rejected', finished_at = now(), lease_until = null,
      error = '{"reason": "too_old"}'
  where c.kind = 'create_payment'
    and c.state in ('sent', 'unknown')
    and c.first_sent_at < now() - interval '20 hours';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function api.close_stale_commands owner to definer;

comment on function api.close_stale_commands is $$
End commands for intents that were sent long ago and never answered: they are not sent again.
Returns how many. For the house alone.
$$;
