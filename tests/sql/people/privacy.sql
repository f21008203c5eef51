-- A copy of what is kept of a person, and of nobody else.

begin;
select plan(19);

create function tests.copy()
returns jsonb
language sql
as $$ select api.export_my_data() $$;
grant execute on all functions in schema tests to public;

-- Alice pays for a lesson with a coupon, is given a part back, and disputes another payment.
select tests.offer('lesson', 'tara', 10000);
select tests.offer('second', 'tara', 20000, p_starts => now() + interval '20 days');
select tests.offer('ahead', 'tara', 10000, p_starts => now() + interval '30 days');
update core.person set display_name = 'Alice Wonderland' where person_id = tests.id('alice');
select tests.act_as('tara');
select api.create_coupon('TARA10', p_percent => 10);
select lives_ok($$ select api.set_manual_payout_account('DK50 0040 0440 1162 43') $$,
  'the provider sets a bank account for payouts by hand');
select tests.act_as_nobody();

create table paid as
select s.slot, tests.paid(s.slot, 'alice', s.coupon) as payment_id
from (values ('lesson', 'TARA10'), ('second', null)) as s(slot, coupon);

update core.person set first_name = 'Wonderland' where person_id = tests.id('alice');
insert into core.person_private (person_id, contact_email)
values (tests.id('alice'), 'alice@wonderland.example');
update core.booking set customer_notes = 'wonderland notes' where customer_id = tests.id('alice');
insert into core.booking_note (booking_id, provider_notes)
select booking_id, 'tara-secret notes' from core.booking;
insert into core.notification_preference (person_id, type, wants_email)
values (tests.id('alice'), 'payment_captured', false), (tests.id('tara'), 'payout_paid', false);
insert into core.quiet_hours (person_id, begins, ends)
values (tests.id('alice'), '22:00', '07:00'), (tests.id('tara'), '22:00', '07:00');

-- A copy of everything.
select tests.act_as('alice');
select is(
  (select array_agg(p ->> 'amount_minor' order by p ->> 'amount_minor')
   from jsonb_array_elements(tests.copy() -> 'payments') as p),
  '{20000,9000}', 'a customer''s copy has the payments they made');
select is(
  tests.copy() -> 'coupon_uses' -> 0 ->> 'code', 'TARA10',
  'a customer''s copy has the coupons they used');
select is(tests.copy() -> 'ledger', 'null'::jsonb,
  'the copy of a person who sells nothing has no ledger');
select is(tests.copy() -> 'payout_accounts', 'null'::jsonb,
  'a customer''s copy has no payout account of somebody else');
select is(
  tests.copy() -> 'notification_preferences' -> 0 ->> 'type', 'payment_captured',
  'a customer''s copy has their notification preferences');
select is(tests.copy() -> 'quiet_hours' ->> 'begins', '22:00:00',
  'a customer''s copy has their quiet hours');
select tests.act_as_nobody();

select is(
  tests.event('evt_refund', 'refund.created', tests.refund(
    (select payment_id from paid where slot = 'lesson'), 're_1', 1000, 'succeeded')),
  'done', 'a refund made at Stripe is recorded');
select is(
  tests.event('evt_dispute', 'charge.dispute.created', tests.dispute(
    (select payment_id from paid where slot = 'second'), 'dp_1', 'needs_response', '[]')),
  'done', 'a dispute opened by the customer''s bank is recorded');
select tests.act_as('alice');
select is(tests.copy() -> 'refunds' -> 0 ->> 'amount_minor', '1000',
  'a customer''s copy has the refund');
select is(tests.copy() -> 'disputes' -> 0 ->> 'external_id', 'dp_1',
  'a customer''s copy has the dispute');
select tests.act_as('tara');
select is(tests.copy() -> 'refunds' -> 0 ->> 'amount_minor', '1000',
  'a provider''s copy has the refunds of their payments');
select is(jsonb_array_length(tests.copy() -> 'earnings'), 2,
  'a provider''s copy has their earnings');
select ok(
  (select bool_and(e ->> 'account' is not null and e ->> 'amount_minor' is not null)
   from jsonb_array_elements(tests.copy() -> 'ledger') as e),
  'a provider''s copy has every line of their ledger with account and amount');
select is(
  tests.copy() -> 'payout_accounts' -> 0 ->> 'details', 'DK50 0040 0440 1162 43',
  'a provider''s copy has their payout account in full');
select is(tests.copy() -> 'coupons' -> 0 ->> 'code', 'TARA10',
  'a provider''s copy has the coupons they made');
select is(tests.copy() -> 'payouts', 'null'::jsonb,
  'a provider''s copy has no payouts before the first');
select tests.act_as('mallory');
select is(
  (select jsonb_object_agg(key, value) from jsonb_each(tests.copy())
   where value not in ('null', '[]') and key <> 'exported_at'),
  null, 'a stranger''s copy has nothing of the customer or the provider');

-- What was paid out.
select tests.act_as_nobody();
select tests.event('evt_won', 'charge.dispute.closed', tests.dispute(
  (select payment_id from paid where slot = 'second'), 'dp_1', 'won', '[]'));
select tests.clear(payment_id) from paid;
select tests.act_as('tara');
select api.request_payout(w.available_minor, w.currency, 'all') from api.my_wallet() as w;
select is(jsonb_array_length(tests.copy() -> 'payouts' -> 0 -> 'legs'), 2,
  'a provider''s copy has the payout with its legs');

select * from finish();
rollback;
