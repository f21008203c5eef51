-- Random operations, the same in every run: whatever happens, the ledger adds up.
-- tests/it/ledger.rs does as many as OPERATIONS says.

begin;
select plan(4);

select tests.stage();
select is_empty(
  'select tests.operate(0.25, 300)', 'the ledger adds up after three hundred random operations');
select is_empty('select tests.operate(0.5, 300)',
  'the ledger adds up after three hundred more random operations');
select isnt_empty(
  'select 1 from core.refund where settled_at is not null',
  'some random operations refund a payment');
select isnt_empty('select 1 from core.payout where paid_minor > 0',
  'some random operations pay a provider out');

select * from finish();
rollback;
