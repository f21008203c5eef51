-- Promotions: asking for one, deciding, paying, and whose turn it is to be shown first.
--
-- The promotion's row is locked after a payment and before a wallet.

create or replace trigger promotion_touch before update on core.promotion
  for each row execute function internal.on_row_touched();

create or replace function internal.is_running(p_promotion core.promotion)
returns boolean
language sql
stable
return (p_promotion).status = 'running' and (p_promotion).expires_at > now();

comment on function internal.is_running is 'Whether a promotion has begun and has not expired.';

create or replace function internal.lock_promotion(p_promotion_id uuid)
returns core.promotion
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  select p.* into v_promotion
  from core.promotion as p
  where p.promotion_id = p_promotion_id
    and (p.provider_id = internal.user_id() or internal.is_service() or internal.is_staff())
  for no key update;
  if not found then
    perform internal.refuse('M4310', 'promotion_not_found',
      format('You have no promotion %s.', p_promotion_id));
  end if;
  return v_promotion;
end
$$;

alter function internal.lock_promotion owner to definer;

comment on function internal.lock_promotion is $$
Lock a promotion of the caller's; staff locks any.

Raises
  M4310 promotion_not_found  there is none, or it is another provider's
$$;

create or replace function internal.start_promotion(p_promotion_id uuid, p_paid_from text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.promotion as p
  set status = 'running', paid_from = p_paid_from, starts_at = now(),
      expires_at = now() + make_interval(days => p.duration_days)
  where p.promotion_id = p_promotion_id;
end
$$;

alter function internal.start_promotion owner to definer;

comment on function internal.start_promotion is
  'Begin a promotion that is paid. The caller holds its lock.';

create or replace function internal.pay_from_wallet(p_promotion core.promotion)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_promotion).cost_minor > 0 then
    perform internal.pay_house(
      (p_promotion).provider_id, (p_promotion).cost_minor, (p_promotion).currency,
      'promotion:' || (p_promotion).promotion_id, 'promotion', (p_promotion).promotion_id,
      'Promotion of ' || (p_promotion).duration_days || ' days');
  end if;
  perform internal.start_promotion((p_promotion).promotion_id,
    case when (p_promotion).cost_minor > 0 then 'wallet' else 'nothing' end);
end
$$;

alter function internal.pay_from_wallet owner to definer;

comment on function internal.pay_from_wallet is $$
Pay a promotion from its provider's wallet, and begin it. Locks the wallet.

Raises
  M9401 balance_too_small  less than the cost is available
$$;

create or replace function internal.fulfil_promotion(p_line core.order_line)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  select p.* into v_promotion
  from core.promotion as p
  where p.order_id = p_line.order_id
  for no key update;
  -- It may have been cancelled meanwhile, or paid from the wallet.
  if v_promotion.status is distinct from 'approved' then
    return false;
  end if;
  perform internal.start_promotion(v_promotion.promotion_id, 'card');
  return true;
end
$$;

alter function internal.fulfil_promotion owner to definer;

comment on function internal.fulfil_promotion is
  'Begin the promotion that a paid line stands for; false when it no longer waits for money.';

create or replace function internal.settle_promotion(p_line core.order_line, p_left_minor bigint)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update core.promotion as p
  set status = case when p_left_minor = 0 then 'cancelled' else 'running' end
  where p.order_id = p_line.order_id
    and p.paid_from = 'card'
    and p.status = case when p_left_minor = 0 then 'running' else 'cancelled' end;
end;

alter function internal.settle_promotion owner to definer;

comment on function internal.settle_promotion is $$
Stop a promotion whose card payment went back, all of it; let it run on when the money comes back
after a dispute. One that was cancelled before it ran was not paid with a card.
$$;

create or replace function internal.read_promotion(p_before core.promotion, p_fields jsonb)
returns core.promotion
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion := jsonb_populate_record(
    p_before, p_fields - array['promotion_id', 'provider_id', 'status', 'cost', 'features']);
