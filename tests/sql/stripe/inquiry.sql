-- Asking Stripe for what no event has told: the service alone asks, and joins the answer.

begin;
select plan(10);

select tests.offer('lesson', 'tara', 5000);
create table made as select tests.book('lesson', 'alice') as payment_id;
alter table made add intent jsonb;
select tests.stripe_does();
update made set intent = tests.intent(payment_id, 'succeeded');
grant select on made to service_role;

select tests.act_as('alice');
select throws_ok('select api.claim_stripe_inquiries()', '42501', null,
  'a person cannot ask what Stripe is to be asked for');
select throws_ok('select api.unexplained_objects()', '42501', null,
  'a person cannot ask what Stripe''s books do not explain');
select throws_ok($$ select api.record_stripe_object('{}') $$, '42501', null,
  'a person cannot record an object of Stripe');
select throws_ok('select api.close_stale_commands()', '42501', null,
  'a person cannot close commands to Stripe');

select tests.act_as_service();
select is(api.unexplained_objects(), '[]', 'without lines of Stripe''s books nothing is unexplained');
select is((select api.record_stripe_object(intent) from made), 'done',
  'an intent that Stripe answers with is joined');
select tests.act_as_nobody();
select is((select status from core.payment), 'captured',
  'a payment whose event was lost is paid by the answer of Stripe');
select tests.act_as_service();
select is(api.claim_stripe_inquiries(), '[]', 'Stripe is not asked for what is paid');
select is(api.close_stale_commands(), 0, 'a command that was answered is not closed');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after an inquiry');
select * from finish();
rollback;
