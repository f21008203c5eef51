-- Promotions: asked for, decided, paid once, shown in turn, over by the clock.

begin;
select plan(65);

-- What a person is answered, kept for later.
create table card as select * from api.pay_promotion(null, 'card') with no data;
create table late (like card);
grant select, insert on card, late to public;

select tests.offer('lesson', 'tara', 10000);
select tests.offer('other', 'uwe', 10000);
select tests.earned('first', 'tara', 20000, now() + interval '30 days');
select tests.introduce('alice', 'eve', 'zoe');
select tests.make_staff('sam');
insert into core.customer (customer_id) values (tests.id('alice')) on conflict do nothing;
select is(tests.balance('tara', 'available'), 17000::bigint, 'the provider has 170.00 to spend');

create function promotion(p_name text) returns core.promotion language sql security definer as $$
  select p from core.promotion as p where p.promotion_id = tests.id(p_name);
$$;
create function ask(p_name text, p_more jsonb default '{}') returns uuid language sql as $$
  select api.save_promotion(jsonb_build_object(
    'promotion_id', tests.id(p_name), 'kind', 'profile_boost', 'duration_days', 7,
    'cost', 50.00, 'currency', 'EUR') || p_more);
$$;

-- Asking.
select tests.act_as('tara');
select lives_ok($$ select ask('boost', '{"features": "[\"badge\"]", "status": "requested"}') $$,
  'a provider asks for a promotion');
select is((select row(p.status, p.cost_minor, p.features)::text from promotion('boost') as p),
  '(requested,5000,"[""badge""]")', 'a promotion waits for staff, with its cost in minor units');
select tests.act_as_nobody();
select is((select count(*) from core.outbox where topic = 'staff.promotion_requested'), 1::bigint,
  'staff is told that somebody asks');
select tests.act_as('tara');
select throws_ok($$ select ask('x', '{"kind": "billboard"}') $$, 'M0320', 'promotion_invalid',
  'an unknown kind of promotion is refused');
select throws_ok($$ select ask('x', '{"duration_days": 0}') $$, 'M0320', 'promotion_invalid',
  'a promotion of no days is refused');
select throws_ok($$ select ask('x', '{"cost": -1}') $$, 'M0320', 'promotion_invalid',
  'a promotion with a negative cost is refused');
select throws_ok($$ select ask('x', '{"cost": 0.001}') $$, 'M0015', 'amount_too_fine',
  'a promotion that costs a tenth of a cent is refused');
select throws_ok($$ select ask('x', '{"status": "approved"}') $$, 'M3301', 'staff_only',
  'a provider cannot ask for what is approved already');
select throws_ok($$ select ask('boost', '{"status": "approved"}') $$, 'M3301', 'staff_only',
  'a provider cannot approve their promotion');
select throws_ok($$ select api.approve_promotion(tests.id('boost')) $$, 'M3301', 'staff_only',
  'a provider cannot call the approval');
select throws_ok($$ select api.reject_promotion(tests.id('boost')) $$, 'M3301', 'staff_only',
  'a provider cannot call the rejection');
select throws_ok($$ select api.pay_promotion(tests.id('boost')) $$, 'M9321', 'promotion_not_open',
  'a promotion that is not approved cannot be paid');
select tests.act_as('uwe');
select throws_ok($$ select ask('boost', '{"duration_days": 9}') $$, 'M4310',
  'promotion_not_found', 'another provider cannot change it');
select throws_ok($$ select api.cancel_promotion(tests.id('boost')) $$, 'M4310',
  'promotion_not_found', 'another provider cannot cancel it');
select throws_ok(format($$ select ask('x', '{"provider_id": "%s"}') $$, tests.id('tara')), '42501',
  null, 'nobody asks in the name of another provider');
select tests.act_as('alice');
select throws_ok($$ select ask('x') $$, 'M4001', 'provider_not_found',
  'a customer cannot be promoted');
select tests.act_as('tara');
select lives_ok($$ select ask('boost', '{"duration_days": 10}') $$,
  'the provider changes what they ask for');
select throws_ok($$ select api.save_promotion(jsonb_build_object('promotion_id',
  tests.id('boost')), 'fail') $$, '23505', null, 'a promotion that is there is refused when asked so');
