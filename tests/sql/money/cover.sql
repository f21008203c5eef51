-- What waits for a customer is not paid twice: neither when somebody refunds at Stripe, nor when the
-- bank takes it; and what the bank gives back is owed again.

begin;
select plan(20);

create function lost(p_payment_id uuid, p_id text, p_status text) returns text language sql as $$
  select tests.event('evt_' || p_id || p_status, 'charge.dispute.closed', tests.dispute(
    p_payment_id, p_id, p_status, (
      select jsonb_agg(t) from (
        select jsonb_build_object('id', 'txn_o' || p_id, 'fee', 0, 'currency', lower(currency),
                                  'amount', -amount_minor, 'net', -amount_minor) as t
        from core.payment where payment_id = p_payment_id
        union all
        select jsonb_build_object('id', 'txn_i' || p_id, 'fee', 0, 'currency', lower(currency),
                                  'amount', amount_minor, 'net', amount_minor)
        from core.payment where payment_id = p_payment_id and p_status = 'won') as x)));
$$;
create function fails(p_payment_id uuid, p_amount bigint) returns void language plpgsql as $$
begin
  perform tests.act_as_service();
  perform api.refund_payment(p_payment_id, p_amount, 'x', 'k');
  perform tests.act_as_nobody();
  perform tests.stripe_does();
  perform tests.event('evt_f' || r.refund_id, 'refund.failed',
    tests.refund(p_payment_id, r.external_id, r.amount_minor, 'failed'))
  from core.refund as r where r.payment_id = p_payment_id;
end $$;
select tests.make_staff('sam');
select tests.offer('a', 'tara', 10000), tests.offer('b', 'tara', 10000, p_starts => now() + interval '20 days'),
       tests.offer('c', 'tara', 10000, p_starts => now() + interval '30 days');
create table paid as
select s as slot, tests.paid(s, 'alice') as payment_id from unnest(array['a', 'b', 'c']) as s;
grant select on paid to service_role;
create view waiting as
select p.slot, sum(r.amount_minor) as amount
from paid as p join core.refund as r using (payment_id)
where r.status in ('failed', 'rejected') and r.resent_as is null
group by p.slot;

-- A refund fails; somebody sends a part of it in Stripe's dashboard, and then the rest.
select fails(payment_id, 10000) from paid where slot = 'a';
select results_eq('select amount from waiting', 'values (10000::numeric)',
  'the money of a refund that failed waits for its customer');
select tests.event('evt_1', 'refund.created', tests.refund(payment_id, 're_1', 3000, 'succeeded'))
from paid where slot = 'a';
select results_eq('select amount from waiting', 'values (7000::numeric)',
  'a part that was refunded at Stripe waits no longer');
select is(tests.balance(null, 'owed'), 7000::bigint, 'what waits is set aside in the ledger');
select is(tests.balance(null, 'loss'), 0::bigint, 'the house loses nothing by a refund made at Stripe');
select tests.event('evt_2', 'refund.created', tests.refund(payment_id, 're_2', 7000, 'succeeded'))
from paid where slot = 'a';
select is_empty('select * from waiting', 'all that was refunded at Stripe waits no longer');
select is((select status from core.payment join paid using (payment_id) where slot = 'a'), 'refunded',
  'a payment that was refunded at Stripe after all is refunded');

-- Stripe's books: what came back agrees.
select results_eq(
  $$ select e.amount_minor from core.refund as r
     cross join lateral internal.expected_line(jsonb_populate_record(
       null::core.balance_transaction, jsonb_build_object(
         'source_id', r.external_id, 'amount_minor', 10000, 'currency', 'EUR',
         'kind', 'refund_failure'))) as e
     where r.failed_at is not null and r.external_id is not null $$,
  'values (10000::bigint)', 'Stripe''s line of a refund that came back is explained');

