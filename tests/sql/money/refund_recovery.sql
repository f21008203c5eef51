-- Money that is owed: during a dispute, after a refund that failed, by a payment that came late;
-- and the uses of coupons. Each of these once ended in the wrong hands.

begin;
select plan(68);

select tests.introduce('sam', 'alice', 'bob');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
create table paid (name text primary key, payment_id uuid);
grant select on paid to authenticated, service_role;
create function paid(p_name text) returns uuid language sql stable
return (select p.payment_id from paid as p where p.name = p_name);
create view standing as
select y.name, p.status, p.refunded_minor, p.refunding_minor, b.booking_id, b.status as booking
from paid as y join core.payment as p using (payment_id)
join core.booking as b on b.booking_id = p.booking_id;
grant select on standing to authenticated, service_role;
create function cancel(p_who text, p_name text) returns bigint language plpgsql as $$
declare
  v_refund bigint;
  v_id     uuid := (select booking_id from standing where name = p_name);
begin
  if p_who is null then perform tests.act_as_service(); else perform tests.act_as(p_who); end if;
  select c.refund_minor into v_refund from api.cancel_booking(v_id) as c;
  perform tests.act_as_nobody();
  return v_refund;
end $$;

-- Called off during a dispute: remembered, and paid when the dispute ends.
select tests.offer('won', 'tara', 25000);
select tests.offer('lost', 'tara', 25000, p_starts => now() + interval '11 days');
select tests.offer('partly', 'tara', 25000, p_starts => now() + interval '12 days');
insert into paid select n, tests.paid(n, 'alice') from unnest(array['won', 'lost', 'partly']) as n;
select tests.stripe_does();
select tests.event('evt_o' || name, 'charge.dispute.created', tests.dispute(payment_id,
  'dp_' || name, 'needs_response', '[]')
  || case when name = 'partly' then '{"amount": 10000}' else '{}' end::jsonb) from paid;
select is(cancel('tara', name), 25000::bigint, 'cancelling during a dispute says what is owed: ' || name)
from paid;
select is((select count(*) from core.stripe_command where kind = 'refund'), 0::bigint,
  'nothing is sent while the bank has it');
select is((select refunding_minor from standing where name = 'won'), 25000::bigint,
  'what is owed is written down');
select tests.act_as('sam');
select throws_ok($$ select api.refund_payment(paid('won'), 100, null, 'k') $$, 'M9303',
  'payment_disputed', 'staff cannot refund a payment that is disputed now');
select tests.act_as_nobody();
select tests.event('evt_cwon', 'charge.dispute.closed', tests.dispute(paid('won'), 'dp_won', 'won', '[]'));
select tests.event('evt_clost', 'charge.dispute.closed', tests.dispute(paid('lost'), 'dp_lost', 'lost', '[]'));
select tests.event('evt_cpartly', 'charge.dispute.closed',
  tests.dispute(paid('partly'), 'dp_partly', 'lost', '[]') || '{"amount": 10000}');
select results_eq(
  $$ select y.name, r.status, r.amount_minor, (c.params ->> 'amount')::bigint
     from core.refund as r join paid as y using (payment_id)
     left join core.stripe_command as c on c.kind = 'refund' and c.subject_id = r.refund_id
     order by 1 $$,
  $$ values ('lost', 'covered', 25000::bigint, null::bigint), ('partly', 'planned', 15000, 15000),
            ('won', 'planned', 25000, 25000) $$,
  'when a dispute ends, what the bank did not take is sent, and nothing is paid twice');
select tests.stripe_does();
select results_eq(
  'select name, status, refunded_minor, refunding_minor from standing order by 1',
  $$ values ('lost', 'dispute_lost', 0::bigint, 0::bigint), ('partly', 'dispute_lost', 15000, 0),
            ('won', 'refunded', 25000, 0) $$, 'a refund that waited for a dispute arrives');
select is(tests.balance('tara', 'clearing'), 0::bigint, 'the provider who cancelled keeps nothing');
select is(tests.balance(null, 'loss'), 0::bigint, 'the house loses nothing by a refund that waited');
select tests.act_as('sam');
select throws_ok($$ select api.refund_payment(paid('partly'), 1, null, 'k') $$, 'M9304',
  'refund_too_large', 'after a partly lost dispute and its refund nothing is left to refund');
select tests.act_as_nobody();