select is(api.save_promotion(jsonb_build_object('promotion_id', tests.id('boost')), 'ignore'),
  null, 'a promotion that is there is ignored when asked so');

select tests.act_as('sam');
select throws_ok($$ select ask('boost', '{"cost": 90}') $$, '42501', null,
  'staff cannot raise what the provider has offered');

-- Approved on the terms offered: paid from the wallet, and it runs.
select tests.act_as('sam');
select is(api.approve_promotion(tests.id('boost'), 4000), 'running',
  'terms not above the offer are paid from the wallet at once');
select throws_ok($$ select api.approve_promotion(tests.id('boost')) $$, 'M9320',
  'promotion_not_requested', 'a promotion is approved once');
select throws_ok($$ select api.reject_promotion(tests.id('boost')) $$, 'M9320',
  'promotion_not_requested', 'what runs cannot be rejected');
select tests.act_as_nobody();
select is((select row(p.status, p.paid_from, p.approved_by = tests.id('sam'),
                      p.expires_at = now() + interval '10 days')::text from promotion('boost') as p),
  '(running,wallet,t,t)', 'a promotion runs for the days that were asked for');
select is(tests.balance('tara', 'available'), 13000::bigint, 'the wallet has paid for it');
select is((select count(*) from core.audit_log where action = 'approve_promotion'), 1::bigint,
  'the audit log has the approval');
-- What is checked at the end of a transaction is done now.
set constraints all immediate;
set constraints all deferred;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');
select tests.act_as('tara');
select is((select status from api.pay_promotion(tests.id('boost'))), 'running',
  'paying what runs already changes nothing');
select throws_ok($$ select api.cancel_promotion(tests.id('boost')) $$, 'M9321',
  'promotion_not_open', 'what runs cannot be cancelled');

-- Approved on other terms: the provider says yes by paying.
select ask('dear', '{"kind": "featured_listing"}');
select tests.act_as('sam');
select is(api.approve_promotion(tests.id('dear'), 6000, 500), 'approved',
  'terms above the offer wait for the provider');
select throws_ok($$ select api.pay_promotion(tests.id('dear')) $$, '42501', null,
  'staff cannot pay from the wallet of a provider');
select tests.act_as('tara');
select throws_ok($$ select api.pay_promotion(tests.id('dear'), 'cash') $$, 'M0321',
  'payment_way_unknown', 'a promotion is paid from the wallet or with a card');
insert into card select * from api.pay_promotion(tests.id('dear'), 'card');
select is((select status from card), 'approved', 'a promotion to be paid with a card waits');
select is((select order_id from api.pay_promotion(tests.id('dear'), 'card')),
  (select order_id from card), 'asking to pay with a card again is the same order');
select tests.act_as_nobody();
select is(internal.commission_bp(tests.id('tara')), 1500, 'before it runs the commission is as ever');
select tests.arrives(p.payment_id) from core.payment as p join card using (order_id);
select is((select row(p.status, p.paid_from)::text from promotion('dear') as p), '(running,card)',
  'a promotion runs when its money arrives');
select is(internal.commission_bp(tests.id('tara')), 2000,
  'while it runs the commission is higher by what was agreed');
select tests.paid('lesson', 'alice');
select is((select l.commission_bp from core.order_line as l join core.booking as b using (booking_id)
           where b.slot_id = tests.id('lesson')), 2000, 'the line of a sale keeps that commission');
select is(tests.balance(null, 'revenue'), (4000 + 6000 + 3000 + 2000)::bigint,
  'the house has what was paid for promotions, and its commissions');
set constraints all immediate;
set constraints all deferred;
select is_empty('select tests.ledger_problems()', 'the ledger still adds up');

-- Too little in the wallet; cancelled while the card's money is on its way.
select tests.act_as('uwe');
select ask('poor');
select ask('gone');
select tests.act_as('sam');
select is(api.approve_promotion(tests.id('poor')), 'approved',
  'a promotion that the wallet cannot pay waits');
select api.approve_promotion(tests.id('gone'));
select tests.act_as('uwe');
select throws_ok($$ select api.pay_promotion(tests.id('poor')) $$, 'M9401', 'balance_too_small',
  'a wallet with too little does not pay');
