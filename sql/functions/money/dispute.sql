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
    elsif v_dispute.lost_at is not null and v_dispute.status = 'won'
          and v_dispute.regained_at is null then
      perform internal.regain_dispute(p_payment, v_dispute);
    end if;
  end loop;
end
$$;

alter function internal.settle_disputes owner to definer;

comment on function internal.settle_disputes is $$
Carry out what follows from the disputes of a captured payment, each step once. A dispute that we
hear of only after its end goes through the same steps, so the order of events does not matter.
$$;

create or replace function internal.hold_lines(p_payment core.payment, p_dispute core.dispute)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Of a line that has cleared, hold what its seller would lose, and no more than is disputed.
  insert into core.dispute_line (dispute_id, order_line_id, amount_minor, held_minor)
  select p_dispute.dispute_id, s.order_line_id, s.amount_minor,
         case when e.released_at is null then 0
         else least(s.amount_minor, (internal.split(
           least(e.gross_minor, internal.line_gone(e.order_line_id) + s.amount_minor),
           array[e.commission_minor, e.provider_minor]))[2] - e.returned_minor) end
  from internal.share_by_line(p_payment.payment_id, p_dispute.amount_minor) as s
  join core.earning as e using (order_line_id);
end
$$;

alter function internal.hold_lines owner to definer;

comment on function internal.hold_lines is
  'Record which part of a dispute falls on which line, and how much of it is held back.';

create or replace function internal.move_hold(
  p_payment core.payment,
  p_dispute core.dispute,
  p_sign    integer,
  p_key     text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with held as (
    select e.provider_id, sum(l.held_minor)::bigint as amount_minor
    from core.dispute_line as l
    join core.earning as e using (order_line_id)
    where l.dispute_id = (p_dispute).dispute_id and l.held_minor > 0
    group by e.provider_id
  )
  select internal.post_transfer(
    p_key, 'dispute_hold', 'dispute', (p_dispute).dispute_id,
    array_agg(internal.ledger_account_id('available', (p_payment).currency, h.provider_id)
              order by h.provider_id)
      || array_agg(internal.ledger_account_id('held', (p_payment).currency, h.provider_id)
                   order by h.provider_id),
    array_agg(-p_sign * h.amount_minor order by h.provider_id)
      || array_agg(p_sign * h.amount_minor order by h.provider_id))
  from held as h
  having count(*) > 0;
end;

alter function internal.move_hold owner to definer;

comment on function internal.move_hold is
  'Hold back what disputed lines had made available (1), or make it available again (-1).';

create or replace function internal.tell_sellers(
  p_payment    core.payment,
  p_dispute_id uuid,
  p_type       text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.notify(s.provider_id, p_type, jsonb_build_object(
    'dispute_id', p_dispute_id, 'booking_id', s.booking_id))
  from (
    select distinct on (e.provider_id) e.provider_id, e.booking_id
    from core.dispute_line as l
    join core.earning as e using (order_line_id)
    where l.dispute_id = p_dispute_id and e.provider_id is not null
    order by e.provider_id, e.order_line_id
  ) as s;
end;

alter function internal.tell_sellers owner to definer;

comment on function internal.tell_sellers is
  'Notify each seller of a disputed payment, naming a booking of theirs.';

create or replace function internal.open_dispute(p_payment core.payment, p_dispute core.dispute)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallets(p_payment.currency, internal.sellers_of(p_payment.payment_id));
  update core.dispute as d set opened_at = now() where d.dispute_id = p_dispute.dispute_id;
  perform internal.hold_lines(p_payment, p_dispute);
  perform internal.move_hold(
    p_payment, p_dispute, 1, 'dispute:' || p_dispute.dispute_id || ':hold');

  perform internal.announce('staff.dispute_opened', null, jsonb_build_object(
    'dispute_id', p_dispute.dispute_id, 'payment_id', p_payment.payment_id));
  perform internal.tell_sellers(p_payment, p_dispute.dispute_id, 'dispute_opened');
end
$$;

alter function internal.open_dispute owner to definer;

comment on function internal.open_dispute is
  'Begin a dispute: hold back what its lines earned, and tell staff and the sellers.';

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
  set closed_at = now(), lost_at = case when d.status = 'lost' then now() end
  where d.dispute_id = p_dispute_id
  returning d.* into v_dispute;

  perform internal.lock_wallets(p_payment.currency, internal.sellers_of(p_payment.payment_id));
  perform internal.move_hold(p_payment, v_dispute, -1, v_key || ':let_go');

  if v_dispute.status = 'lost' then
    -- What waits for the customer is not paid a second time.
    perform internal.share_return(
      p_payment, v_dispute.amount_minor, v_key || ':lost', 'dispute', 'disputed', p_dispute_id,
      p_owed_minor => internal.use_waiting(
        p_payment.payment_id, internal.excess_of(p_payment.payment_id)));
    perform internal.plan_reversals(p_payment.payment_id, p_dispute_id => p_dispute_id);
  end if;
  perform internal.tell_sellers(p_payment, p_dispute_id, 'dispute_' || v_dispute.status);
end
$$;

alter function internal.close_dispute owner to definer;

comment on function internal.close_dispute is $$
End a dispute: make available what was held. If it was lost, sellers and platform bear their shares,
line by line, and what a seller was already paid is taken back.
$$;

create or replace function internal.regain_dispute(p_payment core.payment, p_dispute core.dispute)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.dispute as d set regained_at = now() where d.dispute_id = p_dispute.dispute_id;
  perform internal.share_return(
    p_payment, -p_dispute.amount_minor, 'dispute:' || p_dispute.dispute_id || ':regained',
    'dispute', 'disputed', p_dispute.dispute_id);
  perform internal.restore_covered(p_payment.payment_id);
  perform internal.tell_sellers(p_payment, p_dispute.dispute_id, 'dispute_won');
end
$$;

alter function internal.regain_dispute owner to definer;

comment on function internal.regain_dispute is
  'Give sellers and platform their shares back when a lost dispute is won later; refunds that it '
  'had covered are owed again.';

create or replace trigger dispute_touch before update on core.dispute
  for each row execute function internal.on_row_touched();

create or replace function api.list_disputes(
  p_status text default null,
  p_before uuid default null,
  p_limit  integer default 50
)
returns table (
  dispute_id      uuid,
  payment_id      uuid,
  order_number    text,
  payer_id        uuid,
  payer_name      text,
  currency        text,
  amount_minor    bigint,
  status          text,
  reason          text,
  evidence_due_at timestamptz,
  opened_at       timestamptz,
  closed_at       timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select d.dispute_id, d.payment_id, o.number, p.payer_id, internal.name_of(p.payer_id),
         p.currency, d.amount_minor, d.status, d.reason, d.evidence_due_at, d.opened_at,
         d.closed_at
  from core.dispute as d
  join core.payment as p using (payment_id)
  left join core.order as o using (order_id)
  where (p_status is null or d.status = p_status)
    and (p_before is null or d.dispute_id < p_before)
  order by d.dispute_id desc
  limit least(greatest(coalesce(p_limit, 50), 0), 500);
end
$$;

alter function api.list_disputes owner to definer;

comment on function api.list_disputes is $$
Disputes, the newest first, with whose payment each is about; for staff. They are answered at
Stripe, until evidence_due_at. For the next page pass the last dispute_id as p_before.

Raises
  M3301 staff_only  the caller is not staff
$$;