-- A refund fails, and the bank takes all of the payment.
select fails(payment_id, 4000) from paid where slot = 'b';
select lost(payment_id, 'dp_b', 'lost') from paid where slot = 'b';
select is_empty('select * from waiting', 'what the bank has taken waits no longer');
select is(tests.balance(null, 'owed'), 0::bigint, 'nothing is set aside for what the bank has taken');
select is(tests.balance(null, 'loss'), 0::bigint, 'the house does not pay what the bank has taken');
select tests.act_as('sam');
select throws_ok(
  $$ select api.resend_refund((select refund_id from api.list_refunds(p_status => 'covered'))) $$,
  'M9307', 'refund_not_failed', 'a refund that the bank has covered cannot be sent again');
select tests.act_as_nobody();
select lost(payment_id, 'dp_b', 'won') from paid where slot = 'b';
select tests.stripe_does();
select is((select refunded_minor from core.payment join paid using (payment_id) where slot = 'b'),
  4000::bigint, 'what the bank gives back is owed again, and sent');

-- Called off during a dispute that is lost, and won in the end.
select tests.event('evt_open', 'charge.dispute.created', tests.dispute(payment_id, 'dp_c', 'needs_response', '[]'))
from paid where slot = 'c';
select tests.act_as('tara');
select api.cancel_booking((select b.id from tutoring.bookings as b
                           where b.slot_id = tests.id('c')));
select tests.act_as_nobody();
select lost(payment_id, 'dp_c', 'lost') from paid where slot = 'c';
select is((select r.status from core.refund as r join paid using (payment_id) where slot = 'c'),
  'covered', 'a refund that was owed is covered when the dispute is lost');
select lost(payment_id, 'dp_c', 'won') from paid where slot = 'c';
select tests.stripe_does();
select results_eq(
  $$ select r.amount_minor, r.status from core.refund as r join paid using (payment_id)
     where slot = 'c' and r.status <> 'covered' $$,
  $$ values (10000::bigint, 'succeeded') $$,
  'a refund that was covered is sent when the dispute is won in the end');
select is(tests.balance('tara', 'clearing') + tests.balance('tara', 'available'), 5100::bigint,
  'the provider keeps what is theirs of the three sales');
-- A refund arrives, the bank takes a part of the payment on top of it, and the refund comes back.
select tests.offer('d', 'tara', 10000, p_starts => now() + interval '40 days');
insert into paid values ('d', tests.paid('d', 'alice'));
select tests.act_as_service();
select api.refund_payment(payment_id, 10000, 'x', 'k') from paid where slot = 'd';
select tests.act_as_nobody();
select tests.stripe_does();
select tests.event('evt_dlost', 'charge.dispute.closed',
  tests.dispute(payment_id, 'dp_d', 'lost', '[]') || '{"amount": 6000}') from paid where slot = 'd';
select is(tests.balance(null, 'loss'), -6000::bigint,
  'the house bears what the bank takes of a payment that is refunded');
select tests.event('evt_fd', 'refund.failed',
  tests.refund(payment_id, r.external_id, r.amount_minor, 'failed'))
from core.refund as r join paid using (payment_id) where slot = 'd';
select results_eq('select amount from waiting where slot = ''d''', 'values (4000::numeric)',
  'what the bank took of a refund that comes back waits no longer');
select results_eq($$ select tests.balance(null, 'loss'), tests.balance(null, 'owed') $$,
  $$ values (0::bigint, 4000::bigint) $$, 'the house bears it no longer when the refund comes back');

-- Two refunds of one payment fail: one question to Stripe is enough.
select tests.offer('e', 'tara', 10000, p_starts => now() + interval '50 days');
insert into paid values ('e', tests.paid('e', 'alice'));
select tests.act_as_service();
select api.refund_payment(payment_id, amount, 'x', 'k' || amount)
from paid, unnest(array[3000, 4000]) as amount where slot = 'e';
select tests.act_as_nobody();
select tests.stripe_does('refused');
select tests.act_as_service();
select is((select count(*) from jsonb_array_elements(api.claim_stripe_inquiries()) as i
           join paid on slot = 'e' and i ->> 'id' = 'pi_' || md5(payment_id::text)), 1::bigint,
  'Stripe is asked once for all that was returned of a payment');
select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after all of these');
select * from finish();
rollback;
