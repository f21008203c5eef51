-- The audit log, and everything that is append-only.

begin;
select plan(7);

select tests.offer('lesson', 'tara', 0);
select tests.book('lesson', 'alice');
select internal.audit('test', 'thing', '1', null, null);

select throws_ok(
  $$ update core.audit_log set action = 'nothing' $$, '42501',
  'Rows of audit_log are never changed or removed.',
  'the audit log cannot be updated, not even by a superuser');
select throws_ok('delete from core.audit_log', '42501', null,
  'the audit log cannot be deleted from, not even by a superuser');
select throws_ok('truncate core.audit_log', '42501', null,
  'the audit log cannot be truncated, not even by a superuser');
select throws_ok(
  $$ update core.booking_event set reason = 'x' $$, '42501',
  'Rows of booking_event are never changed or removed.',
  'a booking''s history cannot be updated, not even by a superuser');
select throws_ok('delete from core.booking_event', '42501', null,
  'a booking''s history cannot be deleted from, not even by a superuser');

select tests.act_as('alice');
select throws_ok('select * from core.audit_log', '42501', null,
  'a signed-in person cannot read the audit log');
select throws_ok(
  $$ select internal.audit('x', 'x', 'x', null, null) $$, '42501', null,
  'a signed-in person cannot write the audit log');

select * from finish();
rollback;
