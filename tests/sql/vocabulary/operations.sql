-- Random operations on money, as customers, providers, staff, Stripe and the schedule do them.

-- Who plays, and what they count by.
create or replace function tests.stage()
returns void
language sql
as $$
  create sequence tests.step;
  create table tests.refusal (code text primary key, times integer not null default 1);
  grant usage on sequence tests.step to public;
  -- Three customers play a whole town.
  update core.marketplace set max_holds = 100000;
  select tests.introduce('p1', 'p2', 'p3', 'p4', 'c1', 'c2', 'c3');
  insert into core.provider (provider_id) select tests.id('p' || n) from generate_series(1, 4) as n;
  select tests.onboard('p' || n) from generate_series(1, 4) as n;
  insert into core.coupon (coupon_id, code, kind, percent, per_customer)
  values (tests.id('tenth'), 'TENTH', 'percent', 10, 1000000),
         (tests.id('half'), 'HALF', 'percent', 50, 1000000);
  insert into core.customer (customer_id) select tests.id('c' || n) from generate_series(1, 3) as n;
  -- Providers buy of the house.
  insert into core.customer (customer_id) select tests.id('p' || n) from generate_series(1, 4) as n;
$$;

-- A payment at random, of those that are captured or not.
create or replace function tests.some_payment(p_captured boolean)
returns core.payment
language sql
as $$
  select p.*
  from core.payment as p
  where (p.captured_minor > 0) = p_captured and p.processor = 'stripe'
  order by p.seq desc
  offset floor(random() * least(60, (
    select count(*) from core.payment as q
    where (q.captured_minor > 0) = p_captured and q.processor = 'stripe')))
  limit 1;
$$;

-- A price that can be charged in a currency.
create or replace function tests.some_price(p_currency text)
returns bigint
language sql
as $$
  select case p_currency when 'KWD' then 10 when 'UGX' then 100 else 1 end
         * (500 + floor(random() * 20000)::bigint);
$$;

-- An order of one to five lines, of up to three providers and the house; now and then one booking
-- by the short way.
create or replace function tests.sell()
returns void
language plpgsql
as $$
declare
  v_n        bigint := nextval('tests.step');
  v_currency text := (array['UGX', 'DKK', 'JPY', 'KWD'])[1 + v_n % 4];
  v_names    text[] := array[]::text[];
  v_name     text;
begin
  update core.marketplace
  set house_coupon_by = (array['shared', 'house', 'house', 'seller'])[1 + v_n % 4];
  if random() < 0.3 then
    perform tests.offer('s' || v_n, 'p' || 1 + floor(random() * 4)::int,
                        tests.some_price(v_currency), v_currency,
                        p_starts => now() + interval '1 day' + v_n * interval '61 minutes');
    perform tests.book('s' || v_n, 'c' || 1 + floor(random() * 3)::int);
    return;
  end if;

  for i in 1 .. 1 + floor(random() * 5)::int loop
    v_n := nextval('tests.step');
    v_name := 's' || v_n;
    if random() < 0.5 then
      perform tests.offer(v_name, 'p' || 1 + floor(random() * 3)::int,
                          tests.some_price(v_currency), v_currency,
                          p_starts => now() + interval '1 day' + v_n * interval '61 minutes');
    else
      perform tests.goods(v_name, case when random() < 0.6 then 'p' || 1 + floor(random() * 3)::int end,
                          tests.some_price(v_currency), v_currency,
                          case when random() < 0.5 then 1 end);
    end if;
    v_names := v_names || v_name;
  end loop;
  perform tests.basket('c' || 1 + floor(random() * 3)::int,
                       case when random() < 0.2 then 'TENTH' when random() < 0.2 then 'HALF' end,
                       variadic v_names);
end
$$;

-- The time of some orders ends before they are paid, and somebody else takes what they held.
create or replace function tests.lapse_some()
returns void
language plpgsql
as $$
declare
  v_payment core.payment := tests.some_payment(false);