-- A refund that Stripe refuses, or that comes back, stays the customer's.
select tests.offer('refused', 'tara', 25000, p_starts => now() + interval '13 days');
select tests.offer('came back', 'tara', 25000, p_starts => now() + interval '14 days');
insert into paid select n, tests.paid(n, 'alice') from unnest(array['refused', 'came back']) as n;
select tests.stripe_does();
select cancel('tara', 'refused');
select tests.stripe_does('refused');
select cancel('tara', 'came back');
select tests.stripe_does();
select tests.event('evt_back', 'refund.failed', tests.refund(paid('came back'),
  (select external_id from core.refund where payment_id = paid('came back')), 25000, 'failed'));
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance(null, 'owed') $$,
  $$ values (0::bigint, 50000::bigint) $$, 'the money of a refund that failed is set aside, and the provider has none of it');
select results_eq(
  $$ select name, status, refunding_minor from standing where name in ('refused', 'came back')
     order by 1 $$,
  $$ values ('came back', 'refund_pending', 25000::bigint), ('refused', 'refund_pending', 25000) $$,
  'the customer sees that a failed refund has not arrived');
select is((select count(*) from core.outbox where topic = 'staff.refund_failed'), 0::bigint,
  'staff is not told of a failed refund before Stripe was asked what else was returned');
create function refund(p_name text) returns uuid language sql stable security definer
return (select refund_id from core.refund where payment_id = paid(p_name) and resent_as is null);
select tests.act_as('sam');
select throws_ok($$ select api.resend_refund(refund('refused')) $$, 'M9315', 'refund_unchecked',
  'staff cannot resend a refund before Stripe was asked what else was returned');
select throws_ok($$ select api.settle_refund(refund('came back'), true, 'x') $$, 'M9315',
  'refund_unchecked', 'staff cannot pay by hand before Stripe was asked what else was returned');
select tests.act_as_service();
select results_eq(
  $$ select i ->> 'object', i ->> 'id'
     from jsonb_array_elements(api.claim_stripe_inquiries()) as i order by 2 $$,
  $$ select 'returns', 'pi_' || md5(paid(n)::text)
     from unnest(array['refused', 'came back']) as n order by 2 $$,
  'Stripe is asked for all that was returned of a payment whose refund failed');
select tests.returned(paid('refused'), p_asked_at => now() - interval '1 second');
select tests.act_as('sam');
select throws_ok($$ select api.resend_refund(refund('refused')) $$, 'M9315', 'refund_unchecked',
  'an answer from before the failure is none');
select tests.act_as_nobody();
select tests.returned(paid(n)) from unnest(array['refused', 'came back']) as n;
select tests.returned(paid('refused'));
select tests.act_as_service();
select is(api.claim_stripe_inquiries(), '[]', 'Stripe is asked once');
select tests.act_as_nobody();
select is((select count(*) from core.outbox where topic = 'staff.refund_failed'), 2::bigint,
  'staff is told of each refund that failed');
select is((select count(*) from core.notification where type = 'refund_failed'
           and person_id = tests.id('alice')), 2::bigint, 'the customer is told of each refund that failed');
select tests.act_as('alice');
select throws_ok($$ select api.resend_refund(refund('refused')) $$, 'M3301', 'staff_only',
  'a customer cannot send a failed refund again');
select throws_ok($$ select api.settle_refund(refund('refused'), true, 'x') $$, 'M3301',
  'staff_only', 'a customer cannot say that a refund was paid');
select tests.act_as('sam');
select throws_ok($$ select api.resend_refund(gen_random_uuid()) $$, 'M4305', 'refund_not_found',
  'staff cannot resend a refund that does not exist');
select throws_ok($$ select api.resend_refund(refund('won')) $$, 'M9307', 'refund_not_failed',
  'staff cannot resend a refund that has arrived');
select set_config('tests.first', refund('refused')::text, true);
select is((select status from api.resend_refund(refund('refused'))), 'planned', 'staff sends a failed refund again');
select is((select refund_id from api.resend_refund(current_setting('tests.first')::uuid)),
  refund('refused'), 'a failed refund is sent again once, however often it is asked for');
select is((select status from api.settle_refund(refund('came back'), true, 'bank transfer 7')),
  'by_hand', 'staff says that a failed refund was paid by hand');
select is((select status from api.settle_refund(refund('came back'), true, 'bank transfer 7')),
  'by_hand', 'saying again that a refund was paid by hand changes nothing');
