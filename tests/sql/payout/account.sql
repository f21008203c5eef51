-- Where providers are paid to: opened at Stripe, given by hand, changed, held and paused.

begin;
select plan(33);

-- The account as Stripe shows it.
create function tests.seen(p_bank text, p_active boolean)
returns jsonb
language sql
return jsonb_build_object(
  'object', 'account', 'id', current_setting('tests.acct'), 'details_submitted', p_active,
  'payouts_enabled', p_active,
  'capabilities', jsonb_build_object(
    'transfers', case when p_active then 'active' else 'pending' end),
  'requirements', '{"currently_due": ["individual.dob.day"]}'::jsonb,
  'external_accounts', jsonb_build_object(
    'data', jsonb_build_array(jsonb_build_object('id', p_bank))));
grant execute on function tests.seen to public;

select tests.earned('lesson', 'tara', 10000);
select tests.introduce('alice');
select tests.make_staff('sam');

-- Opened at Stripe.
select tests.act_as_anonymous();
select throws_ok('select api.open_payout_account()', '42501', null,
  'an anonymous caller cannot open a payout account');
select tests.act_as('alice');
select throws_ok('select api.open_payout_account()', 'M4001', 'provider_not_found',
  'a customer cannot open a payout account');
select is(api.my_payout_account(), null, 'a customer has no payout account');
select tests.act_as('tara');
select is(api.my_payout_account(), null, 'a provider has no payout account before they open one');
select set_config('tests.account', api.open_payout_account() ->> 'payout_account_id', true);
select is(api.open_payout_account() ->> 'payout_account_id', current_setting('tests.account'),
  'opening a payout account again returns the same account');
select tests.act_as_nobody();
select is((select count(*) from tests.stripe_does() as k where k = 'create_account'), 1::bigint,
  'an account opened twice is created at Stripe once');
select tests.act_as('tara');
select results_eq(
  $$ select a ->> 'rail', a ->> 'transfers_enabled', a ->> 'account_id' is not null
     from api.my_payout_account() as a $$,
  $$ values ('stripe_connect', 'false', true) $$,
  'a new account at Stripe cannot be paid to yet');

-- What Stripe says of it.
select set_config('tests.acct', api.my_payout_account() ->> 'account_id', true);
select throws_ok($$ select api.record_payout_account('{}', now()) $$, '42501', null,
  'a provider cannot record what Stripe says of their account');
select tests.act_as_service();
select api.record_payout_account(tests.seen('ba_1', true), now());
select api.record_payout_account(tests.seen('ba_1', false), now() - interval '1 minute');
select tests.act_as('tara');
select results_eq(
  $$ select a ->> 'transfers_enabled', a ->> 'payouts_enabled', a -> 'requirements'
     from api.my_payout_account() as a $$,
  $$ values ('true', 'true', '["individual.dob.day"]'::jsonb) $$,
  'the later of two answers about an account counts');
select lives_ok($$ select api.request_payout(1000, 'EUR', 'k1') $$,
  'an account that Stripe calls active is paid to');
select tests.act_as_service();
select api.record_payout_account(tests.seen('ba_2', true), now());
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k2') $$, 'M9403',
  'payout_account_cooling', 'an account with another bank at Stripe is not paid to at once');
select tests.act_as_nobody();
select is(
  (select count(*) from core.notification where type = 'payout_account_changed'), 1::bigint,
  'a provider is told that the bank of their account changed');

-- Given by hand.
select tests.act_as('alice');
select throws_ok($$ select api.set_manual_payout_account('DK50') $$, 'M4001', 'provider_not_found',
  'a customer cannot set a payout account');
select tests.act_as('tara');
select throws_ok($$ select api.set_manual_payout_account(' ') $$, '23514', null,
  'an account by hand without details is refused');
select lives_ok($$ select api.set_manual_payout_account('IBAN DK50 0040 0440 1162 43') $$,
  'a provider gives an account to be paid to by hand');
select is(api.my_payout_account() ->> 'details_last4', '2 43',
  'bank details are shown by their last four characters only');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k2') $$, 'M9403',
  'payout_account_cooling', 'an account that replaces another is not paid to at once');

-- Held by staff: one provider's payouts.
select tests.act_as_nobody();
update core.payout_account set usable_from = now() - interval '1 second';
select tests.act_as('tara');
select throws_ok($$ select api.hold_payouts(tests.id('tara'), '') $$, 'M3301', 'staff_only',
  'a provider cannot lift the hold on their payouts');
select throws_ok($$ select api.pause_payouts(false) $$, 'M3301', 'staff_only',
  'a provider cannot resume the payouts of all');
select tests.act_as('sam');
select lives_ok($$ select api.hold_payouts(tests.id('tara'), 'a closer look') $$,
  'staff holds the payouts of a provider');
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k2') $$, 'M9404', 'payouts_held',
  'a provider whose payouts are held cannot ask for one');
select is(api.my_payout_account() ->> 'is_held', 'true', 'a provider sees that payouts are held');

select api.set_manual_payout_account('IBAN DK50 0040 0440 1162 44');
select is(api.my_payout_account() ->> 'is_held', 'true',
  'a hold stays when the provider replaces the account');
select tests.act_as_nobody();
update core.payout_account set usable_from = now() - interval '1 second';
select tests.introduce('newcomer');
insert into core.provider (provider_id) values (tests.id('newcomer'));
select tests.act_as('sam');
select is(api.hold_payouts(tests.id('newcomer'), 'unclear papers'), true,
  'staff holds the payouts of a provider without an account');
select throws_ok($$ select api.hold_payouts(gen_random_uuid(), 'who') $$, 'M4001',
  'provider_not_found', 'staff cannot hold the payouts of nobody');
select is(api.hold_payouts(tests.id('newcomer'), null), false, 'staff ends a hold with no reason');

-- Paused by staff: everybody's.
select tests.act_as('sam');
select api.hold_payouts(tests.id('tara'), '');
select api.pause_payouts(true);
select tests.act_as('tara');
select is(api.my_payout_account() ->> 'is_held', 'false',
  'an empty reason lifts the hold of a provider');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k2') $$, 'M9404', 'payouts_held',
  'a provider cannot ask for a payout while payouts are paused');
select tests.act_as_nobody();
select tests.earned('other', 'uwe', 10000, now() + interval '20 days');
select tests.onboard('uwe');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'the schedule plans no payouts while payouts are paused');
select tests.act_as('sam');
select api.pause_payouts(false);
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'the schedule plans payouts when they are resumed');
select tests.act_as('tara');
select results_eq($$ select amount_minor, status from api.request_payout(1000, 'EUR', 'k2') $$,
  $$ values (1000::bigint, 'requested') $$, 'a provider asks for a payout when nothing holds it');
select tests.act_as_nobody();
select results_eq(
  $$ select action, count(*) from core.audit_log
     where actor_id = tests.id('sam') group by 1 order by 1 $$,
  $$ values ('hold_payouts', 4::bigint), ('pause_payouts', 2) $$,
  'the audit log has every hold and pause and who made it');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after holds and pauses');
select * from finish();
rollback;
