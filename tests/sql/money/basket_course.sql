-- A course that is ordered by itself, in one call, at the price that the caller has seen.

begin;
select plan(12);

select tests.course('yoga', 'tara', 4950);
select tests.course('free', 'tara', 0);
select tests.introduce('alice', 'eve');
grant usage on schema core to anon, authenticated;
create function tests.orders(p_course text, p_amount numeric, p_currency text, p_key text)
returns uuid
language sql
as $$
  select api.order_course(tests.id('offering ' || p_course), p_amount, p_currency, p_key => p_key);
$$;
grant usage on schema tests to public;
grant execute on all functions in schema tests to public;

select tests.act_as_anonymous();
select throws_ok($$ select tests.orders('yoga', null, null, null) $$, '42501', null,
  'an anonymous caller cannot order a course');
select tests.act_as('alice');
select throws_ok($$ select tests.orders('nothing', null, null, null) $$, 'M4801', null,
  'a course that does not exist cannot be ordered');
select throws_ok($$ select tests.orders('yoga', 49.49, 'EUR', null) $$, 'M0316', 'amount_wrong',
  'an amount that is not the price is refused');
select throws_ok($$ select tests.orders('yoga', 49.50, 'USD', null) $$, 'M0317', 'currency_differs',
  'a currency that is not the price''s is refused');
select is_empty('select * from core.enrolment', 'an order that is refused leaves no place behind');
select throws_ok($$ select api.order_course(tests.id('offering yoga'),
  p_customer_id => tests.id('eve')) $$, '42501', null, 'nobody orders in another''s name');
select isnt(tests.orders('yoga', 49.50, 'eur', 'key'), null,
  'somebody who is no customer yet orders a course at its price');
select is(tests.orders('yoga', 49.50, 'EUR', 'key'), tests.orders('yoga', null, null, 'key'),
  'the same key orders a course once');
select results_eq('select amount_minor, status from core.payment',
  $$ values (4950::bigint, 'requires_payment') $$, 'one order makes one payment');
select isnt(tests.orders('free', 0, 'EUR', null), null, 'a free course can be ordered too');
select results_eq($$ select o.title from core.enrolment as e join core.offering as o using (offering_id)
  where e.enrolled_at is not null $$, $$ values ('free') $$,
  'an order of nothing opens its course at once');
select tests.act_as('tara');
select throws_ok($$ select tests.orders('yoga', null, null, null) $$, 'M3201', null,
  'a provider cannot order their own course');

select * from finish();
rollback;
