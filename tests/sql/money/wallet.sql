-- The wallet: what a person has, how it came about, and what staff adds or takes.

begin;
select plan(42);

select tests.earned('first', 'tara', 10000);
select tests.earned('second', 'tara', 20000, now() + interval '20 days');
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '30 days');
select tests.paid('third', 'bob');
select tests.make_staff('sam');

-- What there is.
select tests.act_as_anonymous();
select throws_ok('select * from api.my_wallet()', '42501', null,
  'an anonymous caller has no wallet');
select throws_ok('select * from api.my_statement()', '42501', null,
  'an anonymous caller has no statement');
select tests.act_as('alice');
select is_empty('select * from api.my_wallet()', 'a customer who sells nothing has no wallet');
select is_empty('select * from api.my_statement()',
  'a customer does not see the provider''s statement');
select tests.act_as('tara');
select results_eq(
  'select currency, available, clearing, reserved, held from api.my_wallet()',
  $$ values ('EUR', 255.00, 85.00, 0.00, 0.00) $$,
  'a wallet shows what is available and what still clears');
select results_eq(
  'select available_minor, clearing_minor, reserved_minor, held_minor from api.my_wallet()',
  $$ values (25500::bigint, 8500::bigint, 0::bigint, 0::bigint) $$,
  'a wallet shows the same in minor units');
select results_eq(
  $$ select kind, amount, balance_after from api.my_statement() where account = 'available' $$,
  $$ values ('release', 170.00, 255.00), ('release', 85.00, 85.00) $$,
  'a statement shows each entry with the balance after it, the newest first');
select results_eq(
  $$ select s.account, s.amount_minor from api.my_statement('eur', p_limit => 1) as s $$,
  $$ values ('clearing', 8500::bigint) $$, 'a statement can be limited to a currency and a page');
select is(
  (select count(*) from api.my_statement(p_before => (
     select min(s.entry_id) from api.my_statement(p_limit => 2) as s))), 5::bigint,
  'the next page of a statement begins before the last entry of this one');
select is_empty($$ select * from api.my_statement('DKK') $$,
  'a statement in a currency that was never used is empty');

-- Staff's adjustments.
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 1000000, 'EUR', 'gift', 'k') $$,
  'M3301', 'staff_only', 'a provider cannot adjust their own wallet');
select tests.act_as('sam');
select results_eq(
  $$ select api.adjust_wallet(tests.id('tara'), 500, 'EUR', 'welcome', 'k')
     from generate_series(1, 2) $$,
  $$ values (true), (false) $$, 'an adjustment with the same key is made once');
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 501, 'EUR', 'welcome', 'k') $$,
  'M9405', 'adjustment_key_reused', 'a key of an adjustment is good for no other sum');
select throws_ok($$ select api.adjust_wallet(tests.id('alice'), 500, 'EUR', 'welcome', 'k') $$,
  'M9405', 'adjustment_key_reused', 'a key of an adjustment is good for no other person');
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 0, 'EUR', 'why', 'l') $$, 'M0401',
  'adjustment_incomplete', 'an adjustment of nothing is refused');
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 5, 'EUR', ' ', 'l') $$, 'M0401',
  'adjustment_incomplete', 'an adjustment without a reason is refused');
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 5, 'EUR', 'why', '') $$, 'M0401',
  'adjustment_incomplete', 'an adjustment without a key is refused');
select throws_ok($$ select api.adjust_wallet(tests.id('tara'), 5, 'XXX', 'why', 'l') $$, '23503',
  null, 'an adjustment in an unknown currency is refused');
select lives_ok($$ select api.adjust_wallet(tests.id('tara'), -100, 'EUR', 'a mistake', 'm') $$,
  'staff may take money by a negative amount');
select tests.act_as_nobody();
select results_eq(
  $$ select tests.balance('tara', 'available'), tests.balance(null, 'grants') $$,
  $$ values (25900::bigint, -400::bigint) $$,
  'an adjustment has two sides: the wallet and the marketplace''s grants');
select results_eq(
  $$ select actor_id, after ->> 'amount_minor', after ->> 'reason' from core.audit_log
     where action = 'adjust_wallet' order by after ->> 'amount_minor' $$,
  $$ values (tests.id('sam'), '-100', 'a mistake'), (tests.id('sam'), '500', 'welcome') $$,
  'the audit log has every adjustment with its amount and reason');