begin
  update core.booking set hold_expires_at = now() - interval '1 second'
  where status = 'pending_payment'
    and booking_id in (select l.booking_id from core.order_line as l
                       where l.order_id = v_payment.order_id);
  update core.order set expires_at = now() - interval '1 second'
  where order_id = v_payment.order_id and expires_at is not null;
  perform tests.act_as_service();
  perform api.expire_bookings();
  perform api.expire_orders();
  perform tests.act_as_nobody();
  if random() < 0.5 then
    update core.stock_item set on_hand = 0
    where offering_id in (select l.offering_id from core.order_line as l
                          where l.order_id = v_payment.order_id);
    update core.slot set state = 'closed'
    where slot_id in (select b.slot_id from core.order_line as l join core.booking as b using (booking_id)
                      where l.order_id = v_payment.order_id)
      and taken = 0;
  end if;
end
$$;

create or replace function tests.pay(p_status text)
returns void
language plpgsql
as $$
declare
  v_payment core.payment := tests.some_payment(false);
begin
  if v_payment.payment_id is not null and not v_payment.is_cancelled then
    perform tests.event('evt_p' || nextval('tests.step'), 'payment_intent.x',
                        tests.intent(v_payment.payment_id, p_status), nextval('tests.step'));
  end if;
end
$$;

create or replace function tests.cancel_some()
returns void
language plpgsql
as $$
declare
  v_payment    core.payment := tests.some_payment(random() < 0.7);
  v_booking_id uuid;
begin
  select l.booking_id into v_booking_id
  from core.order_line as l
  where l.order_id = v_payment.order_id and l.booking_id is not null
  order by random() limit 1;
  perform tests.act_as_service();
  if v_booking_id is not null then
    perform api.cancel_booking(v_booking_id);
  end if;
end
$$;

-- Staff deals with a refund that failed: sends it again, pays it by hand, or drops it.
create or replace function tests.mend_refund()
returns void
language plpgsql
as $$
declare
  v_refund   core.refund;
  v_disputed boolean;
begin
  select r.* into v_refund from core.refund as r
  where r.failed_at is not null and r.resent_as is null and r.status in ('failed', 'rejected')
  order by random() limit 1;
  if found then
    perform tests.returned(v_refund.payment_id);
    v_disputed := internal.dispute_state(v_refund.payment_id) = 'open';
    perform tests.act_as_service();
    if random() < 0.5 and not v_disputed then
      perform api.resend_refund(v_refund.refund_id);
    else
      perform api.settle_refund(v_refund.refund_id, random() < 0.6 and not v_disputed, 'by hand');
    end if;
  end if;
end
$$;

create or replace function tests.refund_some()
returns void
language plpgsql
as $$
declare
  v_payment core.payment := tests.some_payment(true);
  v_left    bigint;
  v_line    uuid;
  v_amount  bigint;
  v_part    bigint;
begin
  select sum(internal.line_left(e.order_line_id)) into v_left
  from core.earning as e where e.payment_id = v_payment.payment_id;
  if coalesce(v_left, 0) < 1 then
    return;
  end if;
  v_part := internal.to_charge_step(1 + floor(random() * v_left)::bigint, v_payment.currency);
  if random() < 0.7 then
    select e.order_line_id, internal.to_charge_step(
             1 + floor(random() * internal.line_left(e.order_line_id))::bigint, v_payment.currency)
      into v_line, v_amount
    from core.earning as e where e.payment_id = v_payment.payment_id
    order by random() limit 1;
    perform tests.act_as_service();
    if random() < 0.7 then
      perform api.refund_payment(
        v_payment.payment_id, null, 'some', 'k' || nextval('tests.step'),
        jsonb_build_array(jsonb_build_object('order_line_id', v_line, 'amount_minor', v_amount)));
    else
      perform api.refund_payment(v_payment.payment_id, v_part, 'some',
                                 'k' || nextval('tests.step'));
    end if;
  else
    perform tests.event('evt_r' || nextval('tests.step'), 'refund.created', tests.refund(
      v_payment.payment_id, 're_' || nextval('tests.step'), 1 + floor(random() * v_left)::bigint,
      (array['pending', 'succeeded'])[1 + floor(random() * 2)::int]));
  end if;
end
$$;

create or replace function tests.move_refund()
returns void
language plpgsql
as $$
declare
  v_refund core.refund;
