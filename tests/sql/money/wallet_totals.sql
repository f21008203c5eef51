-- Totals: what somebody paid and earned, each currency by itself, and what is promised apart.

begin;
select plan(7);

select tests.earned('first', 'tara', 10000);
select tests.earned('second', 'tara', 20000, now() + interval '20 days');
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '30 days');
select tests.paid('third', 'bob');
select tests.make_staff('sam');

select tests.offer('yen', 'tara', 7000, 'JPY', p_starts => now() + interval '40 days');
select tests.paid('yen', 'alice');
update core.provider set currency = 'JPY' where provider_id = tests.id('tara');
create table refunded as
select p.payment_id from core.payment as p where p.payer_id = tests.id('bob');
grant select on refunded to authenticated;
select tests.act_as('sam');
select api.refund_payment(payment_id, 4000, p_idempotency_key => 'k') from refunded;
prepare totals as
select currency, paid_minor, refunded_minor, refund_pending_minor, charged_back_minor, earned_minor,
       given_back_minor, paid_out_minor, payout_pending_minor
from api.my_totals();

select tests.act_as('bob');
select results_eq('totals', $$ values ('EUR', 10000::bigint, 0::bigint, 4000::bigint, 0::bigint,
                                      0::bigint, 0::bigint, 0::bigint, 0::bigint) $$,
  'a refund that has not arrived is pending in the totals of its customer');
select tests.act_as_nobody();
select tests.stripe_does();
select tests.act_as('bob');
select results_eq('totals', $$ values ('EUR', 10000::bigint, 4000::bigint, 0::bigint, 0::bigint,
                                      0::bigint, 0::bigint, 0::bigint, 0::bigint) $$,
  'a refund that arrived is refunded in the totals of its customer');
select tests.act_as('alice');
select results_eq('select currency, paid_minor from api.my_totals()',
  $$ values ('EUR', 30000::bigint), ('JPY', 7000::bigint) $$,
  'what was paid is totalled currency by currency');
select tests.act_as('tara');
select results_eq('totals',
  $$ values ('EUR', 0::bigint, 0::bigint, 0::bigint, 0::bigint, 34000::bigint, 3400::bigint,
             0::bigint, 0::bigint),
            ('JPY', 0, 0, 0, 0, 5950, 0, 0, 0) $$,
  'what was earned is totalled currency by currency, and what went back apart');
select is((select total_earnings_cents from tutoring.expert_profiles where id = tests.id('tara')),
  0::bigint,
  'the one sum of a provider is what took place in their own currency');
select tests.act_as_anonymous();
select throws_ok('select * from api.my_totals()', '42501', null,
  'an anonymous caller has no totals');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after what was totalled');
select * from finish();
rollback;