select tests.act_as('tara');
select results_eq($$ select description, amount from api.my_statement() limit 1 $$,
  $$ values ('a mistake', -1.00) $$, 'a provider reads the reason of an adjustment');

-- Bonuses.
select throws_ok($$ select api.grant_bonus(tests.id('tara'), 500, 'EUR', 'thanks', 'b') $$,
  'M3301', 'staff_only', 'a provider cannot give themselves a bonus');
select tests.act_as('sam');
select results_eq(
  $$ select api.grant_bonus(tests.id('tara'), 500, 'EUR', 'thanks', 'b')
     from generate_series(1, 2) $$,
  $$ values (true), (false) $$, 'a bonus with the same key is given once');
select throws_ok($$ select api.grant_bonus(tests.id('alice'), 500, 'EUR', 'thanks', 'b') $$,
  'M9405', 'adjustment_key_reused', 'a key of a bonus is good for no other person');
select throws_ok($$ select api.grant_bonus(tests.id('tara'), -5, 'EUR', 'why', 'c') $$,
  'M0401', 'adjustment_incomplete', 'a bonus cannot take money');
select tests.act_as_nobody();
select results_eq(
  $$ select tests.balance('tara', 'available'), tests.balance(null, 'bonuses'),
            tests.balance(null, 'grants') $$,
  $$ values (26400::bigint, -500::bigint, -400::bigint) $$,
  'a bonus comes out of the marketplace''s bonuses, not out of its grants');
select is((select actor_id from core.audit_log where action = 'grant_bonus'), tests.id('sam'),
  'the audit log has every bonus');

-- Paying the house.
prepare pay (bigint, text) as
  select internal.pay_house(tests.id('tara'), $1, 'EUR', $2, 'promotion', tests.id('p'), 'Top spot');
prepare repay (bigint, text) as
  select internal.repay_from_house(tests.id('tara'), $1, 'EUR', $2, 'promotion', tests.id('p'),
                                   'Not shown');
select throws_ok($$ execute pay(26401, 'promotion:p') $$, 'M9401', 'balance_too_small',
  'a wallet cannot pay the house more than is available');
select results_eq($$ execute pay(26400, 'promotion:p') $$, 'values (true)',
  'a wallet pays the house what it has');
select results_eq($$ execute pay(26400, 'promotion:p') $$, 'values (false)',
  'a payment out of a wallet that is repeated is made once, though nothing is left');
select throws_ok($$ execute pay(26399, 'promotion:p') $$, 'M9405', 'adjustment_key_reused',
  'a key that paid out of a wallet is good for no other sum');
select throws_ok($$ execute pay(1, 'promotion:q') $$, 'M9401', 'balance_too_small',
  'a wallet does not pay out of what still clears');
select results_eq(
  $$ select tests.balance('tara', 'available'), tests.balance('tara', 'clearing'),
            tests.balance(null, 'revenue'), tests.balance(null, 'processor') $$,
  $$ values (0::bigint, 8500::bigint, 32400::bigint, -40000::bigint) $$,
  'what a wallet pays is revenue of the house, and moves nothing at Stripe');
select results_eq($$ execute repay(400, 'promotion:p:back') $$, 'values (true)',
  'the house gives back part of what a wallet paid');
select results_eq($$ execute repay(400, 'promotion:p:back') $$, 'values (false)',
  'what the house gives back is given once');
select is(tests.balance('tara', 'available'), 400::bigint,
  'what the house gives back can be paid out again');
select tests.act_as('tara');
select results_eq($$ select kind, description, amount from api.my_statement() limit 2 $$,
  $$ values ('purchase', 'Not shown', 4.00), ('purchase', 'Top spot', -264.00) $$,
  'a provider reads in their statement what they paid the house for');

select tests.act_as('tara');
select throws_ok($$ select api.save_wallet('{"balance": 1000000}') $$, 'M3401',
  'balance_is_counted', 'a provider cannot write their balance');
select tests.act_as('sam');
select throws_ok($$ select api.save_wallet('{}') $$, 'M3401', 'balance_is_counted',
  'staff cannot write a balance either');
select tests.act_as_service();
select throws_ok($$ select api.save_wallet('{}') $$, 'M3401', 'balance_is_counted',
  'the house cannot write a balance either');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after adjustments, bonuses and payments out of a wallet');

select * from finish();
rollback;
