-- Certificates: what a learner shows of a course they completed.

create table core.certificate (
  certificate_id uuid default gen_random_uuid(),
  number         text not null,
  enrolment_id   uuid not null,
  customer_id    uuid not null,
  learner_name   text not null,
  course_title   text not null,
  provider_name  text not null,
  issued_at      timestamptz not null default now(),

  constraint certificate_pkey primary key (certificate_id),
  constraint certificate_number_key unique (number),
  constraint certificate_enrolment_id_key unique (enrolment_id),
  constraint certificate_enrolment_id_fkey
    foreign key (enrolment_id) references core.enrolment (enrolment_id),
  constraint certificate_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id)
);

alter table core.certificate enable row level security;
alter table core.certificate force row level security;

create index certificate_customer_id_idx on core.certificate (customer_id);

comment on table core.certificate is
  'A completed course, in the names of the day it was completed. Anybody who knows the number can '
  'ask whether it is real.';
comment on column core.certificate.learner_name is 'Empty once the learner was erased.';
