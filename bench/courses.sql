-- A course of 500 lessons, in which :enrolled people have come half way.
set session_replication_role = replica;

insert into core.person (person_id, display_name, is_listed)
values ('00000001-0000-7000-8000-000000000001', 'author', true);
insert into core.provider (provider_id) values ('00000001-0000-7000-8000-000000000001');
insert into core.offering (offering_id, provider_id, kind, title, slug, price_minor, published_at)
values ('00000003-0000-7000-8000-000000000001', '00000001-0000-7000-8000-000000000001', 'course',
        'course', 'course', 10000, now());
insert into core.course (offering_id, provider_id)
values ('00000003-0000-7000-8000-000000000001', '00000001-0000-7000-8000-000000000001');
insert into core.course_section (section_id, offering_id, provider_id, title, position, is_published)
select format('00000004-0000-7000-8000-%s', lpad(s::text, 12, '0'))::uuid,
       '00000003-0000-7000-8000-000000000001', '00000001-0000-7000-8000-000000000001', 'section ' || s, s, true
from generate_series(1, 10) as s;
insert into core.lesson (lesson_id, section_id, offering_id, provider_id, title, position, is_published)
select format('00000005-0000-7000-8000-%s', lpad((s * 50 + l - 50)::text, 12, '0'))::uuid,
       format('00000004-0000-7000-8000-%s', lpad(s::text, 12, '0'))::uuid,
       '00000003-0000-7000-8000-000000000001', '00000001-0000-7000-8000-000000000001',
       'lesson ' || l, l, true
from generate_series(1, 10) as s, generate_series(1, 50) as l;
insert into core.lesson_body (lesson_id, offering_id, provider_id, body, video_url)
select l.lesson_id, l.offering_id, l.provider_id, repeat('text ', 200), 'https://example.org/v.mp4'
from core.lesson as l;
set session_replication_role = origin;
set role definer;
select internal.settle_audience('00000003-0000-7000-8000-000000000001');
reset role;
set session_replication_role = replica;

insert into core.person (person_id, display_name)
select format('00000002-0000-7000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'learner ' || n
from generate_series(1, :enrolled) as n;
insert into core.customer (customer_id)
select p.person_id from core.person as p where p.display_name like 'learner %';
insert into core.enrolment (customer_id, offering_id, provider_id, enrolled_at)
select c.customer_id, '00000003-0000-7000-8000-000000000001',
       '00000001-0000-7000-8000-000000000001', now()
from core.customer as c;
-- Every second lesson is completed.
insert into core.lesson_progress (enrolment_id, lesson_id, watch_pct, completed_at)
select e.enrolment_id, l.lesson_id, 100, now()
from core.enrolment as e
join core.lesson as l using (offering_id)
where l.position % 2 = 0;

set session_replication_role = origin;
vacuum analyze;