insert into late select * from api.pay_promotion(tests.id('gone'), 'card');
select lives_ok($$ select api.save_promotion(jsonb_build_object(
  'promotion_id', tests.id('gone'), 'status', 'cancelled')) $$, 'a provider cancels by the word');
select tests.act_as_nobody();
select tests.arrives(p.payment_id) from core.payment as p join late using (order_id);
select is((select status from promotion('gone')), 'cancelled', 'what was cancelled does not begin');
select is((select count(*) from core.refund as r join core.payment as p using (payment_id)
           join late using (order_id)), 1::bigint, 'the money of a promotion goes back');
select tests.act_as('uwe');
select ask('free', '{"cost": 0}');
select ask('no');
select tests.act_as('sam');
select is(api.approve_promotion(tests.id('free')), 'running', 'what costs nothing begins at once');
select lives_ok($$ select api.reject_promotion(tests.id('no')) $$, 'staff rejects a promotion');

-- Stopped: by staff, and by a refund of the card.
select tests.act_as('tara');
select results_eq($$ select kind, status, is_running from api.list_promotions('running') $$,
  $$ values ('featured_listing', 'running', true), ('profile_boost', 'running', true) $$,
  'a provider lists their promotions');
select throws_ok($$ select api.end_promotion(tests.id('boost'), 'mine') $$, 'M3301', 'staff_only',
  'a provider cannot end a promotion and have money back');
select tests.act_as('eve');
select is_empty('select from api.list_promotions()', 'a stranger lists no promotion');
select tests.act_as_nobody();
update core.promotion set expires_at = now() + interval '5 days 3 hours'
where promotion_id = tests.id('boost');
create temp table had as select tests.balance('tara', 'available') as minor;
select tests.act_as('sam');
select is(api.end_promotion(tests.id('boost'), 'A complaint'), 2000::bigint,
  'staff ends a promotion, and the days that are left are paid back');
select throws_ok($$ select api.end_promotion(tests.id('boost'), 'again') $$, 'M9321',
  'promotion_not_open', 'a promotion is ended once');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available') - minor, 2000::bigint, 'the wallet has it back')
from had;
select tests.event('evt_back', 'refund.created',
  tests.refund(p.payment_id, 're_card', 6000, 'succeeded'))
from core.payment as p join card using (order_id);
select is((select status from promotion('dear')), 'cancelled',
  'a promotion whose card payment was refunded stops');
select is(internal.commission_bp(tests.id('tara')), 1500, 'a promotion that was stopped adds nothing to the commission');
set constraints all immediate;
set constraints all deferred;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after money went back');
-- As if neither had been.
update core.promotion set status = 'running' where promotion_id in (tests.id('boost'), tests.id('dear'));

-- Whose turn it is, and when it is over.
select tests.act_as_anonymous();
select is((select array_agg(turn order by turn) from api.list_boosted_providers()), array[1, 2],
  'everybody learns who is boosted, and in which order');
select is((select count(*) from api.list_boosted_providers('featured_listing')), 1::bigint,
  'one kind of promotion can be asked for');
select tests.act_as_nobody();
create temp table turn as
select m.m, n.n, internal.turn(n.n, 7, now() + m.m * interval '1 minute') as turn
from generate_series(0, 6) as m(m) cross join generate_series(0, 6) as n(n);
select is_empty($$ select n from turn group by n having count(distinct turn) <> 7 $$,
  'within as many minutes everybody has had every place once');
select is_empty($$ select m from turn group by m having count(distinct turn) <> 7 $$,
  'at no minute two have the same place');
update core.promotion set starts_at = now() - interval '9 days', expires_at = now() - interval '1 s'
where provider_id = tests.id('tara');
select tests.act_as_anonymous();
select is((select array_agg(provider_id) from api.list_boosted_providers()),
  array[tests.id('uwe')], 'a promotion is over by the clock, without a job');
select tests.act_as_nobody();
select is(internal.commission_bp(tests.id('tara')), 1500,
  'afterwards the commission is as before');
update core.person set status = 'suspended' where person_id = tests.id('uwe');
select tests.act_as_anonymous();
select is_empty('select from api.list_boosted_providers()', 'a suspended provider is not boosted');
select tests.act_as('uwe');
select throws_ok($$ select ask('late') $$, 'M3001', 'person_suspended',
  'a suspended provider asks for nothing');

select * from finish();
rollback;