select throws_ok($$ select api.settle_refund(refund('came back'), null, 'x') $$, 'M0208',
  'answer_invalid', 'staff says whether a failed refund was paid');
select throws_ok($$ select api.settle_refund(refund('came back'), false, 'no') $$, 'M9307',
  'refund_not_failed', 'a refund that was paid by hand cannot be dropped');
select tests.act_as_nobody();
select tests.stripe_does();
select results_eq(
  $$ select name, status, refunded_minor from standing where name in ('refused', 'came back')
     order by 1 $$,
  $$ values ('came back', 'refunded', 25000::bigint), ('refused', 'refunded', 25000) $$,
  'a refund sent again or paid by hand has arrived');
select results_eq($$ select tests.balance(null, 'owed'), tests.balance(null, 'bank') $$,
  $$ values (0::bigint, 25000::bigint) $$, 'a refund by hand is paid from the house''s bank');

-- Refused because a part was returned in Stripe's dashboard, of which no event has told: that part is
-- not paid a second time, whoever is faster.
select tests.offer('partly back', 'tara', 28268, p_starts => now() + interval '16 days');
insert into paid values ('partly back', tests.paid('partly back', 'alice'));
select tests.stripe_does();
select cancel('tara', 'partly back');
select tests.stripe_does('refused');
select tests.returned(paid('partly back'),
  jsonb_build_array(tests.refund(paid('partly back'), 're_unheard', 14240, 'succeeded')));
select results_eq(
  $$ select amount_minor, status, checked_at is not null from core.refund
     where payment_id = paid('partly back') and resent_as is null order by amount_minor $$,
  $$ values (14028::bigint, 'rejected', true), (14240, 'succeeded', false) $$,
  'what was returned in the dashboard waits no longer, and the rest does');

create function rest() returns uuid language sql stable security definer
return (select refund_id from core.refund
        where payment_id = paid('partly back') and status = 'rejected' and resent_as is null);

-- The bank disputes what waits: nothing leaves before it has decided.
select tests.event('evt_oback', 'charge.dispute.created', tests.dispute(paid('partly back'),
  'dp_back', 'needs_response', '[]') || '{"amount": 14028}');
select tests.act_as('sam');
select throws_ok($$ select api.settle_refund(rest(), true, 'x') $$, 'M9303', 'payment_disputed',
  'staff cannot pay by hand what the bank may give to the customer');
select throws_ok($$ select api.resend_refund(rest()) $$, 'M9303', 'payment_disputed',
  'staff cannot resend what the bank may give to the customer');
select tests.act_as_nobody();
select tests.event('evt_cback', 'charge.dispute.closed', tests.dispute(paid('partly back'),
  'dp_back', 'lost', '[]') || '{"amount": 14028}');
select is_empty(
  $$ select from core.refund where payment_id = paid('partly back')
       and status in ('failed', 'rejected') and resent_as is null $$,
  'what the bank gave to the customer waits no longer');

-- Dropped: the customer has the money already, so the provider has their part back.
select tests.offer('already', 'tara', 10000, p_starts => now() + interval '15 days');
insert into paid values ('already', tests.paid('already', 'alice'));
select tests.stripe_does();
select cancel('tara', 'already');
select tests.stripe_does('refused');
select tests.act_as('sam');
select is((select status from api.settle_refund(refund('already'), false, 'paid in cash')),
  'dropped', 'staff drops a refund');
select tests.act_as_nobody();
select results_eq($$ select tests.balance('tara', 'clearing'), tests.balance(null, 'owed') $$,
  $$ values (8500::bigint, 0::bigint) $$, 'a dropped refund gives seller and house their shares back');
select tests.event('evt_later', 'refund.created',
  tests.refund(paid('already'), 're_later', 4000, 'succeeded'));
select is(tests.balance('tara', 'clearing'), 5100::bigint,
  'a refund in the dashboard after one that was dropped is joined');

-- Staff refunds in the dashboard what was paid by hand: the customer has it twice, and the house bears it.
select tests.event('evt_twice', 'refund.created',
  tests.refund(paid('came back'), 're_twice', 25000, 'succeeded'));
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance(null, 'loss') $$,
  $$ values (5100::bigint, -25000::bigint) $$,
  'a refund in the dashboard after one by hand is joined, at the cost of the house');

