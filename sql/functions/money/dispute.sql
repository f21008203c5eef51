-- Disputes: what the payer's bank takes, holds and gives back.

create or replace function internal.settle_disputes(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_dispute core.dispute;
begin
  for v_dispute in
    select d.*
    from core.dispute as d
    where d.payment_id = p_payment.payment_id
      and not internal.is_inquiry(d.status)
    order by d.created_at, d.dispute_id
  loop
    if v_dispute.opened_at is null then
      perform internal.open_dispute(p_payment, v_dispute);
    end if;
    if v_dispute.closed_at is null and v_dispute.status in ('won', 'lost') then
      perform internal.close_dispute(p_payment, v_dispute.dispute_id);
    end if;
  end loop;
end
$$;

alter function internal.settle_disputes owner to definer;

comment on function internal.settle_disputes is $$
Bring a captured payment to where its disputes are, each step once. One that is heard of only
when it is over was open before: the steps are the same, whichever event came first.
$$;

create or replace function internal.move_hold(
  p_payment core.payment,
  p_dispute core.dispute,
  p_sign    integer,
  p_key     text
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_held     bigint := p_dispute.held_minor;
  v_provider uuid;
begin
  select e.provider_id, case when p_sign < 0 then v_held else
           sum(e.provider_minor - e.returned_minor) filter (where e.released_at is not null) end
    into v_provider, v_held
  from core.earning as e
  where e.payment_id = p_payment.payment_id
  group by e.provider_id
  order by e.provider_id
  limit 1;

  perform internal.post_transfer(
    p_key, 'dispute_hold', 'dispute', p_dispute.dispute_id,
    array[internal.ledger_account_id('available', p_payment.currency, v_provider),
          internal.ledger_account_id('held', p_payment.currency, v_provider)],
    array[-p_sign * v_held, p_sign * v_held])
  where v_held > 0;
  return coalesce(v_held, 0);
end
$$;

alter function internal.move_hold owner to definer;

comment on function internal.move_hold is
  'Hold back what a disputed payment had already made available (1), or let it go again (-1).';

create or replace function internal.open_dispute(p_payment core.payment, p_dispute core.dispute)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallet(p_payment.payee_id, p_payment.currency)
  where p_payment.payee_id is not null;

  update core.dispute as d
  set opened_at = now(),
      held_minor = internal.move_hold(
        p_payment, p_dispute, 1, 'dispute:' || p_dispute.dispute_id || ':hold')
  where d.dispute_id = p_dispute.dispute_id;

  perform internal.announce('staff.dispute_opened', null, jsonb_build_object(
    'dispute_id', p_dispute.dispute_id, 'payment_id', p_payment.payment_id));
  perform internal.notify(p_payment.payee_id, 'dispute_opened', jsonb_build_object(
    'dispute_id', p_dispute.dispute_id, 'booking_id', p_payment.booking_id))
  where p_payment.payee_id is not null;
end
$$;

alter function internal.open_dispute owner to definer;

comment on function internal.open_dispute is
  'A dispute begins: hold back what its payment earned, tell staff and provider.';

create or replace function internal.close_dispute(p_payment core.payment, p_dispute_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_dispute core.dispute;
  v_key     text := 'dispute:' || p_dispute_id;
begin
  update core.dispute as d
  set closed_at = now()
  where d.dispute_id = p_dispute_id
  returning d.* into v_dispute;

  perform internal.lock_wallet(p_payment.payee_id, p_payment.currency)
  where p_payment.payee_id is not null;
  perform internal.move_hold(p_payment, v_dispute, -1, v_key || ':let_go');

  if v_dispute.status = 'lost' then
    perform internal.share_return(
      p_payment, v_dispute.amount_minor, v_key || ':lost', 'dispute', 'disputed', p_dispute_id);
  end if;
  perform internal.notify(p_payment.payee_id, 'dispute_' || v_dispute.status,
    jsonb_build_object('dispute_id', p_dispute_id, 'booking_id', p_payment.booking_id))
  where p_payment.payee_id is not null;
end
$$;

alter function internal.close_dispute owner to definer;

comment on function internal.close_dispute is $$
A dispute ends: let go of what was held; when it was lost, provider and platform bear their
shares of it, as they had them of the payment.
$$;

create or replace trigger dispute_touch before update on core.dispute
  for each row execute function internal.on_row_touched();
