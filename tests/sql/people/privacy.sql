-- A copy of one's data, and being forgotten: the books stay, the person goes.

begin;
select plan(39);

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
  'Tara is paid by hand');
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
values (gen_random_uuid(), 'auth.email', tests.id('alice'), '{"address": "alice@wonderland.example"}');

select tests.event('evt_again', 'payment_intent.succeeded',
  tests.intent(payment_id, 'succeeded') || '{"receipt_email": "alice@wonderland.example"}')
from paid
where slot = 'lesson';
select is(
  (select count(*) from core.stripe_event where convert_from(payload, 'UTF8') ~ 'wonderland'),
  1::bigint, 'Stripe told her address');

-- A copy of everything.
select tests.act_as('alice');
select is(
  (select array_agg(p ->> 'amount_minor' order by p ->> 'amount_minor')
   from jsonb_array_elements(tests.copy() -> 'payments') as p),
  '{20000,9000}', 'the copy has what she paid');
select is(
  tests.copy() -> 'coupon_uses' -> 0 ->> 'code', 'TARA10', 'and with which coupon');
select is(tests.copy() -> 'ledger', 'null'::jsonb, 'who sells nothing is in no ledger');
select is(tests.copy() -> 'payout_accounts', 'null'::jsonb, 'and shows nobody else''s account');
select is(
  tests.copy() -> 'notification_preferences' -> 0 ->> 'type', 'payment_captured',
  'what she wishes not to hear');
select is(tests.copy() -> 'quiet_hours' ->> 'begins', '22:00:00', 'and when');
select tests.act_as_nobody();

select is(
  tests.event('evt_refund', 'refund.created', tests.refund(
    (select payment_id from paid where slot = 'lesson'), 're_1', 1000, 'succeeded')),
  'done', 'a part goes back');
select is(
  tests.event('evt_dispute', 'charge.dispute.created', tests.dispute(
    (select payment_id from paid where slot = 'second'), 'dp_1', 'needs_response', '[]')),
  'done', 'and a bank asks');
select tests.act_as('alice');
select is(tests.copy() -> 'refunds' -> 0 ->> 'amount_minor', '1000', 'the refund is in the copy');
select is(tests.copy() -> 'disputes' -> 0 ->> 'external_id', 'dp_1', 'and the dispute');
select tests.act_as('tara');
select is(tests.copy() -> 'refunds' -> 0 ->> 'amount_minor', '1000', 'so they are in the seller''s');
select is(jsonb_array_length(tests.copy() -> 'earnings'), 2, 'who also sees what was earned');
select ok(
  (select bool_and(e ->> 'account' is not null and e ->> 'amount_minor' is not null)
   from jsonb_array_elements(tests.copy() -> 'ledger') as e),
  'line by line of the ledger');
select is(
  tests.copy() -> 'payout_accounts' -> 0 ->> 'details', 'DK50 0040 0440 1162 43',
  'and where it is paid to');
select is(tests.copy() -> 'coupons' -> 0 ->> 'code', 'TARA10', 'and the coupons given');
select is(tests.copy() -> 'payouts', 'null'::jsonb, 'nothing was paid out yet');
select tests.act_as('mallory');
select is(
  (select jsonb_object_agg(key, value) from jsonb_each(tests.copy())
   where value not in ('null', '[]') and key <> 'exported_at'),
  null, 'a stranger gets nothing of all that');

-- Nobody leaves while somebody waits for them, or while they are owed money.
select tests.act_as('alice');
select throws_ok(
  'select api.erase_me()', 'M9701', 'bookings_are_open', 'nobody leaves somebody waiting');
select tests.act_as_nobody();
select tests.event('evt_won', 'charge.dispute.closed', tests.dispute(
  (select payment_id from paid where slot = 'second'), 'dp_1', 'won', '[]'));
select tests.clear(payment_id) from paid;
select tests.act_as('tara');
select throws_ok(
  'select api.erase_me()', 'M9702', 'wallet_not_empty', 'nor money');
select tests.act_as_service();
select throws_ok(
  $$ select internal.erase_person(tests.id('tara')) $$, '42501', null,
  'the house cannot call the eraser by itself');
select tests.act_as_anonymous();
select throws_ok('select api.erase_me()', '42501', null, 'and nobody forgets nobody');

-- Alice goes by herself.
select tests.act_as('alice');
select lives_ok('select api.erase_me()', 'who is owed nothing may go');
select tests.act_as_nobody();
select is_empty($$ select tests.traces('wonderland') $$, 'and no table remembers her');
select is_empty(
  $$ select from core.notification where person_id = tests.id('alice')
     union all select from core.notification_preference where person_id = tests.id('alice')
     union all select from core.quiet_hours where person_id = tests.id('alice') $$,
  'nor tells or spares her anything');
select is(
  (select count(*) from core.outbox where person_id = tests.id('alice') and sent_at is null),
  0::bigint, 'no message to her waits');
select results_eq(
  $$ select count(*), sum(captured_minor)::bigint, sum(refunded_minor)::bigint
     from core.payment where payer_id = tests.id('alice') $$,
  $$ values (2::bigint, 29000::bigint, 1000::bigint) $$, 'what she paid stays paid');
select is_empty('select tests.ledger_problems()', 'and the books add up');
select is(
  (select count(*) from core.booking_note where provider_notes = 'tara-secret notes'),
  2::bigint, 'others keep their own notes');

-- Tara is paid, and forgotten by staff.
select tests.act_as('tara');
select is(
  (select count(*) from api.my_wallet() as w,
   lateral api.request_payout(w.available_minor, w.currency, 'all')), 1::bigint,
  'whoever is owed money asks for it');
select throws_ok(
  'select api.erase_me()', 'M9702', 'wallet_not_empty', 'and waits until it is there');
select set_config('tests.payout', tests.copy() -> 'payouts' -> 0 ->> 'payout_id', true);
select tests.act_as_service();
select is(
  (select status from api.settle_payout(current_setting('tests.payout')::uuid, true)), 'paid',
  'it is');
select tests.act_as('tara');
select is(jsonb_array_length(tests.copy() -> 'payouts' -> 0 -> 'legs'), 2,
  'the copy has the payout and what carried it');
select tests.act_as_nobody();
insert into identity.account (account_id, email) values (tests.id('tara'), 'tara@example.com');
select tests.act_as_service();
select is(api.auth_delete_user(tests.id('tara')), '{}'::jsonb, 'staff may forget her now');
select tests.act_as_nobody();
select is_empty(
  $$ select tests.traces('DK50 0040') union all select tests.traces('tara-secret') $$,
  'no table knows her bank or her notes');
select is_empty(
  $$ select from core.quiet_hours union all select from core.notification_preference $$,
  'or her wishes');
select is(
  (select count(*) from core.payout_account where replaced_at is null), 0::bigint,
  'nothing can be paid to her any more');
select is_empty('select tests.ledger_problems()', 'and the books still add up');

select * from finish();
rollback;
