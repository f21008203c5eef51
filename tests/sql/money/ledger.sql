-- The ledger: nothing is changed, nothing is lost, nobody is trusted.

begin;
select plan(18);

select results_eq(
  $$ select internal.split(100, array[1, 1, 1]), internal.split(0, array[3, 7]),
            internal.split(10001, array[1500, 8500]),
            internal.split(99999999, array[1, 99999998]) $$,
  $$ values (array[34, 33, 33]::bigint[], array[0, 0]::bigint[], array[1500, 8501]::bigint[],
             array[1, 99999998]::bigint[]) $$,
  'the parts of a split sum to the whole');
select is_empty(
  $$ select n from generate_series(0, 3000) as n
     where (select sum(p) from unnest(internal.split(n, array[1500, 8500])) as p) <> n
        or (select sum(p) from unnest(internal.split(n, array[7, 11, 13])) as p) <> n $$,
  'the parts of a split sum to the whole for every amount up to 3000');

select tests.offer('lesson', 'tara', 10000);
select tests.paid('lesson', 'alice');
set constraints all immediate;
set constraints all deferred;

-- Append-only, for everybody.
select throws_ok('update core.ledger_entry set amount_minor = 1', '42501', null,
  'a superuser cannot update a ledger entry');
select throws_ok('delete from core.ledger_entry', '42501', null,
  'a superuser cannot delete a ledger entry');
select throws_ok('truncate core.ledger_entry', '42501', null,
  'a superuser cannot truncate the ledger entries');
select throws_ok('update core.ledger_transfer set kind = $$gift$$', '42501', null,
  'a superuser cannot update a ledger transfer');
select throws_ok('delete from core.ledger_transfer', '42501', null,
  'a superuser cannot delete a ledger transfer');
grant usage on schema core to service_role, authenticated;
select tests.act_as_service();
select throws_ok('update core.ledger_entry set amount_minor = 1', '42501', null,
  'the service cannot update a ledger entry');
select throws_ok('delete from core.ledger_entry', '42501', null,
  'the service cannot delete a ledger entry');
select throws_ok('insert into core.ledger_entry (ledger_transfer_id) values (null)', '42501', null,
  'the service cannot insert a ledger entry past the functions');
select throws_ok('update core.ledger_balance set balance_minor = 1', '42501', null,
  'the service cannot update a ledger balance');
select tests.act_as('tara');
select throws_ok('update core.ledger_entry set amount_minor = 1', '42501', null,
  'a provider cannot update a ledger entry');
select throws_ok('update core.ledger_balance set balance_minor = 1', '42501', null,
  'a provider cannot update a ledger balance');
select results_eq('select distinct a.kind from core.ledger_entry as e
                   join core.ledger_account as a using (ledger_account_id)',
  $$ values ('clearing') $$, 'a provider sees the entries of their own accounts only');
select tests.act_as('alice');
select is_empty('select ledger_entry_id from core.ledger_entry',
  'a customer sees no ledger entries');
select tests.act_as_nobody();

-- What does not sum to zero is not committed.
select throws_ok(
  $$ with t as (insert into core.ledger_transfer (ledger_transfer_id, idempotency_key, kind,
       reference_kind, reference_id) values (tests.id('t'), 't', 'x', 'x', tests.id('t')))
     insert into core.ledger_entry (ledger_transfer_id, ledger_account_id, currency, amount_minor)
     select tests.id('t'), ledger_account_id, 'EUR', 5 from core.ledger_account limit 1;
     set constraints all immediate $$,
  '23514', null, 'a transfer whose entries do not sum to zero is refused');
select throws_ok(
  $$ insert into core.ledger_transfer (ledger_transfer_id, idempotency_key, kind, reference_kind,
       reference_id) values (tests.id('u'), 'u', 'x', 'x', tests.id('u'));
     set constraints all immediate $$,
  '23514', null, 'a transfer without entries is refused');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after a payment');
select * from finish();
rollback;
