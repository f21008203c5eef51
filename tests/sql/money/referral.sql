-- Referrals: claimed once, rewarded once, taken back once.

begin;
select plan(35);

-- What a person is answered, kept for later.
create table code (code text);
create table bobs (code text);
create table claimed (id uuid);
grant select, insert on code, bobs, claimed to public;

select tests.offer('lesson', 'tara', 10000);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '20 days');
select tests.introduce('alice', 'bob', 'eve', 'zoe');
select tests.make_staff('sam');
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
update core.marketplace set referral_reward_minor = 1500, default_currency = 'EUR';

select tests.act_as('eve');
insert into code select api.my_referral_code();
select isnt((select code from code), null, 'a person has a code to bring others');
select is(api.my_referral_code(), (select code from code), 'the code of a person stays the same');
select throws_ok($$ select api.claim_referral(code) from code $$, 'M9011', 'own_referral',
  'nobody can bring themselves to the marketplace');
select throws_ok($$ select api.claim_referral('NONE-SUCH') $$, 'M4020', 'referral_code_not_found',
  'an unknown code is refused');

select tests.act_as('alice');
insert into claimed select api.claim_referral(lower(code)) from code;
select isnt((select id from claimed), null, 'a newcomer says who brought them, in any case');
select throws_ok($$ select api.claim_referral(code) from code $$, 'M9010', 'already_referred',
  'a referral is claimed once');
select tests.act_as('bob');
insert into bobs select api.my_referral_code();
select tests.act_as('alice');
select throws_ok($$ select api.claim_referral(code) from bobs $$, 'M9010', 'already_referred',
  'nobody is brought by two people');

select is(api.save_referral(jsonb_build_object('code', (select code from code)), 'merge'),
  (select id from claimed), 'the same claim again is the one that was made');
select is(api.save_referral('{"code": "x"}', 'ignore'), null, 'a claim that is there is ignored');
select throws_ok(format($$ select api.save_referral('{"code": "x", "referee_id": "%s"}') $$,
  tests.id('bob')), '42501', null, 'nobody says who brought another');

-- Who sees it.
select tests.act_as_nobody();
grant usage on schema core to authenticated;
select tests.act_as('eve');
select is((select count(*) from core.referral), 1::bigint, 'the one who brought somebody sees the referral');
select tests.act_as('alice');
select is((select count(*) from core.referral), 1::bigint, 'the one who was brought sees the referral');
select is((select count(*) from core.referral_code), 0::bigint, 'nobody reads another''s code');
select tests.act_as('bob');
select is((select count(*) from core.referral), 0::bigint, 'a stranger sees no referral');
select tests.act_as('sam');
select is((select count(*) from core.referral), 1::bigint, 'staff sees every referral');

select is_empty('select from api.list_referrals()', 'staff has brought nobody themselves');
select tests.act_as('eve');
select results_eq('select is_referrer, status, reward_minor from api.list_referrals()',
  $$ values (true, 'claimed', 1500::bigint) $$, 'the one who brought somebody lists the referral');

-- Rewarded when the first paid booking has taken place.
select tests.act_as_service();
select is(api.settle_referrals(), 0, 'nothing is due before a booking');
select tests.act_as_nobody();
create temp table paid as select tests.paid('lesson', 'alice') as payment_id;
grant select on paid to public;
select tests.act_as_service();
select is(api.settle_referrals(), 0, 'nothing is due before the booking took place');
select tests.act_as_nobody();
select tests.clear(payment_id) from paid;
select tests.act_as_service();
select is(api.settle_referrals(), 1, 'the reward is due when it took place');
select is(api.settle_referrals(), 0, 'a reward is given once');
select tests.act_as_nobody();
select is(tests.balance('eve', 'available'), 1500::bigint, 'the one who brought the customer has the reward');
select is(tests.balance(null, 'bonuses'), -1500::bigint, 'the house has paid it');
select is((select row(status, booking_id is not null)::text from core.referral), '(rewarded,t)',
  'the referral says by which booking');
-- What is checked at the end of a transaction is done now.
set constraints all immediate;
set constraints all deferred;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');

-- Taken back when the booking is refunded.
select tests.event('evt_part', 'refund.created', tests.refund(payment_id, 're_1', 4000, 'succeeded'))
from paid;
select tests.act_as_service();
select is(api.settle_referrals(), 0, 'a refund of a part changes nothing');
select tests.act_as_nobody();
select tests.event('evt_rest', 'refund.created', tests.refund(payment_id, 're_2', 6000, 'succeeded'))
from paid;
select tests.act_as_service();
select is(api.settle_referrals(), 1, 'the reward is taken back after a full refund');
select is(api.settle_referrals(), 0, 'a reward is taken back once');
select tests.act_as_nobody();
select is(tests.balance('eve', 'available'), 0::bigint, 'the wallet is as it was before');
set constraints all immediate;
set constraints all deferred;
select is_empty('select tests.ledger_problems()', 'the ledger still adds up');

-- Refunded before the reward was given: there is none.
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '40 days');
select tests.introduce('dan');
insert into core.customer (customer_id) values (tests.id('dan'));
select tests.act_as('dan');
select api.claim_referral(code) from bobs;
select tests.act_as_nobody();
create temp table dans as select tests.paid('third', 'dan') as payment_id;
select tests.clear(payment_id) from dans;
select tests.event('evt_dan', 'refund.created', tests.refund(payment_id, 're_3', 10000, 'succeeded'))
from dans;
select tests.act_as_service();
select is(api.settle_referrals(), 0, 'a booking that was refunded earns nobody a reward');
select tests.act_as_nobody();

-- Who cannot be brought any more.
select tests.paid('second', 'bob');
select tests.act_as('bob');
select throws_ok($$ select api.claim_referral(code) from code $$, 'M9012', 'not_a_newcomer',
  'a customer who has booked before was not brought by anybody');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('eve');
select tests.act_as('zoe');
select throws_ok($$ select api.claim_referral(code) from code $$, 'M4020',
  'referral_code_not_found', 'the code of a suspended person is none');
select tests.act_as('eve');
select throws_ok($$ select api.my_referral_code() $$, 'M3001', 'person_suspended',
  'a suspended person gets no code');
select tests.act_as('alice');
select throws_ok('select api.settle_referrals()', '42501', null,
  'a customer cannot settle referrals');

select * from finish();
rollback;
