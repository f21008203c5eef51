-- Payment methods: noted from charges, seen by whose they are, removed.

begin;
select plan(12);

select tests.offer('lesson', 'tara', 10000);
create temp table paid as select tests.book('lesson', 'alice') as payment_id;
grant select on paid to public;
select tests.introduce('eve');
select tests.make_staff('sam');
grant usage on schema core to authenticated;

create function charge(p_id text, p_status text, p_last4 text) returns jsonb language sql as $$
  select jsonb_build_object(
    'object', 'charge', 'id', p_id, 'status', p_status, 'amount', 10000, 'currency', 'eur',
    'payment_intent', 'pi_' || md5(payment_id::text), 'payment_method', 'pm_1', 'livemode', false,
    'payment_method_details', jsonb_build_object('type', 'card', 'card', jsonb_build_object(
      'brand', 'visa', 'last4', p_last4, 'fingerprint', 'fp_' || p_last4)))
  from paid;
$$;
select tests.arrives(payment_id) from paid;
update core.payment set charge_id = null;
select tests.event('evt_no', 'charge.failed', charge('ch_0', 'failed', '0002'));
select is_empty('select from core.payment_method', 'a charge that failed leaves no card');
select tests.event('evt_ch', 'charge.succeeded', charge('ch_1', 'succeeded', '4242'));
select tests.act_as('alice');
select results_eq('select kind, brand, last4 from core.payment_method',
  $$ values ('card', 'visa', '4242') $$, 'a charge that succeeded leaves brand and last four digits');
select results_eq('select brand, last4 from api.list_payment_methods()',
  $$ values ('visa', '4242') $$, 'a customer lists their cards');
select throws_ok('select external_id from core.payment_method', '42501', null,
  'nobody reads Stripe''s name of a card');
select tests.act_as_nobody();
select tests.event('evt_again', 'charge.succeeded', charge('ch_1', 'succeeded', '4242'));
select is((select count(*) from core.payment_method), 1::bigint, 'the same card is noted once');
select tests.act_as('tara');
select is((select count(*) from (select payment_method_id from core.payment_method) as m), 0::bigint,
  'the provider does not see with which card they were paid');
select tests.act_as('sam');
select is((select count(*) from (select payment_method_id from core.payment_method) as m), 0::bigint,
  'staff does not see it either');
select tests.act_as_nobody();
create temp table card as select payment_method_id as id from core.payment_method;
grant select on card to public;
select tests.act_as('eve');
select is(api.remove_payment_method(id), false, 'nobody removes the card of another') from card;
select tests.act_as_anonymous();
select throws_ok($$ select api.remove_payment_method(id) from card $$, '42501', null,
  'an anonymous caller removes no card');
select tests.act_as('alice');
select is(api.remove_payment_method(id), true, 'a card is removed by whose it is') from card;
select is(api.remove_payment_method(id), false, 'a card is removed once') from card;
select tests.act_as_nobody();
select is_empty('select from core.payment_method', 'a card that was removed is gone');

select * from finish();
rollback;
