-- Payouts listed, their least sum and their schedule, and what staff needs to make them by hand.

begin;
select plan(20);

select tests.earned('a', 'tara', 10000);
select tests.earned('b', 'uwe', 20000, now() + interval '20 days');
insert into core.payout_account (payout_account_id, provider_id, rail, details)
values (tests.id('bank'), tests.id('uwe'), 'manual', 'DK50 0040 0440 1162 43');
select tests.onboard('tara');
select tests.make_staff('sam');
select tests.introduce('ada');
insert into core.person_role (person_id, role_id)
select tests.id('ada'), role_id from core.role where name in ('staff', 'admin');

-- The settings.
select tests.act_as('sam');
select throws_ok($$ select api.set_marketplace('{"payout_schedule": "daily"}') $$, 'M3302',
  'admin_only', 'staff without the role of an administrator cannot change the schedule');
select tests.act_as('ada');
select throws_ok($$ select api.set_marketplace('{"payout_schedule": "never"}') $$, '23514', null,
  'a schedule that does not exist is refused');
select throws_ok(format('select api.set_marketplace(%L)', s), 'M0313', 'payout_min_invalid',
  format('a least payout of %s is refused', s))
from (values ('{"payout_min": {"XXX": 100}}'), ('{"payout_min": {"EUR": -1}}'),
             ('{"payout_min": {"EUR": "many"}}')) as x(s);
select is(
  api.set_marketplace('{"payout_schedule": "daily", "payout_min": {"EUR": 9000},
                        "house_coupon_by": "house", "booking_mode": "request"}')
    ->> 'payout_schedule', 'daily', 'an administrator sets schedule and least payout');

-- The least payout.
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'the schedule waits for the least payout');
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(8000, 'EUR', 'k') $$, 'M9408', 'payout_too_small',
  'less than the least payout cannot be asked for');
select lives_ok($$ select api.request_payout(8500, 'EUR', 'all') $$,
  'all of a wallet can be asked for, when nothing is to come');
select tests.act_as('uwe');
select lives_ok($$ select api.request_payout(9000, 'EUR', 'k') $$, 'the least payout can be asked for');

-- The schedule.
select tests.act_as_nobody();
update core.marketplace set payout_min = '{}';
select tests.earned('c', 'tara', 10000, now() + interval '30 days');
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'a provider is paid by the schedule of the day');
select tests.act_as_nobody();
select tests.earned('d', 'tara', 10000, now() + interval '40 days');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'a provider is not paid twice in a day');
select tests.act_as_nobody();
update core.payout set requested_at = requested_at - interval '1 day' where origin = 'schedule';
update core.marketplace set payout_schedule = 'manual';
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'without a schedule nobody is paid who has not asked');
select tests.act_as_nobody();
update core.marketplace set payout_schedule = 'daily';
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'on the next day the schedule pays again');

-- The lists.
select tests.act_as('tara');
select results_eq('select amount_minor, origin from api.list_payouts()',
  $$ values (8500::bigint, 'schedule'), (8500, 'schedule'), (8500, 'request') $$,
  'a provider sees their payouts, the newest first');
select is_empty($$ select * from api.list_payouts(tests.id('uwe')) $$,
  'a provider cannot list the payouts of another');
select throws_ok('select api.list_manual_payouts()', 'M3301', 'staff_only',
  'a provider cannot list what waits for staff');
select tests.act_as('sam');
select is((select count(*) from api.list_payouts()), 4::bigint, 'staff sees all payouts');
select results_eq(
  'select provider_id, amount, currency, details, is_held from api.list_manual_payouts()',
  $$ values (tests.id('uwe'), 90.00, 'EUR', 'DK50 0040 0440 1162 43', false) $$,
  'staff sees whom to pay by hand, how much, and where to');
select api.settle_payout(payout_id, true, 'done') from api.list_manual_payouts();
select is_empty('select * from api.list_manual_payouts()',
  'a payout that was made by hand waits no longer');
select * from finish();
rollback;