begin
  select r.* into v_refund
  from core.refund as r
  where r.external_id is not null
  order by r.created_at desc offset floor(random() * 20) limit 1;
  if found then
    perform tests.event('evt_r' || nextval('tests.step'), 'refund.updated', tests.refund(
      v_refund.payment_id, v_refund.external_id, v_refund.amount_minor,
      (array['pending', 'succeeded', 'succeeded', 'failed'])[1 + floor(random() * 4)::int]));
  end if;
end
$$;

-- What the bank moves in a dispute of so much.
create or replace function tests.bank_moves(
  p_payment core.payment,
  p_amount  bigint,
  p_sign    integer
)
returns jsonb
language sql
return jsonb_build_object(
  'id', concat('txn_', case p_sign when 1 then 'i' else 'o' end, (p_payment).seq),
  'fee', case p_sign when 1 then 0 else 100 end, 'currency', lower((p_payment).currency),
  'amount', p_sign * p_amount,
  'net', p_sign * p_amount - case p_sign when 1 then 0 else 100 end);

-- A dispute of all or of a part is opened, won, lost, or won after it was lost.
create or replace function tests.dispute_some()
returns void
language plpgsql
as $$
declare
  v_payment core.payment := tests.some_payment(true);
  v_dispute core.dispute;
  v_amount  bigint;
  v_status  text;
begin
  select d.* into v_dispute from core.dispute as d
  where (d.status in ('needs_response', 'under_review') or d.status = 'lost' and random() < 0.1)
    and random() < 0.7
  order by random() limit 1;
  if found then
    select p.* into v_payment from core.payment as p where p.payment_id = v_dispute.payment_id;
    v_amount := v_dispute.amount_minor;
    v_status := case when v_dispute.status = 'lost' or random() < 0.5 then 'won' else 'lost' end;
    perform tests.event('evt_d' || nextval('tests.step'), 'charge.dispute.closed', tests.dispute(
      v_payment.payment_id, v_dispute.external_id, v_status,
      jsonb_build_array(tests.bank_moves(v_payment, v_amount, -1))
        || case v_status when 'won' then jsonb_build_array(tests.bank_moves(v_payment, v_amount, 1))
                else '[]' end)
      || jsonb_build_object('amount', v_amount));
  elsif v_payment.payment_id is not null and v_payment.refunded_minor = 0
        and not exists (select from core.dispute as d where d.payment_id = v_payment.payment_id) then
    v_amount := case when random() < 0.6 then v_payment.amount_minor
                     else 1 + floor(random() * v_payment.amount_minor)::bigint end;
    perform tests.event('evt_d' || nextval('tests.step'), 'charge.dispute.created', tests.dispute(
      v_payment.payment_id, 'dp_' || v_payment.seq, 'needs_response',
      jsonb_build_array(tests.bank_moves(v_payment, v_amount, -1)))
      || jsonb_build_object('amount', v_amount));
  end if;
end
$$;

create or replace function tests.ask_for_payout()
returns void
language plpgsql
as $$
declare
  v_name      text := 'p' || 1 + floor(random() * 4)::int;
  v_currency  text := (array['UGX', 'DKK', 'JPY', 'KWD'])[1 + floor(random() * 4)::int];
  v_available bigint := tests.balance(v_name, 'available', v_currency);
begin
  perform tests.act_as(v_name);
  -- Sometimes more than there is.
  perform api.request_payout(1 + floor(random() * 1.3 * greatest(v_available, 1))::bigint,
                             v_currency, 'k' || nextval('tests.step'));
end
$$;

create or replace function tests.cancel_a_payout()
returns void
language plpgsql
as $$
declare
  v_payout_id uuid;
begin
  select p.payout_id into v_payout_id from core.payout as p
  where p.status = 'requested' order by p.seq desc limit 1;
  if found then
    perform tests.act_as_service();
    perform api.cancel_payout(v_payout_id);
  end if;
end
$$;

-- Staff corrects a wallet or gives a bonus, or a provider pays the house out of it, buys goods of it
-- or is paid back.
create or replace function tests.adjust_some()
returns void
language plpgsql
as $$
declare
  v_name     constant text := 'p' || 1 + floor(random() * 4)::int;
  v_person   constant uuid := tests.id(v_name);
  v_currency constant text := (array['UGX', 'DKK', 'JPY', 'KWD'])[1 + floor(random() * 4)::int];
  v_amount   constant bigint := 1 + floor(random() * 1500);
  v_key      constant text := 'a' || nextval('tests.step');
