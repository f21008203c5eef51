-- Certificates: given once, for the whole of a course, and verified by anybody.

begin;
select plan(15);

select tests.course('yoga', 'tara', 5000);
create table paid as select tests.basket('alice', null, 'yoga') as payment_id;
grant select on paid to public;
select tests.arrives(payment_id) from paid;
select tests.completes('alice', 'yoga 1.1', 'yoga 1.2', 'yoga 2.1');
select is_empty($$ select * from core.certificate $$, 'a part of a course gives no certificate');
prepare told (text) as
select s ->> 'part', s ->> 'other_name', s ->> 'title', (s ->> 'number') is not null
from core.outbox as o, internal.subject_of(o) as s
where o.topic = $1
order by 1;
select results_eq($$ execute told('course_enrolled') $$,
  $$ values ('customer', 'tara', 'yoga', false), ('provider', 'alice', 'yoga', false) $$,
  'both sides are told once of a course that was bought');
select is_empty($$ execute told('course_completed') $$,
  'nobody is told that a course is completed before it is');
select tests.completes('alice', 'yoga 2.2');
create table given as select number from core.certificate;
grant select on given to public;
select matches(number, '^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$',
  'a certificate has a number of twelve characters') from given;

select results_eq($$ execute told('course_completed') $$,
  $$ values ('customer', 'tara', 'yoga', true) $$,
  'a learner who completes a course is told the number of their certificate');
select tests.completes('alice', 'yoga 2.2');
select is((select count(*) from core.outbox where topic = 'course_completed'), 1::bigint,
  'a learner is told once that a course is completed');
select is((select array_agg(internal.subject_of(o)) from core.outbox as o
  where o.outbox_id in (select outbox_id from core.outbox where topic = 'course_enrolled')
    and o.person_id not in (tests.id('alice'), tests.id('tara'))), null,
  'nobody else is told of a course that was bought');
select tests.act_as('alice');
select results_eq($$ select number, course_title from api.list_certificates() $$,
  $$ select number, 'yoga' from given $$, 'a learner finds their certificate');
select tests.act_as('eve');
select is_empty($$ select * from api.list_certificates() $$,
  'nobody finds the certificates of another');
select tests.act_as_anonymous();
select throws_ok($$ select * from api.list_certificates() $$, '42501', null,
  'an anonymous caller has no certificates');
select results_eq($$
  select learner_name, course_title, provider_name, is_valid
  from given as g, api.verify_certificate(' ' || lower(g.number)) as v $$,
  $$ values ('alice', 'yoga', 'tara', true) $$, 'anybody verifies a number');
select is_empty($$ select * from api.verify_certificate('0000-0000-0000') $$,
  'a number that was never given verifies nothing');
select tests.act_as_service();
select lives_ok($$ select api.refund_payment(payment_id) from paid $$, 'the course is given back');
select tests.act_as_anonymous();
select results_eq($$
  select is_valid from given as g, api.verify_certificate(g.number) as v $$,
  'values (false)', 'the certificate of a course that was given back is not valid any more');
select tests.act_as('alice');
select api.erase_me();
select tests.act_as_anonymous();
select results_eq($$
  select learner_name, course_title from given as g, api.verify_certificate(g.number) as v $$,
  $$ values ('', 'yoga') $$, 'the certificate of a learner who was erased names nobody');

select * from finish();
rollback;
