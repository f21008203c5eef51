-- Enrolments: who may read a course, since when, and until when.

create table core.enrolment (
  enrolment_id  uuid default gen_random_uuid(),
  customer_id   uuid not null,
  offering_id   uuid not null,
  provider_id   uuid not null,
  order_line_id uuid,
  asked_at      timestamptz not null default now(),
  enrolled_at   timestamptz,
  expires_at    timestamptz,
  ended_at      timestamptz,
  completed_at  timestamptz,

  constraint enrolment_pkey primary key (enrolment_id),
  constraint enrolment_once_key unique (customer_id, offering_id),
  constraint enrolment_customer_id_fkey
    foreign key (customer_id) references core.person (person_id),
  constraint enrolment_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id),
  constraint enrolment_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint enrolment_order_line_id_fkey
    foreign key (order_line_id) references core.order_line (order_line_id),
  constraint enrolment_paid_is_enrolled
    check (order_line_id is null or enrolled_at is not null),
  constraint enrolment_completed_is_enrolled
    check (completed_at is null or enrolled_at is not null)
);

alter table core.enrolment enable row level security;
alter table core.enrolment force row level security;

create index enrolment_offering_id_idx on core.enrolment (offering_id);
create index enrolment_provider_id_idx on core.enrolment (provider_id);
create index enrolment_order_line_id_idx on core.enrolment (order_line_id);

comment on table core.enrolment is
  'A customer in a course: one row for the two, made when the course is ordered. It gives access '
  'from enrolled_at until expires_at or ended_at, by the clock.';
comment on column core.enrolment.customer_id is
  'The person: a provider learns the names of who is in a course, and not what a customer tells.';
comment on column core.enrolment.order_line_id is
  'The paid line that gives access; null for a free course.';
comment on column core.enrolment.enrolled_at is 'Null while the first order is not paid.';
comment on column core.enrolment.ended_at is 'When the line was given back whole.';
comment on column core.enrolment.completed_at is
  'When every published lesson was completed for the first time; it stays.';
comment on column core.enrolment.provider_id is
  'The course''s provider, repeated: a policy with a join would cost every reader.';
