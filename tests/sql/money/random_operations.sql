-- Random operations, the same in every run: whatever happens, the ledger adds up.
-- tests/it/ledger.rs does as many as OPERATIONS says.

begin;
select plan(4);

select tests.stage();
select is_empty(
  'select tests.operate(0.25, 300)', 'after three hundred operations the ledger adds up');
select is_empty('select tests.operate(0.5, 300)', 'and after three hundred more');
select isnt_empty(
  'select 1 from core.refund where settled_at is not null', 'some of them refunded');
select isnt_empty('select 1 from core.payout where paid_minor > 0', 'and some paid out');

select * from finish();
rollback;
