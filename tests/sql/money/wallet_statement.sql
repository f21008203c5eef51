-- The statement of a time: what was brought forward, every entry, and nothing of another.

begin;
select plan(11);

select tests.earned('first', 'tara', 10000);
select tests.act_as_anonymous();
select throws_ok($$ select * from api.my_statement_of('EUR', now(), now()) $$, '42501', null,
  'an anonymous caller has no statement of a time');
select tests.act_as('alice');
select is_empty($$ select * from api.my_statement_of('EUR', '-infinity', 'infinity') $$,
  'a customer who sells nothing has an empty statement');
select tests.act_as('tara');
select results_eq(
  $$ select account, kind, amount, balance_after from api.my_statement_of('eur', now() - interval '1 day', 'infinity')
     where kind <> 'brought_forward' $$,
  $$ values ('clearing', 'capture', 85.00, 85.00), ('clearing', 'release', -85.00, 0.00),
            ('available', 'release', 85.00, 85.00) $$,
  'a statement of a time has every entry with the balance after it, the oldest first');
select results_eq(
  $$ select account, amount, balance_after from api.my_statement_of('EUR', now() - interval '1 day', 'infinity')
     where kind = 'brought_forward' order by account $$,
  $$ values ('available', null::numeric, 0.00), ('clearing', null, 0.00), ('held', null, 0.00),
            ('reserved', null, 0.00) $$,
  'a statement begins with what each account had before');
select results_eq(
  $$ select account, balance_after from api.my_statement_of('EUR', 'infinity', 'infinity')
     where balance_after <> 0 $$,
  $$ values ('available', 85.00) $$, 'a later statement brings forward what is there');
select is_empty($$ select * from api.my_statement_of('DKK', '-infinity', 'infinity') $$,
  'a statement in a currency that was never used has nothing');

-- As it prints.
select results_eq(
  $$ select s ->> 'owner', s ->> 'currency', jsonb_array_length(s -> 'entries'),
            s -> 'accounts' -> 0 ->> 'before', s -> 'accounts' -> 0 ->> 'after'
     from api.statement('eur') as s $$,
  $$ values ('tara', 'EUR', 3, '0.00', '85.00') $$,
  'a statement that prints has every entry, and each account before and after');
select is(
  (select s -> 'accounts' -> 0 ->> 'before' from api.statement('EUR', current_date + 2,
                                                               current_date + 3) as s),
  '85.00', 'a later statement begins with what is there');
select is((select s -> 'entries' -> 0 ->> 'kind' from api.statement('EUR') as s), 'capture',
  'a statement that prints begins with the oldest entry');
select tests.act_as('alice');
select is((select s -> 'entries' from api.statement('EUR') as s), '[]',
  'a customer who sells nothing has a statement without entries');
select tests.act_as_anonymous();
select throws_ok('select api.statement()', '42501', null,
  'an anonymous caller has no statement to print');
select * from finish();
rollback;