-- A payment that comes late, after its customer has booked again.
select tests.offer('group', 'tara', 50000, p_capacity => 5, p_starts => now() + interval '20 days');
create function book(p_key text) returns uuid language plpgsql as $$
declare
  v_id uuid;
begin
  perform tests.act_as_service();
  select b.booking_id into v_id from api.book_slot(
    tests.id('alice'), tests.id('group'), p_idempotency_key => p_key) as b;
  perform tests.act_as_nobody();
  return (select payment_id from core.payment where booking_id = v_id);
end $$;
create function lapse() returns void language plpgsql as $$
begin
  update core.booking set hold_expires_at = now() - interval '1 minute'
  where status = 'pending_payment';
  perform tests.act_as_service();
  perform api.expire_bookings();
  perform tests.act_as_nobody();
end $$;
insert into paid values ('first', book('K'));
select lapse();
insert into paid values ('second', book('K'));
select isnt(paid('second'), paid('first'), 'a key whose booking lapsed makes another');
select is(tests.arrives(paid('second')), 'done', 'the second booking of a key is paid');
select is(tests.arrives(paid('first')), 'done', 'the payment of the first booking of a key arrives later');
select results_eq(
  $$ select name, status, booking from standing where name in ('first', 'second') order by 1 $$,
  $$ values ('first', 'refund_pending', 'expired'), ('second', 'captured', 'confirmed') $$,
  'two payments under one key end as a booking and a refund');
select cancel(null, 'second');
insert into paid values ('third', book(null));
select lapse();
insert into paid values ('fourth', book(null));
select is(tests.arrives(paid('third')), 'done', 'a late payment arrives while the next booking is held');
select results_eq(
  $$ select name, status, booking from standing where name in ('third', 'fourth') order by 1 $$,
  $$ values ('fourth', 'requires_payment', 'pending_payment'),
            ('third', 'refund_pending', 'expired') $$, 'a late payment goes back when the next booking is held');
select tests.arrives(paid('fourth'));
select tests.offer('clash', 'uwe', 5000, p_starts => now() + interval '20 days 30 minutes');
select throws_ok($$ select tests.book('clash', 'alice') $$, 'M9208', 'customer_busy',
  'nobody books two things at a time');
select tests.act_as_nobody();
select cancel(null, 'fourth');
insert into paid values ('clash', tests.book('clash', 'alice'));
select lapse();
insert into paid values ('fifth', book(null));
select tests.arrives(paid('fifth'));
select tests.arrives(paid('clash'));
select results_eq(
  $$ select name, status, booking from standing where name in ('clash', 'fifth') order by 1 $$,
  $$ values ('clash', 'refund_pending', 'expired'), ('fifth', 'captured', 'confirmed') $$,
  'a late payment does not book a second thing at that time');

-- A late payment of which a part is back already: the refund in the dashboard and the dispute were heard
-- of before the payment was.
select tests.offer('late', 'tara', 28268, p_starts => now() + interval '25 days');
select tests.offer('late and lost', 'tara', 28268, p_starts => now() + interval '26 days');
insert into paid values ('late', tests.book('late', 'alice')),
                        ('late and lost', tests.book('late and lost', 'alice'));
select tests.stripe_does();
select lapse();
select tests.paid(n, 'bob') from unnest(array['late', 'late and lost']) as n;
select tests.event('evt_early', 'refund.created', tests.refund(paid('late'), 're_early', 14240, 'succeeded'));
select tests.event('evt_elost', 'charge.dispute.closed',
  tests.dispute(paid('late and lost'), 'dp_early', 'lost', '[]'));
select tests.arrives(paid(n)) from unnest(array['late', 'late and lost']) as n;
select results_eq(
  $$ select y.name, r.cause, r.amount_minor from core.refund as r join paid as y using (payment_id)
     where y.name like 'late%' order by r.amount_minor $$,
  $$ values ('late', 'orphan', 14028::bigint), ('late', 'stripe:re_early', 14240),
            ('late and lost', 'orphan', 28268) $$,
  'a late payment is refunded only by what is not back already');
select is((select sum(l.amount_minor) from core.refund_line as l join core.refund as r using (refund_id)
           where r.payment_id = paid('late')), 28268::numeric,
  'the lines of a late payment and its two refunds are even');
select is((select status from standing where name = 'late and lost'), 'dispute_lost',
  'nothing is refunded of a late payment that the bank has taken');
