-- The two sides of a booking: what each may write on it.

begin;
select plan(11);

select tests.offer('lesson', 'tara', 0);
select tests.book('lesson', 'alice');
select tests.introduce('eve');
select set_config('tests.booking', booking_id::text, true) from core.booking;
prepare annotate (text, text) as
select count(api.annotate_booking(current_setting('tests.booking')::uuid, $1, $2));
prepare notes as
select b.customer_notes, n.provider_notes
from core.booking as b left join core.booking_note as n using (booking_id);

select tests.act_as_anonymous();
select throws_ok($$ execute annotate('x', null) $$, '42501', null,
  'an anonymous caller cannot write notes on a booking');
select tests.act_as('eve');
select throws_ok($$ execute annotate('x', null) $$, 'M4203', 'booking_not_found',
  'a stranger cannot write notes on a booking');
select tests.act_as('alice');
select lives_ok($$ execute annotate(' verbs ', null) $$, 'the customer writes their notes');
select throws_ok($$ execute annotate(null, 'x') $$, '42501', 'These notes are the provider''s.',
  'the customer cannot write the provider''s notes');
select tests.act_as('tara');
select lives_ok($$ execute annotate(null, 'talks a lot') $$, 'the provider writes their notes');
select throws_ok($$ execute annotate('x', null) $$, '42501', 'These notes are the customer''s.',
  'the provider cannot write the customer''s notes');
select tests.act_as_nobody();
select results_eq('notes', $$ values ('verbs', 'talks a lot') $$,
  'each side''s notes are kept beside the other''s');
select tests.act_as('tara');
select lives_ok($$ execute annotate(null, null) $$, 'notes that are null are left as they are');
select lives_ok($$ execute annotate(null, ' ') $$, 'the provider removes their notes by a blank');
select tests.act_as('alice');
select lives_ok($$ execute annotate('', null) $$, 'the customer removes their notes by a blank');
select tests.act_as_nobody();
select results_eq('notes', 'values (null::text, null::text)', 'notes that were removed are gone');

select * from finish();
rollback;
