-- A coupon of the house that is larger than its commission: the seller gets what they get without.

begin;
select plan(19);

select tests.offer('lesson', 'tara', 10000);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '5 days');
select tests.offer('free', 'tara', 10000, p_starts => now() + interval '9 days');
select tests.offer('called off', 'tara', 10000, p_starts => now() + interval '12 days');
select tests.make_staff('sam');
update core.marketplace set house_coupon_by = 'house';
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, per_customer)
values (tests.id('l'), 'LARGE', 'amount', 4000, 'EUR', 99),
       (tests.id('w'), 'WHOLE', 'amount', 10000, 'EUR', 99),
       (tests.id('s'), 'SMALL', 'amount', 1500, 'EUR', 99);
prepare books as
select tests.balance('tara', 'clearing'), tests.balance('tara', 'available'),
       tests.balance(null, 'discounts', 'EUR'), tests.balance(null, 'revenue', 'EUR');
create function tests.pays(p_name text, p_coupon text)
returns uuid
language plpgsql
as $$
declare
  v_payment_id uuid := tests.basket('alice', p_coupon, p_name);
begin
  perform tests.arrives(v_payment_id);
  return v_payment_id;
end
$$;

-- Paid.
select set_config('tests.payment', tests.pays('lesson', 'LARGE')::text, true);
select results_eq('execute books', 'values (8500::bigint, 0::bigint, -2500::bigint, 0::bigint)',
  'the seller''s share is what it is without the coupon, and the house adds what is missing');
select internal.settle_payment(payment_id) from core.payment;
select results_eq('execute books', 'values (8500::bigint, 0::bigint, -2500::bigint, 0::bigint)',
  'a subsidy is posted once, however often a payment is settled');
select tests.act_as('sam');
select api.refund_payment(current_setting('tests.payment')::uuid, 3000);
select tests.act_as_nobody();
select results_eq('execute books', 'values (4250::bigint, 0::bigint, -1250::bigint, 0::bigint)',
  'what goes back to the customer takes its part of the subsidy with it');

-- Cleared.
update core.booking set status = 'completed', starts_at = now() - interval '9 days',
  ends_at = now() - interval '8 days';
select is(api.release_due_earnings(), 1, 'the earning is released');
select results_eq('execute books', 'values (0::bigint, 4250::bigint, -1250::bigint, 0::bigint)',
  'a subsidy clears with its earning');
select is(api.release_due_earnings(), 0, 'nothing is released a second time');
select results_eq('execute books', 'values (0::bigint, 4250::bigint, -1250::bigint, 0::bigint)',
  'a subsidy clears once');
select tests.act_as('sam');
select api.refund_payment(current_setting('tests.payment')::uuid);
select tests.act_as_nobody();
select results_eq('execute books', 'values (0::bigint, 0::bigint, 0::bigint, 0::bigint)',
  'after a full refund nobody has anything of it');

-- A coupon below the commission, and one that leaves nothing to pay.
select tests.pays('second', 'SMALL');
select results_eq('execute books', 'values (8500::bigint, 0::bigint, 0::bigint, 0::bigint)',
  'a coupon that the commission covers needs no subsidy');
select tests.basket('alice', 'WHOLE', 'free');
select tests.basket('alice', 'WHOLE', 'called off');
update core.provider set sessions_completed = 2;
update core.booking set status = 'completed', starts_at = now() - interval '6 days' - interval '1 hour',
  ends_at = now() - interval '6 days'
where slot_id = tests.id('free');
update core.order_line set called_off_at = now()
where booking_id = (select booking_id from core.booking where slot_id = tests.id('called off'));
select api.release_due_earnings();
select results_eq('execute books', 'values (8500::bigint, 8500::bigint, -8500::bigint, 0::bigint)',
  'the seller of a booking that a coupon makes free gets their share once it took place');
select api.release_due_earnings();
select results_eq('execute books', 'values (8500::bigint, 8500::bigint, -8500::bigint, 0::bigint)',
  'the share of a free booking comes once, and that of one that was called off not at all');

-- A free booking whose seller did not come, as it turns out later.
create function tests.outcome(p_outcome text)
returns void
language plpgsql
as $$
declare
  v_booking_id uuid := (select b.booking_id from core.booking as b
                        where b.slot_id = tests.id('free'));
begin
  perform tests.act_as('sam');
  perform api.correct_attendance(v_booking_id, p_outcome);
  perform tests.act_as_nobody();
end
$$;
select tests.outcome('no_show_provider');
select results_eq('execute books', 'values (8500::bigint, 0::bigint, 0::bigint, 0::bigint)',
  'a seller who did not come gives the share of a free booking back');
select tests.outcome('completed');
select results_eq('execute books', 'values (8500::bigint, 8500::bigint, -8500::bigint, 0::bigint)',
  'a seller who did come after all has the share again');
select tests.outcome('no_show_customer');
select api.release_due_earnings();
select results_eq('execute books', 'values (8500::bigint, 8500::bigint, -8500::bigint, 0::bigint)',
  'a customer who did not come changes nothing in the share of a free booking');

-- Who bears it is frozen with the line.
update core.marketplace set house_coupon_by = 'seller';
select internal.settle_payment(payment_id) from core.payment where captured_minor > 0;
select results_eq('execute books', 'values (8500::bigint, 8500::bigint, -8500::bigint, 0::bigint)',
  'a later change of the settings moves nothing');

-- A refund that does not stand.
update core.marketplace set house_coupon_by = 'house';
select tests.offer('fifth', 'tara', 10000, p_starts => now() + interval '15 days');
select set_config('tests.payment', tests.pays('fifth', 'LARGE')::text, true);
select tests.act_as('sam');
select api.refund_payment(current_setting('tests.payment')::uuid, 3000);
select tests.act_as_nobody();
select tests.stripe_does('refused');
select results_eq('execute books', 'values (12750::bigint, 8500::bigint, -9750::bigint, 0::bigint)',
  'a refund that Stripe refused is still the customer''s, and so is its part of the subsidy gone');
select set_config('tests.refund', refund_id::text, true) from core.refund
where payment_id = current_setting('tests.payment')::uuid;
select tests.act_as('sam');
select api.settle_refund(current_setting('tests.refund')::uuid, false, 'They have it.');
select tests.act_as_nobody();
select results_eq('execute books', 'values (17000::bigint, 8500::bigint, -11000::bigint, 0::bigint)',
  'a refund that staff drops gives the seller their part of the subsidy back');
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up with subsidies');
select is((select sum(amount_minor) from core.ledger_entry), 0::numeric, 'the books are even');
select * from finish();
rollback;
