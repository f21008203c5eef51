-- Subjects: who is served when it is not the customer. Dogs, so far.

create table core.subject (
  subject_id      uuid default gen_random_uuid(),
  customer_id     uuid not null,
  kind            text not null default 'dog',
  name            text not null,
  breed           text,
  age_years       integer,
  age_recorded_on date,
  size            text,
  notes           text,
  retired_at      timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint subject_pkey primary key (subject_id),
  constraint subject_owner_key unique (subject_id, customer_id),
  constraint subject_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  constraint subject_kind_is_known check (kind in ('dog')),
  constraint subject_words_are_short
    check (length(name) <= 100 and length(breed) <= 100 and length(size) <= 60
           and length(notes) <= 5000),
  constraint subject_age_in_range check (age_years between 0 and 100),
  constraint subject_age_has_a_date check ((age_years is null) = (age_recorded_on is null))
);

alter table core.subject enable row level security;
alter table core.subject force row level security;

create index subject_customer_id_idx on core.subject (customer_id);

comment on table core.subject is 'A dog, or whoever else is brought to a booking by its customer.';
comment on column core.subject.age_recorded_on is
  'The day the age was given: an age goes stale, and lenses add the years since.';
comment on column core.subject.retired_at is
  'From then on it is neither shown nor booked; bookings that stand refer to it.';

create table core.subject_photo (
  subject_photo_id uuid default gen_random_uuid(),
  subject_id       uuid not null,
  url              text not null,
  created_at       timestamptz not null default now(),

  constraint subject_photo_pkey primary key (subject_photo_id),
  constraint subject_photo_subject_id_fkey
    foreign key (subject_id) references core.subject (subject_id) on delete cascade,
  constraint subject_photo_url_is_web check (url ~* '^https?://' and length(url) <= 2000)
);

alter table core.subject_photo enable row level security;
alter table core.subject_photo force row level security;

create index subject_photo_subject_id_idx on core.subject_photo (subject_id);

comment on table core.subject_photo is 'Where a picture of a subject is.';