begin
  v_promotion.currency := upper(coalesce(
    v_promotion.currency,
    (select v.currency from core.provider as v where v.provider_id = v_promotion.provider_id)));
  if p_fields ->> 'cost' is not null then
    v_promotion.cost_minor :=
      internal.to_minor((p_fields ->> 'cost')::numeric, v_promotion.currency);
  end if;
  if p_fields ? 'features' then
    v_promotion.features := case jsonb_typeof(p_fields -> 'features')
      when 'string' then internal.read_words(p_fields -> 'features')
      when 'null' then null
      else p_fields -> 'features' end;
  end if;
  v_promotion.cost_minor := coalesce(v_promotion.cost_minor, 0);
  v_promotion.commission_bp := coalesce(v_promotion.commission_bp, 0);

  if coalesce(v_promotion.kind, '') not in ('profile_boost', 'featured_listing')
     or coalesce(v_promotion.duration_days, 0) not between 1 and 365
     or v_promotion.cost_minor not between 0 and 99999999
     or v_promotion.commission_bp not between 0 and 10000
     or length(v_promotion.features::text) > 4000 then
    perform internal.refuse('M0320', 'promotion_invalid',
      'A promotion is a profile_boost or a featured_listing of 1 to 365 days, with a cost and a '
      'commission that are not negative.');
  end if;
  perform internal.require_settled(v_promotion.currency);
  return v_promotion;
end
$$;

alter function internal.read_promotion owner to definer;

comment on function internal.read_promotion is $$
A promotion with the fields that are given.

Raises
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  M0304 currency_not_settled
  M0320 promotion_invalid  an unknown kind, or a duration, cost or commission out of range
$$;