begin
  -- The last two are internal: the superuser calls them.
  case floor(random() * 5)::int
    when 4 then
      perform tests.goods('w' || v_key, null, internal.to_charge_step(v_amount + 500, v_currency),
                          v_currency);
      perform tests.act_as(v_name);
      perform api.order_from_wallet(tests.items('w' || v_key));
    when 0 then
      perform tests.act_as_service();
      perform api.adjust_wallet(v_person, v_amount - 500, v_currency, 'random', v_key);
    when 1 then
      perform tests.act_as_service();
      perform api.grant_bonus(v_person, v_amount, v_currency, 'random', v_key);
    when 2 then perform internal.pay_house(
      v_person, v_amount, v_currency, v_key, 'promotion', v_person, 'random');
    else perform internal.repay_from_house(
      v_person, v_amount / 10 + 1, v_currency, v_key, 'promotion', v_person, 'random');
  end case;
end
$$;

-- A seller sends what was paid, or it comes back.
create or replace function tests.send_some()
returns void
language plpgsql
as $$
declare
  v_line core.order_line;
begin
  select l.* into v_line
  from core.order_line as l
  where l.fulfilment is not null
  order by l.order_line_id desc offset floor(random() * 20) limit 1;
  if found then
    perform tests.act_as_service();
    perform api.move_fulfilment(v_line.order_line_id, (array['shipped', 'delivered', 'returned'])
                                                      [1 + floor(random() * 3)::int]);
  end if;
end
$$;

create or replace function tests.plan_all()
returns void
language plpgsql
as $$
begin
  perform tests.act_as_service();
  perform api.plan_due_payouts(20);
end
$$;

create or replace function tests.repeat_an_event()
returns void
language plpgsql
as $$
declare
  v_event core.stripe_event;
begin
  select e.* into v_event from core.stripe_event as e
  order by e.received_at desc offset floor(random() * 30) limit 1;
  if found then
    perform tests.event('evt_again' || nextval('tests.step'), v_event.event_type,
      convert_from(v_event.payload, 'UTF8')::jsonb #> '{data,object}', 1);
  end if;
end
$$;

-- Do so many operations at random; returns what does not add up afterwards.
create or replace function tests.operate(p_seed double precision, p_count integer)
returns setof text
language plpgsql
as $$
declare
  v_dice integer;
begin
  perform setseed(p_seed);
  for i in 1 .. p_count loop
    v_dice := floor(random() * 100)::int;
    begin
      case
        when v_dice < 14 then perform tests.sell();
        when v_dice < 28 then perform tests.pay('succeeded');
        when v_dice < 30 then perform tests.pay('requires_payment_method');
        when v_dice < 31 then perform tests.pay('canceled');
        when v_dice < 34 then perform tests.cancel_some();
        when v_dice < 36 then perform tests.lapse_some();
        when v_dice < 43 then perform tests.refund_some();
        when v_dice < 49 then perform tests.move_refund();
        when v_dice < 54 then perform tests.dispute_some();
        when v_dice < 64 then perform tests.clear((tests.some_payment(true)).payment_id);
        when v_dice < 73 then perform tests.ask_for_payout();
        when v_dice < 76 then perform tests.plan_all();
        when v_dice < 90 then
          update core.stripe_command set next_at = now() where state = 'unknown';
          perform tests.stripe_does((array['done', 'done', 'done', 'refused', 'unknown'])
                                    [1 + floor(random() * 5)::int]);
        when v_dice < 92 then perform tests.cancel_a_payout();
        when v_dice < 93 then perform tests.mend_refund();
        when v_dice < 95 then perform tests.adjust_some();
        when v_dice < 97 then perform tests.send_some();
        else perform tests.repeat_an_event();
      end case;
    exception
      when others then
        -- A refusal on purpose is an answer; everything else is a mistake.
        if sqlstate not like 'M%' then
          raise;
        end if;
        perform tests.act_as_nobody();
        insert into tests.refusal as r (code) values (sqlerrm)
        on conflict (code) do update set times = r.times + 1;
    end;
    perform tests.act_as_nobody();
  end loop;
  set constraints all immediate;
  set constraints all deferred;
  return query select tests.ledger_problems();
end
$$;