select is((select count(*) from core.stripe_command as c join core.refund as r on r.refund_id = c.subject_id
           where r.payment_id = paid('late and lost')), 0::bigint,
  'Stripe is asked for no refund of what the bank has taken');

-- Called off after a dispute was lost, which is won in the end: what the bank gives back is owed.
select tests.offer('lost then won', 'tara', 25000, p_starts => now() + interval '27 days');
insert into paid values ('lost then won', tests.paid('lost then won', 'alice'));
select tests.event('evt_llost', 'charge.dispute.closed', tests.dispute(paid('lost then won'), 'dp_ltw',
  'lost', '[]') || '{"amount": 10000}');
select is(cancel('tara', 'lost then won'), 15000::bigint,
  'cancelling after a lost dispute says what is refunded now');
select tests.stripe_does();
select is((select refunded_minor from standing where name = 'lost then won'), 15000::bigint,
  'what the bank has taken is not refunded');
select tests.event('evt_lwon', 'charge.dispute.closed', tests.dispute(paid('lost then won'), 'dp_ltw',
  'won', '[]') || '{"amount": 10000}');
select tests.stripe_does();
select is((select refunded_minor from standing where name = 'lost then won'), 25000::bigint,
  'what the bank gives back is refunded then');
select is(cancel('tara', 'lost then won'), 15000::bigint,
  'cancelling again answers what it answered first');
select tests.offer('half', 'tara', 15000, p_starts => now() + interval '28 days');
insert into paid values ('half', tests.paid('half', 'alice'));
select tests.event('evt_hlost', 'charge.dispute.closed', tests.dispute(paid('half'), 'dp_half', 'lost', '[]'));
select is(cancel('tara', 'half'), 0::bigint, 'nothing is sent of what the bank has taken');
select tests.event('evt_hwon', 'charge.dispute.closed', tests.dispute(paid('half'), 'dp_half', 'won', '[]')
  || '{"amount": 15000}');
select is((select count(*) from core.refund where payment_id = paid('half') and status = 'planned'), 1::bigint,
  'what the bank gives back is planned once');
select is(cancel('tara', 'half'), 0::bigint, 'cancelling again answers that nothing was sent');

-- Uses of coupons.
insert into core.coupon (coupon_id, code, kind, percent, max_uses, per_customer)
values (tests.id('once'), 'ONCE', 'percent', 50, 1, 9), (tests.id('free'), 'FREE', 'percent', 100, 9, 9),
       (tests.id('some'), 'SOME', 'percent', 10, 9, 9);
create function uses(p_code text) returns integer language sql
return (select uses from core.coupon where code = p_code);
select tests.offer('c1', 'tara', 5000, p_starts => now() + interval '30 days');
select tests.offer('c2', 'tara', 5000, p_starts => now() + interval '31 days');
select tests.offer('c3', 'tara', 5000, p_starts => now() + interval '32 days');
select tests.offer('c4', 'tara', 5000, p_starts => now() + interval '33 days');
select tests.offer('c5', 'tara', 5000, p_starts => now() + interval '34 days');
insert into paid values ('late coupon', tests.book('c1', 'alice', 'ONCE'));
select lapse();
select is(uses('ONCE'), 0, 'a hold that ends gives its coupon''s use back');
insert into paid values ('taker', tests.book('c2', 'bob', 'ONCE'));
select tests.arrives(paid('late coupon'));
select results_eq($$ select status, booking from standing where name = 'late coupon' $$,
  $$ values ('refund_pending', 'expired') $$,
  'a late payment at a price that somebody else has used up books nothing');
select is(uses('ONCE'), 1, 'a coupon of one use is used once');
insert into paid values ('late again', tests.book('c3', 'alice', 'SOME'));
select lapse();
select tests.arrives(paid('late again'));
select is(uses('SOME'), 1, 'a late payment that is confirmed takes the use again');
insert into paid values ('paid some', tests.paid('c4', 'bob', 'SOME'));
select cancel('tara', 'paid some');
select is(uses('SOME'), 1, 'a provider who cancels gives the customer''s use back');
insert into paid values ('free', tests.book('c5', 'bob', 'FREE'));
select is(uses('FREE'), 1, 'a free booking uses its coupon');
select cancel('bob', 'free');
select is(uses('FREE'), 0, 'a free booking that is called off gives its coupon''s use back');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');
select * from finish();
rollback;