create or replace function internal.request_promotion(p_id uuid, p_fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  v_promotion.provider_id := internal.require_identity(
    coalesce((p_fields ->> 'provider_id')::uuid, internal.user_id()));
  -- Two requests of one provider wait for each other, so the count stays true.
  perform from core.provider as v
  where v.provider_id = v_promotion.provider_id
  for no key update;
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;
  perform internal.require_room(count(*), 10, 'promotions that wait')
  from core.promotion as p
  where p.provider_id = v_promotion.provider_id and p.status in ('requested', 'approved');

  v_promotion := internal.read_promotion(v_promotion, p_fields);
  insert into core.promotion
    (promotion_id, provider_id, kind, duration_days, commission_bp, cost_minor, currency, features)
  values (p_id, v_promotion.provider_id, v_promotion.kind, v_promotion.duration_days,
          v_promotion.commission_bp, v_promotion.cost_minor, v_promotion.currency,
          v_promotion.features);
  perform internal.announce('staff.promotion_requested', null,
    jsonb_build_object('promotion_id', p_id));
end
$$;

alter function internal.request_promotion owner to definer;

comment on function internal.request_promotion is $$
Ask for a promotion, and tell staff. Locks the provider.

Raises
  M0320 promotion_invalid
  M4001 provider_not_found  the caller is not a provider
  M9002 too_many_made       ten of the provider's wait
$$;

create or replace function api.save_promotion(p_promotion jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     uuid := coalesce((p_promotion ->> 'promotion_id')::uuid, internal.uuid_v7());
  v_status text := p_promotion ->> 'status';
  v_before core.promotion;
  v_after  core.promotion;
begin
  perform internal.require_actor();
  perform internal.require_fields(p_promotion,
    'promotion_id', 'provider_id', 'kind', 'duration_days', 'commission_bp', 'cost_minor', 'cost',
    'currency', 'features', 'status');
  if not exists (select from core.promotion as p where p.promotion_id = v_id) then
    if coalesce(v_status, 'requested') <> 'requested' then
      perform internal.require_staff();
    end if;
    perform internal.request_promotion(v_id, p_promotion);
  elsif not internal.found_to_save('promotion', p_if_exists) then
    return null;
  end if;

  v_before := internal.lock_promotion(v_id);
  if (p_promotion ->> 'provider_id')::uuid <> v_before.provider_id then
    raise exception using errcode = '42501', message = 'A promotion stays with its provider.';
  end if;
  v_after := internal.read_promotion(v_before, p_promotion);
  if v_after is distinct from v_before then
    if v_before.status <> 'requested' then
      perform internal.refuse('M9320', 'promotion_not_requested',
        format('The promotion is %s already.', v_before.status));
    end if;
    -- What staff sets is given to the approval: the offer is the provider's, and what it covers
    -- is paid without asking again.
    if v_status = 'approved' then
      perform internal.require_staff();
    elsif v_before.provider_id is distinct from internal.user_id() and not internal.is_service() then
      raise exception using errcode = '42501', message = 'An offer is changed by who made it.';
    else
      update core.promotion as p
      set kind = v_after.kind, duration_days = v_after.duration_days,
          features = v_after.features, cost_minor = v_after.cost_minor,
          commission_bp = v_after.commission_bp, currency = v_after.currency
      where p.promotion_id = v_id;
    end if;
  end if;

  case when v_status is null or v_status = v_before.status then null;
       when v_status = 'approved' then
         perform api.approve_promotion(v_id, v_after.cost_minor, v_after.commission_bp);
       when v_status = 'rejected' then perform api.reject_promotion(v_id);
       when v_status = 'cancelled' then perform api.cancel_promotion(v_id);
       else perform internal.refuse('M0320', 'promotion_invalid',
              'A promotion is approved, rejected or cancelled; it runs once it is paid.',
              'Pay an approved one: rpc pay_promotion, with "wallet" or "card".');
  end case;
  return v_id;
end
$$;

alter function api.save_promotion owner to definer;

comment on function api.save_promotion is $$
Ask for a promotion, or change one; return its id. p_promotion: {"promotion_id"?, "provider_id"?,
"kind", "duration_days", "cost_minor"? (or "cost", a decimal) and "commission_bp"?, which are an
offer, "currency"?, "features"?}; and "status": staff writes approved or rejected, the provider
cancelled, which take the steps of these names. Terms change only while it is requested.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  M0304 currency_not_settled
  M0320 promotion_invalid        an unknown kind or status, or terms out of range
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3301 staff_only               a status that staff decides
  M4001 provider_not_found       the caller is not a provider
  M4310 promotion_not_found      it is another provider's
  M9002 too_many_made            ten of the provider's wait
  M9320 promotion_not_requested  it is decided already
  42501                          provider_id is somebody else, or staff would change an offer
$$;

create or replace function api.approve_promotion(
  p_promotion_id  uuid,
  p_cost_minor    bigint default null,
  p_commission_bp integer default null
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.promotion;
  v_after  core.promotion;
begin
  perform internal.require_staff();
  v_before := internal.lock_promotion(p_promotion_id);
  if v_before.status <> 'requested' then
    perform internal.refuse('M9320', 'promotion_not_requested',
      format('The promotion is %s already.', v_before.status));
  end if;

  update core.promotion as p
  set status = 'approved', approved_by = internal.user_id(),
      cost_minor = coalesce(p_cost_minor, p.cost_minor),
      commission_bp = coalesce(p_commission_bp, p.commission_bp)
  where p.promotion_id = p_promotion_id
  returning p.* into v_after;
  perform internal.audit('approve_promotion', 'promotion', p_promotion_id::text,
    to_jsonb(v_before) - 'features', to_jsonb(v_after) - 'features');

  -- The provider has agreed to what is not above their offer.
  if v_after.cost_minor <= v_before.cost_minor and v_after.commission_bp <= v_before.commission_bp
     and v_after.cost_minor <= internal.available_minor(v_after.provider_id, v_after.currency) then
    perform internal.pay_from_wallet(v_after);
    return 'running';
  end if;
  return 'approved';
end
$$;

alter function api.approve_promotion owner to definer;

comment on function api.approve_promotion is $$
Approve a promotion, on the terms offered or on others, and return what it is now. It begins at once
when its terms are not above the offer and the wallet has the money; otherwise it waits for
api.pay_promotion. For staff; audited. Locks the promotion, then the wallet.

Raises
  M3301 staff_only               the caller is not staff
  M4310 promotion_not_found      there is none
  M9320 promotion_not_requested  it is decided already
  23514                          a cost or commission out of range
$$;

create or replace function internal.available_minor(p_person_id uuid, p_currency text)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallet(p_person_id, p_currency);
  return (
    select b.balance_minor
    from core.ledger_account as a
    join core.ledger_balance as b using (ledger_account_id)
    where a.person_id = p_person_id and a.kind = 'available' and a.currency = p_currency);
end
$$;

alter function internal.available_minor owner to definer;

comment on function internal.available_minor is
  'What a person can spend of their wallet, which is locked.';

create or replace function api.reject_promotion(p_promotion_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  perform internal.require_staff();
  v_promotion := internal.lock_promotion(p_promotion_id);
  if v_promotion.status <> 'requested' then
    perform internal.refuse('M9320', 'promotion_not_requested',
      format('The promotion is %s already.', v_promotion.status));
  end if;
  update core.promotion as p set status = 'rejected' where p.promotion_id = p_promotion_id;
  perform internal.audit('reject_promotion', 'promotion', p_promotion_id::text, null, null);
end
$$;

alter function api.reject_promotion owner to definer;

comment on function api.reject_promotion is $$
Reject a promotion that was asked for. For staff; audited.

Raises
  M3301 staff_only               the caller is not staff
  M4310 promotion_not_found      there is none
  M9320 promotion_not_requested  it is decided already
$$;

create or replace function api.cancel_promotion(p_promotion_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  perform internal.require_actor();
  v_promotion := internal.lock_promotion(p_promotion_id);
  if v_promotion.status not in ('requested', 'approved') then
    perform internal.refuse('M9321', 'promotion_not_open',
      format('The promotion is %s.', v_promotion.status));
  end if;
  update core.promotion as p set status = 'cancelled' where p.promotion_id = p_promotion_id;
end
$$;

alter function api.cancel_promotion owner to definer;

comment on function api.cancel_promotion is $$
Cancel a promotion that does not run yet. Money that arrives for it afterwards goes back.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4310 promotion_not_found  there is none, or it is another provider's
  M9321 promotion_not_open   it runs or has run, or it was rejected or cancelled
$$;

create or replace function api.end_promotion(p_promotion_id uuid, p_reason text)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
  v_back      bigint := 0;
begin
  perform internal.require_staff();
  v_promotion := internal.lock_promotion(p_promotion_id);
  if not internal.is_running(v_promotion) then
    perform internal.refuse('M9321', 'promotion_not_open', 'The promotion does not run.');
  end if;
  update core.promotion as p set status = 'cancelled' where p.promotion_id = p_promotion_id;
  perform internal.audit('end_promotion', 'promotion', p_promotion_id::text, null,
    jsonb_build_object('reason', left(p_reason, 1000)));

  if v_promotion.paid_from = 'wallet' then
    v_back := v_promotion.cost_minor
      * extract(day from v_promotion.expires_at - now())::integer / v_promotion.duration_days;
  end if;
  if v_back > 0 then
    perform internal.repay_from_house(
      v_promotion.provider_id, v_back, v_promotion.currency,
      'promotion:' || p_promotion_id || ':back', 'promotion', p_promotion_id,
      'Promotion ended early');
  end if;
  return v_back;
end
$$;

alter function api.end_promotion owner to definer;

comment on function api.end_promotion is $$
End a promotion that runs, and return what its provider gets back, in minor units: of what the
wallet paid, the part of the days that are left. What a card paid is refunded with
api.refund_payment, which ends the promotion too. For staff; audited. Locks the promotion, then the
wallet.

Raises
  M3301 staff_only           the caller is not staff
  M4310 promotion_not_found  there is none
  M9321 promotion_not_open   it does not run
$$;

create or replace function api.list_promotions(
  p_status text default null,
  p_limit  integer default 100
)
returns table (
  promotion_id  uuid,
  provider_id   uuid,
  provider_name text,
  kind          text,
  status        text,
  is_running    boolean,
  duration_days integer,
  cost_minor    bigint,
  currency      text,
  commission_bp integer,
  features      jsonb,
  starts_at     timestamptz,
  expires_at    timestamptz,
  created_at    timestamptz
)
language sql
stable
begin atomic
  select p.promotion_id, p.provider_id, o.display_name, p.kind, p.status,
         p.status = 'running' and p.expires_at > now(), p.duration_days, p.cost_minor, p.currency,
         p.commission_bp, p.features, p.starts_at, p.expires_at, p.created_at
  from core.promotion as p
  left join core.person as o on o.person_id = p.provider_id
  where p_status is null or p.status = p_status
  order by p.created_at desc, p.promotion_id
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end;

comment on function api.list_promotions is
  'Promotions of the caller, newest first; staff sees everybody''s. Of one status, if asked for.';

create or replace function api.pay_promotion(p_promotion_id uuid, p_with text default 'wallet')
returns table (promotion_id uuid, status text, order_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_promotion core.promotion;
begin
  perform internal.require_actor();
  v_promotion := internal.lock_promotion(p_promotion_id);
  if v_promotion.provider_id is distinct from internal.user_id() and not internal.is_service() then
    raise exception using errcode = '42501', message = 'The provider pays for a promotion.';
  end if;
  if p_with is null or p_with not in ('wallet', 'card') then
    perform internal.refuse('M0321', 'payment_way_unknown', 'It is paid with "wallet" or "card".');
  end if;
  if v_promotion.status <> 'running' then
    if v_promotion.status <> 'approved' then
      perform internal.refuse('M9321', 'promotion_not_open',
        format('The promotion is %s.', v_promotion.status), 'Staff approves it first.');
    end if;
    if p_with = 'wallet' or v_promotion.cost_minor = 0 then
      perform internal.pay_from_wallet(v_promotion);
    else
      perform internal.order_promotion(v_promotion);
    end if;
  end if;
  return query
  select p.promotion_id, p.status, p.order_id
  from core.promotion as p
  where p.promotion_id = p_promotion_id;
end
$$;

alter function api.pay_promotion owner to definer;

comment on function api.pay_promotion is $$
Pay an approved promotion of the caller's. From the wallet it begins at once; with a card, the
order_id that is returned is paid like any order (/functions/v1/pay), and it begins when the money
arrives. Safe to repeat: a promotion is paid once, and an order that is still unpaid is returned
again. Locks the promotion, then the wallet.

Raises
  M0301 amount_not_chargeable, M0304 currency_not_settled
  M0321 payment_way_unknown  neither wallet nor card
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4310 promotion_not_found  there is none, or it is another provider's
  M9321 promotion_not_open   it is not approved, or was rejected or cancelled
  M9401 balance_too_small    the wallet has less than it costs
  42501                      staff would pay for a provider
$$;

create or replace function internal.order_promotion(p_promotion core.promotion)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  if exists (
    select from core.order as o
    where o.order_id = (p_promotion).order_id and o.status = 'pending' and o.expires_at > now()
  ) then
    return;
  end if;
  perform internal.ensure_customer((p_promotion).provider_id);
  v_payment := internal.open_order(
    (p_promotion).provider_id, (p_promotion).currency,
    array[internal.new_line('promotion', 'Promotion of ' || (p_promotion).duration_days || ' days',
                            null, null, (p_promotion).provider_id, null, 1,
                            (p_promotion).cost_minor)],
    null,
    p_expires_at => now() + (select make_interval(mins => m.hold_min) from core.marketplace as m));
  update core.promotion as p
  set order_id = v_payment.order_id
  where p.promotion_id = (p_promotion).promotion_id;
end
$$;

alter function internal.order_promotion owner to definer;

comment on function internal.order_promotion is $$
Order a promotion, to be paid with a card; an order that can still be paid is kept.

Raises
  M0301 amount_not_chargeable, M0304 currency_not_settled
$$;

create or replace function internal.turn(p_n bigint, p_total bigint, p_at timestamptz)
returns integer
language sql
immutable
return ((p_n + p_total - floor(extract(epoch from p_at) / 60)::bigint % p_total) % p_total + 1)::integer;

comment on function internal.turn is $$
The place of the n-th of so many, counted from 0, at an instant: every minute each moves up one and
the first goes to the end.
$$;

create or replace function api.list_boosted_providers(
  p_kind  text default null,
  p_limit integer default 10
)
returns table (provider_id uuid, kind text, turn integer)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with boosted as (
    select p.provider_id, min(p.kind) as kind,
           (row_number() over (order by p.provider_id) - 1)::bigint as n,
           count(*) over () as total
    from core.promotion as p
    join core.provider as v using (provider_id)
    where p.status = 'running' and p.expires_at > now()
      and (p_kind is null or p.kind = p_kind)
      and (v.stopped_until is null or v.stopped_until <= now())
    group by p.provider_id
  )
  select b.provider_id, b.kind,
         internal.turn(b.n, b.total, now()) as turn
  from boosted as b
  order by turn
  limit least(greatest(coalesce(p_limit, 10), 0), 100);
end;

alter function api.list_boosted_providers owner to definer;

comment on function api.list_boosted_providers is $$
Providers with a promotion that runs, in the order in which they are to be shown now: every minute
each moves up one place and the first goes to the end, so all are first equally often. Security
definer, because promotions are their providers' own business, and who is boosted is not.
$$;
