-- Being forgotten: the books stay, the person goes.

begin;
select plan(28);

-- How often a word is found anywhere in the database but in what cannot be changed.
create function tests.traces(p_word text)
returns setof text
language plpgsql
as $$
declare
  v_table regclass;
  v_found boolean;
begin
  for v_table in
    select c.oid
    from pg_class as c
    where c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
      and c.relkind = 'r'
      and c.oid not in ('core.audit_log'::regclass, 'core.booking_event'::regclass)
  loop
    execute format(
      'select exists (select from %s as t where t::text ilike $1 or t::text ilike $2)', v_table)
      into v_found
      using '%' || p_word || '%', '%' || encode(convert_to(p_word, 'UTF8'), 'hex') || '%';
    if v_found then
      return next v_table::text;
    end if;
  end loop;
end
$$;

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
insert into core.outbox (outbox_id, topic, person_id, payload)
values (gen_random_uuid(), 'auth.email', tests.id('alice'),
        '{"address": "alice@wonderland.example"}');

select tests.event('evt_again', 'payment_intent.succeeded',
  tests.intent(payment_id, 'succeeded') || '{"receipt_email": "alice@wonderland.example"}')
from paid
where slot = 'lesson';
select is(
  (select count(*) from core.stripe_event where convert_from(payload, 'UTF8') ~ 'wonderland'),
  1::bigint, 'the event of Stripe holds the customer''s address before the erasure');

select is(
  tests.event('evt_refund', 'refund.created', tests.refund(
    (select payment_id from paid where slot = 'lesson'), 're_1', 1000, 'succeeded')),
  'done', 'a refund made at Stripe is recorded');
select is(
  tests.event('evt_dispute', 'charge.dispute.created', tests.dispute(
    (select payment_id from paid where slot = 'second'), 'dp_1', 'needs_response', '[]')),
  'done', 'a dispute opened by the customer''s bank is recorded');

-- Nobody leaves while somebody waits for them, or while they are owed money.
select tests.act_as('alice');
select throws_ok(
  'select api.erase_me()', 'M9701', 'bookings_are_open',
  'a customer with open bookings cannot be erased');
select tests.act_as_nobody();
select tests.event('evt_won', 'charge.dispute.closed', tests.dispute(
  (select payment_id from paid where slot = 'second'), 'dp_1', 'won', '[]'));
select tests.clear(payment_id) from paid;
select tests.act_as('tara');
select throws_ok(
  'select api.erase_me()', 'M9702', 'wallet_not_empty',
  'a provider with money in the wallet cannot be erased');
select tests.act_as_service();
select api.adjust_wallet(tests.id('tara'), -1000000, 'EUR', 'owes', 'owes');
select tests.act_as('tara');
select throws_ok(
  'select api.erase_me()', 'M9702', 'wallet_not_empty',
  'a provider who owes money cannot be erased');
select tests.act_as_service();
select api.adjust_wallet(tests.id('tara'), 1000000, 'EUR', 'owes', 'owes no more');
select throws_ok(
  $$ select internal.erase_person(tests.id('tara')) $$, '42501', null,
  'the service cannot call the internal function that erases');
select tests.act_as_anonymous();
select throws_ok('select api.erase_me()', '42501', null,
  'an anonymous caller cannot erase anybody');

-- Alice goes by herself.
select tests.act_as('alice');
select api.make_calendar_feed() is not null as is_made;
select lives_ok('select api.erase_me()', 'a customer without open bookings erases themselves');
select tests.act_as_nobody();
select is_empty('select from core.calendar_feed', 'the calendar feed of an erased person is gone');
select tests.act_as_nobody();
select is_empty($$ select tests.traces('wonderland') $$,
  'no table that can be changed holds the erased person''s name or address');
select is_empty(
  $$ select from core.notification where person_id = tests.id('alice')
     union all select from core.notification_preference where person_id = tests.id('alice')
     union all select from core.quiet_hours where person_id = tests.id('alice') $$,
  'an erased person has no notifications, preferences or quiet hours');
select is(
  (select count(*) from core.outbox where person_id = tests.id('alice') and sent_at is null),
  0::bigint, 'no unsent message to the erased person is left');
select results_eq(
  $$ select count(*), sum(captured_minor)::bigint, sum(refunded_minor)::bigint
     from core.payment where payer_id = tests.id('alice') $$,
  $$ values (2::bigint, 29000::bigint, 1000::bigint) $$,
  'the payments of an erased person keep their sums');
select is_empty('select tests.ledger_problems()', 'the ledger adds up after a customer is erased');
select is(
  (select count(*) from core.booking_note where provider_notes = 'tara-secret notes'),
  2::bigint, 'the provider keeps their notes about an erased customer');

-- Tara is paid, and forgotten by staff.
select tests.act_as('tara');
select set_config('tests.payout', p.payout_id::text, true)
from api.my_wallet() as w,
lateral api.request_payout(w.available_minor, w.currency, 'all') as p;
select throws_ok(
  'select api.erase_me()', 'M9702', 'wallet_not_empty',
  'a provider whose payout is under way cannot be erased');
select tests.act_as_service();
select is(
  (select status from api.settle_payout(current_setting('tests.payout')::uuid, true)), 'paid',
  'staff settles the payout by hand');
select tests.act_as_nobody();
insert into identity.account (account_id, email) values (tests.id('tara'), 'tara@example.com');
select tests.act_as_service();
select is(api.auth_delete_user(tests.id('tara')), '{}'::jsonb,
  'the service erases a provider who was paid out');
select tests.act_as_nobody();
select is_empty(
  $$ select tests.traces('DK50 0040') union all select tests.traces('tara-secret') $$,
  'no table holds the bank account or the notes of the erased provider');
select is_empty(
  $$ select from core.quiet_hours union all select from core.notification_preference $$,
  'an erased provider has no quiet hours and no preferences');
select is(
  (select count(*) from core.payout_account where replaced_at is null), 0::bigint,
  'an erased provider has no payout account that could be paid');
select is_empty('select tests.ledger_problems()', 'the ledger adds up after a provider is erased');

-- By their row, as lenses delete it.
select tests.introduce('nora', 'nils');
select tests.act_as('nils');
select throws_ok(format('select api.erase_person(%L)', tests.id('nora')), '42501',
  'People erase themselves.', 'a person cannot erase another person');
select throws_ok('select api.erase_person(null)', '42501', null, 'a person that does not exist cannot be erased');
select lives_ok(format('select api.erase_person(%L)', tests.id('nils')),
  'a person erases themselves by their id');
select tests.act_as_service();
select lives_ok(format('select api.erase_person(%L)', tests.id('nora')), 'the house erases anybody');

select * from finish();
rollback;
