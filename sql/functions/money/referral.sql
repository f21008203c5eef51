-- Referrals: a code, a claim, a reward.

create or replace function api.my_referral_code()
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_identity(internal.user_id());
begin
  perform internal.require_active(v_me);
  insert into core.referral_code (person_id, code)
  values (v_me, internal.new_order_number())
  on conflict (person_id) do nothing;
  return (select c.code from core.referral_code as c where c.person_id = v_me);
end
$$;

alter function api.my_referral_code owner to definer;

comment on function api.my_referral_code is $$
The caller's code, by which others say who brought them; made when it is first asked for.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;

create or replace function api.claim_referral(p_code text, p_referral_id uuid default null)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me       uuid := internal.require_identity(internal.user_id());
  v_referrer uuid;
  v_id       uuid := coalesce(p_referral_id, internal.uuid_v7());
begin
  perform internal.require_active(v_me);
  select c.person_id into v_referrer
  from core.referral_code as c
  where c.code = upper(btrim(p_code));
  if not found or not internal.is_active(v_referrer) then
    perform internal.refuse('M4020', 'referral_code_not_found',
      format('There is no referral code %s.', left(quote_nullable(p_code), 40)));
  elsif v_referrer = v_me then
    perform internal.refuse('M9011', 'own_referral', 'Nobody brings themselves.');
  elsif exists (
    select from core.booking as b
    where b.customer_id = v_me and internal.is_bought(b.status)
  ) then
    perform internal.refuse('M9012', 'not_a_newcomer', 'Who has booked before was not brought.');
  end if;

  insert into core.referral (referral_id, referrer_id, referee_id, reward_minor, currency)
  select v_id, v_referrer, v_me, m.referral_reward_minor, m.default_currency
  from core.marketplace as m
  on conflict (referee_id) do nothing;
  if not found then
    perform internal.refuse('M9010', 'already_referred', 'You have said who brought you.');
  end if;
  return v_id;
end
$$;

alter function api.claim_referral owner to definer;

comment on function api.claim_referral is $$
Say who brought the caller, by their code; return the referral, whose id is p_referral_id if its
client has made one. Once per person, and only before their first booking. The reward is the
marketplace's referral_reward_minor at this moment.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4020 referral_code_not_found  there is no such code, or its owner is gone
  M9010 already_referred         the caller has said it before
  M9011 own_referral             the code is the caller's own
  M9012 not_a_newcomer           the caller has booked before
  23505                          there is a referral of this id
$$;

create or replace function api.save_referral(p_referral jsonb, p_if_exists text default 'fail')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_identity(
    coalesce((p_referral ->> 'referee_id')::uuid, internal.user_id()));
  v_id uuid;
begin
  perform internal.require_fields(p_referral, 'referral_id', 'referee_id', 'code');
  select r.referral_id into v_id from core.referral as r where r.referee_id = v_me;
  if found and p_if_exists <> 'fail' then
    return case when internal.found_to_save('referral', p_if_exists) then v_id end;
  end if;
  return api.claim_referral(p_referral ->> 'code', (p_referral ->> 'referral_id')::uuid);
end
$$;

alter function api.save_referral owner to definer;

comment on function api.save_referral is $$
Say who brought the caller, {"referral_id"?, "code", "referee_id"? (the caller)}; return the
referral. Merging leaves the one that is there. For lenses; others call api.claim_referral.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  42501  referee_id is somebody else
  and what api.claim_referral raises
$$;

create or replace function internal.referral_booking_id(p_referral core.referral)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select b.booking_id
  from core.booking as b
  join core.order_line as l using (booking_id)
  where b.customer_id = (p_referral).referee_id
    and b.created_at >= (p_referral).created_at
    and internal.is_earned(b.status)
    and internal.line_left(l.order_line_id) > 0
  order by b.completed_at, b.booking_id
  limit 1;
end;

alter function internal.referral_booking_id owner to definer;

comment on function internal.referral_booking_id is
  'The first booking of a referee that took place and is paid; null before.';

create or replace function internal.was_given_back(p_booking_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select not exists (
    select
    from core.order_line as l
    where l.booking_id = p_booking_id and internal.line_left(l.order_line_id) > 0);
end;

alter function internal.was_given_back owner to definer;

comment on function internal.was_given_back is
  'Whether nothing is left of what was paid for a booking.';

create or replace function internal.settle_referral(p_referral core.referral)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_reward constant boolean := (p_referral).status = 'claimed';
  v_key       constant text := 'referral:' || (p_referral).referral_id;
begin
  if (p_referral).reward_minor > 0 then
    perform internal.move_wallet(
      (p_referral).referrer_id,
      case when v_is_reward then (p_referral).reward_minor else -(p_referral).reward_minor end,
      (p_referral).currency, 'bonuses', 'bonus',
      case when v_is_reward then v_key else v_key || ':back' end,
      'referral', (p_referral).referral_id,
      case when v_is_reward then 'Referral' else 'Referral, taken back after a refund' end);
  end if;
  update core.referral as r
  set status = case when v_is_reward then 'rewarded' else 'reversed' end,
      booking_id = coalesce(r.booking_id, internal.referral_booking_id(p_referral)),
      rewarded_at = coalesce(r.rewarded_at, now()),
      reversed_at = case when not v_is_reward then now() end
  where r.referral_id = (p_referral).referral_id;
end
$$;

alter function internal.settle_referral owner to definer;

comment on function internal.settle_referral is $$
Give the reward of a referral, or take it back, each once by its key. The caller holds the row's
lock. Locks the referrer's wallet.
$$;

create or replace function api.settle_referrals(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_referral core.referral;
  v_count    integer := 0;
begin
  -- In the order of wallets.
  for v_referral in
    select r.*
    from core.referral as r
    where (r.status = 'claimed' and internal.referral_booking_id(r) is not null
           or r.status = 'rewarded' and internal.was_given_back(r.booking_id))
      and r.referral_id <> all (internal.aside('settle_referrals'))
    order by r.referrer_id, r.currency, r.referral_id
    limit least(p_limit, 1000)
    for no key update skip locked
  loop
    begin
      perform internal.settle_referral(v_referral);
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('settle_referrals', v_referral.referral_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.settle_referrals owner to definer;

comment on function api.settle_referrals is $$
Reward referrals whose referee's first paid booking has taken place, and take back rewards whose
booking was refunded; return how many. For the clock: safe to run twice, late or beside itself.
$$;

create or replace function api.list_referrals()
returns table (
  referral_id  uuid,
  is_referrer  boolean,
  status       text,
  reward_minor bigint,
  currency     text,
  created_at   timestamptz,
  rewarded_at  timestamptz
)
language sql
stable
begin atomic
  select r.referral_id, r.referrer_id = internal.user_id(), r.status, r.reward_minor, r.currency,
         r.created_at, r.rewarded_at
  from core.referral as r
  where internal.user_id() in (r.referrer_id, r.referee_id)
  order by r.created_at desc, r.referral_id;
end;

comment on function api.list_referrals is
  'Whom the caller has brought, and by whom they came, newest first. Names are not told.';
