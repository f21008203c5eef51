-- The audit log, and everything that is append-only.

begin;
select plan(7);

select tests.offer('lesson', 'tara', 0);
select tests.book('lesson', 'alice');
select internal.audit('test', 'thing', '1', null, null);

select throws_ok(
  $$ update core.audit_log set action = 'nothing' $$, '42501',
  'Rows of audit_log are never changed or removed.',
  'the log is not edited, by a superuser either');
select throws_ok('delete from core.audit_log', '42501', null, 'nor shortened');
select throws_ok('truncate core.audit_log', '42501', null, 'nor emptied');
select throws_ok(
  $$ update core.booking_event set reason = 'x' $$, '42501',
  'Rows of booking_event are never changed or removed.', 'nor is a booking''s history');
select throws_ok('delete from core.booking_event', '42501', null, 'nor that shortened');

select tests.act_as('alice');
select throws_ok('select * from core.audit_log', '42501', null, 'nobody who calls reads the log');
select throws_ok(
  $$ select internal.audit('x', 'x', 'x', null, null) $$, '42501', null, 'or writes it');

select * from finish();
rollback;
