-- Stopping payouts, and carrying out those that go by hand.

create or replace function api.cancel_payout(p_payout_id uuid)
returns table (payout_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout core.payout;
  v_leg    core.payout_leg;
  v_ids    uuid[];
begin
  select p.* into v_payout from core.payout as p where p.payout_id = p_payout_id;
  if not found or not (internal.is_service() or internal.is_staff()
                       or v_payout.provider_id = internal.require_user_id()) then
    perform internal.refuse('M4402', 'payout_not_found',
      format('You have no payout %s.', p_payout_id));
  end if;
  perform internal.lock_wallet(v_payout.provider_id, v_payout.currency);

  -- Only what nobody has begun to send can be taken back; by hand, what staff has not done.
  v_ids := array(select l.payout_leg_id from core.payout_leg as l
                 where l.payout_id = p_payout_id and l.status = 'planned');
  if exists (select from core.stripe_command as c
             where c.kind = 'transfer' and c.subject_id = any (v_ids)) then
    v_ids := array(select internal.withdraw_commands('transfer', v_ids));
  end if;

  if cardinality(v_ids) = 0 and v_payout.status <> 'cancelled' then
    perform internal.refuse('M9407', 'payout_under_way', 'This payout is already on its way.');
  end if;

  for v_leg in
    select l.* from core.payout_leg as l where l.payout_leg_id = any (v_ids)
  loop
    perform internal.finish_leg(v_leg, 'cancelled');
  end loop;

  return query
  select p.payout_id, p.status from core.payout as p where p.payout_id = p_payout_id;
end
$$;

alter function api.cancel_payout owner to definer;

comment on function api.cancel_payout is $$
Call a payout off before it is sent; the money is available again. Safe to repeat.

Raises
  M4402 payout_not_found  there is none, or it is somebody else's
  M9407 payout_under_way  Stripe has been asked already
$$;

create or replace function api.settle_payout(
  p_payout_id uuid,
  p_is_paid   boolean,
  p_reference text default null
)
returns table (payout_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout core.payout;
  v_leg    core.payout_leg;
begin
  perform internal.require_staff();
  select p.* into v_payout
  from core.payout as p
  join core.payout_account as a using (payout_account_id)
  where p.payout_id = p_payout_id and a.rail = 'manual';
  if not found then
    perform internal.refuse('M4403', 'manual_payout_not_found',
      format('There is no payout %s that is made by hand.', p_payout_id));
  end if;

  perform internal.lock_wallet(v_payout.provider_id, v_payout.currency);
  for v_leg in
    select l.* from core.payout_leg as l
    where l.payout_id = p_payout_id and l.status = 'planned'
  loop
    perform internal.finish_leg(
      v_leg, case when p_is_paid then 'paid' else 'failed' end,
      case when not p_is_paid then coalesce(p_reference, 'failed') end);
  end loop;
  perform internal.audit('settle_payout', 'payout', p_payout_id::text, null,
    jsonb_build_object('is_paid', p_is_paid, 'reference', p_reference));

  return query
  select p.payout_id, p.status from core.payout as p where p.payout_id = p_payout_id;
end
$$;

alter function api.settle_payout owner to definer;

comment on function api.settle_payout is $$
Say how a payout made by hand has ended: paid, or failed, which makes the money available
again. For staff; audited. What has ended stays as it is.

Raises
  M3301 staff_only               the caller is not staff
  M4403 manual_payout_not_found  there is none, or it goes by Stripe
$$;

create or replace function api.hold_payouts(p_provider_id uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  update core.payout_account as a
  set held_at = case when nullif(btrim(p_reason), '') is not null then coalesce(a.held_at, now()) end,
      hold_reason = nullif(btrim(p_reason), '')
  where a.provider_id = p_provider_id and a.replaced_at is null;
  perform internal.audit('hold_payouts', 'provider', p_provider_id::text, null,
    jsonb_build_object('reason', p_reason));
end
$$;

alter function api.hold_payouts owner to definer;

comment on function api.hold_payouts is $$
Hold a provider's payouts for a reason, or let them go with an empty one. For staff; audited.

Raises
  M3301 staff_only  the caller is not staff
$$;

create or replace function api.pause_payouts(p_is_paused boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  update core.payout_setting as s set paused_at = case when p_is_paused then now() end;
  perform internal.audit('pause_payouts', 'payout_setting', 'all', null,
    jsonb_build_object('is_paused', p_is_paused));
end
$$;

alter function api.pause_payouts owner to definer;

comment on function api.pause_payouts is $$
The kill switch: while it is on no payout is planned and no transfer is sent. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
