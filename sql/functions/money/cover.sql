-- When a customer gets the money of a refund that waits in another way: the payer's bank took it in
-- a dispute, or somebody refunded at Stripe. It is not paid twice; and if the bank gives it back, it
-- is owed again.

create or replace function internal.part_of_lines(p_refund_id uuid, p_amount_minor bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with line as (
    select l.order_line_id, l.amount_minor, row_number() over (order by l.order_line_id) as n
    from core.refund_line as l
    where l.refund_id = p_refund_id
  ),
  part as (
    select internal.split(p_amount_minor, array_agg(l.amount_minor order by l.n)) as amount
    from line as l
  )
  select coalesce(jsonb_agg(jsonb_build_object(
           'order_line_id', l.order_line_id, 'amount_minor', p.amount[l.n])), '[]')
  from line as l
  cross join part as p
  where p.amount[l.n] > 0;
end;

alter function internal.part_of_lines owner to definer;

comment on function internal.part_of_lines is
  'A part of a refund, shared over its lines: [{order_line_id, amount_minor}].';

create or replace function internal.add_refund(p_refund core.refund, p_lines jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.refund
    (refund_id, payment_id, cause, amount_minor, reason, status, actor, reserved_at, settled_at,
     failed_at, checked_at)
  select p_refund.refund_id, p_refund.payment_id, p_refund.cause, sum(x.amount_minor),
         p_refund.reason, p_refund.status, p_refund.actor, p_refund.reserved_at,
         p_refund.settled_at, p_refund.failed_at, p_refund.checked_at
  from jsonb_to_recordset(p_lines) as x(order_line_id uuid, amount_minor bigint);
  insert into core.refund_line (refund_id, order_line_id, amount_minor)
  select p_refund.refund_id, x.order_line_id, x.amount_minor
  from jsonb_to_recordset(p_lines) as x(order_line_id uuid, amount_minor bigint);
  return p_refund.refund_id;
end
$$;

alter function internal.add_refund owner to definer;

comment on function internal.add_refund is 'Write down a refund of lines that follows from another one.';

create or replace function internal.use_waiting(
  p_payment_id   uuid,
  p_excess_minor bigint,
  p_refund_id    uuid default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
  v_rest   core.refund;
  v_used   bigint;
  v_total  bigint := 0;
begin
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment_id
      and r.status in ('failed', 'rejected') and r.failed_at is not null and r.resent_as is null
    order by r.created_at, r.refund_id
  loop
    v_used := least(v_refund.amount_minor, p_excess_minor - v_total);
    exit when v_used <= 0;
    v_total := v_total + v_used;

    v_rest := v_refund;
    v_rest.refund_id := null;
    if v_used < v_refund.amount_minor then
      v_rest.refund_id := internal.uuid_v7();
      v_rest.cause := 'rest:' || v_refund.refund_id;
      perform internal.add_refund(
        v_rest, internal.part_of_lines(v_refund.refund_id, v_refund.amount_minor - v_used));
    end if;
    update core.refund as r
    set resent_as = coalesce(v_rest.refund_id, p_refund_id),
        covered_lines = case when p_refund_id is null
          then internal.part_of_lines(v_refund.refund_id, v_used) end,
        status = case when p_refund_id is null and v_rest.refund_id is null
                      then 'covered' else r.status end,
        reversed_at = case when p_refund_id is null and v_rest.refund_id is null then now() end
    where r.refund_id = v_refund.refund_id;
  end loop;
  return v_total;
end
$$;

alter function internal.use_waiting owner to definer;

comment on function internal.use_waiting is $$
Use up what waits for the customer (refunds that did not arrive) for at most p_excess_minor, and
return how much: a refund begun at Stripe (p_refund_id) has sent it, or the payer's bank has taken
it. What is left of a refund that is used in part waits as another one. The caller holds the
payment's lock and moves the money in the ledger.
$$;

create or replace function internal.restore_covered(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
  v_again  core.refund;
begin
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment_id and r.covered_lines <> '[]'
    order by r.created_at, r.refund_id
  loop
    v_again := v_refund;
    v_again.refund_id := internal.uuid_v7();
    v_again.cause := 'regained:' || v_refund.refund_id;
    v_again.status := 'owed';
    v_again.reserved_at := null;
    v_again.settled_at := null;
    v_again.failed_at := null;
    v_again.checked_at := null;
    perform internal.add_refund(v_again, v_refund.covered_lines);
    update core.refund as r set covered_lines = null where r.refund_id = v_refund.refund_id;
  end loop;
end
$$;

alter function internal.restore_covered owner to definer;

comment on function internal.restore_covered is $$
The bank has given back what it had taken: what it had covered of refunds is owed to the customer
again, and internal.settle_owed sends it. The caller holds the payment's lock.
$$;
